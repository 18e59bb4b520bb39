#include "base/stat.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>

/* How many threads are inside, and what handler there was before the first. */
static pthread_mutex_t inside_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t inside;
static gsl_error_handler_t *handler;

void stat_enter(void)
{
	pthread_mutex_lock(&inside_lock);
	if (!inside++)
		handler = gsl_set_error_handler_off();
	pthread_mutex_unlock(&inside_lock);
}

void stat_leave(void)
{
	pthread_mutex_lock(&inside_lock);
	if (!--inside)
		gsl_set_error_handler(handler);
	pthread_mutex_unlock(&inside_lock);
}

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

struct moments stat_of(const double *x, size_t n)
{
	struct moments s = {.n = n};
	double m2 = 0;

	for (size_t i = 0; i < n; i++) {
		double d = x[i] - s.mean;

		s.mean += d / (double)(i + 1);
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
