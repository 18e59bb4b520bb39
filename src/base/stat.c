#include "base/stat.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

void stat_init(void)
{
	gsl_set_error_handler_off();
}

double stat_normal_quantile(double u)
{
	return gsl_cdf_ugaussian_Pinv(u);
}

double stat_normal_cdf(double x)
{
	return gsl_cdf_ugaussian_P(x);
}

double stat_beta_quantile(double u, double a, double b)
{
	return gsl_cdf_beta_Pinv(u, a, b);
}

double stat_beta_cdf(double x, double a, double b)
{
	return gsl_cdf_beta_P(x, a, b);
}

double stat_t_quantile(double p, double df)
{
	return gsl_cdf_tdist_Pinv(p, df);
}

double stat_t_cdf(double t, double df)
{
	return gsl_cdf_tdist_P(t, df);
}

struct moments stat_of(const double *x, size_t n)
{
	struct moments s = {.n = n};
	double m2 = 0;

	for (size_t i = 0; i < n; i++) {
		double d = x[i] - s.mean;

		/* Apart where the difference of two finite values is not finite. */
		s.mean += isfinite(d)
		              ? d / (double)(i + 1)
		              : x[i] / (double)(i + 1) - s.mean / (double)(i + 1);
		m2 += d * (x[i] - s.mean);
	}
	s.variance = n < 2 ? (double)NAN : m2 / (double)(n - 1);
	return s;
}

double stat_stderr(struct moments s)
{
	return sqrt(s.variance / (double)s.n);
}

double stat_half_width(struct moments s, double level)
{
	if (s.n < 2)
		return (double)NAN;
	return stat_t_quantile((1 + level) / 2, (double)s.n - 1) * stat_stderr(s);
}

struct stat_range stat_share(size_t k, size_t n, double level)
{
	struct stat_range r = {0, 1};
	double a = (double)k, b = (double)n - a;

	if (k > 0)
		r.low = stat_beta_quantile((1 - level) / 2, a, b + 1);
	if (k < n)
		r.high = stat_beta_quantile((1 + level) / 2, a + 1, b);
	return r;
}
