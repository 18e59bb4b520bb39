/* asha and Hyperband's brackets: rungs, comparisons at them, promotions on curves made
 * by hand, the table of the Hyperband paper. */
#include "curves.h"
#include "schedule/ladder.h"
#include "schedule/ranked.h"

/* ---- ladders ---- */

TEST(asha_rungs)
{
	struct rule_args a = asha(1, 9, false);

	check_rungs("asha", asha(1, 81, false), 100, "1 3 9 27");
	check_rungs("asha", asha(2, 50, false), 100, "2 6 18");
	check_rungs("asha", asha(3, nan_, false), 3, "3 9 27");
	check_rungs("asha", asha(0.5, 4.5, false), 9, "0.5 1.5");
	/* The lowest rung is a tenth of the whole by default, or more. */
	check_rungs("asha", asha(nan_, 81, false), 100, "9 27");
	check_rungs("asha", asha(nan_, 100, false), 100, "11 33");
	check_rungs("asha", asha(nan_, 5, false), 100, "2");
	check_rungs("asha", asha(nan_, 2, false), 100, "1");
	a.min_steps = 2;
	check_rungs("asha", a, 100, "3");
	a = asha(1, nan_, false);
	a.max_iter = 9;
	check_rungs("asha", a, 100, "1 3");
	a.grace = nan_;
	a.min_iter = 2;
	check_rungs("asha", a, 100, "2 6");
	a = asha(1, 9, false);
	a.eta = 1.5; /* 1, 1.5, 2.25, 3.375, 5.06, 7.6: to whole steps, each once */
	check_rungs("asha", a, 100, "1 2 3 5 8");
	a.eta = 20;
	a.grace = nan_;
	a.resource_max = 30;
	check_rungs("asha", a, 100, "3");
}

TEST(asha_bad_arguments)
{
	struct rule_args a = asha(9, 9, false);

	check_error("asha", a, "lies below the full budget");
	check_error("asha", asha(nan_, nan_, false), "where is the first rung");
	check_error("asha", asha(1, nan_, true), "promotion must know");
	check_error("asha", asha(0, 9, false), "grace must be above 0");
	check_error("asha", asha(1, -9, false), "full budget must be");
}

TEST(asha_too_many_rungs)
{
	struct rule_args a = asha(0.001, 1, false);

	a.eta = 1.01;
	check_error("asha", a, "more than 100 rungs");
	a.grace = nan_;
	check_error("asha", a, "more than 100 rungs");
}

TEST(asha_compares_once_at_the_crossing)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(3, 27, false)));
	for (size_t i = 0; i < 5; i++)
		rig_flat(&r, CURVE_RUNNING, 3, (double)i);
	j = rig_judge(&r, 4); /* five there, one goes on */
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_DOUBLE(j.rung, 3, 0);
	CHECK_DOUBLE(j.step, 3, 0);
	CHECK_DOUBLE(j.value, 4, 0);
	CHECK_DOUBLE(j.threshold, 0, 0);
	CHECK_INT(j.peers, 5);
	rig_report(&r, 4, 4, 9);
	CHECK(!stops(&r, 4)); /* between rungs nothing is decided */
	CHECK_INT(rig_judge(&r, 4).peers, 0);
	rig_flat(&r, CURVE_RUNNING, 3, 0.5);
	CHECK(!stops(&r, 5)); /* second of six: floor(6 / 3) */
	rig_flat(&r, CURVE_RUNNING, 2, 99);
	CHECK_INT(rig_judge(&r, 6).peers, 0); /* below the first rung */
	rig_drop(&r);
}

TEST(asha_gives_the_first_runs_time)
{
	struct rule_args a = asha(1, 27, false);
	struct rig r;

	CHECK(rig_open(&r, "asha", a));
	for (size_t i = 0; i < 5; i++) {
		rig_flat(&r, CURVE_RUNNING, 1, (double)i);
		CHECK(stops(&r, i) == (i >= 3)); /* three others by default: eta */
	}
	CHECK(isnan(rig_judge(&r, 0).threshold) == false);
	rig_drop(&r);
	a.min_trials = 1;
	CHECK(rig_open(&r, "asha", a));
	rig_flat(&r, CURVE_RUNNING, 1, 0);
	CHECK(!stops(&r, 0));
	CHECK(isnan(rig_judge(&r, 0).threshold));
	rig_flat(&r, CURVE_RUNNING, 1, 1);
	CHECK(stops(&r, 1));
	rig_drop(&r);
}

