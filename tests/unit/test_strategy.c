/* The strategies one by one; what all of them promise is in tests/matrix. */
#include "base/rng.h"
#include "base/set.h"
#include "searches.h"
#include "spaces.h"
#include "strategy/cost.h"
#include "strategy/sobol.h"

#include <stdlib.h>

#include "test.h"

TEST(the_table)
{
	CHECK(strategy_find("grid") == &strategy_grid);
	CHECK(strategy_find("random") == &strategy_random);
	CHECK(strategy_find("sobol") == &strategy_sobol);
	CHECK(strategy_find("bayes") == &strategy_bayes);
	CHECK(strategy_find("nonsense") == NULL);
	for (size_t i = 0; strategies[i]; i++)
		CHECK(strategy_find(strategies[i]->name) == strategies[i]);
}

TEST(a_grid_goes_through_the_cells_in_order)
{
	struct maker m = {0};
	struct mock_search s;

	maker_choice(&m, "b", "x y");
	maker_range(&m, "a", DIST_INT_UNIFORM, 1, 2);
	maker_finish(&m);
	CHECK(mock_init(&s, "grid", &m.space, 1, false));
	for (int i = 0; i < 4; i++)
		CHECK_INT(mock_next(&s), ASK_POINT);
	CHECK_INT(mock_next(&s), ASK_DONE);
	CHECK_STR(s.why, "every cell of the grid has been tried");
	CHECK_STR(mock_json(&s, 0), "{\"a\":1,\"b\":\"x\"}");
	CHECK_STR(mock_json(&s, 1), "{\"a\":1,\"b\":\"y\"}");
	CHECK_STR(mock_json(&s, 2), "{\"a\":2,\"b\":\"x\"}");
	CHECK_STR(mock_json(&s, 3), "{\"a\":2,\"b\":\"y\"}");
	mock_free(&s);
	maker_free(&m);
}

/* Runs to the end; the number of different configurations, or 0 if one came twice. */
static size_t all_of(struct mock_search *s)
{
	struct set met = {0};
	bool twice = false;
	size_t n;

	while (mock_next(s) == ASK_POINT)
		twice = !set_add(&met, mock_hash(s, s->n - 1)) || twice;
	n = met.n;
	set_free(&met);
	return twice ? 0 : n;
}

TEST(a_shuffled_grid_is_a_permutation)
{
	for (int size = 1; size < 70; size++) {
		struct maker m = {0};
		struct mock_search s;

		maker_range(&m, "a", DIST_INT_UNIFORM, 1, size);
		maker_finish(&m);
		CHECK(mock_init(&s, "grid", &m.space, 7, true));
		CHECK_INT(all_of(&s), size);
		mock_free(&s);
		maker_free(&m);
	}
}

TEST(the_order_of_a_shuffled_grid_depends_on_the_seed)
{
	struct maker m = {0};
	struct mock_search a, b;
	int same = 0, in_order = 0;

	maker_range(&m, "a", DIST_INT_UNIFORM, 0, 999);
	maker_finish(&m);
	CHECK(mock_init(&a, "grid", &m.space, 1, true));
	CHECK(mock_init(&b, "grid", &m.space, 2, true));
	CHECK_INT(all_of(&a), 1000);
	CHECK_INT(all_of(&b), 1000);
	for (size_t i = 0; i < 1000; i++) {
		same += mock_hash(&a, i) == mock_hash(&b, i);
		in_order += a.known[i].point->level == (int64_t)i;
	}
	/* One of each is to be expected; ten have a chance of one in a million. */
	CHECK(same < 10 && in_order < 10);
	mock_free(&a);
	mock_free(&b);
	maker_free(&m);
}

/* Two models with `per` parameters of `levels` levels each, behind them in the alphabet
 * and before them. */
static void two_branches(struct maker *m, size_t per, int levels)
{
	for (size_t i = 0; i < 2 * per; i++) {
		char name[32];

		snprintf(name, sizeof name, "%c%zu", i < per ? 'a' : 'z', i % per);
		maker_range(m, name, DIST_INT_UNIFORM, 1, levels);
	}
	maker_choice(m, "model", "a z");
	for (size_t i = 0; i < 2 * per; i++)
		maker_when(m, m->params[i].name, "model", i < per ? "a" : "z");
	maker_finish(m);
}

/* 65,536 configurations in two billion cells: to look at each would take minutes. */
TEST(a_conditional_grid_leaps_over_what_is_inactive)
{
	struct maker m = {0};
	struct mock_search s;

	two_branches(&m, 5, 8);
	CHECK_INT(space_cardinality(&m.space), 65536);
	CHECK(mock_init(&s, "grid", &m.space, 1, false));
	CHECK_INT(all_of(&s), 65536);
	mock_free(&s);
	maker_free(&m);
}

