/* Refining: ranges, lists, ends and idle parameters of functions whose optimum is
 * known; the text is a file that reads back; what is said of the ends of ranges. */
#include "base/rng.h"
#include "report/refinement.h"
#include "rig.h"
#include "search/edges.h"

#include "test.h"

#include <math.h>

static const struct refined *of(const struct refinement *r, const struct rig *rig,
                                const char *name)
{
	return &r->list[space_find(&rig->spec.space, name)];
}

#define HEAD                                                                           \
	"command: [train, '${args}']\n"                                                \
	"metric: {name: loss}\n"                                                       \
	"parameters:\n"

static const char mixed[] =
    HEAD "  lr: {min: 1e-5, max: 1e-1, log: true, default: 1e-3}\n"
	 "  a: {min: 0.0, max: 1.0, default: 0.5}\n"
	 "  idle: {min: 0.0, max: 8.0, default: 2.5}\n"
	 "  width: {values: [16, 32, 64, 128]}\n"
	 "  kind: {values: [1, 2]}\n"
	 "  sub: {min: 0.0, max: 1.0, when: {kind: 2}}\n"
	 "constraints: ['width < 500', 'sub < 2']\n"
	 "method: bayes\n";

/* Best at lr beyond its upper end, a = 0.3, the last width, kind 1. */
static double bowl(const struct job *job, struct run_result *res, bool *has_metric)
{
	double lr = log10(fake_argument(job, "lr")), a = fake_argument(job, "a");
	double kind = fake_argument(job, "kind");

	(void)res;
	*has_metric = true;
	return 0.1 * lr * lr + 4 * (a - 0.3) * (a - 0.3) + (kind > 1) +
	       pow(log2(fake_argument(job, "width")) - 8, 2) / 10;
}

TEST(ranges_lists_and_idle_parameters_of_a_known_function)
{
	struct refinement re;
	struct rig r;
	const struct refined *f;

	open_rig(&r, mixed, 60, bowl);
	CHECK(refinement_init(&re, &r.study, &r.err));
	CHECK_INT(re.trials, 60);
	f = of(&re, &r, "lr");
	CHECK_INT(f->what, REFINED_RANGE);
	CHECK_DOUBLE(f->max, 1, 0);
	CHECK(f->min > 1e-3 && f->min < 0.1);
	CHECK_STR(f->why, "was 1e-05 … 0.1; the best lr is at the upper end of its "
	                  "range: widened to 1");
	f = of(&re, &r, "a");
	CHECK_INT(f->what, REFINED_RANGE);
	CHECK(f->min < 0.3 && f->min > 0.1 && f->max > 0.3 && f->max < 0.5);
	f = of(&re, &r, "idle");
	CHECK_INT(f->what, REFINED_FIXED);
	CHECK(f->idle && f->values[0].number == 2.5);
	f = of(&re, &r, "width");
	CHECK_INT(f->what, REFINED_VALUES);
	CHECK_INT(f->values[f->n - 1].integer, 256);
	CHECK(strstr(f->why, "the best width is at the upper end of its list: widened "
	                     "to 256") != NULL);
	f = of(&re, &r, "kind");
	CHECK_INT(f->what, REFINED_FIXED);
	CHECK(!f->idle && f->values[0].integer == 1);
	CHECK_INT(of(&re, &r, "sub")->what, REFINED_GONE);
	/* lr has 1e-3 by default, which is outside. */
	CHECK(re.winner_presets);
	CHECK(value_equal(of(&re, &r, "a")->preset,
	                  re.winner->values[space_find(&r.spec.space, "a")]));
	refinement_free(&re);
	close_rig(&r);
}

TEST(the_text_is_a_file_that_says_the_same)
{
	struct spec_overrides none = {0};
	struct arena a = {0};
	struct str text = {0};
	struct spec again;
	struct refinement re;
	struct rig r;
	const struct param *p;

	open_rig(&r, mixed, 60, bowl);
	CHECK(refinement_init(&re, &r.study, &r.err));
	refinement_yaml(&re, &r.study, "old's.hpsearch", &text);
	CHECK(spec_parse(&again, "f.yaml", text.s, text.len, &none, &a, &r.err));
	CHECK_INT(again.space.n, 5);
	CHECK_INT(again.space.n_constraints, 1);
	CHECK_INT(again.n_warm, 1);
	CHECK_STR(again.warm[0], "old's.hpsearch");
	p = &again.space.params[space_find(&again.space, "lr")];
	CHECK_INT(p->dist, DIST_LOG_UNIFORM_VALUES);
	CHECK_DOUBLE(p->max, 1, 0);
	p = &again.space.params[space_find(&again.space, "idle")];
	CHECK(p->dist == DIST_CONSTANT && p->idle);
	CHECK(space_find(&again.space, "sub") == SIZE_MAX);
	str_free(&text);
	arena_free(&a);
	refinement_free(&re);
	close_rig(&r);
}

static double noise(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)res;
	*has_metric = true;
	return rng_unit((uint64_t)(1e9 * fake_argument(job, "a")), 0, RNG_MODEL, 0);
}

TEST(noise_alone_is_refused)
{
	struct refinement re;
	struct rig r;

	open_rig(&r, HEAD "  a: {min: 0.0, max: 1.0}\nmethod: random\n", 40, noise);
	CHECK(!refinement_init(&re, &r.study, &r.err));
	CHECK_INT(r.err.kind, ERROR_TRIAL);
	refinement_free(&re);
	close_rig(&r);
}

