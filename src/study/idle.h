/* A rule that could not act: a step key that never came, rungs that no run reached, too
 * few reports, too few runs to compare; and the step key of a population. */
#ifndef HPS_STUDY_IDLE_H
#define HPS_STUDY_IDLE_H

#include "base/str.h"
#include "study/study.h"

/* Why the rule could not have looked at this run, which has ended; one sentence with
 * its way out, nothing where it could. */
void idle_run_text(const struct study *s, const struct trial *t, size_t run,
                   struct str *out);
/* The same of all runs of the search together. */
void idle_text(const struct study *s, struct str *out);

#endif
