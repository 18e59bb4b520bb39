/* What to do about "cannot tell": how many pairs would tell a difference of the size
 * seen, and which differences are ruled out already. */
#ifndef HPS_BASE_EFFECT_H
#define HPS_BASE_EFFECT_H

#include "base/stat.h"

/* The fewest pairs n with which a t test at the one-sided level finds a difference like
 * the one seen in 4 of 5 cases: |mean| >= t_{1-level, n-1} sqrt(variance / n + items) +
 * t_{0.8, n-1} sqrt(variance / n) (Student's t for the normal quantiles of the usual
 * formula, e.g. Cochran & Cox 1957, section 2.21). items: the part of the test items in
 * the variance of the mean, which more pairs do not make smaller; 0: none are known. At
 * least s.n + 1 and at most EFFECT_PAIRS_MAX, which also stands for "more" and "never";
 * 0 where nothing was seen: fewer than two pairs, a difference of 0 or no noise. */
enum { EFFECT_PAIRS_MAX = 100000 };
size_t effect_pairs(struct moments s, double items, double level);
/* The fewest test items with which very many pairs would find it in 4 of 5 cases, given
 * the part of n items in the variance; by the normal limit of the same formula. At most
 * 1e15; 0 where the difference is 0. */
double effect_items(double mean, double items, size_t n, double level);

#endif
