/* What the final verification found. It has its own records: no strategy, no history
 * and no trial can reach a test metric. */
#ifndef HPS_SEARCH_VERDICT_H
#define HPS_SEARCH_VERDICT_H

#include "base/stat.h"
#include "search/trial.h"

enum phase { PHASE_RERUN, PHASE_TEST, PHASES };
const char *phase_name(enum phase p); /* "rerun", "test" */

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
	struct run *runs[PHASES]; /* (n_runs[phase]) */
	size_t n_runs[PHASES];
	struct moments stat[PHASES]; /* of the values of the ok runs */
	bool complete[PHASES];       /* every run of the phase is ok */
};

/* One execution as the journal has it; also of candidates of an earlier plan. */
struct verdict_log {
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

	struct verdict_log *log; /* (n_log), private to verify.c */
	size_t n_log, cap_log;
};

void verdict_free(struct verdict *v);

#endif
