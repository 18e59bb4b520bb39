/* The final verification, as a driver of the loop: the best trials and the defaults are
 * run again on fresh seeds, the winner is chosen by those re-runs, and only then winner
 * and defaults meet the test data, paired by seed. */
#ifndef HPS_STUDY_VERIFICATION_H
#define HPS_STUDY_VERIFICATION_H

#include "study/study.h"

/* Behind verdict_plan: runs what is missing, in both phases; every use of the test data
 * is journalled before it happens. verdict.done says whether it got to the end (a
 * signal may end it early: search.state is then INTERRUPTED). */
bool verify_run(struct study *s, struct runner *r, struct error *err);
/* Asks for so many test pairs more of a verification that could not tell. ERROR_USAGE
 * where it could, or where there is none to go on with. */
bool verify_more(struct study *s, size_t pairs, struct error *err);
/* Runs of the phase that is under way: those that are over, those that are planned. */
void verify_counts(const struct study *s, size_t *done, size_t *all);

#endif
