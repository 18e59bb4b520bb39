#include "base/elementary.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
static const double one_over_root_pi = 0.56418958354775628695;

static uint64_t bits_of(double x)
{
	uint64_t b;

	memcpy(&b, &x, sizeof b);
	return b;
}

static double of_bits(uint64_t b)
{
	double x;

	memcpy(&x, &b, sizeof x);
	return x;
}

/* a[0] x^(n-1) + … + a[n-1] */
static double polynomial(const double *a, size_t n, double x)
{
	double sum = a[0];

	for (size_t i = 1; i < n; i++)
		sum = sum * x + a[i];
	return sum;
}

/* (exp(r) - 1 - r) / r^2 by Taylor's series, |r| <= 0.35 */
static double rest_of_exp(double r)
{
	static const double inverse_factorials[] = {1.0 / 87178291200,
	                                            1.0 / 6227020800,
	                                            1.0 / 479001600,
	                                            1.0 / 39916800,
	                                            1.0 / 3628800,
	                                            1.0 / 362880,
	                                            1.0 / 40320,
	                                            1.0 / 5040,
	                                            1.0 / 720,
	                                            1.0 / 120,
	                                            1.0 / 24,
	                                            1.0 / 6,
	                                            0.5};

	return polynomial(inverse_factorials, 13, r);
}

/* Cody & Waite 1980, chapter 6: x = k ln 2 + r. */
double portable_exp(double x)
{
	double k, r, p;
	int e;

	if (isnan(x))
		return x;
	if (x > 709.7827128933840)
		return (double)INFINITY;
	if (x < -745.2)
		return 0;
	k = floor(x * 0x1.71547652b82fep0 + 0.5);
	r = (x - k * ln2_high) - k * ln2_low;
	p = 1 + (r + r * r * rest_of_exp(r));
	e = (int)k;
	if (e < -1000) /* where the result is subnormal: rounded once, at the end */
		return p * of_bits((uint64_t)(e + 60 + 1023) << 52) * 0x1p-60;
	if (e > 1000)
		return p * 2 * of_bits((uint64_t)(e - 1 + 1023) << 52);
	return p * of_bits((uint64_t)(e + 1023) << 52);
}

double portable_expm1(double x)
{
	if (fabs(x) < 0.35)
		return x + x * x * rest_of_exp(x);
	return portable_exp(x) - 1;
}

/* log((1 + s) / (1 - s)) by the series of the inverse hyperbolic tangent, |s| <=
 * 0.172. */
static double twice_atanh(double s)
{
	static const double odd[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17,
	                             1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9,
	                             1.0 / 7,  1.0 / 5,  1.0 / 3};
	double s2 = s * s;

	return 2 * s + 2 * s * s2 * polynomial(odd, 11, s2);
}

/* x = 2^k m with m from sqrt(1/2) to sqrt(2). */
double portable_log(double x)
{
	const uint64_t half = UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
	double k = 0, m;
	int64_t e;

	if (isnan(x) || x < 0)
		return (double)NAN;
	if (!(x > 0))
		return -(double)INFINITY;
	if (isinf(x))
		return x;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		k = -54;
	}
	e = (int64_t)(bits_of(x) - half) >> 52;
	m = of_bits(bits_of(x) - ((uint64_t)e << 52));
	k += (double)e;
	return k * ln2_high + (twice_atanh((m - 1) / (m + 1)) + k * ln2_low);
}

double portable_log1p(double x)
{
	if (x > -0.29 && x < 0.41)
		return twice_atanh(x / (2 + x));
	return portable_log(1 + x);
}

double portable_pow(double x, double y)
{
	return y < 0 || y > 0 ? portable_exp(y * portable_log(x)) : 1;
}

/* Cody 1969, "Rational Chebyshev approximations for the error function": erf(x) for |x|
 * <= 0.46875. */
static double small_erf(double x)
{
	static const double up[] = {1.85777706184603153e-1, 3.16112374387056560e0,
	                            1.13864154151050156e2, 3.77485237685302021e2,
	                            3.20937758913846947e3};
	static const double down[] = {1, 2.36012909523441209e1, 2.44024637934444173e2,
	                              1.28261652607737228e3, 2.84423683343917062e3};

	return x * polynomial(up, 5, x * x) / polynomial(down, 5, x * x);
}

/* exp(x^2) erfc(x) for 0.46875 < x <= 4, and beyond. */
static double middle_erfcx(double x)
{
	static const double up[] = {
	    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
	    6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
	    1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
	static const double down[] = {1,
	                              1.57449261107098347e1,
	                              1.17693950891312499e2,
	                              5.37181101862009858e2,
	                              1.62138957456669019e3,
	                              3.29079923573345963e3,
	                              4.36261909014324716e3,
	                              3.43936767414372164e3,
	                              1.23033935480374942e3};

	return polynomial(up, 9, x) / polynomial(down, 9, x);
}

static double large_erfcx(double x)
{
	static const double up[] = {1.63153871373020978e-2, 3.05326634961232344e-1,
	                            3.60344899949804439e-1, 1.25781726111229246e-1,
	                            1.60837851487422766e-2, 6.58749161529837803e-4};
	static const double down[] = {1,
	                              2.56852019228982242e0,
	                              1.87295284992346725e0,
	                              5.27905102951428412e-1,
	                              6.05183413124413191e-2,
	                              2.33520497626869185e-3};
	double y = 1 / (x * x);

	return (one_over_root_pi - y * polynomial(up, 6, y) / polynomial(down, 6, y)) /
	       x;
}

static double scaled(double x)
{
	return x > 4 ? large_erfcx(x) : middle_erfcx(x);
}

/* exp(-x^2): x is cut after sixteenths, whose square is exact. */
static double minus_square(double x)
{
	double cut = trunc(x * 16) / 16;

	return portable_exp(-cut * cut) * portable_exp(-(x - cut) * (x + cut));
}

double portable_erfc(double x)
{
	if (fabs(x) <= 0.46875)
		return 1 - small_erf(x);
	if (x > 27.3)
		return 0;
	if (x < -6)
		return 2;
	return x > 0 ? minus_square(x) * scaled(x) : 2 - minus_square(x) * scaled(-x);
}

double portable_erfcx(double x)
{
	if (x > 0.46875)
		return scaled(x);
	return portable_erfc(x) / minus_square(x);
}

double portable_sum_exp(const double *x, size_t n, double *sum)
{
	double most = -(double)INFINITY;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, x[i]);
	*sum = 0;
	for (size_t i = 0; i < n && isfinite(most); i++)
		*sum += portable_exp(x[i] - most);
	return most;
}
