/* What a verification says by several objectives, and of limits. */
#include "noise.h"
#include "search/facets.h"
#include "search/judge.h"
#include "search/search.h"
#include "test.h"

#include <string.h>

enum { REPEATS = 5, MOST = 20, N = 3 };

/* Two points and the defaults, 2; a to be minimized, b maximized; b within a limit. */
struct bench {
	struct arena a;
	struct criterion criteria[2];
	struct limit limit;
	struct spec spec;
	double spreads[2];
	struct verdict v;
	struct candidate c[N];
	struct verdict_use uses[4];
};

static void init(struct bench *b, bool fronts, bool has_test)
{
	*b = (struct bench){
	    .criteria = {{"a", true, GOAL_MINIMIZE}, {"b", fronts, GOAL_MAXIMIZE}},
	    .limit = {.text = "b >= 4",
	              .name = "b",
	              .criterion = 1,
	              .least = true,
	              .bound = 4},
	    .spreads = {10, 10}};
	b->spec.criteria = b->criteria;
	b->spec.n_criteria = 2;
	b->spec.n_objectives = fronts ? 2 : 1;
	b->spec.limits = &b->limit;
	b->spec.n_limits = 1;
	b->v = (struct verdict){.wanted = true,
	                        .has_test = has_test,
	                        .by = &b->spec,
	                        .fronts = fronts,
	                        .spreads = b->spreads,
	                        .spread = 10,
	                        .candidates = b->c,
	                        .n = N,
	                        .baseline = 2,
	                        .test_repeats = REPEATS,
	                        .uses = b->uses,
	                        .metric = {.name = "a"},
	                        .test_metric = {.name = "a"}};
	for (size_t i = 0; i < N; i++) {
		struct candidate *c = &b->c[i];

		*c = (struct candidate){.key = i + 10, .is_baseline = i == 2};
		for (int p = PHASE_RERUN; p < PHASES; p++) {
			c->facets[p] = arena_new(&b->a, 2, sizeof *c->facets[p]);
			c->runs[p] = arena_new(&b->a, MOST, sizeof(struct run *));
			for (size_t r = 0; r < MOST; r++)
				c->runs[p][r] = arena_new(&b->a, 1, sizeof(struct run));
		}
		c->holdings = arena_new(&b->a, 1, sizeof *c->holdings);
		c->claims = arena_new(&b->a, 2, sizeof *c->claims);
		c->n_runs[PHASE_RERUN] = REPEATS;
	}
}

static void end_run(struct bench *b, size_t c, enum phase p, size_t r, double x,
                    double y)
{
	struct run *run = b->c[c].runs[p][r];
	struct series_log log = {0};

	series_say(&log, "b", (double)NAN, y);
	run->metrics = series_pack(&log, NULL, 0, &b->a);
	series_log_free(&log);
	run->state = RUN_FINISHED;
	run->outcome = isfinite(x) ? OUTCOME_OK : OUTCOME_FAILED;
	run->value = x;
	if (b->c[c].n_runs[p] <= r)
		b->c[c].n_runs[p] = r + 1;
}

/* Gains of point 0 in a: 2 ± (seed); in b none; point 1 the other way round. */
static const double wobble[REPEATS] = {-0.2, -0.1, 0, 0.1, 0.2};

static void run_all(struct bench *b, enum phase p)
{
	for (size_t r = 0; r < REPEATS; r++) {
		end_run(b, 0, p, r, 1 + wobble[r], 5 + wobble[(r + 2) % REPEATS]);
		end_run(b, 1, p, r, 3 + wobble[(r + 1) % REPEATS], 7 + wobble[r]);
		end_run(b, 2, p, r, 3, 5);
	}
}

TEST(all_comparisons_share_one_level)
{
	struct bench b;
	double se = 0.1 * sqrt(2.5) / sqrt(5), t;

	init(&b, true, false);
	run_all(&b, PHASE_RERUN);
	judge(&b.v, &b.a);
	CHECK(b.v.done);
	CHECK_INT(facets_among(&b.v), 4);
	/* Two-sided at 0.05 / 4, 4 degrees of freedom. */
	t = stat_t_quantile(1 - 0.025 / 4, 4);
	CHECK_DOUBLE(b.c[0].claims[0].gain.mean, 2, 1e-12);
	CHECK_DOUBLE(b.c[0].claims[0].half, t * se, 1e-12);
	CHECK_INT(b.c[0].claims[0].answer, ANSWER_YES);
	CHECK_DOUBLE(b.c[0].claims[1].gain.mean, 0, 1e-12);
	CHECK_INT(b.c[0].claims[1].answer, ANSWER_CANNOT_TELL);
	CHECK_INT(b.c[1].claims[0].answer, ANSWER_CANNOT_TELL);
	/* More is better in b. */
	CHECK_DOUBLE(b.c[1].claims[1].gain.mean, 2, 1e-12);
	CHECK_INT(b.c[1].claims[1].answer, ANSWER_YES);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_DOUBLE(b.v.promised, 0.95, 1e-12);
	CHECK(facets_open(&b.v));
	/* Values by themselves. */
	CHECK_DOUBLE(b.c[0].facets[PHASE_RERUN][0].worth.value, 1, 1e-12);
	CHECK_DOUBLE(b.c[0].facets[PHASE_RERUN][0].worth.high - 1,
	             stat_t_quantile(0.975, 4) * se, 1e-12);
	arena_free(&b.a);
}