TEST(a_grid_of_which_nothing_is_allowed_is_an_error)
{
	struct maker m = {0};
	struct mock_search s;

	maker_range(&m, "a", DIST_INT_UNIFORM, 1, 10);
	maker_finish(&m);
	maker_constrain(&m, "a > 10");
	CHECK(mock_init(&s, "grid", &m.space, 1, false));
	CHECK_INT(mock_next(&s), ASK_ERROR);
	CHECK_INT(s.err.kind, ERROR_FILE);
	CHECK(strstr(s.err.text, "a > 10") != NULL);
	mock_free(&s);
	maker_free(&m);
}

TEST(random_points_are_a_function_of_seed_and_trial)
{
	struct maker m = {0};
	struct mock_search s;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "random", &m.space, 42, false));
	for (uint32_t id = 0; id < 50; id++) {
		CHECK_INT(mock_next(&s), ASK_POINT);
		CHECK_DOUBLE(s.known[id].point[0].u, rng_unit(42, id, RNG_POINT, 0), 0);
		CHECK_DOUBLE(s.known[id].point[1].u, rng_unit(42, id, RNG_POINT, 1), 0);
	}
	mock_free(&s);
	maker_free(&m);
}

static void check_exhausts(const char *strategy, struct maker *m, size_t want)
{
	struct mock_search s;

	CHECK(mock_init(&s, strategy, &m->space, 3, false));
	CHECK_INT(all_of(&s), want);
	CHECK_STR(s.why, "every configuration of the space has been tried");
	mock_free(&s);
}

TEST(improbable_values_come_in_the_end)
{
	struct maker m = {0};
	const double weights[] = {0.9999999, 0.0000001, 0};

	maker_choice(&m, "c", "1 2 3")->probabilities = weights;
	maker_finish(&m);
	check_exhausts("random", &m, 2);
	check_exhausts("sobol", &m, 2);
	maker_free(&m);
}

TEST(a_finite_space_is_tried_to_the_last_configuration)
{
	struct maker m = {0};

	maker_steps(&m, "a", DIST_Q_UNIFORM, 1, 50, 1);
	maker_steps(&m, "b", DIST_Q_LOG_UNIFORM_VALUES, 1, 64, 1);
	maker_finish(&m);
	maker_constrain(&m, "a % b == 0");
	{
		size_t want = 0;

		for (int a = 1; a <= 50; a++)
			for (int b = 1; b <= 64; b++)
				want += a % b == 0;
		check_exhausts("random", &m, want);
		check_exhausts("sobol", &m, want);
	}
	maker_free(&m);
}

TEST(a_rare_corner_of_a_finite_space_is_found)
{
	struct maker m = {0};

	/* One in 10^6 configurations: draws hardly ever meet it. */
	maker_steps(&m, "a", DIST_Q_UNIFORM, 1, 1000, 1);
	maker_steps(&m, "b", DIST_Q_UNIFORM, 1, 1000, 1);
	maker_finish(&m);
	maker_constrain(&m, "a == 777 and b == 333");
	check_exhausts("random", &m, 1);
	maker_free(&m);
}

TEST(branches_do_not_hide_that_a_space_is_finite)
{
	struct maker m = {0};

	two_branches(&m, 3, 20);
	maker_constrain(&m, "a0 + a1 + a2 == 60");
	maker_constrain(&m, "z0 + z1 + z2 < 5");
	check_exhausts("random", &m, 5);
	check_exhausts("sobol", &m, 5);
	maker_free(&m);
}

static void check_impossible(const char *strategy, bool finite)
{
	struct maker m = {0};
	struct mock_search s;

	if (finite)
		maker_range(&m, "x", DIST_INT_UNIFORM, 0, 9);
	else
		maker_range(&m, "x", DIST_UNIFORM, 0, 9);
	maker_finish(&m);
	maker_constrain(&m, "x >= 0");
	maker_constrain(&m, "x > 9");
	CHECK(mock_init(&s, strategy, &m.space, 1, false));
	CHECK_INT(mock_next(&s), ASK_ERROR);
	CHECK_INT(s.err.kind, ERROR_FILE);
	CHECK(strstr(s.err.text, "\"x > 9\"") != NULL);
	mock_free(&s);
	maker_free(&m);
}

TEST(impossible_constraints_are_named)
{
	check_impossible("random", true);
	check_impossible("random", false);
	check_impossible("sobol", true);
	check_impossible("sobol", false);
}

TEST(an_endless_space_with_few_values_ends_too)
{
	struct maker m = {0};
	struct mock_search s;
	struct param *p = maker_add(&m, "x", DIST_Q_NORMAL);

	p->sigma = 0.3;
	maker_finish(&m);
	CHECK(mock_init(&s, "random", &m.space, 1, false));
	CHECK(all_of(&s) >= 3);
	CHECK_STR(s.why, "no configuration that is new was found in a thousand draws");
	mock_free(&s);
	maker_free(&m);
}

static void check_baseline(const char *strategy)
{
	struct maker m = {0};
	struct mock_search s;
	struct coord half[1] = {{0.5, -1}};

	maker_range(&m, "x", DIST_INT_UNIFORM, 1, 5);
	maker_finish(&m);
	CHECK(mock_init(&s, strategy, &m.space, 1, false));
	mock_add(&s, half);
	while (mock_next(&s) == ASK_POINT)
		CHECK(mock_hash(&s, s.n - 1) != mock_hash(&s, 0));
	CHECK_INT(s.n, 5);
	mock_free(&s);
	maker_free(&m);
}

