/* Early stopping: median, threshold, patience, divergence; the control group; the trust
 * in a rung; decisions in words; and properties of all rules on random curves. */
#include "curves.h"

/* ---- median, threshold, patience ---- */

TEST(median_by_hand)
{
	struct rule_args a = args_plain();
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "median", a));
	RUN(&r, CURVE_DONE, 10, 8, 6, 4, 2, 0); /* mean of four: 7 */
	RUN(&r, CURVE_RUNNING, 9, 8, 7, 4, 0);  /* 7 */
	RUN(&r, CURVE_STOPPED, 5, 5, 5, 5);     /* 5 */
	RUN(&r, CURVE_FAILED, 1, 2, 3, nan_);   /* worst */
	RUN(&r, CURVE_RUNNING, 1, 1, 1);        /* not so far */
	RUN(&r, CURVE_RUNNING, 8, 8, 8, 8);     /* 8 */
	RUN(&r, CURVE_RUNNING, 9, 7.5, 8, 8.5);
	j = rig_judge(&r, 6); /* 5 7 7 8 inf */
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_DOUBLE(j.value, 7.5, 0);
	CHECK_DOUBLE(j.step, 2, 0);
	CHECK_DOUBLE(j.threshold, 7, 0);
	CHECK_INT(j.peers, 5);
	CHECK(isnan(j.rung));
	rig_report(&r, 4, 4,
	           1.5); /* a sixth: 1 1 1 1.5, so the median is 7 of 5 7 7 and 8 */
	CHECK_INT(rig_judge(&r, 6).peers, 6);
	CHECK_DOUBLE(rig_judge(&r, 6).threshold, 7, 0);
	CHECK_INT(rig_judge(&r, 5).decision, DECISION_STOP);
	CHECK_INT(rig_judge(&r, 2).decision, DECISION_CONTINUE);
	rig_drop(&r);
}

TEST(median_of_an_even_number_of_peers)
{
	struct rig r;

	CHECK(rig_open(&r, "median", args_plain()));
	for (size_t i = 0; i < 6; i++)
		rig_flat(&r, CURVE_RUNNING, 4, (double)(i * i)); /* 0 1 4 9 16 25 */
	rig_flat(&r, CURVE_RUNNING, 4, 6.5);
	CHECK_DOUBLE(rig_judge(&r, 6).threshold, 6.5, 0);
	CHECK(!stops(&r, 6));
	rig_report(&r, 6, 5, 7);
	CHECK_INT(rig_judge(&r, 6).peers, 0);
	rig_drop(&r);
}

TEST(median_tie_goes_on)
{
	struct rig r;

	CHECK(rig_open(&r, "median", args_plain()));
	for (size_t i = 0; i < 6; i++)
		rig_flat(&r, CURVE_RUNNING, 4, 1);
	CHECK(!stops(&r, 5));
	rig_drop(&r);
}

TEST(median_warm_up_and_peers)
{
	struct rule_args a = args_plain();
	struct rig r;

	CHECK(rig_open(&r, "median", a));
	for (size_t i = 0; i < 5; i++)
		rig_flat(&r, CURVE_RUNNING, 9, 1);
	rig_flat(&r, CURVE_RUNNING, 3, 2);
	CHECK(!stops(&r, 5)); /* three reports */
	rig_report(&r, 5, 4, 2);
	CHECK(stops(&r, 5));
	r.all.n = 5; /* four others */
	rig_report(&r, 4, 10, 1);
	CHECK(!stops(&r, 4));
	r.all.n = 6;
	rig_drop(&r);

	a.resource_max = 100; /* not before a tenth of it */
	CHECK(rig_open(&r, "median", a));
	for (size_t i = 0; i < 5; i++)
		rig_flat(&r, CURVE_RUNNING, 10, 1);
	rig_flat(&r, CURVE_RUNNING, 9, 2);
	CHECK(!stops(&r, 5));
	rig_report(&r, 5, 10, 2);
	CHECK(stops(&r, 5));
	rig_drop(&r);

	a.min_steps = 2;
	a.min_trials = 1;
	CHECK(rig_open(&r, "median", a));
	rig_flat(&r, CURVE_RUNNING, 2, 1);
	rig_flat(&r, CURVE_RUNNING, 1, 2);
	CHECK(!stops(&r, 1));
	rig_report(&r, 1, 2, 2);
	CHECK(stops(&r, 1));
	rig_drop(&r);
}