TEST(limits_are_of_the_mean_over_seeds)
{
	struct bench b;
	double se = 0.1 * sqrt(2.5) / sqrt(5);

	init(&b, true, false);
	run_all(&b, PHASE_RERUN);
	end_run(&b, 0, PHASE_RERUN, 0, 1, 2.9);
	judge(&b.v, &b.a);
	CHECK_INT(b.c[0].holdings[0].n, 5);
	CHECK_INT(b.c[0].holdings[0].held, 4);
	CHECK_INT(b.c[0].holdings[0].answer, ANSWER_CANNOT_TELL);
	CHECK_INT(b.c[1].holdings[0].held, 5);
	CHECK_DOUBLE(b.c[1].holdings[0].half, stat_t_quantile(1 - 0.025 / 3, 4) * se,
	             1e-12);
	CHECK_INT(b.c[1].holdings[0].answer, ANSWER_YES);
	/* The defaults say 5 whatever the seed. */
	CHECK_INT(b.c[2].holdings[0].answer, ANSWER_YES);
	b.limit.bound = 8;
	judge(&b.v, &b.a);
	CHECK_INT(b.c[1].holdings[0].answer, ANSWER_NO);
	arena_free(&b.a);
}

TEST(the_winner_within_limits_holds_them)
{
	struct bench b;

	init(&b, false, false);
	b.limit.bound = 6;
	run_all(&b, PHASE_RERUN);
	judge(&b.v, &b.a);
	/* 0 is better in a, and beyond the limit. */
	CHECK_INT(b.v.winner, 1);
	CHECK_INT(b.v.answer, ANSWER_CANNOT_TELL);
	b.limit.bound = 4;
	judge(&b.v, &b.a);
	CHECK_INT(b.v.winner, 0);
	CHECK_INT(b.v.answer, ANSWER_YES);
	b.limit.bound = 9;
	judge(&b.v, &b.a);
	CHECK(b.v.winner == SIZE_MAX && b.v.done);
	CHECK_INT(b.v.answer, ANSWER_FAILED);
	arena_free(&b.a);
}

TEST(all_points_meet_the_test_data)
{
	struct bench b;

	init(&b, true, true);
	run_all(&b, PHASE_RERUN);
	judge(&b.v, &b.a);
	CHECK(b.v.needs_use && !b.v.done);
	CHECK(b.c[0].tests && b.c[1].tests && b.c[2].tests);
	b.uses[b.v.n_uses++] = (struct verdict_use){
	    .key = 10, .use = 1, .level = 0.02, .kind = USE_FIXED, .pairs = REPEATS};
	judge(&b.v, &b.a);
	CHECK(!b.v.needs_use && !b.v.done);
	CHECK_INT(b.c[0].tests, REPEATS);
	CHECK_INT(b.c[2].tests, REPEATS);
	run_all(&b, PHASE_TEST);
	judge(&b.v, &b.a);
	CHECK(b.v.done);
	CHECK_INT(b.v.answer, ANSWER_YES);
	CHECK_DOUBLE(b.v.promised, 0.96, 1e-12);
	CHECK_DOUBLE(b.c[0].claims[0].half,
	             stat_t_quantile(1 - 0.02 / 4, 4) * 0.1 * sqrt(2.5) / sqrt(5),
	             1e-12);
	arena_free(&b.a);
}

TEST(a_point_that_fails_says_nothing)
{
	struct bench b;

	init(&b, true, false);
	run_all(&b, PHASE_RERUN);
	for (size_t r = 0; r < 3; r++)
		end_run(&b, 0, PHASE_RERUN, r, (double)NAN, 5);
	judge(&b.v, &b.a);
	CHECK(b.v.done);
	CHECK_INT(b.v.winner, 1);
	CHECK_INT(b.c[0].claims[0].answer, ANSWER_FAILED);
	CHECK_INT(b.c[1].claims[1].answer, ANSWER_YES);
	arena_free(&b.a);
}

TEST(one_seed_is_as_good_as_all)
{
	struct bench b;

	init(&b, true, false);
	for (size_t i = 0; i < N; i++)
		b.c[i].n_runs[PHASE_RERUN] = 0;
	for (size_t i = 0; i < N; i++)
		end_run(&b, i, PHASE_RERUN, 0, (double)i, i == 1 ? 9 : 5);
	b.v.deterministic = true;
	judge(&b.v, &b.a);
	CHECK(b.v.done);
	CHECK_INT(b.c[0].claims[0].answer, ANSWER_YES);
	CHECK_DOUBLE(b.c[0].claims[0].gain.mean, 2, 1e-12);
	CHECK_INT(b.c[0].claims[1].answer, ANSWER_NO);
	CHECK_INT(b.c[1].claims[1].answer, ANSWER_YES);
	CHECK_INT(b.c[0].holdings[0].answer, ANSWER_YES);
	/* Without that word, equal repeats say nothing of new seeds. */
	b.v.deterministic = false;
	for (size_t i = 0; i < N; i++)
		for (size_t r = 0; r < REPEATS; r++)
			end_run(&b, i, PHASE_RERUN, r, (double)i, i == 1 ? 9 : 5);
	judge(&b.v, &b.a);
	CHECK(b.v.ignores_seed && b.v.done);
	CHECK_INT(b.v.answer, ANSWER_CANNOT_TELL);
	arena_free(&b.a);
}

TEST_MAIN(all_comparisons_share_one_level, limits_are_of_the_mean_over_seeds,
          the_winner_within_limits_holds_them, all_points_meet_the_test_data,
          a_point_that_fails_says_nothing, one_seed_is_as_good_as_all)