TEST(the_defaults_are_not_tried_again)
{
	check_baseline("random");
	check_baseline("sobol");
}

/* Points 0 … 15 of the sequence of Joe & Kuo's program (also scipy's, unscrambled), in
 * the order of the Gray code. */
TEST(sobol_directions_are_joe_and_kuos)
{
	static const struct {
		size_t dimension;
		uint32_t want[16]; /* in 2^-32 */
	} known[] = {
	    {0,
	     {0, 2147483648, 3221225472, 1073741824, 1610612736, 3758096384, 2684354560,
	      536870912, 805306368, 2952790016, 4026531840, 1879048192, 1342177280,
	      3489660928, 2415919104, 268435456}},
	    {1,
	     {0, 2147483648, 1073741824, 3221225472, 1610612736, 3758096384, 536870912,
	      2684354560, 1342177280, 3489660928, 268435456, 2415919104, 805306368,
	      2952790016, 1879048192, 4026531840}},
	    {2,
	     {0, 2147483648, 1073741824, 3221225472, 2684354560, 536870912, 3758096384,
	      1610612736, 4026531840, 1879048192, 2952790016, 805306368, 1342177280,
	      3489660928, 268435456, 2415919104}},
	    {9,
	     {0, 2147483648, 3221225472, 1073741824, 2684354560, 536870912, 1610612736,
	      3758096384, 1342177280, 3489660928, 2415919104, 268435456, 4026531840,
	      1879048192, 805306368, 2952790016}},
	    {49,
	     {0, 2147483648, 3221225472, 1073741824, 1610612736, 3758096384, 2684354560,
	      536870912, 268435456, 2415919104, 3489660928, 1342177280, 1879048192,
	      4026531840, 2952790016, 805306368}},
	    {1110,
	     {0, 2147483648, 3221225472, 1073741824, 3758096384, 1610612736, 536870912,
	      2684354560, 1342177280, 3489660928, 2415919104, 268435456, 2952790016,
	      805306368, 1879048192, 4026531840}},
	};
	uint32_t *v = mem_new((size_t)SOBOL_DIMENSIONS * SOBOL_BITS, sizeof *v);

	sobol_directions(SOBOL_DIMENSIONS, v);
	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		for (uint32_t i = 0; i < 16; i++)
			CHECK_INT(sobol_coordinate(v + known[k].dimension * SOBOL_BITS,
			                           i ^ i >> 1),
			          known[k].want[i]);
	free(v);
}

/* The first n = 2^k points of a dimension fall one into each of n equal intervals. */
static bool stratified(const uint32_t *v, bool scramble, uint32_t seed, int k)
{
	size_t n = (size_t)1 << k;
	bool *hit = mem_new(n, sizeof *hit), ok = true;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = sobol_coordinate(v, i);

		x = (scramble ? sobol_scramble(x, seed) : x) >> (32 - k);
		ok = ok && !hit[x];
		hit[x] = true;
	}
	free(hit);
	return ok;
}

TEST(every_dimension_is_stratified)
{
	uint32_t *v = mem_new((size_t)SOBOL_DIMENSIONS * SOBOL_BITS, sizeof *v);

	sobol_directions(SOBOL_DIMENSIONS, v);
	for (size_t d = 0; d < SOBOL_DIMENSIONS; d++)
		for (int k = 1; k <= 8; k++) {
			CHECK(stratified(v + d * SOBOL_BITS, false, 0, k));
			CHECK(stratified(v + d * SOBOL_BITS, true,
			                 (uint32_t)d * 2654435761U, k));
		}
	free(v);
}

/* Each box of 2^-a x 2^-b, a + b = 10, holds one of the first 1024 points of the first
 * two dimensions: a (0, 10, 2)-net, before and after scrambling. */
TEST(the_first_two_dimensions_are_a_net)
{
	uint32_t v[2 * SOBOL_BITS];

	sobol_directions(2, v);
	for (int scramble = 0; scramble < 2; scramble++)
		for (int a = 0; a <= 10; a++) {
			int boxes[1024] = {0}, full = 0;

			for (uint32_t i = 0; i < 1024; i++) {
				uint64_t x = sobol_coordinate(v, i);
				uint64_t y = sobol_coordinate(v + SOBOL_BITS, i);

				if (scramble) {
					x = sobol_scramble((uint32_t)x, 123456789);
					y = sobol_scramble((uint32_t)y, 987654321);
				}
				boxes[(x >> (32 - a)) << (10 - a) | y >> (22 + a)]++;
			}
			for (int i = 0; i < 1024; i++)
				full += boxes[i] == 1;
			CHECK_INT(full, 1024);
		}
}

/* Owen's scrambling: two numbers that share their first b bits and differ in the next
 * still do so afterwards. */
