/* A search under way as a person sees it: from facts to the lines of a screen. A pure
 * function: no clock, no terminal, no search. Texts in the facts may be a stranger's;
 * what comes out holds no control character but the newline and, with colour, the
 * sequences of this file, and no line is wider than asked. */
#ifndef HPS_REPORT_LIVE_H
#define HPS_REPORT_LIVE_H

#include "base/str.h"
#include "report/eta.h"

#include <stdint.h>

enum { LIVE_SAMPLES = 64, LIVE_RUNGS = 12 };

/* A run under way. */
struct live_run {
	const char *name;  /* "17", "17.2", "defaults.0" */
	double step, full; /* reached, of so many; NaN: not known */
	double value;      /* the last one; NaN with has_value: it diverged */
	bool has_value;
	double samples[LIVE_SAMPLES]; /* (n_samples) of its curve, evenly over it */
	size_t n_samples;
	double elapsed;     /* seconds since its launch */
	const char *params; /* its configuration in words; NULL: none */
};

struct live_param {
	const char *name, *value;
};

struct live_rung {
	double step;
	size_t reached; /* runs that have come so far */
};

/* Arrays are borrowed. */
struct live {
	const char *title;  /* file, strategy, goal */
	const char *doing;  /* of what the bar is: "search", … */
	const char *units;  /* what it counts: "trials", "runs" */
	uint64_t done, all; /* all 0: not known */
	uint64_t ok, stopped, failed, diverged, infeasible; /* of done */
	size_t running;
	struct eta eta;
	bool may_end; /* something else may end it before: the estimate is a bound */
	double
	    window; /* seconds until budget.time lets nothing more begin; NaN: none */
	const char *after; /* what follows it; NULL: nothing */

	const struct live_run *runs; /* (n_runs), in order */
	size_t n_runs;

	bool has_best;
	const char *metric;
	double best, half; /* half: standard error over repeats; NaN: none */
	const char *best_name;
	const struct live_param *params; /* (n_params), what matters first */
	size_t n_params;
	const char *params_note; /* instead of, or behind, them; NULL: none */

	const char *strategy; /* what it is doing; NULL: nothing to say */
	struct live_rung rungs[LIVE_RUNGS];
	size_t n_rungs;
	const char *rung_unit; /* "step", "value" */
	size_t paused;
	double elapsed, budget_time; /* seconds; 0: no budget */
	double cost, budget_cost;
	uint64_t runs_done;
	const char *notice; /* the last line: interrupted, not running; NULL: none */
};

struct live_look {
	size_t width, height; /* columns; lines at most */
	bool colour;
	bool ascii; /* no block characters */
};

/* The screen: lines, each ended by a newline. Narrower than LIVE_NARROW or lower than 6
 * it is one line. */
enum { LIVE_NARROW = 50 };
void live_draw(const struct live *v, const struct live_look *look, struct str *out);

#endif
