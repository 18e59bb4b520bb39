/* Test items, failures and the next step: references by scipy 1.17 (fisher_exact, t)
 * and numpy. */
#include "base/effect.h"
#include "base/fisher.h"
#include "base/items.h"
#include "noise.h"
#include "test.h"

TEST(fisher_as_scipy)
{
	static const struct {
		size_t ok, n, other_ok, other_n;
		double greater, both;
	} known[] = {
	    {10, 10, 0, 10, 5.412544112234515e-06, 1.082508822446903e-05},
	    {5, 5, 0, 5, 0.003968253968253969, 0.007936507936507938},
	    {8, 10, 3, 10, 0.03488925934746368, 0.06977851869492736},
	    {3, 10, 8, 10, 0.9972612526792093, 0.06977851869492736},
	    {7, 9, 5, 12, 0.11290783519885687, 0.1842343415098833},
	    {45, 50, 30, 50, 0.0004834216015314489, 0.0009668432030628979},
	    {0, 5, 0, 5, 1, 1},
	    {3, 3, 0, 0, 1, 1},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		CHECK_DOUBLE(fisher_greater(known[i].ok, known[i].n, known[i].other_ok,
		                            known[i].other_n),
		             known[i].greater, 1e-12);
		CHECK_DOUBLE(fisher_both(known[i].ok, known[i].n, known[i].other_ok,
		                         known[i].other_n),
		             known[i].both, 1e-12);
	}
}

TEST(pairs_that_would_tell)
{
	static const struct {
		struct moments s;
		double level;
		size_t pairs;
	} known[] = {
	    {{5, 1, 2}, 0.02, 19},
	    {{5, 0.5, 2}, 0.02, 70},
	    {{5, -1, 2}, 0.025, 18},
	    {{5, 10, 1}, 0.02, 6},
	    {{20, 0.01, 1}, 0.0025, EFFECT_PAIRS_MAX},
	    {{5, 0, 1}, 0.02, 0},
	    {{1, 3, (double)NAN}, 0.02, 0},
	    {{5, 1, 0}, 0.02, 0},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		CHECK_INT(effect_pairs(known[i].s, known[i].level), known[i].pairs);
}

/* numpy, by the formulas of the header. */
TEST(seeds_and_items_together)
{
	const double d[] = {1, 0, 0, -1, 1, 0, 0, 1, 0, 1, 1, -1, 0, 0, 1};
	struct joint j = items_paired(d, 3, 5, 1);

	CHECK_DOUBLE(j.mean, 0.26666666666666666, 1e-14);
	CHECK_DOUBLE(j.seeds, 0.0044444444444444444, 1e-14);
	CHECK_DOUBLE(j.items, 0.036560846560846565, 1e-14);
	CHECK_DOUBLE(j.df, 4.887172925570543, 1e-11);
	CHECK_DOUBLE(joint_half(j, 0.95), 0.5241721176622939, 1e-9);
	CHECK_DOUBLE(joint_seeds_half(j, 0.95, 3), 4.302652729749462 * sqrt(j.seeds),
	             1e-9);
}

/* Twelve items that only the one has right, five that only the other has: McNemar's
 * variance but for the two items that are added. */
TEST(one_seed_is_mcnemar)
{
	double d[100] = {0};
	struct joint j;

	for (size_t i = 0; i < 17; i++)
		d[i] = i < 12 ? 1 : -1;
	j = items_paired(d, 1, 100, 1);
	CHECK_DOUBLE(j.mean, 0.07, 1e-14);
	CHECK_DOUBLE(j.seeds, 0, 0);
	CHECK_DOUBLE(j.items, 0.0016996699669966995, 1e-15);
	CHECK_DOUBLE(j.items, (17 - 49.0 / 100) / 10000, 6e-5);
	CHECK(joint_items_half(j, 0.95, 100) > 0);
	CHECK_DOUBLE(joint_half(j, 0.95), joint_items_half(j, 0.95, 100), 1e-12);
}

TEST(no_item_differs_and_yet_nothing_is_certain)
{
	double d[40] = {0};
	struct joint j = items_paired(d, 2, 20, 1);

	CHECK_DOUBLE(j.mean, 0, 0);
	CHECK(joint_half(j, 0.95) > 0);
}

TEST(counts_alone_are_unpaired)
{
	const double d[] = {0.02, 0.03, 0.01};
	struct moments m = stat_of(d, 3);
	struct joint j = items_unpaired(m, 0.87, 0.85, 1000);

	CHECK_DOUBLE(j.items, (0.87 * 0.13 + 0.85 * 0.15) / 1000, 1e-15);
	CHECK_DOUBLE(j.seeds, m.variance / 3, 1e-18);
}

/* Two configurations that are equally good in the whole population of items, each with
 * luck of its own per item and per seed: how often the interval holds zero. */
static double coverage(size_t seeds, size_t items, double luck, bool counts)
{
	size_t held = 0, times = 1500;
	double *d = calloc(seeds * items, sizeof *d);

	for (uint64_t i = 0; i < times; i++) {
		double mean[10] = {0}, p = 0, q = 0;
		struct joint j;

		for (size_t k = 0; k < items; k++) {
			uint32_t at = (uint32_t)(k * (2 * seeds + 3));
			double hard = noise_normal(20, i, at) + 1;
			double one = hard + luck * noise_normal(20, i, at + 1);
			double two = hard + luck * noise_normal(20, i, at + 2);

			for (size_t r = 0; r < seeds; r++) {
				uint32_t run = at + 3 + (uint32_t)(2 * r);
				double a = one + 0.3 * noise_normal(20, i, run) > 0;
				double b = two + 0.3 * noise_normal(20, i, run + 1) > 0;

				d[r * items + k] = a - b;
				mean[r] += (a - b) / (double)items;
				p += a / (double)(items * seeds);
				q += b / (double)(items * seeds);
			}
		}
		j = counts ? items_unpaired(stat_of(mean, seeds), p, q, items)
		           : items_paired(d, seeds, items, 1);
		held += fabs(j.mean) <= joint_half(j, 0.95);
	}
	free(d);
	return (double)held / (double)times;
}

TEST(the_interval_holds_the_population)
{
	double few = coverage(5, 100, 1, false), many = coverage(5, 400, 0.5, false);
	double one = coverage(1, 200, 1, false), counts = coverage(5, 100, 1, true);

	printf("# paired %.3f %.3f, one seed %.3f, counts %.3f\n", few, many, one,
	       counts);
	CHECK(few > 0.93 && few < 0.975);
	CHECK(many > 0.93 && many < 0.975);
	CHECK(one > 0.93 && one < 0.975);
	CHECK(counts > 0.93);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
	    fisher_as_scipy,
	    pairs_that_would_tell,
	    seeds_and_items_together,
	    one_seed_is_mcnemar,
	    no_item_differs_and_yet_nothing_is_certain,
	    counts_alone_are_unpaired,
	    the_interval_holds_the_population};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "fisher_as_scipy, pairs_that_would_tell, "
	                 "seeds_and_items_together, one_seed_is_mcnemar, "
	                 "no_item_differs_and_yet_nothing_is_certain, "
	                 "counts_alone_are_unpaired, "
	                 "the_interval_holds_the_population");
}
