/* Constraints: Python's meaning, and refusals that point at the place. */
#include "space/constraint.h"

#include "test.h"

static const char *const names[] = {"width", "heads",   "lr",   "optimizer", "flag",
                                    "opt.b", "my-name", "none", "list",      "text"};
enum { NAMES = sizeof names / sizeof *names };

static const struct value sizes[] = {{.kind = VALUE_INT, .integer = 1},
                                     {.kind = VALUE_INT, .integer = 2}};
static const struct value values[NAMES] = {
    {.kind = VALUE_INT, .integer = 96},
    {.kind = VALUE_INT, .integer = 8},
    {.kind = VALUE_FLOAT, .number = 0.1},
    {.kind = VALUE_STRING, .string = "adam"},
    {.kind = VALUE_BOOL, .boolean = true},
    {.kind = VALUE_FLOAT, .number = 0.9},
    {.kind = VALUE_INT, .integer = 3},
    {.kind = VALUE_NULL},
    {.kind = VALUE_LIST, .n = 2, .items = sizes},
    {.kind = VALUE_STRING, .string = "12"},
};

static enum constraint_result check(const char *text, struct error *err)
{
	const struct value *all[NAMES];
	struct arena a = {0};
	struct constraint *c;
	enum constraint_result r = CONSTRAINT_SKIPPED;
	size_t column;

	for (size_t i = 0; i < NAMES; i++)
		all[i] = &values[i];
	err->kind = ERROR_NONE;
	c = constraint_parse(text, names, NAMES, &a, &column, err);
	if (c)
		r = constraint_check(c, all, err);
	else
		printf("# %s: %s\n", text, err->text);
	arena_free(&a);
	return r;
}

static void holds(const char *text)
{
	struct error err = {0};
	enum constraint_result r = check(text, &err);

	if (r != CONSTRAINT_HOLDS)
		printf("# %s\n", text);
	CHECK_INT(r, CONSTRAINT_HOLDS);
}

/* False, but not for an error. */
static void is_false(const char *text)
{
	struct error err = {0};
	enum constraint_result r = check(text, &err);

	if (r != CONSTRAINT_FAILS || err.kind)
		printf("# %s\n", text);
	CHECK_INT(r, CONSTRAINT_FAILS);
	CHECK_INT(err.kind, ERROR_NONE);
}

static void cannot(const char *text, const char *why)
{
	struct error err = {0};

	CHECK_INT(check(text, &err), CONSTRAINT_FAILS);
	CHECK_STR(err.text, why);
}

TEST(examples)
{
	holds("width % heads == 0");
	is_false("width % 7 == 0");
	holds("lr * width < 10 and optimizer != 'sgd'");
	holds("optimizer in ['adam', \"adamw\"]");
	holds("opt.b > lr");
	holds("`my-name` == 3");
	holds("none == None and none == null");
	holds("flag");
	is_false("not flag");
}

TEST(precedence_is_pythons)
{
	holds("1 + 2 * 3 == 7");
	holds("-2 ** 2 == -4");
	holds("2 ** 3 ** 2 == 512");
	holds("2 ** -1 == 0.5");
	holds("(1 + 2) * 3 == 9");
	holds("True or False and False");
	holds("not 1 == 2");
	holds("7 - 2 - 1 == 4");
	holds("100 / 10 / 2 == 5");
}

TEST(division_rounds_down)
{
	holds("-7 // 2 == -4");
	holds("-7 % 3 == 2");
	holds("7 % -3 == -2");
	holds("-7.5 // 2 == -4");
	holds("-7.5 % 2 == 0.5");
	holds("6 // -1 == -6");
	holds("7 / 2 == 3.5");
	/* From the exact remainder: 0.1 is a little more than a tenth. */
	holds("1 // 0.1 == 9");
	holds("1 % 0.1 > 0.09");
}

TEST(integers_are_exact)
{
	holds("9007199254740993 % 2 == 1");
	holds("9007199254740993 != 9007199254740992.0");
	holds("9007199254740993 > 9007199254740992.0");
	holds("9223372036854775807 - 1 == 9223372036854775806");
	holds("3 ** 39 == 4052555153018976267");
	holds("9223372036854775807 + 1 > 9.2e18");
	holds("(-9223372036854775807 - 1) % -1 == 0");
	holds("(-9223372036854775807 - 1) // -1 > 0");
}

TEST(comparisons_chain)
{
	holds("0 < lr < 1");
	is_false("0 < lr < 0.05");
	holds("1 < 2 > 1 != 3");
	holds("1 < 2 == 2");
	is_false("3 > 2 > 2");
}

TEST(equality_across_types)
{
	is_false("text == 12");
	holds("text != 12");
	holds("1 == True");
	holds("1 == 1.0");
	is_false("none == 0");
	holds("[1, 2] == list");
	holds("[True, 2.0] == list");
	cannot("optimizer < 3", "a string and a integer have no order");
	cannot("none < 1", "a null and a integer have no order");
	holds("'a' < 'b'");
}

TEST(membership)
{
	holds("heads in [4, 8]");
	holds("heads in (4, 8)");
	holds("heads not in [1, 2]");
	holds("2 in list");
	holds("heads in [4, width // 12]");
	holds("'dam' in optimizer");
	is_false("1 in []");
	cannot("1 in 2", "\"in\" wants a [list], not a integer");
}

TEST(logic_is_short)
{
	holds("True or 1 / 0");
	is_false("False and 1 / 0");
	holds("(0 or 5) == 5");
	holds("(3 and 5) == 5");
	is_false("''");
	is_false("[]");
	is_false("0.0");
	holds("'False'");
}

