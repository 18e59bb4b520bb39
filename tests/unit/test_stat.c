/* Quantiles and moments, against tables computed elsewhere and against each other. */
#include "base/stat.h"
#include "test.h"

static void check_close(double got, double want, double relative)
{
	CHECK_DOUBLE(got, want, relative * fabs(want) + 1e-300);
}

TEST(t_quantiles)
{
	static const struct {
		double p, df, t;
	} known[] = {
	    {0.975, 1, 12.706204736174694},  {0.975, 2, 4.302652729749462},
	    {0.975, 4, 2.7764451051977934},  {0.975, 9, 2.262157162798205},
	    {0.95, 4, 2.1318467863266495},   {0.995, 2, 9.924843200918287},
	    {0.9995, 1, 636.6192487687897},  {0.9995, 3, 12.923978636687961},
	    {0.025, 4, -2.7764451051977943}, {0.975, 1000, 1.9623390808264083},
	    {0.75, 1.5, 0.8725946625415716},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		check_close(stat_t_quantile(known[i].p, known[i].df), known[i].t, 1e-9);
	CHECK_DOUBLE(stat_t_quantile(0.5, 3), 0, 1e-12);
	CHECK_DOUBLE(stat_t_cdf(-2.5, 7), 0.020496109292876444, 1e-12);
	CHECK_DOUBLE(stat_t_cdf(1, 3), 0.8044988905221148, 1e-12);
}

TEST(normal_both_ways)
{
	check_close(stat_normal_quantile(0.975), 1.959963984540054, 1e-12);
	check_close(stat_normal_quantile(0.3), -0.5244005127080409, 1e-12);
	check_close(stat_normal_quantile(1e-10), -6.361340902404056, 1e-12);
	CHECK_DOUBLE(stat_normal_quantile(0.5), 0, 1e-15);
	for (double x = -8; x <= 5; x += 0.125)
		CHECK_DOUBLE(stat_normal_quantile(stat_normal_cdf(x)), x, 1e-9);
}

TEST(beta_both_ways)
{
	check_close(stat_beta_quantile(0.5, 2, 3), 0.3857275681323895, 1e-9);
	check_close(stat_beta_quantile(0.1, 0.5, 0.5), 0.024471741852423214, 1e-9);
	check_close(stat_beta_quantile(0.9, 5, 1), 0.9791483623609768, 1e-9);
	check_close(stat_beta_quantile(0.01, 20, 3), 0.6695000540987371, 1e-9);
	CHECK_DOUBLE(stat_beta_quantile(0.3, 1, 1), 0.3, 1e-12);
	for (double a = 0.5; a < 30; a *= 1.7)
		for (double b = 0.5; b < 30; b *= 1.9)
			for (double u = 0.01; u < 1; u += 0.07)
				CHECK_DOUBLE(
				    stat_beta_cdf(stat_beta_quantile(u, a, b), a, b), u,
				    1e-8);
}

TEST(nonsense_does_not_end_the_program)
{
	CHECK(isnan(stat_beta_quantile(0.5, -1, 2)));
	CHECK(isnan(stat_beta_quantile(2, 1, 2)));
}

TEST(moments)
{
	const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
	struct moments s = stat_of(x, 8);

	CHECK_INT(s.n, 8);
	CHECK_DOUBLE(s.mean, 5, 1e-15);
	CHECK_DOUBLE(s.variance, 32.0 / 7, 1e-14);
	CHECK_DOUBLE(stat_stderr(s), sqrt(4.0 / 7), 1e-14);
	CHECK_DOUBLE(stat_half_width(s, 0.95), 2.3646242515927853 * sqrt(4.0 / 7),
	             1e-8);
}

TEST(moments_far_from_zero)
{
	const double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};

	CHECK_DOUBLE(stat_of(x, 4).variance, 30, 1e-6);
}

TEST(few_numbers_have_no_interval)
{
	const double x[] = {3};

	CHECK_DOUBLE(stat_of(x, 1).mean, 3, 0);
	CHECK(isnan(stat_of(x, 1).variance));
	CHECK(isnan(stat_stderr(stat_of(x, 1))));
	CHECK(isnan(stat_half_width(stat_of(x, 1), 0.95)));
	CHECK(isnan(stat_half_width(stat_of(x, 0), 0.95)));
	CHECK_INT(stat_of(x, 0).n, 0);
}

/* 0 of 4, 4 of 4, 3 of 10. */
TEST(share_interval_is_exact)
{
	struct stat_range r = stat_share(0, 4, 0.95);

	CHECK_DOUBLE(r.low, 0, 0);
	CHECK_DOUBLE(r.high, 1 - pow(0.025, 0.25), 1e-12);
	r = stat_share(4, 4, 0.95);
	CHECK_DOUBLE(r.low, pow(0.025, 0.25), 1e-12);
	CHECK_DOUBLE(r.high, 1, 0);
	/* What defines them: P(X >= 3 | low) = P(X <= 3 | high) = 0.025. */
	r = stat_share(3, 10, 0.95);
	CHECK_DOUBLE(stat_beta_cdf(r.low, 3, 8), 0.025, 1e-12);
	CHECK_DOUBLE(stat_beta_cdf(r.high, 4, 7), 0.975, 1e-12);
	r = stat_share(0, 0, 0.95);
	CHECK(r.low == 0 && r.high == 1);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {t_quantiles,
	                                      normal_both_ways,
	                                      beta_both_ways,
	                                      nonsense_does_not_end_the_program,
	                                      moments,
	                                      moments_far_from_zero,
	                                      few_numbers_have_no_interval,
	                                      share_interval_is_exact};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "t_quantiles, normal_both_ways, beta_both_ways, "
	                 "nonsense_does_not_end_the_program, moments, "
	                 "moments_far_from_zero, few_numbers_have_no_interval, "
	                 "share_interval_is_exact");
}
