/* What a strategy from outside may answer, and what is made of it. */
#include "spaces.h"
#include "study/outside_json.h"
#include "test.h"

enum { N = 4 };

struct rig {
	struct maker m;
	struct arena a;
	struct coord point[N];
	const char *why;
	struct error err;
};

/* a: 1 … 4; b: a choice; c: with b = sgd only; d: a constant. */
static void begin(struct rig *r)
{
	*r = (struct rig){0};
	maker_steps(&r->m, "a", DIST_INT_UNIFORM, 1, 4, 1);
	maker_choice(&r->m, "b", "sgd 7 0.5");
	maker_range(&r->m, "c", DIST_UNIFORM, 0, 2);
	maker_choice(&r->m, "d", "3")->dist = DIST_CONSTANT;
	maker_when(&r->m, "c", "b", "sgd");
	maker_finish(&r->m);
	maker_constrain(&r->m, "a < 4 or b == 7");
}

static void end(struct rig *r)
{
	arena_free(&r->a);
	maker_free(&r->m);
}

static enum ask answer(struct rig *r, const char *line)
{
	r->err.text[0] = '\0';
	return program_answer(line, strlen(line), &r->m.space, r->point, &r->why, &r->a,
	                      &r->err);
}

static void check_point(struct rig *r, const char *params, const char *found)
{
	const struct value *values[N];
	struct str line = {0}, text = {0};

	str_addf(&line, "{\"params\":%s}", params);
	CHECK_INT(answer(r, line.s), ASK_POINT);
	CHECK_STR(r->err.text, "");
	space_decode(&r->m.space, r->point, &r->a, values);
	space_json(&r->m.space, values, &text);
	CHECK_STR(str_text(&text), found);
	for (size_t i = 0; i < N; i++) {
		CHECK_INT(r->point[i].level, -1);
		CHECK(r->point[i].u > 0 && r->point[i].u < 1);
	}
	str_free(&line);
	str_free(&text);
}

static void check_wrong(struct rig *r, const char *line, const char *error)
{
	CHECK_INT(answer(r, line), ASK_ERROR);
	CHECK_STR(r->err.text, error);
}

TEST(points)
{
	struct rig r;

	begin(&r);
	check_point(&r, "{\"a\":3,\"b\":\"sgd\",\"c\":0.5}",
	            "{\"a\":3,\"b\":\"sgd\",\"c\":0.5,\"d\":3}");
	check_point(&r, "{\"d\":3,\"c\":2,\"b\":\"sgd\",\"a\":1.0}",
	            "{\"a\":1,\"b\":\"sgd\",\"c\":2,\"d\":3}");
	check_point(&r, "{\"a\":4,\"b\":7}", "{\"a\":4,\"b\":7,\"d\":3}");
	/* What is said of an inactive one counts for nothing. */
	check_point(&r, "{\"a\":2,\"b\":0.5,\"c\":1}", "{\"a\":2,\"b\":0.5,\"d\":3}");
	end(&r);
}

TEST(points_outside_of_the_space)
{
	struct rig r;

	begin(&r);
	check_wrong(
	    &r, "{\"params\":{\"a\":5,\"b\":7}}",
	    "it proposes a: 5, which is outside of the space (int_uniform 1 … 4)");
	check_wrong(
	    &r, "{\"params\":{\"a\":\"2\",\"b\":7}}",
	    "it proposes a: \"2\", which is outside of the space (int_uniform 1 … 4)");
	check_wrong(&r, "{\"params\":{\"a\":2,\"b\":\"7\"}}",
	            "it proposes b: \"7\", which is outside of the space (categorical "
	            "sgd, 7, 0.5)");
	check_wrong(&r, "{\"params\":{\"a\":2,\"b\":7,\"d\":4}}",
	            "it proposes d: 4, which is outside of the space (constant 3)");
	check_wrong(&r, "{\"params\":{\"a\":2,\"b\":7,\"e\":4}}",
	            "it proposes e, which is no parameter");
	check_wrong(&r, "{\"params\":{\"b\":7}}", "it proposes no value for a");
	check_wrong(&r, "{\"params\":{\"a\":1,\"b\":\"sgd\"}}",
	            "it proposes no value for c");
	check_wrong(&r, "{\"params\":{\"a\":4,\"b\":0.5}}",
	            "its proposal breaks the constraint a < 4 or b == 7");
	end(&r);
}

TEST(other_answers)
{
	struct rig r;

	begin(&r);
	CHECK_INT(answer(&r, "{\"wait\":true}"), ASK_WAIT);
	CHECK_INT(answer(&r, "{\"done\":true,\"why\":\"a grid is over\"}"), ASK_DONE);
	CHECK_STR(r.why, "a grid is over");
	CHECK_INT(answer(&r, "{\"done\":true,\"why\":\"\"}"), ASK_DONE);
	CHECK_STR(r.why, "its strategy has nothing more to propose");
	check_wrong(&r, "{\"wait\":true,\"error\":\"no luck\"}", "it says: no luck");
	check_wrong(&r, "{\"wait\":1}",
	            "it answers {\"wait\":1}\n  help: an answer is one line, "
	            "{\"params\": {…}}, {\"wait\": true} or {\"done\": true}");
	check_wrong(&r, "hello",
	            "it answers hello\n  help: an answer is one line, "
	            "{\"params\": {…}}, {\"wait\": true} or {\"done\": true}");
	end(&r);
}

TEST_MAIN(points, points_outside_of_the_space, other_answers)
