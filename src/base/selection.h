/* What the winner of a comparison is really worth. Its mean was the best of several, so
 * it is the luckier for it: the mean that the winner shows is too good on the average.
 *
 * The parametric bootstrap plays the choice again: with the means seen as the truth,
 * new means are drawn, the best of them chosen, and the average of what the chosen
 * one's new mean has over its truth is the optimism (Efron & Tibshirani 1993, section
 * 10.2; of the selected: Simon & Simon 2013). New means have the covariance that the
 * values have over the seeds, so that noise which all candidates share by seed makes no
 * optimism: mean_i + sum_r g_r (y_ir - mean_i) / sqrt(n (n - 1)), g_r standard normal.
 *
 * The luck that the choice lets through makes the winner look too good, hardly ever too
 * bad. So the interval has two ends of different kinds. The far one, which says how bad
 * the winner may be, is that of the bootstrap-t (Efron & Tibshirani 1993, section 12.5)
 * of the same choices: each error of a chosen mean over that one's standard error,
 * which a chi-squared variable of n - 1 degrees of freedom makes as uncertain as it is.
 * It is nearer than Student's t around the corrected mean where a winner owes its place
 * to an outlier, which its own standard error then knows of. The near end is Student's
 * t, widened by the whole optimism, which the bootstrap puts too high where the
 * candidates differ. tests/bench/judge.c prints how often the two hold.
 */
#ifndef HPS_BASE_SELECTION_H
#define HPS_BASE_SELECTION_H

#include <stddef.h>
#include <stdint.h>

struct selection {
	double
	    optimism; /* to be added to the winner's mean; >= 0 where small is best */
	double below, above; /* the interval: so far below and above the corrected mean
	                      */
};
/* y: (k, n), row-major, finite: candidate i's values at n seeds, the same seeds for
 * all; small values are best, ties go to the first. The interval holds at level; of one
 * candidate alone it is Student's t. n >= 2, k >= 1. The draws are a pure function of
 * seed. */
struct selection selection_of(const double *y, size_t k, size_t n, double level,
                              uint64_t seed);

#endif
