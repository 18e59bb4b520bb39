/* What an ablation says, of functions whose effects are known: exact answers without
 * noise, and how often they are right with it. */
#include "base/rng.h"
#include "base/stat.h"
#include "search/ablation.h"
#include "test.h"

#include <stdlib.h>

enum { ROWS = 64, SETS = 1 << 10 };

/* value(mask, row) = the sum of effects of changes not made + noise * normal. */
struct truth {
	size_t n;
	double effect[10]; /* what is lost without the change */
	double noise;      /* of its own, of every configuration and row */
	double common;     /* of the row, the same for all */
	uint64_t both;     /* as long as one of these changes is made, none is missed */
	double without_both; /* … and what is lost without them all */
	uint64_t fails;      /* without these changes it fails */
	uint64_t together;   /* infeasible where some of these are made and some not */
	uint64_t seed;
	bool there[SETS][ROWS];
	size_t runs;
};

static double normal(const struct truth *t, uint64_t mask, size_t row)
{
	return stat_normal_quantile(rng_unit(t->seed, mask, RNG_MODEL, (uint32_t)row));
}

static enum cell cell(void *self, uint64_t mask, size_t row, double *value)
{
	const struct truth *t = self;

	if (!t->there[mask][row])
		return CELL_MISSING;
	if (t->fails & ~mask)
		return CELL_FAILED;
	*value = t->noise > 0 ? t->noise * normal(t, mask, row) : 0;
	*value += t->common > 0 ? t->common * normal(t, 1U << 20, row) : 0;
	for (size_t i = 0; i < t->n; i++)
		*value += mask >> i & 1 ? 0 : t->effect[i];
	if (t->both && !(mask & t->both))
		*value += t->without_both;
	return CELL_OK;
}

static bool feasible(void *self, uint64_t mask)
{
	const struct truth *t = self;

	return !(mask & t->together) || (mask & t->together) == t->together;
}

static struct arena arena;

/* Runs whatever is needed, until nothing is. */
static struct ablation ablate(struct truth *t, struct ablation_plan p)
{
	struct ablation_runs runs = {t, cell, feasible};
	struct ablation a;

	arena_free(&arena);
	p.n = t->n;
	p.most = p.most ? p.most : 20;
	for (size_t turn = 0;; turn++) {
		ablation_judge(&p, &runs, &a, &arena);
		if (a.state != ABLATION_MORE)
			return a;
		CHECK(a.n_needs > 0 && turn < 1000);
		for (size_t i = 0; i < a.n_needs; i++) {
			CHECK(!t->there[a.needs[i].mask][a.needs[i].row]);
			t->there[a.needs[i].mask][a.needs[i].row] = true;
			t->runs++;
		}
	}
}

static const struct ablation_plan plain = {.margin = (double)NAN};

static struct truth *truth_of(struct truth what)
{
	struct truth *t = calloc(1, sizeof *t);

	*t = what;
	return t;
}

TEST(without_noise_one_run_tells_all)
{
	struct truth *t = truth_of((struct truth){.n = 3, .effect = {1, 0.01, 5}});
	struct ablation a = ablate(
	    t, (struct ablation_plan){.deterministic = true, .margin = (double)NAN});

	CHECK(a.exact);
	CHECK_INT(a.state, ABLATION_DONE);
	CHECK_INT(t->runs, 8); /* every set is a candidate of one way or the other */
	CHECK_INT(a.back.n, 3);
	CHECK_INT(a.back.steps[0].moved, 2);
	CHECK_INT(a.back.steps[1].moved, 1);
	CHECK_INT(a.back.steps[2].moved, 4);
	CHECK_DOUBLE(a.back.steps[1].claim.gain.mean, 1, 1e-15);
	CHECK_INT(a.forward.steps[0].moved, 4);
	CHECK_DOUBLE(a.forward.steps[0].claim.gain.mean, 5, 1e-15);
	CHECK_DOUBLE(a.margin, 0.0601, 1e-12); /* 1 % of 6.01 */
	CHECK_INT(a.idle, 2);
	CHECK_INT(a.matters, 5);
	CHECK_INT(a.simplest, 5);
	free(t);
}

TEST(a_seed_that_plays_no_part_is_seen)
{
	struct truth *t = truth_of((struct truth){.n = 2, .effect = {1, 0}});
	struct ablation a = ablate(t, plain);

	CHECK(a.exact);
	CHECK_INT(t->runs,
	          3 + 3 + 2); /* winner and defaults on 3 seeds, what is between once */
	CHECK_INT(a.idle, 2);
	CHECK_INT(a.simplest, 1);
	free(t);
}

TEST(noise_of_the_seed_alone_is_gone_in_pairs)
{
	struct truth *t = truth_of(
	    (struct truth){.n = 3, .effect = {0, 0.5, 0}, .common = 10, .seed = 1});
	struct ablation a = ablate(t, plain);

	CHECK(!a.exact);
	CHECK_INT(a.matters, 2);
	CHECK_DOUBLE(a.back.steps[2].claim.gain.mean, 0.5, 1e-12);
	CHECK_INT(a.back.steps[2].claim.gain.n, 5);
	CHECK_INT(a.simplest, 2);
	CHECK_INT(a.margin_is,
	          MARGIN_HALF); /* the seed does much more than the change */
	CHECK_DOUBLE(a.margin, 0.25, 1e-12);
	free(t);
}

TEST(of_two_that_stand_in_for_each_other_one_matters)
{
	struct truth *t = truth_of((struct truth){
	    .n = 3, .both = 5, .without_both = 10, .noise = 0.5, .seed = 3});
	struct ablation a = ablate(t, plain);

	CHECK_INT(ablation_all(3), 7);
	CHECK((a.matters == 1 && a.idle == 6) || (a.matters == 4 && a.idle == 3));
	CHECK_INT(a.simplest, a.matters);
	free(t);
}

