#include "gp/normal.h"
#include "base/elementary.h"

#include <stddef.h>

static const double root_half = 0.70710678118654752440;
static const double log_half_pi = 0.45158270528945486473;

double log1mexp(double x)
{
	return x > -0.69314718055994530942 ? portable_log(-portable_expm1(x))
	                                   : portable_log1p(-portable_exp(x));
}

double log_phi(double z, double *slope)
{
	double f, log_density = -0.5 * z * z - log_sqrt_2pi;

	if (z > -5)
		f = portable_log(0.5 * portable_erfc(-z * root_half));
	else
		f = portable_log(0.5 * portable_erfcx(-z * root_half)) - 0.5 * z * z;
	if (slope)
		*slope = portable_exp(log_density - f);
	return f;
}

double log_h(double z, double *slope)
{
	double f, log_density = -0.5 * z * z - log_sqrt_2pi;

	if (z > -1)
		f = portable_log(portable_exp(log_density) +
		                 z * 0.5 * portable_erfc(-z * root_half));
	else if (z > -1e5)
		f = log_density +
		    log1mexp(portable_log(portable_erfcx(-z * root_half) * -z) +
		             0.5 * log_half_pi);
	else
		f = log_density - 2 * portable_log(-z);
	if (slope)
		*slope = portable_exp(log_phi(z, NULL) - f);
	return f;
}