TEST(asha_ties_go_on)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 27, false)));
	for (size_t i = 0; i < 9; i++)
		rig_flat(&r, CURVE_RUNNING, 1, 0.5);
	for (size_t i = 0; i < 9; i++)
		CHECK(!stops(&r, i));
	rig_flat(&r, CURVE_RUNNING, 1, 0.50001);
	CHECK(stops(&r, 9));
	rig_drop(&r);
}

TEST(asha_skipped_rungs_count_as_reached)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(1, 81, false)));
	for (size_t i = 0; i < 4; i++)
		rig_flat(&r, CURVE_RUNNING, 9, 1);
	rig_start(&r);
	rig_report(&r, 4, 0.5, 7);
	CHECK_INT(rig_judge(&r, 4).peers, 0);
	rig_report(&r, 4, 12.5, 2); /* over rungs 1, 3 and 9 at once */
	j = rig_judge(&r, 4);
	CHECK_INT(j.decision, DECISION_STOP);
	CHECK_DOUBLE(j.rung, 9, 0);
	CHECK_DOUBLE(j.step, 12.5, 0);
	rig_flat(&r, CURVE_RUNNING, 3, 0);
	CHECK_INT(rig_judge(&r, 5).peers, 6); /* it is there at rung 3 too */
	rig_drop(&r);
}

TEST(asha_reports_repeated_and_out_of_order)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(3, 81, false)));
	for (size_t i = 0; i < 4; i++)
		rig_flat(&r, CURVE_RUNNING, 4, 1);
	rig_start(&r);
	rig_report(&r, 4, 2, 5);
	rig_report(&r, 4, 4, 3); /* crosses 3 */
	CHECK(!r.curve[4].rising || r.curve[4].n == 2);
	CHECK_DOUBLE(rig_judge(&r, 4).value, 3, 0);
	rig_report(&r, 4, 3, 9); /* late: the rung has been crossed */
	CHECK(!stops(&r, 4));
	CHECK(!r.curve[4].rising);
	rig_report(&r, 4, 3, 0.5);  /* again: the last report of a step counts */
	rig_report(&r, 4, nan_, 0); /* without a step */
	CHECK(!stops(&r, 4));
	rig_flat(&r, CURVE_RUNNING, 3, 0.7);
	j = rig_judge(&r, 5);
	CHECK_INT(j.decision, DECISION_CONTINUE);
	CHECK_INT(j.peers, 6);
	CHECK_DOUBLE(j.threshold, 0.7, 0); /* floor(6 / 3) of 0.5, 0.7, 1, … */
	rig_drop(&r);
}

TEST(asha_nan_is_worst)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 27, false)));
	for (size_t i = 0; i < 4; i++)
		rig_flat(&r, CURVE_FAILED, 1, i % 2 ? nan_ : -inf);
	rig_flat(&r, CURVE_RUNNING, 1, 1e308);
	CHECK(!stops(&r, 4));
	CHECK_DOUBLE(rig_judge(&r, 4).threshold, 1e308, 0);
	rig_flat(&r, CURVE_RUNNING, 1, nan_);
	rig_flat(&r, CURVE_RUNNING, 1, 1);
	CHECK(!stops(&r, 6));
	CHECK(stops(&r, 5)); /* floor(7 / 3) = 2: the limit is 1e308 */
	rig_drop(&r);
}

TEST(asha_smooths)
{
	struct rule_args a = asha(3, 27, false);
	struct rig r;

	a.smooth = 2;
	CHECK(rig_open(&r, "asha", a));
	for (size_t i = 0; i < 4; i++)
		RUN(&r, CURVE_RUNNING, 9, 2, 2);
	RUN(&r, CURVE_RUNNING, 9, 3, 0);
	CHECK_DOUBLE(rig_judge(&r, 4).value, 1.5, 0);
	CHECK(!stops(&r, 4));
	rig_drop(&r);
}

/* ---- promotion ---- */

TEST(promote_pauses_at_the_budget)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(3, 27, true)));
	rig_flat(&r, CURVE_RUNNING, 2, 0.5);
	CHECK_DOUBLE(r.curve[0].budget, 3, 0);
	CHECK_INT(rig_judge(&r, 0).decision, DECISION_CONTINUE);
	rig_report(&r, 0, 3, 0.25);
	j = rig_judge(&r, 0);
	CHECK_INT(j.decision, DECISION_PAUSE);
	CHECK_DOUBLE(j.rung, 3, 0);
	CHECK_DOUBLE(j.value, 0.25, 0);
	rig_report(&r, 0, 4, 0.2); /* its last report, printed while being held */
	CHECK_INT(rig_judge(&r, 0).decision, DECISION_PAUSE);
	CHECK_DOUBLE(rig_judge(&r, 0).value, 0.25, 0);
	r.curve[0].budget = 27; /* the full one */
	rig_report(&r, 0, 27, 0.1);
	CHECK_INT(rig_judge(&r, 0).decision, DECISION_CONTINUE);
	rig_drop(&r);
}

