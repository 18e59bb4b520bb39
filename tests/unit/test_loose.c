/* Numbers and objects as trainings print them, in many languages. */
#include "base/loose.h"
#include "base/mem.h"
#include "base/number.h"
#include "test.h"

#include <stdlib.h>

static enum number_kind kind(const char *text, double *x)
{
	*x = -12345;
	return number_read(text, strlen(text), x);
}

struct number_case {
	const char *text;
	double x;
};

TEST(finite_numbers)
{
	static const struct number_case cases[] = {
	    {"0.25", 0.25},
	    {" 0.25\t", 0.25},
	    {"+1", 1},
	    {"-1", -1},
	    {".5", 0.5},
	    {"-.5", -0.5},
	    {"+.5e1", 5},
	    {"5.", 5},
	    {"-5.e-1", -0.5},
	    {"1e+05", 1e5},
	    {"1E-05", 1e-5},
	    {"007", 7},
	    {"1e-400", 0},
	    {"1_000.5", 1000.5},
	    {"1.0D-03", 1e-3},
	    {"1.0d+03", 1e3},
	    {".5E+00", 0.5},
	    {"0.5Q0", 0.5},
	    {"1.5-103", 1.5e-103},
	    {"-0.25+101", -0.25e101},
	    {"0x1p-3", 0.125},
	    {"-0X1.8P+1", -3},
	    {"0x10", 16},
	    {"1.5f-3", 1.5e-3},
	    {"0.5f0", 0.5},
	    {"np.float64(0.5)", 0.5},
	    {"numpy.float32(5e-1)", 0.5},
	    {"np.int64(3)", 3},
	    {"np.longdouble('0.5')", 0.5},
	    {"Decimal('0.5')", 0.5},
	    {"decimal.Decimal(\"0.5\")", 0.5},
	    {"Float16(0.5)", 0.5},
	    {"mpf('0.5')", 0.5},
	};
	double x;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (kind(cases[i].text, &x) != NUMBER_READ || x != cases[i].x)
			CHECK_STR(cases[i].text, "read");
	}
}

TEST(numbers_that_are_not_finite)
{
	static const char *const nans[] = {"nan",
	                                   "NaN",
	                                   "NAN",
	                                   "-nan",
	                                   "+nan",
	                                   "nan(0x7ff8)",
	                                   "-nan(ind)",
	                                   "NaN(snan)",
	                                   "nan()",
	                                   "1.#QNAN",
	                                   "-1.#IND",
	                                   "-1.#IND000000e+000",
	                                   "1.#SNAN",
	                                   "1.#J",
	                                   "NaN32",
	                                   ".nan",
	                                   ".NaN",
	                                   "NaNQ",
	                                   "Decimal('NaN')",
	                                   "+nan.0",
	                                   "-nan.0",
	                                   "np.float64(nan)",
	                                   "np.float32(nan)"};
	static const char *const infs[] = {"inf",
	                                   "Inf",
	                                   "INF",
	                                   "+inf",
	                                   "Infinity",
	                                   "INFINITY",
	                                   "+Inf",
	                                   "1.#INF",
	                                   "1.#INF00",
	                                   "1.#inf",
	                                   "1e400",
	                                   "1e999999999",
	                                   "Inf32",
	                                   ".inf",
	                                   "\xe2\x88\x9e",
	                                   "np.float64(inf)",
	                                   "Decimal('Infinity')",
	                                   "+inf.0",
	                                   "9.9D+999"};
	char minus[64];
	double x;

	for (size_t i = 0; i < ARRAY_LEN(nans); i++)
		if (kind(nans[i], &x) != NUMBER_READ || !isnan(x))
			CHECK_STR(nans[i], "nan");
	for (size_t i = 0; i < ARRAY_LEN(infs); i++) {
		if (kind(infs[i], &x) != NUMBER_READ || x != (double)INFINITY)
			CHECK_STR(infs[i], "inf");
		snprintf(minus, sizeof minus, "-%s", infs[i] + (*infs[i] == '+'));
		if (!strchr(minus, '(') &&
		    (kind(minus, &x) != NUMBER_READ || x != -(double)INFINITY))
			CHECK_STR(minus, "-inf");
	}
	CHECK(kind("Decimal('-Infinity')", &x) == NUMBER_READ && x < 0 && isinf(x));
}

