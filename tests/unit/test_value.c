/* Values: their text is Python's, their equality W&B's. */
#include "base/set.h"
#include "space/value.h"

#include "test.h"

static struct value none(void)
{
	return (struct value){.kind = VALUE_NULL};
}

static struct value boolean(bool b)
{
	return (struct value){.kind = VALUE_BOOL, .boolean = b};
}

static struct value list(const struct value *items, size_t n)
{
	return (struct value){.kind = VALUE_LIST, .n = n, .items = items};
}

static struct value map(const char *const *keys, const struct value *items, size_t n)
{
	return (struct value){.kind = VALUE_MAP, .n = n, .items = items, .keys = keys};
}

static void check_text(struct value v, const char *want)
{
	struct str s = {0};

	value_text(&v, &s);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

/* The repr of a string, which shows inside a list. */
static void check_repr(const char *s, const char *want)
{
	struct value v = value_string(s);

	check_text(list(&v, 1), want);
}

static void check_json(struct value v, bool python, const char *want)
{
	struct str s = {0};

	value_json(&v, &s, python);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

TEST(scalars_print_as_python_does)
{
	check_text(none(), "None");
	check_text(boolean(true), "True");
	check_text(boolean(false), "False");
	check_text(value_int(-16), "-16");
	check_text(value_int(INT64_MIN), "-9223372036854775808");
	check_text(value_float(1e-5), "1e-05");
	check_text(value_float(0.0001), "0.0001");
	check_text(value_float(1e16), "1e+16");
	check_text(value_float(0.1 + 0.2), "0.30000000000000004");
	check_text(value_string("a b"), "a b");
	check_text(value_string("it's"), "it's");
	check_text(value_string(""), "");
}

TEST(a_whole_float_has_no_point)
{
	check_text(value_float(3), "3");
	check_text(value_float(-1), "-1");
	check_text(value_float(1e15), "1000000000000000");
}

TEST(lists_and_maps_print_as_python_does)
{
	const struct value items[] = {value_int(1), value_float(2.5), value_string("x"),
	                              boolean(true), none()};
	const struct value betas[] = {value_float(0.9), value_float(0.95)};
	const struct value inner[] = {list(betas, 2)};
	const char *const inner_keys[] = {"beta"};
	const struct value outer[] = {value_string("adam"), value_float(0.1),
	                              map(inner_keys, inner, 1)};
	const char *const outer_keys[] = {"name", "lr", "n"};

	check_text(list(items, 5), "[1, 2.5, 'x', True, None]");
	check_text(list(NULL, 0), "[]");
	check_text(map(NULL, NULL, 0), "{}");
	check_text(map(outer_keys, outer, 3),
	           "{'name': 'adam', 'lr': 0.1, 'n': {'beta': [0.9, 0.95]}}");
}

TEST(strings_in_lists_are_quoted_as_python_does)
{
	check_repr("it's", "[\"it's\"]");
	check_repr("say \"x\"", "['say \"x\"']");
	check_repr("it's \"both\"", "['it\\'s \"both\"']");
	check_repr("a\\b", "['a\\\\b']");
	check_repr("\t\n\r", "['\\t\\n\\r']");
	check_repr("\x01\x1b\x7f", "['\\x01\\x1b\\x7f']");
	check_repr("é 日本 😀", "['é 日本 😀']");
	/* No-break space, soft hyphen, line separator, byte order mark, a private
	 * character, a language tag. */
	check_repr("\xc2\xa0", "['\\xa0']");
	check_repr("\xc2\xad", "['\\xad']");
	check_repr("\xe2\x80\xa8", "['\\u2028']");
	check_repr("\xef\xbb\xbf", "['\\ufeff']");
	check_repr("\xee\x80\x80", "['\\ue000']");
	check_repr("\xf3\xa0\x80\x81", "['\\U000e0001']");
	check_repr("\xef\xbf\xbe", "['\\ufffe']");
	check_repr("\xf0\x9f\xbf\xbf", "['\\U0001ffff']");
}

TEST(a_broken_string_stays_inside_its_bytes)
{
	struct value v = value_string("\xf0");
	struct str s = {0};
	struct value l = list(&v, 1);

	value_text(&l, &s);
	CHECK_INT(s.len, 5);
	str_free(&s);
}

TEST(json_in_two_styles)
{
	const struct value items[] = {value_int(1), value_string("é"), none()};
	const char *const keys[] = {"a", "b\"", "c"};
	struct value m = map(keys, items, 3);

	check_json(m, true, "{\"a\": 1, \"b\\\"\": \"\\u00e9\", \"c\": null}");
	check_json(m, false, "{\"a\":1,\"b\\\"\":\"é\",\"c\":null}");
	check_json(list(items, 2), true, "[1, \"\\u00e9\"]");
	check_json(boolean(true), false, "true");
	check_json(value_float(2), false, "2");
	check_json(value_float(1e-5), false, "1e-05");
}

static bool same(struct value a, struct value b)
{
	bool equal = value_equal(&a, &b);

	CHECK(equal == value_equal(&b, &a));
	/* Different values hash differently, too, or the search would lose some. */
	CHECK(equal == (value_hash(SET_HASH, &a) == value_hash(SET_HASH, &b)));
	return equal;
}

TEST(equality_and_hash_agree)
{
	CHECK(same(value_int(1), value_float(1)));
	CHECK(same(value_int(0), value_float(-0.0)));
	CHECK(same(value_float(0.5), value_float(0.5)));
	CHECK(same(value_int(INT64_C(1) << 53), value_float(0x1p53)));
	CHECK(!same(value_int((INT64_C(1) << 53) + 1), value_float(0x1p53)));
	CHECK(!same(value_int(INT64_MAX), value_float(0x1p63)));
	CHECK(!same(value_int(1), boolean(true)));
	CHECK(!same(value_int(1), value_string("1")));
	CHECK(!same(value_int(0), none()));
	CHECK(!same(value_string(""), none()));
	CHECK(!same(value_string("a"), value_string("b")));
	CHECK(same(none(), none()));
}

TEST(equality_of_lists_and_maps)
{
	const struct value ab[] = {value_int(1), value_int(2)};
	const struct value ba[] = {value_int(2), value_float(1)};
	const char *const keys[] = {"x", "y"}, *const swapped[] = {"y", "x"};
	struct value nested = list(ab, 1);

	CHECK(same(list(ab, 2), list(ab, 2)));
	CHECK(!same(list(ab, 2), list(ba, 2)));
	CHECK(!same(list(ab, 2), list(ab, 1)));
	CHECK(same(map(keys, ab, 2), map(swapped, ba, 2)));
	CHECK(!same(map(keys, ab, 2), map(swapped, ab, 2)));
	CHECK(!same(list(NULL, 0), map(NULL, NULL, 0)));
	CHECK(!same(list(&nested, 1), nested));
}

TEST(numbers)
{
	struct value v = boolean(true), s = value_string("1"), i = value_int(-3);
	double x = 0;

	CHECK(value_number(&v, &x) && x == 1);
	CHECK(value_number(&i, &x) && x == -3);
	CHECK(!value_number(&s, &x));
	CHECK_STR(value_kind_name(VALUE_MAP), "mapping");
}

TEST_MAIN(scalars_print_as_python_does, a_whole_float_has_no_point,
          lists_and_maps_print_as_python_does,
          strings_in_lists_are_quoted_as_python_does,
          a_broken_string_stays_inside_its_bytes, json_in_two_styles,
          equality_and_hash_agree, equality_of_lists_and_maps, numbers)
