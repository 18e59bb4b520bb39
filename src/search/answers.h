/* What the runs of a trial have answered, item by item (config/items.h). A run is given
 * a batch: the items from `from` on, `wanted` of them, in the order of the search. An
 * answer is a report of it whose step is the item's place in that order and whose value
 * is the score. Of an item that is answered twice the first answer counts, and is kept
 * through every launch of the run: nothing is asked twice. */
#ifndef HPS_SEARCH_ANSWERS_H
#define HPS_SEARCH_ANSWERS_H

#include "base/stat.h"
#include "search/trial.h"

/* Is it an answer to an item of the run that has none yet? */
bool answers_news(const struct run *r, const struct report *rep);
bool answers_has(const struct run *r, size_t place);
/* Does the run have all that it was to get? Not where it is asked nothing. */
bool answers_whole(const struct run *r);

/* The answers of a whole run as scores of a test's items (base/scores.h), in the arena.
 */
const struct scores *answers_pack(const struct run *r, struct arena *a);

/* Scores by place in the search's order, each the mean of its repeats: of the leading
 * batches of which every repeat has ended ok. Returns how many items that are; score
 * may be NULL, else has room for all of them. */
size_t answers_scores(const struct trial *t, double *score);
/* Mean over those items, and the variance between them. */
struct moments answers_mean(const struct trial *t);

#endif
