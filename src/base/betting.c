#include "base/betting.h"
#include "base/elementary.h"

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
