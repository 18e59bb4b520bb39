/* Advice on whether to go on: where nothing is left to gain, where much is, and that a
 * search which is continued comes to the same answer. */
#include "base/file.h"
#include "base/rng.h"
#include "fake_runner.h"
#include "record/results.h"
#include "search/prospect.h"
#include "study/search_loop.h"

#include "test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define HEAD                                                                           \
	"command: [train, '${args}']\n"                                                \
	"metric: {name: loss}\n"                                                       \
	"parameters:\n"                                                                \
	"  a: {min: 0.0, max: 1.0}\n"                                                  \
	"  b: {min: 0.0, max: 1.0}\n"

static const char learning[] = HEAD "method: bayes\nstop: auto\n";
static const char drawing[] = HEAD "method: random\nstop: {auto: true}\n";
static const char twice[] = HEAD "method: random\nstop: auto\nrepeats: 2\n";
static const char endless[] = HEAD "method: random\n";

/* A number of the configuration's, like noise: uniform in [0, 1). */
static double luck(const struct job *job)
{
	uint64_t key = (uint64_t)(1e9 * fake_argument(job, "a"));

	return rng_unit(key, (uint64_t)(1e9 * fake_argument(job, "b")), RNG_MODEL, 0);
}

/* A shallow bowl under noise. */
static double bowl(const struct job *job, struct run_result *res, bool *has_metric)
{
	double a = fake_argument(job, "a") - 0.3, b = fake_argument(job, "b") - 0.6;

	(void)res;
	*has_metric = true;
	return 5 + 4 * (a * a + b * b) + 0.3 * luck(job);
}

/* So steep and fine that hardly anything is known of it. */
static double rugged(const struct job *job, struct run_result *res, bool *has_metric)
{
	double a = fake_argument(job, "a"), b = fake_argument(job, "b");

	(void)res;
	*has_metric = true;
	return sin(25 * a) * cos(21 * b) + a;
}

/* Many valleys, of which the model sees those that it fell into. */
static double valleys(const struct job *job, struct run_result *res, bool *has_metric)
{
	static const double pi = 3.14159265358979323846;
	double a = fake_argument(job, "a") - 0.62, b = fake_argument(job, "b") - 0.3;

	(void)res;
	*has_metric = true;
	return 3 * (a * a + b * b) - 0.4 * (cos(8 * pi * a) + cos(8 * pi * b)) +
	       0.05 * luck(job);
}

/* What never looks at its arguments. */
static double constant(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)job;
	(void)res;
	*has_metric = true;
	return 0.6931471805599453;
}

/* A third of the space gets a penalty. */
static double penalty(const struct job *job, struct run_result *res, bool *has_metric)
{
	double value = bowl(job, res, has_metric);

	return fake_argument(job, "a") > 0.67 ? 20 : value;
}

/* The largest there is. */
static double largest(const struct job *job, struct run_result *res, bool *has_metric)
{
	double value = penalty(job, res, has_metric);

	return value < 20 ? value : DBL_MAX;
}

static double alone(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)res;
	*has_metric = true;
	return luck(job);
}

struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct fake_runner fake;
	struct runner runner;
	struct error err;
	char dir[64];
};

static bool start(struct rig *r, const char *text, uint64_t trials, size_t slots,
                  double (*train)(const struct job *, struct run_result *, bool *))
{
	struct spec_overrides none = {0};
	struct study_options o = {.max_trials = trials, .dir = *r->dir ? r->dir : NULL};

	o.origin = (struct search_origin){.yaml = text,
	                                  .path = "s.yaml",
	                                  .host = "",
	                                  .git = "",
	                                  .version = HPS_VERSION};
	r->fake.train = train;
	r->runner = fake_runner(&r->fake, slots);
	return spec_parse(&r->spec, "s.yaml", text, strlen(text), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, &o, &r->err) &&
	       (!o.dir || study_open(&r->study, false, &r->err)) &&
	       study_run(&r->study, &r->runner, &r->err);
}

static void end(struct rig *r)
{
	study_free(&r->study);
	arena_free(&r->arena);
}

TEST(noise_at_the_bottom_ends_a_search)
{
	struct rig r = {0};

	CHECK(start(&r, learning, 300, 1, bowl));
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	printf("# %zu trials: %s\n", r.study.search.n, r.study.search.why);
	CHECK(r.study.search.n >= 20 && r.study.search.n < 150);
	CHECK(strncmp(r.study.search.why, "after ", 6) == 0);
	CHECK(r.study.search.advice.enough || r.study.search.advice.plateau);
	/* Uniform noise of 0.3: its standard deviation is 0.087. */
	CHECK(r.study.search.advice.noise > 0.03 && r.study.search.advice.noise < 0.15);
	CHECK(r.study.search.best->value < 5.15);
	end(&r);
}