/* What printf makes of anything is read back as the same number. */
TEST(what_printf_prints)
{
	static const char *const forms[] = {"%.17g",  "%.17e",  "%.17E",
	                                    "%a",     "%A",     "%+.17g",
	                                    "% .17g", "%#.17g", "%.1100f"};
	static const double values[] = {0.1, -0.1, 5e-324, 1.7976931348623157e308,
	                                3,   1e15, -1e-300};
	char text[2000];
	double x;

	for (size_t f = 0; f < ARRAY_LEN(forms); f++)
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(text, sizeof text, forms[f], values[i]);
#pragma GCC diagnostic pop
			if (strlen(text) > 1200)
				continue;
			CHECK(kind(text, &x) == NUMBER_READ);
			CHECK_DOUBLE(x, values[i], 0);
		}
}

TEST(what_is_no_number)
{
	static const char *const bad[] = {"",
	                                  " ",
	                                  "0,25",
	                                  "1,234.5",
	                                  "tensor(0.5)",
	                                  "[0.5]",
	                                  "(0.5,)",
	                                  "0.5s",
	                                  "50%",
	                                  "50.0%",
	                                  "high",
	                                  "1.5.2",
	                                  "--1",
	                                  "+-1",
	                                  "- 1",
	                                  "1e",
	                                  "e5",
	                                  ".",
	                                  "-",
	                                  "1 2",
	                                  "0x",
	                                  "0xg",
	                                  "3-5",
	                                  "1.5-10",
	                                  "1-103",
	                                  "_1",
	                                  "1_",
	                                  "1__0",
	                                  "1._5",
	                                  "nan(",
	                                  "nan(a b)",
	                                  "nano",
	                                  "infinite",
	                                  "1.#",
	                                  "********",
	                                  "(0.5+0j)",
	                                  "foo(0.5)",
	                                  "np.float64()",
	                                  "np.float64(0.5, 1)",
	                                  "12:30:45",
	                                  "1/2",
	                                  "array(0.5)",
	                                  "\0",
	                                  "0.5f",
	                                  "N/A",
	                                  "Decimal('x')",
	                                  "2026-11-26"};
	double x;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (kind(bad[i], &x) != NUMBER_NONE || x != -12345)
			CHECK_STR(bad[i], "not read");
	}
}

TEST(words_for_nothing)
{
	static const char *const none[] = {"null",    "None",  "NULL",      "nil",
	                                   "NA",      "<NA>",  "undefined", "missing",
	                                   "nothing", " None "};
	double x;

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		CHECK_INT(kind(none[i], &x), NUMBER_ABSENT);
}

/* --- objects --- */

/* The member "x" of the first object in a line, and the rest of the line. */
static enum loose_value found(const char *line, double *x, const char **rest)
{
	struct loose l = loose_begin(line, strlen(line));
	cJSON *json = loose_next(&l);
	enum loose_value v = loose_number(json_get(json, "x"), x);

	*rest = json ? line + l.at : "(none)";
	cJSON_Delete(json);
	return v;
}

static double x_of(const char *line)
{
	const char *rest;
	double x = -12345;

	found(line, &x, &rest);
	return x;
}

TEST(json_inside_lines)
{
	const char *rest;
	double x;

	found("{\"x\": 1}", &x, &rest);
	CHECK_STR(rest, "");
	CHECK_DOUBLE(x_of("12:01 INFO epoch {1} {\"x\": 2} done"), 2, 0);
	found("12:01 INFO epoch {1} {\"x\": 2} done {\"x\": 3}", &x, &rest);
	CHECK_STR(rest, " done {\"x\": 3}");
	CHECK_DOUBLE(x_of("[{\"x\": 4, \"s\": \"}{\\\"\"}]"), 4, 0);
	CHECK(isnan(x_of("it's {\"y\": {\"x\": 1}, \"x\": NaN} ")));
	found("no object [1, 2] here", &x, &rest);
	CHECK_STR(rest, "(none)");
	found("{\"x\": 1", &x, &rest);
	CHECK_STR(rest, "(none)");
	found("{\"x\": \"1", &x, &rest);
	CHECK_STR(rest, "(none)");
	found("}}}}{", &x, &rest);
	CHECK_STR(rest, "(none)");
	found("", &x, &rest);
	CHECK_STR(rest, "(none)");
}

