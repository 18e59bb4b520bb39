/* Configurations that answer the same items race: one leaves when it is worse than the
 * leader on the items that both have answered.
 *
 * The leader is, of those seen on the most items, the one with the best mean. A trial
 * leaves when the fortune of one who bets that the leader's scores are better, item by
 * item, reaches 1/level (base/betting.h), level = RACE_ERROR / (trials - 1) for the
 * trials that the search may make. Hence the promise: the best configuration (by its
 * mean score on the population that the items are a sample of) leaves with a chance of
 * at most RACE_ERROR, however often one looks and whichever of the others leads, since
 * it can be beaten by trials - 1 others only (Bonferroni). It needs: scores within
 * items.range, and items that are a random sample, or in an order that has nothing to
 * do with the configurations (the search's is a random one). Where configurations are
 * chosen by what others scored on the same items (method: bayes), they are not
 * independent of the items, and the promise is approximate. */
#ifndef HPS_SEARCH_RACE_H
#define HPS_SEARCH_RACE_H

#include "search/search.h"

#define RACE_ERROR 0.05

/* The next trial that is to leave. False: none is. */
bool race_next(const struct search *s, uint64_t *trial, struct leaving *out);
/* The trial that alone is left, and has been seen; no other has come to the end. False:
 * there is none. */
bool race_alone(const struct search *s, uint64_t *trial, struct leaving *out);
/* The search ends: of the trials that are not through, the next of those seen on the
 * most items, which count with what they have. False: none is left. */
bool race_unfinished(const struct search *s, uint64_t *trial, struct leaving *out);
/* What `items`, `behind` and `at_least` are by the scores that are known, at the same
 * number of items; log of the fortune,
 * which is -INFINITY where there is no such leader. For replay. */
double race_again(const struct search *s, uint64_t trial, struct leaving *l);
/* The queued run that is next: of the earliest batch, of these of the earliest trial.
 * NULL: there is none. */
struct trial *race_queued(const struct search *s, size_t *run);
/* "worse than trial 7 by 0.12 (at least 0.034) on 60 items" */
const char *race_text(const struct leaving *l, uint64_t trial, struct arena *a);

#endif