/* Brings a run to a rung and holds it there. */
static void hold(struct rig *r, size_t i, double budget, double value)
{
	r->curve[i].budget = budget;
	rig_report(r, i, budget, value);
	r->curve[i].state = CURVE_PAUSED;
}

static void check_promotion(struct rig *r, size_t curve, double budget)
{
	struct promotion p = {0};

	CHECK(r->rule->promote(r->state, &r->all, &p));
	CHECK_INT(p.curve, curve);
	CHECK_DOUBLE(p.budget, budget, 0);
	CHECK_INT(p.why.decision, DECISION_CONTINUE);
	CHECK(p.why.value <= p.why.threshold);
	r->curve[p.curve].state = CURVE_RUNNING;
	r->curve[p.curve].budget = p.budget;
}

static bool promotes(const struct rig *r)
{
	struct promotion p;

	return r->rule->promote(r->state, &r->all, &p);
}

TEST(promote_by_hand)
{
	struct rig r;

	/* Rungs 1, 3; eta 3, full budget 9. */
	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 9; i++)
		rig_start(&r);
	hold(&r, 0, 1, 0.9);
	hold(&r, 1, 1, 0.8);
	CHECK(!promotes(&r)); /* floor(2 / 3) = 0 */
	hold(&r, 2, 1, 0.7);
	check_promotion(&r, 2, 3);
	CHECK(!promotes(&r)); /* one of three has gone on */
	hold(&r, 3, 1, 0.6);
	check_promotion(&r, 3, 3); /* four there: the best one, again */
	hold(&r, 4, 1, 0.95);
	hold(&r, 5, 1, 0.99);
	CHECK(!promotes(&r)); /* two of six have */
	hold(&r, 2, 3, 0.5);
	hold(&r, 3, 3, 0.4);
	CHECK(!promotes(&r));
	hold(&r, 6, 1, 0.1);
	check_promotion(&r, 6, 3);
	hold(&r, 6, 3, 0.3);
	/* The highest rung first: of 0.5, 0.4, 0.3 at rung 3 the best goes to the end.
	 */
	check_promotion(&r, 6, inf);
	hold(&r, 7, 1, 0.92);
	hold(&r, 8, 1, 0.91);
	CHECK(!promotes(&r)); /* 0.1, 0.6 and 0.7 of nine have gone on */
	rig_drop(&r);
}

TEST(promote_the_highest_rung_first)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 9; i++) {
		rig_start(&r);
		rig_report(&r, i, 1, (double)i);
		hold(&r, i, i < 3 ? 3 : 1, (double)i);
	}
	rig_start(&r);
	hold(&r, 9, 1, -1); /* and one at rung 1 that is better than all */
	check_promotion(&r, 0, inf);
	check_promotion(&r, 9, 3);
	CHECK(!promotes(&r));
	rig_drop(&r);
}

TEST(promote_failed_runs_block_nobody)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 3; i++) {
		rig_start(&r);
		hold(&r, i, 1, (double)i);
	}
	r.curve[0].state = CURVE_FAILED;
	check_promotion(&r, 1, 3);
	rig_start(&r);
	rig_report(&r, 3, 1, nan_);
	r.curve[3].state = CURVE_STOPPED;
	CHECK(!promotes(&r));
	rig_drop(&r);
}

TEST(promote_never_a_diverged_run)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 6; i++) {
		rig_start(&r);
		hold(&r, i, 1, i < 5 ? nan_ : 3);
	}
	check_promotion(&r, 5, 3);
	CHECK(!promotes(&r));
	rig_drop(&r);
}

TEST(promote_takes_up_the_rest_at_the_end)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 27, true)));
	for (size_t i = 0; i < 2; i++) {
		rig_start(&r);
		hold(&r, i, 1, 2 - (double)i);
	}
	CHECK(!promotes(&r));
	r.all.last = true;
	check_promotion(&r, 1, 3);
	hold(&r, 1, 3, 1);
	check_promotion(&r, 1, 9);
	hold(&r, 1, 9, 1);
	check_promotion(&r, 1, inf);
	r.curve[1].state = CURVE_DONE;
	CHECK(!promotes(&r));
	rig_drop(&r);
}

