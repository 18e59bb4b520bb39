/* From the runs of a verification to what is said of them. */
#include "noise.h"
#include "search/judge.h"
#include "test.h"

enum { REPEATS = 5, MOST = 20 };

struct bench {
	struct arena a;
	struct verdict v;
	struct candidate c[4];
	struct verdict_use uses[4];
};

static void make_runs(struct bench *b, size_t c, enum phase p)
{
	struct run *runs = arena_new(&b->a, MOST, sizeof *runs);

	b->c[c].runs[p] = arena_new(&b->a, MOST, sizeof(struct run *));
	for (size_t r = 0; r < MOST; r++)
		b->c[c].runs[p][r] = &runs[r];
}

/* Candidates 0, 1, 2 and the defaults, 3; less is better. */
static void init(struct bench *b, bool has_test)
{
	*b = (struct bench){0};
	b->v = (struct verdict){.wanted = true,
	                        .has_test = has_test,
	                        .candidates = b->c,
	                        .n = 4,
	                        .baseline = 3,
	                        .test_repeats = REPEATS,
	                        .spread = 10,
	                        .uses = b->uses,
	                        .metric = {.name = "m"},
	                        .test_metric = {.name = "m"}};
	for (size_t i = 0; i < 4; i++) {
		b->c[i] = (struct candidate){
		    .key = i + 10, .is_baseline = i == 3, .search_value = (double)i};
		for (int p = 0; p < PHASES; p++)
			make_runs(b, i, (enum phase)p);
		b->c[i].n_runs[PHASE_RERUN] = REPEATS;
	}
}

static void end_run(struct bench *b, size_t c, enum phase p, size_t r, double value)
{
	struct run *run = b->c[c].runs[p][r];

	run->state = RUN_FINISHED;
	run->outcome = isfinite(value) ? OUTCOME_OK : OUTCOME_FAILED;
	run->value = value;
	if (b->c[c].n_runs[p] <= r)
		b->c[c].n_runs[p] = r + 1;
}

/* Re-runs with noise: candidate i is worth mean[i]. */
static void rerun(struct bench *b, const double *mean)
{
	for (size_t c = 0; c < 4; c++)
		for (size_t r = 0; r < REPEATS; r++)
			end_run(b, c, PHASE_RERUN, r,
			        mean[c] + 0.1 * noise_normal(41, c, (uint32_t)r));
}

static void say(struct bench *b)
{
	judge(&b->v, &b->a);
}

static void done(struct bench *b)
{
	arena_free(&b->a);
}

static const double usual[] = {2, 1, 3, 4};

TEST(the_test_data_are_met_after_the_ledger)
{
	struct bench b;

	init(&b, true);
	say(&b);
	CHECK(!b.v.done && b.v.winner == SIZE_MAX && !b.v.needs_use);
	rerun(&b, usual);
	say(&b);
	CHECK_INT(b.v.winner, 1);
	CHECK(b.v.needs_use && !b.v.done);
	CHECK_INT(b.v.answer, ANSWER_NONE);
	b.uses[b.v.n_uses++] = (struct verdict_use){
	    .key = 11, .use = 1, .level = 0.02, .kind = USE_SEQUENTIAL, .pairs = 20};
	say(&b);
	CHECK(!b.v.needs_use && !b.v.done);
	CHECK_INT(b.v.pairs_wanted, 5);
	for (size_t r = 0; r < 5; r++) {
		end_run(&b, 1, PHASE_TEST, r, 1 + 0.1 * noise_normal(42, r, 0));
		end_run(&b, 3, PHASE_TEST, r, 4 + 0.1 * noise_normal(43, r, 0));
	}
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_INT(b.v.wins, 5);
	CHECK_DOUBLE(b.v.promised, 0.96, 1e-12);
	CHECK_DOUBLE(b.v.gain.mean, 3, 0.3);
	CHECK(isfinite(b.v.gain_half));
	done(&b);
}

TEST(a_seed_that_is_ignored_is_found_out)
{
	struct bench b;

	init(&b, true);
	for (size_t r = 0; r < 3; r++)
		for (size_t c = 0; c < 4; c++)
			end_run(&b, c, PHASE_RERUN, r,
			        usual[c] + 1e-5 * noise_normal(44, r, (uint32_t)c));
	say(&b); /* 1e-6 of the spread of 10 */
	CHECK(b.v.ignores_seed && b.v.done);
	CHECK_INT(b.v.answer, ANSWER_CANNOT_TELL);
	CHECK_INT(b.v.winner, 1);
	CHECK(isnan(b.c[1].worth[PHASE_RERUN].low));
	CHECK(isnan(b.v.gain_half));
	/* Nobody waits for tests that were once planned. */
	b.c[1].n_runs[PHASE_TEST] = 2;
	say(&b);
	CHECK_INT(b.v.pairs_wanted, 0);
	b.c[1].n_runs[PHASE_TEST] = 0;
	/* One candidate that differs is enough to know better. */
	b.c[2].runs[PHASE_RERUN][1]->value += 0.01;
	say(&b);
	CHECK(!b.v.ignores_seed && !b.v.done);
	done(&b);
}

