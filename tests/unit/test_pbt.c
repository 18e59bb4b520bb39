/* Decisions of a population, exactly: who goes on, who copies whom, and what becomes of
 * parameters. */
#include "base/rng.h"
#include "searches.h"
#include "spaces.h"
#include "strategy/pbt.h"

#include "test.h"

static const struct population eight = {.members = 8,
                                        .interval = 5,
                                        .length = 20,
                                        .quantile = 0.25,
                                        .resample = 0.25,
                                        .low = 0.8,
                                        .high = 1.2};

struct rig {
	struct maker m;
	struct mock_search s;
};

static void rig_init(struct rig *r, struct population p)
{
	*r = (struct rig){0};
	maker_range(&r->m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-4, 1);
	maker_finish(&r->m);
	CHECK(mock_init(&r->s, "pbt", &r->m.space, 7, false));
	r->s.args.population = p;
	mock_forget(&r->s);
}

static void rig_free(struct rig *r)
{
	mock_free(&r->s);
	maker_free(&r->m);
}

/* The next trial with its lineage. */
static enum ask next(struct rig *r)
{
	enum ask ask = mock_next(&r->s);

	if (ask == ASK_POINT)
		r->s.known[r->s.n - 1].line = strategy_pbt.lineage(r->s.state);
	return ask;
}

static struct pbt_step decide(struct rig *r)
{
	struct history h = {
	    .trials = r->s.known, .n = r->s.n, .known_upto = r->s.finished};
	struct pbt_step step = {0};
	const char *why;

	CHECK_INT(pbt_decide(&r->s.args.population, 7, &h, r->s.n, &step, &why),
	          ASK_POINT);
	return step;
}

/* The first interval of all eight, trial i with the value i / 10. */
static void begin(struct rig *r)
{
	rig_init(r, eight);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(r), ASK_POINT);
	for (size_t i = 0; i < 8; i++)
		mock_finish(&r->s, i, (double)i / 10);
}

TEST(lengths)
{
	struct population p = eight;

	CHECK_INT(pbt_intervals(&p), 4);
	CHECK_DOUBLE(pbt_end(&p, 0), 5, 0);
	CHECK_DOUBLE(pbt_end(&p, 3), 20, 0);
	p.length = 18;
	CHECK_INT(pbt_intervals(&p), 4);
	CHECK_DOUBLE(pbt_end(&p, 2), 15, 0);
	CHECK_DOUBLE(pbt_end(&p, 3), 18, 0);
}

TEST(members_begin_and_then_wait)
{
	struct rig r;

	rig_init(&r, eight);
	for (size_t i = 0; i < 8; i++) {
		CHECK_INT(next(&r), ASK_POINT);
		CHECK(r.s.known[i].line.is && !r.s.known[i].line.goes_on);
		CHECK_INT(r.s.known[i].line.member, i);
	}
	CHECK_INT(next(&r), ASK_WAIT);
	rig_free(&r);
}

/* A quarter of eight is two: the places 1 and 2 are copied by 7 and 8. */
TEST(the_worst_two_of_eight_copy_the_best_two)
{
	struct rig r;

	begin(&r);
	for (uint64_t i = 0; i < 8; i++) {
		struct pbt_step d = decide(&r);

		CHECK_INT(d.member, i);
		CHECK_INT(d.own, i);
		CHECK_INT(d.interval, 1);
		CHECK_INT(d.known, 8);
		CHECK_INT(d.place, i + 1);
		CHECK_INT(d.cut, 2);
		CHECK(d.how == (i < 6 ? PBT_GO_ON : PBT_EXPLOIT));
		CHECK(i < 6 ? d.from == i : d.from < 2);
		if (i >= 6)
			CHECK_INT(d.from, rng_below(7, 8 + i, RNG_EXPLOIT, 0, 2));
		CHECK_INT(next(&r), ASK_POINT);
		CHECK_INT(r.s.known[8 + i].line.from, d.from);
	}
	CHECK_INT(next(&r), ASK_WAIT);
	rig_free(&r);
}

TEST(who_goes_on_keeps_the_very_same_point)
{
	struct rig r;

	begin(&r);
	CHECK_INT(next(&r), ASK_POINT);
	CHECK(r.s.known[8].point[0].u == r.s.known[0].point[0].u);
	CHECK_STR(mock_json(&r.s, 8), mock_json(&r.s, 0));
	rig_free(&r);
}

