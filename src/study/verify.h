/* The final verification: the best trials and the defaults are run again on fresh
 * seeds, the winner is chosen by those re-runs, and only then winner and defaults meet
 * the test data, paired by seed. */
#ifndef HPS_STUDY_VERIFY_H
#define HPS_STUDY_VERIFY_H

#include "study/study.h"

/* Fills s->verdict's plan: wanted, and for a finished search the candidates. Call when
 * the search has ended, or was loaded. */
void verify_plan(struct study *s);
/* Runs what is missing, in both phases; every use of the test data is journalled before
 * it happens. s->verdict.done says whether it got to the end (a signal may end it
 * early: s->state is then SEARCH_INTERRUPTED). */
bool verify_run(struct study *s, struct runner *r, struct error *err);
/* Computes winner, intervals and answer from the runs that are there. */
void verify_judge(struct study *s);
/* One journal event of a verification. */
bool verify_apply(struct study *s, const cJSON *event, struct error *err);
/* 0: confirmed, or nothing to confirm; 5: the winner did not beat the defaults. */
int verify_exit(const struct verdict *v);

#endif
