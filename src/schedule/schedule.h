/* Early stopping: rules that read the curves of the runs so far and say which of them
 * to stop, which to pause at a rung and which paused one deserves more. Pure functions
 * of what they are shown: no process, no file, no clock; so every decision can be made
 * again from recorded reports.
 *
 * All values are to be minimized (the caller negates where the goal is to maximize). A
 * non-finite value is worse than any finite one. */
#ifndef HPS_SCHEDULE_SCHEDULE_H
#define HPS_SCHEDULE_SCHEDULE_H

#include "base/error.h"
#include "base/stat.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The step is the one reported, or the count of reports from 1 where none is named, or,
 * for a command that reports once per launch with a larger and larger budget, the
 * budget. */
struct curve_point {
	double step;
	double value;
	double sum; /* of the values up to here: curve_add keeps it */
};

/* RUNNING: it has a process or is about to have one (a promotion that was decided
 * counts). PAUSED: it came to the end of its budget, or was held there. */
enum curve_state {
	CURVE_RUNNING,
	CURVE_PAUSED,
	CURVE_STOPPED,
	CURVE_DONE,
	CURVE_FAILED
};

/* One run as a rule sees it. */
struct curve {
	uint64_t trial;
	size_t run;
	enum curve_state state;
	bool control;  /* in the control group: measured, never stopped or paused */
	double budget; /* steps it was launched with; INFINITY: all */
	const struct curve_point *points; /* (n), in order of arrival */
	size_t n;
	bool rising; /* by curve_add, each step above the one before: rules may search
	              * where they would scan. false is always right, and slower */
};

/* Adds a report; room is the array of the curve, with space for one more. Keeps
 * c->points, n, sum and rising; O(1). Where steps repeat or fall back, the last report
 * of a step counts, and a run has come as far as its largest step. */
void curve_add(struct curve *c, struct curve_point *room, double step, double value);

/* The last value, or the mean of the last `smooth` ones (fewer at the start); n > 0. */
double curve_value(const struct curve *c, size_t smooth);

/* The largest step of the first n points; -INFINITY without any. */
double curve_reach(const struct curve *c, size_t n);

/* All runs so far; those of one trial are peers like any others. */
struct curves {
	const struct curve *const *list; /* (n), by trial and run */
	size_t n;
	bool last; /* nothing runs and no new run will come: promote() then also takes
	            * up those that only the rounding of n / eta left behind, so that
	            * the best of every rung comes to the end */
	void *memory; /* NULL, or the rule's own, told of every change: see remember */
};

enum decision { DECISION_CONTINUE, DECISION_STOP, DECISION_PAUSE };

/* A decision and the numbers behind it, which are journalled and shown. A CONTINUE that
 * compared nothing has NaN and 0 in them. */
struct judgement {
	enum decision decision;
	const char *rule; /* "hyperband", …; "divergence" */
	double rung;      /* step of the rung; NaN where the rule has none. hyperband
	                   * (W&B): the band, a count of values */
	double step;      /* of the value compared */
	double value;     /* of this run (smoothed, if the rule smooths), minimized */
	double threshold; /* it had to be at most this (threshold's min: at least);
	                   * patience: the best so far; NaN where there is none */
	size_t peers; /* runs that the threshold was made from, itself included where
	               * the rule ranks it among them; patience: reports since the
	               * best */
};

/* What the file's early_terminate block says; NaN where it says nothing. */
struct rule_args {
	double min_iter, max_iter, s, eta; /* eta is never NaN */
	bool strict;
	double min_steps;  /* no decision before this step (warm-up) */
	double grace;      /* asha: the lowest rung; brackets: none is below it. By
	                    * default min_iter, else a tenth of resource_max */
	size_t min_trials; /* no stop with fewer other runs to compare with; 0: the
	                    * rule's default */
	size_t smooth; /* compare the mean of the last so many values; 0 or 1: none */
	bool has_min, has_max;
	double min, max; /* threshold: outside of it stops (already minimized form) */
	size_t patience; /* reports without improvement */
	bool promote;    /* asha, brackets: pause at rungs and promote, instead of
	                  * stopping; the only way where a run cannot be told apart
	                  * from its budget (it is a parameter of the command) */
	double resource_max; /* full budget in steps; NaN: max_iter, if given */
};

