/* Parameters: each distribution against its formula, and the ways back. */
#include "base/stat.h"
#include "space/family.h"
#include "spaces.h"

#include "test.h"

enum { POINTS = 7 };
static const double us[POINTS] = {0.001, 0.1, 0.25, 0.5, 0.61, 0.9, 0.999};

/* What scipy 1.17 (ppf of uniform, randint, norm, lognorm, beta) and numpy's round give
 * for the formulas of W&B's samplers at those u. */
static const struct {
	struct param p;
	double want[POINTS];
} reference[] = {
    {{.dist = DIST_UNIFORM, .min = -2, .max = 5},
     {-1.993, -1.3, -0.25, 1.5, 2.27, 4.3, 4.993}},
    {{.dist = DIST_INT_UNIFORM, .min = 3, .max = 17}, {3, 4, 6, 10, 12, 16, 17}},
    {{.dist = DIST_Q_UNIFORM, .min = 0, .max = 10, .q = 4, .q_int = true},
     {0, 0, 4, 4, 8, 8, 8}},
    {{.dist = DIST_LOG_UNIFORM, .min = -5, .max = 2},
     {0.006785278093641531, 0.013568559012200934, 0.03877420783172201,
      0.22313016014842982, 0.4819089900902022, 3.6692966676192436, 7.337513316443035}},
    {{.dist = DIST_INV_LOG_UNIFORM, .min = -5, .max = 2},
     {0.1362859536839334, 0.27253179303401265, 0.7788007830714049, 4.4816890703380645,
      9.67940081407284, 73.69979369959579, 147.37789464179778}},
    {{.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1},
     {1.0092528860766835e-05, 2.5118864315095788e-05, 1e-4, 1e-3, 0.0027542287033381677,
      0.03981071705534976, 0.0990831944892769}},
    {{.dist = DIST_INV_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1},
     {1.0092528860766835e-05, 2.5118864315095788e-05, 1e-4, 1e-3, 0.0027542287033381677,
      0.03981071705534976, 0.0990831944892769}},
    {{.dist = DIST_Q_LOG_UNIFORM, .min = 1, .max = 6, .q = 8, .q_int = true},
     {0, 8, 8, 32, 56, 248, 400}},
    {{.dist = DIST_Q_LOG_UNIFORM_VALUES, .min = 32, .max = 256, .q = 8},
     {32, 40, 56, 88, 112, 208, 256}},
    {{.dist = DIST_NORMAL, .mu = 3, .sigma = 2},
     {-3.1804646123356264, 0.43689686891079926, 1.6510204996078366, 3,
      3.558638068894908, 5.563103131089201, 9.180464612335626}},
    {{.dist = DIST_Q_NORMAL, .mu = 3, .sigma = 2, .q = 0.5},
     {-3, 0.5, 1.5, 3, 3.5, 5.5, 9}},
    {{.dist = DIST_LOG_NORMAL, .mu = 1, .sigma = 0.5},
     {0.5797744368398611, 1.432217893498685, 1.9401302789180261, 2.718281828459045,
      3.1257039356326626, 5.159170355622591, 12.744708337272852}},
    {{.dist = DIST_Q_LOG_NORMAL, .mu = 1, .sigma = 0.5, .q = 0.25},
     {0.5, 1.5, 2, 2.75, 3.25, 5.25, 12.75}},
    {{.dist = DIST_BETA, .a = 2, .b = 5},
     {0.008255492787746678, 0.09259525891312873, 0.16116291679032652,
      0.26444998329566005, 0.3142107131856427, 0.5103163065514917, 0.818613866919134}},
    {{.dist = DIST_Q_BETA, .a = 2, .b = 5, .q = 0.1},
     {0, 0.1, 0.2, 0.3, 0.3, 0.5, 0.8}},
};

static bool is_discrete(enum dist d)
{
	return d == DIST_INT_UNIFORM || strncmp(dist_name(d), "q_", 2) == 0;
}

static struct value decode(const struct param *p, double u)
{
	struct arena a = {0};
	struct value v;

	param_decode(p, u, &a, &v);
	arena_free(&a);
	return v;
}

