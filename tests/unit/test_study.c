/* The search without processes: proposals, ranking, stopping rules, resume,
 * verification and replay, through the fake runner. */
#include "base/file.h"
#include "base/rng.h"
#include "cli/exit.h"
#include "fake_runner.h"
#include "record/results.h"
#include "saved/replay.h"
#include "saved/saved.h"
#include "study/apply.h"
#include "study/search_loop.h"
#include "study/study.h"
#include "study/verification.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One search with all that it stands on. */
struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct fake_runner fake;
	struct runner runner;
	struct error err;
	char dir[64]; /* "" = nothing is written */
	bool retry_failed;
};

static const char plain[] = "command: [train, '${args}']\n"
			    "method: sobol\n"
			    "metric: {name: loss, goal: minimize}\n"
			    "parameters:\n"
			    "  x: {min: 0.0, max: 1.0, default: 0.9}\n"
			    "  y: {values: [1, 2, 3], default: 3}\n";

static double bowl(const struct job *job, struct run_result *res, bool *has_metric)
{
	double x = fake_argument(job, "x"), y = fake_argument(job, "y");

	(void)res;
	*has_metric = true;
	return (x - 0.3) * (x - 0.3) + y;
}

/* As bowl, with noise drawn from the run's seed. */
static double noisy(const struct job *job, struct run_result *res, bool *has_metric)
{
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);

	return bowl(job, res, has_metric) + 0.1 * rng_unit(seed, 0, RNG_MODEL, 0);
}

static void rig_dir(struct rig *r)
{
	snprintf(r->dir, sizeof r->dir, "/tmp/test_study.XXXXXX");
	CHECK(mkdtemp(r->dir) != NULL);
}

/* Opens (again) the search of a text in r->dir. */
static bool rig_open(struct rig *r, const char *yaml, uint64_t max_trials, size_t slots)
{
	struct spec_overrides none = {0};
	struct study_options o = {.dir = *r->dir ? r->dir : NULL,
	                          .max_trials = max_trials};

	o.origin = (struct search_origin){.yaml = yaml,
	                                  .path = "space.yaml",
	                                  .host = "",
	                                  .git = "",
	                                  .version = HPS_VERSION,
	                                  .max_trials = max_trials};
	r->err.text[0] = '\0';
	r->runner = fake_runner(&r->fake, slots);
	return spec_parse(&r->spec, "space.yaml", yaml, strlen(yaml), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, &o, &r->err) &&
	       (!*r->dir || study_open(&r->study, r->retry_failed, &r->err));
}

static void rig_close(struct rig *r)
{
	study_free(&r->study);
	arena_free(&r->arena);
	r->fake = (struct fake_runner){.train = r->fake.train};
}

static void rig_drop(struct rig *r)
{
	struct error err;

	rig_close(r);
	if (*r->dir)
		CHECK(file_remove_tree(r->dir, &err));
}

static bool rig_run(struct rig *r)
{
	return study_run(&r->study, &r->runner, &r->err);
}

/* The ranking as one text: ids, values, parameters. */
static char *ranking(struct rig *r)
{
	struct str out = {0};

	results_csv(&r->study.search, 0, &out);
	return out.s;
}

TEST(runs_to_its_cap_and_ranks)
{
	struct rig r = {.fake.train = bowl};
	struct trial **order;

	CHECK(rig_open(&r, plain, 30, 4));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n, 30);
	CHECK_INT(r.study.search.ok, 30);
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK_INT(exit_decide(NULL, &r.study.search, NULL), 0);
	order = search_rank(&r.study.search, &r.study.search.scratch);
	for (size_t i = 1; i < r.study.search.n; i++)
		CHECK(order[i - 1]->value <= order[i]->value);
	CHECK(order[0] == r.study.search.best);
	rig_drop(&r);
}

