/* What the final verification found. It has its own records: no strategy, no history
 * and no trial can reach a test metric. */
#ifndef HPS_SEARCH_VERDICT_H
#define HPS_SEARCH_VERDICT_H

#include "base/stat.h"
#include "search/claim.h"
#include "search/trial.h"

/* The defaults where they are no trial of the search (a grid). */
#define VERDICT_DEFAULTS UINT64_MAX

/* What a phase says of one candidate, for people. */
struct worth {
	double value;     /* mean, or median where seeds are skewed; NaN: none */
	double low, high; /* the interval; NaN: there is none */
	double level;     /* that it has */
	bool median;      /* it is for the median of seeds, not the mean */
	bool items;    /* the interval is over test items too, not over seeds alone */
	bool selected; /* these runs chose it; its interval allows for that, a mean too
	                */
	double optimism; /* by which they do; 0 where not selected */
};

/* What a phase says of one candidate in one of several criteria. */
struct facet {
	struct moments stat;
	struct worth worth;
};

/* What the re-runs say of a limit: is its bound held by the mean over seeds? */
struct holding {
	size_t n, held; /* re-runs that ended ok, those that hold it */
	double mean;
	double half; /* of the interval that all of them share out; NaN: none */
	enum answer answer;
};

struct candidate {
	uint64_t key;        /* id of its trial in the search, or VERDICT_DEFAULTS */
	struct trial trial;  /* values, id, rank; its runs are not used */
	bool is_baseline;    /* the defaults */
	double search_value; /* as the search saw it; NaN: it was never run there */
	struct run **runs[PHASES]; /* (n_runs[phase]); SEARCH: none */
	size_t n_runs[PHASES];
	struct moments stat[PHASES]; /* of the values of the ok runs */
	bool complete[PHASES];       /* every run of the phase is ok */
	struct worth worth[PHASES];
	/* With several objectives, or limits (search/points.h); NULL where there are
	 * none: */
	const char *role; /* why it was chosen; NULL: by its rank, or not at all */
	struct facet *facets[PHASES]; /* (n_criteria) RERUN, TEST */
	struct holding *holdings;     /* (n_limits) */
	struct claim *claims; /* (n_objectives) beside the defaults in each of several;
	                       * of the defaults none */
	size_t tests;         /* test runs that it is to have */
};

enum use_kind { USE_FIXED, USE_SEQUENTIAL, USE_MORE, USE_KINDS };
const char *use_kind_name(enum use_kind k); /* "fixed", "sequential", "more" */

/* A comparison that was begun on the test data, or continued: agreed before its runs,
 * and written down in the ledger. */
struct verdict_use {
	uint64_t key; /* the winner's */
	uint64_t use; /* which use of these test data it is, from 1 */
	double level; /* what it may spend, one-sided */
	enum use_kind kind;
	size_t pairs;                  /* planned, or at the most, or more */
	size_t begun;                  /* USE_MORE: pairs that had been begun */
	uint64_t uses, configurations; /* in the ledger then, this one included */
	double time;                   /* of its beginning, seconds since 1970 */
	double since;                  /* seconds since 1970 of the first; 0: unknown */
};

/* One execution, of this plan or of an earlier one. */
struct verdict_run {
	enum phase phase;
	uint64_t key;
	size_t index;
	struct run run;
};

/* What the tests said of single items, and what becomes of it. */
enum items_use {
	ITEMS_NONE,     /* they said nothing */
	ITEMS_UNUSED,   /* the interval is over seeds alone */
	ITEMS_UNPAIRED, /* it includes the items, wider than need be */
	ITEMS_PAIRED    /* it includes them, paired by item */
};
const char *items_use_name(enum items_use u); /* "none", "unused", … */

struct test_items {
	enum items_use use;
	size_t n;                /* items; of several numbers the smallest */
	uint64_t again, unread;  /* lines of all runs that gave an item another score,
	                          * and  without a score that can be read */
	char why[256];           /* UNUSED, UNPAIRED: for what reason */
	double winner, defaults; /* their parts in the variances of either's mean */
};