TEST(promote_runs_that_report_less_often)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(3, 27, true)));
	for (size_t i = 0; i < 3; i++) {
		rig_start(&r);
		rig_report(&r, i, 2,
		           1 + (double)i); /* nothing at 3; it ended by itself */
	}
	CHECK(!promotes(&r));
	for (size_t i = 0; i < 3; i++)
		r.curve[i].state = CURVE_PAUSED;
	check_promotion(&r, 0, 9);
	rig_drop(&r);
}

/* Without a checkpoint a promoted run counts its steps from 1 again. */
TEST(promote_a_run_that_starts_again)
{
	struct rig r;
	struct judgement j;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 3; i++) {
		rig_start(&r);
		hold(&r, i, 1, (double)i);
	}
	check_promotion(&r, 0, 3);
	for (size_t s = 1; s <= 3; s++) {
		CHECK_INT(rig_judge(&r, 0).decision, DECISION_CONTINUE);
		rig_report(&r, 0, (double)s, 5);
	}
	j = rig_judge(&r, 0);
	CHECK_INT(j.decision, DECISION_PAUSE);
	CHECK_DOUBLE(j.rung, 3, 0);
	CHECK_DOUBLE(j.step, 3, 0);
	r.curve[0].state = CURVE_PAUSED;
	/* What it reported at rung 1 is now the worst there: another one may go. */
	check_promotion(&r, 1, 3);
	rig_drop(&r);
}

TEST(promote_control_takes_its_place)
{
	struct rig r;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 3; i++) {
		rig_start(&r);
		hold(&r, i, 1, (double)i);
	}
	r.curve[0].control = true;
	r.curve[0].budget = inf;
	r.curve[0].state = CURVE_RUNNING;
	CHECK(!promotes(&r)); /* the best third is on its way already */
	rig_drop(&r);
}

TEST(promotion_ignores_the_order_of_the_list)
{
	struct rig r;
	struct promotion p, q;

	CHECK(rig_open(&r, "asha", asha(1, 9, true)));
	for (size_t i = 0; i < 12; i++) {
		rig_start(&r);
		hold(&r, i, 1, 0.5); /* all alike: the lowest trial goes first */
	}
	CHECK(r.rule->promote(r.state, &r.all, &p));
	CHECK_INT(r.list[p.curve]->trial, 0);
	for (size_t i = 0; i < 12; i++)
		r.list[i] = &r.curve[11 - i];
	CHECK(r.rule->promote(r.state, &r.all, &q));
	CHECK_INT(r.list[q.curve]->trial, 0);
	CHECK_DOUBLE(p.why.threshold, q.why.threshold, 0);
	rig_drop(&r);
}

TEST(promotion_needs_no_more_than_the_pool)
{
	struct rig r;
	size_t to[4] = {0};

	/* Everything is held as soon as it comes to its budget; random values. */
	CHECK(rig_open(&r, "asha", asha(1, 27, true)));
	for (size_t i = 0; i < 270; i++) {
		rig_start(&r);
		hold(&r, i, 1, rng_unit(7, i, RNG_MODEL, 0));
		to[0]++;
		for (struct promotion p; r.rule->promote(r.state, &r.all, &p);) {
			bool end = isinf(p.budget);

			to[end ? 3 : p.budget < 5 ? 1 : 2]++;
			if (end) {
				r.curve[p.curve].state = CURVE_DONE;
				r.curve[p.curve].budget = inf;
			} else {
				hold(&r, p.curve, p.budget, p.why.value);
			}
		}
	}
	/* At least a third of each rung; a few more that looked good when it was young.
	 */
	CHECK(to[1] >= 90 && to[1] <= 120);
	CHECK(to[2] >= 30 && to[2] <= 55);
	CHECK(to[3] >= 10 && to[3] <= 30);
	rig_drop(&r);
}

/* ---- Hyperband's brackets ---- */

