/* From the runs of a verification to what may be said: winner, what each candidate is
 * worth, and whether the winner is better than the defaults.
 *
 * - The winner is the candidate with the best mean over its re-runs that ended ok,
 * among those of which at least half did; ties go to the first.
 * - Repeats that agree whatever their seed end at once (seeds_agree): nothing can be
 * said of new seeds then, unless the file says that the training is deterministic.
 * - On the test data the plan of the claim is what the last use of them agreed on.
 * Without them the re-runs have to do, and the choice among them is paid for. */
#ifndef HPS_SEARCH_JUDGE_H
#define HPS_SEARCH_JUDGE_H

#include "search/verdict.h"

/* Computes everything in v from the candidates' runs and the uses; scratch is rewound.
 */
void judge(struct verdict *v, struct arena *scratch);

/* Do the re-runs so far show that the seed has no part in it? At least JUDGE_AGREE runs
 * (or all) of every candidate. */
enum { JUDGE_AGREE = 3 };
bool judge_ignores_seed(const struct verdict *v, struct arena *scratch);

#endif