TEST(functions)
{
	holds("min(3, 1, 2) == 1 and max([3, 1, 2]) == 3");
	holds("abs(-3) == 3 and abs(-2.5) == 2.5");
	holds("round(2.5) == 2 and round(3.5) == 4 and round(2.675, 2) == 2.67");
	holds("round(1250, -2) == 1200");
	holds("floor(-1.5) == -2 and ceil(-1.5) == -1");
	holds("sqrt(16) == 4 and log2(8) == 3 and log10(1000) == 3");
	holds("abs(log(8, 2) - 3) < 1e-12 and exp(0) == 1 and log(1) == 0");
	holds("int(-1.9) == -1 and float(3) == 3 and int(text) == 12");
	holds("float('0.5') == 0.5");
	holds("len('äbc') == 3 and len(list) == 2");
}

TEST(what_cannot_be_computed_fails_with_a_reason)
{
	cannot("1 / 0 == 1", "division by zero");
	cannot("1 % 0 == 1", "division by zero");
	cannot("1.5 // 0.0 == 1", "division by zero");
	cannot("sqrt(-1) > 0", "sqrt(-1) is not a finite number");
	cannot("log(0) < 0", "log(0) is not a finite number");
	cannot("10.0 ** 400 > 1", "the result is not finite");
	cannot("optimizer + 1 > 0", "arithmetic with a string");
	cannot("int(optimizer) > 0", "int('adam'): not a number");
	cannot("min([]) > 0", "min of an empty list");
	cannot("len(3) > 0", "len of a integer");
}

TEST(an_inactive_parameter_skips)
{
	const struct value *some[NAMES] = {&values[0]};
	struct arena a = {0};
	size_t column;
	struct error err = {0};
	struct constraint *c =
	    constraint_parse("width > 1 or heads > 1", names, NAMES, &a, &column, &err);

	CHECK(c && constraint_uses(c, 0) && constraint_uses(c, 1));
	CHECK(c && !constraint_uses(c, 2) && !constraint_uses(c, 999));
	CHECK(c && constraint_check(c, some, NULL) == CONSTRAINT_SKIPPED);
	some[1] = &values[1];
	CHECK(c && constraint_check(c, some, NULL) == CONSTRAINT_HOLDS);
	CHECK_STR(c ? constraint_text(c) : NULL, "width > 1 or heads > 1");
	arena_free(&a);
}

static void refuses(const char *text, size_t where, const char *why)
{
	struct arena a = {0};
	struct error err = {0};
	size_t column = 9999;

	CHECK(!constraint_parse(text, names, NAMES, &a, &column, &err));
	CHECK_INT(column, where);
	CHECK_STR(err.text, why);
	CHECK_INT(err.kind, ERROR_FILE);
	arena_free(&a);
}

TEST(refusals_point_at_the_place)
{
	refuses("", 0, "it ends too early");
	refuses("width >", 7, "it ends too early");
	refuses("width = 3", 6, "\"=\" sets nothing here; to compare, write ==");
	refuses("widht > 3", 0, "there is no parameter widht; did you mean width?");
	refuses("optimizer == sgd", 13,
	        "there is no parameter sgd; a text needs quotes: 'sgd'");
	refuses("width > 3 && heads > 1", 10,
	        "\"&\" means nothing here; write \"and\"");
	refuses("width > 3 || heads", 10, "\"|\" means nothing here; write \"or\"");
	refuses("!flag", 0, "\"!\" means nothing here; write \"not\"");
	refuses("(width > 3", 10, "expected \")\"");
	refuses("[1, 2", 5, "expected \"]\"");
	refuses("width > 3)", 9, "did not expect \")\" here");
	refuses("width > 'a", 8, "this string has no end");
	refuses("`width > 1", 0, "this name has no closing `");
	refuses("width > 12x", 8, "this is not a number");
	refuses("sqrt > 1", 0, "sqrt is a function: write sqrt(…)");
	refuses("sqrt(1, 2) > 1", 0, "sqrt takes one operand");
	refuses("min() > 1", 0, "min takes at least one operand");
	refuses("width … 3", 6, "did not expect \"…\" here");
}

TEST(text_and_nesting_are_bounded)
{
	char deep[400], longest[5000];
	struct arena a = {0};
	struct error err = {0};
	size_t column;

	memset(deep, '(', 200);
	snprintf(deep + 200, sizeof deep - 200, "1");
	CHECK(!constraint_parse(deep, names, NAMES, &a, &column, &err));
	CHECK_STR(err.text, "nested deeper than 64");
	memset(deep, '-', 200);
	CHECK(!constraint_parse(deep, names, NAMES, &a, &column, &err));
	memset(longest, ' ', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	CHECK(!constraint_parse(longest, names, NAMES, &a, &column, &err));
	CHECK_STR(err.text, "longer than 4096 bytes");
	for (size_t i = 0; i < 4001; i++)
		longest[i] = i % 2 ? '+' : '1';
	longest[4001] = '\0';
	CHECK(constraint_parse(longest, names, NAMES, &a, &column, &err) != NULL);
	arena_free(&a);
}

TEST(strings_have_escapes)
{
	holds("'it\\'s' == \"it's\"");
	holds("len('a\\nb') == 3");
	holds("len('a\\qb') == 4");
}

TEST_MAIN(examples, precedence_is_pythons, division_rounds_down, integers_are_exact,
          comparisons_chain, equality_across_types, membership, logic_is_short,
          functions, what_cannot_be_computed_fails_with_a_reason,
          an_inactive_parameter_skips, refusals_point_at_the_place,
          text_and_nesting_are_bounded, strings_have_escapes)