/* Table 1 of Li et al. 2017: R = 81, eta = 3. */
TEST(hyperband_table_of_the_paper)
{
	struct rig r;
	struct str s = {0};

	CHECK(rig_open(&r, "hyperband_brackets", asha(1, 81, false)));
	r.rule->describe(r.state, &s);
	CHECK(strstr(
	    str_text(&s),
	    "81 to step 1, 27 to step 3, 9 to step 9, 3 to step 27, 1 to step 81\n"));
	CHECK(strstr(str_text(&s),
	             "  34 to step 3, 11 to step 9, 3 to step 27, 1 to step 81\n"));
	CHECK(strstr(str_text(&s), "  15 to step 9, 5 to step 27, 1 to step 81\n"));
	CHECK(strstr(str_text(&s), "  8 to step 27, 2 to step 81\n"));
	CHECK(strstr(str_text(&s), "  5 to step 81\n"));
	str_free(&s);
	rig_drop(&r);
	check_rungs("hyperband_brackets", asha(1, 81, false), 100, "1 3 9 27");
	check_rungs("hyperband_brackets", asha(3, 81, false), 100, "3 9 27");
	check_rungs("hyperband_brackets", asha(4, 81, false), 100, "9 27");
	check_rungs("hyperband_brackets", asha(nan_, 81, false), 100, "9 27");
	check_error("hyperband_brackets", asha(3, nan_, false), "full budget of a run");
	check_error("hyperband_brackets", asha(50, 81, false), "lies below");
}

TEST(hyperband_deals_trials_in_proportion)
{
	static const double runs[] = {81, 34, 15, 8, 5}; /* of 143 */
	static const double first[] = {1, 3, 9, 27};
	struct rig r;
	size_t dealt[5] = {0};

	CHECK(rig_open(&r, "hyperband_brackets", asha(1, 81, true)));
	for (uint64_t t = 0; t < 1430; t++) {
		double budget = r.rule->first_budget(r.state, t);
		size_t b = 0;

		while (b < 4 && budget != first[b])
			b++;
		CHECK(b < 4 || isinf(budget));
		dealt[b]++;
		for (size_t k = 0; k < 5; k++)
			CHECK_DOUBLE((double)dealt[k], (double)(t + 1) * runs[k] / 143,
			             3);
	}
	rig_drop(&r);
}

TEST(hyperband_brackets_race_apart)
{
	struct rig r;
	size_t at_first[3] = {0};

	/* Rungs 9, 27; brackets from 9, from 27, and to the end. */
	CHECK(rig_open(&r, "hyperband_brackets", asha(nan_, 81, false)));
	for (size_t i = 0; i < 60; i++) {
		size_t b = ladder_bracket(r.state, i);
		struct judgement j;

		rig_flat(&r, CURVE_RUNNING, 9, (double)i);
		at_first[b]++;
		j = rig_judge(&r, i);
		CHECK_INT(j.peers, b == 0 ? at_first[0] : 0);
		CHECK(b == 0 || j.decision == DECISION_CONTINUE);
		for (size_t s = 10; s <= 27; s++)
			rig_report(&r, i, (double)s, (double)i);
		j = rig_judge(&r, i);
		CHECK_INT(j.peers, b < 2 ? at_first[b] : 0);
		CHECK((j.decision == DECISION_STOP) == (b < 2 && at_first[b] > 3));
	}
	CHECK(at_first[0] > at_first[1] && at_first[1] > at_first[2] &&
	      at_first[2] > 8);
	rig_drop(&r);
}

TEST(hyperband_promotes_within_a_bracket)
{
	struct rig r;
	struct promotion p;
	size_t first = 0;

	CHECK(rig_open(&r, "hyperband_brackets", asha(nan_, 81, true)));
	for (size_t i = 0; first < 3; i++) {
		struct curve *c = rig_start(&r);

		if (c->budget == 27) { /* the second bracket: better than all */
			hold(&r, i, 27, -(double)i);
		} else if (c->budget == 9) {
			hold(&r, i, 9, (double)i);
			first++;
		}
	}
	/* The second bracket has too few as yet; the first has three. */
	CHECK(r.rule->promote(r.state, &r.all, &p));
	CHECK_INT(p.curve, 0);
	CHECK_DOUBLE(p.budget, 27, 0);
	CHECK_INT(p.why.peers, 3);
	rig_drop(&r);
}

