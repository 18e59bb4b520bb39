/* The search itself, as a driver of the loop: which run is next, and what its end means
 * for the whole. */
#ifndef HPS_STUDY_SEARCH_LOOP_H
#define HPS_STUDY_SEARCH_LOOP_H

#include "study/study.h"

/* Runs it until it ends (search.state, search.why). False only when the machine fails:
 * whatever was finished is in the journal. */
bool study_run(struct study *s, struct runner *r, struct error *err);

/* What it is made of, for runs that others launch (study/elsewhere.h). */

/* Before the first run of a session. */
void study_start(struct study *s);
/* The next run to start: one that waits, else one that has earned more, else the first
 * of a new trial. NULL: none now (*ask WAIT), or a mistake (ERROR); where search.state
 * is not RUNNING any more there will be none. s->fleet.busy runs are under way. */
struct trial *study_next(struct study *s, size_t *run, enum ask *ask,
                         struct error *err);
/* The search is over, as search.state says; it is written down. */
void study_finish(struct study *s);

#endif
