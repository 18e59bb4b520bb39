/* W&B's hyperband, with the numbers that W&B's own engine gives. */
#include "curves.h"

static struct rule_args wandb_max(double max_iter, double s, double eta, bool strict)
{
	struct rule_args a = args_plain();

	a.max_iter = max_iter;
	a.s = s;
	a.eta = eta;
	a.strict = strict;
	return a;
}

TEST(wandb_bands)
{
	struct rule_args a = args_plain();

	check_rungs("hyperband", wandb_max(27, 2, 3, true), 100, "3 9");
	check_rungs("hyperband", wandb_max(81, 3, 3, true), 100, "3 9 27");
	check_rungs("hyperband", wandb_max(18, 2, 3, true), 100, "2 6");
	check_rungs("hyperband", wandb_max(5, 2, 2, true), 100, "1 2");
	check_rungs("hyperband", wandb_max(5, 9, 2, true), 100, "1 2");
	a.min_iter = 3;
	check_rungs("hyperband", a, 4, "3 9 27 81");
	a.min_iter = 2;
	a.eta = 1.5;
	check_rungs("hyperband", a, 5, "2 3 4 6 10");
	/* Both: max_iter and s decide. */
	a = wandb_max(27, 2, 3, true);
	a.min_iter = 5;
	check_rungs("hyperband", a, 100, "3 9");
}

TEST(wandb_bad_arguments)
{
	struct rule_args a = args_plain();

	check_error("hyperband", a, "say min_iter, or max_iter and s");
	check_error("hyperband", wandb_max(2, 2, 3, true), "leave no band");
	check_error("hyperband", wandb_max(27, nan_, 3, true), "both of them");
	check_error("hyperband", wandb_max(27, 1.5, 3, true), "whole numbers");
	check_error("hyperband", wandb_max(27, 2, 1, true), "eta must be");
	a.min_iter = 0;
	check_error("hyperband", a, "min_iter must be");
	a.min_iter = 3;
	a.eta = inf;
	check_error("hyperband", a, "eta must be");
}

TEST(wandb_six_runs_eta_3_three_stop)
{
	struct rule_args a = args_plain();
	struct rig r;
	struct judgement j;
	size_t stopped = 0;

	a.min_iter = 3;
	CHECK(rig_open(&r, "hyperband", a));
	for (size_t i = 0; i < 6; i++)
		rig_flat(&r, CURVE_RUNNING, 3, (double)(6 - i));
	for (size_t i = 0; i < 6; i++)
		stopped += stops(&r, i);
	CHECK_INT(stopped, 3);
	j = rig_judge(&r, 0);
	CHECK_STR(j.rule, "hyperband");
	CHECK_DOUBLE(j.rung, 3, 0);
	CHECK_DOUBLE(j.step, 3, 0);
	CHECK_DOUBLE(j.value, 6, 0);
	CHECK_DOUBLE(j.threshold, 3, 0);
	CHECK_INT(j.peers, 6);
	CHECK(!stops(&r, 3));
	rig_drop(&r);
}

TEST(wandb_thresholds_strict_and_not)
{
	struct rig r;

	/* Bands 1 and 3; thresholds sorted[1] = 10 and sorted[1] = 4. */
	for (int strict = 0; strict < 2; strict++) {
		CHECK(rig_open(&r, "hyperband", wandb_max(9, 2, 3, strict)));
		RUN(&r, CURVE_DONE, 9, 8);
		RUN(&r, CURVE_RUNNING, 11, 9);
		RUN(&r, CURVE_RUNNING, 10, 8, 3);
		RUN(&r, CURVE_RUNNING, 10, 2, 4.5);
		RUN(&r, CURVE_RUNNING, 10, 6, 4);
		/* Its best (9) is good enough, its first value (11) is not. */
		CHECK(stops(&r, 1) == strict);
		CHECK(!stops(&r, 2));
		CHECK(stops(&r, 3) == strict);
		CHECK(!stops(&r, 4));
		if (strict) {
			CHECK_DOUBLE(rig_judge(&r, 1).threshold, 10, 0);
			CHECK_DOUBLE(rig_judge(&r, 3).threshold, 4, 0);
			CHECK_DOUBLE(rig_judge(&r, 3).value, 4.5, 0);
		}
		rig_drop(&r);
	}
}

