/* The strategy of a search, and what it is asked. */
#ifndef HPS_STUDY_PROPOSE_H
#define HPS_STUDY_PROPOSE_H

#include "strategy/repeat.h"
#include "study/study.h"

/* Makes the strategy; method: auto is decided here. */
bool propose_begin(struct study *s, struct error *err);
void propose_end(struct study *s);

/* method: auto was found to be this when the search began (NULL: not recorded). */
bool study_choose(struct study *s, const char *chosen, struct error *err);
/* search.warm is complete: the strategy begins again with it. */
bool study_warm(struct study *s, struct error *err);

/* The strategy's next trial as an EVENT_TRIAL, which has not happened yet; its point is
 * valid until the next proposal. *why: the sentence that goes with DONE. */
enum ask study_propose(struct study *s, struct event *out, const char **why,
                       struct error *err);
/* The same for a strategy that knows the observations 1 … seen. */
enum ask study_propose_at(struct study *s, uint64_t seen, struct thrift thrift,
                          struct event *out, const char **why, struct error *err);
/* An EVENT_REPEAT, which has not happened yet, where another run of a known trial is
 * worth more than a new one (strategy/repeat.h). last: there are no new ones. */
bool study_repeat(struct study *s, bool last, struct event *out);
/* What was behind the number-th repeat that was asked for, made again from the history;
 * gain and noise in the units of the metric. */
void study_explain_repeat(const struct study *s, size_t number,
                          struct repeat_answer *out);
/* Is the point of this trial, or would it be, what a program from outside says? Then it
 * cannot be made again. */
bool study_is_taken(const struct study *s, uint64_t trial);
/* How many trials had finished, as far as the proposal of t knew. */
size_t study_known(const struct study *s, const struct trial *t);
/* What was behind the latest proposal since the search was opened, at no cost; else
 * NONE. */
void study_latest(const struct study *s, struct belief *out);
/* What was behind the proposal of a trial; values in the metric's own sense. */
void study_explain(const struct study *s, const struct trial *t, struct belief *out);

#endif