static double number(struct value v)
{
	double x = (double)NAN;

	value_number(&v, &x);
	return x;
}

static void check_text(struct value v, const char *want)
{
	struct str s = {0};

	value_text(&v, &s);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

TEST(every_distribution_follows_its_formula)
{
	for (size_t d = 0; d < sizeof reference / sizeof *reference; d++)
		for (size_t i = 0; i < POINTS; i++) {
			const struct param *p = &reference[d].p;
			double want = reference[d].want[i], tol = 0;
			double got = number(decode(p, us[i]));

			if (!is_discrete(p->dist))
				tol = p->dist == DIST_UNIFORM || p->dist == DIST_NORMAL
				          ? 1e-8
				          : 1e-9 * fmax(want, 0.5);
			if (!(fabs(got - want) <= tol))
				printf("# %s at u = %g\n", dist_name(p->dist), us[i]);
			CHECK_DOUBLE(got, want, tol);
		}
}

TEST(continuous_values_go_there_and_back)
{
	for (size_t d = 0; d < sizeof reference / sizeof *reference; d++) {
		const struct param *p = &reference[d].p;

		for (double u = 0.0005; u < 1; u += 0.0271) {
			struct value v = decode(p, u), again;
			double back = 0;

			CHECK(param_encode(p, &v, &back));
			CHECK(back > 0 && back < 1);
			again = decode(p, back);
			if (!value_equal(&v, &again))
				printf("# %s at u = %g: %.17g, %.17g\n",
				       dist_name(p->dist), u, number(v), number(again));
			CHECK(value_equal(&v, &again));
		}
	}
}

TEST(steps_give_integers_where_they_were_written_so)
{
	struct param p = {.dist = DIST_Q_UNIFORM, .min = 0, .max = 10, .q = 4};

	CHECK_INT(decode(&p, 0.5).kind, VALUE_FLOAT);
	p.q_int = true;
	CHECK_INT(decode(&p, 0.5).kind, VALUE_INT);
	p.dist = DIST_INT_UNIFORM;
	CHECK_INT(decode(&p, 0.5).kind, VALUE_INT);
}

/* A script was given --x=-0. */
TEST(zero_has_no_sign)
{
	struct param native = {
	    .dist = DIST_Q_UNIFORM, .clip = true, .min = 0, .max = 1, .q = 0.2};
	struct param around = {.dist = DIST_Q_UNIFORM, .min = -1, .max = 1, .q = 1};

	check_text(decode(&native, 0.01), "0");
	check_text(decode(&around, 0.45), "0");
	check_text(decode(&around, 0.55), "0");
}

TEST(rounding_is_half_to_even)
{
	struct param p = {.dist = DIST_Q_UNIFORM, .min = 0, .max = 4, .q = 1};

	CHECK_DOUBLE(number(decode(&p, 0.125)), 0, 0);
	CHECK_DOUBLE(number(decode(&p, 0.375)), 2, 0);
	CHECK_DOUBLE(number(decode(&p, 0.625)), 2, 0);
	CHECK_DOUBLE(number(decode(&p, 0.875)), 4, 0);
}

TEST(values_are_short_and_without_dust)
{
	struct param q = {.dist = DIST_Q_UNIFORM, .min = 0, .max = 1, .q = 0.3};
	struct param u = {.dist = DIST_UNIFORM, .min = 0, .max = 1};
	struct param l = {.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1};
	struct param g = {.dist = DIST_Q_UNIFORM, .min = -0.3, .max = 1, .q = 0.1};
	struct value v;

	check_text(decode(&q, 0.9), "0.9");
	check_text(decode(&u, 1.0 / 3), "0.333333333");
	check_text(decode(&l, 1.0 / 3), "0.000215443469");
	check_text(decode(&l, 0.25), "0.0001");
	param_grid_value(&g, 3, NULL, &v);
	check_text(v, "0");
}

TEST(a_last_bit_changes_nothing)
{
	struct param l = {.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1};

	for (double u = 0.001; u < 1; u += 0.00717) {
		struct value a = decode(&l, u), b = decode(&l, nextafter(u, 1));

		CHECK(value_equal(&a, &b));
	}
}

TEST(values_stay_inside_their_bounds)
{
	static const enum dist bounded[] = {DIST_UNIFORM, DIST_LOG_UNIFORM_VALUES,
	                                    DIST_INV_LOG_UNIFORM_VALUES};
	static const double ends[] = {0x1p-53, 1e-15, 1e-9, 0.5, 1 - 1e-9, 1 - 0x1p-53};

	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
			struct param p = {.dist = bounded[d],
			                  .min = 0.123456789012345,
			                  .max = 0.987654321098765};
			double x = number(decode(&p, ends[i]));

			CHECK(x >= p.min && x <= p.max);
		}
}

