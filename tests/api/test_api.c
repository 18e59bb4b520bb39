/* The library as a program sees it: through its header, linked with what is installed.
 */
#include "../unit/test.h"
#include "hpsearch.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <pthread.h>
#include <unistd.h>

#define METRIC "metric: {name: loss, goal: minimize}\n"

static const char plain[] =
    "method: bayes\nmax_trials: 14\nseed: 3\n" METRIC "parameters:\n"
    "  lr: {min: 1.0e-4, max: 1.0, log: true}\n"
    "  opt: {values: [sgd, adam]}\n"
    "  wide: {values: [true, false]}\n"
    "  momentum: {min: 0.0, max: 0.9, when: {opt: sgd}}\n";

static double loss_of(hps_search *s, uint64_t run)
{
	double lr = 0, momentum = 0.5;

	CHECK_INT(hps_number(s, run, "lr", &lr), HPS_OK);
	hps_number(s, run, "momentum", &momentum);
	return (log10(lr) + 2) * (log10(lr) + 2) + momentum * momentum;
}

static hps_search *opened(const char *yaml)
{
	hps_search *s;

	CHECK_INT(hps_open(&s, yaml), HPS_OK);
	CHECK_STR(hps_strerror(s), "");
	return s;
}

/* Asks and tells until the search is over, n runs at the most; the runs. */
static size_t go_on(hps_search *s, size_t n)
{
	uint64_t run = 0;
	size_t done = 0;

	while (done < n && hps_ask(s, &run) == HPS_OK) {
		CHECK_INT(hps_tell(s, run, loss_of(s, run)), HPS_OK);
		done++;
	}
	return done;
}

TEST(a_search_finds_its_minimum)
{
	hps_search *s = opened(plain);
	uint64_t run = 99, best = 99;
	double value = 1e9, second = 0, again;

	CHECK_INT(hps_best(s, &best, &value), HPS_NONE);
	CHECK_INT(best, 99);
	CHECK_INT(go_on(s, 100), 14);
	CHECK_INT(hps_ask(s, &run), HPS_DONE);
	CHECK_STR(hps_why(s), "every trial that was asked for is done");
	CHECK_INT(hps_best(s, &best, &value), HPS_OK);
	CHECK(value < 0.3);
	CHECK_DOUBLE(loss_of(s, best), value, 0);
	CHECK_INT(hps_rank(s, 0, &run, &again), HPS_OK);
	CHECK_INT(run, best);
	CHECK_DOUBLE(again, value, 0);
	CHECK_INT(hps_rank(s, 1, &run, &second), HPS_OK);
	CHECK(second >= value && run != best);
	CHECK_INT(hps_rank(s, 13, NULL, NULL), HPS_OK);
	CHECK_INT(hps_rank(s, 14, NULL, NULL), HPS_NONE);
	hps_close(s);
}

TEST(parameters_come_as_numbers_texts_and_json)
{
	hps_search *s = opened("method: grid\n" METRIC
	                       "parameters: {a: {values: [2, 3]}, b: {values: [x y]}, "
	                       "c: {values: [true]}, "
	                       "d: {values: [1], when: {a: 3}}}\n");
	uint64_t run;
	double x = -1;

	CHECK(hps_params(s, 0) == NULL);
	CHECK(strstr(hps_strerror(s), "no run 0") != NULL);
	CHECK_INT(hps_ask(s, &run), HPS_OK);
	CHECK_STR(hps_params(s, run), "{\"a\":2,\"b\":\"x y\",\"c\":true}");
	CHECK_INT(hps_number(s, run, "a", &x), HPS_OK);
	CHECK_DOUBLE(x, 2, 0);
	CHECK_INT(hps_number(s, run, "c", &x), HPS_OK);
	CHECK_DOUBLE(x, 1, 0);
	CHECK_INT(hps_number(s, run, "b", &x), HPS_EINVAL);
	CHECK(strstr(hps_strerror(s), "b is no number") != NULL);
	CHECK_INT(hps_number(s, run, "d", &x), HPS_NONE);
	CHECK_INT(hps_number(s, run, "e", &x), HPS_EINVAL);
	CHECK_DOUBLE(x, 1, 0);
	CHECK_STR(hps_text(s, run, "b"), "x y");
	CHECK_STR(hps_text(s, run, "c"), "True");
	CHECK(hps_text(s, run, "d") == NULL);
	CHECK(hps_text(s, run, NULL) == NULL);
	hps_close(s);
}

