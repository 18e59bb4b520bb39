/* What repeats of one configuration on several seeds say beside their mean: whether the
 * seed matters at all, whether the values are skewed, and where their median lies. */
#ifndef HPS_BASE_SEEDS_H
#define HPS_BASE_SEEDS_H

#include <stdbool.h>
#include <stddef.h>

/* y (n >= 2) agree so closely that the seed has no part in them: to 1e-5 of spread, the
 * distance of the largest from the smallest value between configurations, or, where
 * spread is not above zero, to 1e-12 of the largest magnitude. */
bool seeds_agree(const double *y, size_t n, double spread);

/* How lopsided groups of values are: the mean of z^3 over all values of all groups of 3
 * or more that are not all equal, z = (y - mean) / sqrt(sum (y - mean)^2 / n) within
 * its group (the moment coefficient of skewness, Pearson 1895, pooled so that every
 * group counts whatever its mean and scale). NaN where no group says anything. */
struct skewness {
	double sum;
	size_t n;
};
void skewness_add(struct skewness *s, const double *y, size_t n);
double skewness_of(const struct skewness *s);
/* From here on means are not to be trusted with Student's t at a few seeds: half of all
 * normal samples of 4 x 5 values are beyond it, and 93 % of lognormal ones. A low mark
 * does no harm, because the median's interval holds for symmetric values as well. */
bool skewness_matters(const struct skewness *s);

/* An interval for the median from sorted values, whatever their distribution: order
 * statistics, interpolated between the two nearest depths so that it holds at level
 * (Hettmansperger & Sheather 1986, Statistics & Probability Letters 4, equation 2).
 * Returns the level that it has: level, or less where even the smallest and the largest
 * value hold the median less often, 1 - 2^(1-n). n >= 2. */
double seeds_median_interval(const double *sorted, size_t n, double level, double *low,
                             double *high);
double seeds_median(const double *sorted, size_t n);

#endif
