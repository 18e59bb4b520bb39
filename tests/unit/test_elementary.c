/* The portable elementary functions against the C library's, in units of the last
 * place, and where they end. */
#include "base/elementary.h"
#include "base/rng.h"
#include "base/stat.h"

#include <float.h>

#include "test.h"

/* How many units of the last place two numbers are apart. */
static double units(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b) ? 0 : (double)INFINITY;
	if (isinf(a) || isinf(b))
		return isinf(a) && isinf(b) && (a > 0) == (b > 0) ? 0
		                                                  : (double)INFINITY;
	return fabs(a - b) /
	       fmax(nextafter(fabs(b), (double)INFINITY) - fabs(b), 5e-324);
}

static double worst(double (*ours)(double), double (*theirs)(double), double low,
                    double high)
{
	double most = 0;

	for (uint64_t i = 0; i < 200000; i++) {
		double x = low + (high - low) * rng_unit(1, i, RNG_MODEL, 0);

		most = fmax(most, units(ours(x), theirs(x)));
	}
	printf("# from %g to %g: %.3g\n", low, high, most);
	return most;
}

TEST(exp_and_log_are_those_of_the_library)
{
	CHECK(worst(portable_exp, exp, -745, 709.7) < 2);
	CHECK(worst(portable_exp, exp, -1, 1) < 2);
	CHECK(worst(portable_expm1, expm1, -0.35, 0.35) < 2);
	CHECK(worst(portable_expm1, expm1, -40, 0) < 4);
	CHECK(worst(portable_log, log, 0, 1) < 3);
	CHECK(worst(portable_log, log, 0.9, 1.1) < 3);
	CHECK(worst(portable_log, log, 0, DBL_MAX) < 2);
	CHECK(worst(portable_log1p, log1p, -0.29, 0.41) < 4);
	CHECK(worst(portable_log1p, log1p, -1, 0) < 4);
}

TEST(the_error_function_is_that_of_the_library)
{
	CHECK(worst(portable_erfc, erfc, -10, 0.46875) < 3);
	CHECK(worst(portable_erfc, erfc, 0.46875, 26) < 12);
	for (double x = -3; x < 5; x += 0.001)
		CHECK(units(portable_erfcx(x), exp(x * x) * erfc(x)) < 70);
	/* Its asymptotic series. */
	for (double x = 1e3; x < 1e300; x *= 3)
		CHECK(fabs(portable_erfcx(x) * x * 1.7724538509055160273 /
		               (1 - 0.5 / (x * x)) -
		           1) < 1e-11);
}

TEST(the_normal_quantile_is_the_inverse_of_the_cdf)
{
	for (double u = 1e-300; u < 1; u = u < 1e-3 ? u * 1.7 : u + 1e-3) {
		double x = stat_normal_quantile(u);

		CHECK(fabs(stat_normal_cdf(x) / u - 1) < 1e-12);
		CHECK(fabs(0.5 * erfc(-x * 0.70710678118654752440) / u - 1) < 1e-12);
	}
	CHECK(units(stat_normal_quantile(0.5), 0) <= 0);
	CHECK(units(stat_normal_quantile(0.975), 1.9599639845400542355) < 4);
}

TEST(the_ends_are_those_of_the_library)
{
	const double at[] = {
	    0,           -0.0,    1,      -1,     (double)INFINITY, -(double)INFINITY,
	    (double)NAN, DBL_MIN, 1e-310, 5e-324, DBL_MAX,          -DBL_MAX,
	    709.78,      709.79,  -745,   -746};

	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		CHECK(units(portable_exp(at[i]), exp(at[i])) < 2);
		CHECK(units(portable_log(at[i]), log(at[i])) < 2);
		CHECK(units(portable_erfc(at[i]), erfc(at[i])) < 2);
	}
	CHECK(units(portable_pow(0, 2), 0) <= 0);
	CHECK(units(portable_pow(0, 0), 1) <= 0);
	CHECK(isinf(portable_pow(0, -1)));
	CHECK(units(portable_pow(0.3, 0.7), pow(0.3, 0.7)) < 3);
}

TEST(sums_of_exponentials_do_not_overflow)
{
	double sum;

	CHECK_DOUBLE(
	    portable_sum_exp((const double[]){999, 1000, -HUGE_VAL, 1000}, 4, &sum),
	    1000, 0);
	CHECK_DOUBLE(sum, 2 + exp(-1), 1e-15);
	CHECK(portable_sum_exp(NULL, 0, &sum) < -DBL_MAX);
	CHECK_DOUBLE(sum, 0, 0);
}

TEST_MAIN(exp_and_log_are_those_of_the_library,
          the_error_function_is_that_of_the_library,
          the_normal_quantile_is_the_inverse_of_the_cdf,
          the_ends_are_those_of_the_library, sums_of_exponentials_do_not_overflow)