TEST(what_makes_no_sense_changes_nothing)
{
	hps_search *s = opened(plain), *bad;
	uint64_t run;

	CHECK_INT(hps_tell(s, 0, 1), HPS_EINVAL);
	CHECK_INT(hps_tell(s, UINT64_MAX, 1), HPS_EINVAL);
	CHECK_INT(hps_ask(s, &run), HPS_OK);
	CHECK_INT(hps_report(s, run, (double)NAN, 1), HPS_EINVAL);
	CHECK_INT(hps_cost(s, run, -1), HPS_EINVAL);
	CHECK_INT(hps_tell(s, run, 1), HPS_OK);
	CHECK_INT(hps_tell(s, run, 2), HPS_EINVAL);
	CHECK_STR(hps_strerror(s), "trial 0, run 0 is over already: ok");
	CHECK_INT(hps_fail(s, run, NULL), HPS_EINVAL);
	CHECK_INT(hps_report(s, run, 1, 2), HPS_EINVAL);
	hps_close(s);
	CHECK_INT(hps_open(&bad, "method: random\nparameters: {x: {min: 2, max: 1}}\n"),
	          HPS_EFILE);
	CHECK(strstr(hps_strerror(bad), "yaml:2:") != NULL);
	CHECK_INT(hps_ask(bad, &run), HPS_EINVAL);
	CHECK_INT(hps_save(bad, "/nowhere"), HPS_EINVAL);
	CHECK(hps_params(bad, 0) == NULL);
	CHECK_INT(hps_rank(bad, 0, NULL, NULL), HPS_NONE);
	hps_close(bad);
	CHECK_INT(hps_open(&bad, NULL), HPS_EINVAL);
	hps_close(bad);
	hps_close(NULL);
	CHECK_INT(hps_ask(NULL, &run), HPS_EINVAL);
	CHECK_STR(hps_strerror(NULL), "out of memory");
	CHECK_STR(hps_version(), HPS_VERSION);
}

TEST(failures_are_tried_again_and_outcomes_kept_apart)
{
	hps_search *s = opened("method: random\nretries: 1\nmax_trials: 3\n" METRIC
	                       "parameters: {x: {min: 0.0, max: 1.0}}\n");
	uint64_t run, again;

	CHECK_INT(hps_ask(s, &run), HPS_OK);
	CHECK_INT(hps_fail(s, run, "no GPU"), HPS_AGAIN);
	CHECK_INT(hps_tell(s, run, 1), HPS_EINVAL);
	CHECK_STR(hps_strerror(s), "trial 0, run 0 waits to be asked for again");
	CHECK_INT(hps_ask(s, &again), HPS_OK);
	CHECK_INT(again, run);
	CHECK_INT(hps_fail(s, run, "no GPU"), HPS_OK);
	CHECK_INT(hps_tell(s, run, 1), HPS_EINVAL);
	CHECK_STR(hps_strerror(s), "trial 0, run 0 is over already: failed, no GPU");
	CHECK_INT(hps_ask(s, &run), HPS_OK);
	CHECK_INT(hps_infeasible(s, run, "too large"), HPS_OK);
	CHECK_INT(hps_ask(s, &run), HPS_OK);
	CHECK_INT(hps_tell(s, run, (double)NAN), HPS_OK);
	CHECK_INT(hps_fail(s, run, NULL), HPS_EINVAL);
	CHECK_STR(hps_strerror(s),
	          "trial 2, run 0 is over already: diverged, loss is not a number");
	CHECK_INT(hps_ask(s, &run), HPS_DONE);
	CHECK_INT(hps_best(s, NULL, NULL), HPS_NONE);
	hps_close(s);
}