/* Nobody waits for all: the first to end is alone, the second is compared with one. */
TEST(only_who_has_come_as_far_counts)
{
	struct rig r;
	struct pbt_step d;

	rig_init(&r, eight);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(&r), ASK_POINT);
	mock_finish(&r.s, 3, 0.9);
	d = decide(&r);
	CHECK_INT(d.member, 3);
	CHECK_INT(d.known, 1);
	CHECK_INT(d.cut, 0);
	CHECK(d.how == PBT_GO_ON);
	CHECK_INT(next(&r), ASK_POINT);
	/* Member 3 has gone further since and is better there: that is not compared. */
	mock_finish(&r.s, 8, 0.1);
	mock_finish(&r.s, 5, 0.95);
	d = decide(&r);
	CHECK_INT(d.member, 5);
	CHECK_INT(d.known, 2);
	CHECK_INT(d.place, 2);
	CHECK_INT(d.cut, 1);
	CHECK(d.how == PBT_EXPLOIT);
	CHECK_INT(d.from, 3);
	rig_free(&r);
}

TEST(who_is_furthest_behind_goes_first_then_who_waits_longest)
{
	struct rig r;

	rig_init(&r, eight);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(&r), ASK_POINT);
	mock_finish(&r.s, 6, 0.6);
	CHECK_INT(next(&r), ASK_POINT); /* trial 8, of member 6 */
	mock_finish(&r.s, 8, 0.1);
	mock_finish(&r.s, 4, 0.4);
	mock_finish(&r.s, 2, 0.2);
	CHECK_INT(decide(&r).member, 4);
	CHECK_INT(next(&r), ASK_POINT);
	CHECK_INT(decide(&r).member, 2);
	CHECK_INT(next(&r), ASK_POINT);
	CHECK_INT(decide(&r).member, 6);
	CHECK_INT(decide(&r).interval, 2);
	rig_free(&r);
}

TEST(a_member_that_failed_copies_wherever_it_stands)
{
	struct rig r;
	struct pbt_step d;

	rig_init(&r, eight);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(&r), ASK_POINT);
	mock_finish(&r.s, 0, (double)NAN);
	CHECK_INT(next(&r), ASK_WAIT); /* for one that it can copy */
	mock_finish(&r.s, 1, 0.5);
	d = decide(&r);
	CHECK_INT(d.member, 0);
	CHECK(d.failed && d.how == PBT_EXPLOIT);
	CHECK_INT(d.from, 1);
	CHECK_INT(d.place, 2);
	rig_free(&r);
}

TEST(a_population_that_failed_altogether_is_over)
{
	struct rig r;

	rig_init(&r, eight);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(&r), ASK_POINT);
	for (size_t i = 0; i < 8; i++)
		mock_finish(&r.s, i, (double)NAN);
	CHECK_INT(next(&r), ASK_DONE);
	CHECK_STR(r.s.why, "no member is left that could go on, or be copied");
	rig_free(&r);
}

TEST(it_ends_when_all_have_come_to_the_end)
{
	struct rig r;

	begin(&r);
	for (size_t i = 8; i < 32; i++) {
		CHECK_INT(next(&r), ASK_POINT);
		mock_finish(&r.s, i, (double)i);
	}
	CHECK_INT(next(&r), ASK_DONE);
	CHECK_STR(r.s.why, "every member of the population has come to its end");
	CHECK_INT(r.s.n, 32);
	rig_free(&r);
}

/* Equal values: the earlier trial is the better. Half of two, and not more, copies. */
TEST(ties_and_halves)
{
	struct population two = eight;
	struct rig r;
	struct pbt_step d;

	two.members = 2;
	two.quantile = 0.5;
	rig_init(&r, two);
	CHECK_INT(next(&r), ASK_POINT);
	CHECK_INT(next(&r), ASK_POINT);
	mock_finish(&r.s, 1, 0.5);
	mock_finish(&r.s, 0, 0.5);
	d = decide(&r);
	CHECK_INT(d.member, 1);
	CHECK(d.how == PBT_EXPLOIT);
	CHECK_INT(d.from, 0);
	CHECK_INT(next(&r), ASK_POINT);
	d = decide(&r);
	CHECK_INT(d.member, 0);
	CHECK(d.how == PBT_GO_ON);
	rig_free(&r);
}