/* Repeats say that what the model cannot follow is no noise. */
TEST(a_search_that_knows_little_goes_on)
{
	struct rig r = {0};
	struct str text = {0};

	CHECK(start(&r, twice, 60, 1, rugged));
	CHECK_INT(r.study.search.n, 60);
	CHECK_INT(r.study.search.advice.trials, 60);
	CHECK_DOUBLE(r.study.search.advice.repeated, 60, 0);
	CHECK(r.study.search.advice.noise < 0.2);
	CHECK(!r.study.search.advice.enough && !r.study.search.advice.plateau);
	CHECK(r.study.search.advice.bound > 0.1);
	prospect_text(&r.study.search, &text);
	CHECK_INT(text.len, 0);
	end(&r);
}

/* Without them it looks like noise; then nothing is said of what may be left. */
TEST(a_model_that_explains_nothing_states_no_bound)
{
	struct rig r = {0};
	struct str text = {0};

	CHECK(start(&r, endless, 60, 1, alone));
	CHECK(r.study.search.advice.r2 < 0.3);
	CHECK(!r.study.search.advice.sees && !r.study.search.advice.enough);
	CHECK(r.study.search.advice.noise > 0.2 && r.study.search.advice.noise < 0.4);
	prospect_text(&r.study.search, &text);
	CHECK(!strstr(str_text(&text), "at most"));
	str_free(&text);
	end(&r);
}

/* It explains most of the differences; but there is room for too many valleys. */
TEST(valleys_between_the_trials_leave_the_bound_unsaid)
{
	struct rig r = {0};
	struct advice *a = &r.study.search.advice;
	struct str text = {0};

	CHECK(start(&r, learning, 60, 1, valleys));
	printf("# r2 %.2f, pieces %.1f, bound %.3f\n", a->r2, a->pieces, a->bound);
	CHECK(a->r2 > 0.6 && a->pieces > 20);
	CHECK(!a->sees && a->crowded && !a->enough);
	a->plateau = true;
	prospect_text(&r.study.search, &text);
	CHECK(strstr(str_text(&text), "how much may be left to gain it cannot say"));
	CHECK(!strstr(str_text(&text), "at most"));
	str_free(&text);
	end(&r);
	r = (struct rig){0};
	CHECK(start(&r, learning, 60, 1, bowl));
	CHECK(a->sees && a->pieces >= 1 && 3 * a->pieces <= (double)a->trials);
	end(&r);
}

/* What learns may still gain from the best that there is; what draws, hardly from any
 * of the next: it stops, and says both. */
TEST(a_method_that_draws_is_judged_by_what_it_draws)
{
	struct rig drawn = {0}, learnt = {0};
	struct history h;
	struct str text = {0};
	struct advice a, b;

	CHECK(start(&drawn, drawing, 60, 1, bowl));
	CHECK(drawn.study.search.advice.plateau && drawn.study.search.n < 60);
	prospect_text(&drawn.study.search, &text);
	CHECK(strstr(str_text(&text), " from one more like these, ") != NULL);
	h = (struct history){.trials = drawn.study.search.known,
	                     .n = drawn.study.search.n,
	                     .known_upto = UINT64_MAX};
	advice_make(&drawn.spec.space, &h, 1, false, NULL, NULL, &a);
	advice_make(&drawn.spec.space, &h, 1, true, NULL, NULL, &b);
	CHECK(a.evenly > 0 && a.evenly < a.improvement);
	CHECK_DOUBLE(b.evenly, 0, 0);
	CHECK_DOUBLE(a.improvement, b.improvement, 0);
	CHECK_DOUBLE(a.bound, b.bound, 0);
	str_free(&text);
	end(&drawn);
	CHECK(start(&learnt, learning, 40, 1, bowl));
	CHECK_DOUBLE(learnt.study.search.advice.evenly, 0, 0);
	end(&learnt);
}

/* Re-runs of single configurations, by hand: the noise is theirs. */
TEST(more_repeats_tell_the_noise)
{
	static const struct advice_repeats more = {.squares = 48 * 0.25, .df = 48};
	struct advice a, b;
	struct rig r = {0};
	struct history h;

	CHECK(start(&r, endless, 40, 1, bowl));
	h = (struct history){
	    .trials = r.study.search.known, .n = 40, .known_upto = UINT64_MAX};
	advice_make(&r.spec.space, &h, 1, true, NULL, NULL, &a);
	advice_make(&r.spec.space, &h, 1, true, &more, NULL, &b);
	CHECK_DOUBLE(a.repeated, 0, 0);
	CHECK_DOUBLE(b.repeated, 48, 0);
	CHECK_DOUBLE(b.noise * b.noise, (12 + 2 * a.noise * a.noise) / 50, 1e-12);
	CHECK_DOUBLE(a.bound, b.bound, 0);
	end(&r);
}