TEST(median_tests_long_curves_now_and_then)
{
	struct rig r;
	size_t tests = 0;

	CHECK(rig_open(&r, "median", args_plain()));
	for (size_t i = 0; i < 5; i++)
		rig_flat(&r, CURVE_RUNNING, 10000, 1);
	rig_start(&r);
	for (size_t s = 1; s <= 10000; s++) {
		rig_report(&r, 5, (double)s, 2);
		tests += stops(&r, 5);
	}
	CHECK(tests > 100 && tests < 200);
	rig_drop(&r);
}

TEST(threshold_both_sides)
{
	struct rule_args a = args_plain();
	struct rig r;
	struct judgement j;

	check_error("threshold", a, "say min, max");
	a.has_min = a.has_max = true;
	a.min = 2;
	a.max = 2;
	check_error("threshold", a, "min must be below max");
	a.max = 5;
	a.min_steps = 2;
	CHECK(rig_open(&r, "threshold", a));
	RUN(&r, CURVE_RUNNING, 9);
	CHECK(!stops(&r, 0)); /* step 1 */
	rig_report(&r, 0, 2, 5);
	CHECK(!stops(&r, 0)); /* the limit itself is allowed */
	rig_report(&r, 0, 3, 5.5);
	CHECK(stops(&r, 0));
	CHECK_DOUBLE(rig_judge(&r, 0).threshold, 5, 0);
	rig_report(&r, 0, 4, 1);
	j = rig_judge(&r, 0);
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_DOUBLE(j.threshold, 2, 0);
	CHECK_INT(j.peers, 0);
	rig_drop(&r);
}

TEST(patience_counts_reports)
{
	struct rule_args a = args_plain();
	struct rig r;
	struct judgement j;

	check_error("patience", a, "at least 1");
	a.patience = 3;
	CHECK(rig_open(&r, "patience", a));
	RUN(&r, CURVE_RUNNING, 5, 4, 4, 4.5);
	CHECK(!stops(&r, 0));    /* two reports since the best */
	rig_report(&r, 0, 2, 4); /* in whatever order; an equal value is no better */
	j = rig_judge(&r, 0);
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_DOUBLE(j.threshold, 4, 0);
	CHECK_INT(j.peers, 3);
	rig_report(&r, 0, 6, 3.9);
	CHECK(!stops(&r, 0));
	rig_drop(&r);
	a.patience = 1;
	a.min_steps = 4;
	CHECK(rig_open(&r, "patience", a));
	RUN(&r, CURVE_RUNNING, 5, 6, 7);
	CHECK(!stops(&r, 0));
	rig_report(&r, 0, 4, 8);
	CHECK(stops(&r, 0));
	rig_drop(&r);
}

TEST(divergence_stops_at_once)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(3, 27, false)));
	RUN(&r, CURVE_RUNNING, 1, nan_, 1);
	CHECK(!judge_divergence(&r.curve[0], &j)); /* it has recovered */
	rig_report(&r, 0, 4, inf);
	CHECK(judge_divergence(&r.curve[0], &j));
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_STR(j.rule, "divergence");
	CHECK_DOUBLE(j.step, 4, 0);
	CHECK(isinf(j.value));
	rig_start(&r);
	CHECK(!judge_divergence(&r.curve[1], &j));
	rig_drop(&r);
}

/* ---- correlation, words, tables ---- */

TEST(correlation_of_ranks)
{
	struct rig r;
	size_t pairs;
	double effective;

	CHECK(rig_open(&r, "asha", asha(1, 3, false)));
	RUN(&r, CURVE_DONE, 1, 10);
	RUN(&r, CURVE_DONE, 2, 30);
	CHECK(isnan(rung_correlation(&r.all, 1, 2, NULL, &pairs, &effective)));
	CHECK_INT(pairs, 2);
	RUN(&r, CURVE_DONE, 3, 20);
	CHECK_DOUBLE(rung_correlation(&r.all, 1, 2, NULL, &pairs, &effective), 0.5,
	             1e-15);
	RUN(&r, CURVE_DONE, 4, 40);
	RUN(&r, CURVE_STOPPED, 0); /* has no second value */
	CHECK_DOUBLE(rung_correlation(&r.all, 1, 2, NULL, &pairs, &effective), 0.8,
	             1e-15);
	CHECK_INT(pairs, 4);
	RUN(&r, CURVE_DONE, nan_, inf); /* worst at both: 1 - 6 * 2 / (5 * 24) */
	CHECK_DOUBLE(rung_correlation(&r.all, 1, 2, NULL, &pairs, &effective), 0.9,
	             1e-15);
	RUN(&r, CURVE_DONE, 4, 40); /* ties share a rank, at both: 4.5 */
	CHECK_DOUBLE(rung_correlation(&r.all, 1, 2, NULL, &pairs, &effective),
	             32.0 / 34, 1e-14);
	CHECK(isnan(rung_correlation(&r.all, 2, 2.5, NULL, &pairs, &effective)));
	rig_drop(&r);
}