TEST(without_a_quantile_nobody_copies)
{
	struct rig r;

	begin(&r);
	r.s.args.population.quantile = 0;
	for (int i = 0; i < 8; i++) {
		CHECK(decide(&r).how == PBT_GO_ON);
		CHECK_INT(next(&r), ASK_POINT);
	}
	rig_free(&r);
}

/* --- parameters --- */

/* The value of parameter i of a copied point after trial id's changes. */
static double explored(struct maker *m, const struct population *p, uint64_t id,
                       const struct coord *from, size_t i, enum pbt_move *moves)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, m->space.n, sizeof *values);
	struct coord *out = arena_new(&a, m->space.n, sizeof *out);
	struct known copied = {.point = from, .values = values};
	double x = (double)NAN;

	space_decode(&m->space, from, &a, values);
	pbt_explore(p, &m->space, 7, id, &copied, out, moves);
	space_decode(&m->space, out, &a, values);
	if (values[i])
		value_number(values[i], &x);
	arena_free(&a);
	return x;
}

static struct coord at(const struct param *p, double x)
{
	struct coord c = {.level = -1};
	struct value v = value_float(x);

	CHECK(param_encode(p, &v, &c.u));
	return c;
}

TEST(a_number_is_multiplied_or_drawn)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from;
	int ups = 0, downs = 0, drawn = 0;

	maker_range(&m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-4, 1);
	maker_finish(&m);
	from = at(&m.space.params[0], 0.01);
	for (uint64_t id = 0; id < 400; id++) {
		enum pbt_move moved;
		double x = explored(&m, &p, id, &from, 0, &moved);

		if (moved == PBT_RESAMPLED)
			drawn++;
		else if (x > 0.01)
			ups += fabs(x - 0.012) < 1e-12;
		else
			downs += fabs(x - 0.008) < 1e-12;
	}
	CHECK_INT(ups + downs + drawn, 400);
	/* Binomial, 400 draws: five standard deviations. */
	CHECK(drawn > 100 - 44 && drawn < 100 + 44);
	CHECK(ups > 150 - 49 && ups < 150 + 49);
	maker_free(&m);
}

TEST(a_number_stays_in_its_range)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from;

	p.resample = 0;
	maker_range(&m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-4, 1);
	maker_finish(&m);
	from = at(&m.space.params[0], 1);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 1 || fabs(x - 0.8) < 1e-9);
	}
	maker_free(&m);
}

/* 1.2 times 4 is nearest to 5 of the whole numbers, 0.8 times 4 to 3; of 2 both are 2
 * again, so it is the next one. */
TEST(steps_move_by_one_at_least)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from;

	p.resample = 0;
	maker_range(&m, "n", DIST_INT_UNIFORM, 1, 10);
	maker_finish(&m);
	from = at(&m.space.params[0], 4);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 3 || x == 5);
	}
	from = at(&m.space.params[0], 2);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 1 || x == 3);
	}
	maker_free(&m);
}

TEST(multiples_stay_multiples)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from;

	p.resample = 0;
	maker_steps(&m, "width", DIST_Q_LOG_UNIFORM_VALUES, 16, 1024, 16);
	maker_finish(&m);
	from = at(&m.space.params[0], 64);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 48 || x == 80);
	}
	maker_free(&m);
}

TEST(a_list_moves_to_a_neighbour)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from = {.level = -1};
	int same = 0;

	p.resample = 0;
	maker_choice(&m, "batch", "16 32 64 128");
	maker_finish(&m);
	from = at(&m.space.params[0], 32);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 16 || x == 64);
	}
	from = at(&m.space.params[0], 128);
	for (uint64_t id = 0; id < 50; id++) {
		double x = explored(&m, &p, id, &from, 0, NULL);

		CHECK(x == 64 || x == 128);
		same += x == 128;
	}
	CHECK(same > 5 && same < 45);
	maker_free(&m);
}

/* momentum is there with sgd alone. When it comes to be, it is drawn; what it is under
 * adam is nobody's. */
TEST(a_child_comes_with_its_parent)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from[2];
	size_t child, parent;
	int came = 0;

	p.resample = 0;
	maker_choice(&m, "optimizer", "adam sgd");
	maker_range(&m, "momentum", DIST_UNIFORM, 0.5, 0.99);
	maker_when(&m, "momentum", "optimizer", "sgd");
	maker_finish(&m);
	child = space_find(&m.space, "momentum");
	parent = space_find(&m.space, "optimizer");
	from[parent] = (struct coord){0.25, -1};
	from[child] = (struct coord){0.5, -1};
	for (uint64_t id = 0; id < 60; id++) {
		enum pbt_move moves[2];
		double x = explored(&m, &p, id, from, child, moves);

		CHECK(moves[child] == PBT_RESAMPLED);
		CHECK(isnan(x) || (x >= 0.5 && x <= 0.99));
		came += !isnan(x);
	}
	CHECK(came > 10 && came < 50);
	maker_free(&m);
}

