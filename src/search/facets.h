/* What a verification says by more than the metric, beside search/judge.h, whose rules
 * it shares.
 *
 * - Of several objectives every chosen point (search/points.h) is compared with the
 *   defaults in each, by a claim (search/claim.h) whose level is that of one divided by
 *   the number of all these claims (Bonferroni): their intervals hold together as often
 *   as one alone would, and that any "yes" is false is as rare. Nobody wins; the first
 *   point whose re-runs are of use stands for all in the ledger.
 * - What is said of a limit is about the mean over seeds: Student's t at level 1 - 0.05
 *   / (candidates x limits), so that all of it is true together in 95 %. Of one metric
 *   within limits the winner is the best of those whose re-runs hold every limit on the
 *   average. */
#ifndef HPS_SEARCH_FACETS_H
#define HPS_SEARCH_FACETS_H

#include "search/verdict.h"

/* Do its re-runs (where there are none, the search) hold every limit on the average?
 * True where there are none. */
bool facets_hold(const struct verdict *v, const struct candidate *c, struct arena *a);
/* Fills facets and holdings of all candidates. */
void facets_weigh(struct verdict *v, struct arena *a);
/* How many claims share the level of one. */
size_t facets_among(const struct verdict *v);
/* The claims of all that usable says yes to, and how many tests each is to have. plan:
 * of one claim, as if alone; NULL: none was agreed on. Returns YES where a chosen point
 * is better than the defaults in some objective, NO where none is in any, NONE while
 * there is more to do. */
enum answer facets_judge(struct verdict *v, const struct claim_plan *plan,
                         const bool *usable, struct arena *a);
/* A claim is open: more pairs may tell. */
bool facets_open(const struct verdict *v);

#endif
