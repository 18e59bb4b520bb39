/* What the final verification found. It has its own records: no strategy, no history
 * and no trial can reach a test metric. */
#ifndef HPS_SEARCH_VERDICT_H
#define HPS_SEARCH_VERDICT_H

#include "base/stat.h"
#include "search/trial.h"

enum answer {
	ANSWER_NONE,        /* not finished, or not asked for */
	ANSWER_YES,         /* better than the defaults, interval excludes zero */
	ANSWER_NO,          /* not better */
	ANSWER_CANNOT_TELL, /* the interval holds zero, or there is none */
	ANSWER_NO_BASELINE, /* the file gives no defaults to compare with */
	ANSWER_FAILED       /* the winner did not finish its re-runs or tests */
};
const char *answer_name(enum answer a); /* "yes", "no", "cannot tell", … */

/* The defaults where they are no trial of the search (a grid). */
#define VERDICT_DEFAULTS UINT64_MAX

struct candidate {
	uint64_t key;        /* id of its trial in the search, or VERDICT_DEFAULTS */
	struct trial trial;  /* values, id, rank; its runs are not used */
	bool is_baseline;    /* the defaults */
	double search_value; /* as the search saw it; NaN: it was never run there */
	struct run **runs[PHASES]; /* (n_runs[phase]); SEARCH: none */
	size_t n_runs[PHASES];
	struct moments stat[PHASES]; /* of the values of the ok runs */
	bool complete[PHASES];       /* every run of the phase is ok */
};

/* One execution, of this plan or of an earlier one. */
struct verdict_run {
	enum phase phase;
	uint64_t key;
	size_t index;
	struct run run;
};

struct verdict {
	bool wanted; /* there is something to do: test: or repeats */
	bool done;   /* every run that was planned has ended */
	bool has_test;
	struct metric metric, test_metric;
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

	struct verdict_run **runs; /* (n_runs), arena: all there ever were */
	size_t n_runs, cap_runs;
};

struct search;

/* Frees what a verdict holds outside the search's arena. */
void verdict_free(struct verdict *v);
/* The run of a candidate, made when it is new; in the search's arena. */
struct run *verdict_run(struct search *s, enum phase phase, uint64_t key, size_t index);
/* Plans: what is wanted, and for a finished search the candidates with their runs,
 * those that have been done taken over; then judges. Call when the search has ended, or
 * was loaded. */
void verdict_plan(struct search *s);
/* Computes winner, intervals and answer from the runs that are there. */
void verdict_judge(struct search *s);
/* Takes part in a phase: all in the re-runs, in the test the winner and the defaults.
 */
bool verdict_takes_part(const struct verdict *v, enum phase phase, size_t candidate);

#endif
