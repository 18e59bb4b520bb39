/* What the winner of a comparison is really worth. Its mean was the best of several, so
 * it is the luckier for it: the mean that the winner shows is too good on the average.
 *
 * The parametric bootstrap plays the choice again: with the means seen as the truth,
 * new means are drawn, the best of them chosen, and the average of what the chosen
 * one's new mean has over its truth is the optimism (Efron & Tibshirani 1993, section
 * 10.2; of the selected: Simon & Simon 2013). New means have the covariance that the
 * values have over the seeds, so that noise which all candidates share by seed makes no
 * optimism: mean_i + sum_r g_r (y_ir - mean_i) / sqrt(n (n - 1)), g_r standard normal.
 */
#ifndef HPS_BASE_SELECTION_H
#define HPS_BASE_SELECTION_H

#include <stddef.h>
#include <stdint.h>

struct selection {
	double
	    optimism; /* to be added to the winner's mean; >= 0 where small is best */
	double half;  /* half width of the interval around the corrected mean */
};
/* y: (k, n), row-major, finite: candidate i's values at n seeds, the same seeds for
 * all; small values are best, ties go to the first. The interval is Student's t of the
 * winner's values at level, widened by the part of the optimism that the bootstrap does
 * not know well: half^2 = t^2 (variance / n + 0.1 optimism^2). n >= 2, k >= 1. The
 * draws are a pure function of seed. */
struct selection selection_of(const double *y, size_t k, size_t n, double level,
                              uint64_t seed);

#endif