TEST(what_constraints_tie_together_moves_together)
{
	struct truth *t = truth_of((struct truth){
	    .n = 3, .effect = {1, 3, 1}, .noise = 0.1, .together = 5, .seed = 4});
	struct ablation a = ablate(t, plain);

	CHECK_INT(a.back.n, 2);
	CHECK_INT(a.back.steps[0].moved,
	          2); /* the only single change that is allowed */
	CHECK_INT(a.back.steps[1].moved, 5);
	CHECK_DOUBLE(a.back.steps[1].claim.gain.mean, 2, 0.3);
	CHECK_INT(a.forward.steps[0].moved, 2);
	CHECK_INT(a.forward.steps[1].moved, 5);
	free(t);
}

TEST(what_fails_without_a_change_needs_it)
{
	struct truth *t =
	    truth_of((struct truth){.n = 3, .noise = 1, .fails = 2, .seed = 5});
	struct ablation a = ablate(t, plain);

	CHECK_INT(a.state, ABLATION_DONE);
	CHECK_INT(a.matters, 2);
	CHECK_INT(a.back.steps[2].moved, 2);
	CHECK(a.back.steps[2].claim.by_failures);
	CHECK_INT(a.back.steps[2].claim.other_ok, 0);
	CHECK(a.simplest & 2);
	free(t);
}

TEST(a_winner_that_fails_ends_it_at_once)
{
	struct truth *t = truth_of((struct truth){.n = 3, .fails = 1U << 9, .seed = 5});
	struct ablation a = ablate(t, plain);

	CHECK_INT(a.state, ABLATION_FAILED);
	CHECK_INT(t->runs, ABLATION_PROBE);
	free(t);
}

TEST(it_never_takes_more_runs_than_it_says)
{
	for (size_t n = 1; n <= 6; n++)
		for (int deterministic = 0; deterministic < 2; deterministic++) {
			struct ablation_plan p = {.margin = 0.01,
			                          .deterministic = deterministic != 0,
			                          .n = n,
			                          .most = 20};
			struct truth *t = truth_of((struct truth){
			    .n = n, .noise = 1, .effect = {0.4, 0.3}, .seed = n});

			ablate(t, p);
			CHECK(t->runs <= ablation_cost(&p).most);
			free(t);
		}
}

/* The answer hangs on the runs, not on the order in which they end. */
TEST(half_a_batch_changes_nothing)
{
	struct truth *t = truth_of(
	    (struct truth){.n = 4, .noise = 1, .effect = {0, 3, 0, 2}, .seed = 8});
	struct ablation whole = ablate(t, plain), now;
	struct ablation_runs runs = {t, cell, feasible};
	struct ablation_plan p = {.margin = (double)NAN, .n = 4, .most = 20};
	uint64_t idle = whole.idle, simplest = whole.simplest;
	double gain = whole.back.steps[3].claim.gain.mean;
	size_t all = t->runs, taken = 0;

	memset(t->there, 0, sizeof t->there);
	for (;; taken++) {
		size_t pick;

		arena_free(&arena);
		ablation_judge(&p, &runs, &now, &arena);
		if (now.state != ABLATION_MORE)
			break;
		pick = (size_t)rng_below(1, taken, RNG_MODEL, 0, now.n_needs);
		t->there[now.needs[pick].mask][now.needs[pick].row] = true;
	}
	CHECK_INT(taken, all);
	CHECK_INT(now.idle, idle);
	CHECK_INT(now.simplest, simplest);
	CHECK_DOUBLE(now.back.steps[3].claim.gain.mean, gain, 0);
	free(t);
}

/* Seven changes, of which two cost what two standard deviations of the noise are, which
 * pairs do not share. tests/bench/ablate.c asks more often. */
TEST(the_idle_set_is_right)
{
	size_t right = 0, within = 0, all = 100;

	for (uint64_t s = 1; s <= all; s++) {
		struct truth *t = truth_of((struct truth){
		    .n = 7, .seed = s, .noise = 1, .effect = {0, 2, 0, 2}});
		struct ablation a = ablate(t, plain);

		right += a.idle == 0x75;
		/* What is said to be within the margin is. */
		within += !(~a.simplest & 0xa) || a.margin > 2;
		free(t);
	}
	CHECK(right >= 95);
	CHECK(within >= 95);
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
	    without_noise_one_run_tells_all,
	    a_seed_that_plays_no_part_is_seen,
	    noise_of_the_seed_alone_is_gone_in_pairs,
	    of_two_that_stand_in_for_each_other_one_matters,
	    what_constraints_tie_together_moves_together,
	    what_fails_without_a_change_needs_it,
	    a_winner_that_fails_ends_it_at_once,
	    it_never_takes_more_runs_than_it_says,
	    half_a_batch_changes_nothing,
	    the_idle_set_is_right};

	stat_init();
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests,
	                 "without_noise_one_run_tells_all, "
	                 "a_seed_that_plays_no_part_is_seen, "
	                 "noise_of_the_seed_alone_is_gone_in_pairs, "
	                 "of_two_that_stand_in_for_each_other_one_matters, "
	                 "what_constraints_tie_together_moves_together, "
	                 "what_fails_without_a_change_needs_it, "
	                 "a_winner_that_fails_ends_it_at_once, "
	                 "it_never_takes_more_runs_than_it_says, "
	                 "half_a_batch_changes_nothing, the_idle_set_is_right");
}