struct verdict {
	bool wanted; /* there is something to do: test: or repeats */
	bool done;   /* every run that was planned has ended */
	bool has_test;
	struct metric metric, test_metric;
	const struct spec *by; /* its criteria are more than the metric; else NULL */
	bool fronts; /* of several objectives: every candidate is compared in each */
	double *spreads;    /* (n_objectives) as spread; fronts alone */
	const char **unmet; /* (n_unmet) of test.prefer: nothing is like that */
	size_t n_unmet;
	struct candidate
	    *candidates; /* (n): by rank in the search, then the defaults */
	size_t n;
	size_t winner;   /* by re-run mean; SIZE_MAX: none */
	size_t baseline; /* SIZE_MAX: none */
	double level;    /* of the intervals: 0.95 */
	struct moments
	    gain;         /* paired, "winner better than the defaults by" (positive is
	                   * better): on the test data, or on the re-runs without test: */
	double gain_half; /* half width of its interval; NaN: no interval */
	size_t wins;      /* pairs in which the winner is better */
	enum answer answer;
	uint64_t test_uses; /* starts of the test command, ever */

	bool first_rules;   /* those of version 0.1.0: what began under them stays so */
	bool deterministic; /* the file says that the seed has no part in it */
	bool by_items; /* the test is of items that the search has kept back: nothing is
	                * run again before it, and where items are not repeated they
	                * alone make the interval, as if `deterministic` */
	bool ignores_seed;  /* the re-runs agree whatever their seed */
	bool skewed;        /* means over seeds are not to be trusted */
	double spread;      /* between configurations in the search; 0: unknown */
	uint64_t seed;      /* the search's, for what is drawn here */
	size_t runs_saved;  /* re-runs that were not needed */
	struct claim claim; /* of today's rules */
	struct test_items items;
	size_t test_repeats; /* tests where there is nothing to compare with */
	bool needs_use;      /* the test data are to be met, and not yet written down */
	size_t pairs_wanted; /* test runs of the winner and the defaults, in all */
	double promised;     /* level of the claim's interval over all its looks */
	struct verdict_use *uses; /* (n_uses), in order */
	size_t n_uses, cap_uses;

	struct verdict_run **runs; /* (n_runs), arena: all there ever were */
	size_t n_runs, cap_runs;
};

struct search;

/* Every run that is planned for it in a phase is over. */
bool candidate_ended(const struct candidate *c, enum phase phase);
/* Its runs of a phase that are over, and the most that any candidate has. */
size_t candidate_runs_over(const struct candidate *c, enum phase phase);
size_t verdict_runs_over(const struct verdict *v, enum phase phase);

/* Frees what a verdict holds outside the search's arena. */
void verdict_free(struct verdict *v);
/* The run of a candidate, made when it is new; in the search's arena. */
struct run *verdict_run(struct search *s, enum phase phase, uint64_t key, size_t index);
/* Plans: what is wanted, and for a finished search the candidates with their runs,
 * those that have been done taken over; then judges. Call when the search has ended, or
 * was loaded. */
void verdict_plan(struct search *s);
/* Gives the winner and the defaults the test runs that pairs_wanted says. True when
 * that made any. */
bool verdict_extend(struct search *s);
/* Takes over a use of the test data. */
void verdict_add_use(struct search *s, const struct verdict_use *use);
/* Computes winner, intervals and answer from the runs that are there. */
void verdict_judge(struct search *s);
/* The seed has no part in the training: the file says so, or the re-runs agree. */
bool verdict_is_seedless(const struct verdict *v);
/* Takes part in a phase: all in the re-runs, in the test the winner and the defaults;
 * of a front whoever has tests. */
bool verdict_takes_part(const struct verdict *v, enum phase phase, size_t candidate);

#endif