TEST(scrambling_is_nested)
{
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t x = (uint32_t)rng_u64(1, i, RNG_MODEL, 0);
		uint32_t y = (uint32_t)rng_u64(1, i, RNG_MODEL, 1) >> (i % 32) ^ x;
		uint32_t seed = (uint32_t)rng_u64(1, i, RNG_MODEL, 2);
		uint32_t a = sobol_scramble(x, seed), b = sobol_scramble(y, seed);

		CHECK(x == y ? a == b
		             : __builtin_clz(x ^ y) ==
		                   (a == b ? -1 : __builtin_clz(a ^ b)));
	}
}

TEST(sobol_has_room_for_1111_parameters)
{
	struct maker *m = mem_new(1, sizeof *m);
	struct mock_search s;
	char name[16];

	for (int i = 0; i < SOBOL_DIMENSIONS; i++) {
		snprintf(name, sizeof name, "p%04d", i);
		maker_range(m, name, DIST_UNIFORM, 0, 1);
	}
	/* Constants take none of it. */
	maker_choice(m, "a", "1")->dist = DIST_CONSTANT;
	maker_choice(m, "z", "1")->dist = DIST_CONSTANT;
	maker_finish(m);
	CHECK(mock_init(&s, "sobol", &m->space, 1, false));
	for (int i = 0; i < 16; i++)
		CHECK_INT(mock_next(&s), ASK_POINT);
	mock_free(&s);
	m->space.params = m->params;
	maker_range(m, "p9999", DIST_UNIFORM, 0, 1);
	maker_finish(m);
	CHECK(!mock_init(&s, "sobol", &m->space, 1, false));
	CHECK_INT(s.err.kind, ERROR_FILE);
	CHECK(strstr(s.err.text, "1111") && strstr(s.err.text, "1112"));
	mock_free(&s);
	maker_free(m);
	free(m);
}

/* Else the sequence would have a hole, and less of its evenness. */
TEST(the_defaults_take_no_place_in_the_sequence)
{
	struct maker m = {0};
	struct mock_search with, without;
	struct coord half[1] = {{0.5, -1}};

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&with, "sobol", &m.space, 1, false));
	CHECK(mock_init(&without, "sobol", &m.space, 1, false));
	mock_add(&with, half);
	for (size_t i = 0; i < 32; i++) {
		CHECK(mock_next(&with) == ASK_POINT);
		CHECK(mock_next(&without) == ASK_POINT);
		CHECK(mock_hash(&with, i + 1) == mock_hash(&without, i));
		if (i == 10)
			mock_forget(&with);
	}
	mock_free(&with);
	mock_free(&without);
	maker_free(&m);
}

TEST(sobol_seeds_give_different_points)
{
	struct maker m = {0};
	struct mock_search a, b;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&a, "sobol", &m.space, 1, false));
	CHECK(mock_init(&b, "sobol", &m.space, 2, false));
	for (size_t i = 0; i < 64; i++) {
		CHECK(mock_next(&a) == ASK_POINT && mock_next(&b) == ASK_POINT);
		CHECK(mock_hash(&a, i) != mock_hash(&b, i));
	}
	mock_free(&a);
	mock_free(&b);
	maker_free(&m);
}

/* Beyond a thousand finished trials the model sees a part; a new state still says the
 * same, and what is proposed is near what was good. */
/* Two wells: the best that was seen is in the first; the second is deeper, but nobody
 * has been near its bottom. */
static double wells(const struct coord *p, double *from_second)
{
	double first = hypot(p[0].u - 0.2, p[1].u - 0.7);
	double second = hypot(p[0].u - 0.8, p[1].u - 0.2);

	*from_second = second;
	return fmin(first * first, second * second - 0.001);
}

/* What is more than the model takes is looked at around the best; every tenth proposal
 * looks everywhere. */
TEST(bayes_learns_from_thousands)
{
	struct maker m = {0};
	struct mock_search s;
	struct coord p[2], again[2];
	double far;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	for (uint64_t i = 0; s.n < 1200; i++) {
		double value;

		for (uint32_t j = 0; j < 2; j++)
			p[j] = (struct coord){rng_unit(1, i, RNG_MODEL, j), -1};
		value = wells(p, &far);
		if (far < 0.05)
			continue;
		mock_add(&s, p);
		mock_finish(&s, s.n - 1, value);
		/* Fits on the way, which who resumes does not make. */
		if (s.n == 320 || s.n == 700)
			CHECK_INT(mock_ask(&s, s.n, again), ASK_POINT);
	}
	for (int i = 0; i < 3; i++) {
		CHECK_INT(mock_next(&s), ASK_POINT);
		p[0] = s.known[s.n - 1].point[0];
		p[1] = s.known[s.n - 1].point[1];
		(void)wells(p, &far);
		if (i)
			CHECK(hypot(p[0].u - 0.2, p[1].u - 0.7) < 0.01);
		else
			CHECK(far < 0.02);
	}
	mock_forget(&s);
	CHECK_INT(mock_ask(&s, s.n - 1, again), ASK_POINT);
	CHECK_DOUBLE(again[0].u, p[0].u, 0);
	CHECK_DOUBLE(again[1].u, p[1].u, 0);
	mock_free(&s);
	maker_free(&m);
}