TEST(nothing_is_ever_infinite)
{
	struct param l = {.dist = DIST_LOG_NORMAL, .mu = 800, .sigma = 1};
	struct param q = {.dist = DIST_Q_LOG_NORMAL, .mu = 800, .sigma = 1, .q = 8};
	struct param b = {.dist = DIST_BETA, .a = 0.01, .b = 0.01};

	stat_init();
	q.q_int = true;
	CHECK(isfinite(number(decode(&l, 0.5))));
	CHECK(isfinite(number(decode(&q, 0.5))));
	for (double u = 0.01; u < 1; u += 0.07)
		CHECK(isfinite(number(decode(&b, u))));
	CHECK(isfinite(number(decode(&b, 0x1p-53))));
	CHECK(isfinite(number(decode(&b, 1 - 0x1p-53))));
}

/* Shapes for which GSL's inverse gives up; the wanted numbers are scipy's. */
TEST(difficult_betas)
{
	struct param b = {.dist = DIST_BETA, .a = 5, .b = 1000};

	stat_init();
	CHECK_DOUBLE(number(decode(&b, 0.001)), 0.0007376245866925692, 1e-9);
	CHECK_DOUBLE(number(decode(&b, 0.5)), 0.004650745603168099, 1e-9);
	CHECK_DOUBLE(number(decode(&b, 0.99)), 0.01151468912792467, 1e-9);
	CHECK_DOUBLE(number(decode(&b, 0.999)), 0.014656207658647873, 1e-9);
	b.a = 0.05;
	b.b = 5;
	CHECK_DOUBLE(number(decode(&b, 0.95)), 0.056936403313927506, 1e-9);
	for (double a = 0.01; a < 2000; a *= 3)
		for (double u = 0.0005, last = 0; u < 1; u += 0.0101) {
			double x;

			b.a = a;
			b.b = 0.1;
			x = number(decode(&b, u));
			CHECK(x >= last && x <= 1);
			last = x;
		}
}

TEST(categories)
{
	struct maker m = {0};
	struct param *p = maker_choice(&m, "x", "a b c a");
	const double weights[] = {0.2, 0, 0.8, 0};
	struct value v;
	double u;

	param_finish(p, &m.a);
	check_text(decode(p, 0.25), "a");
	check_text(decode(p, 0.2500001), "b");
	check_text(decode(p, 0.99), "a");
	CHECK_INT(param_cardinality(p), 3);
	CHECK_INT(param_grid_size(p), 3);
	p->probabilities = weights;
	param_finish(p, &m.a);
	check_text(decode(p, 0.1999), "a");
	check_text(decode(p, 0.2), "c");
	check_text(decode(p, 1 - 0x1p-53), "c");
	CHECK_INT(param_cardinality(p), 2);
	CHECK_INT(param_grid_size(p), 0);
	v = value_string("c");
	CHECK(param_encode(p, &v, &u));
	CHECK_DOUBLE(u, 0.6, 1e-12);
	v = value_string("b");
	CHECK(!param_encode(p, &v, &u));
	maker_free(&m);
}

TEST(equal_values_are_one_category)
{
	struct maker m = {0};
	const struct value mixed[] = {value_int(1),
	                              value_float(1),
	                              {.kind = VALUE_BOOL, .boolean = true},
	                              value_string("1"),
	                              value_int(1)};
	struct param *p = maker_add(&m, "x", DIST_CATEGORICAL);
	struct value v;

	p->values = mixed;
	p->n_values = 5;
	param_finish(p, &m.a);
	CHECK_INT(param_grid_size(p), 3);
	param_grid_value(p, 1, NULL, &v);
	check_text(v, "True");
	param_grid_value(p, 2, NULL, &v);
	CHECK_INT(v.kind, VALUE_STRING);
	maker_free(&m);
}

