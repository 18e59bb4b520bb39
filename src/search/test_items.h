/* What the items of the test set add to the comparison of winner and defaults, from the
 * scores that the runs gave them (base/scores.h).
 *
 * Scores count where the metric of every whole pair's runs is their mean, or 1 less
 * that, or 100 times either (the latter three for scores within 0 and 1), up to the
 * rounding of what was printed: half a unit of its last decimal, at most 0.5 % of the
 * scores' range. They are paired where all runs name the same items and the score of
 * each is known, else taken as unpaired. */
#ifndef HPS_SEARCH_TEST_ITEMS_H
#define HPS_SEARCH_TEST_ITEMS_H

#include "search/verdict.h"

/* Of the first so many pairs of tests, which have ended: what the claim needs, its
 * numbers in the arena; n is 0 where nothing can be said. Fills v->items. Where there
 * are no defaults, or they won, the winner stands beside itself. */
struct claim_items test_items_of(struct verdict *v, size_t pairs, struct arena *a);

#endif