enum { UNITS_D = 3, UNITS_N = 18 };

/* What bayes proposes after UNITS_N random trials, with parameters from min to max and
 * values a y + b; backwards: they finish in the other order. */
static void propose_in_units(double min, double max, double a, double b, bool backwards,
                             struct coord *out)
{
	struct maker m = {0};
	struct mock_search s;
	struct coord p[UNITS_D];

	maker_range(&m, "x", DIST_UNIFORM, min, max);
	maker_range(&m, "y", DIST_UNIFORM, min, max);
	maker_range(&m, "z", DIST_UNIFORM, min, max);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	for (uint64_t i = 0; i < UNITS_N; i++) {
		for (uint32_t j = 0; j < UNITS_D; j++)
			p[j] = (struct coord){rng_unit(5, i, RNG_MODEL, j), -1};
		mock_add(&s, p);
	}
	for (size_t k = 0; k < UNITS_N; k++) {
		size_t i = backwards ? UNITS_N - 1 - k : k;
		const struct coord *at = s.known[i].point;

		mock_finish(&s, i,
		            a * (pow(at[0].u - 0.3, 2) + 2 * pow(at[1].u - 0.6, 2) +
		                 0.1 * at[2].u) +
		                b);
		/* Their noise is in the same units. */
		if (i % 4 == 0)
			mock_repeat(&s, i, 3, fabs(a) * (0.02 + 0.01 * at[2].u));
	}
	CHECK_INT(mock_ask(&s, UNITS_N, out), ASK_POINT);
	mock_free(&s);
	maker_free(&m);
}

/* Neither the units of the metric nor those of the parameters matter, exactly so where
 * the numbers are scaled exactly; nor, but for the moments at which the kernel was
 * fitted, in which order trials finished. */
TEST(bayes_knows_no_units)
{
	const struct {
		double min, max, a, b, error;
		bool backwards;
	} cases[] = {
	    {0, 8, 1, 0, 0, false},        {-3, 500, 1, 0, 0, false},
	    {0, 1, 0x1p-300, 0, 0, false}, {0, 1, 0x1p40, 0, 0, false},
	    {0, 1, 3, 7, 1e-3, false},     {0, 1, 1e-9, -1e-3, 1e-3, false},
	    {0, 1, 1, 0, 0.05, true},
	};
	struct coord as_is[UNITS_D], then[UNITS_D];

	propose_in_units(0, 1, 1, 0, false, as_is);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		propose_in_units(cases[i].min, cases[i].max, cases[i].a, cases[i].b,
		                 cases[i].backwards, then);
		for (size_t j = 0; j < UNITS_D; j++)
			CHECK_DOUBLE(then[j].u, as_is[j].u, cases[i].error);
	}
}

/* A third of the space fails; with the model of failures few proposals end there. */
TEST(bayes_keeps_away_from_failures)
{
	struct maker m = {0};
	struct mock_search s;
	size_t failed = 0;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	for (size_t i = 0; i < 40; i++) {
		const struct coord *p;

		CHECK_INT(mock_next(&s), ASK_POINT);
		p = s.known[i].point;
		/* The better, the nearer to the cliff. */
		mock_finish(&s, i, p[0].u > 0.6 ? (double)NAN : -p[0].u + p[1].u);
		failed += i >= 10 && p[0].u > 0.6;
	}
	CHECK(failed <= 10);
	mock_free(&s);
	maker_free(&m);
}

static struct belief belief_of(struct mock_search *s, size_t id)
{
	struct history h = {.trials = s->known,
	                    .n = s->n,
	                    .known_upto = s->knew[id],
	                    .thrift = {.weight = s->cost_weight, .of_time = s->timed}};
	struct belief b;

	s->type->explain(s->state, &h, id, &b);
	return b;
}

/* On a line that is learned quickly, what it believes comes true. */
TEST(bayes_says_what_it_believed)
{
	struct maker m = {0};
	struct mock_search s;
	struct belief b;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_choice(&m, "c", "a b");
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	for (size_t i = 0; i < 25; i++) {
		double u;

		CHECK_INT(mock_next(&s), ASK_POINT);
		u = s.known[i].point[1].u;
		mock_finish(&s, i, 1000 + 50 * sin(5 * u) + 10 * s.known[i].point[0].u);
	}
	CHECK_INT(belief_of(&s, 3).how, BELIEF_DESIGN);
	b = belief_of(&s, 20);
	CHECK_INT(b.how, BELIEF_MODEL);
	CHECK_INT(b.known, 20);
	CHECK_INT(b.pending, 0);
	CHECK_DOUBLE(b.mean, mock_value(&s, 20), 5 * b.sd + 0.5);
	CHECK(b.sd > 0 && b.sd < 20 && b.improvement >= 0);
	CHECK_INT(b.n_near, 3);
	CHECK(b.near[0].id < 20 && b.near[0].correlation <= 1 &&
	      b.near[0].correlation >= b.near[1].correlation);
	for (size_t i = 0; i < 20; i++)
		CHECK(mock_value(&s, i) >= b.incumbent - 1);
	CHECK_DOUBLE(mock_value(&s, b.incumbent_id), b.incumbent, 1);
	mock_free(&s);
	maker_free(&m);
}

