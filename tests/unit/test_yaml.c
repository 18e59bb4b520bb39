/* From text to tree: types, places, merge keys, limits, the look of an error, --set. */
#include "config/scalar.h"
#include "config/yaml.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

struct rig {
	struct arena a;
	struct notices ns;
	struct yaml y;
	struct error err;
	bool ok;
};

static void parse_n(struct rig *r, const char *text, size_t n)
{
	*r = (struct rig){0};
	r->ns.a = &r->a;
	r->ok = yaml_parse(&r->y, "f.yaml", text, n, &r->a, &r->ns, &r->err);
}

static void parse(struct rig *r, const char *text)
{
	parse_n(r, text, strlen(text));
}

static void done(struct rig *r)
{
	free(r->ns.list);
	arena_free(&r->a);
}

static void check_fails(const char *text, const char *want)
{
	struct rig r;

	parse(&r, text);
	CHECK(!r.ok);
	CHECK_INT(r.err.kind, ERROR_FILE);
	if (!strstr(r.err.text, want))
		CHECK_STR(r.err.text, want);
	done(&r);
}

/* One plain scalar; the text of the value as JSON, its kind before it. */
static void check_type(const char *text, const char *want)
{
	struct str got = {0}, json = {0};
	struct value v = {.kind = VALUE_LIST};
	bool yes_no;

	CHECK(scalar_plain(text, &v, &yes_no) == SCALAR_OK);
	value_json(&v, &json, false);
	str_addf(&got, "%s %s", value_kind_name(v.kind), str_text(&json));
	CHECK_STR(str_text(&got), want);
	str_free(&json);
	str_free(&got);
}

