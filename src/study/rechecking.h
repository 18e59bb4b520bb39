/* A recheck under way: its directory's journal begun, and its runs made. */
#ifndef HPS_STUDY_RECHECKING_H
#define HPS_STUDY_RECHECKING_H

#include "search/rechecked.h"
#include "study/comparison.h"

/* A new recheck: its purpose, and a trial for each of p->was at points[i]; nothing
 * where there is one already. ERROR_USAGE where the directory holds something else. */
bool recheck_begin(struct study *s, const struct purpose *p,
                   const struct coord *const *points, struct error *err);
/* Runs what is missing; judged when it returns. */
bool recheck_run(struct rechecked *x, struct study *s, struct runner *r,
                 const struct budget *b, struct error *err);

#endif
