/* A training that a population cannot work with: it leaves no checkpoint, does not go
 * on from the one that it finds, or goes on beyond its interval. Each says what was
 * seen and the way out, NULL where nothing is wrong; the search ends with it. */
#ifndef HPS_STUDY_POPULATION_H
#define HPS_STUDY_POPULATION_H

#include "study/study.h"

/* Behind a report, which has happened. */
const char *population_report_text(struct study *s, const struct task *t,
                                   const struct report *rep);
/* Behind the end of a run. */
const char *population_end_text(struct study *s, const struct trial *t);

#endif