TEST(defaults_come_first)
{
	struct rig r = {.fake.train = bowl};

	CHECK(rig_open(&r, plain, 3, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.trials[0]->origin, ORIGIN_BASELINE);
	CHECK_DOUBLE(r.study.search.trials[0]->value, 0.36 + 3, 1e-9);
	CHECK_INT(r.study.search.trials[1]->origin, ORIGIN_STRATEGY);
	rig_drop(&r);
}

/* Same seed, same search: whatever the number of slots and the order of the ends. */
TEST(slots_and_order_do_not_matter)
{
	static const char *const methods[] = {"random", "sobol", "grid"};

	for (size_t m = 0; m < ARRAY_LEN(methods); m++) {
		char yaml[512], *first = NULL;

		snprintf(
		    yaml, sizeof yaml,
		    "command: [train, '${args}']\nmethod: %s\nmetric: {name: loss}\n"
		    "repeats: 2\nparameters:\n"
		    "  x: {min: 0.0, max: 1.0, q: 0.05}\n  y: {values: [1, 2, 3]}\n",
		    methods[m]);
		for (uint64_t order = 0; order < 4; order++) {
			struct rig r = {.fake = {.train = noisy, .order = order}};
			char *now;

			CHECK(rig_open(&r, yaml, 40, order ? 8 : 1));
			CHECK(rig_run(&r));
			now = ranking(&r);
			if (first)
				CHECK_STR(now, first);
			if (!first)
				first = now;
			else
				free(now);
			rig_drop(&r);
		}
		free(first);
	}
}

TEST(repeats_give_mean_and_error)
{
	struct rig r = {.fake.train = noisy};
	char yaml[sizeof plain + 16];
	const struct trial *t;

	snprintf(yaml, sizeof yaml, "%srepeats: 4\n", plain);
	CHECK(rig_open(&r, yaml, 5, 2));
	CHECK(rig_run(&r));
	t = r.study.search.trials[2];
	CHECK_INT(t->n_runs, 4);
	CHECK_DOUBLE(t->value,
	             (t->runs[0].value + t->runs[1].value + t->runs[2].value +
	              t->runs[3].value) /
	                 4,
	             1e-12);
	CHECK(t->stderr_ > 0);
	CHECK(t->runs[0].seed != t->runs[1].seed);
	rig_drop(&r);
}

/* 1, 2, 4, 9: a mean of 4, a variance (of n - 1) of 38 / 3. */
static double four_values(const struct job *job, struct run_result *res,
                          bool *has_metric)
{
	static const double values[] = {1, 2, 4, 9};

	(void)res;
	*has_metric = true;
	return values[strtoul(fake_env(job, "HPSEARCH_RUN"), NULL, 10)];
}

TEST(the_error_of_a_mean_is_that_of_a_sample)
{
	struct rig r = {.fake.train = four_values};
	char yaml[sizeof plain + 16];

	snprintf(yaml, sizeof yaml, "%srepeats: 4\n", plain);
	CHECK(rig_open(&r, yaml, 2, 1));
	CHECK(rig_run(&r));
	CHECK_DOUBLE(r.study.search.trials[1]->value, 4, 0);
	CHECK_DOUBLE(r.study.search.trials[1]->stderr_, 1.7795130420052185, 1e-15);
	rig_drop(&r);
}

static double always_one(const struct job *job, struct run_result *res,
                         bool *has_metric)
{
	(void)job;
	(void)res;
	*has_metric = true;
	return 1;
}

/* Whoever was first to finish. */
TEST(of_equal_trials_the_earlier_one_is_better)
{
	static const char *const goals[] = {"minimize", "maximize"};
	char yaml[sizeof plain];

	for (uint64_t i = 0; i < 8; i++) {
		struct rig r = {.fake = {.train = always_one, .order = i + 1}};
		struct trial **order;

		snprintf(yaml, sizeof yaml, "%s", plain);
		memcpy(strstr(yaml, "minimize"), goals[i % 2], strlen(goals[0]));
		CHECK(rig_open(&r, yaml, 12, 6));
		CHECK(rig_run(&r));
		CHECK_INT(r.study.search.best->id, 0);
		order = search_rank(&r.study.search, &r.study.search.scratch);
		for (size_t k = 0; k < r.study.search.n; k++) {
			CHECK_INT(order[k]->id, k);
			CHECK_INT(order[k]->rank, 1);
		}
		rig_drop(&r);
	}
}

static double never_prints(const struct job *job, struct run_result *res,
                           bool *has_metric)
{
	static char key[] = "val_loss";
	static char *keys[] = {key};

	(void)job;
	*has_metric = false;
	res->keys = keys;
	res->n_keys = 1;
	res->tail = "epoch 1\nepoch 2\n";
	return 0;
}

TEST(first_run_without_the_metric_stops_at_once)
{
	struct rig r = {.fake.train = never_prints};

	CHECK(rig_open(&r, plain, 30, 4));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_CONTRACT);
	CHECK_INT(exit_decide(NULL, &r.study.search, NULL), 3);
	CHECK(r.fake.starts <= 5);
	CHECK(strstr(r.study.search.why, "did you mean metric: {name: val_loss}") !=
	      NULL);
	CHECK(strstr(r.study.search.why, "epoch 2") != NULL);
	rig_drop(&r);
}

static double always_fails(const struct job *job, struct run_result *res,
                           bool *has_metric)
{
	(void)job;
	*has_metric = false;
	res->exit = 1;
	res->tail = "Traceback\n";
	return 0;
}

