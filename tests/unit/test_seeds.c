/* What repeats on several seeds say: agreement, skew, the median, and what a winner is
 * worth. References by scipy 1.17; simulations are seeded. */
#include "base/double.h"
#include "base/seeds.h"
#include "base/selection.h"
#include "noise.h"
#include "test.h"

TEST(repeats_that_agree)
{
	const double same[] = {0.25, 0.25, 0.25}, jitter[] = {0.25, 0.2500009, 0.25};
	const double other[] = {0.25, 0.25002, 0.25};
	const double near[] = {3, 3 + 2e-12, 3}, far[] = {3, 3 + 4e-12, 3};
	const double zero[] = {0, -0.0};

	CHECK(seeds_agree(same, 3, 1));
	CHECK(seeds_agree(same, 3, 0));
	CHECK(seeds_agree(jitter, 3, 1)); /* 1e-6 of the spread is the same */
	CHECK(!seeds_agree(jitter, 3, 0.01));
	CHECK(!seeds_agree(jitter, 3, 0)); /* without a spread, 1e-12 of the size */
	CHECK(!seeds_agree(other, 3, 1));
	CHECK(seeds_agree(near, 3, 0));
	CHECK(!seeds_agree(far, 3, 0));
	CHECK(seeds_agree(zero, 2, 0));
}

/* scipy: the mean of zscore(y)**3 over both groups. */
TEST(skewness_is_pooled_over_groups)
{
	const double a[] = {1, 2, 4, 8, 16}, b[] = {1, 1, 1, 2};
	const double c[] = {5, 5, 5}, d[] = {1, 2, 3};
	struct skewness s = {0};

	CHECK(isnan(skewness_of(&s)));
	CHECK(!skewness_matters(&s));
	skewness_add(&s, a, 5);
	skewness_add(&s, b, 4);
	CHECK_DOUBLE(skewness_of(&s), 1.007115869733531, 1e-12);
	skewness_add(&s, c, 3); /* says nothing */
	skewness_add(&s, a, 2);
	CHECK_DOUBLE(skewness_of(&s), 1.007115869733531, 1e-12);
	CHECK(skewness_matters(&s));
	skewness_add(&s, d, 3);
	CHECK_DOUBLE(skewness_of(&s), 1.007115869733531 * 9 / 12, 1e-12);
}

