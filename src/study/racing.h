/* The race of configurations over items, in the loop: from the end of a run to who
 * leaves (search/race.h), in the journal before anything is done about it. Each
 * function does nothing where the file has no items. */
#ifndef HPS_STUDY_RACING_H
#define HPS_STUDY_RACING_H

#include "study/study.h"

/* Behind the end of a run, and at the end of a journal: whoever is to leave leaves;
 * what runs of theirs is told to end. */
void racing_judge(struct study *s);
/* No further trial will come: where one alone is left, it has won; true. */
bool racing_over(struct study *s);
/* The search has ended by a budget or a limit: those seen on the most items count with
 * what they have. */
void racing_close(struct study *s);
/* Is a further trial to be proposed before run `run` of another begins? Every
 * configuration has its first batch before any has its second; with a strategy that
 * learns, the first RACING_WIDE of them, and then each is a challenger of those before:
 * it is proposed when they have nothing left to do. */
enum { RACING_WIDE = 10 };
bool racing_widens(const struct study *s, size_t run);
/* At the end of a journal: runs under way whose answers are all there are over. */
void racing_resume(struct study *s);
/* Before the end of a task happens: its trial may have left. */
void racing_end(const struct task *t, struct run_end *end);

#endif