TEST(native_steps_stay_inside_and_are_equally_likely)
{
	struct maker m = {0};
	struct param *p = maker_steps(&m, "x", DIST_Q_UNIFORM, 60, 1024, 64);
	int hits[17] = {0};
	double first, last;

	CHECK(param_clip_range(p, &first, &last));
	CHECK_DOUBLE(first, 1, 0);
	CHECK_DOUBLE(last, 16, 0);
	for (int i = 0; i < 1600; i++) {
		double x = number(decode(p, (i + 0.5) / 1600));

		CHECK(x >= 64 && x <= 1024 && fmod(x, 64) == 0);
		hits[(int)(x / 64)]++;
	}
	for (int k = 1; k <= 16; k++)
		CHECK_INT(hits[k], 100);
	CHECK_INT(param_cardinality(p), 16);
	CHECK_INT(param_grid_size(p), 16);
	p->min = 70;
	p->max = 100;
	CHECK(!param_clip_range(p, &first, &last));
	CHECK_INT(param_grid_size(p), 0);
	p->min = p->max = 0.3;
	p->q = 0.1;
	CHECK(param_clip_range(p, &first, &last));
	maker_free(&m);
}

/* Every value that can come out is in exactly one cell, and decodes from it. */
static void check_cells(const struct param *p, uint64_t want)
{
	uint64_t n = param_cardinality(p);
	struct value last = {.kind = VALUE_NULL};

	CHECK_INT(n, want);
	for (uint64_t k = 0; k < n; k++) {
		struct value v = decode(p, param_cell(p, k));
		double u = 0;

		CHECK(!value_equal(&v, &last));
		CHECK(param_encode(p, &v, &u));
		CHECK_DOUBLE(u, param_cell(p, k), 1e-12);
		last = v;
	}
}

TEST(native_integers_on_a_log_scale)
{
	struct maker m = {0};
	struct param *p = maker_steps(&m, "x", DIST_Q_LOG_UNIFORM_VALUES, 1, 1024, 1);
	struct value v;

	CHECK_INT(number(decode(p, 0x1p-53)), 1);
	/* sqrt(0.5 * 1024.5) = 22.6; the middle of the range itself is sqrt(1 * 1024).
	 */
	CHECK_INT(number(decode(p, 0.5)), 23);
	CHECK_INT(number(decode(p, param_middle(p))), 32);
	CHECK_INT(number(decode(p, 1 - 0x1p-53)), 1024);
	p->v1 = true;
	CHECK_INT(number(decode(p, 0.5)), 32);
	CHECK_DOUBLE(param_middle(p), 0.5, 0);
	p->v1 = false;
	CHECK_INT(decode(p, 0.5).kind, VALUE_INT);
	CHECK_INT(param_grid_size(p), 1024);
	param_grid_value(p, 1023, NULL, &v);
	CHECK_INT(v.integer, 1024);
	/* Bounds that are no multiples: 64 … 960, though 60 and 1000 are nearer to 64
	 * and 1024. */
	p = maker_steps(&m, "y", DIST_Q_LOG_UNIFORM_VALUES, 60, 1000, 64);
	CHECK_INT(number(decode(p, 0x1p-53)), 64);
	CHECK_INT(number(decode(p, 1 - 0x1p-53)), 960);
	p->min = 20;
	CHECK_INT(number(decode(p, 0x1p-53)), 64);
	check_cells(p, 15);
	maker_free(&m);
}

