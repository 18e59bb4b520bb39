/* The texts that end a search early, with what a person needs to go on: what was seen,
 * the last lines, the nearest name, the folder, the next command to type. */
#ifndef HPS_STUDY_ALARM_H
#define HPS_STUDY_ALARM_H

#include "study/study.h"

/* The first finished run did not print the metric, or could not be executed. */
const char *study_contract_text(struct study *s, const struct trial *t, size_t run,
                                const struct run_result *res);
/* Remembers the first such run of a session, with the end of what it printed. */
void alarm_keep(struct study *s, struct first_run *first, const struct trial *t,
                size_t run, const struct run_result *res);
/* Too many runs fail. */
const char *study_guard_text(struct study *s);
/* Every run was stopped early, or failed. */
const char *study_stopped_text(struct study *s);
/* One run alone that did not end well: the first text, or how it ended and its output.
 */
const char *study_run_text(struct study *s, const struct trial *t, size_t run,
                           const struct run_result *res);
/* Appends the count of lines that held no number for the metric, the first of them and
 * a way out; each line begins with a newline. */
void study_unread_text(struct str *out, const struct unread *u, const char *metric);
/* Appends "did you mean …?", or that none of the names comes near. */
void study_guess_text(struct str *out, const char *metric, const char *const *names,
                      size_t n);

/* The steps of a run do not rise: what they do, and what that means here. The second
 * alone. */
const char *study_steps_text(struct study *s, const struct trial *t, size_t run);
const char *study_steps_meaning(const struct study *s);

#endif
