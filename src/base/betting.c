#include "base/betting.h"
#include "base/elementary.h"

#include <math.h>

/* Shares of the fortune, from bold to careful: each is best for a mean of about itself
 * times the variance. */
static const double shares[] = {0.95,  0.7,  0.5,  0.35, 0.25,  0.18,
                                0.125, 0.09, 0.06, 0.04, 0.025, 0.015};
enum { SHARES = sizeof shares / sizeof *shares };

double betting_log(const double *x, size_t n, double m)
{
	double each[SHARES], most, sum;

	for (size_t k = 0; k < SHARES; k++) {
		double f = shares[k] / (1 + m);

		each[k] = 0;
		for (size_t i = 0; i < n; i++)
			each[k] += portable_log1p(f * (x[i] - m));
	}
	most = portable_sum_exp(each, SHARES, &sum);
	return most + portable_log(sum) - portable_log((double)SHARES);
}

/* That is at most: ln(1 + y) <= y - y^2/2 + y^3/3 for every y > -1, and a mean is no
 * more than the largest. */
static double log_at_most(const double *x, size_t n)
{
	double sum[3] = {0}, most = -(double)INFINITY;

	for (size_t i = 0; i < n; i++) {
		sum[0] += x[i];
		sum[1] += x[i] * x[i];
		sum[2] += x[i] * x[i] * x[i];
	}
	for (size_t k = 0; k < SHARES; k++) {
		double f = shares[k];

		most = fmax(most, f * (sum[0] - f * (sum[1] / 2 - f * (sum[2] / 3))));
	}
	return most;
}

bool betting_reaches(const double *x, size_t n, double target)
{
	const double rounding = 1e-3;

	return log_at_most(x, n) > target - rounding && betting_log(x, n, 0) >= target;
}

double betting_lower(const double *x, size_t n, double level)
{
	double target = -portable_log(level), low = -1, high = 1;

	while (high - low > 1e-6) {
		double m = low + (high - low) / 2;

		/* The fortune falls as m rises. */
		if (betting_log(x, n, m) >= target)
			low = m;
		else
			high = m;
	}
	return low;
}
