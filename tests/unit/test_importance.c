/* Importance: against a function whose shares are known, and where there is nothing to
 * say. */
#include "base/json.h"
#include "base/rng.h"
#include "report/importance_text.h"
#include "rig.h"

#include "test.h"

#include <math.h>

static const char yaml[] = "command: [train, '${args}']\n"
			   "method: sobol\n"
			   "metric: {name: loss}\n"
			   "parameters:\n"
			   "  a: {min: 0.0, max: 1.0}\n"
			   "  b: {min: 0.0, max: 1.0}\n"
			   "  c: {min: 0.0, max: 1.0}\n"
			   "  k: {values: [1, 2]}\n";

/* Over the unit cube a alone has the variance 0.65222, b 0.1875, a with b 1/36, k
 * 0.0225, c none: 0.89 in all. */
static double known(const struct job *job, struct run_result *res, bool *has_metric)
{
	double a = fake_argument(job, "a"), b = fake_argument(job, "b");

	(void)res;
	*has_metric = true;
	return 4 * (a - 0.3) * (a - 0.3) + 0.5 * b + 2 * a * b +
	       0.3 * fake_argument(job, "k");
}

/* Of every third trial nothing comes. */
static double failing(const struct job *job, struct run_result *res, bool *has_metric)
{
	if (fake_argument(job, "c") > 0.7)
		res->exit = 1;
	return known(job, res, has_metric);
}

static double noise(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)res;
	*has_metric = true;
	return rng_unit((uint64_t)(1e9 * fake_argument(job, "a")), 0, RNG_MODEL, 0);
}

static void check_known(double (*train)(const struct job *, struct run_result *,
                                        bool *))
{
	static const double alone[] = {0.733, 0.211, 0, 0.025};
	static const double total[] = {0.764, 0.242, 0, 0.025};
	struct importance im;
	struct rig r;

	open_rig(&r, yaml, 80, train);
	CHECK(importance_init(&im, &r.study, &r.err));
	CHECK(im.r2 > 0.9 && im.r2 <= 1);
	CHECK_INT(im.n, 4);
	for (size_t i = 0; i < im.n; i++) {
		const struct importance_row *row = &im.rows[i];

		CHECK_DOUBLE(row->alone.mean, alone[row->param], 0.03);
		CHECK_DOUBLE(row->total.mean, total[row->param], 0.03);
		CHECK(row->alone.low <= alone[row->param] + 1e-3 &&
		      row->alone.high >= alone[row->param] - 1e-3);
		CHECK(row->total.low <= total[row->param] + 1e-3 &&
		      row->total.high >= total[row->param] - 1e-3);
		CHECK(row->alone.low <= row->alone.mean &&
		      row->alone.mean <= row->alone.high);
		CHECK(!i || im.rows[i - 1].total.mean >= row->total.mean);
	}
	CHECK_INT(im.n_pairs, 6);
	CHECK(im.pairs[0].param + im.pairs[0].other == 1);
	CHECK_DOUBLE(im.pairs[0].alone.mean, 0.031, 0.02);
	CHECK(im.pairs[1].alone.mean < 0.01);
	importance_free(&im);
	close_rig(&r);
}

TEST(shares_are_those_of_a_known_function)
{
	check_known(known);
}

TEST(failed_trials_are_left_out)
{
	check_known(failing);
}

TEST(a_model_that_explains_nothing_is_refused)
{
	struct importance im;
	struct rig r;

	open_rig(&r, yaml, 40, noise);
	CHECK(!importance_init(&im, &r.study, &r.err));
	CHECK_INT(r.err.kind, ERROR_TRIAL);
	CHECK(strstr(r.err.text, "R2") != NULL);
	importance_free(&im);
	close_rig(&r);
}

TEST(too_few_trials_are_refused)
{
	struct importance im;
	struct rig r;

	open_rig(&r, yaml, 7, known);
	CHECK(!importance_init(&im, &r.study, &r.err));
	CHECK(strstr(r.err.text, "needs 8 trials") != NULL);
	importance_free(&im);
	close_rig(&r);
}

/* b decides between two plateaus; only where it is right, a makes a difference. */
static double gate(const struct job *job, struct run_result *res, bool *has_metric)
{
	double a = fake_argument(job, "a"), b = fake_argument(job, "b");

	(void)res;
	*has_metric = true;
	return 10 / (1 + exp(-20 * (b - 0.3))) + a;
}

TEST(among_the_best_other_parameters_matter)
{
	struct importance im;
	struct rig r;

	open_rig(&r, yaml, 100, gate);
	CHECK(importance_init(&im, &r.study, &r.err));
	/* Of the whole nearly all is b; of the best tenth a has a large part. */
	CHECK(im.rows[0].param == 1 && im.rows[0].total.mean > 0.95);
	CHECK(im.rows[1].param == 0 && im.rows[1].total.mean < 0.05);
	CHECK(im.rows[1].best.mean > 0.25);
	CHECK(im.rows[2].best.mean < 0.1);
	importance_free(&im);
	close_rig(&r);
}

/* A conditional space, a grid, and what is printed of it. */
TEST(a_grid_with_branches_has_shares_too)
{
	static const char grid[] = "command: [train, '${args}']\n"
				   "method: grid\n"
				   "metric: {name: loss}\n"
				   "parameters:\n"
				   "  a: {values: [0.1, 0.3, 0.5, 0.9]}\n"
				   "  b: {values: [0.0, 0.5, 1.0]}\n"
				   "  k: {values: [1, 2]}\n"
				   "  c: {values: [0.1, 0.2], when: {k: 2}}\n";
	struct str out = {0};
	struct importance im;
	struct rig r;
	cJSON *json;

	open_rig(&r, grid, 0, known);
	CHECK(importance_init(&im, &r.study, &r.err));
	importance_table(&im, &r.study, NULL, &out);
	CHECK(strstr(out.s, "importance for loss, from 36 trials") != NULL);
	str_clear(&out);
	importance_json(&im, &r.study, &out);
	json = json_parse(out.s, out.len);
	CHECK(json != NULL);
	CHECK_INT(cJSON_GetArraySize(json_get(json, "parameters")), 4);
	cJSON_Delete(json);
	str_free(&out);
	importance_free(&im);
	close_rig(&r);
}

static double same(const struct job *job, struct run_result *res, bool *has_metric)
{
	(void)job;
	(void)res;
	*has_metric = true;
	return 1;
}

TEST(a_constant_metric_has_no_shares)
{
	struct importance im;
	struct rig r;

	open_rig(&r, yaml, 22, same);
	CHECK(!importance_init(&im, &r.study, &r.err));
	CHECK_INT(r.err.kind, ERROR_TRIAL);
	CHECK_STR(r.err.text,
	          "every trial gave exactly 1, so no parameter made a difference\n"
	          "  help: do the parameters reach the script? hpsearch check "
	          "FILE.yaml shows the commands");
	importance_free(&im);
	close_rig(&r);
}

TEST_MAIN(a_constant_metric_has_no_shares, shares_are_those_of_a_known_function,
          failed_trials_are_left_out, a_model_that_explains_nothing_is_refused,
          too_few_trials_are_refused, among_the_best_other_parameters_matter,
          a_grid_with_branches_has_shares_too)
