/* Changes between two configurations: which there are, what moves together, and what is
 * between. */
#include "config/spec.h"
#include "space/changes.h"
#include "test.h"

#include <string.h>

static struct arena arena;
static struct spec spec;
static struct changes changes;

/* Between the defaults and the values that are given as presets of a second file. */
static void between(const char *defaults, const char *winner)
{
	const struct spec_overrides none = {0};
	struct coord *from, *to;
	struct spec other;
	struct error err;
	bool any;

	arena_free(&arena);
	CHECK(spec_parse(&spec, "a.yaml", defaults, strlen(defaults), &none, &arena,
	                 &err));
	CHECK(
	    spec_parse(&other, "b.yaml", winner, strlen(winner), &none, &arena, &err));
	from = arena_new(&arena, spec.space.n, sizeof *from);
	to = arena_new(&arena, spec.space.n, sizeof *to);
	CHECK(space_defaults(&spec.space, from, &any, &err));
	CHECK(space_defaults(&other.space, to, &any, &err));
	changes_find(&changes, &spec.space, from, to, &arena);
}

static const char *mixed(uint64_t mask)
{
	struct coord *point = arena_new(&arena, spec.space.n, sizeof *point);
	const struct value **values = arena_new(&arena, spec.space.n, sizeof *values);
	struct str text = {0};
	const char *out;

	changes_mix(&changes, mask, point);
	space_decode(&spec.space, point, &arena, values);
	space_json(&spec.space, values, &text);
	out = arena_strdup(&arena, str_text(&text));
	str_free(&text);
	return out;
}

#define HEAD "command: [true]\nmetric: {name: l}\nmethod: random\nparameters:\n"

TEST(a_change_for_every_parameter_that_differs)
{
	between(HEAD
	        "  a: {min: 0, max: 9, default: 1}\n  b: {min: 0, max: 9, default: 2}\n"
	        "  c: {min: 0, max: 9, default: 3}\n",
	        HEAD
	        "  a: {min: 0, max: 9, default: 7}\n  b: {min: 0, max: 9, default: 2}\n"
	        "  c: {min: 0, max: 9, default: 5}\n");
	CHECK_INT(changes.n, 2);
	CHECK_INT(changes.change_of[0], 0);
	CHECK(changes.change_of[1] == SIZE_MAX);
	CHECK_INT(changes.change_of[2], 1);
	CHECK_STR(mixed(0), "{\"a\":1,\"b\":2,\"c\":3}");
	CHECK_STR(mixed(1), "{\"a\":7,\"b\":2,\"c\":3}");
	CHECK_STR(mixed(2), "{\"a\":1,\"b\":2,\"c\":5}");
	CHECK_STR(mixed(3), "{\"a\":7,\"b\":2,\"c\":5}");
}

#define OPT "  opt: {values: [adam, sgd, rms], default: "
#define REST                                                                           \
	"  mom: {min: 0, max: 9, default: 4, when: {opt: [sgd, rms]}}\n"               \
	"  nest: {values: [0, 1], default: 1, when: {mom: 4}}\n"                       \
	"  beta: {min: 0, max: 9, default: 8, when: {opt: adam}}\n"

TEST(what_a_parent_brings_moves_with_it)
{
	between(HEAD OPT "adam}\n" REST, HEAD OPT "sgd}\n" REST);
	CHECK_INT(changes.n, 1);
	CHECK_INT(changes.list[0].n, 4);
	CHECK_INT(changes.list[0].params[0], space_find(&spec.space, "opt"));
	CHECK_STR(mixed(0), "{\"beta\":8,\"opt\":\"adam\"}");
	CHECK_STR(mixed(1), "{\"mom\":4,\"nest\":1,\"opt\":\"sgd\"}");
}

TEST(a_child_of_both_is_a_change_of_its_own)
{
	between(HEAD OPT "rms}\n" REST, HEAD OPT
	        "sgd}\n"
	        "  mom: {min: 0, max: 9, default: 6, when: {opt: [sgd, rms]}}\n"
	        "  nest: {values: [0, 1], default: 1, when: {mom: 4}}\n"
	        "  beta: {min: 0, max: 9, default: 8, when: {opt: adam}}\n");
	CHECK_INT(changes.n, 2);
	CHECK_INT(changes.list[0].n, 2); /* mom, and nest, which it takes away */
	CHECK_STR(mixed(0), "{\"mom\":4,\"nest\":1,\"opt\":\"rms\"}");
	CHECK_STR(mixed(1), "{\"mom\":6,\"opt\":\"rms\"}");
	CHECK_STR(mixed(2), "{\"mom\":4,\"nest\":1,\"opt\":\"sgd\"}");
}

/* Active in neither, but between them: as in the defaults. */
TEST(what_only_the_middle_has_is_at_its_default)
{
	between(HEAD
	        "  a: {values: [0, 1], default: 0}\n  b: {values: [0, 1], default: 1}\n"
	        "  c: {min: 0, max: 9, default: 3, when: {a: 1, b: 1}}\n",
	        HEAD
	        "  a: {values: [0, 1], default: 1}\n  b: {values: [0, 1], default: 0}\n"
	        "  c: {min: 0, max: 9, default: 5, when: {a: 1, b: 1}}\n");
	CHECK_INT(changes.n, 2);
	CHECK_STR(mixed(1), "{\"a\":1,\"b\":1,\"c\":3}");
	CHECK_STR(mixed(3), "{\"a\":1,\"b\":0}");
}

TEST(the_same_has_no_changes)
{
	between(HEAD OPT "rms}\n" REST, HEAD OPT "rms}\n" REST);
	CHECK_INT(changes.n, 0);
}

TEST_MAIN(a_change_for_every_parameter_that_differs, what_a_parent_brings_moves_with_it,
          a_child_of_both_is_a_change_of_its_own,
          what_only_the_middle_has_is_at_its_default, the_same_has_no_changes)