/* What PyYAML 6.0 makes of them, but for the exponents that it leaves strings. */
TEST(plain_scalars)
{
	static const char *const cases[][2] = {
	    {"1e-4", "number 0.0001"},
	    {"1e5", "number 100000"},
	    {"3e6", "number 3000000"},
	    {"1.0e-4", "number 0.0001"},
	    {"1.e-4", "number 0.0001"},
	    {".5", "number 0.5"},
	    {"+.5", "number 0.5"},
	    {"-.5", "number -0.5"},
	    {"2.", "number 2"},
	    {"0.", "number 0"},
	    {"1.5E+3", "number 1500"},
	    {"1_000.5", "number 1000.5"},
	    {"09.5", "number 9.5"},
	    {"1:30.5", "number 90.5"},
	    {"8:7.", "number 487"},
	    {"-1:30.5", "number -90.5"},
	    {"0:30.5", "number 30.5"},
	    {"3", "integer 3"},
	    {"-3", "integer -3"},
	    {"+3", "integer 3"},
	    {"1_000", "integer 1000"},
	    {"1__0", "integer 10"},
	    {"010", "integer 8"},
	    {"0x1F", "integer 31"},
	    {"-0x1f", "integer -31"},
	    {"0b11", "integer 3"},
	    {"1:30", "integer 90"},
	    {"190:20:30", "integer 685230"},
	    {"1_0:30", "integer 630"},
	    {"true", "boolean true"},
	    {"True", "boolean true"},
	    {"FALSE", "boolean false"},
	    {"yes", "boolean true"},
	    {"No", "boolean false"},
	    {"ON", "boolean true"},
	    {"off", "boolean false"},
	    {"~", "null null"},
	    {"", "null null"},
	    {"Null", "null null"},
	    {"None", "string \"None\""},
	    {"none", "string \"none\""},
	    {"tRue", "string \"tRue\""},
	    {"y", "string \"y\""},
	    {"0o10", "string \"0o10\""},
	    {"08", "string \"08\""},
	    {"1:60", "string \"1:60\""},
	    {"0:30", "string \"0:30\""},
	    {"1e", "string \"1e\""},
	    {"e5", "string \"e5\""},
	    {"1e+", "string \"1e+\""},
	    {".", "string \".\""},
	    {"-", "string \"-\""},
	    {"_1", "string \"_1\""},
	    {"0x", "string \"0x\""},
	    {"1.2.3", "string \"1.2.3\""},
	    {"2020-01-01", "string \"2020-01-01\""},
	    {"cuda:0", "string \"cuda:0\""},
	    {"=", "string \"=\""},
	    {"nan", "string \"nan\""},
	    {"inf", "string \"inf\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_type(cases[i][0], cases[i][1]);
}

TEST(scalars_that_are_refused)
{
	static const char *const infinite[] = {".inf", "-.inf", "+.Inf", ".nan",
	                                       ".NAN"};
	static const char *const large[] = {"1e999", "9223372036854775808",
	                                    "0xffffffffffffffff"};
	struct value v;
	bool yes_no;

	for (size_t i = 0; i < ARRAY_LEN(infinite); i++)
		CHECK_INT(scalar_plain(infinite[i], &v, &yes_no), SCALAR_NOT_FINITE);
	for (size_t i = 0; i < ARRAY_LEN(large); i++)
		CHECK_INT(scalar_plain(large[i], &v, &yes_no), SCALAR_TOO_LARGE);
	CHECK_INT(scalar_plain("-9223372036854775808", &v, &yes_no), SCALAR_OK);
	CHECK(v.integer == INT64_MIN);
}

/* Digits without end must not write past the buffer that collects them. */
TEST(endless_numbers)
{
	static const char *const tails[] = {"",   "e+1", "e-11111111",
	                                    ".5", "_",   ":30.5"};
	struct value v;
	bool yes_no;
	char text[1100];

	for (size_t n = 380; n < 1000; n += n < 420 ? 1 : 97)
		for (size_t t = 0; t < ARRAY_LEN(tails); t++) {
			memset(text, '7', n);
			strcpy(text + n, tails[t]);
			scalar_plain(text, &v, &yes_no);
			memcpy(text, "0.", 2);
			scalar_plain(text, &v, &yes_no);
			memcpy(text, "0x", 2);
			scalar_plain(text, &v, &yes_no);
			memcpy(text, "1:30.", 5);
			scalar_plain(text, &v, &yes_no);
		}
	CHECK(v.kind == VALUE_STRING || v.kind == VALUE_FLOAT);
}

TEST(styles_and_tags)
{
	static const char text[] = "quoted: \"1e-4\"\n"
				   "single: 'true'\n"
				   "block: |\n  3\n"
				   "str: !!str 3\n"
				   "float: !!float 1\n"
				   "int: !!int \"3\"\n"
				   "bool: !!bool yes\n"
				   "null: !!null ''\n"
				   "plain: no\n";
	static const struct {
		const char *key;
		enum value_kind kind;
	} want[] = {{"quoted", VALUE_STRING}, {"single", VALUE_STRING},
	            {"block", VALUE_STRING},  {"str", VALUE_STRING},
	            {"float", VALUE_FLOAT},   {"int", VALUE_INT},
	            {"bool", VALUE_BOOL},     {"null", VALUE_NULL}};
	struct rig r;

	parse(&r, text);
	CHECK(r.ok);
	for (size_t i = 0; r.ok && i < ARRAY_LEN(want); i++)
		CHECK_INT(node_get(r.y.root, want[i].key)->value.kind, want[i].kind);
	CHECK(node_get(r.y.root, "plain")->yes_no);
	CHECK(!node_get(r.y.root, "single")->yes_no);
	CHECK(node_get(r.y.root, "missing") == NULL);
	done(&r);
}

TEST(places)
{
	struct rig r;
	struct position at;

	parse(&r, "a: 1\n\xc3\xa9t\xc3\xa9: {b: [x, yy]}\n");
	CHECK(r.ok);
	at = node_key_position(r.y.root, "\xc3\xa9t\xc3\xa9");
	CHECK_INT(at.line, 2);
	CHECK_INT(at.column, 1);
	at = node_get(node_get(r.y.root, "\xc3\xa9t\xc3\xa9"), "b")->items[1]->at;
	CHECK_INT(at.line, 2);
	CHECK_INT(at.column, 14);
	done(&r);
}

TEST(place_inside_a_text)
{
	struct rig r;
	struct position at;

	parse(&r, "a: x < y\nb: 'x <\xc3\xa9 y'\nc: \"x \\u003c y\"\n");
	CHECK(r.ok);
	at = yaml_position(&r.y, node_get(r.y.root, "a"), 5);
	CHECK_INT(at.column, 9);
	at = yaml_position(&r.y, node_get(r.y.root, "b"), 6);
	CHECK_INT(at.line, 2);
	CHECK_INT(at.column, 10);
	at = yaml_position(&r.y, node_get(r.y.root, "c"), 4);
	CHECK_INT(at.column, 4);
	done(&r);
}

static const char *json(struct rig *r, const char *key, struct str *out)
{
	struct value v = node_value(node_get(r->y.root, key), &r->a);

	str_clear(out);
	value_json(&v, out, false);
	return str_text(out);
}

TEST(merge_keys)
{
	struct str out = {0};
	struct rig r;

	parse(&r, "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
	          "one: {<<: *a, x: 9}\n"
	          "before: {x: 9, <<: *a}\n"
	          "list: {<<: [*a, *b]}\n"
	          "quoted: {'<<': 1}\n");
	CHECK(r.ok);
	CHECK_STR(json(&r, "one", &out), "{\"x\":9,\"y\":2}");
	CHECK_STR(json(&r, "before", &out), "{\"x\":9,\"y\":2}");
	CHECK_STR(json(&r, "list", &out), "{\"x\":1,\"y\":2,\"z\":4}");
	CHECK_STR(json(&r, "quoted", &out), "{\"<<\":1}");
	CHECK_INT(r.ns.n, 0);
	str_free(&out);
	done(&r);
}

TEST(duplicate_keys)
{
	struct str out = {0};
	struct rig r;

	parse(&r, "a: {x: 1, x: 2}\nb: 1\n");
	CHECK(r.ok);
	CHECK_STR(json(&r, "a", &out), "{\"x\":2}");
	CHECK_INT(r.ns.n, 1);
	CHECK(r.ns.n && r.ns.list[0].warning);
	CHECK(r.ns.n && strstr(r.ns.list[0].text, "f.yaml:1:11: "));
	CHECK(r.ns.n && strstr(r.ns.list[0].text, "line 1"));
	str_free(&out);
	done(&r);
}

TEST(refusals)
{
	check_fails("", "is empty");
	check_fails("# only\n", "is empty");
	check_fails("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document");
	check_fails("a: *b\n", "f.yaml:1:4: this alias has no anchor");
	check_fails("a: &a [1, *a]\n", "inside its own anchor");
	check_fails("a: &a {<<: *a}\n", "inside its own anchor");
	check_fails("a: !x 1\n", "f.yaml:1:4: this tag");
	check_fails("a: !!int x\n", "f.yaml:1:4: this tag");
	check_fails("a: !!map [1]\n", "f.yaml:1:4: this tag");
	check_fails("[a]: 1\n", "key");
	check_fails("a: {<<: 3}\n", "merges mappings");
	check_fails("a: .nan\n", "f.yaml:1:4: ");
	check_fails("a: b: c\n", "quotes around the whole value");
	check_fails("a:\n\tb: 1\n", "a tab cannot indent");
	check_fails("a: [1, 2\n", "f.yaml:");
	check_fails("a: \xff\n", "UTF-8");
}

static void check_refused(const char *text, size_t n, const char *want)
{
	struct rig r;

	parse_n(&r, text, n);
	CHECK(!r.ok);
	if (!strstr(r.err.text, want))
		CHECK_STR(r.err.text, want);
	done(&r);
}

static void repeat(struct str *s, const char *part, size_t n)
{
	while (n--)
		str_add(s, part);
}

/* Each of these takes minutes, or all of the memory, without its limit. */
TEST(limits)
{
	struct str s = {0};

	str_add(&s, "a: ");
	repeat(&s, "[", 300000);
	check_refused(s.s, s.len, "64 levels");
	str_clear(&s);
	repeat(&s, "[#]\n", 200000);
	check_refused(s.s, s.len, "64 levels");
	str_clear(&s);
	repeat(&s, "- ", 300000);
	check_refused(s.s, s.len, "64 levels");
	str_clear(&s);
	str_add(&s, "a0: &a0 [x]\n");
	for (int i = 1; i < 40; i++)
		str_addf(&s, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	check_refused(s.s, s.len, "200000 values");
	str_clear(&s);
	/* Written 30 deep, 90 deep with its aliases. */
	for (int i = 0; i < 3; i++) {
		str_addf(&s, "a%d: &a%d ", i, i);
		repeat(&s, "[", 30);
		if (i)
			str_addf(&s, "*a%d", i - 1);
		repeat(&s, "]", 30);
		str_add(&s, "\n");
	}
	check_refused(s.s, s.len, "64 levels");
	str_clear(&s);
	for (int i = 0; i < 60000; i++)
		str_addf(&s, "- &a%d 1\n", i);
	check_refused(s.s, s.len, "1000 anchors");
	str_clear(&s);
	for (int i = 0; i < 50000; i++)
		str_addf(&s, "k%d: 1\n", i);
	check_refused(s.s, s.len, "20000 keys");
	str_clear(&s);
	repeat(&s, "# comment\n", 200000);
	check_refused(s.s, s.len, "1 MiB");
	check_refused("a: b\0c\n", 7, "f.yaml:1:5: ");
	str_free(&s);
}

TEST(notices_have_an_end)
{
	struct str s = {0};
	struct rig r;

	repeat(&s, "a: 1\n", 90000);
	parse_n(&r, s.s, s.len);
	CHECK(r.ns.n > 0 && r.ns.n <= 200);
	str_free(&s);
	done(&r);
}

TEST(notices_are_lines_and_said_once)
{
	struct arena a = {0};
	struct notices ns = {.a = &a};

	notices_add(&ns, false, "a%sb\x7f", "\n");
	notices_add(&ns, true, "a%sb\x7f", "\n");
	CHECK_INT(ns.n, 1);
	CHECK_STR(ns.list[0].text, "a?b?");
	free(ns.list);
	arena_free(&a);
}

static void check_error(const char *text, size_t line, size_t column, const char *want)
{
	struct yaml y = {.path = "f.yaml", .text = text, .len = strlen(text)};
	struct error err = {0};

	CHECK(!yaml_error(&y, (struct position){line, column}, "do this", &err, "no %d",
	                  3));
	CHECK_STR(err.text, want);
}

TEST(errors_show_their_line)
{
	check_error("a: 1\nb: 2\n", 2, 4,
	            "f.yaml:2:4: no 3\n    b: 2\n       ^\n  help: do this");
	check_error("a: 1\r\nb: 2\r\n", 2, 1,
	            "f.yaml:2:1: no 3\n    b: 2\n    ^\n  help: do this");
	check_error("\ta\tb\n", 1, 4,
	            "f.yaml:1:4: no 3\n    \ta\tb\n    \t \t^\n  help: do this");
	check_error("\xc3\xa9\xe2\x82\xac: x\n", 1, 5,
	            "f.yaml:1:5: no 3\n    \xc3\xa9\xe2\x82\xac: x\n        ^\n"
	            "  help: do this");
	check_error("a\x01\x7f\xff: \xc2\x80x\n", 1, 8,
	            "f.yaml:1:8: no 3\n    a???: ?x\n           ^\n  help: do this");
	check_error("a: 1", 0, 0, "f.yaml: no 3\n  help: do this");
	check_error("a: 1", 9, 9,
	            "f.yaml:9:9: no 3\n    \n            ^\n  help: do this");
	check_error("", 1, 1, "f.yaml:1:1: no 3\n    \n    ^\n  help: do this");
}

TEST(errors_cut_long_lines)
{
	struct str s = {0};
	struct yaml y = {.path = "f"};
	struct error err;
	const char *line, *caret;

	repeat(&s, "0123456789", 100);
	y.text = s.s;
	y.len = s.len;
	yaml_error(&y, (struct position){1, 501}, NULL, &err, "x");
	line = strchr(err.text, '\n') + 1;
	caret = strchr(line, '\n') + 1;
	CHECK(strlen(line) < 300);
	CHECK(strncmp(line, "    …0", 8) == 0);
	/* The caret stands under a 0; "…" is one column of three bytes. */
	CHECK(line[strcspn(caret, "^") + 2] == '0');
	CHECK(strstr(line, "…\n") != NULL);
	str_free(&s);
}

static void check_set(const char *assignment, const char *key, const char *want)
{
	static const char text[] = "lr: &l {min: 1, max: 2}\nother: *l\n"
				   "parameters: {a.b: {c: 1}, a: {b: {c: 2}}}\nnone:\n";
	struct str out = {0};
	struct rig r;

	parse(&r, text);
	CHECK(r.ok);
	CHECK(yaml_set(&r.y, assignment, &r.a, &r.ns, &r.err));
	CHECK_STR(json(&r, key, &out), want);
	/* An alias is not changed with what it was taken from. */
	CHECK_STR(json(&r, "other", &out), "{\"min\":1,\"max\":2}");
	str_free(&out);
	done(&r);
}

TEST(setting)
{
	check_set("lr.max=0.5", "lr", "{\"min\":1,\"max\":0.5}");
	check_set("lr.q={x: [1, \"2\"]}", "lr",
	          "{\"min\":1,\"max\":2,\"q\":{\"x\":[1,\"2\"]}}");
	check_set("parameters.a.b.c=9", "parameters",
	          "{\"a.b\":{\"c\":9},\"a\":{\"b\":{\"c\":2}}}");
	check_set("new.deep.key=yes", "new", "{\"deep\":{\"key\":true}}");
	check_set("none.x=1", "none", "{\"x\":1}");
	check_set("lr=", "lr", "null");
	check_set("lr=a=b", "lr", "\"a=b\"");
}

static void check_set_fails(const char *assignment)
{
	struct rig r;

	parse(&r, "a: 1\nb: {c: [1]}\n");
	CHECK(!yaml_set(&r.y, assignment, &r.a, &r.ns, &r.err));
	CHECK(r.err.kind == ERROR_USAGE || r.err.kind == ERROR_FILE);
	CHECK(strstr(r.err.text, "--set") != NULL);
	done(&r);
}

TEST(setting_refused)
{
	struct str deep = {0};

	check_set_fails("a");
	check_set_fails("=1");
	check_set_fails("a.b=1");
	check_set_fails("b.c.d=1");
	check_set_fails("b.=1");
	check_set_fails(".b=1");
	check_set_fails("b..c=1");
	check_set_fails("b=[1");
	repeat(&deep, "x.", 100000);
	str_add(&deep, "x=1");
	check_set_fails(str_text(&deep));
	str_free(&deep);
}

TEST_MAIN(plain_scalars, scalars_that_are_refused, endless_numbers, styles_and_tags,
          places, place_inside_a_text, merge_keys, duplicate_keys, refusals, limits,
          notices_have_an_end, notices_are_lines_and_said_once, errors_show_their_line,
          errors_cut_long_lines, setting, setting_refused)