/* Of more trials than the model takes, the runs are those of the trials that it took:
 * with one run of each, the noise is what the model left. */
TEST(the_noise_of_many_trials_is_of_those_that_count)
{
	struct advice_model model = {0};
	struct advice a;
	struct rig r = {0};
	struct history h;

	CHECK(start(&r, endless, 600, 1, bowl));
	h = (struct history){
	    .trials = r.study.search.known, .n = 600, .known_upto = UINT64_MAX};
	advice_make(&r.spec.space, &h, 1, false, NULL, &model, &a);
	CHECK_INT(model.trials, 600);
	CHECK_DOUBLE(a.noise, model.left, 1e-12);
	end(&r);
}

/* The model of a history serves for what is known of the noise later: to the last bit
 * as if it had been made again. One of another history does not. */
TEST(a_model_is_made_once)
{
	static const struct advice_repeats more = {.squares = 48 * 0.25, .df = 48};
	struct advice_model model = {0}, made;
	struct advice a, b, unused;
	struct rig r = {0};
	struct history h;

	CHECK(start(&r, endless, 40, 1, bowl));
	h = (struct history){
	    .trials = r.study.search.known, .n = 40, .known_upto = UINT64_MAX};
	advice_make(&r.spec.space, &h, 1, true, NULL, &model, &unused);
	CHECK_INT(model.trials, 40);
	made = model;
	made.r2 = 0.125; /* a mark: it is taken as it is */
	advice_make(&r.spec.space, &h, 1, true, NULL, &made, &unused);
	CHECK_DOUBLE(unused.r2, 0.125, 0);
	advice_make(&r.spec.space, &h, 1, true, &more, &model, &a);
	advice_make(&r.spec.space, &h, 1, true, &more, NULL, &b);
	CHECK(a.noise == b.noise && a.bound == b.bound && a.r2 == b.r2);
	CHECK(a.improvement == b.improvement && a.since == b.since);
	CHECK(a.enough == b.enough && a.plateau == b.plateau);
	h.n = 30;
	advice_make(&r.spec.space, &h, 1, true, NULL, &made, &a);
	CHECK_INT(made.trials, 30);
	CHECK(made.r2 > 0.125 || made.r2 < 0.125);
	end(&r);
}

/* A bowl in five dimensions, which a search that learns has come near the bottom of:
 * what the model expects to gain is there, not at evenly spread points. */
static double deep(const struct job *job, struct run_result *res, bool *has_metric)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	double sum = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		double x = fake_argument(job, names[i]) - 0.2 - 0.1 * (double)i;

		sum += x * x;
	}
	(void)res;
	*has_metric = true;
	return sum;
}

static void check_advice(const char *text, uint64_t trials,
                         double (*train)(const struct job *, struct run_result *,
                                         bool *),
                         const struct advice *was)
{
	struct advice a;
	struct rig r = {0};
	struct history h;

	CHECK(start(&r, text, trials, 1, train));
	h = (struct history){
	    .trials = r.study.search.known, .n = trials, .known_upto = UINT64_MAX};
	advice_make(&r.spec.space, &h, 1, true, NULL, NULL, &a);
	CHECK_DOUBLE(a.noise, was->noise, 1e-12);
	CHECK_DOUBLE(a.r2, was->r2, 1e-12);
	CHECK_DOUBLE(a.bound, was->bound, 1e-12);
	CHECK_DOUBLE(a.improvement, was->improvement, 1e-12);
	CHECK_INT(a.since, was->since);
	end(&r);
}

/* As once computed, on whatever machine: so that nothing of it changes unseen. */
TEST(the_advice_is_what_it_was)
{
	static const char five[] = HEAD "  c: {min: 0.0, max: 1.0}\n"
					"  d: {min: 0.0, max: 1.0}\n"
					"  e: {min: 0.0, max: 1.0}\n"
					"method: bayes\n";

	check_advice(endless, 40, bowl,
	             &(struct advice){.noise = 0.083848062917631291,
	                              .r2 = 0.9784417443819764,
	                              .bound = 0.32141469539314538,
	                              .improvement = 0.028976874174270952,
	                              .since = 17});
	check_advice(five, 40, deep,
	             &(struct advice){.noise = 5.0358581856108388e-05,
	                              .r2 = 0.97231318789312615,
	                              .bound = 0.00054355416053211442,
	                              .improvement = 0.00016304669511383419,
	                              .since = 9});
}