TEST(two_repeats_are_too_few_to_find_out)
{
	struct bench b;

	init(&b, true);
	for (size_t r = 0; r < 2; r++)
		for (size_t c = 0; c < 4; c++)
			end_run(&b, c, PHASE_RERUN, r, usual[c]);
	say(&b);
	CHECK(!b.v.ignores_seed && !b.v.done);
	done(&b);
}

TEST(a_deterministic_training_is_compared_once)
{
	struct bench b;

	init(&b, true);
	b.v.deterministic = true;
	for (size_t c = 0; c < 4; c++)
		b.c[c].n_runs[PHASE_RERUN] = 0;
	say(&b);
	CHECK_INT(b.v.winner, 0); /* by the search's values 0, 1, 2, 3 */
	CHECK(b.v.needs_use);
	b.uses[b.v.n_uses++] =
	    (struct verdict_use){.key = 10, .use = 1, .level = 0.02, .pairs = 1};
	say(&b);
	CHECK_INT(b.v.pairs_wanted, 1);
	end_run(&b, 0, PHASE_TEST, 0, 0.5);
	end_run(&b, 3, PHASE_TEST, 0, 0.75);
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_DOUBLE(b.v.gain.mean, 0.25, 0);
	CHECK(isnan(b.v.gain_half) && isnan(b.c[0].worth[PHASE_TEST].low));
	b.c[3].runs[PHASE_TEST][0]->value = 0.5;
	say(&b);
	CHECK_INT(b.v.answer, ANSWER_NO);
	done(&b);
}

TEST(a_failed_rerun_does_not_drop_a_candidate)
{
	struct bench b;

	init(&b, true);
	rerun(&b, usual);
	end_run(&b, 1, PHASE_RERUN, 2, (double)NAN);
	end_run(&b, 1, PHASE_RERUN, 3, (double)NAN);
	say(&b);
	CHECK_INT(b.v.winner, 1);
	CHECK(b.c[1].worth[PHASE_RERUN].selected);
	end_run(&b, 1, PHASE_RERUN, 4, (double)NAN); /* now most of them */
	say(&b);
	CHECK_INT(b.v.winner, 0);
	for (size_t c = 0; c < 4; c++)
		for (size_t r = 0; r < REPEATS; r++)
			end_run(&b, c, PHASE_RERUN, r, (double)NAN);
	say(&b);
	CHECK_INT(b.v.winner, SIZE_MAX);
	CHECK_INT(b.v.answer, ANSWER_FAILED);
	CHECK(b.v.done);
	done(&b);
}

TEST(a_winner_of_many_equals_is_put_right)
{
	static const double equal[] = {1, 1, 1, 1};
	struct bench b;
	const struct worth *w;

	init(&b, true);
	rerun(&b, equal);
	say(&b);
	w = &b.c[b.v.winner].worth[PHASE_RERUN];
	CHECK(w->selected && w->optimism > 0);
	CHECK(w->low < w->high);
	if (!w->median)
		CHECK_DOUBLE(w->value,
		             b.c[b.v.winner].stat[PHASE_RERUN].mean + w->optimism,
		             1e-12);
	for (size_t c = 0; c < 4; c++)
		if (c != b.v.winner)
			CHECK(!b.c[c].worth[PHASE_RERUN].selected);
	/* A winner that stands alone owes nothing to luck. */
	rerun(&b, usual);
	say(&b);
	CHECK(b.c[1].worth[PHASE_RERUN].optimism < 1e-6);
	done(&b);
}

/* Five values of each candidate, symmetric; the third's are paired with those of others
 * the other way round. */
static void rerun_symmetric(struct bench *b)
{
	for (size_t c = 0; c < 4; c++)
		for (size_t r = 0; r < REPEATS; r++)
			end_run(b, c, PHASE_RERUN, r,
			        usual[1] + (c == 2 ? -1 : 1) * ((double)r - 2) +
			            0.01 * (double)c);
}

/* All values together are skewed when the third power of the standardized ones is more
 * than 0.2 on the average: the sum of these 20 is 3.9, then 4.1. */
TEST(skew_is_that_of_all_values)
{
	struct bench b;

	init(&b, true);
	rerun_symmetric(&b);
	for (size_t r = 0; r < REPEATS; r++)
		end_run(&b, 3, PHASE_RERUN, r, r < 4 ? (double)r : 6.38024417050098);
	say(&b);
	CHECK(!b.v.skewed);
	CHECK(!b.c[3].worth[PHASE_RERUN].median);
	end_run(&b, 3, PHASE_RERUN, 4, 6.574677519515958);
	say(&b);
	CHECK(b.v.skewed);
	CHECK(b.c[3].worth[PHASE_RERUN].median);
	CHECK_DOUBLE(b.c[3].worth[PHASE_RERUN].value, 2, 0);
	done(&b);
}

/* Where another's run has failed, the luck of the choice is known from fewer values
 * than the winner has: it comes beside the interval of all of those. */