TEST(repeats_are_runs_of_one_trial)
{
	hps_search *s = opened("method: random\nrepeats: 2\nmax_trials: 1\n" METRIC
	                       "parameters: {x: {min: 0.0, max: 1.0}}\n");
	uint64_t a, b, best;
	double value;

	CHECK_INT(hps_ask(s, &a), HPS_OK);
	CHECK_INT(hps_ask(s, &b), HPS_OK);
	CHECK_INT(a, 0);
	CHECK_INT(b, 1);
	CHECK(hps_seed(s, a) != hps_seed(s, b));
	CHECK_INT(hps_tell(s, b, 3), HPS_OK);
	CHECK_INT(hps_ask(s, &best), HPS_WAIT);
	CHECK_INT(hps_tell(s, a, 1), HPS_OK);
	CHECK_INT(hps_best(s, &best, &value), HPS_OK);
	CHECK_INT(best, 0);
	CHECK_DOUBLE(value, 2, 0);
	hps_close(s);
}

/* A trial's runs keep their numbers beside those of the others, however many it has. */
TEST(repeats_that_are_asked_for_are_runs_of_their_trial)
{
	enum { RUNS = 40, MOST = 8 };
	hps_search *s = opened("method: random\nrepeats: auto\nmax_trials: 40\n" METRIC
	                       "parameters: {x: {min: 0.0, max: 1.0}}\n");
	uint64_t run = 0, seeds[RUNS], other;
	size_t n = 0, repeats = 0;

	for (; n < RUNS && hps_ask(s, &run) == HPS_OK; n++) {
		seeds[n] = hps_seed(s, run);
		for (size_t i = 0; i < n; i++)
			CHECK(seeds[i] != seeds[n]);
		repeats += run % MOST > 0;
		CHECK_INT(hps_tell(s, run, (double)(seeds[n] % 1000)), HPS_OK);
	}
	CHECK_INT(n, RUNS);
	CHECK(repeats > 0);
	CHECK_INT(hps_ask(s, &other), HPS_DONE);
	CHECK_INT(hps_tell(s, run / MOST * MOST + MOST - 1, 0), HPS_EINVAL);
	hps_close(s);
}

static const char racing[] = "method: random\nmax_trials: 9\n" METRIC
			     "early_terminate: {type: asha, min_steps: 1, "
			     "max_iter: 9, eta: 3, mode: promote, step: epoch}\n"
			     "parameters: {x: {min: 0.0, max: 1.0}}\n";

TEST(early_stopping_answers_and_promotes)
{
	hps_search *s;
	uint64_t run;
	unsigned pauses = 0, full = 0;

	if (hps_open(&s, racing) < 0)
		printf("# %s\n", hps_strerror(s));
	while (hps_ask(s, &run) == HPS_OK) {
		double x, budget = hps_budget(s, run);
		int answer = HPS_CONTINUE;

		CHECK(budget == 1 || budget == 3 || budget == 9);
		hps_number(s, run, "x", &x);
		for (int step = 1; answer == HPS_CONTINUE && step <= budget; step++)
			answer = hps_report(s, run, step, x + 1.0 / step);
		if (answer == HPS_CONTINUE) {
			CHECK_INT(hps_tell(s, run, x + 1.0 / budget), HPS_OK);
			full += budget == 9;
		}
		pauses += answer == HPS_PAUSE;
	}
	CHECK(pauses >= 9);
	CHECK_INT(full, 1);
	hps_close(s);
}

TEST(costs_count_for_the_budget)
{
	hps_search *s = opened("method: random\nbudget: {cost: 5}\n" METRIC
	                       "parameters: {x: {min: 0.0, max: 1.0}}\n");
	uint64_t run;

	for (int i = 0; i < 3; i++) {
		CHECK_INT(hps_ask(s, &run), HPS_OK);
		CHECK_INT(hps_cost(s, run, 1), HPS_OK);
		CHECK_INT(hps_cost(s, run, 1), HPS_OK);
		CHECK_INT(hps_tell(s, run, i), HPS_OK);
	}
	CHECK_INT(hps_ask(s, &run), HPS_DONE);
	CHECK_STR(hps_why(s), "the cost budget of 5 is spent");
	hps_close(s);
}

