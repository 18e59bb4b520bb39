/* JSON in: what is accepted, what is refused. */
#include "base/json.h"
#include "base/mem.h"
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A parsed text printed again without blanks; "(none)" when it is not JSON. */
static char *echo(struct arena *a, const char *text)
{
	cJSON *json = json_parse(text, strlen(text));
	char *printed = json ? cJSON_PrintUnformatted(json) : NULL;
	char *copy = arena_strdup(a, printed ? printed : "(none)");

	cJSON_free(printed);
	cJSON_Delete(json);
	return copy;
}

TEST(accepts_json)
{
	struct arena a = {0};

	CHECK_STR(echo(&a, "{\"a\": [1, -2.5e3, true, null, \"x\"]}"),
	          "{\"a\":[1,-2500,true,null,\"x\"]}");
	CHECK_STR(echo(&a, " \n\t{}\r\n "), "{}");
	CHECK_STR(echo(&a, "17"), "17");
	CHECK_STR(echo(&a, "\"a\\u00e9\\n\\\\\\\"\""), "\"a\xc3\xa9\\n\\\\\\\"\"");
	CHECK_STR(echo(&a, "\"\\ud83d\\ude00\""), "\"\xf0\x9f\x98\x80\"");
	arena_free(&a);
}

TEST(refuses_what_is_no_json)
{
	static const char *const bad[] = {
	    "",          " ",          "{",           "}",         "[1,]",
	    "{\"a\":}",  "{\"a\" 1}",  "{a: 1}",      "{'a': 1}",  "{} x",
	    "{}{}",      "1 2",        "nan",         "inf",       "NaNs",
	    "[NaN",      "-NaN",       "Infinit",     "InfinityX", "tru",
	    "\"open",    "\"open\\",   "\"\\u12\"",   "[1 2]",     "{\"a\":1,}",
	    "[\"a\"\"]", "{\"a\":1]}", "\"\\x41\"",   "--1",       "[}",
	    "\\",        "{\"a\":\"}", "\"\\ud83d\"", "[1}",       "{NaN",
	};
	struct arena a = {0};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (strcmp(echo(&a, bad[i]), "(none)") != 0)
			CHECK_STR(bad[i], "refused");
	CHECK(!json_parse("[1]\0", 4));
	CHECK(!json_parse("\"a\0b\"", 5));
	CHECK(!json_parse("[1]", 2));
	arena_free(&a);
}

TEST(depth_is_limited)
{
	char text[2001];

	for (int depth = 1; depth <= 1000; depth++) {
		cJSON *json;

		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		json = json_parse(text, 2 * (size_t)depth);
		CHECK((json != NULL) == (depth <= 64));
		cJSON_Delete(json);
	}
	memset(text, '[', 2000);
	CHECK(!json_parse(text, 2000));
}

static double number(const char *text)
{
	cJSON *json = json_parse(text, strlen(text));
	double x = -12345;

	json_double(json, "x", &x);
	cJSON_Delete(json);
	return x;
}

TEST(python_specials_are_numbers)
{
	CHECK(isnan(number("{\"x\": NaN}")));
	CHECK_DOUBLE(number("{\"x\": Infinity}"), (double)INFINITY, 0);
	CHECK_DOUBLE(number("{\"y\": [NaN], \"x\": -Infinity}"), -(double)INFINITY, 0);
	CHECK_DOUBLE(number("{\"NaN\": \"Infinity\", \"x\": 1}"), 1, 0);
	CHECK_DOUBLE(number("{\"s\": \"a\\\"NaN\", \"n\": NaN, \"x\": 2}"), 2, 0);
	CHECK_DOUBLE(number("{\"x\": 1e999}"), (double)INFINITY, 0);
}

