/* Spaces: order, conditions, counting, grids, and what a command gets. */
#include "space/space.h"
#include "spaces.h"

#include <stdlib.h>

#include "test.h"

/* The flat names in the space's order. */
static void check_names(const struct space *s, const char *want)
{
	struct str text = {0};

	for (size_t i = 0; i < s->n; i++)
		str_addf(&text, "%s%s", i ? " " : "", s->params[i].name);
	CHECK_STR(str_text(&text), want);
	str_free(&text);
}

static void check_json(const struct space *s, const struct coord *point,
                       const char *want)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, s->n, sizeof *values);
	struct str text = {0};

	space_decode(s, point, &a, values);
	space_json(s, values, &text);
	CHECK_STR(str_text(&text), want);
	str_free(&text);
	arena_free(&a);
}

static uint64_t hash_of(const struct space *s, const struct coord *point)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, s->n, sizeof *values);
	uint64_t h;

	space_decode(s, point, &a, values);
	h = space_hash(s, values);
	arena_free(&a);
	return h;
}

/* optimizer: adam | sgd; momentum and nesterov under sgd; warm under nesterov. */
static void conditional(struct maker *m)
{
	maker_choice(m, "optimizer", "adam sgd");
	maker_choice(m, "momentum", "1 2 3");
	maker_choice(m, "nesterov", "no yes");
	maker_choice(m, "a", "1 2 3 4 5");
	maker_when(m, "momentum", "optimizer", "sgd");
	maker_when(m, "nesterov", "optimizer", "sgd");
	maker_when(m, "a", "nesterov", "yes");
	maker_finish(m);
}

TEST(names_are_sorted_at_every_level)
{
	struct maker m = {0};

	maker_choice(&m, "z", "1");
	maker_choice(&m, "opt/lr", "1");
	maker_choice(&m, "opt/adam/beta", "1");
	maker_choice(&m, "opt.flat", "1");
	maker_choice(&m, "a", "1");
	maker_choice(&m, "B", "1");
	maker_finish(&m);
	check_names(&m.space, "B a opt.adam.beta opt.lr opt.flat z");
	CHECK_INT(space_find(&m.space, "opt.lr"), 3);
	CHECK(space_find(&m.space, "lr") == SIZE_MAX);
	maker_free(&m);
}

TEST(arguments_have_groups_behind_plain_names)
{
	struct maker m = {0};
	const struct value *values[5];
	struct coord point[5];
	struct value args;
	struct str text = {0};

	maker_choice(&m, "g/y", "1");
	maker_choice(&m, "g/b/x", "2");
	maker_choice(&m, "g/a", "3");
	maker_choice(&m, "h", "4");
	maker_choice(&m, "a.b", "5");
	maker_finish(&m);
	for (size_t i = 0; i < 5; i++)
		point[i] = (struct coord){0.5, -1};
	space_decode(&m.space, point, &m.a, values);
	args = space_arguments(&m.space, values, &m.a);
	value_json(&args, &text, false);
	CHECK_STR(str_text(&text),
	          "{\"a.b\":5,\"h\":4,\"g\":{\"a\":3,\"y\":1,\"b\":{\"x\":2}}}");
	str_clear(&text);
	values[space_find(&m.space, "g.b.x")] = NULL;
	args = space_arguments(&m.space, values, &m.a);
	value_json(&args, &text, false);
	CHECK_STR(str_text(&text), "{\"a.b\":5,\"h\":4,\"g\":{\"a\":3,\"y\":1}}");
	str_free(&text);
	maker_free(&m);
}