/* The parameters of every run of a search as one text. */
static void all_params(hps_search *s, char *out)
{
	const char *p;

	*out = '\0';
	for (uint64_t run = 0; (p = hps_params(s, run)); run++)
		strcat(strcat(out, p), "\n");
}

TEST(saved_and_loaded_it_goes_on_as_if_never_away)
{
	static char whole[1 << 16], parts[1 << 16];
	char path[] = "/tmp/test_api.XXXXXX";
	hps_search *s = opened(plain);
	uint64_t run, again;

	CHECK_INT(go_on(s, 100), 14);
	all_params(s, whole);
	hps_close(s);
	close(mkstemp(path));
	s = opened(plain);
	for (int turn = 0; turn < 5; turn++) {
		go_on(s, 2);
		if (turn == 2) /* asked and never told */
			CHECK_INT(hps_ask(s, &run), HPS_OK);
		CHECK_INT(hps_save(s, path), HPS_OK);
		hps_close(s);
		CHECK_INT(hps_load(&s, path), HPS_OK);
		if (turn == 2) {
			CHECK_INT(hps_ask(s, &again), HPS_OK);
			CHECK_INT(again, run);
			CHECK_INT(hps_tell(s, run, loss_of(s, run)), HPS_OK);
		}
	}
	go_on(s, 100);
	all_params(s, parts);
	CHECK_STR(parts, whole);
	CHECK_INT(hps_save(s, path), HPS_OK);
	hps_close(s);
	CHECK_INT(hps_load(&s, path), HPS_OK);
	CHECK_INT(hps_ask(s, &run), HPS_DONE);
	CHECK_STR(hps_why(s), "every trial that was asked for is done");
	hps_close(s);
	unlink(path);
	CHECK_INT(hps_load(&s, path), HPS_EFILE);
	hps_close(s);
}

/* GSL's handler is the program's. */
static int complaints;

static void count(const char *reason, const char *file, int line, int error)
{
	(void)reason;
	(void)file;
	(void)line;
	(void)error;
	complaints++;
}

TEST(the_handler_of_gsl_is_put_back)
{
	gsl_error_handler_t *before = gsl_set_error_handler(count);
	hps_search *s = opened(plain);

	go_on(s, 3);
	hps_close(s);
	CHECK_INT(complaints, 0);
	GSL_ERROR_VAL("ours", GSL_EDOM, );
	(void)before;
}

static void *other_thread(void *text)
{
	hps_search *s = opened(plain);

	go_on(s, 100);
	all_params(s, text);
	hps_close(s);
	return NULL;
}

TEST(two_searches_in_two_threads)
{
	static char texts[4][1 << 16];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, other_thread, texts[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CHECK(strlen(texts[0]) > 100);
	for (int i = 1; i < 4; i++)
		CHECK_STR(texts[i], texts[0]);
	gsl_error("ours again", __FILE__, __LINE__, GSL_EDOM);
	CHECK_INT(complaints, 2);
}

TEST(notices_are_told)
{
	hps_search *s = opened("method: random\nmetric: {name: l}\nfoo: 1\n"
	                       "parameters: {x: {min: 0.0, max: 1.0}}\n");

	CHECK(strstr(hps_notices(s), "warning: ") != NULL);
	CHECK(strstr(hps_notices(s), "foo") != NULL);
	hps_close(s);
}

TEST_MAIN(a_search_finds_its_minimum, parameters_come_as_numbers_texts_and_json,
          what_makes_no_sense_changes_nothing,
          failures_are_tried_again_and_outcomes_kept_apart,
          repeats_are_runs_of_one_trial,
          repeats_that_are_asked_for_are_runs_of_their_trial,
          early_stopping_answers_and_promotes, costs_count_for_the_budget,
          saved_and_loaded_it_goes_on_as_if_never_away, the_handler_of_gsl_is_put_back,
          two_searches_in_two_threads, notices_are_told)
