/* What an event does to a search: the one place where it changes, whether the event has
 * just happened, or is read from a journal or a results file. */
#ifndef HPS_STUDY_APPLY_H
#define HPS_STUDY_APPLY_H

#include "study/study.h"

/* False, and nothing has changed, when the event does not fit what came before it. */
bool study_apply(struct study *s, const struct event *e, struct error *err);
/* It happens now: gets its time unless it has one (0: none), is written to the journal
 * (none: nothing), and applied. */
void study_happen(struct study *s, struct event e);
/* Hands the journal to the kernel, and to the disk when sync_now, or when the next
 * proposal depends on what it holds, or after a tenth of a second. */
bool study_commit(struct study *s, bool sync_now, struct error *err);
/* errno of what could not be written yet; EIO: it never will be; 0: all is well. */
int study_stuck(const struct study *s);

/* Runs that were under way when a session ended are to be done again; a trial that
 * waited only for such a run to be a failed one is settled. */
void study_requeue_interrupted(struct study *s);

#endif
