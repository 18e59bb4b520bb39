/* Lines through estimates, bowls at several places, and what they say together of a
 * size that nobody has tuned at: exact answers, and every reason not to trust. */
#include "base/bowl.h"
#include "base/rng.h"
#include "base/stat.h"
#include "report/scaling_text.h"
#include "search/scaling.h"

#include "test.h"

#include <math.h>
#include <stdlib.h>

/* By hand: slope 5/2, constant 2, what is left (0.5, -1, 0.5); its squares over 1 +
 * tau^2 are 1 where tau^2 is 0.5; at 2: 7, variance 1.5 (1/3 + 4/2) + 0.5 = 4. */
TEST(a_line_by_hand)
{
	const double x[] = {-1, 0, 1}, y[] = {0, 1, 5};
	const double cov[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
	struct trend_data d = {.k = 3, .q = 1, .x = x, .y = y, .cov = cov};
	double z = stat_normal_quantile(0.95), student = stat_t_quantile(0.95, 1);
	struct trend_at at, again;
	struct trend t;
	double bend, df;

	CHECK(trend_fit(&d, &t));
	CHECK_DOUBLE(t.coef[0], 2, 1e-12);
	CHECK_DOUBLE(t.coef[1], 2.5, 1e-12);
	CHECK_DOUBLE(t.tau * t.tau, 0.5, 1e-9);
	CHECK_DOUBLE(t.se[1] * t.se[1], 0.75, 1e-9);
	trend_predict(&t, &d, (double[]){2}, 0.9, 1, &at);
	CHECK_DOUBLE(at.mean, 7, 1e-9);
	CHECK_DOUBLE(at.se, 2, 1e-9);
	/* One third of the variance had to be estimated, from one degree of freedom;
	 * the bootstrap's quantile is less. */
	CHECK_DOUBLE(at.half, 2 * (z + (student - z) / 3), 1e-9);
	trend_predict(&t, &d, (double[]){2}, 0.9, 1, &again);
	CHECK_DOUBLE(again.half, at.half, 0);
	/* Three points say nothing of a bend. */
	CHECK(!trend_bend(&d, &bend, &df));
	d.k = 2;
	CHECK(!trend_fit(&d, &t));
}

/* Errors that all share move the line, not its slope. */
TEST(shared_errors_are_no_slope)
{
	const double x[] = {0, 1, 2, 3}, y[] = {1, 2, 3, 4};
	double cov[16];
	struct trend_data d = {
	    .k = 4, .q = 1, .x = x, .y = y, .cov = cov, .least_tau = 0.01};
	struct trend t;

	for (int i = 0; i < 16; i++)
		cov[i] = 4 + (i % 5 == 0) * 1e-4;
	CHECK(trend_fit(&d, &t));
	CHECK_DOUBLE(t.coef[1], 1, 1e-9);
	CHECK_DOUBLE(t.se[1], sqrt((1e-4 + 1e-4) / 5), 1e-6);
	CHECK(t.se[0] > 1.9);
}

TEST(a_bend_is_seen)
{
	double x[8], y[8], cov[64] = {0}, t, df;
	struct trend_data d = {
	    .k = 8, .q = 1, .x = x, .y = y, .cov = cov, .least_tau = 0.01};

	for (int i = 0; i < 8; i++) {
		x[i] = i;
		y[i] = 2 * i + 0.01 * (i % 2);
		cov[9 * i] = 1e-4;
	}
	CHECK(trend_bend(&d, &t, &df) && fabs(t) < 3);
	CHECK_DOUBLE(df, 5, 0);
	for (int i = 0; i < 8; i++)
		y[i] += 0.1 * i * i;
	CHECK(trend_bend(&d, &t, &df) && t > 20);
}

/* Coverage of intervals of 90 %, of 400 lines whose points have errors beyond those
 * that are stated. */
TEST(intervals_cover)
{
	size_t in = 0;

	for (uint64_t s = 0; s < 400; s++) {
		double x[5], y[5], cov[25] = {0}, truth;
		struct trend_data d = {
		    .k = 5, .q = 1, .x = x, .y = y, .cov = cov, .least_tau = 0.02};
		struct trend_at at;
		struct trend t;

		for (uint32_t i = 0; i < 5; i++) {
			x[i] = i;
			y[i] =
			    1 - 0.5 * x[i] +
			    0.3 * stat_normal_quantile(rng_unit(s, 0, RNG_MODEL, i)) +
			    0.2 * stat_normal_quantile(rng_unit(s, 1, RNG_MODEL, i));
			cov[6 * i] = 0.04;
		}
		truth = 1 - 0.5 * 7 +
		        0.3 * stat_normal_quantile(rng_unit(s, 2, RNG_MODEL, 0));
		CHECK(trend_fit(&d, &t));
		trend_predict(&t, &d, (double[]){7}, 0.9, s, &at);
		in += fabs(at.mean - truth) <= at.half;
	}
	/* 4 standard deviations: 90 ± 6 %. */
	CHECK(in >= 336 && in <= 396);
}

/* Minima (0.3 + 0.1 k, 0.6), curvatures 2 and 4, a term between the two, a word that
 * costs 1, and a third number that makes no difference. */
TEST(bowls_are_found_exactly)
{
	enum { N = 120 };
	double t[3 * N], y[N], z[N];
	size_t place[N];
	struct bowl_data d = {.n = N,
	                      .d = 3,
	                      .places = 3,
	                      .extra = 1,
	                      .place = place,
	                      .t = t,
	                      .z = z,
	                      .y = y};
	struct bowl b;

	for (uint32_t i = 0; i < N; i++) {
		double u, v;

		place[i] = i % 3;
		for (uint32_t j = 0; j < 3; j++)
			t[3 * i + j] = rng_unit(7, i, RNG_POINT, j);
		z[i] = rng_unit(7, i, RNG_POINT, 3) < 0.5;
		u = t[3 * i] - 0.3 - 0.1 * (double)place[i];
		v = t[3 * i + 1] - 0.6;
		y[i] = u * u + 2 * v * v + 0.5 * u * v + z[i] - 5 * (double)place[i];
	}
	CHECK(bowl_fit(&d, 1, &b));
	CHECK(b.has[0] && b.has[1]);
	for (size_t k = 0; k < 3; k++) {
		CHECK_DOUBLE(b.at[3 * k], 0.3 + 0.1 * (double)k, 1e-3);
		CHECK_DOUBLE(b.at[3 * k + 1], 0.6, 1e-3);
	}
	CHECK(b.cov[0] < 1e-4);
	bowl_free(&b);
	d.n = 9;
	CHECK(!bowl_fit(&d, 1, &b));
	bowl_free(&b);
}

/* A search, with trials that nobody ran. */
struct made {
	struct arena a;
	struct spec spec;
	struct search search;
	struct scaling s;
	struct error err;
};

static void make(struct made *m, const char *yaml)
{
	struct spec_overrides none = {0};
	struct search_origin origin = {0};

	*m = (struct made){0};
	CHECK(spec_parse(&m->spec, "made.yaml", yaml, strlen(yaml), &none, &m->a,
	                 &m->err) &&
	      search_init(&m->search, &m->spec, &origin, NULL, NULL, NULL, &m->err));
}

static void drop(struct made *m)
{
	scaling_free(&m->s);
	search_free(&m->search);
	arena_free(&m->a);
}

static double number(const struct made *m, const struct trial *t, const char *name)
{
	double x = 0;

	value_number(t->values[space_find(&m->spec.space, name)], &x);
	return x;
}

/* n trials, drawn; f says what they gave. */
static void fill(struct made *m, size_t n,
                 double (*f)(const struct made *m, const struct trial *t))
{
	for (uint64_t i = 0; i < n; i++) {
		struct coord *point = arena_new(&m->a, m->spec.space.n, sizeof *point);
		struct trial *t;

		for (uint32_t j = 0; j < m->spec.space.n; j++)
			point[j] = (struct coord){rng_unit(3, i, RNG_POINT, j), -1};
		t = search_add(&m->search, point, ORIGIN_STRATEGY, 0);
		t->outcome = OUTCOME_OK;
		t->value = f(m, t);
	}
}

static bool scale(struct made *m, const char *name, double target)
{
	struct search *one = &m->search;

	return scaling_init(&m->s, &one, 1, &name, &target, 1, &m->err);
}

static const char spaces[] =
    "command: [x, '${args}']\nmetric: {name: loss}\nmethod: random\nparameters:\n"
    "  lr: {min: 1e-5, max: 1.0, log: true}\n"
    "  width: {values: [64, 128, 256, 512]}\n"
    "  opt: {values: [adam, sgd]}\n";
static const char many[] =
    "command: [x, '${args}']\nmetric: {name: loss}\nmethod: random\nparameters:\n"
    "  lr: {min: 1e-5, max: 1.0, log: true}\n"
    "  width: {values: [64, 90, 128, 181, 256, 362, 512, 724]}\n";

/* The best lr is 0.02 (width / 64)^-0.5. */
static double power_law(const struct made *m, const struct trial *t)
{
	double w = number(m, t, "width"), lr = log(number(m, t, "lr"));
	double best = log(0.02) - 0.5 * log(w / 64);
	const struct value *opt = t->values[space_find(&m->spec.space, "opt")];

	return 3 * pow(w, -0.2) + 0.1 * (lr - best) * (lr - best) +
	       (strcmp(opt->string, "sgd") == 0 ? 0.2 : 0);
}

TEST(a_power_law_is_continued)
{
	struct made m;
	struct str out = {0};

	make(&m, spaces);
	fill(&m, 80, power_law);
	CHECK(scale(&m, "width", 2048));
	CHECK_INT(m.s.places, 4);
	CHECK_INT(m.s.n, 2);
	CHECK(m.s.list[0].log && !m.s.list[0].why);
	CHECK_DOUBLE(m.s.list[0].at, 0.02 * pow(32, -0.5), 2e-5);
	CHECK_DOUBLE(m.s.list[0].trend.coef[1], -0.5, 1e-3);
	CHECK(m.s.list[0].low < m.s.list[0].at && m.s.list[0].at < m.s.list[0].high);
	CHECK_STR(m.s.list[1].choice->string, "adam");
	scaling_text(&m.s, NULL, &out);
	CHECK(strstr(out.s,
	             "to be trusted, as far as a straight line goes on: lr, opt") !=
	      NULL);
	str_clear(&out);
	scaling_json(&m.s, &out);
	CHECK(strstr(out.s, "\"trusted\":true") != NULL);
	str_free(&out);
	drop(&m);
}

static double edge(const struct made *m, const struct trial *t)
{
	double lr = log(number(m, t, "lr"));

	return 0.1 * (lr - 0.5) * (lr - 0.5);
}

static double bent(const struct made *m, const struct trial *t)
{
	double w = log(number(m, t, "width") / 180), lr = log(number(m, t, "lr"));

	return pow(lr + 6 - 2 * w * w, 2);
}

static double noise(const struct made *m, const struct trial *t)
{
	(void)m;
	return rng_unit(5, t->id, RNG_MODEL, 0);
}

static double scattered(const struct made *m, const struct trial *t)
{
	double w = number(m, t, "width"), lr = log(number(m, t, "lr"));
	double best = w < 100 ? -7 : w < 200 ? -3 : w < 300 ? -7.5 : -3.2;

	return (lr - best) * (lr - best);
}

TEST(what_lies_beyond_the_range_is_marked)
{
	struct made m;
	struct str out = {0};
	struct sheet t = {0};
	struct scaling_param *r;

	make(&m, spaces);
	fill(&m, 80, power_law);
	CHECK(scale(&m, "width", 2048));
	scaling_text(&m.s, NULL, &out);
	CHECK(!strstr(out.s, "beyond the range"));
	r = &m.s.list[0];
	r->least = r->mean[0] - 5;
	r->most = r->mean[0] + 1e-12;
	r->mean[1] = r->most + 0.1;
	r->at = exp(r->least - 0.1);
	str_clear(&out);
	scaling_text(&m.s, NULL, &out);
	CHECK(strstr(out.s, "  beyond the range\n") != NULL);
	CHECK(strstr(out.s, "beyond the range: lr at 128 and the target: nothing was "
	                    "tried outside of ") != NULL);
	str_clear(&out);
	scaling_sheet(&m.s, &t);
	CHECK(sheet_write(&t, "csv", false, &out));
	CHECK(strstr(out.s, ",at 128 and the target\n") != NULL);
	str_free(&out);
	sheet_free(&t);
	drop(&m);
}

TEST(what_is_not_to_be_trusted_says_why)
{
	const struct {
		const char *yaml;
		double (*f)(const struct made *m, const struct trial *t);
		double target;
		const char *why;
	} cases[] = {{spaces, edge, 1024, "at the upper end of the range"},
	             {many, bent, 1024, "its best values bend"},
	             {spaces, noise, 1024, ""},
	             {spaces, scattered, 1024, "the sizes do not agree"},
	             {spaces, power_law, 1e6,
	              "the target is 1.95e+03 times the largest width, "
	              "and the sizes span a factor of 8 only"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct made m;

		make(&m, cases[i].yaml);
		fill(&m, 160, cases[i].f);
		CHECK(scale(&m, "width", cases[i].target));
		CHECK(m.s.list && m.s.list[0].why);
		if (m.s.list && m.s.list[0].why)
			CHECK_STR(strstr(m.s.list[0].why, cases[i].why)
			              ? cases[i].why
			              : m.s.list[0].why,
			          cases[i].why);
		drop(&m);
	}
}

TEST(wrong_use_has_a_way_out)
{
	static const char none[] =
	    "made.yaml has no parameter widht\n  help: did you mean width?";
	static const char within[] =
	    "the target width 256 lies within the sizes that were tuned at (64 to "
	    "512), "
	    "or below\n  help: a target beyond the largest; for one of these hpsearch "
	    "best";
	struct made m;

	make(&m, spaces);
	fill(&m, 40, power_law);
	CHECK(!scale(&m, "widht", 2048));
	CHECK_STR(m.err.text, none);
	scaling_free(&m.s);
	CHECK(!scale(&m, "width", 256));
	CHECK_STR(m.err.text, within);
	scaling_free(&m.s);
	CHECK(!scale(&m, "width", 512));
	scaling_free(&m.s);
	CHECK(!scale(&m, "opt", 512));
	CHECK(strstr(m.err.text, "opt is not a number above 0") != NULL);
	drop(&m);
	make(&m,
	     "command: [x, '${args}']\nmetric: {name: loss}\nmethod: random\n"
	     "parameters: {lr: {min: 1e-5, max: 1.0, log: true}, width: {value: 64}, "
	     "opt: {value: sgd}}");
	fill(&m, 20, power_law);
	CHECK(!scale(&m, "width", 512));
	CHECK_INT(m.err.kind, ERROR_TRIAL);
	CHECK(strstr(m.err.text, "1 size with 4 trials or more") != NULL);
	drop(&m);
	make(&m, spaces);
	CHECK(!scale(&m, "width", 2048));
	CHECK(strstr(m.err.text, "0 sizes") != NULL);
	drop(&m);
}

TEST_MAIN(a_line_by_hand, shared_errors_are_no_slope, a_bend_is_seen, intervals_cover,
          bowls_are_found_exactly, a_power_law_is_continued,
          what_lies_beyond_the_range_is_marked, what_is_not_to_be_trusted_says_why,
          wrong_use_has_a_way_out)