/* What was reported once, or at the end alone, says nothing of how a rung agrees with
 * the end. */
TEST(a_single_report_is_no_agreement)
{
	double effective;
	struct rig r;
	size_t pairs;

	CHECK(rig_open(&r, "asha", asha(1, 9, false)));
	for (size_t i = 0; i < 12; i++)
		rig_report(&r, rig_start(&r)->trial, 9, (double)i);
	CHECK(isnan(rung_correlation(&r.all, 1, 9, NULL, &pairs, &effective)));
	CHECK_INT(pairs, 0);
	for (size_t i = 0; i < 4; i++) {
		size_t run = rig_start(&r)->trial;

		rig_report(&r, run, i == 2 ? 5 : 4, (double)i);
		rig_report(&r, run, 9, (double)i);
	}
	CHECK_DOUBLE(rung_correlation(&r.all, 1, 9, NULL, &pairs, &effective), 1,
	             1e-15);
	CHECK_INT(pairs, 4);
	rig_drop(&r);
}

/* Weighing a run twice is having it twice; 0 leaves it out. */
TEST(correlation_of_weighted_ranks)
{
	static const double weight[] = {1, 2, 0, 1};
	struct rig r;
	size_t pairs;
	double effective, rho;
	struct stat_range range;

	CHECK(rig_open(&r, "asha", asha(1, 3, false)));
	RUN(&r, CURVE_DONE, 1, 20);
	RUN(&r, CURVE_DONE, 2, 10);
	RUN(&r, CURVE_DONE, 9, 1);
	RUN(&r, CURVE_DONE, 3, 30);
	rho = rung_correlation(&r.all, 1, 2, weight, &pairs, &effective);
	/* Ranks 0.5 2 2 3.5 and 2.5 1 1 3.5 (of four): 1.5 / sqrt(4.5 * 4.5). */
	CHECK_DOUBLE(rho, 1 / 3.0, 1e-15);
	CHECK_INT(pairs, 3);
	CHECK_DOUBLE(effective, 16.0 / 6, 1e-15);
	rig_drop(&r);
	range = correlation_interval(0.5, 28);
	CHECK_DOUBLE(atanh(range.high) - atanh(0.5),
	             1.959963984540054 * sqrt(1.125 / 25), 1e-12);
	CHECK_DOUBLE(atanh(0.5) - atanh(range.low),
	             1.959963984540054 * sqrt(1.125 / 25), 1e-12);
	range = correlation_interval(0.5, 3);
	CHECK(range.low == -1 && range.high == 1);
}

static void check_text(struct judgement j, double sign, const char *expected)
{
	struct str s = {0};

	judgement_text(&j, sign, &s);
	CHECK_STR(str_text(&s), expected);
	str_free(&s);
}

TEST(decisions_in_words)
{
	struct judgement j = {DECISION_STOP, "asha", 9, 9, 0.41, 0.25, 12};

	check_text(
	    j, 1,
	    "stopped at step 9 (rung 9): 0.41 is worse than 0.25, the limit from "
	    "12 runs");
	j.value = -0.25000001;
	j.threshold = -0.25000002;
	j.rule = "hyperband";
	j.step = 1234567;
	check_text(
	    j, -1,
	    "stopped at step 1234567 (band 9): 0.25000001 is worse than 0.25000002, "
	    "the limit from 12 runs");
	check_text((struct judgement){DECISION_PAUSE, "asha", 3, 3, 0, nan_, 0}, -1,
	           "paused at step 3 (rung 3): 0");
	check_text(
	    (struct judgement){DECISION_CONTINUE, "asha", 3, 3, 0.2, 0.2, 1}, 1,
	    "goes on at step 3 (rung 3): 0.2 is within 0.2, the limit from 1 run");
	check_text(
	    (struct judgement){DECISION_CONTINUE, "asha", nan_, nan_, nan_, nan_, 0}, 1,
	    "goes on");
	check_text(
	    (struct judgement){DECISION_STOP, "divergence", nan_, 5, nan_, nan_, 0}, 1,
	    "stopped at step 5: nan is not a finite number");
	check_text(
	    (struct judgement){DECISION_STOP, "divergence", nan_, 5, inf, nan_, 0}, -1,
	    "stopped at step 5: -inf is not a finite number");
	check_text((struct judgement){DECISION_STOP, "patience", nan_, 9, 3, 2, 4}, 1,
	           "converged at step 9: nothing better than 2 in 4 reports");
	check_text((struct judgement){DECISION_STOP, "threshold", nan_, 9, 3, 2, 0}, 1,
	           "stopped at step 9: 3 is above 2, the limit");
	check_text((struct judgement){DECISION_STOP, "threshold", nan_, 9, 3, 2, 0}, -1,
	           "stopped at step 9: -3 is below -2, the limit");
	check_text(
	    (struct judgement){DECISION_STOP, "median", nan_, 9, 3, 2, 5}, 1,
	    "stopped at step 9: its best, 3, is worse than 2, the median of 5 runs");
}