struct promotion {
	size_t curve;  /* index in curves */
	double budget; /* the new one; INFINITY: to the end */
	struct judgement why;
};

/* From where on a rule can stop a run: from this step on, from its report of this
 * number on, with at least so many others that came as far. 0: no matter. */
struct rule_start {
	double step;
	size_t reports, others;
};

struct rule_type {
	const char *name;    /* the word after type: */
	const char *summary; /* one line */
	size_t state_size;
	/* Checks the arguments; errors say which key. */
	bool (*init)(void *state, const struct rule_args *args, struct error *err);
	/* Called after each new report of a RUNNING curve (the last point of
	 * list[which]): what to do with it. Must give the same answer when called again
	 * with the same curves. */
	void (*judge)(const void *state, const struct curves *all, size_t which,
	              struct judgement *out);
	/* NULL, or: the paused run that deserves a larger budget most, if any. Once the
	 * caller has acted on it (state RUNNING, the new budget), ask again for the
	 * next. */
	bool (*promote)(const void *state, const struct curves *all,
	                struct promotion *out);
	/* NULL, or: the budget in steps with which trial number `trial` begins. */
	double (*first_budget)(const void *state, uint64_t trial);
	/* The rungs for a person: "rung 3: the best third go on; rung 9: …", a table of
	 * a few lines. */
	void (*describe)(const void *state, struct str *out);
	/* The rungs as numbers, rising, at most max of them; returns how many were put
	 * in out. For warnings and the comparison of low with high rungs. */
	size_t (*rungs)(const void *state, double *out, size_t max);
	struct rule_start (*start)(const void *state);
	/* NULL, or: with a memory in curves.memory the rule gives the same answers
	 * without looking at every run. It must be told of each run that was added or
	 * changed in any way since. forget frees it. */
	void *(*remember)(const void *state);
	void (*changed)(void *memory, size_t which);
	void (*forget)(void *memory);
};

/* Cost of a call of judge: patience and threshold look at the run alone. asha and
 * brackets: O(1) between rungs, O(n log n) in the number of runs where one is crossed,
 * about the root of it with a memory. median: the same at every report up to the 32nd,
 * then 16 times per doubling. hyperband (W&B) tests again at every report: one pass
 * over the runs. (rising curves; others are scanned.) */
extern const struct rule_type *const rules[];        /* NULL-terminated */
const struct rule_type *rule_find(const char *name); /* NULL: none such */

/* Divergence: a non-finite last value stops a run at once, under every rule; of the
 * control group too nobody is stopped. */
bool judge_divergence(const struct curve *c, struct judgement *out);

/* CONTINUE, with nothing compared. */
struct judgement judgement_none(const char *rule);
/* A stop by patience: the run has done what it can, and its value counts. */
bool judgement_converged(const struct judgement *j);

/* Spearman's rank correlation (1904) of the values at two rungs over the runs that have
 * both, by different reports: one report says nothing of how they agree. A run counts
 * weight[i] times (NULL: each once; 0: not): with 1 / P(it comes to the upper rung) it
 * is that of all runs, not of those that a rule let through (Horvitz & Thompson 1952,
 * equation 8). *pairs: how many; *effective: (sum of weights)^2 / sum of their squares
 * (Kish 1965, section 11.7). NaN below three pairs. */
double rung_correlation(const struct curves *all, double low, double high,
                        const double *weight, size_t *pairs, double *effective);
/* The 95 % interval of a rank correlation over n pairs, by Fisher's transformation with
 * the variance (1 + rho^2 / 2) / (n - 3) of Bonett & Wright 2000, equation 6; -1 to 1
 * where n is not above 3. */
struct stat_range correlation_interval(double rho, double n);

/* One sentence without a full stop: "stopped at step 9 (rung 9): 0.41 is worse than
 * 0.25, the limit from 12 runs". sign -1 turns the values back for a maximized
 * metric. */
void judgement_text(const struct judgement *j, double sign, struct str *out);

#endif