/* Best at a = 0.3, below the range. */
static double below(const struct job *job, struct run_result *res, bool *has_metric)
{
	double a = fake_argument(job, "a") - 0.3, b = fake_argument(job, "b") - 0.6;
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);

	(void)res;
	*has_metric = true;
	return 4 * (a * a + b * b) + 0.05 * rng_unit(seed, 0, RNG_MODEL, 7);
}

/* A search that learns knows little of what it left alone, so the model's optima lie
 * all over; the end that the winner is at is moved all the same. */
TEST(the_end_that_the_winner_is_at_moves)
{
	static const char text[] = HEAD "  a: {min: 0.35, max: 1.0}\n"
					"  b: {min: 0.0, max: 1.0}\n"
					"  c: {min: 0.0, max: 1.0}\n"
					"method: bayes\nseed: 3\n";
	struct refinement re;
	struct rig r;
	const struct refined *f;

	open_rig(&r, text, 40, below);
	CHECK(refinement_init(&re, &r.study, &r.err));
	CHECK(re.winner->values[0]->number < 0.36);
	f = of(&re, &r, "a");
	CHECK_INT(f->what, REFINED_RANGE);
	CHECK(f->min < 0.3);
	CHECK(strstr(f->why, "the best a is at the lower end of its range: widened") !=
	      NULL);
	CHECK_INT(of(&re, &r, "c")->what, REFINED_KEPT);
	refinement_free(&re);
	close_rig(&r);
}

/* The values of the end that a count cannot cross, and of one that it can. */
TEST(ends_that_their_meaning_has_are_not_crossed)
{
	struct spec_overrides none = {0};
	struct arena a = {0};
	struct error err;
	struct spec s;
	static const char text[] = HEAD "  layers: {min: 1, max: 8}\n"
					"  drop: {min: 0.0, max: 1.0}\n"
					"  part: {min: 0.1, max: 0.9}\n"
					"  lr: {min: 0.001, max: 1.0, log: true}\n"
					"  words: {values: [x, y, z]}\n"
					"  g: {distribution: normal, mu: 0, sigma: 1}\n"
					"  list: {values: [4, 1, 2]}\n"
					"method: random\n";
	const struct {
		const char *name;
		bool low, high;
	} natural[] = {{"layers", true, false}, {"drop", true, true},
	               {"part", false, false},  {"lr", false, false},
	               {"words", true, true},   {"g", true, true},
	               {"list", true, false}};

	CHECK(spec_parse(&s, "s.yaml", text, strlen(text), &none, &a, &err));
	for (size_t i = 0; i < ARRAY_LEN(natural); i++) {
		const struct param *p =
		    &s.space.params[space_find(&s.space, natural[i].name)];

		CHECK_INT(edge_is_natural(p, false), natural[i].low);
		CHECK_INT(edge_is_natural(p, true), natural[i].high);
	}
	CHECK_INT(
	    edge_value(&s.space.params[space_find(&s.space, "list")], true).integer, 4);
	arena_free(&a);
}

static double slope(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)res;
	*has_metric = true;
	return -fake_argument(job, "a");
}

/* Trials at 0.5 / n, 1.5 / n …: of 40 the best ten are those of the last quarter, and
 * two of them within 5 % of the end; so nothing is said of a, all of it of b. */
TEST(what_is_said_of_an_end_are_counts)
{
	struct str out = {0};
	struct rig r;
	size_t n;
	struct edge *e;

	open_rig(&r, HEAD "  a: {min: 0.0, max: 2.0}\nmethod: sobol\n", 40, slope);
	e = edges_find(&r.study.search, &r.arena, &n);
	CHECK_INT(n, 0);
	close_rig(&r);

	/* Ten of forty at the end of a list of eight would be luck's in 0.0001. */
	open_rig(&r,
	         HEAD "  a: {values: [1, 2, 4, 8, 16, 32, 64, 128]}\n"
	              "  b: {min: 0.0, max: 1.0}\nmethod: random\n",
	         80, slope);
	e = edges_find(&r.study.search, &r.arena, &n);
	CHECK_INT(n, 1);
	CHECK(n == 1 && e->upper && e->listed && e->end.integer == 128);
	CHECK(n == 1 && e->near >= 6 && e->others == 70);
	edges_text(&r.study.search, &out);
	CHECK(strstr(str_text(&out), "of the best 10 have its largest value, 128, and "
	                             "0 of the other 70") != NULL ||
	      (n == 1 && e->others_near));
	str_free(&out);
	close_rig(&r);

	/* A grid has its ends by construction. */
	open_rig(&r,
	         HEAD "  a: {values: [1, 2, 4, 8]}\n"
	              "  b: {values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\nmethod: grid\n",
	         0, slope);
	edges_find(&r.study.search, &r.arena, &n);
	CHECK_INT(n, 0);
	close_rig(&r);
}

TEST_MAIN(ranges_lists_and_idle_parameters_of_a_known_function,
          the_text_is_a_file_that_says_the_same, noise_alone_is_refused,
          the_end_that_the_winner_is_at_moves,
          ends_that_their_meaning_has_are_not_crossed,
          what_is_said_of_an_end_are_counts)