TEST(rungs_for_a_person)
{
	struct rig r;
	struct str s = {0};

	CHECK(rig_open(&r, "asha", asha(9, 81, false)));
	r.rule->describe(r.state, &s);
	CHECK_STR(
	    str_text(&s),
	    "A run is compared when it crosses a rung; the best 1/3 of the runs that "
	    "came there go on,\nthe others are stopped. With fewer than 3 others at "
	    "the "
	    "rung it always goes on.\n"
	    "rung      step  still running  a run stopped here  all so far (cost, % of "
	    "full runs)\n"
	    "   1         9         33.3 %              11.1 %      11.1 %\n"
	    "   2        27         11.1 %              33.3 %      18.5 %\n"
	    " end        81         11.1 %             100.0 %      25.9 %\n");
	str_clear(&s);
	rig_drop(&r);
	for (size_t i = 0; rules[i]; i++) {
		struct rule_args a = asha(nan_, 81, false);

		a.min_iter = 3;
		a.patience = 2;
		a.has_max = true;
		CHECK(rig_open(&r, rules[i]->name, a));
		r.rule->describe(r.state, &s);
		CHECK(s.len > 20 && s.s[s.len - 1] == '\n');
		CHECK(rule_find(rules[i]->name) == rules[i]);
		str_clear(&s);
		rig_drop(&r);
	}
	CHECK(!rule_find("hyper"));
	str_free(&s);
}

/* ---- properties ---- */

TEST(control_is_never_stopped_and_a_peer)
{
	static const char *const names[] = {"hyperband", "asha", "median", "patience",
	                                    "threshold"};
	struct rule_args a = asha(4, 40, false);
	struct judgement j;

	a.min_iter = 4;
	a.patience = 1;
	a.has_max = true;
	a.max = 5;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct rig r;

		CHECK(rig_open(&r, names[k], a));
		for (size_t i = 0; i < 8; i++)
			rig_flat(&r, CURVE_RUNNING, 4, 1);
		rig_flat(&r, CURVE_RUNNING, 4, 9);
		CHECK(stops(&r, 8));
		r.curve[8].control = true;
		CHECK_INT(rig_judge(&r, 8).decision, DECISION_CONTINUE);
		rig_report(&r, 8, 5, nan_);
		CHECK(!judge_divergence(&r.curve[8], &j));
		rig_drop(&r);
	}
	{
		struct rig r;

		CHECK(rig_open(&r, "asha", a));
		for (size_t i = 0; i < 4; i++) {
			rig_flat(&r, CURVE_RUNNING, 4, 1);
			r.curve[i].control = true;
		}
		rig_flat(&r, CURVE_RUNNING, 4, 2);
		CHECK(stops(&r, 4));
		rig_drop(&r);
	}
	{
		struct rig r;

		CHECK(rig_open(&r, "asha", asha(3, 27, true)));
		rig_flat(&r, CURVE_RUNNING, 5, 1);
		CHECK_INT(rig_judge(&r, 0).decision, DECISION_PAUSE);
		r.curve[0].control = true;
		CHECK_INT(rig_judge(&r, 0).decision, DECISION_CONTINUE);
		rig_drop(&r);
	}
}

TEST(rising_or_not_is_the_same)
{
	static const char *const names[] = {"hyperband", "asha", "median", "patience"};
	struct rule_args a = asha(2, 60, false);

	a.min_iter = 2;
	a.patience = 4;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct rig r;

		CHECK(rig_open(&r, names[k], a));
		for (size_t i = 0; i < 12; i++)
			for (size_t s = 1, run = rig_start(&r)->trial;
			     s <= 6 * (i % 3 + 1); s++)
				rig_report(&r, run, (double)s,
				           rng_unit(1, i, RNG_MODEL, (uint32_t)s));
		for (size_t i = 0; i < 12; i++) {
			struct judgement fast = rig_judge(&r, i);

			CHECK(r.curve[i].rising);
			for (size_t c = 0; c < 12; c++)
				r.curve[c].rising = false;
			same_judgement(fast, rig_judge(&r, i));
			for (size_t c = 0; c < 12; c++)
				r.curve[c].rising = true;
		}
		rig_drop(&r);
	}
}

