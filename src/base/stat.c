#include "base/stat.h"
#include "base/elementary.h"

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

/* sum of a[i] x^i */
static double polynomial(const double *a, double x)
{
	double sum = a[7];

	for (int i = 6; i >= 0; i--)
		sum = sum * x + a[i];
	return sum;
}

/* GSL's is the same, but for the logarithm of the C library. */
double stat_normal_quantile(double u)
{
	static const double centre[2][8] = {
	    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
	     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
	     3.3430575583588128105e4, 2.5090809287301226727e3},
	    {1, 4.2313330701600911252e1, 6.8718700749205790830e2,
	     5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
	     2.8729085735721942674e4, 5.2264952788528545610e3}};
	static const double flank[2][8] = {
	    {1.42343711074968357734e0, 4.63033784615654529590e0,
	     5.76949722146069140550e0, 3.64784832476320460504e0,
	     1.27045825245236838258e0, 2.41780725177450611770e-1,
	     2.27238449892691845833e-2, 7.74545014278341407640e-4},
	    {1, 2.05319162663775882187e0, 1.67638483018380384940e0,
	     6.89767334985100004550e-1, 1.48103976427480074590e-1,
	     1.51986665636164571966e-2, 5.47593808499534494600e-4,
	     1.05075007164441684324e-9}};
	static const double tail[2][8] = {
	    {6.65790464350110377720e0, 5.46378491116411436990e0,
	     1.78482653991729133580e0, 2.96560571828504891230e-1,
	     2.65321895265761230930e-2, 1.24266094738807843860e-3,
	     2.71155556874348757815e-5, 2.01033439929228813265e-7},
	    {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
	     1.48753612908506148525e-2, 7.86869131145613259100e-4,
	     1.84631831751005468180e-5, 1.42151175831644588870e-7,
	     2.04426310338993978564e-15}};
	double q = u - 0.5, r = q < 0 ? u : 1 - u, x;

	if (fabs(q) <= 0.425) {
		r = 0.180625 - q * q;
		return q * (polynomial(centre[0], r) / polynomial(centre[1], r));
	}
	r = sqrt(-portable_log(r));
	x = r <= 5 ? polynomial(flank[0], r - 1.6) / polynomial(flank[1], r - 1.6)
	           : polynomial(tail[0], r - 5) / polynomial(tail[1], r - 5);
	return q < 0 ? -x : x;
}

double stat_normal_cdf(double x)
{
	return 0.5 * portable_erfc(-x * 0.70710678118654752440);
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

size_t stat_finite(const double *y, size_t n, double *out)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(y[i]))
			out[m++] = y[i];
	return m;
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