/* Nothing but failures: it goes on, evenly, and repeats nothing. */
/* Costs reach from one to far more, some are none and one is not possible. */
static double cost_of(const struct coord *p, size_t id)
{
	return id == 7 ? (double)INFINITY : id % 11 == 5 ? 0 : exp(5 * p[0].u);
}

TEST(bayes_looks_where_trials_cost_less)
{
	double spent[2] = {0, 0};

	for (int told = 0; told < 2; told++) {
		struct maker m = {0};
		struct mock_search s;
		struct coord again[2];
		struct belief b;

		maker_range(&m, "x", DIST_UNIFORM, 0, 1);
		maker_range(&m, "y", DIST_UNIFORM, 0, 1);
		maker_finish(&m);
		CHECK(mock_init(&s, "bayes", &m.space, 3, false));
		s.cost_weight = told ? 0.8 : 0;
		for (size_t i = 0; i < 30; i++) {
			const struct coord *p;

			CHECK_INT(mock_next(&s), ASK_POINT);
			p = s.known[i].point;
			mock_finish(&s, i, cos(12 * p[0].u) + pow(p[1].u - 0.3, 2));
			mock_pay(&s, i, cost_of(p, i));
			if (i > 8 && isfinite(cost_of(p, i)))
				spent[told] += cost_of(p, i);
		}
		/* From the history alone. */
		mock_forget(&s);
		CHECK_INT(mock_ask(&s, 29, again), ASK_POINT);
		CHECK_DOUBLE(again[0].u, s.known[29].point[0].u, 0);
		CHECK_DOUBLE(again[1].u, s.known[29].point[1].u, 0);
		b = belief_of(&s, 29);
		CHECK_DOUBLE(b.thrift.weight, told ? 0.8 : 0, 0);
		if (told) {
			double true_cost = exp(5 * s.known[29].point[0].u);

			CHECK(b.cost > true_cost / 2 && b.cost < true_cost * 2);
		}
		mock_free(&s);
		maker_free(&m);
	}
	CHECK(spent[1] < 0.7 * spent[0]);
}

/* Half of the space takes ten times as long: of the trials behind the design so many
 * are in the quick half. noise: durations vary by a factor up to 1 + noise. */
static size_t quick_ones(double weight, double slow, double noise, struct coord *points)
{
	struct maker m = {0};
	struct mock_search s;
	size_t quick = 0;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 3, false));
	s.cost_weight = weight;
	s.timed = true;
	for (size_t i = 0; i < 30; i++) {
		const struct coord *p;
		double to;

		CHECK_INT(mock_next(&s), ASK_POINT);
		p = s.known[i].point;
		to = p[0].u < 0.5 ? 0.25 : 0.75;
		mock_finish(&s, i, pow(p[0].u - to, 2) + pow(p[1].u - 0.3, 2));
		mock_pay(&s, i,
		         (p[0].u < 0.5 ? 1 : slow) *
		             (1 + noise * rng_unit(1, i, RNG_PICK, 0)));
		quick += i >= 10 && p[0].u < 0.5;
		memcpy(points + 2 * i, p, 2 * sizeof *p);
	}
	mock_free(&s);
	maker_free(&m);
	return quick;
}

TEST(bayes_looks_where_trials_take_less_time)
{
	struct coord without[60], with[60];
	size_t before = quick_ones(0, 10, 0.2, without);

	CHECK(quick_ones(0.8, 10, 0, with) > before);
	CHECK(quick_ones(0.8, 10, 0.2, with) > before);
	/* Times that say nothing of the parameters change nothing, to the last bit. */
	CHECK_INT(quick_ones(0.8, 1, 0.2, with), quick_ones(0, 1, 0.2, without));
	for (size_t i = 0; i < 60; i++)
		CHECK_DOUBLE(with[i].u, without[i].u, 0);
}

/* What a trial that was stopped took goes for its share of a whole training: the same
 * costs are known as if all had ended. */
TEST(stopped_trials_teach_how_long_trainings_take)
{
	double expected[2];

	for (int stopped = 0; stopped < 2; stopped++) {
		struct maker m = {0};
		struct encoding e;
		struct cost_model c;
		struct mock_search s;
		double row[1] = {0.9}, genes[12];
		struct history h;

		maker_range(&m, "x", DIST_UNIFORM, 0, 1);
		maker_finish(&m);
		CHECK(mock_init(&s, "random", &m.space, 3, false));
		s.timed = true;
		for (size_t i = 0; i < 12; i++) {
			double whole;

			CHECK_INT(mock_next(&s), ASK_POINT);
			genes[i] = s.known[i].point[0].u;
			whole = exp2(floor(4 * genes[i]));
			if (stopped && i % 2)
				mock_see(&s, i, KNOWN_STOPPED, 1, 25);
			else
				mock_finish(&s, i, 1);
			mock_pay(&s, i, stopped && i % 2 ? whole / 4 : whole);
		}
		h = (struct history){.trials = s.known,
		                     .n = s.n,
		                     .known_upto = s.finished,
		                     .thrift = {.weight = 1, .of_time = true}};
		encoding_init(&e, &m.space, false, false);
		cost_init(&c, &e, 100);
		cost_gather(&c, &h, 12, genes);
		CHECK_INT(c.n, 12);
		CHECK_DOUBLE(c.weight, 1, 0);
		expected[stopped] = cost_expected(&c, row);
		/* Of what they report, those that were stopped say nothing. */
		h.thrift.of_time = false;
		cost_gather(&c, &h, 12, genes);
		CHECK_DOUBLE(c.weight, 0, 0);
		cost_free(&c);
		encoding_free(&e);
		mock_free(&s);
		maker_free(&m);
	}
	CHECK(expected[0] > 3 && expected[0] < 16);
	CHECK_DOUBLE(expected[1], expected[0], 0);
}