TEST(wandb_ties_and_single_runs_go_on)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 1;
	CHECK(rig_open(&r, "hyperband", a));
	rig_flat(&r, CURVE_RUNNING, 1, 5);
	CHECK(!stops(&r, 0));
	for (size_t i = 0; i < 9; i++)
		rig_flat(&r, CURVE_RUNNING, 1, 5);
	for (size_t i = 0; i < r.all.n; i++)
		CHECK(!stops(&r, i));
	rig_drop(&r);
}

TEST(wandb_counts_only_finite_values)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 2;
	CHECK(rig_open(&r, "hyperband", a));
	RUN(&r, CURVE_FAILED, nan_, 1, inf, 2); /* second value: 2 */
	RUN(&r, CURVE_FAILED, nan_, 0, inf);    /* has no second value */
	RUN(&r, CURVE_RUNNING, 9, nan_);        /* nor this one */
	RUN(&r, CURVE_RUNNING, 9, nan_, 8);
	RUN(&r, CURVE_STOPPED, 3, 3);
	CHECK(rig_judge(&r, 2).peers == 0);
	CHECK_INT(rig_judge(&r, 3).peers, 3);
	CHECK(stops(&r, 3)); /* sorted[int(3 / 3)] of 2, 3, 8 */
	CHECK_DOUBLE(rig_judge(&r, 3).threshold, 3, 0);
	CHECK_DOUBLE(rig_judge(&r, 3).step, 3, 0);
	rig_drop(&r);
}

TEST(wandb_counts_values_and_not_steps)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 2;
	CHECK(rig_open(&r, "hyperband", a));
	for (size_t i = 0; i < 3; i++) {
		rig_start(&r);
		rig_report(&r, i, 100, 1);
		CHECK_INT(rig_judge(&r, i).peers, 0);
		rig_report(&r, i, 100, (double)i); /* the step again: a value again */
	}
	CHECK(stops(&r, 2));
	CHECK_DOUBLE(rig_judge(&r, 2).rung, 2, 0);
	CHECK_DOUBLE(rig_judge(&r, 2).step, 100, 0);
	CHECK(!stops(&r, 1));
	rig_drop(&r);
}

TEST(wandb_tests_again_when_better_runs_follow)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 3;
	CHECK(rig_open(&r, "hyperband", a));
	rig_flat(&r, CURVE_RUNNING, 3, 5);
	CHECK(!stops(&r, 0));
	rig_flat(&r, CURVE_RUNNING, 3, 4);
	rig_flat(&r, CURVE_RUNNING, 3, 3);
	rig_report(&r, 0, 4, 5);
	CHECK(stops(&r, 0)); /* band 3 still, against 3, 4, 5 */
	CHECK_DOUBLE(rig_judge(&r, 0).rung, 3, 0);
	CHECK_DOUBLE(rig_judge(&r, 0).step, 3, 0);
	rig_drop(&r);
}

TEST(wandb_respects_native_options_when_given)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 1;
	a.min_trials = 3;
	a.min_steps = 2;
	CHECK(rig_open(&r, "hyperband", a));
	for (size_t i = 0; i < 3; i++)
		rig_flat(&r, CURVE_RUNNING, 2, (double)i);
	CHECK(!stops(&r, 2)); /* two others */
	rig_flat(&r, CURVE_RUNNING, 1, 4);
	CHECK(stops(&r, 2));
	CHECK(!stops(&r, 3)); /* step 1 */
	rig_report(&r, 3, 2, 4);
	CHECK(stops(&r, 3));
	rig_drop(&r);
}

/* int(1 / 49 * 49) is 0 in doubles, where int(49 / 49) would be 1. */
TEST(wandb_multiplies_by_one_over_eta)
{
	struct rule_args a = args_plain();
	struct rig r;

	a.min_iter = 1;
	a.eta = 49;
	CHECK(rig_open(&r, "hyperband", a));
	for (size_t i = 0; i < 49; i++)
		rig_flat(&r, CURVE_RUNNING, 1, (double)i);
	CHECK(!stops(&r, 0));
	CHECK(stops(&r, 1));
	CHECK_DOUBLE(rig_judge(&r, 1).threshold, 0, 0);
	rig_drop(&r);
}

TEST_MAIN(wandb_multiplies_by_one_over_eta, wandb_bands, wandb_bad_arguments,
          wandb_six_runs_eta_3_three_stop, wandb_thresholds_strict_and_not,
          wandb_ties_and_single_runs_go_on, wandb_counts_only_finite_values,
          wandb_counts_values_and_not_steps, wandb_tests_again_when_better_runs_follow,
          wandb_respects_native_options_when_given)
