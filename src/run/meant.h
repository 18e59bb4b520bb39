/* What a person meant whose metric was not found: a name among those that were seen, or
 * a number that was printed as something else. */
#ifndef HPS_RUN_MEANT_H
#define HPS_RUN_MEANT_H

#include <stddef.h>

/* The names that a metric of this name most likely is, at most max of them, into out;
 * how many. Best: the same at another depth (valLoss is nested.valLoss; eval.loss is
 * loss); then the same but for case and signs (val_loss is valLoss), at any depth; then
 * the nearest spelling, which is one name at the most. */
size_t meant_names(const char *metric, const char *const *names, size_t n,
                   const char **out, size_t max);

/* How to print a number instead of this (struct unread). */
const char *meant_number(const char *example);

#endif
