/* What the drivers of a study's loop have in common: its events, journal, signals and
 * observer. self is the study. */
#ifndef HPS_STUDY_DRIVE_H
#define HPS_STUDY_DRIVE_H

#include "study/loop.h"
#include "study/study.h"

void drive_happen(void *self, const struct event *e);
bool drive_commit(void *self, bool sync_now, struct error *err);
int drive_stuck(void *self);
/* Interrupted, unless it had already ended for a graver reason. */
void drive_signalled(void *self);
void drive_tick(void *self);
/* Of the journal, the results, and the observer's next tick. */
int64_t drive_deadline(void *self);
/* Of the search: search/pace.h. */
double drive_now(void *self);
struct pace *drive_pace(void *self);
void drive_message(void *self, const char *text);

#endif
