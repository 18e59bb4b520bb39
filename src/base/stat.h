/* The few quantiles and moments that the program needs; GSL's distributions stand
 * behind it. */
#ifndef HPS_BASE_STAT_H
#define HPS_BASE_STAT_H

#include <stddef.h>

/* Once, before anything else here: a number that GSL cannot compute becomes NaN instead
 * of ending the program. */
void stat_init(void);
/* The same between the two, for a library: GSL's handler is the whole process's and is
 * put back when the last thread has left. */
void stat_enter(void);
void stat_leave(void);

/* Inverse of the standard normal CDF, 0 < u < 1 (Wichura 1988, algorithm AS 241,
 * PPND16); this and the CDF have the same bits on every machine. */
double stat_normal_quantile(double u);
double stat_normal_cdf(double x);
/* Inverse and forward of the regularised incomplete beta function I_x(a, b), a, b > 0.
 */
double stat_beta_quantile(double u, double a, double b);
double stat_beta_cdf(double x, double a, double b);
/* Student's t: the quantile at probability p with df degrees of freedom (df > 0). */
double stat_t_quantile(double p, double df);
double stat_t_cdf(double t, double df);

/* Mean and unbiased variance by Welford 1962, in the order given; NaN variance at n
 * < 2. */
struct moments {
	size_t n;
	double mean, variance;
};
struct moments stat_of(const double *x, size_t n);
/* Those of y (n) that are numbers, in out (n), in their order; returns how many. */
size_t stat_finite(const double *y, size_t n, double *out);
/* Half the width of the two-sided interval mean ± half at the given level (say 0.95):
 * t_{(1+level)/2, n-1} sqrt(variance / n) (Student 1908); NaN at n < 2. */
double stat_half_width(struct moments s, double level);
/* The interval of a share of which k of n were seen, exact and two-sided (Clopper &
 * Pearson 1934): the beta quantiles (1 - level) / 2 of (k, n - k + 1) and (1 + level) /
 * 2 of (k + 1, n - k); 0 and 1 at n = 0. */
struct stat_range {
	double low, high;
};
struct stat_range stat_share(size_t k, size_t n, double level);
double stat_stderr(struct moments s); /* sqrt(variance / n); NaN at n < 2 */

#endif