TEST(nothing_is_said_of_few_trials_or_without_stop_auto)
{
	struct rig r = {0};
	struct str text = {0};

	CHECK(start(&r, drawing, 19, 1, bowl));
	CHECK_INT(r.study.search.n, 19);
	CHECK_INT(r.study.search.advice.trials, 0);
	prospect_json(&r.study.search, &text);
	CHECK_INT(text.len, 0);
	end(&r);
	r = (struct rig){0};
	CHECK(start(&r, endless, 200, 1, bowl));
	CHECK_INT(r.study.search.n, 200);
	CHECK(r.study.search.advice.enough || r.study.search.advice.plateau);
	prospect_text(&r.study.search, &text);
	CHECK(strstr(str_text(&text), "advice: more trials of this space") != NULL);
	end(&r);
	str_free(&text);
}

/* With four at once some finish behind the decision; another session decides alike. */
TEST(a_search_that_is_continued_stops_for_the_same_reason)
{
	struct rig r = {.fake.order = 3}, again = {0};
	char *why;
	size_t n;

	snprintf(r.dir, sizeof r.dir, "/tmp/test_advice.XXXXXX");
	CHECK(mkdtemp(r.dir) != NULL);
	CHECK(start(&r, learning, 300, 4, bowl));
	why = strdup(r.study.search.why);
	n = r.study.search.n;
	end(&r);
	memcpy(again.dir, r.dir, sizeof r.dir);
	CHECK(start(&again, learning, 300, 4, bowl));
	CHECK_INT(again.study.search.n, n);
	CHECK_STR(again.study.search.why, why);
	end(&again);
	free(why);
	CHECK(file_remove_tree(r.dir, &r.err));
}

TEST(a_constant_metric_is_named)
{
	struct rig r = {0};
	struct str text = {0};
	double value;

	CHECK(start(&r, learning, 300, 1, constant));
	CHECK_INT(r.study.search.n, 20);
	CHECK_STR(r.study.search.why,
	          "after 20 trials, every trial has given exactly the same value");
	CHECK(r.study.search.advice.constant);
	CHECK_DOUBLE(r.study.search.advice.noise, 0, 0);
	CHECK_DOUBLE(r.study.search.advice.bound, 0, 0);
	CHECK(prospect_constant(&r.study.search, &value));
	CHECK_DOUBLE(value, 0.6931471805599453, 0);
	prospect_text(&r.study.search, &text);
	CHECK(strstr(str_text(&text),
	             "advice: every trial gave exactly 0.6931471805599453: do the "
	             "parameters reach the script?") == text.s);
	str_clear(&text);
	prospect_json(&r.study.search, &text);
	CHECK(strstr(str_text(&text), "\"noise\":0,") != NULL);
	CHECK(strstr(str_text(&text), "\"constant\":true") != NULL);
	end(&r);
	r = (struct rig){0};
	CHECK(start(&r, drawing, 3, 1, constant));
	CHECK(prospect_constant(&r.study.search, &value));
	end(&r);
	r = (struct rig){0};
	CHECK(start(&r, drawing, 2, 1, constant)); /* may be chance */
	CHECK(!prospect_constant(&r.study.search, &value));
	end(&r);
	r = (struct rig){0};
	CHECK(start(&r, drawing, 9, 1, bowl));
	CHECK(!prospect_constant(&r.study.search, &value));
	end(&r);
	str_free(&text);
}

/* The advice is in the units of the good values, whatever the others got. */
TEST(a_penalty_of_any_size_leaves_the_advice)
{
	struct rig modest = {0}, most = {0};
	const struct advice *a = &modest.study.search.advice,
			    *b = &most.study.search.advice;

	CHECK(start(&modest, endless, 60, 1, penalty));
	CHECK(start(&most, endless, 60, 1, largest));
	CHECK_DOUBLE(b->noise, a->noise, 1e-6 * a->noise);
	CHECK_DOUBLE(b->bound, a->bound, 1e-6 * a->bound);
	CHECK_DOUBLE(b->improvement, a->improvement, 1e-4 * a->improvement);
	CHECK_INT(b->since, a->since);
	CHECK(b->noise > 0.03 && b->noise < 0.3);
	end(&modest);
	end(&most);
}

TEST_MAIN(noise_at_the_bottom_ends_a_search, a_search_that_knows_little_goes_on,
          a_model_that_explains_nothing_states_no_bound,
          valleys_between_the_trials_leave_the_bound_unsaid,
          a_method_that_draws_is_judged_by_what_it_draws, more_repeats_tell_the_noise,
          the_noise_of_many_trials_is_of_those_that_count, a_model_is_made_once,
          the_advice_is_what_it_was, nothing_is_said_of_few_trials_or_without_stop_auto,
          a_search_that_is_continued_stops_for_the_same_reason,
          a_constant_metric_is_named, a_penalty_of_any_size_leaves_the_advice)