/* Random curves of random trials that report in a random order, each judged at each
 * report, as in a search with many slots. */
struct race {
	double quality[300];
	size_t crossed, passed;
	bool best_stopped;
};

static void race_step(struct rig *r, struct race *race, uint64_t seed, size_t i)
{
	struct curve *c = &r->curve[i];
	double step = (double)(c->n + 1);
	struct judgement j;
	double best = inf;

	rig_report(r, i, step,
	           race->quality[i] +
	               0.3 * rng_unit(seed, i, RNG_MODEL, (uint32_t)c->n) / step);
	j = rig_judge(r, i);
	if (j.peers > 9) {
		race->crossed++;
		race->passed += j.decision == DECISION_CONTINUE;
	}
	for (size_t k = 0; k < r->all.n; k++)
		if (k != i && r->curve[k].n >= c->n &&
		    r->curve[k].points[c->n - 1].value < best)
			best = r->curve[k].points[c->n - 1].value;
	if (j.decision == DECISION_STOP) {
		race->best_stopped |= c->points[c->n - 1].value < best;
		c->state = CURVE_STOPPED;
	} else if (c->n == 27) {
		c->state = CURVE_DONE;
	}
}

static void run_race(const char *rule, struct rule_args a, uint64_t seed,
                     struct race *race)
{
	struct rig r;
	uint32_t turn = 0;

	CHECK(rig_open(&r, rule, a));
	for (size_t i = 0; i < 300; i++) {
		rig_start(&r);
		race->quality[i] = rng_unit(seed, i, RNG_POINT, 0);
	}
	for (size_t left = 300; left > 0;) {
		size_t i = rng_below(seed, 0, RNG_PICK, turn++, 300);

		if (r.curve[i].state != CURVE_RUNNING)
			continue;
		race_step(&r, race, seed, i);
		left -= r.curve[i].state != CURVE_RUNNING;
	}
	rig_drop(&r);
}

TEST(property_the_best_at_a_rung_is_never_stopped)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct race race = {0};
		double share;

		run_race("asha", asha(1, 27, false), seed, &race);
		CHECK(!race.best_stopped);
		share = (double)race.passed / (double)race.crossed;
		CHECK(share > 0.25 && share < 0.45);
	}
}

TEST(property_wandb_stops_no_best_run_and_many_others)
{
	struct race race = {0};
	struct rule_args a = args_plain();

	a.min_iter = 1;
	run_race("hyperband", a, 3, &race);
	CHECK(!race.best_stopped);
	CHECK(race.passed < race.crossed);
}

TEST(property_same_curves_same_judgement_in_any_order_of_the_list)
{
	static const char *const names[] = {"hyperband", "asha", "hyperband_brackets",
	                                    "median", "patience"};
	struct rule_args a = asha(2, 30, false);

	a.min_iter = 2;
	a.patience = 3;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		struct rig r;
		struct judgement first[40];

		CHECK(rig_open(&r, names[k], a));
		for (size_t i = 0; i < 40; i++) {
			size_t n = rng_below(k, i, RNG_MODEL, 0, 9) + 1;

			rig_start(&r);
			for (size_t s = 1; s <= n; s++)
				rig_report(
				    &r, i, (double)s,
				    floor(9 * rng_unit(k, i, RNG_POINT, (uint32_t)s)));
		}
		for (size_t i = 0; i < 40; i++)
			first[i] = rig_judge(&r, i);
		for (size_t i = 0; i < 40; i++)
			r.list[i] = &r.curve[(i * 7 + 3) % 40];
		for (size_t i = 0; i < 40; i++)
			same_judgement(rig_judge(&r, i), first[(i * 7 + 3) % 40]);
		rig_drop(&r);
	}
}

TEST_MAIN(median_of_an_even_number_of_peers, median_by_hand, median_tie_goes_on,
          median_warm_up_and_peers, median_tests_long_curves_now_and_then,
          threshold_both_sides, patience_counts_reports, divergence_stops_at_once,
          correlation_of_ranks, correlation_of_weighted_ranks,
          a_single_report_is_no_agreement, decisions_in_words, rungs_for_a_person,
          control_is_never_stopped_and_a_peer, rising_or_not_is_the_same,
          property_the_best_at_a_rung_is_never_stopped,
          property_wandb_stops_no_best_run_and_many_others,
          property_same_curves_same_judgement_in_any_order_of_the_list)
