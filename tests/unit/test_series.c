/* What is kept of the numbers that a run says under names. */
#include "base/series.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

static struct arena room;

static const struct series_set *set_of(struct series_log *log,
                                       const struct series_set *earlier, size_t points)
{
	const struct series_set *set = series_pack(log, earlier, points, &room);

	series_log_free(log);
	return set;
}

static char *text_of(const struct series_set *set)
{
	struct str out = {0};

	str_addc(&out, '{');
	series_json(set, &out);
	str_addc(&out, '}');
	return out.s;
}

static bool read(const char *text, const struct series_set **set)
{
	cJSON *json = json_parse(text, strlen(text));
	bool ok = json && series_read(json, false, set, &room);

	cJSON_Delete(json);
	return ok;
}

static void check_text(const struct series_set *set, const char *want)
{
	const struct series_set *same;
	char *text = text_of(set), *again;

	CHECK_STR(text, want);
	CHECK(read(text, &same));
	again = text_of(same);
	CHECK_STR(again, want);
	free(text);
	free(again);
}

/* One name, values i at steps 10 i. */
static const struct series_set *ramp(size_t n, size_t points)
{
	struct series_log log = {0};

	for (size_t i = 0; i < n; i++)
		series_say(&log, "x", 10 * (double)i, (double)i);
	return set_of(&log, NULL, points);
}

TEST(last_limits_and_curve)
{
	struct series_log log = {0};

	series_say(&log, "acc", (double)NAN, 0.5);
	series_say(&log, "size", (double)NAN, 1234);
	series_say(&log, "acc", (double)NAN, 0.75);
	series_say(&log, "acc", (double)NAN, 0.25);
	check_text(set_of(&log, NULL, SERIES_POINTS),
	           "{\"acc\":{\"last\":0.25,\"n\":3,\"min\":0.25,\"max\":0.75,"
	           "\"curve\":[[0,0.5],[1,0.75],[2,0.25]]},\"size\":{\"last\":1234}}");
}

TEST(what_is_no_finite_number)
{
	struct series_log log = {0};

	series_say(&log, "a", 1, 2);
	series_say(&log, "a", 2, (double)NAN);
	series_say(&log, "b", 1, (double)INFINITY);
	series_say(&log, "b", 2, -(double)INFINITY);
	check_text(set_of(&log, NULL, SERIES_POINTS),
	           "{\"a\":{\"last\":\"nan\",\"n\":2,\"min\":2,\"max\":2,"
	           "\"curve\":[[1,2],[2,\"nan\"]]},"
	           "\"b\":{\"last\":\"-inf\",\"n\":2,"
	           "\"curve\":[[1,\"inf\"],[2,\"-inf\"]]}}");
}

TEST(what_is_no_step)
{
	struct series_log log = {0};
	struct series s;

	series_say(&log, "a", (double)INFINITY, 7);
	series_say(&log, "a", (double)-INFINITY, 8);
	CHECK(series_find(set_of(&log, NULL, SERIES_POINTS), "a", &s));
	CHECK(s.n_points == 2);
	CHECK_DOUBLE(s.points[0].step, 0, 0);
	CHECK_DOUBLE(s.points[1].step, 1, 0);
}

TEST(an_epoch_has_no_curve)
{
	struct series_log log = {0};

	series_say(&log, "epoch", 1, 1);
	series_say(&log, "epoch", 2, 2);
	check_text(set_of(&log, NULL, SERIES_POINTS),
	           "{\"epoch\":{\"last\":2,\"n\":2,\"min\":1,\"max\":2}}");
}

/* The smallest power of two that leaves no more than there is room for. */
TEST(curves_are_thinned_by_the_rule)
{
	static const struct {
		size_t n, points, left, step;
	} cases[] = {{100, 100, 100, 1}, {101, 100, 51, 2}, {150, 100, 76, 2},
	             {199, 100, 100, 2}, {200, 100, 51, 4}, {100000, 100, 99, 1024},
	             {20, 20, 20, 1},    {21, 20, 11, 2},   {5000, 20, 11, 512},
	             {5000, 0, 0, 1}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct series_set *set = ramp(cases[i].n, cases[i].points);
		struct series s;

		CHECK(series_find(set, "x", &s));
		CHECK_INT(s.n, cases[i].n);
		CHECK_INT(s.n_points, cases[i].left);
		CHECK_DOUBLE(s.max, (double)cases[i].n - 1, 0);
		for (size_t k = 0; k + 1 < s.n_points; k++) {
			CHECK_DOUBLE(s.points[k].value, (double)(k * cases[i].step), 0);
			CHECK_DOUBLE(s.points[k].step, 10 * s.points[k].value, 0);
		}
		if (s.n_points)
			CHECK_DOUBLE(s.points[s.n_points - 1].value, s.max, 0);
	}
}