TEST(bayes_survives_when_everything_fails)
{
	struct maker m = {0};
	struct mock_search s;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_choice(&m, "c", "a b");
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	for (size_t i = 0; i < 30; i++) {
		CHECK_INT(mock_next(&s), ASK_POINT);
		mock_finish(&s, i, (double)NAN);
	}
	mock_free(&s);
	maker_free(&m);
}

/* Each branch of a conditional space is seen twice before anything is learned. */
TEST(bayes_sees_every_branch)
{
	struct maker m = {0};
	struct mock_search s;
	int count[3] = {0};

	maker_choice(&m, "model", "a b c");
	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_when(&m, "x", "model", "a");
	maker_when(&m, "y", "model", "b");
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 4, false));
	for (size_t i = 0; i < 6; i++) {
		CHECK_INT(mock_next(&s), ASK_POINT);
		count[(s.known[i].values[0]->string[0] - 'a') % 3]++;
	}
	/* c has but one configuration. */
	CHECK(count[0] >= 2 && count[1] >= 2 && count[2] == 1);
	mock_free(&s);
	maker_free(&m);
}

/* What trials had reached at a ninth of their length is no value of the whole; but it
 * shows where to look. Nothing of the valley near 0.2 has been trained in full. */
TEST(bayes_learns_from_parts_of_a_length)
{
	struct maker m = {0};
	struct mock_search s;
	size_t near = 0;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 1, false));
	s.args.curves = true;
	s.args.full = 27;
	mock_forget(&s);
	for (size_t i = 0; i < 40; i++) {
		const struct coord *p;
		double final;

		CHECK_INT(mock_next(&s), ASK_POINT);
		p = s.known[i].point;
		final = fabs(p[0].u - 0.2) + 0.1 * fabs(p[1].u - 0.5);
		mock_see(&s, i, KNOWN_PENDING, final + 5, 3);
		if (i < 20 ? p[0].u > 0.4 : i % 3 == 0)
			mock_see(&s, i, KNOWN_OK, final, 27);
		else
			mock_see(&s, i, KNOWN_STOPPED, final + 5, 3);
		near += i >= 20 && fabs(p[0].u - 0.2) < 0.1;
	}
	CHECK(near >= 12);
	/* Each proposal can be made again although more is known since. */
	for (size_t i = 0; i < 40; i++) {
		struct coord p[2];

		CHECK_INT(mock_ask(&s, i, p), ASK_POINT);
		CHECK_DOUBLE(p[0].u, s.known[i].point[0].u, 0);
		CHECK_DOUBLE(p[1].u, s.known[i].point[1].u, 0);
	}
	mock_free(&s);
	maker_free(&m);
}

/* A run that reports a step again may say another value. What was fitted to the old one
 * is of no use then: a state that has seen it all come asks as one that sees it now. */
TEST(bayes_drops_what_was_fitted_to_other_values)
{
	struct maker m = {0};
	struct mock_search s;
	struct coord live[2], fresh[2];

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_range(&m, "y", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 3, false));
	s.args.curves = true;
	s.args.full = 27;
	mock_forget(&s);
	for (size_t i = 0; i < 30; i++) {
		double y;

		CHECK_INT(mock_next(&s), ASK_POINT);
		y = s.known[i].point[1].u;
		mock_see(&s, i, KNOWN_PENDING, 3 + s.known[i].point[0].u, 3);
		CHECK_INT(mock_ask(&s, s.n, live), ASK_POINT);
		mock_see(&s, i, KNOWN_PENDING, 9 * fabs(y - 0.6), 3);
		CHECK_INT(mock_ask(&s, s.n, live), ASK_POINT);
		mock_forget(&s);
		CHECK_INT(mock_ask(&s, s.n, fresh), ASK_POINT);
		CHECK_DOUBLE(live[0].u, fresh[0].u, 0);
		CHECK_DOUBLE(live[1].u, fresh[1].u, 0);
	}
	mock_free(&s);
	maker_free(&m);
}