TEST(conditions_follow_their_parents)
{
	struct maker m = {0};
	struct coord p[4] = {{0.1, -1}, {0.1, -1}, {0.9, -1}, {0.1, -1}};

	conditional(&m);
	check_names(&m.space, "a momentum nesterov optimizer");
	check_json(&m.space, p, "{\"optimizer\":\"adam\"}");
	p[3].u = 0.9;
	check_json(
	    &m.space, p,
	    "{\"a\":1,\"momentum\":1,\"nesterov\":\"yes\",\"optimizer\":\"sgd\"}");
	p[2].u = 0.1;
	check_json(&m.space, p,
	           "{\"momentum\":1,\"nesterov\":\"no\",\"optimizer\":\"sgd\"}");
	p[1] = (struct coord){0.5, 2};
	check_json(&m.space, p,
	           "{\"momentum\":3,\"nesterov\":\"no\",\"optimizer\":\"sgd\"}");
	maker_free(&m);
}

TEST(inactive_parameters_do_not_tell_configurations_apart)
{
	struct maker m = {0};
	struct coord p[4] = {{0.1, -1}, {0.1, -1}, {0.9, -1}, {0.1, -1}};
	struct coord q[4] = {{0.9, -1}, {0.9, -1}, {0.1, -1}, {0.2, -1}};

	conditional(&m);
	CHECK(hash_of(&m.space, p) == hash_of(&m.space, q));
	p[3].u = q[3].u = 0.9;
	CHECK(hash_of(&m.space, p) != hash_of(&m.space, q));
	maker_free(&m);
}

TEST(circles_are_refused)
{
	struct maker m = {0};
	struct error err = {0};

	maker_choice(&m, "a", "1 2");
	maker_choice(&m, "b", "1 2");
	maker_when(&m, "a", "b", "1");
	maker_when(&m, "b", "a", "1");
	CHECK(!space_finish(&m.space, &m.a, &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK(strstr(err.text, "circle") != NULL);
	maker_free(&m);
}

TEST(a_condition_on_oneself_is_a_circle)
{
	struct maker m = {0};
	struct error err = {0};

	maker_choice(&m, "a", "1 2");
	maker_when(&m, "a", "a", "1");
	CHECK(!space_finish(&m.space, &m.a, &err));
	maker_free(&m);
}

TEST(configurations_are_counted_with_conditions)
{
	struct maker m = {0}, flat = {0}, wide = {0}, never = {0};

	conditional(&m);
	/* adam, or sgd with 3 momenta x (no, or yes with 5) */
	CHECK_INT(space_cardinality(&m.space), 1 + 3 * (1 + 5));
	maker_choice(&flat, "a", "1 2 3");
	maker_steps(&flat, "b", DIST_Q_UNIFORM, 1, 100, 1);
	maker_finish(&flat);
	CHECK_INT(space_cardinality(&flat.space), 300);
	maker_range(&wide, "x", DIST_UNIFORM, 0, 1);
	maker_finish(&wide);
	CHECK_INT(space_cardinality(&wide.space), 0);
	/* A continuous parameter that is never active adds nothing. */
	maker_range(&never, "x", DIST_UNIFORM, 0, 1);
	maker_choice(&never, "y", "1 2");
	maker_when(&never, "x", "y", "3");
	maker_finish(&never);
	CHECK_INT(space_cardinality(&never.space), 2);
	maker_free(&m);
	maker_free(&flat);
	maker_free(&wide);
	maker_free(&never);
}

TEST(a_huge_space_is_unbounded)
{
	struct maker m = {0};
	char name[16];

	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "p%02d", i);
		maker_choice(&m, name, "1 2");
	}
	maker_finish(&m);
	CHECK_INT(space_cardinality(&m.space), 0);
	maker_free(&m);
}

TEST(feasible_means_every_constraint_holds)
{
	struct maker m = {0};
	const struct value *values[4];
	struct coord p[4] = {{0.1, -1}, {0.5, -1}, {0.1, -1}, {0.9, -1}};
	const char *why = NULL;

	conditional(&m);
	maker_constrain(&m, "optimizer != 'rms'");
	maker_constrain(&m, "momentum != 2");
	space_decode(&m.space, p, &m.a, values);
	CHECK(!space_feasible(&m.space, values, &why));
	CHECK_STR(why, "momentum != 2");
	/* Inactive: it holds. */
	p[3].u = 0.1;
	space_decode(&m.space, p, &m.a, values);
	CHECK(space_feasible(&m.space, values, &why));
	maker_constrain(&m, "optimizer < 3");
	CHECK(!space_feasible(&m.space, values, NULL));
	maker_free(&m);
}

