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
		CHECK_INT(effect_pairs(known[i].s, 0, known[i].level), known[i].pairs);
}

/* The items' part is not made smaller: scipy, the least n of the formula. */
TEST(pairs_do_not_replace_items)
{
	struct moments s = {5, 1, 2};

	CHECK_INT(effect_pairs(s, 0.05, 0.02), 27);
	CHECK_INT(effect_pairs(s, 0.2, 0.02), 341);
	CHECK_INT(effect_pairs(s, 0.3, 0.02), EFFECT_PAIRS_MAX);
	/* ceil(200 * 0.3 * (norm.isf(0.02) + norm.ppf(0.8))**2 / 1) */
	CHECK_DOUBLE(effect_items(1, 0.3, 200, 0.02), 503, 0);
	CHECK_DOUBLE(effect_items(0, 0.3, 200, 0.02), 0, 0);
}

static struct crossed crossed_of(const double *d, size_t seeds, size_t items,
                                 double range)
{
	struct crossed c;

	crossed_init(&c, items, range);
	for (size_t r = 0; r < seeds; r++)
		crossed_add(&c, &d[r * items]);
	return c;
}

static struct joint joint_of_rows(const double *d, size_t seeds, size_t items,
                                  double range)
{
	struct crossed c = crossed_of(d, seeds, items, range);
	double means[10] = {0};
	struct joint j;

	for (size_t r = 0; r < seeds; r++)
		means[r] = stat_of(&d[r * items], items).mean;
	j = joint_of(stat_of(means, seeds), crossed_variance(&c), items);
	crossed_free(&c);
	return j;
}

/* numpy, by the formulas of the header; the joint one with df 4.887172925570543. */
TEST(seeds_and_items_together)
{
	const double d[] = {1, 0, 0, -1, 1, 0, 0, 1, 0, 1, 1, -1, 0, 0, 1};
	struct joint j = joint_of_rows(d, 3, 5, 1);

	CHECK_DOUBLE(j.seeds, 0.0044444444444444444, 1e-14);
	CHECK_DOUBLE(j.items, 0.036560846560846565, 1e-14);
	CHECK_DOUBLE(joint_half(j, 0.95), 0.5241721176622939, 1e-9);
	CHECK_DOUBLE(joint_seeds_half(j, 0.95), 4.302652729749462 * sqrt(j.seeds),
	             1e-9);
	CHECK_DOUBLE(joint_items_half(j, 0.95), 2.7764451051977934 * sqrt(j.items),
	             1e-9);
}

/* A little more of uncertainty, and a smaller quantile: the interval does not shrink
 * for it. */
TEST(items_never_make_it_narrower)
{
	struct joint j = {.seeds = 1, .items = 0.1, .df_seeds = 4, .df_items = 199};

	CHECK_DOUBLE(joint_half(j, 0.96), 2.9985278732065868, 1e-8);
	j.items = 1;
	CHECK(joint_half(j, 0.96) > 3.1);
}

/* Twelve items that only the one has right, five that only the other has: McNemar's
 * variance but for the two items that are added. */
TEST(one_seed_is_mcnemar)
{
	double d[100] = {0};
	struct joint j;

	for (size_t i = 0; i < 17; i++)
		d[i] = i < 12 ? 1 : -1;
	j = joint_of_rows(d, 1, 100, 1);
	CHECK_DOUBLE(j.seeds, 0, 0);
	CHECK_DOUBLE(j.items, 0.0016996699669966995, 1e-15);
	CHECK_DOUBLE(j.items, (17 - 49.0 / 100) / 10000, 6e-5);
	CHECK(joint_items_half(j, 0.95) > 0);
	CHECK_DOUBLE(joint_half(j, 0.95), joint_items_half(j, 0.95), 1e-12);
}

TEST(no_item_differs_and_yet_nothing_is_certain)
{
	double d[40] = {0};
	struct joint j = joint_of_rows(d, 2, 20, 1);

	CHECK(joint_half(j, 0.95) > 0);
}

/* Agresti & Caffo: (k + 1) / (n + 2). */
TEST(one_side_alone)
{
	double p = 871.0 / 1000, q = 872.0 / 1002;

	CHECK_DOUBLE(items_alone(1000, p, p * (1 - p), 0, 1), q * (1 - q) / 1002,
	             1e-15);
	q = 51.0 / 52;
	CHECK_DOUBLE(items_alone(50, 1, 0, 0, 1), q * (1 - q) / 52, 1e-15);
	/* Of other scores: two more, the smallest and the largest. numpy.var of
	 * [1, 4, 2, 5, 3, 1, 5] / 7. */
	CHECK_DOUBLE(items_alone(5, 3, 2, 1, 5), 2.5714285714285716 / 7, 1e-14);
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
		j = counts ? joint_of(stat_of(mean, seeds),
		                      items_alone(items, p, p * (1 - p), 0, 1) +
		                          items_alone(items, q, q * (1 - q), 0, 1),
		                      items)
		           : joint_of_rows(d, seeds, items, 1);
		held += fabs(p - q) <= joint_half(j, 0.95);
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
	    pairs_do_not_replace_items,
	    seeds_and_items_together,
	    items_never_make_it_narrower,
	    one_seed_is_mcnemar,
	    no_item_differs_and_yet_nothing_is_certain,
	    one_side_alone,
	    the_interval_holds_the_population};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "fisher_as_scipy, pairs_that_would_tell, "
	                 "pairs_do_not_replace_items, seeds_and_items_together, "
	                 "items_never_make_it_narrower, one_seed_is_mcnemar, "
	                 "no_item_differs_and_yet_nothing_is_certain, one_side_alone, "
	                 "the_interval_holds_the_population");
}