/* How long a run is is not known: the longest so far. Nothing but parts, first. */
TEST(bayes_learns_while_nothing_is_whole)
{
	struct maker m = {0};
	struct mock_search s;
	size_t near = 0;

	maker_range(&m, "x", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(mock_init(&s, "bayes", &m.space, 2, false));
	s.args.curves = true;
	s.args.full = (double)NAN;
	mock_forget(&s);
	for (size_t i = 0; i < 30; i++) {
		double x, far;

		CHECK_INT(mock_next(&s), ASK_POINT);
		x = s.known[i].point[0].u;
		far = fabs(x - 0.7);
		mock_see(&s, i, KNOWN_STOPPED, far + 2, far < 0.2 ? 9 : 3);
		near += i >= 10 && far < 0.15;
	}
	CHECK(near >= 8);
	mock_free(&s);
	maker_free(&m);
}

/* A valley in five dimensions. */
static double valley(const struct coord *p)
{
	static const double at[5] = {0.2, 0.7, 0.4, 0.9, 0.1};
	double sum = 0;

	for (size_t i = 0; i < 5; i++)
		sum += (p[i].u - at[i]) * (p[i].u - at[i]);
	return sum;
}

/* The mean over seeds of the best of 14 trials, warm-started with 60 trials of another
 * search, whose values were scale * valley + 7 (0: with none). */
static double best_after(const struct space *sp, double scale)
{
	enum { EARLIER = 60, SEEDS = 5 };
	static struct coord points[EARLIER][5];
	struct earlier earlier[EARLIER];
	double sum = 0;

	for (size_t i = 0; i < EARLIER; i++) {
		for (size_t j = 0; j < 5; j++)
			points[i][j] =
			    (struct coord){rng_unit(99, i, RNG_POINT, (uint32_t)j), -1};
		earlier[i] = (struct earlier){.point = points[i],
		                              .value = scale * valley(points[i]) + 7,
		                              .stderr_ = (double)NAN,
		                              .n_runs = 1};
	}
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		double best = (double)INFINITY;
		struct mock_search s;

		CHECK(mock_init(&s, "bayes", sp, seed, false));
		for (size_t i = 0; i < EARLIER; i++) {
			const struct value **v = arena_new(&s.a, 5, sizeof *v);

			space_decode(sp, points[i], &s.a, v);
			earlier[i].values = v;
		}
		s.args.earlier = earlier;
		s.args.n_earlier = scale < 0 || scale > 0 ? EARLIER : 0;
		s.args.n_sources = s.args.n_earlier > 0;
		mock_forget(&s);
		for (size_t i = 0; i < 14; i++) {
			double y;

			CHECK_INT(mock_next(&s), ASK_POINT);
			y = valley(s.known[i].point);
			best = fmin(best, y);
			mock_finish(&s, i, y);
		}
		sum += best / SEEDS;
		mock_free(&s);
	}
	return sum;
}

/* Another search helps where it was about the same thing, in whatever units, and does
 * little harm where it was about the opposite. */
TEST(bayes_learns_from_other_searches)
{
	struct maker m = {0};
	double alone, same, opposite;

	maker_range(&m, "a", DIST_UNIFORM, 0, 1);
	maker_range(&m, "b", DIST_UNIFORM, 0, 1);
	maker_range(&m, "c", DIST_UNIFORM, 0, 1);
	maker_range(&m, "d", DIST_UNIFORM, 0, 1);
	maker_range(&m, "e", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	alone = best_after(&m.space, 0);
	same = best_after(&m.space, 30);
	opposite = best_after(&m.space, -30);
	printf("# alone %g, same %g, opposite %g\n", alone, same, opposite);
	CHECK(same < alone / 3);
	CHECK(opposite < 3 * alone);
	maker_free(&m);
}

TEST_MAIN(the_table, a_grid_goes_through_the_cells_in_order,
          a_shuffled_grid_is_a_permutation,
          the_order_of_a_shuffled_grid_depends_on_the_seed,
          a_conditional_grid_leaps_over_what_is_inactive,
          a_grid_of_which_nothing_is_allowed_is_an_error,
          random_points_are_a_function_of_seed_and_trial,
          improbable_values_come_in_the_end,
          a_finite_space_is_tried_to_the_last_configuration,
          a_rare_corner_of_a_finite_space_is_found,
          branches_do_not_hide_that_a_space_is_finite, impossible_constraints_are_named,
          an_endless_space_with_few_values_ends_too, the_defaults_are_not_tried_again,
          sobol_directions_are_joe_and_kuos, every_dimension_is_stratified,
          the_first_two_dimensions_are_a_net, scrambling_is_nested,
          sobol_has_room_for_1111_parameters,
          the_defaults_take_no_place_in_the_sequence, sobol_seeds_give_different_points,
          bayes_learns_from_thousands, bayes_keeps_away_from_failures,
          bayes_says_what_it_believed, bayes_knows_no_units,
          bayes_looks_where_trials_cost_less, bayes_looks_where_trials_take_less_time,
          stopped_trials_teach_how_long_trainings_take,
          bayes_survives_when_everything_fails, bayes_sees_every_branch,
          bayes_learns_from_parts_of_a_length, bayes_learns_while_nothing_is_whole,
          bayes_drops_what_was_fitted_to_other_values, bayes_learns_from_other_searches)