TEST(names_are_bounded)
{
	struct series_log log = {0};
	const struct series_set *set;
	char name[300] = "";
	struct series s;

	series_say(&log, "", 0, 1);
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof name, "name%d", i);
		series_say(&log, name, 0, i);
	}
	set = set_of(&log, NULL, SERIES_POINTS);
	CHECK_INT(set->n, SERIES_MAX);
	CHECK(set->more);
	CHECK(series_find(set, "name63", &s) && !series_find(set, "name64", &s));
	memset(name, 'x', SERIES_NAME + 1);
	series_say(&log, name, 0, 1);
	CHECK(!set_of(&log, NULL, SERIES_POINTS));
}

/* A launch that goes on from a step counts behind what there was before it. */
TEST(launches_are_joined)
{
	struct series_log log = {0};
	const struct series_set *first = ramp(4, SERIES_POINTS);

	series_say(&log, "x", 20, 7);
	series_say(&log, "y", 20, 1);
	check_text(
	    set_of(&log, first, SERIES_POINTS),
	    "{\"x\":{\"last\":7,\"n\":3,\"min\":0,\"max\":7,"
	    "\"curve\":[[0,0],[10,1],[20,7]]},\"y\":{\"last\":1,\"curve\":[[20,1]]}}");
	series_say(&log, "x", 40, -1);
	check_text(set_of(&log, first, SERIES_POINTS),
	           "{\"x\":{\"last\":-1,\"n\":5,\"min\":-1,\"max\":3,"
	           "\"curve\":[[0,0],[10,1],[20,2],[30,3],[40,-1]]}}");
	/* From the start: what there was is said again. */
	series_say(&log, "x", 0, 5);
	series_say(&log, "x", 10, 6);
	check_text(set_of(&log, first, SERIES_POINTS),
	           "{\"x\":{\"last\":6,\"n\":2,\"min\":5,\"max\":6,"
	           "\"curve\":[[0,5],[10,6]]}}");
	series_say(&log, "x", (double)NAN, 5);
	check_text(set_of(&log, first, SERIES_POINTS), "{\"x\":{\"last\":5}}");
	series_say(&log, "z", (double)NAN, 5);
	check_text(set_of(&log, first, SERIES_POINTS),
	           "{\"x\":{\"last\":3,\"n\":4,\"min\":0,\"max\":3,"
	           "\"curve\":[[0,0],[10,1],[20,2],[30,3]]},\"z\":{\"last\":5}}");
	check_text(set_of(&log, first, 0),
	           "{\"x\":{\"last\":3,\"n\":4,\"min\":0,\"max\":3,"
	           "\"curve\":[[0,0],[10,1],[20,2],[30,3]]}}");
}

TEST(a_log_moves_behind_another)
{
	struct series_log log = {0}, held = {0};

	series_say(&log, "a", 0, 1);
	series_say(&held, "a", 1, 2);
	series_say(&held, "b", (double)NAN, 3);
	series_log_move(&log, &held);
	CHECK_INT(held.n, 0);
	check_text(set_of(&log, NULL, SERIES_POINTS),
	           "{\"a\":{\"last\":2,\"n\":2,\"min\":1,\"max\":2,"
	           "\"curve\":[[0,1],[1,2]]},\"b\":{\"last\":3}}");
}

TEST(what_is_not_whole_is_refused)
{
	static const char *const bad[] = {"[]",
	                                  "{\"a\":1}",
	                                  "{\"a\":{}}",
	                                  "{\"a\":{\"last\":\"x\"}}",
	                                  "{\"\":{\"last\":1}}",
	                                  "{\"a\":{\"last\":1,\"curve\":[1]}}",
	                                  "{\"a\":{\"last\":1,\"curve\":[[1]]}}"};
	const struct series_set *set;
	struct str many = {0};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!read(bad[i], &set));
	for (int i = 0; i <= SERIES_MAX; i++)
		str_addf(&many, "%s\"k%d\":{\"last\":1}", i ? "," : "{", i);
	str_addc(&many, '}');
	CHECK(!read(str_text(&many), &set));
	str_free(&many);
}

/* The last: it gives the memory back. */
TEST(memory)
{
	arena_free(&room);
}

TEST_MAIN(last_limits_and_curve, what_is_no_finite_number, what_is_no_step,
          an_epoch_has_no_curve, curves_are_thinned_by_the_rule, names_are_bounded,
          launches_are_joined, a_log_moves_behind_another, what_is_not_whole_is_refused,
          memory)