TEST(defaults)
{
	struct maker m = {0};
	struct coord p[3];
	struct error err = {0};
	bool any = true;

	maker_choice(&m, "c", "x y z");
	maker_range(&m, "lr", DIST_LOG_UNIFORM_VALUES, 1e-5, 1e-1);
	maker_range(&m, "u", DIST_UNIFORM, 0, 2);
	maker_finish(&m);
	CHECK(space_defaults(&m.space, p, &any, &err));
	CHECK(!any);
	check_json(&m.space, p, "{\"c\":\"x\",\"lr\":0.001,\"u\":1}");
	maker_preset(&m, "c", value_string("y"));
	maker_preset(&m, "lr", value_float(1e-2));
	m.space.params = m.params;
	maker_finish(&m);
	CHECK(space_defaults(&m.space, p, &any, &err));
	CHECK(any);
	check_json(&m.space, p, "{\"c\":\"y\",\"lr\":0.01,\"u\":1}");
	maker_constrain(&m, "lr < 0.001");
	CHECK(!space_defaults(&m.space, p, &any, &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK(strstr(err.text, "lr < 0.001") != NULL);
	maker_free(&m);
}

TEST(grid_cells_count_like_an_odometer)
{
	struct maker m = {0};
	struct coord p[3];
	uint64_t size = 0;
	struct error err = {0};

	maker_choice(&m, "b", "x y z");
	maker_range(&m, "a", DIST_INT_UNIFORM, 1, 2);
	maker_choice(&m, "k", "7");
	maker_finish(&m);
	CHECK(space_grid_size(&m.space, &size, &err));
	CHECK_INT(size, 6);
	space_grid_point(&m.space, 0, p);
	check_json(&m.space, p, "{\"a\":1,\"b\":\"x\",\"k\":7}");
	space_grid_point(&m.space, 1, p);
	check_json(&m.space, p, "{\"a\":1,\"b\":\"y\",\"k\":7}");
	space_grid_point(&m.space, 5, p);
	check_json(&m.space, p, "{\"a\":2,\"b\":\"z\",\"k\":7}");
	maker_free(&m);
}

TEST(grids_that_cannot_be_are_refused)
{
	struct maker m = {0}, w = {0}, big = {0};
	const double weights[] = {0.5, 0.5};
	struct error err = {0};
	uint64_t size;
	char name[16];

	maker_range(&m, "lr", DIST_UNIFORM, 0, 1);
	maker_finish(&m);
	CHECK(!space_grid_size(&m.space, &size, &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK(strstr(err.text, "lr") && strstr(err.text, "values:"));
	maker_choice(&w, "c", "1 2")->probabilities = weights;
	maker_finish(&w);
	CHECK(!space_grid_size(&w.space, &size, &err));
	CHECK(strstr(err.text, "probabilities") != NULL);
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "p%02d", i);
		maker_choice(&big, name, "1 2");
	}
	maker_finish(&big);
	CHECK(!space_grid_size(&big.space, &size, &err));
	CHECK(strstr(err.text, "cells") != NULL);
	maker_free(&m);
	maker_free(&w);
	maker_free(&big);
}

TEST_MAIN(names_are_sorted_at_every_level, arguments_have_groups_behind_plain_names,
          conditions_follow_their_parents,
          inactive_parameters_do_not_tell_configurations_apart, circles_are_refused,
          a_condition_on_oneself_is_a_circle,
          configurations_are_counted_with_conditions, a_huge_space_is_unbounded,
          feasible_means_every_constraint_holds, defaults,
          grid_cells_count_like_an_odometer, grids_that_cannot_be_are_refused)