TEST(a_gap_elsewhere_leaves_the_winner_its_values)
{
	struct bench b;
	const struct worth *w = &b.c[0].worth[PHASE_RERUN];
	struct moments m = {.n = REPEATS, .mean = usual[1], .variance = 2.5};

	init(&b, true);
	rerun_symmetric(&b);
	end_run(&b, 2, PHASE_RERUN, 2, (double)NAN);
	say(&b);
	CHECK_INT(b.v.winner, 0);
	CHECK(w->selected && !w->median && w->optimism > 0.01);
	CHECK_DOUBLE(w->value, m.mean + w->optimism, 1e-12);
	CHECK_DOUBLE(w->high - w->value,
	             hypot(stat_half_width(m, w->level), w->optimism), 1e-12);
	CHECK_DOUBLE(w->value - w->low, w->high - w->value, 1e-12);
	done(&b);
}

TEST(more_is_better_the_other_way_round)
{
	struct bench b;
	const struct worth *w;

	init(&b, true);
	b.v.metric.goal = b.v.test_metric.goal = GOAL_MAXIMIZE;
	rerun(&b, (const double[]){1, 1, 1, 1});
	say(&b);
	w = &b.c[b.v.winner].worth[PHASE_RERUN];
	CHECK(w->optimism > 0);
	if (!w->median)
		CHECK(w->value < b.c[b.v.winner].stat[PHASE_RERUN].mean);
	done(&b);
}

TEST(without_test_data_the_choice_is_paid_for)
{
	struct bench b;

	init(&b, false);
	rerun(&b, usual);
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_DOUBLE(b.v.claim.level, 0.025 / 3, 1e-15);
	CHECK_DOUBLE(b.v.promised, 0.95, 1e-15);
	done(&b);
}

TEST(nothing_to_compare_with)
{
	struct bench b;

	init(&b, true);
	b.v.baseline = SIZE_MAX;
	rerun(&b, usual);
	say(&b);
	CHECK(b.v.needs_use);
	CHECK_INT(b.v.pairs_wanted, REPEATS);
	b.uses[b.v.n_uses++] = (struct verdict_use){.key = 11, .pairs = REPEATS};
	for (size_t r = 0; r < REPEATS; r++)
		end_run(&b, 1, PHASE_TEST, r, 1);
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_NO_BASELINE);
	b.v.baseline = 1;
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_NO);
	done(&b);
}

TEST(a_continuation_has_a_level_of_its_own)
{
	struct bench b;

	init(&b, true);
	rerun(&b, usual);
	b.uses[b.v.n_uses++] = (struct verdict_use){
	    .key = 11, .use = 1, .level = 0.02, .kind = USE_FIXED, .pairs = 5};
	for (size_t r = 0; r < 5; r++) {
		end_run(&b, 1, PHASE_TEST, r, r % 2 ? 1.3 : 1);
		end_run(&b, 3, PHASE_TEST, r, r % 2 ? 1.2 : 1.4);
	}
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_CANNOT_TELL);
	b.uses[b.v.n_uses++] = (struct verdict_use){.key = 11,
	                                            .use = 2,
	                                            .level = 0.0025,
	                                            .kind = USE_MORE,
	                                            .begun = 5,
	                                            .pairs = 10};
	say(&b);
	CHECK(!b.v.done);
	CHECK_INT(b.v.pairs_wanted, 15);
	for (size_t r = 5; r < 15; r++) {
		end_run(&b, 1, PHASE_TEST, r, 1 + 0.1 * (double)(r % 3));
		end_run(&b, 3, PHASE_TEST, r, 2);
	}
	say(&b);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_DOUBLE(b.v.promised, 1 - 2 * 0.0225, 1e-12);
	done(&b);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
	    the_test_data_are_met_after_the_ledger,
	    a_seed_that_is_ignored_is_found_out,
	    two_repeats_are_too_few_to_find_out,
	    a_deterministic_training_is_compared_once,
	    a_failed_rerun_does_not_drop_a_candidate,
	    a_winner_of_many_equals_is_put_right,
	    skew_is_that_of_all_values,
	    a_gap_elsewhere_leaves_the_winner_its_values,
	    more_is_better_the_other_way_round,
	    without_test_data_the_choice_is_paid_for,
	    nothing_to_compare_with,
	    a_continuation_has_a_level_of_its_own};

	stat_init();
	return test_main(
	    argc, argv, tests, sizeof tests / sizeof *tests,
	    "the_test_data_are_met_after_the_ledger, "
	    "a_seed_that_is_ignored_is_found_out, "
	    "two_repeats_are_too_few_to_find_out, "
	    "a_deterministic_training_is_compared_once, "
	    "a_failed_rerun_does_not_drop_a_candidate, "
	    "a_winner_of_many_equals_is_put_right, skew_is_that_of_all_values, "
	    "a_gap_elsewhere_leaves_the_winner_its_values, "
	    "more_is_better_the_other_way_round, "
	    "without_test_data_the_choice_is_paid_for, "
	    "nothing_to_compare_with, "
	    "a_continuation_has_a_level_of_its_own");
}
