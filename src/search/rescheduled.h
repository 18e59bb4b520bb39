/* A schedule trained afresh (PURPOSE_SCHEDULE), as it stands in a directory: up to
 * three candidates, each cut into the same intervals. Trial k * n + c is interval k of
 * candidate c; its runs (PHASE_RERUN) go on from those of the interval before, row by
 * row, and row r has one seed for all. */
#ifndef HPS_SEARCH_RESCHEDULED_H
#define HPS_SEARCH_RESCHEDULED_H

#include "base/stat.h"
#include "search/search.h"

/* Of each interval, by itself. */
#define RESCHEDULED_LEVEL 0.95

enum { RESCHEDULED_MOST = 3 };

struct rescheduled_candidate {
	const char *name; /* "constant parameters of trial 3"; "" where not said */
	double *values;   /* (rows) of whole trainings; NaN: not there */
	size_t failed;    /* rows that will have none … */
	size_t forgot;    /* … since a run began again, and did not go on from the
	                   * checkpoint of the interval before */
	struct moments value;
	double half; /* of its interval, as stat_half_width */
	/* Candidate 0, the schedule, is better than it by so much; over pairs. */
	struct moments gain;
	double gain_half;
};

struct rescheduled {
	const struct search *search;
	size_t n, intervals, rows;
	struct rescheduled_candidate c[RESCHEDULED_MOST]; /* (n) */
	bool complete; /* every run that can be is done */
	struct arena arena;
};

/* ERROR_FILE where the directory holds something else. */
bool rescheduled_init(struct rescheduled *x, const struct search *s, struct error *err);
/* From the runs that there are. */
void rescheduled_judge(struct rescheduled *x);
void rescheduled_free(struct rescheduled *x);
/* NULL where a run has not ended well, not begun, or forgotten its checkpoint: its
 * first report is of an earlier step than the last one before it; without steps, it
 * makes all reports of the training again. */
const struct run *rescheduled_run(const struct search *s, uint64_t trial, size_t row);
uint64_t rescheduled_seed(const struct search *s, size_t row);
/* What cannot be: a run on another seed than its row has; NULL: nothing. In x->arena.
 */
const char *rescheduled_fault(struct rescheduled *x);
/* schedule.json; the same, written into the search's directory. */
void rescheduled_json(const struct rescheduled *x, struct str *out);
bool rescheduled_write(const struct rescheduled *x, struct error *err);

#endif
