/* A schedule trained afresh, under way: the runs of a directory of its own. */
#ifndef HPS_STUDY_RESCHEDULE_H
#define HPS_STUDY_RESCHEDULE_H

#include "search/rescheduled.h"
#include "study/comparison.h"

/* What is trained: the lineage of a winner, and beside it, both for as many steps, the
 * best of the configurations that never changed and the defaults. */
struct reschedule_plan {
	const struct trial *const *chain; /* (n) the lineage, from its beginning */
	size_t n;
	const struct trial *constant; /* NULL: the schedule itself never changes */
	const struct coord *defaults; /* NULL: none, or they are the constant */
	bool changes;                 /* the schedule does */
};

/* Of the winner of a finished search of a population. The constant is, of the trials
 * that have ended ok with the parameters that their lineage began with, one that has
 * come furthest, and of these the best. In arena a. */
void reschedule_plan(const struct search *of, const struct trial *winner,
                     struct arena *a, struct reschedule_plan *out);
/* Its trials, in an empty search or in one that holds the very same; ERROR_USAGE. */
bool reschedule_begin(struct study *s, const struct purpose *p,
                      const struct reschedule_plan *plan, struct error *err);
/* Until all is trained, or the budget spent, or a signal. */
bool reschedule_run(struct rescheduled *x, struct study *s, struct runner *r,
                    const struct budget *b, struct error *err);

#endif