TEST(constraints_hold_or_nothing_changes)
{
	struct population p = eight;
	struct maker m = {0};
	struct coord from[2];
	enum pbt_move moves[2];

	p.resample = 0;
	maker_range(&m, "a", DIST_UNIFORM, 0, 1);
	maker_range(&m, "b", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	maker_constrain(&m, "a <= b");
	from[0] = at(&m.space.params[0], 0.5);
	from[1] = at(&m.space.params[1], 0.5);
	for (uint64_t id = 0; id < 60; id++) {
		double a = explored(&m, &p, id, from, 0, NULL);
		double b = explored(&m, &p, id, from, 1, NULL);

		CHECK(a <= b);
	}
	maker_constrain(&m, "a == 0.5");
	CHECK_DOUBLE(explored(&m, &p, 1, from, 0, moves), 0.5, 0);
	CHECK(moves[0] == PBT_KEPT && moves[1] == PBT_KEPT);
	maker_free(&m);
}

TEST(only_what_is_named_changes)
{
	static const bool mutates[] = {false, true};
	struct population p = eight;
	struct maker m = {0};
	struct coord from[2];

	p.mutates = mutates;
	maker_range(&m, "a", DIST_UNIFORM, 0, 1);
	maker_range(&m, "b", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	from[0] = at(&m.space.params[0], 0.5);
	from[1] = at(&m.space.params[1], 0.5);
	for (uint64_t id = 0; id < 20; id++) {
		CHECK_DOUBLE(explored(&m, &p, id, from, 0, NULL), 0.5, 0);
		CHECK(explored(&m, &p, id, from, 1, NULL) != 0.5);
	}
	maker_free(&m);
}

/* A space of two configurations is no obstacle to eight members. */
TEST(members_of_a_small_space_may_be_alike)
{
	struct rig r = {0};

	maker_choice(&r.m, "k", "1 2");
	maker_finish(&r.m);
	CHECK(mock_init(&r.s, "pbt", &r.m.space, 7, false));
	r.s.args.population = eight;
	mock_forget(&r.s);
	for (int i = 0; i < 8; i++)
		CHECK_INT(next(&r), ASK_POINT);
	rig_free(&r);
}

/* The state is only a cache, and what is learnt later changes nothing. */
TEST(decisions_are_made_again_from_the_history)
{
	struct rig r;

	begin(&r);
	for (size_t i = 8; i < 32; i++) {
		CHECK_INT(next(&r), ASK_POINT);
		mock_finish(&r.s, i, (double)((i * 7) % 11));
	}
	for (uint64_t id = 8; id < 32; id++) {
		struct coord again;

		mock_forget(&r.s);
		CHECK_INT(mock_ask(&r.s, id, &again), ASK_POINT);
		CHECK(again.u == r.s.known[id].point[0].u);
		CHECK_INT(strategy_pbt.lineage(r.s.state).from,
		          r.s.known[id].line.from);
		CHECK_INT(strategy_pbt.lineage(r.s.state).member,
		          r.s.known[id].line.member);
	}
	rig_free(&r);
}

TEST_MAIN(lengths, members_begin_and_then_wait,
          the_worst_two_of_eight_copy_the_best_two,
          who_goes_on_keeps_the_very_same_point, only_who_has_come_as_far_counts,
          who_is_furthest_behind_goes_first_then_who_waits_longest,
          a_member_that_failed_copies_wherever_it_stands,
          a_population_that_failed_altogether_is_over,
          it_ends_when_all_have_come_to_the_end, ties_and_halves,
          without_a_quantile_nobody_copies, a_number_is_multiplied_or_drawn,
          a_number_stays_in_its_range, steps_move_by_one_at_least,
          multiples_stay_multiples, a_list_moves_to_a_neighbour,
          a_child_comes_with_its_parent, constraints_hold_or_nothing_changes,
          only_what_is_named_changes, members_of_a_small_space_may_be_alike,
          decisions_are_made_again_from_the_history)