TEST(numbers_are_exact)
{
	CHECK_DOUBLE(number("{\"x\": 0.1}"), 0.1, 0);
	CHECK_DOUBLE(number("{\"x\": 2.2250738585072011e-308}"),
	             2.2250738585072011e-308, 0);
	CHECK_DOUBLE(number("{\"x\": 5e-324}"), 5e-324, 0);
	CHECK_DOUBLE(number("{\"x\": 9007199254740993}"), 9007199254740992.0, 0);
	CHECK_DOUBLE(number("{\"x\": 1.7976931348623157e308}"), 1.7976931348623157e308,
	             0);
}

TEST(numbers_from_other_types)
{
	CHECK_DOUBLE(number("{\"x\": \"0.25\"}"), 0.25, 0);
	CHECK_DOUBLE(number("{\"x\": \" 1e-3 \"}"), 1e-3, 0);
	CHECK_DOUBLE(number("{\"x\": \"-inf\"}"), -(double)INFINITY, 0);
	CHECK_DOUBLE(number("{\"x\": \"+Infinity\"}"), (double)INFINITY, 0);
	CHECK(isnan(number("{\"x\": \"nan\"}")));
	CHECK(isnan(number("{\"x\": \"-NaN\"}")));
	CHECK_DOUBLE(number("{\"x\": true}"), 1, 0);
	CHECK_DOUBLE(number("{\"x\": false}"), 0, 0);
	CHECK_DOUBLE(number("{\"x\": null}"), -12345, 0);
	CHECK_DOUBLE(number("{\"x\": \"\"}"), -12345, 0);
	CHECK_DOUBLE(number("{\"x\": \"1.5 s\"}"), -12345, 0);
	CHECK_DOUBLE(number("{\"x\": \"0x10\"}"), -12345, 0);
	CHECK_DOUBLE(number("{\"x\": \"nan(1)\"}"), -12345, 0);
	CHECK_DOUBLE(number("{\"x\": [1]}"), -12345, 0);
	CHECK_DOUBLE(number("{\"X\": 1}"), -12345, 0);
	CHECK_DOUBLE(number("[1]"), -12345, 0);
}

TEST(of_several_members_the_last_counts)
{
	CHECK_DOUBLE(number("{\"x\": 1, \"y\": 5, \"x\": 2}"), 2, 0);
}

static uint64_t whole(const char *text)
{
	cJSON *json = json_parse(text, strlen(text));
	uint64_t x = 77;

	json_u64(json, "x", &x);
	cJSON_Delete(json);
	return x;
}

TEST(whole_numbers)
{
	CHECK(whole("{\"x\": 0}") == 0);
	CHECK(whole("{\"x\": 9007199254740992}") == UINT64_C(1) << 53);
	CHECK(whole("{\"x\": \"18446744073709551615\"}") == UINT64_MAX);
	CHECK_INT(whole("{\"x\": 18446744073709551615}"), 77);
	CHECK_INT(whole("{\"x\": \"18446744073709551616\"}"), 77);
	CHECK_INT(whole("{\"x\": -1}"), 77);
	CHECK_INT(whole("{\"x\": \"-1\"}"), 77);
	CHECK_INT(whole("{\"x\": 1.5}"), 77);
	CHECK_INT(whole("{\"x\": \"12 \"}"), 77);
	CHECK_INT(whole("{\"x\": \"\"}"), 77);
	CHECK_INT(whole("{\"x\": true}"), 77);
	CHECK_INT(whole("{}"), 77);
}

static const char *at(const cJSON *json, const char *path)
{
	return json_path(json, path) ? cJSON_GetStringValue(json_path(json, path))
	                             : "(none)";
}