/* scipy.stats.binom, and the formula of the header in numpy. */
TEST(an_interval_for_the_median)
{
	const double y[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
	double low, high;

	CHECK_DOUBLE(seeds_median_interval(y, 5, 0.95, &low, &high), 0.9375, 1e-12);
	CHECK_DOUBLE(low, 1, 0);
	CHECK_DOUBLE(high, 16, 0);
	CHECK_DOUBLE(seeds_median_interval(y, 2, 0.95, &low, &high), 0.5, 1e-12);
	CHECK_DOUBLE(seeds_median_interval(y, 10, 0.95, &low, &high), 0.95, 0);
	CHECK_DOUBLE(low, 3.315315315315316, 1e-9);
	CHECK_DOUBLE(high, 171.81981981981977, 1e-9);
	CHECK_DOUBLE(seeds_median_interval(y, 11, 0.9, &low, &high), 0.9, 0);
	CHECK_DOUBLE(low, 5.685714285714285, 1e-9);
	CHECK_DOUBLE(high, 202.05714285714288, 1e-9);
	CHECK_DOUBLE(seeds_median(y, 5), 4, 0);
	CHECK_DOUBLE(seeds_median(y, 4), 3, 0);
}

/* numpy: 4,000,000 draws by the same rule give 0.086538 ± 0.000038, and for the far end
 * 0.4437; the quantile of 2,000 has a standard error of 0.019. */
TEST(the_optimism_of_a_choice)
{
	const double y[] = {1.0, 1.4, 0.7, 1.1, 0.9, 1.2, 0.8, 1.0,
	                    1.3, 1.1, 0.9, 1.3, 1.5, 1.0, 1.2};
	struct selection s = selection_of(y, 3, 5, 0.95, 1), one;

	CHECK_DOUBLE(s.optimism, 0.08654, 0.004);
	CHECK_DOUBLE(s.below * s.below,
	             pow(2.7764451051977934, 2) * 0.067 / 5 + pow(s.optimism, 2), 1e-9);
	CHECK_DOUBLE(s.above + s.optimism, 0.4437, 0.05);
	one = selection_of(y, 3, 5, 0.95, 1);
	CHECK_DOUBLE(one.optimism, s.optimism, 0);
	one = selection_of(y, 1, 5, 0.95, 1);
	CHECK_DOUBLE(one.optimism, 0, 0);
	CHECK_DOUBLE(one.below, 2.7764451051977934 * sqrt(0.067 / 5), 1e-9);
	CHECK_DOUBLE(one.above, one.below, 0);
}

enum law { NORMAL, T3, UNEQUAL, SHARED, SKEWED };
enum { MOST = 11, SEEDS = 10 };

static double draw(enum law law, uint64_t i, size_t k, size_t r)
{
	uint32_t j = (uint32_t)(k * SEEDS + r);

	switch (law) {
	case T3: return noise_t3(11, i, j);
	case UNEQUAL:
		return noise_normal(12, i, j) *
		       exp(0.7 * noise_normal(13, i, (uint32_t)k));
	case SHARED:
		return sqrt(0.9) * noise_normal(14, i, (uint32_t)r) +
		       sqrt(0.1) * noise_normal(15, i, j);
	case SKEWED: return noise_lognormal(16, i, j);
	case NORMAL: break;
	}
	return noise_normal(17, i, j);
}

/* What a verification prints of a winner that is no better than the others: does it
 * hold the truth, the median where it is skewed and the mean where it is not? */
static bool winner_covered(enum law law, size_t k, size_t n, uint64_t i)
{
	double y[MOST * SEEDS], mine[SEEDS], low, high;
	struct skewness skew = {0};
	struct moments best = {.mean = (double)INFINITY}, m;
	struct selection s;
	bool skewed = law == SKEWED;

	for (size_t c = 0; c < k; c++) {
		for (size_t r = 0; r < n; r++)
			y[c * n + r] = draw(law, i, c, r);
		skewness_add(&skew, &y[c * n], n);
		m = stat_of(&y[c * n], n);
		if (m.mean < best.mean) {
			best = m;
			memcpy(mine, &y[c * n], n * sizeof *mine);
		}
	}
	s = selection_of(y, k, n, 0.95, i);
	if (!skewness_matters(&skew)) {
		double off = (skewed ? exp(0.5) : 0) - best.mean - s.optimism;

		return off >= -s.below && off <= s.above;
	}
	qsort(mine, n, sizeof *mine, double_compare);
	seeds_median_interval(mine, n, 0.95, &low, &high);
	return low <= (skewed ? 1 : 0) && (skewed ? 1 : 0) <= high + s.optimism;
}

static double coverage(enum law law, size_t k, size_t n, size_t times)
{
	size_t held = 0;

	for (uint64_t i = 0; i < times; i++)
		held += winner_covered(law, k, n, i);
	return (double)held / (double)times;
}

TEST(a_winner_is_what_is_said_of_it)
{
	static const struct {
		enum law law;
		size_t k, n;
		double least, most;
	} wanted[] = {
	    {NORMAL, 4, 5, 0.93, 0.97},  {T3, 4, 5, 0.93, 0.975},
	    {UNEQUAL, 4, 5, 0.93, 0.97}, {SHARED, 4, 5, 0.93, 0.97},
	    {SKEWED, 4, 5, 0.92, 1},     {NORMAL, 11, 5, 0.93, 0.97},
	    {NORMAL, 4, 10, 0.93, 0.97}, {SKEWED, 4, 10, 0.92, 1},
	};
	const size_t times = 1500;

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		double c = coverage(wanted[i].law, wanted[i].k, wanted[i].n, times);

		printf("# law %d, %zu candidates, %zu seeds: %.3f\n",
		       (int)wanted[i].law, wanted[i].k, wanted[i].n, c);
		CHECK(c >= wanted[i].least - 0.012 && c <= wanted[i].most + 0.012);
	}
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
	    repeats_that_agree, skewness_is_pooled_over_groups,
	    an_interval_for_the_median, the_optimism_of_a_choice,
	    a_winner_is_what_is_said_of_it};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "repeats_that_agree, skewness_is_pooled_over_groups, "
	                 "an_interval_for_the_median, the_optimism_of_a_choice, "
	                 "a_winner_is_what_is_said_of_it");
}
