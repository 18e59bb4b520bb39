/* Group sequential looks: against numbers computed otherwise, and against simulation.
 */
#include "base/sequential.h"
#include "noise.h"
#include "test.h"

static void bounds(struct look *looks, size_t k, double level)
{
	sequential_share(looks, k, level);
	for (size_t i = 0; i < k; i++)
		sequential_bound(looks, i);
}

TEST(the_plan_of_looks)
{
	struct look l[SEQUENTIAL_LOOKS];

	CHECK_INT(sequential_plan(1, l), 0);
	CHECK_INT(sequential_plan(2, l), 1);
	CHECK_INT(l[0].n, 2);
	CHECK_INT(sequential_plan(9, l), 1);
	CHECK_INT(l[0].n, 9);
	CHECK_INT(sequential_plan(12, l), 2);
	CHECK_INT(l[0].n, 6);
	CHECK_INT(l[1].n, 12);
	CHECK_INT(sequential_plan(20, l), 4);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(l[i].n, 5 * (i + 1));
	CHECK_INT(sequential_plan(42, l), 4);
	CHECK_INT(l[0].n, 11);
	CHECK_INT(l[3].n, 42);
}

/* numpy, 400 Gauss-Legendre nodes a look, constant by brentq; the same program gives
 * 2.3613 for Pocock's four looks at 0.05 two-sided, which is published as 2.361. */
TEST(a_level_is_shared_among_looks)
{
	static const struct {
		size_t k, n[4];
		double level, spend[4];
	} known[] = {
	    {4,
	     {5, 10, 15, 20},
	     0.02,
	     {0.0038840003147074947, 0.005337387287987135, 0.005483763768666653,
	      0.005294848628638722}},
	    {2, {5, 10}, 0.01, {0.004251205432292458, 0.0057487945677075405}},
	    {3,
	     {2, 3, 7},
	     0.05,
	     {0.016283444325833323, 0.012190438753788342, 0.021526116920378334}},
	    {1, {5}, 0.02, {0.02}},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct look l[4] = {0};

		for (size_t j = 0; j < known[i].k; j++)
			l[j].n = known[i].n[j];
		sequential_share(l, known[i].k, known[i].level);
		for (size_t j = 0; j < known[i].k; j++)
			CHECK_DOUBLE(l[j].spend, known[i].spend[j], 5e-8);
	}
}

/* numpy, 20,000,000 normal sequences: how many of them were first over each bound. */
TEST(first_exits_agree_with_simulation)
{
	static const struct {
		struct look looks[4];
		double first[4], se[4];
	} known[] = {
	    {{{.n = 5, .bound = 4.49712},
	      {.n = 10, .bound = 3.10971},
	      {.n = 15, .bound = 2.79733},
	      {.n = 20, .bound = 2.65067}},
	     {0.00544525, 0.0054183, 0.0048317, 0.0043319},
	     {1.65e-05, 1.65e-05, 1.55e-05, 1.47e-05}},
	    {{{.n = 2, .bound = 8},
	      {.n = 3, .bound = 5},
	      {.n = 5, .bound = 3.5},
	      {.n = 9, .bound = 2.6}},
	     {0.0395215, 0.01026575, 0.00741725, 0.01063865},
	     {4.45e-05, 2.27e-05, 1.93e-05, 2.31e-05}},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (size_t k = 0; k < 4; k++) {
			double exit = sequential_error(known[i].looks, k + 1) -
			              sequential_error(known[i].looks, k);

			/* The grid is good for 1 % where single pairs are added. */
			CHECK_DOUBLE(
			    exit, known[i].first[k],
			    fmax(4 * known[i].se[k], 0.01 * known[i].first[k]));
		}
}

TEST(bounds_spend_what_they_are_given)
{
	struct look l[5];
	size_t k = sequential_plan(20, l);

	bounds(l, k, 0.02);
	CHECK_DOUBLE(sequential_error(l, k), 0.02, 1e-9);
	CHECK_DOUBLE(l[0].bound, 4.948773, 1e-5); /* scipy: t.isf(0.003884, 4) */
	for (size_t i = 0; i < k; i++)
		CHECK_DOUBLE(l[i].level, 1 - stat_t_cdf(l[i].bound, (double)l[i].n - 1),
		             1e-12);
	/* A continuation: stricter than its level alone would be lax, never stricter.
	 */
	l[4] = (struct look){.n = 30, .spend = 0.0025};
	sequential_bound(l, 4);
	CHECK_DOUBLE(sequential_error(l, 5), 0.0225, 1e-9);
	CHECK(l[4].level > 0.0025);
	l[4].spend = 0;
	sequential_bound(l, 4);
	CHECK(isinf(l[4].bound) && l[4].level == 0);
}

/* In the limit the bounds are those of the normal law. */
TEST(many_pairs_are_normal)
{
	struct look l[SEQUENTIAL_LOOKS];
	size_t k = sequential_plan(100000, l);

	bounds(l, k, 0.02);
	for (size_t i = 0; i < k; i++) /* numpy: constant 2.3173975726867497 */
		CHECK_DOUBLE(-stat_normal_quantile(l[i].level),
		             2.3173975726867497 * pow((double)(i + 1) / 4, -0.1), 4e-3);
}

static double chance(struct moments s, size_t n, double bound)
{
	return sequential_power(s, n, bound * sqrt(s.variance / (double)n));
}

/* One comparison as the verification makes it: 1 yes, -1 no, 0 cannot tell. */
static int compare(const struct look *l, size_t k, const double *d, size_t *pairs)
{
	for (size_t i = 0; i < k; i++) {
		struct moments s = stat_of(d, l[i].n);
		double t = s.mean / stat_stderr(s), likely = 0;

		*pairs = l[i].n;
		if (fabs(t) >= l[i].bound)
			return t > 0 ? 1 : -1;
		for (size_t j = i + 1; j < k; j++)
			likely = fmax(likely, chance(s, l[j].n, l[j].bound));
		if (likely < 0.05)
			return 0;
	}
	return 0;
}

enum law { NORMAL, T3, UNEQUAL, SKEWED };

static double draw(enum law law, uint64_t i, uint32_t j)
{
	switch (law) {
	case T3: return noise_t3(1, i, 2 * j) - noise_t3(1, i, 2 * j + 1);
	case UNEQUAL:
		return 5 * noise_normal(2, i, 2 * j) + noise_normal(2, i, 2 * j + 1);
	case SKEWED:
		return noise_lognormal(3, i, 2 * j) - noise_lognormal(3, i, 2 * j + 1);
	case NORMAL: break;
	}
	return noise_normal(4, i, 2 * j) - noise_normal(4, i, 2 * j + 1);
}

struct found {
	double yes, no, pairs;
};

static struct found play(enum law law, double effect, size_t times)
{
	struct look l[SEQUENTIAL_LOOKS];
	size_t k = sequential_plan(20, l);
	struct found f = {0};

	bounds(l, k, 0.02);
	for (size_t i = 0; i < times; i++) {
		double d[20];
		size_t pairs = 0;
		int answer;

		for (uint32_t j = 0; j < 20; j++)
			d[j] = effect + draw(law, i, j);
		answer = compare(l, k, d, &pairs);
		f.yes += answer > 0;
		f.no += answer < 0;
		f.pairs += (double)pairs;
	}
	f.yes /= (double)times;
	f.no /= (double)times;
	f.pairs /= (double)times;
	return f;
}

TEST(a_false_yes_is_as_rare_as_promised)
{
	static const enum law laws[] = {NORMAL, T3, UNEQUAL, SKEWED};
	const size_t n = 20000;

	for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
		struct found f = play(laws[i], 0, n);
		double se = sqrt(0.02 * 0.98 / (double)n);

		CHECK(f.yes <= 0.02 + 3 * se);
		CHECK(f.no <= 0.02 + 3 * se);
	}
}