TEST(paths_into_objects)
{
	static const char text[] =
	    "{\"a\": {\"b\": {\"c\": \"1\"}, \"d.e\": \"2\"}, \"a.b\": {\"x\": \"3\"},"
	    " \"flat.name\": \"4\", \"top\": \"5\", \"l\": [{\"m\": \"6\"}], \"\": "
	    "{\"z\": \"7\"}}";
	cJSON *json = json_parse(text, sizeof text - 1);

	CHECK_STR(at(json, "top"), "5");
	CHECK_STR(at(json, "a.b.c"), "1");
	CHECK_STR(at(json, "a.d.e"), "2");
	CHECK_STR(at(json, "a.b.x"), "3");
	CHECK_STR(at(json, "flat.name"), "4");
	CHECK_STR(at(json, ".z"), "7");
	CHECK_STR(at(json, "a.b.q"), "(none)");
	CHECK_STR(at(json, "top.x"), "(none)");
	CHECK_STR(at(json, "l.m"), "(none)");
	CHECK_STR(at(json, "a."), "(none)");
	CHECK(!json_path(NULL, "a"));
	cJSON_Delete(json);
}

static bool same(const char *a, const char *b)
{
	cJSON *x = json_parse(a, strlen(a)), *y = json_parse(b, strlen(b));
	bool equal = json_equal(x, y);

	CHECK_INT(json_equal(y, x), equal);
	cJSON_Delete(x);
	cJSON_Delete(y);
	return equal;
}

TEST(equality)
{
	CHECK(same("{\"a\":1,\"b\":[true,null,\"x\"]}",
	           "{\"b\":[true,null,\"x\"],\"a\":1.0}"));
	CHECK(same("NaN", "\"NaN\""));
	CHECK(same("{\"a\":2,\"a\":1}", "{\"a\":1}"));
	CHECK(!same("{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":1}"));
	CHECK(!same("{\"a\":1}", "{\"A\":1}"));
	CHECK(!same("{\"a\":1}", "{\"a\":1,\"b\":2}"));
	CHECK(!same("[1,2]", "[2,1]"));
	CHECK(!same("[1]", "[1,1]"));
	CHECK(!same("0.1", "0.10000000000000002"));
	CHECK(!same("0", "-0.0"));
	CHECK(!same("1", "\"1\""));
	CHECK(!same("true", "false"));
	CHECK(!same("null", "false"));
	CHECK(same("[[[]]]", "[[[]]]"));
	CHECK(json_equal(NULL, NULL));
}

TEST(deep_equality_is_quick)
{
	struct arena a = {0};
	const char *text = "1";

	for (int i = 0; i < 60; i++)
		text = arena_printf(&a, "{\"k\":%s}", text);
	CHECK(same(text, text));
	arena_free(&a);
}

/* In a process of its own: 64 MB of items where 16 MB are left. */
static int parse_with_little_memory(const char *text, size_t len)
{
	struct rlimit little = {.rlim_cur = 16 << 20, .rlim_max = RLIM_INFINITY};
	pid_t pid = fork();
	int status = 0, null;

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		_exit(setrlimit(RLIMIT_DATA, &little) ? 3
		      : json_parse(text, len)         ? 4
		                                      : 5);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* It was: bad JSON. A journal was called damaged for it, with the advice to cut it. */
TEST(a_lack_of_memory_is_not_bad_json)
{
	enum { ITEMS = 1000000 };
	char *text = mem_new(2 * ITEMS + 2, 1);

	for (int i = 0; i < ITEMS; i++)
		memcpy(text + 2 * i, ",1", 2);
	text[0] = '[';
	text[2 * ITEMS] = ']';
#ifndef __SANITIZE_ADDRESS__
	if (!test_emulated())
		CHECK_INT(parse_with_little_memory(text, 2 * ITEMS + 1), 1);
#else
	(void)parse_with_little_memory;
#endif /* there is no limit to the memory of either */
	free(text);
}

TEST_MAIN(accepts_json, refuses_what_is_no_json, depth_is_limited,
          python_specials_are_numbers, numbers_are_exact, numbers_from_other_types,
          of_several_members_the_last_counts, whole_numbers, paths_into_objects,
          equality, deep_equality_is_quick, a_lack_of_memory_is_not_bad_json)