TEST(cells_of_discrete_parameters)
{
	struct maker m = {0};
	struct param q = {.dist = DIST_Q_UNIFORM, .min = 0, .max = 10, .q = 4};
	struct param odd = {.dist = DIST_Q_UNIFORM, .min = 1, .max = 3, .q = 2};
	struct param beta = {.dist = DIST_Q_BETA, .a = 2, .b = 5, .q = 0.25};
	struct param logs = {
	    .dist = DIST_Q_LOG_UNIFORM_VALUES, .min = 32, .max = 256, .q = 8};
	struct param whole = {.dist = DIST_INT_UNIFORM, .min = -5, .max = 5};

	check_cells(&q, 3);
	check_cells(&odd, 1);
	check_cells(&beta, 5);
	check_cells(&logs, 29);
	check_cells(&whole, 11);
	check_cells(maker_steps(&m, "a", DIST_Q_UNIFORM, 1, 99, 7), 14);
	check_cells(maker_steps(&m, "b", DIST_Q_LOG_UNIFORM_VALUES, 1, 1024, 1), 1024);
	check_cells(maker_steps(&m, "c", DIST_Q_UNIFORM, 0, 1, 0.1), 11);
	maker_free(&m);
}

TEST(endless_parameters_have_no_cardinality)
{
	struct param n = {.dist = DIST_Q_NORMAL, .sigma = 1, .q = 1};
	struct param u = {.dist = DIST_UNIFORM, .max = 1};
	struct param i = {.dist = DIST_INT_UNIFORM, .min = 0, .max = 1e12};

	CHECK_INT(param_cardinality(&n), 0);
	CHECK_INT(param_cardinality(&u), 0);
	CHECK_INT(param_cardinality(&i), 0);
	CHECK_INT(param_grid_size(&i), 1000000000001);
}