/* Places against an array that is sorted again each time. */
TEST(places_stay_in_order)
{
	struct ranked p = {0};
	static struct at_rung all[3000];
	size_t n = 0;

	for (uint64_t i = 0; i < 6000; i++) {
		size_t k = n ? (size_t)rng_below(1, i, RNG_PICK, 0, n) : 0;
		struct at_rung x = {.value = (double)rng_below(1, i, RNG_PICK, 1, 50),
		                    .trial = i};

		if (n == ARRAY_LEN(all) ||
		    (n && rng_unit(1, i, RNG_PICK, 2) < (i < 3000 ? 0.2 : 0.8))) {
			ranked_remove(&p, &all[k]);
			all[k] = all[--n];
		} else {
			ranked_add(&p, &x);
			all[n++] = x;
		}
		CHECK_INT(p.n, n);
		if (i % 100)
			continue;
		qsort(all, n, sizeof *all, place_compare);
		for (size_t j = 0; j < n; j++) {
			CHECK_INT(ranked_get(&p, j)->trial, all[j].trial);
			CHECK_INT(ranked_before(&p, &all[j]), j);
		}
	}
	ranked_free(&p);
	CHECK_INT(ranked_before(&p, &all[0]), 0);
}

static void same_promotion(struct rig *r, void *memory, bool last)
{
	struct curves with = r->all;
	struct promotion a = {0}, b = {0};
	bool found;

	r->all.last = with.last = last;
	with.memory = memory;
	found = r->rule->promote(r->state, &r->all, &a);
	CHECK_INT(r->rule->promote(r->state, &with, &b), found);
	r->all.last = false;
	if (!found)
		return;
	CHECK_INT(a.curve, b.curve);
	same_number(a.budget, b.budget);
	same_judgement(a.why, b.why);
}

/* Whatever happens to the curves, a rule with a memory says what it says without. */
static void remembers(const char *rule, bool promote, size_t smooth, uint64_t seed)
{
	struct rule_args args = asha(1, 27, promote);
	struct curves with;
	struct rig r;
	void *memory;

	args.smooth = smooth;
	CHECK(rig_open(&r, rule, args));
	memory = r.rule->remember(r.state);
	for (uint64_t i = 0; i < 1500; i++) {
		bool more = r.all.n < 100 && rng_unit(seed, i, RNG_PICK, 0) < 0.1;
		size_t k;
		struct curve *c;
		double what = rng_unit(seed, i, RNG_PICK, 1), next;
		struct judgement j;

		if (more || !r.all.n)
			rig_start(&r);
		k = more ? r.all.n - 1
		         : (size_t)rng_below(seed, i, RNG_PICK, 2, r.all.n);
		c = &r.curve[k];
		next = c->n ? c->points[c->n - 1].step + 1 : 1;
		if (what < 0.7)
			rig_report(&r, k,
			           what < 0.03  ? 2
			           : what < 0.1 ? next + 4
			                        : next,
			           what < 0.02
			               ? nan_
			               : floor(10 * rng_unit(seed, i, RNG_PICK, 3)));
		else if (what < 0.75)
			c->state = CURVE_FAILED;
		else if (what < 0.8)
			c->state = CURVE_STOPPED;
		else if (what < 0.9)
			c->state = CURVE_PAUSED;
		else if (what < 0.95)
			c->n /= 2; /* as when a run begins again */
		else
			c->budget *= 3;
		r.rule->changed(memory, k);
		if (i % 3)
			continue;
		with = r.all;
		with.memory = memory;
		r.rule->judge(r.state, &with, k, &j);
		same_judgement(rig_judge(&r, k), j);
		if (promote) {
			same_promotion(&r, memory, false);
			same_promotion(&r, memory, true);
		}
	}
	r.rule->forget(memory);
	rig_drop(&r);
}

TEST(memory_changes_no_answer)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		remembers("asha", false, seed % 3, seed);
		remembers("asha", true, seed % 3, seed);
		remembers("hyperband_brackets", false, 0, seed);
		remembers("hyperband_brackets", true, 2, seed);
	}
}

TEST_MAIN(promote_the_highest_rung_first, promote_a_run_that_starts_again, asha_rungs,
          asha_bad_arguments, asha_too_many_rungs, asha_compares_once_at_the_crossing,
          asha_gives_the_first_runs_time, asha_ties_go_on,
          asha_skipped_rungs_count_as_reached, asha_reports_repeated_and_out_of_order,
          asha_nan_is_worst, asha_smooths, promote_pauses_at_the_budget,
          promote_by_hand, promote_failed_runs_block_nobody,
          promote_never_a_diverged_run, promote_takes_up_the_rest_at_the_end,
          promote_runs_that_report_less_often, promote_control_takes_its_place,
          promotion_ignores_the_order_of_the_list,
          promotion_needs_no_more_than_the_pool, hyperband_table_of_the_paper,
          hyperband_deals_trials_in_proportion, hyperband_brackets_race_apart,
          hyperband_promotes_within_a_bracket, places_stay_in_order,
          memory_changes_no_answer)
