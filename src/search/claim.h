/* What pairs of runs on equal seeds allow to be said of two configurations, the one
 * that won and the other, the defaults: is it better? A pure function of the values,
 * asked again after every look; it says as well how many pairs the next look needs.
 *
 * - The pairs in which both runs ended well count for the mean: Student's t with the
 *   bounds of base/sequential.h, at the number of such pairs, whatever it is.
 * - Failures count by Fisher's exact test, which has a fifth of every look's level
 *   once there is a failure, and nothing before: given the number of failures, its
 *   error is bounded, and without any it cannot err.
 * - A look at which t has no more pairs than at the one before leaves its level to the
 * next.
 * - Where test items are known, the interval is that of seeds and items together
 *   (base/items.h), at the level that the look has for t alone. The items' part is the
 *   same at every look, which only draws the looks closer together: all of them then
 * say a false "better" no more often than where pairs are independent (Slepian 1962,
 * Bell Syst. Tech. J. 41).
 * - Looks end when it is decided, or when no look to come is likely to decide (chance
 *   below 5 %, see sequential_power). */
#ifndef HPS_SEARCH_CLAIM_H
#define HPS_SEARCH_CLAIM_H

#include "base/sequential.h"
#include "base/stat.h"

enum answer {
	ANSWER_NONE,        /* not finished, or not asked for */
	ANSWER_YES,         /* better than the defaults */
	ANSWER_NO,          /* not better */
	ANSWER_CANNOT_TELL, /* neither is shown */
	ANSWER_NO_BASELINE, /* the file gives no defaults to compare with */
	ANSWER_FAILED       /* no winner, or its tests failed */
};
const char *answer_name(enum answer a); /* "yes", "no", "cannot tell", … */

/* Agreed before the first pair is run. */
struct claim_plan {
	struct look looks[SEQUENTIAL_LOOKS]; /* (k): n pairs to wait for, and spend */
	size_t k;
	bool refill;  /* a pair that failed is replaced by another: fixed designs */
	bool plain;   /* looks share the level by Bonferroni, as if they were not of the
	               * same pairs: bounds a few percent higher that cost nothing to
	               * compute, for plans of which there are dozens */
	bool early;   /* stops where no look to come is likely to decide */
	size_t among; /* the same runs chose the one among so many: its level is divided
	               * by that (Bonferroni); 1: other runs chose it */
};
/* repeats pairs, one look. */
void claim_plan_fixed(struct claim_plan *p, size_t repeats, double level);
/* Up to most pairs, looked at as sequential_plan says. */
void claim_plan_sequential(struct claim_plan *p, size_t most, double level);
/* The same, plain. */
void claim_plan_plain(struct claim_plan *p, size_t most, double level);
/* Somebody asks for a look at so many pairs more, at a level of its own, when begun
 * pairs had been begun. Looks that were not reached are not made up for. False: there
 * were too many looks. */
bool claim_plan_more(struct claim_plan *p, size_t begun, size_t pairs, double level);
/* The most pairs that it can come to. */
size_t claim_plan_most(const struct claim_plan *p);

/* What the items of the test set add. */
struct claim_items {
	size_t n;               /* 0: none are known */
	const double *variance; /* (pairs + 1): the items' part of the variance of the
	                         * mean over the first 1, 2, … whole pairs */
};

struct claim_values {
	const double *one, *other; /* (n), small is good; NaN: that run failed */
	size_t n;                  /* pairs of which both runs have ended */
	/* Runs beside the pairs that say whether it trains at all (the re-runs). */
	size_t one_ok, one_runs, other_ok, other_runs;
	size_t candidates; /* that those runs chose the one among; at least 1 */
	struct claim_items items;
};

struct claim {
	size_t more;        /* pairs that the next look waits for, in all; 0: none */
	enum answer answer; /* NONE while there is more to do */
	bool by_failures;   /* it is Fisher's */
	bool hopeless;      /* no look to come was likely to decide */
	size_t looks;
	double level,
	    bound; /* one-sided, of t at the last look; bound INFINITY: none */
	struct moments
	    gain;    /* other - one over the complete pairs: positive is better */
	double half; /* of the interval that holds at every look; NaN: none */
	double seeds_half, items_half; /* its parts, where items are known; else NaN */
	double items_variance;         /* of the mean; 0: none are known */
	size_t items;
	size_t wins, ties; /* among the complete pairs */
	double least;      /* the smallest gain among them */
	size_t one_ok, one_runs, other_ok,
	    other_runs;    /* the pairs' runs and the others */
	double failures_p; /* Fisher's, one-sided */
};
/* Half the width of the interval at a one-sided level, after so many pairs as in d. */
double claim_half(const struct claim *c, struct moments d, double level);
void claim_judge(const struct claim_plan *p, const struct claim_values *v,
                 struct claim *out);

#endif