/* The grid's values of a parameter as one text. */
static void check_grid(const struct param *p, const char *want)
{
	struct str s = {0};
	struct value v;

	for (uint64_t i = 0; i < param_grid_size(p); i++) {
		param_grid_value(p, i, NULL, &v);
		str_add(&s, i ? " " : "");
		value_text(&v, &s);
	}
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

TEST(grids)
{
	struct maker m = {0};
	struct param q = {.dist = DIST_Q_UNIFORM, .min = 0, .max = 1, .q = 0.25};
	struct param dust = {.dist = DIST_Q_UNIFORM, .min = 1, .max = 1.3, .q = 0.1};
	struct param half = {.dist = DIST_Q_UNIFORM, .min = 0.5, .max = 4, .q = 1};
	struct param whole = {.dist = DIST_INT_UNIFORM, .min = -1, .max = 2};
	struct param flow = {.dist = DIST_UNIFORM, .min = 0, .max = 1};
	struct param logs = {
	    .dist = DIST_Q_LOG_UNIFORM_VALUES, .min = 1, .max = 9, .q = 1};

	check_grid(&q, "0 0.25 0.5 0.75");
	check_grid(&dust, "1 1.1 1.2");
	half.q_int = true;
	check_grid(&half, "0.5 1.5 2.5 3.5");
	check_grid(&whole, "-1 0 1 2");
	check_grid(maker_steps(&m, "x", DIST_Q_UNIFORM, 0, 0.5, 0.1),
	           "0 0.1 0.2 0.3 0.4 0.5");
	CHECK_INT(param_grid_size(&flow), 0);
	CHECK_INT(param_grid_size(&logs), 0);
	maker_free(&m);
}

static bool has(const struct param *p, struct value v)
{
	double u = 0.5;

	return param_encode(p, &v, &u) && u > 0 && u < 1;
}

TEST(what_is_out_of_reach_has_no_place)
{
	struct maker m = {0};
	struct param u = {.dist = DIST_UNIFORM, .min = 0, .max = 1};
	struct param i = {.dist = DIST_INT_UNIFORM, .min = 1, .max = 8};
	struct param l = {.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1};
	struct param n = {.dist = DIST_LOG_NORMAL, .sigma = 1};
	struct param b = {.dist = DIST_BETA, .a = 2, .b = 2};
	struct param *q = maker_steps(&m, "q", DIST_Q_UNIFORM, 64, 1024, 64);

	CHECK(has(&u, value_int(1)) && has(&u, value_float(0)));
	CHECK(!has(&u, value_float(1.001)) && !has(&u, value_string("1")));
	CHECK(!has(&u, (struct value){.kind = VALUE_BOOL, .boolean = true}));
	CHECK(has(&i, value_int(8)) && has(&i, value_float(8)));
	CHECK(!has(&i, value_int(9)) && !has(&i, value_float(1.5)));
	CHECK(has(&l, value_float(1e-5)) && has(&l, value_float(0.1)));
	CHECK(!has(&l, value_float(0.11)) && !has(&l, value_float(-1)));
	CHECK(has(&n, value_float(3)) && !has(&n, value_float(-1)));
	CHECK(has(&b, value_float(0.5)) && !has(&b, value_float(2)));
	CHECK(has(q, value_int(128)) && !has(q, value_int(100)));
	CHECK(!has(q, value_int(0)) && !has(q, value_int(1088)));
	maker_free(&m);
}

TEST(a_default_comes_back_as_written)
{
	static const double presets[] = {1e-10, 0.123456789012345, 0.5};

	for (size_t k = 0; k < 3; k++) {
		struct value v = value_float(presets[k]);
		struct param p = {.dist = DIST_UNIFORM, .max = 1, .preset = &v};
		double u;

		CHECK(param_encode(&p, &v, &u));
		CHECK_DOUBLE(number(decode(&p, u)), presets[k], 0);
		CHECK_DOUBLE(number(decode(&p, 0.25)), 0.25, 0);
	}
}

TEST(names)
{
	enum dist d;

	for (size_t i = 0; i < dist_count; i++)
		CHECK(dist_find(dist_name((enum dist)i), &d) && d == (enum dist)i);
	CHECK(!dist_find("gaussian", &d));
}

static void check_description(const struct param *p, const char *want)
{
	struct str s = {0};

	param_describe(p, &s);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

TEST(descriptions)
{
	struct maker m = {0};
	struct value d = value_float(1e-3);
	struct param l = {.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 0.1};
	struct param n = {.dist = DIST_NORMAL, .mu = 1, .sigma = 0.5};
	struct param e = {.dist = DIST_LOG_UNIFORM, .min = 0, .max = 1};

	l.preset = &d;
	check_description(&l, "log_uniform_values 1e-05 … 0.1, default 0.001");
	check_description(&n, "normal mu 1, sigma 0.5");
	check_description(&e, "log_uniform 1 … 2.718281828459");
	check_description(maker_choice(&m, "o", "adam sgd"), "categorical adam, sgd");
	check_description(maker_steps(&m, "w", DIST_Q_UNIFORM, 64, 1024, 64),
	                  "q_uniform 64 … 1024, q 64");
	maker_free(&m);
}

/* Every cell of a log scale is a whole one: 1 … 8 lie within log(8.5 / 0.5), k has the
 * share log((k + 1/2) / (k - 1/2)) of it. hpsearch 0.1.0 cut the ends in half. */
TEST(cells_of_a_log_scale_are_whole)
{
	static const int n = 20000;
	struct maker m = {0};
	struct param *p = maker_steps(&m, "x", DIST_Q_LOG_UNIFORM_VALUES, 1, 8, 1);
	int count[9] = {0};

	for (int i = 0; i < n; i++)
		count[(int)number(decode(p, (i + 0.5) / n))]++;
	for (int k = 1; k <= 8; k++)
		CHECK_DOUBLE(count[k] / (double)n,
		             log((k + 0.5) / (k - 0.5)) / log(8.5 / 0.5), 1e-4);
	p->v1 = true;
	memset(count, 0, sizeof count);
	for (int i = 0; i < n; i++)
		count[(int)number(decode(p, (i + 0.5) / n))]++;
	CHECK_DOUBLE(count[1] / (double)n, log(1.5) / log(8), 1e-4);
	CHECK_DOUBLE(count[8] / (double)n, log(8 / 7.5) / log(8), 1e-4);
	/* Steps below their first multiple: there is no zero on a log scale. */
	p = maker_steps(&m, "y", DIST_Q_LOG_UNIFORM_VALUES, 1e-12, 4, 1);
	CHECK_INT(number(decode(p, 0x1p-53)), 1);
	check_cells(p, 4);
	maker_free(&m);
}

/* What a model proposes lies on odd multiples of 2^-31: beside the ends and the middle.
 */
TEST(ends_and_middles_come_out_as_written)
{
	static const struct {
		struct param p;
		double low, middle, high;
	} ranges[] = {
	    {{.dist = DIST_UNIFORM, .min = 0, .max = 1}, 0, 0.5, 1},
	    {{.dist = DIST_UNIFORM, .min = 0.3, .max = 1}, 0.3, 0.65, 1},
	    {{.dist = DIST_LOG_UNIFORM_VALUES, .min = 1e-5, .max = 1e-1},
	     1e-5,
	     1e-3,
	     1e-1},
	    {{.dist = DIST_UNIFORM, .min = 0.1234567890123, .max = 1.1234567890123},
	     0.1234567890123,
	     0.623456789,
	     1.1234567890123},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		struct param p = ranges[i].p;

		CHECK_DOUBLE(number(decode(&p, 0x1p-31)), ranges[i].low, 0);
		CHECK_DOUBLE(number(decode(&p, 0.5 - 0x1p-31)), ranges[i].middle, 0);
		CHECK_DOUBLE(number(decode(&p, 0.5 + 0x1p-31)), ranges[i].middle, 0);
		CHECK_DOUBLE(number(decode(&p, 1 - 0x1p-31)), ranges[i].high, 0);
	}
	/* As hpsearch 0.1.0 has them. */
	CHECK_DOUBLE(
	    number(decode(
		&(struct param){.dist = DIST_UNIFORM, .min = 0.3, .max = 1, .v1 = true},
		0.5 + 0x1p-31)),
	    0.6500000003, 0);
}

/* A rounding error is no difference; anything more is. */
TEST(values_are_compared_on_the_lattice)
{
	static const struct value three[] = {{.kind = VALUE_FLOAT, .number = 0.1},
	                                     {.kind = VALUE_FLOAT, .number = 0.3},
	                                     {.kind = VALUE_STRING, .string = "x"}};
	struct param listed = {
	    .dist = DIST_CATEGORICAL, .values = three, .n_values = 3};
	struct param steps = {
	    .dist = DIST_Q_UNIFORM, .clip = true, .min = 0.1, .max = 0.7, .q = 0.1};
	struct param range = {.dist = DIST_UNIFORM, .min = 0, .max = 0.3};
	struct param whole = {.dist = DIST_INT_UNIFORM, .min = 0, .max = 9};
	struct value v = value_float(0.1 + 0.2), near;
	double u;

	CHECK(param_encode(&steps, &v, &u) && number(decode(&steps, u)) == 0.3);
	CHECK(param_encode(&range, &v, &u) && number(decode(&range, u)) == 0.3);
	CHECK(param_encode(&listed, &v, &u) && number(decode(&listed, u)) == 0.3);
	v = value_float(3.0000000000000004);
	CHECK(param_encode(&whole, &v, &u) && number(decode(&whole, u)) == 3);
	v = value_float(0.31);
	CHECK(!param_encode(&steps, &v, &u) && param_nearest(&steps, &v, &near));
	CHECK_DOUBLE(near.number, 0.3, 0);
	CHECK(!param_encode(&range, &v, &u) && param_nearest(&range, &v, &near));
	CHECK_DOUBLE(near.number, 0.3, 0);
	CHECK(!param_encode(&listed, &v, &u) && param_nearest(&listed, &v, &near));
	CHECK_DOUBLE(near.number, 0.3, 0);
	v = value_string("y");
	CHECK(!param_encode(&listed, &v, &u) && !param_nearest(&listed, &v, &near));
}

TEST_MAIN(cells_of_a_log_scale_are_whole, ends_and_middles_come_out_as_written,
          values_are_compared_on_the_lattice, every_distribution_follows_its_formula,
          continuous_values_go_there_and_back,
          steps_give_integers_where_they_were_written_so, zero_has_no_sign,
          rounding_is_half_to_even, values_are_short_and_without_dust,
          a_last_bit_changes_nothing, values_stay_inside_their_bounds,
          nothing_is_ever_infinite, difficult_betas, categories,
          equal_values_are_one_category,
          native_steps_stay_inside_and_are_equally_likely,
          native_integers_on_a_log_scale, cells_of_discrete_parameters,
          endless_parameters_have_no_cardinality, grids,
          what_is_out_of_reach_has_no_place, a_default_comes_back_as_written, names,
          descriptions)