TEST(failure_guard)
{
	struct rig r = {.fake.train = always_fails};

	CHECK(rig_open(&r, plain, 30, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_GUARD);
	CHECK_INT(exit_decide(NULL, &r.study.search, NULL), 4);
	CHECK_INT(r.fake.starts, 3);
	CHECK(strstr(r.study.search.why, "Traceback") != NULL);
	rig_drop(&r);
}

/* Every other trial fails. */
static double half_fail(const struct job *job, struct run_result *res, bool *has_metric)
{
	res->exit = strtoul(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10) % 2;
	return bowl(job, res, has_metric);
}

/* Of ten, six: the second to the seventh. */
static double more_than_half_fail(const struct job *job, struct run_result *res,
                                  bool *has_metric)
{
	uint64_t id = strtoul(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10);

	res->exit = id >= 1 && id <= 6;
	return bowl(job, res, has_metric);
}

TEST(the_guard_asks_for_more_than_half_of_ten)
{
	struct rig r = {.fake.train = half_fail};

	CHECK(rig_open(&r, plain, 30, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK_INT(r.study.search.outcomes[OUTCOME_FAILED], 15);
	rig_drop(&r);

	r = (struct rig){.fake.train = more_than_half_fail};
	CHECK(rig_open(&r, plain, 30, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_GUARD);
	CHECK_INT(r.fake.starts, 10);
	rig_drop(&r);
}

/* Fails on the first attempt of every run. */
static double fails_once(const struct job *job, struct run_result *res,
                         bool *has_metric)
{
	static uint64_t calls;

	if (calls++ % 2 == 0) {
		*has_metric = false;
		res->exit = 1;
		return 0;
	}
	return bowl(job, res, has_metric);
}

TEST(retries)
{
	struct rig r = {.fake.train = fails_once};
	char yaml[sizeof plain + 16];

	snprintf(yaml, sizeof yaml, "%sretries: 1\n", plain);
	CHECK(rig_open(&r, yaml, 6, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.ok, 6);
	CHECK_INT(r.fake.starts, 12);
	CHECK_INT(r.study.search.trials[3]->runs[0].attempts, 2);
	rig_drop(&r);
}

static double preempted_twice(const struct job *job, struct run_result *res,
                              bool *has_metric)
{
	static uint64_t calls;

	if (calls++ % 3 < 2) {
		*has_metric = false;
		res->exit = 75;
		return 0;
	}
	return bowl(job, res, has_metric);
}

static double fails_and_waits(const struct job *job, struct run_result *res,
                              bool *has_metric)
{
	res->exit = strcmp(fake_env(job, "HPSEARCH_RUN"), "0") == 0 ? 1 : 75;
	return bowl(job, res, has_metric);
}

/* One repeat has failed when the other asks to be queued again: it is not, and the
 * trial is settled. */
TEST(a_repeat_of_a_failed_trial_is_not_waited_for)
{
	struct str yaml = {0};
	struct rig r = {.fake.train = fails_and_waits};

	str_add(&yaml, plain);
	str_add(&yaml, "repeats: 2\n");
	rig_dir(&r);
	CHECK(rig_open(&r, yaml.s, 1, 2));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.finished, 1);
	CHECK_INT(r.study.search.trials[0]->outcome, OUTCOME_FAILED);
	rig_close(&r);
	CHECK(rig_open(&r, yaml.s, 1, 2));
	CHECK_INT(r.study.search.finished, 1);
	CHECK_INT(r.study.search.trials[0]->outcome, OUTCOME_FAILED);
	str_free(&yaml);
	rig_drop(&r);
}

static double second_trial_fails_once(const struct job *job, struct run_result *res,
                                      bool *has_metric)
{
	static int failed;

	if (strcmp(fake_env(job, "HPSEARCH_TRIAL"), "1") == 0 && !failed++)
		res->exit = 1;
	return bowl(job, res, has_metric);
}

/* The last trial fails when all others are over and none is left to begin. */
TEST(a_late_retry_is_run)
{
	struct str yaml = {0};
	struct rig r = {.fake.train = second_trial_fails_once};

	str_add(&yaml, plain);
	str_add(&yaml, "retries: 1\n");
	CHECK(rig_open(&r, yaml.s, 2, 2));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK_INT(r.study.search.trials[1]->outcome, OUTCOME_OK);
	CHECK_INT(r.fake.starts, 3);
	str_free(&yaml);
	rig_drop(&r);
}

TEST(exit_75_is_no_failure)
{
	struct rig r = {.fake.train = preempted_twice};
	struct str yaml = {0};

	str_add(&yaml, plain);
	str_add(&yaml, "backoff: 5ms\n");
	CHECK(rig_open(&r, yaml.s, 4, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.ok, 4);
	CHECK_INT(r.study.search.trials[0]->runs[0].failures, 0);
	CHECK_INT(r.study.search.trials[0]->runs[0].attempts, 3);
	str_free(&yaml);
	rig_drop(&r);
}

static double diverges(const struct job *job, struct run_result *res, bool *has_metric)
{
	double v = bowl(job, res, has_metric);

	return fake_argument(job, "x") > 0.5 ? (double)NAN : v;
}

TEST(diverged_is_never_the_winner_and_no_failure)
{
	struct rig r = {.fake.train = diverges};
	struct trial **order;

	CHECK(rig_open(&r, plain, 20, 2));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK(r.study.search.outcomes[OUTCOME_DIVERGED] > 5);
	order = search_rank(&r.study.search, &r.study.search.scratch);
	CHECK_INT(order[0]->outcome, OUTCOME_OK);
	CHECK_INT(order[19]->outcome, OUTCOME_DIVERGED);
	CHECK_INT(order[19]->rank, 0);
	rig_drop(&r);
}

/* 0, 1, 1, 2, 2, 2 … in some order: ranks 1, 2, 2, 4, 4, 4. */
static double steps(const struct job *job, struct run_result *res, bool *has_metric)
{
	static const double values[] = {2, 1, 0, 2, 1, 2};
	int trial = atoi(fake_env(job, "HPSEARCH_TRIAL"));

	(void)res;
	*has_metric = true;
	return values[trial];
}

TEST(equal_values_share_a_rank)
{
	static const uint64_t ids[] = {2, 1, 4, 0, 3, 5}, ranks[] = {1, 2, 2, 4, 4, 4};
	struct rig r = {.fake.train = steps};
	struct trial **order;

	CHECK(rig_open(&r, plain, 6, 2));
	CHECK(rig_run(&r));
	order = search_rank(&r.study.search, &r.study.search.scratch);
	for (size_t i = 0; i < 6; i++) {
		CHECK_INT(order[i]->id, ids[i]);
		CHECK_INT(order[i]->rank, ranks[i]);
	}
	rig_drop(&r);
}

TEST(target_and_patience_stop)
{
	struct rig r = {.fake.train = bowl};
	char yaml[sizeof plain + 64];

	snprintf(yaml, sizeof yaml, "%sstop: {target: 1.2}\n", plain);
	CHECK(rig_open(&r, yaml, 1000, 1));
	CHECK(rig_run(&r));
	CHECK(r.study.search.n < 1000);
	CHECK(r.study.search.best->value <= 1.2);
	CHECK(strstr(r.study.search.why, "target") != NULL);
	rig_drop(&r);

	r = (struct rig){.fake.train = bowl};
	snprintf(yaml, sizeof yaml, "%sstop: {patience: 10}\n", plain);
	CHECK(rig_open(&r, yaml, 1000, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n, r.study.search.best->id + 11);
	rig_drop(&r);
}

TEST(an_exhausted_space_is_success)
{
	struct rig r = {.fake.train = bowl};
	static const char yaml[] = "command: [train, '${args}']\nmethod: random\n"
				   "metric: {name: loss}\nparameters:\n"
				   "  x: {values: [0, 1]}\n  y: {values: [1, 2, 3]}\n";

	CHECK(rig_open(&r, yaml, 50, 2));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n, 6);
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK_INT(exit_decide(NULL, &r.study.search, NULL), 0);
	rig_drop(&r);
}

/* Broken off at every possible start and continued: the same as in one go. */
TEST(resume_equals_one_go)
{
	struct rig whole = {.fake.train = noisy};
	char *expected;

	CHECK(rig_open(&whole, plain, 12, 3));
	CHECK(rig_run(&whole));
	expected = ranking(&whole);
	for (uint64_t at = 1; at <= 12; at++) {
		struct rig r = {.fake.train = noisy};
		char *now;

		rig_dir(&r);
		r.fake.fail_after = at;
		CHECK(rig_open(&r, plain, 12, 3));
		CHECK(!rig_run(&r));
		rig_close(&r);
		CHECK(rig_open(&r, plain, 12, 3));
		CHECK(rig_run(&r));
		now = ranking(&r);
		CHECK_STR(now, expected);
		free(now);
		rig_drop(&r);
	}
	free(expected);
	rig_drop(&whole);
}

TEST(finished_runs_are_not_repeated)
{
	struct rig r = {.fake.train = noisy};

	rig_dir(&r);
	r.fake.signal_after = 5;
	CHECK(rig_open(&r, plain, 12, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.state, SEARCH_INTERRUPTED);
	CHECK_INT(exit_decide(NULL, &r.study.search, NULL), 130);
	CHECK_INT(r.study.search.finished, 6); /* the one under way was let finish */
	rig_close(&r);
	CHECK(rig_open(&r, plain, 12, 1));
	CHECK_INT(r.study.search.finished, 6);
	CHECK(rig_run(&r));
	CHECK_INT(r.fake.starts, 6);
	CHECK_INT(r.study.search.finished, 12);
	rig_close(&r);
	/* And once more: nothing is left to do. */
	CHECK(rig_open(&r, plain, 12, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.fake.starts, 0);
	rig_drop(&r);
}

/* A launch costs a half; the second trial fails at first. */
static double costs_a_half(const struct job *job, struct run_result *res,
                           bool *has_metric)
{
	static int calls;

	if (strcmp(fake_env(job, "HPSEARCH_TRIAL"), "1") == 0 && !calls++)
		res->exit = 1;
	res->cost = 0.5;
	return bowl(job, res, has_metric);
}

TEST(the_cost_is_read_back)
{
	struct rig r = {.fake.train = costs_a_half};
	struct str yaml = {0};

	str_add(&yaml, plain);
	str_add(&yaml, "retries: 1\n");
	rig_dir(&r);
	CHECK(rig_open(&r, yaml.s, 4, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.fake.starts, 5);
	CHECK_DOUBLE(r.study.search.cost, 2.5, 0);
	CHECK_DOUBLE(r.study.search.trials[1]->runs[0].cost, 1, 0);
	rig_close(&r);
	CHECK(rig_open(&r, yaml.s, 6, 1));
	CHECK_DOUBLE(r.study.search.cost, 2.5, 0);
	CHECK_DOUBLE(r.study.search.trials[1]->runs[0].cost, 1, 0);
	CHECK(rig_run(&r));
	CHECK_DOUBLE(r.study.search.cost, 3.5, 0);
	str_free(&yaml);
	rig_drop(&r);
}

/* Of four: ok, infeasible, failed, diverged. */
static double four_ends(const struct job *job, struct run_result *res, bool *has_metric)
{
	uint64_t id = strtoul(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10);
	double v = bowl(job, res, has_metric);

	res->infeasible = id == 1;
	res->exit = id == 2;
	return id == 3 ? (double)NAN : v;
}

TEST(what_failed_is_tried_again_when_asked_for)
{
	struct rig r = {.fake.train = four_ends};

	rig_dir(&r);
	CHECK(rig_open(&r, plain, 4, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.trials[1]->outcome, OUTCOME_INFEASIBLE);
	CHECK_INT(r.study.search.trials[2]->outcome, OUTCOME_FAILED);
	CHECK_INT(r.study.search.trials[3]->outcome, OUTCOME_DIVERGED);
	rig_close(&r);
	r.fake.train = bowl;
	r.retry_failed = true;
	CHECK(rig_open(&r, plain, 4, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.fake.starts, 2);
	CHECK_INT(r.study.search.trials[1]->outcome, OUTCOME_INFEASIBLE);
	CHECK_INT(r.study.search.trials[2]->outcome, OUTCOME_OK);
	CHECK_INT(r.study.search.trials[3]->outcome, OUTCOME_OK);
	CHECK_INT(r.study.search.finished, 4);
	CHECK_INT(r.study.search.ok, 3);
	rig_drop(&r);
}

static double first_repeat_fails(const struct job *job, struct run_result *res,
                                 bool *has_metric)
{
	if (strcmp(fake_env(job, "HPSEARCH_RUN"), "0") == 0)
		res->exit = 1;
	return bowl(job, res, has_metric);
}

/* Cuts the journal behind its first line with such an event. */
static void cut_behind(const char *dir, const char *event)
{
	struct arena a = {0};
	char path[128], *text, *at;
	struct error err;
	size_t len;

	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	CHECK(file_read(path, 1 << 20, &a, &text, &len, &err));
	at = strstr(text, event);
	CHECK(at != NULL);
	if (at)
		CHECK(!truncate(path, strchr(at, '\n') + 1 - text));
	arena_free(&a);
}

/* Killed when one repeat of a trial has failed and the other runs: the trial is not
 * forgotten, it has failed. */
TEST(a_trial_whose_other_repeat_was_cut_short_is_settled)
{
	static const char yaml[] = "command: [train, '${args}']\n"
				   "method: sobol\nrepeats: 2\n"
				   "metric: {name: loss}\n"
				   "parameters: {x: {min: 0.0, max: 1.0}}\n";
	struct rig r = {.fake.train = first_repeat_fails};

	rig_dir(&r);
	CHECK(rig_open(&r, yaml, 1, 2));
	CHECK(rig_run(&r));
	rig_close(&r);
	cut_behind(r.dir, "\"e\":\"end\"");
	CHECK(rig_open(&r, yaml, 1, 2));
	CHECK_INT(r.study.search.finished, 1);
	CHECK_INT(r.study.search.trials[0]->outcome, OUTCOME_FAILED);
	CHECK(rig_run(&r));
	CHECK_INT(r.fake.starts, 0);
	rig_drop(&r);
}

/* What counts against budget.time is time in sessions, not the age of the search. */
TEST(the_time_budget_is_not_spent_by_resuming)
{
	struct str yaml = {0};
	struct rig r = {.fake.train = bowl};

	str_add(&yaml, plain);
	str_add(&yaml, "budget: {time: 10m}\n");
	rig_dir(&r);
	for (uint64_t n = 4; n <= 12; n += 4) {
		CHECK(rig_open(&r, yaml.s, n, 2));
		CHECK(search_elapsed(&r.study.search) >= 0 &&
		      search_elapsed(&r.study.search) < 60);
		CHECK(rig_run(&r));
		CHECK_INT(r.study.search.state, SEARCH_DONE);
		CHECK_INT(r.study.search.finished, n);
		rig_close(&r);
	}
	str_free(&yaml);
	rig_drop(&r);
}

TEST(another_file_is_refused_with_the_difference)
{
	struct rig r = {.fake.train = noisy};
	char yaml[sizeof plain + 64], *at;

	rig_dir(&r);
	CHECK(rig_open(&r, plain, 4, 1));
	CHECK(rig_run(&r));
	rig_close(&r);
	snprintf(yaml, sizeof yaml, "%s", plain);
	at = strstr(yaml, "max: 1.0");
	at[5] = '2';
	CHECK(!rig_open(&r, yaml, 4, 1));
	CHECK(strstr(r.err.text, "parameters.x.max: was 1, now 2") != NULL);
	CHECK(strstr(r.err.text, "--fresh") != NULL);
	rig_close(&r);
	/* What does not decide about trials may change. */
	snprintf(yaml, sizeof yaml, "# a comment\n%smax_trials: 6\nparallel: 2\n",
	         plain);
	CHECK(rig_open(&r, yaml, 0, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n, 6);
	rig_drop(&r);
}

static const char tested[] = "command: [train, '${args}']\n"
			     "method: sobol\n"
			     "metric: {name: loss, goal: minimize}\n"
			     "parameters:\n"
			     "  x: {min: 0.0, max: 1.0, default: 0.9}\n"
			     "  y: {values: [1, 2, 3], default: 1}\n"
			     "test: {metric: {name: test_loss}, top: 2, repeats: 5}\n";

TEST(verification_confirms_a_better_winner)
{
	struct rig r = {.fake.train = noisy};
	const struct verdict *v = &r.study.search.verdict;

	CHECK(rig_open(&r, tested, 20, 2));
	CHECK(rig_run(&r));
	verdict_plan(&r.study.search);
	CHECK(v->wanted && !v->done);
	CHECK_INT(v->n, 3); /* the top two and the defaults */
	r.fake.starts = 0;
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	CHECK(v->done);
	CHECK_INT(r.fake.starts, 3 * 5 + 2 * 5);
	CHECK_INT(v->test_uses, 10);
	CHECK_INT(v->answer, ANSWER_YES);
	CHECK_INT(v->gain.n, 5);
	/* Paired by seed, the noise cancels out: the gain is that of the bowl. */
	CHECK(v->gain.mean > 0.2 && v->gain_half < 1e-9);
	CHECK_INT(exit_decide(NULL, NULL, v), 0);
	rig_drop(&r);
}

/* A search that 0.1.0 began is verified by its rules: every re-run is made, also where
 * they say that the seed does not matter. */
TEST(the_first_rules_leave_no_rerun_out)
{
	for (int first = 0; first < 2; first++) {
		struct rig r = {.fake.train = bowl};

		CHECK(rig_open(&r, tested, 20, 1));
		r.study.search.origin.first_rules = first;
		CHECK(rig_run(&r));
		verdict_plan(&r.study.search);
		r.fake.starts = 0;
		CHECK(verify_run(&r.study, &r.runner, &r.err));
		CHECK(r.study.search.verdict.done);
		CHECK_INT(r.fake.starts, first ? 3 * 5 + 2 * 5 : 3 * 3);
		rig_drop(&r);
	}
}

/* The metric does not depend on the parameters at all. */
static double pure_noise(const struct job *job, struct run_result *res,
                         bool *has_metric)
{
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);
	double x = fake_argument(job, "x");

	(void)res;
	*has_metric = true;
	return rng_unit(seed, (uint64_t)(x * 1e6), RNG_MODEL, 0);
}

TEST(verification_is_not_fooled_by_noise)
{
	struct rig r = {.fake.train = pure_noise};
	const struct verdict *v = &r.study.search.verdict;

	CHECK(rig_open(&r, tested, 50, 4));
	CHECK(rig_run(&r));
	CHECK(r.study.search.best->value < 0.1); /* the lucky best of fifty */
	verdict_plan(&r.study.search);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	CHECK(v->done);
	CHECK_INT(v->answer, ANSWER_CANNOT_TELL);
	CHECK_INT(exit_decide(NULL, NULL, v), 5);
	CHECK(v->candidates[v->winner].stat[PHASE_RERUN].mean > 0.15);
	rig_drop(&r);
}

/* What the winner gains in the five runs of a test, run by run; the defaults have 0. */
static const double (*gains)[5];

static double gains_so(const struct job *job, struct run_result *res, bool *has_metric)
{
	bool defaults = fake_argument(job, "x") == 0.9;
	uint64_t run = strtoul(fake_env(job, "HPSEARCH_RUN"), NULL, 10);

	(void)res;
	*has_metric = true;
	if (strcmp(fake_env(job, "HPSEARCH_SPLIT"), "test") != 0)
		return defaults + 0.01 * (double)run;
	return defaults ? 0 : -(*gains)[run];
}

TEST(each_answer_has_its_interval)
{
	/* half: Student's t of 0.98 with 4 degrees, 2.9985278732, times the standard
	 * error: the first use of test data may err in 2 %. */
	static const struct {
		double gain[5], mean, half;
		enum answer answer;
		int exit, wins;
	} cases[] = {
	    {{1, 2, 3, 2, 2}, 2, 0.9482177707, ANSWER_YES, 0, 5},
	    {{-1, -2, -3, -2, -2}, -2, 0.9482177707, ANSWER_NO, 5, 0},
	    {{-1, 2, -1, 2, 0.5}, 0.5, 2.0114736471, ANSWER_CANNOT_TELL, 5, 3},
	    {{1, -2, 1, -2, -0.5}, -0.5, 2.0114736471, ANSWER_CANNOT_TELL, 5, 2},
	    {{0, 0, 0, 0, 0}, 0, 0, ANSWER_NO, 5, 0}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rig r = {.fake.train = gains_so};
		const struct verdict *v = &r.study.search.verdict;

		gains = &cases[i].gain;
		CHECK(rig_open(&r, tested, 6, 1));
		CHECK(rig_run(&r));
		verdict_plan(&r.study.search);
		CHECK(verify_run(&r.study, &r.runner, &r.err));
		CHECK(v->done);
		CHECK_INT(v->answer, cases[i].answer);
		CHECK_DOUBLE(v->gain.mean, cases[i].mean, 1e-12);
		CHECK_DOUBLE(v->gain_half, cases[i].half, 1e-10);
		CHECK_INT(v->wins, cases[i].wins);
		CHECK_INT(exit_decide(NULL, NULL, v), cases[i].exit);
		rig_drop(&r);
	}
}

TEST(verification_seeds_are_fresh_and_paired)
{
	struct rig r = {.fake.train = noisy};
	const struct verdict *v = &r.study.search.verdict;

	CHECK(rig_open(&r, tested, 20, 2));
	CHECK(rig_run(&r));
	verdict_plan(&r.study.search);
	CHECK_INT(v->candidates[0].n_runs[PHASE_TEST], 0);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	for (size_t k = 0; k < 5; k++) {
		uint64_t seed = v->candidates[0].runs[PHASE_RERUN][k]->seed;

		CHECK_INT(v->candidates[1].runs[PHASE_RERUN][k]->seed, seed);
		CHECK(v->candidates[v->winner].runs[PHASE_TEST][k]->seed != seed);
		CHECK_INT(v->candidates[v->winner].runs[PHASE_TEST][k]->seed,
		          v->candidates[v->baseline].runs[PHASE_TEST][k]->seed);
		for (size_t i = 0; i < r.study.search.n; i++)
			CHECK(r.study.search.trials[i]->runs[0].seed != seed);
	}
	rig_drop(&r);
}

/* The whole way round: a results file is read back, replayed, and every edit is caught.
 */
static char *results_of(struct rig *r)
{
	struct str out = {0};

	results_json(&r->study.search, r->study.monitor, &out);
	return out.s;
}

static bool replay_text(const char *text, struct replay *rp, struct error *err)
{
	char path[] = "/tmp/test_study_XXXXXX.json";
	int fd = mkstemps(path, 5);
	struct saved sv;
	bool ok;

	CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)));
	close(fd);
	ok = saved_load(&sv, path, err) && replay_run(&sv, rp, err);
	saved_free(&sv);
	unlink(path);
	return ok;
}

TEST(replay_agrees_with_what_was_run)
{
	static const char *const methods[] = {"random", "sobol", "grid"};

	for (size_t m = 0; m < ARRAY_LEN(methods); m++) {
		struct rig r = {.fake = {.train = noisy, .order = 7}};
		char yaml[512], *text;
		struct replay rp;

		snprintf(
		    yaml, sizeof yaml,
		    "command: [train, '${args}']\nmethod: %s\nmetric: {name: loss}\n"
		    "repeats: 2\nparameters:\n"
		    "  x: {min: 0.0, max: 1.0, q: 0.1}\n"
		    "  y: {values: [1, 2, three], default: 2}\n",
		    methods[m]);
		CHECK(rig_open(&r, yaml, 20, 4));
		CHECK(rig_run(&r));
		text = results_of(&r);
		CHECK(replay_text(text, &rp, &r.err));
		CHECK_STR(rp.difference, "");
		CHECK(rp.same);
		CHECK_INT(rp.trials, 20);
		CHECK_INT(rp.runs, 40);
		free(text);
		rig_drop(&r);
	}
}

static const char learning[] = "command: [train, '${args}']\n"
			       "method: bayes\n"
			       "metric: {name: loss}\n"
			       "parameters:\n"
			       "  x: {min: 0.0, max: 1.0, default: 0.9}\n"
			       "  y: {values: [1, 2, 3], default: 3}\n"
			       "  z: {min: 0.001, max: 1, log: true}\n";

/* As noisy; some fail. */
static double frail(const struct job *job, struct run_result *res, bool *has_metric)
{
	double z = fake_argument(job, "z");

	if (z > 0.05)
		res->exit = 1;
	return noisy(job, res, has_metric) + z;
}

/* What a proposal saw is known afterwards, to a journal and to a results file, however
 * the trials overtook each other. */
TEST(replay_makes_again_what_was_learned)
{
	for (uint64_t order = 0; order < 3; order++) {
		struct rig r = {.fake = {.train = frail, .order = order}};
		struct saved sv;
		struct replay rp;
		char *text;

		rig_dir(&r);
		CHECK(rig_open(&r, learning, 40, order ? 6 : 1));
		CHECK(rig_run(&r));
		CHECK(r.study.search.outcomes[OUTCOME_FAILED] > 0);
		text = results_of(&r);
		CHECK(replay_text(text, &rp, &r.err));
		CHECK_STR(rp.difference, "");
		CHECK_INT(rp.trials, 40);
		CHECK(saved_load(&sv, r.dir, &r.err) && replay_run(&sv, &rp, &r.err));
		CHECK_STR(rp.difference, "");
		/* Another history gives other proposals. */
		for (size_t i = 0; i < 12; i++)
			sv.study.search.known[i].observations[0].value *= -1;
		CHECK(replay_run(&sv, &rp, &r.err));
		CHECK(!rp.same);
		saved_free(&sv);
		free(text);
		rig_drop(&r);
	}
}

TEST(a_search_that_learns_goes_on_where_it_was)
{
	for (uint64_t at = 3; at <= 24; at += 7) {
		struct rig r = {.fake = {.train = frail, .order = at}};
		struct saved sv;
		struct replay rp;

		rig_dir(&r);
		r.fake.fail_after = at;
		CHECK(rig_open(&r, learning, 30, 4));
		CHECK(!rig_run(&r));
		rig_close(&r);
		CHECK(rig_open(&r, learning, 30, 3));
		CHECK(rig_run(&r));
		CHECK(saved_load(&sv, r.dir, &r.err) && replay_run(&sv, &rp, &r.err));
		CHECK_STR(rp.difference, "");
		CHECK_INT(rp.trials, 30);
		saved_free(&sv);
		rig_drop(&r);
	}
}

/* deterministic: the same search whoever is first, broken off or not. */
TEST(deterministic_learning_ignores_who_is_first)
{
	char yaml[1024], *first = NULL, *now;

	snprintf(yaml, sizeof yaml, "%sdeterministic: true\nparallel: 4\n", learning);
	for (uint64_t order = 0; order < 4; order++) {
		struct rig r = {.fake = {.train = frail, .order = order}};
		struct saved sv;
		struct replay rp;

		rig_dir(&r);
		r.fake.fail_after = order == 3 ? 13 : 0;
		CHECK(rig_open(&r, yaml, 30, 4));
		CHECK(rig_run(&r) == (order != 3));
		if (order == 3) {
			rig_close(&r);
			CHECK(rig_open(&r, yaml, 30, 4));
			CHECK(rig_run(&r));
		}
		now = ranking(&r);
		CHECK_STR(now, first ? first : now);
		if (first)
			free(now);
		else
			first = now;
		CHECK(saved_load(&sv, r.dir, &r.err) && replay_run(&sv, &rp, &r.err));
		CHECK_STR(rp.difference, "");
		saved_free(&sv);
		rig_drop(&r);
	}
	free(first);
}

/* A digit changed anywhere must not go unnoticed. */
TEST(every_edit_is_caught)
{
	struct rig r = {.fake.train = noisy};
	char *text;
	size_t edits = 0;

	CHECK(rig_open(&r, tested, 4, 1));
	CHECK(rig_run(&r));
	verdict_plan(&r.study.search);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	text = results_of(&r);
	for (size_t i = 0; text[i]; i++) {
		struct replay rp;
		struct error err;
		char was = text[i];

		if (was < '0' || was > '8' || i % 7)
			continue;
		text[i]++;
		CHECK(!replay_text(text, &rp, &err) || !rp.same);
		text[i] = was;
		edits++;
	}
	CHECK(edits > 100);
	free(text);
	rig_drop(&r);
}

TEST(a_newer_results_file_is_refused)
{
	struct rig r = {.fake.train = noisy};
	struct replay rp;
	struct error err;
	char *text;

	CHECK(rig_open(&r, plain, 2, 1));
	CHECK(rig_run(&r));
	text = results_of(&r);
	CHECK(strncmp(text, "{\"schema\":2,", 12) == 0);
	text[10] = '9';
	CHECK(!replay_text(text, &rp, &err));
	CHECK(strstr(err.text, "format 9") != NULL);
	free(text);
	rig_drop(&r);
}

/* Repeats that the search asks for. */

#define ADAPTIVE                                                                       \
	"command: [train, '${args}']\nmetric: {name: loss, goal: minimize}\n"          \
	"repeats: auto\nparameters: {x: {min: 0.0, max: 1.0%s}}\nmethod: %s\n"

static double very_noisy(const struct job *job, struct run_result *res,
                         bool *has_metric)
{
	uint64_t seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);
	double x = fake_argument(job, "x");

	(void)res;
	*has_metric = true;
	return (x - 0.3) * (x - 0.3) + 0.3 * rng_unit(seed, 0, RNG_MODEL, 0);
}

static size_t count_runs(const struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->trials[i]->n_runs;
	return n;
}

/* Rank order is that of the mean and one standard error, noise / sqrt(runs), the noise
 * pooled from all repeats. */
static void check_ranks(struct search *s)
{
	struct trial **order = search_rank(s, &s->scratch);
	double squares = 0, df = 0, before = -(double)INFINITY;

	for (size_t i = 0; i < s->n; i++) {
		double n = (double)s->trials[i]->n_runs, e = s->trials[i]->stderr_;

		if (n < 2)
			continue;
		squares += e * e * n * (n - 1);
		df += n - 1;
	}
	CHECK(df > 0);
	CHECK_DOUBLE(s->noise, sqrt(squares / df), 1e-15);
	for (size_t i = 0; i < s->n; i++) {
		double score =
		    order[i]->value + s->noise / sqrt((double)order[i]->n_runs);

		CHECK(score >= before);
		before = score;
	}
	CHECK(order[0] == s->best);
}

static void check_replay(struct rig *r, uint64_t repeats)
{
	struct saved sv;
	struct replay rp;
	char *text = results_of(r);

	CHECK(replay_text(text, &rp, &r->err));
	CHECK_STR(rp.difference, "");
	CHECK_INT(rp.repeats, repeats);
	CHECK(saved_load(&sv, r->dir, &r->err) && replay_run(&sv, &rp, &r->err));
	CHECK_STR(rp.difference, "");
	CHECK_INT(rp.repeats, repeats);
	/* Other values ask for another repeat, or for none. */
	for (size_t i = 0; i < 12 && i < sv.study.search.n; i++)
		sv.study.search.known[i].observations[0].value *= -1;
	CHECK(replay_run(&sv, &rp, &r->err));
	CHECK(!rp.same);
	saved_free(&sv);
	free(text);
}

TEST(repeats_are_asked_for_under_every_method)
{
	static const char *const methods[] = {"random", "sobol", "grid", "bayes"};

	for (size_t m = 0; m < ARRAY_LEN(methods); m++)
		for (uint64_t order = 0; order < 2; order++) {
			struct rig r = {.fake = {.train = very_noisy, .order = order}};
			struct search *s = &r.study.search;
			char yaml[512];

			snprintf(yaml, sizeof yaml, ADAPTIVE, m == 2 ? ", q: 0.05" : "",
			         methods[m]);
			rig_dir(&r);
			CHECK(rig_open(&r, yaml, 40, order ? 6 : 1));
			CHECK(rig_run(&r));
			CHECK_INT(s->state, SEARCH_DONE);
			CHECK_INT(count_runs(s), 40); /* max_trials counts runs */
			CHECK_INT(s->n_repeats, 40 - s->n);
			CHECK(s->n_repeats >= 4);
			CHECK(!s->verdict.wanted);
			check_ranks(s);
			check_replay(&r, s->n_repeats);
			rig_drop(&r);
		}
}

/* A grid without max_trials: every cell, and a quarter of that in repeats. */
TEST(a_grid_has_repeats_beside_its_cells)
{
	struct rig r = {.fake.train = very_noisy};
	char yaml[512];

	snprintf(yaml, sizeof yaml, ADAPTIVE, ", q: 0.05", "grid");
	CHECK(rig_open(&r, yaml, 0, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n, 21);
	CHECK_INT(count_runs(&r.study.search), 21 + 5);
	rig_drop(&r);
}

static double smooth(const struct job *job, struct run_result *res, bool *has_metric)
{
	double x = fake_argument(job, "x");

	(void)res;
	*has_metric = true;
	return (x - 0.3) * (x - 0.3);
}

/* The same value twice, for two configurations: no more is repeated, and what is ranked
 * is the value. */
TEST(a_training_without_randomness_has_two_repeats)
{
	struct rig r = {.fake.train = smooth};
	char yaml[512];

	snprintf(yaml, sizeof yaml, ADAPTIVE, "", "random");
	rig_dir(&r);
	CHECK(rig_open(&r, yaml, 60, 1));
	CHECK(rig_run(&r));
	CHECK_INT(r.study.search.n_repeats, 2);
	CHECK_INT(r.study.search.n, 58);
	CHECK_DOUBLE(r.study.search.noise, 0, 0);
	rig_drop(&r);
}

TEST(a_search_with_repeats_goes_on_where_it_was)
{
	struct rig whole = {.fake.train = very_noisy};
	char yaml[512], *expected;

	snprintf(yaml, sizeof yaml, ADAPTIVE, "", "bayes");
	CHECK(rig_open(&whole, yaml, 30, 1));
	CHECK(rig_run(&whole));
	expected = ranking(&whole);
	for (uint64_t at = 11; at <= 30; at += 9) {
		struct rig r = {.fake.train = very_noisy};
		char *now;

		rig_dir(&r);
		r.fake.fail_after = at;
		CHECK(rig_open(&r, yaml, 30, 1));
		CHECK(!rig_run(&r));
		rig_close(&r);
		CHECK(rig_open(&r, yaml, 30, 1));
		CHECK(rig_run(&r));
		now = ranking(&r);
		CHECK_STR(now, expected);
		check_replay(&r, r.study.search.n_repeats);
		free(now);
		rig_drop(&r);
	}
	free(expected);
	rig_drop(&whole);
}

/* A configuration that fails on another seed has failed: it no longer leads. */
static double fails_again(const struct job *job, struct run_result *res,
                          bool *has_metric)
{
	double y = very_noisy(job, res, has_metric);

	res->exit = strcmp(fake_env(job, "HPSEARCH_RUN"), "0") != 0;
	return y;
}

TEST(a_trial_whose_repeat_fails_has_failed)
{
	struct rig r = {.fake.train = fails_again};
	struct search *s = &r.study.search;
	char yaml[512];

	snprintf(yaml, sizeof yaml, ADAPTIVE, "", "random");
	rig_dir(&r);
	CHECK(rig_open(&r, yaml, 30, 2));
	CHECK(rig_run(&r));
	CHECK(s->n_repeats > 0);
	CHECK_INT(s->outcomes[OUTCOME_FAILED], s->n_repeats);
	CHECK_INT(s->ok + s->outcomes[OUTCOME_FAILED], s->n);
	CHECK_INT(s->finished, s->n);
	CHECK(s->best && s->best->outcome == OUTCOME_OK && s->best->n_runs == 1);
	rig_close(&r);
	/* What failed is tried again, and is what all of its runs say. */
	r.fake.train = very_noisy;
	r.retry_failed = true;
	CHECK(rig_open(&r, yaml, 30, 2));
	CHECK(rig_run(&r));
	CHECK_INT(s->ok, s->n);
	check_replay(&r, s->n_repeats);
	rig_drop(&r);
}

/* Lines of a journal that no search has written. */
TEST(a_repeat_that_cannot_be_is_refused)
{
	struct rig r = {.fake.train = very_noisy};
	struct event e = {.kind = EVENT_REPEAT, .trial = 99, .time = (double)NAN};
	char yaml[512];

	snprintf(yaml, sizeof yaml, ADAPTIVE, "", "random");
	CHECK(rig_open(&r, yaml, 5, 1));
	CHECK(!study_apply(&r.study, &e, &r.err)); /* nothing has run */
	CHECK(strstr(r.err.text, "a repeat that does not fit") != NULL);
	CHECK(rig_run(&r));
	CHECK(!study_apply(&r.study, &e, &r.err));
	e.trial = 2;
	for (size_t n = 1; n < 8; n++)
		CHECK(study_apply(&r.study, &e, &r.err));
	CHECK(!study_apply(&r.study, &e, &r.err));
	CHECK_INT(r.study.search.trials[2]->n_runs, 8);
	rig_drop(&r);
	r.fake.train = bowl;
	CHECK(rig_open(&r, plain, 3, 1));
	CHECK(rig_run(&r));
	CHECK(!study_apply(&r.study, &e, &r.err)); /* whose file asks for none */
	rig_drop(&r);
}

TEST_MAIN(runs_to_its_cap_and_ranks, defaults_come_first, slots_and_order_do_not_matter,
          repeats_give_mean_and_error, the_error_of_a_mean_is_that_of_a_sample,
          of_equal_trials_the_earlier_one_is_better,
          first_run_without_the_metric_stops_at_once, failure_guard,
          the_guard_asks_for_more_than_half_of_ten, retries,
          a_repeat_of_a_failed_trial_is_not_waited_for, a_late_retry_is_run,
          exit_75_is_no_failure, diverged_is_never_the_winner_and_no_failure,
          target_and_patience_stop, equal_values_share_a_rank,
          an_exhausted_space_is_success, resume_equals_one_go,
          finished_runs_are_not_repeated, the_cost_is_read_back,
          what_failed_is_tried_again_when_asked_for,
          a_trial_whose_other_repeat_was_cut_short_is_settled,
          the_time_budget_is_not_spent_by_resuming,
          another_file_is_refused_with_the_difference,
          verification_confirms_a_better_winner, the_first_rules_leave_no_rerun_out,
          verification_is_not_fooled_by_noise, each_answer_has_its_interval,
          verification_seeds_are_fresh_and_paired, replay_agrees_with_what_was_run,
          replay_makes_again_what_was_learned,
          a_search_that_learns_goes_on_where_it_was,
          deterministic_learning_ignores_who_is_first, every_edit_is_caught,
          a_newer_results_file_is_refused, repeats_are_asked_for_under_every_method,
          a_grid_has_repeats_beside_its_cells,
          a_training_without_randomness_has_two_repeats,
          a_search_with_repeats_goes_on_where_it_was,
          a_trial_whose_repeat_fails_has_failed, a_repeat_that_cannot_be_is_refused)
