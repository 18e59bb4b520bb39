/* Early stopping in the loop: from a report to a decision in the journal, from there to
 * the end of a run. Each function does nothing where the file asks for no rule; they
 * are called by the driver of the search (search_loop.c) and at a resume (open.c). */
#ifndef HPS_STUDY_STOPPING_H
#define HPS_STUDY_STOPPING_H

#include "study/study.h"

/* Behind a report of a task: asks the rule; a stop is written, and the task told, in
 * that order. */
bool stopping_report(struct study *s, struct task *t, struct error *err);
/* A report behind the decision: a run that goes on beyond its budget is stopped. */
void stopping_late(struct study *s, struct task *t, const struct report *rep);
/* Has a rule stopped it for good? */
bool stopping_stopped(const struct study *s, const struct trial *t, size_t run);
/* Before the end of a task happens: its outcome, where a decision or its budget has a
 * say in it. */
void stopping_end(struct study *s, struct task *t, struct run_end *end);
/* The next paused run that goes on, queued; false: none. last: nothing runs and no new
 * trial will come. */
bool stopping_promote(struct study *s, bool last);
/* At the end of a journal, in this order: a report at its very end may have called for
 * a decision; reports that it does not have are heard now (study/recover.h), each of
 * which may (true: and did, the run's end is decided); what was decided but not over
 * when it ended is over. */
void stopping_pay_debt(struct study *s);
bool stopping_heard(struct study *s, uint64_t trial, size_t run);
void stopping_resume(struct study *s);

#endif
