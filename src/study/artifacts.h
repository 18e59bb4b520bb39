/* artifacts and keep: the files that runs leave in their folders stay where the trial
 * is one of the best, and go elsewhere.
 *
 * What stays: those of the best `keep` trials; of trials that run, wait or are paused;
 * of a population's as long as a member may go on from them;
 * as long as a verification is to come those of its candidates and of the defaults;
 * after it those of the winner. Nothing is written down: what stays follows from the
 * journal, and what a kill left over goes at the next session. A file goes only when
 * the results of which it follows are on the disk. */
#ifndef HPS_STUDY_ARTIFACTS_H
#define HPS_STUDY_ARTIFACTS_H

#include "study/study.h"

/* A run of the trial has ended, and that has happened. */
void artifacts_ended(struct study *s, const struct trial *t);
/* Removes what has been found to go since. */
void artifacts_turn(struct study *s);
/* Looks at all trials, as when a session begins or the search is over. */
void artifacts_sweep(struct study *s);

/* The artifacts in a run's folder of a directory, a line each, from that folder. */
void artifacts_list(const struct spec *sp, const char *dir, const char *folder,
                    struct str *out);
/* Do its artifacts stay when the search is over? One that has not ended may yet. */
bool artifacts_stay(const struct search *s, const struct trial *t);

#endif