/* Every line holds x: 0.5, whatever else is in it. */
TEST(one_odd_thing_costs_no_line)
{
	static const char *const lines[] = {
	    "{'x': 0.5, 'epoch': 1}",
	    "{'x': 0.5}",
	    "{ 'epoch' : 1 , 'x' : 0.5 , }",
	    "{\"x\":0.5,}",
	    "{x: 0.5, epoch: 1}",
	    "{epoch:1,x:.5}",
	    "{'x': np.float64(0.5), 'lr': np.float32(1e-3)}",
	    "{'lr': tensor(0.1), 'x': 0.5}",
	    "{'lr': tensor([0.1, 0.2], device='cuda:0'), 'x': 0.5}",
	    "{'g': array([[1., 2.], [3., 4.]], dtype=float32), 'x': 0.5}",
	    "{'when': datetime.datetime(2026, 11, 26, 12, 30), 'x': 0.5}",
	    "{'f': <function step at 0x7f00>, 'x': 0.5}",
	    "{'t': <tf.Tensor: shape=(), dtype=float32, numpy=0.1>, 'x': 0.5}",
	    "{'a': None, 'b': True, 'c': False, 'x': 0.5}",
	    "{'a': (1, 2), 'b': {1, 2}, 'c': {}, 'd': [], 'e': (), 'x': 0.5}",
	    "{'a': {'b': {'c': [1, {'d': 2}]}}, 'x': 0.5}",
	    "{'a': b'bytes \\x00', b'x': 0.5}",
	    "{u'x': 0.5, r'y': 'z'}",
	    "{('a', 1): 2, 'x': 0.5}",
	    "{<Split.TEST: 2>: 1, 'x': 0.5}",
	    "{1: 2, None: 3, 1.5: 4, 'x': 0.5}",
	    "{'s': \"it's\", 'x': 0.5}",
	    "{'s': 'say \"hi\"', 'x': 0.5}",
	    "{'s': 'don\\'t}', 'x': 0.5}",
	    "{\"s\": \"he said \"hi\" to me\", \"x\": 0.5}",
	    "{\"s\": it's fine, \"x\": 0.5}",
	    "{\"s\": \"C:\\Users\\x\", \"x\": 0.5}",
	    "{\"s\": , \"x\": 0.5}",
	    "{\"s\": 0,25, \"x\": 0.5}",
	    "{\"s\": -nan, \"x\": 0.5}",
	    "{\"s\": +.5e1, \"x\": 0.5}",
	    "{\"s\": :-(, \"x\": 0.5}",
	    "{\"s\": ********, \"x\": 0.5}",
	    "{\"s\": 12:30:45, \"x\": 0.5}",
	    "{\"s\": 2026-11-26T12:30:45, \"x\": 0.5}",
	    "{\"s\": undefined, \"x\": 0.5}",
	    "{\"s\": 'a', \"x\": 0.5}",
	    "{\"x\": 0.5, \"s\": \"open}",
	    "{\"s\": \"open, \"x\": 0.5}",
	    "{\"s\": \"open, \"x\": 0.5, \"y\": \"closed\"}",
	    "{\"s\": \"open, it's, \"x\": 0.5, \"y\": \"open}",
	    "{\"s\": \"a \\\" in it, \"x\": 0.5}",
	    "{'s': 'open, 'x': 0.5}",
	    "{'s': 'open, \"and\", 'x': 0.5}",
	    "{'s': b'open, 'x': 0.5}",
	    "{\"s\": \"a, \\\"x\\\": 3\" (b), \"x\": 0.5}",
	    "{\"s\": \"3\" pipe\", \"x\": 0.5}",
	    "{\"s\": \"a, x: 3\" (b), \"x\": 0.5}",
	    "{\"s\": \"set \"x\": 3\", \"x\": 0.5}",
	    "{\"loss\"=>0.25, :y=>1, \"x\"=>0.5}",
	    "{\"loss\" => nil, \"x\" => 0.5}",
	    "{\"s\": {...}, \"x\": 0.5}",
	    "{\"x\": 0.5, \"s\": [1, 2, ...]}",
	    "{\"x\": 0.5, \"s\": 1 2 3}",
	    "INFO:root:{'x': 0.5}",
	    "2026-11-26 12:30:45,123 - train {3} - it's {'x': 0.5} {done}",
	    "defaultdict(<class 'float'>, {'x': 0.5})",
	    "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{ {\"x\": 0.5}",
	    "{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k} {'x': 0.5}",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (x_of(lines[i]) != 0.5)
			CHECK_STR(lines[i], "x is 0.5");
}

static enum loose_value value_kind(const char *line)
{
	const char *rest;
	double x;

	return found(line, &x, &rest);
}

TEST(what_cannot_be_read)
{
	static const char *const lines[] = {
	    "{\"x\": tensor(0.5)}",
	    "{'x': tensor(0.5, device='cuda:0', grad_fn=<NllLossBackward0>)}",
	    "{\"x\": 0,25}",
	    "{\"x\": 0,25, \"epoch\": 1}",
	    "{\"x\": \"0,25\"}",
	    "{\"x\": [0.5]}",
	    "{'x': [0.5]}",
	    "{'x': (0.5,)}",
	    "{'x': array(0.5)}",
	    "{\"x\": {\"mean\": 1}}",
	    "{\"x\": 50.0%}",
	    "{\"x\": }",
	    "{\"x\": ,\"epoch\":1}",
	    "{\"x\": \"\"}",
	    "{\"x\": \"high\"}",
	    "{\"x\": \"0.5, \"epoch\": 1}",
	    "{\"x\": (0.5+0j)}",
	    "{\"x\": Array(0.5, dtype=float32)}",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (value_kind(lines[i]) != LOOSE_UNREADABLE)
			CHECK_STR(lines[i], "not readable");
	CHECK_INT(value_kind("{\"x\": null}"), LOOSE_ABSENT);
	CHECK_INT(value_kind("{'x': None}"), LOOSE_ABSENT);
	CHECK_INT(value_kind("{'x': 'None'}"), LOOSE_ABSENT);
	CHECK_INT(value_kind("{'y': 1}"), LOOSE_ABSENT);
	CHECK_INT(value_kind("{'x': True}"), LOOSE_NUMBER);
}

static const char *text_of(const char *line, struct arena *a)
{
	struct loose l = loose_begin(line, strlen(line));
	cJSON *json = loose_next(&l);
	const char *text = json_string(json, "x");

	text = arena_strdup(a, text ? text : "(none)");
	cJSON_Delete(json);
	return text;
}

TEST(strings)
{
	struct arena a = {0};

	CHECK_STR(text_of("{'x': 'a\\tb\\x41\\u00e9\\U0001f600'}", &a),
	          "a\tbA\xc3\xa9\xf0\x9f\x98\x80");
	CHECK_STR(text_of("{'x': '\\ud83d\\ude00\\ud83d'}", &a),
	          "\xf0\x9f\x98\x80\xef\xbf\xbd");
	CHECK_STR(text_of("{'x': 'a\\qb\\\\'}", &a), "a\\qb\\");
	CHECK_STR(text_of("{'x': \"it's\"}", &a), "it's");
	CHECK_STR(text_of("{'x': b'z'}", &a), "z");
	CHECK_STR(text_of("{'x': 'never}", &a), "(none)");
	arena_free(&a);
}

TEST(keys_in_other_quotes)
{
	CHECK_DOUBLE(x_of("{'y': {'x': 1}, \"x\": 2}"), 2, 0);
	CHECK_DOUBLE(x_of("{'\\x78': 3}"), 3, 0);
	CHECK_DOUBLE(x_of("{x : 4}"), 4, 0);
	CHECK_DOUBLE(x_of("{'X': 5}"), -12345, 0);
	CHECK_DOUBLE(x_of("{x 5}"), -12345, 0);
	CHECK_DOUBLE(x_of("{x}"), -12345, 0);
}

/* Lines of a mebibyte made to cost; each is given up within its budget. */
static size_t work_left(const char *piece, const char *start)
{
	size_t n = 1 << 20, len = strlen(piece), objects = 0;
	char *line = mem_new(n + 1, 1);
	struct loose l;
	cJSON *json;

	for (size_t i = 0; i < n; i++)
		line[i] = piece[i % len];
	memcpy(line, start, strlen(start));
	l = loose_begin(line, n);
	for (; objects < 64 && (json = loose_next(&l)); objects++)
		cJSON_Delete(json);
	free(line);
	return objects;
}

TEST(hostile_lines)
{
	CHECK(work_left("{", "{") == 0);
	CHECK(work_left("{}", "{1") > 1);
	work_left("{'", "{'");
	work_left("{'a':", "{'a':");
	work_left("{'a':'", "{'a':'");
	work_left("{'a':b\"", "{");
	work_left(",'", "{a:1");
	work_left(",", "{a:1");
	work_left("(", "{a:");
	work_left("'", "{a:");
	work_left("a':", "{a:");
	work_left("{a:(", "{a:");
	work_left("{a:1,", "{a:");
	work_left("{a:\\", "{a:");
}

TEST(depth)
{
	char line[2000] = "";

	for (int i = 0; i < 200; i++)
		strcat(line, "{'y':");
	strcat(line, "1");
	for (int i = 0; i < 199; i++)
		strcat(line, "}");
	strcat(line, ",'x':0.5}");
	CHECK_DOUBLE(x_of(line), 0.5, 0);
}

TEST_MAIN(finite_numbers, numbers_that_are_not_finite, what_printf_prints,
          what_is_no_number, words_for_nothing, json_inside_lines,
          one_odd_thing_costs_no_line, what_cannot_be_read, strings,
          keys_in_other_quotes, hostile_lines, depth)
