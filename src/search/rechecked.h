/* A recheck as it stands in its directory: does what a search found still hold, with
 * the code and the data of today? A pure function of the runs, which says as well which
 * it needs next.
 *
 * - Drift: the winner on the seeds of then, so that values are paired with those of
 * then. Where all agree to 1e-9, it reproduces. Else the mean difference has a
 * Student's t interval at 99 %; its lower end is moved by what choosing the winner made
 * of the old values: the optimism of the re-runs' choice, or where only the search's
 * own runs are known, at most s sqrt(2 ln N / n), N trials, n runs, s between seeds
 * (the expected maximum of N normals: Boucheron, Lugosi & Massart 2013, theorem 2.5).
 * With a single run of then half the interval is t s sqrt(2).
 * - Everything else is asked on seeds that nothing has seen: the winner against the
 *   defaults (2.5 %, one-sided), and each of the others against the winner (2.5 %
 * shared), by claims that look at 5, 10, 15 and 20 pairs. */
#ifndef HPS_SEARCH_RECHECKED_H
#define HPS_SEARCH_RECHECKED_H

#include "search/claim.h"
#include "search/search.h"

enum {
	RECHECK_FRESH = 16, /* rows below: seeds of then; from here on: of its own */
	RECHECK_PROBE = 3   /* seeds that tell whether the seed matters */
};

enum recheck_answer {
	RECHECK_OPEN,
	RECHECK_HOLDS,   /* reproduces; or with --data-changed, better all the same */
	RECHECK_DRIFTED, /* its values are others now */
	RECHECK_ANOTHER, /* another of the top is better now */
	RECHECK_NOT_BETTER, /* than the defaults, as far as can be shown */
	RECHECK_FAILS       /* it does not train any more */
};
const char *recheck_answer_name(enum recheck_answer a);

struct recheck_drift {
	size_t n;         /* pairs of then and now; 0: nothing is known of then */
	bool exact;       /* all agree */
	double mean;      /* now less then, in the metric's own sign */
	double low, high; /* NaN: no interval */
};

struct recheck_need {
	uint64_t trial;
	enum phase phase;
	size_t row;
};

struct rechecked {
	struct search *search;
	enum recheck_answer answer;
	bool seedless; /* the seed has no part in it */
	bool drifted;
	struct recheck_drift drift;
	struct claim better; /* winner against defaults; no looks: there are none */
	struct claim
	    *others; /* (n_others) each against the winner: trials first_other … */
	size_t first_other, n_others;
	size_t best_other;          /* trial that is better; 0: none */
	struct moments *now;        /* (search->n) values on fresh seeds */
	size_t *failed;             /* (search->n) runs of these that failed */
	struct recheck_need *needs; /* (n_needs) */
	size_t n_needs, cap_needs;
	struct arena arena;
};

/* False (ERROR_FILE): the directory holds no recheck. The search is borrowed. */
bool rechecked_init(struct rechecked *r, struct search *s, struct error *err);
void rechecked_free(struct rechecked *r);
void rechecked_judge(struct rechecked *r);
uint64_t rechecked_seed(const struct search *s, const struct recheck_need *need);
/* Runs at least, and at the most. */
struct recheck_cost {
	size_t least, most;
};
struct recheck_cost rechecked_cost(const struct search *s);

#endif