TEST(power_and_pairs_are_as_stated)
{
	static const struct {
		double effect, power, pairs;
	} wanted[] = {{0.5, 0.20, 19}, {1, 0.70, 16}, {2, 0.99, 10}};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		struct found f = play(NORMAL, wanted[i].effect, 20000);

		printf("# %.1f sd: %.1f %% with %.1f pairs\n", wanted[i].effect,
		       100 * f.yes, f.pairs);
		CHECK(f.yes >= wanted[i].power);
		CHECK(f.pairs <= wanted[i].pairs);
	}
}

/* scipy: norm.cdf((20*.8 - 2.65*sqrt(20)*1.1) / (1.1*sqrt(20))) + the other side. */
TEST(the_chance_that_a_later_look_decides)
{
	struct moments s = {.n = 10, .mean = 0.8, .variance = 1.21};

	CHECK_DOUBLE(chance(s, 20, 2.65), 0.726566847137017, 1e-12);
	s.mean = -0.8;
	CHECK_DOUBLE(chance(s, 20, 2.65), 0.726566847137017, 1e-12);
	s.variance = 0;
	CHECK_DOUBLE(chance(s, 20, 2.65), 1, 0);
	s.mean = 0;
	CHECK_DOUBLE(sequential_power(s, 20, (double)INFINITY), 0, 0);
	/* A half width that more pairs do not bring below the mean. */
	s = (struct moments){.n = 10, .mean = 0.5, .variance = 0.01};
	CHECK(sequential_power(s, 20, 0.8) < 1e-9);
	CHECK_DOUBLE(sequential_power(s, 20, 0.5), 0.5, 1e-12);
}

TEST(allowances_add_up_to_less_than_the_whole)
{
	double sum = 0;

	CHECK_DOUBLE(sequential_allowance(1), 0.02, 0);
	CHECK_DOUBLE(sequential_allowance(2), 0.0025, 0);
	CHECK_DOUBLE(sequential_allowance(3), 0.00125, 0);
	for (uint64_t use = 1; use < 40; use++)
		sum += sequential_allowance(use);
	CHECK(sum < 0.025);
	CHECK(sequential_allowance(UINT64_MAX) > 0);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {the_plan_of_looks,
	                                      a_level_is_shared_among_looks,
	                                      first_exits_agree_with_simulation,
	                                      bounds_spend_what_they_are_given,
	                                      many_pairs_are_normal,
	                                      a_false_yes_is_as_rare_as_promised,
	                                      power_and_pairs_are_as_stated,
	                                      the_chance_that_a_later_look_decides,
	                                      allowances_add_up_to_less_than_the_whole};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "the_plan_of_looks, a_level_is_shared_among_looks, "
	                 "first_exits_agree_with_simulation, "
	                 "bounds_spend_what_they_are_given, many_pairs_are_normal, "
	                 "a_false_yes_is_as_rare_as_promised, "
	                 "power_and_pairs_are_as_stated, "
	                 "the_chance_that_a_later_look_decides, "
	                 "allowances_add_up_to_less_than_the_whole");
}
