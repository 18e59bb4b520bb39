/* Strings: growth, JSON and shell quoting, doubles as Python writes them, near names.
 */
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

TEST(grows_and_ends_in_nul)
{
	struct str s = {0};

	CHECK_STR(str_text(&s), "");
	str_addn(&s, "", 0);
	CHECK_STR(s.s, "");
	for (int i = 0; i < 1000; i++)
		str_add(&s, "0123456789");
	str_addc(&s, '!');
	CHECK_INT(s.len, 10001);
	CHECK_STR(s.s + 9990, "0123456789!");
	str_clear(&s);
	CHECK_STR(str_text(&s), "");
	str_addn(&s, "a\0b", 3);
	CHECK_INT(s.len, 3);
	CHECK(!memcmp(s.s, "a\0b", 4));
	str_free(&s);
	CHECK_STR(str_text(&s), "");
}

TEST(formats_of_any_length)
{
	struct str s = {0};

	str_addf(&s, "%d", 1);
	for (int width = 250; width < 260; width++)
		str_addf(&s, "%*d", width, 2);
	CHECK_INT(s.len, 1 + (250 + 259) * 10 / 2);
	CHECK(s.s[0] == '1' && s.s[250] == '2' && s.s[s.len - 1] == '2');
	CHECK_INT(strlen(s.s), s.len);
	str_free(&s);
}

static void check_json(const char *text, size_t n, bool ascii, const char *want)
{
	struct str s = {0};

	str_json(&s, text, n, ascii);
	CHECK_STR(s.s, want);
	str_free(&s);
}

TEST(json_quoting)
{
	check_json("", 0, false, "\"\"");
	check_json("a\"b\\c/", 6, false, "\"a\\\"b\\\\c/\"");
	check_json("\b\f\n\r\t\x01\x1f\x7f", 8, false,
	           "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"");
	check_json("a\0b", 3, false, "\"a\\u0000b\"");
	check_json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, false,
	           "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	check_json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, true,
	           "\"\\u00e9\\u20ac\\ud83d\\ude00\"");
}

TEST(json_quoting_of_what_is_no_utf8)
{
	check_json("\xff", 1, false, "\"\xef\xbf\xbd\"");
	check_json("a\xc3", 2, true, "\"a\\ufffd\"");          /* cut short */
	check_json("\xc0\xaf", 2, true, "\"\\ufffd\\ufffd\""); /* overlong */
	check_json("\xe0\x80\xaf", 3, true, "\"\\ufffd\\ufffd\\ufffd\"");
	check_json("\xed\xa0\x80", 3, true,
	           "\"\\ufffd\\ufffd\\ufffd\""); /* surrogate */
	check_json("\xf4\x90\x80\x80", 4, true, "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	check_json("\x80q", 2, true, "\"\\ufffdq\"");
	check_json("\xef\xbf\xbd", 3, false, "\"\xef\xbf\xbd\""); /* U+FFFD itself */
}

static void check_shell(const char *word, const char *want)
{
	struct str s = {0};

	str_shell(&s, word);
	CHECK_STR(s.s, want);
	str_free(&s);
}

TEST(shell_quoting)
{
	check_shell("--lr=1e-05", "--lr=1e-05");
	check_shell("a/b.c:d,e@f%g+h_i", "a/b.c:d,e@f%g+h_i");
	check_shell("", "''");
	check_shell("two words", "'two words'");
	check_shell("it's", "'it'\\''s'");
	check_shell("$HOME `x` \"y\" \\", "'$HOME `x` \"y\" \\'");
	check_shell("~", "'~'");
	check_shell("{a,b}", "'{a,b}'");
	check_shell("l\nm", "'l\nm'");
}

/* The shell itself reads every word back. */
TEST(shell_quoting_is_read_back)
{
	static const char *const words[] = {"a b", "'",        "''", "\"", "$(echo x)",
	                                    "\\n", "*",        "#c", "!",  "~",
	                                    "=x",  "\xc3\xa9", "-n", ";"};
	struct str s = {0};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char got[64] = "";
		FILE *f;

		str_clear(&s);
		str_add(&s, "printf '%s.' ");
		str_shell(&s, words[i]);
		fflush(stdout);
		f = popen(s.s, "r"); // NOLINT: a shell is what is tested
		CHECK(f && fgets(got, sizeof got, f));
		if (f)
			pclose(f);
		got[strcspn(got, ".")] = '\0';
		CHECK_STR(got, words[i]);
	}
	str_free(&s);
}

struct number {
	double x;
	const char *repr;
};

/* repr(x) of Python 3.11 without a trailing ".0". */
static const struct number numbers[] = {
    {0x1.999999999999ap-4, "0.1"},
    {0x1.999999999999ap-3, "0.2"},
    {0x1.3333333333333p-2, "0.3"},
    {0x1.5555555555555p-2, "0.3333333333333333"},
    {0x1.5555555555555p-1, "0.6666666666666666"},
    {0x1.4f8b588e368f1p-17, "1e-05"},
    {0x1.a36e2eb1c432dp-14, "0.0001"},
    {0x1.a36e2eb1c432dp-14, "0.0001"},
    {0x1.02e4b6ce5dc68p-13, "0.00012345"},
    {0x1.a36371ea531a8p-14, "9.999e-05"},
    {0x1.d6f3454800000p+26, "123456789.125"},
    {0x1.c6bf526340000p+49, "1000000000000000"},
    {0x1.1c37937e07fffp+53, "9999999999999998"},
    {0x1.1c37937e08000p+53, "1e+16"},
    {0x1.aa535d3d0c000p+53, "1.5e+16"},
    {0x1.b69b4ba630f35p+56, "1.2345678901234568e+17"},
    {0x1.6345785d8a000p+56, "1e+17"},
    {0x1.b1ae4d6e2ef50p+69, "1e+21"},
    {0x1.0f0cf064dd592p+73, "1e+22"},
    {0x1.52d02c7e14af6p+76, "1e+23"},
    {0x1.249ad2594c37dp+332, "1e+100"},
    {0x1.fffffffffffffp+1023, "1.7976931348623157e+308"},
    {0x1.0000000000000p-1022, "2.2250738585072014e-308"},
    {0x0.fffffffffffffp-1022, "2.225073858507201e-308"},
    {0x0.0000000000001p-1022, "5e-324"},
    {0x0.0000000000002p-1022, "1e-323"},
    {0x0.0000000000003p-1022, "1.5e-323"},
    {0x1.ffffffffffffap-1022, "4.4501477170144e-308"},
    {0x0.012688b70e62bp-1022, "1e-310"},
    {0x0.00000000009c3p-1022, "1.2347e-320"},
    {0x1.0000000000000p-44, "5.684341886080802e-14"},
    {0x1.0000000000000p-1021, "4.450147717014403e-308"},
    {0x1.0000000000000p+60, "1.152921504606847e+18"},
    {0x1.0000000000000p+89, "6.189700196426902e+26"},
    {0x1.0000000000000p-24, "5.960464477539063e-08"},
    {0x0.0000000004000p-1022, "8.095e-320"},
    {0x1.0000000000000p+122, "5.316911983139664e+36"},
    {0x1.0000000000000p-127, "5.877471754111438e-39"},
    {0x1.a36e2eb1c432dp-15, "5e-05"},
    {0x1.1eb851eb851ecp-4, "0.07"},
    {0x1.23d70a3d70a3dp-1, "0.57"},
    {0x1.199999999999ap+0, "1.1"},
    {0x1.921fb54442d18p+1, "3.141592653589793"},
    {0x1.5bf0a8b145769p+1, "2.718281828459045"},
    {0x1.ad7f29abcaf48p-24, "1e-07"},
    {0x1.fe185ca57c517p+78, "6.02214076e+23"},
    {0x1.b860bde023111p-111, "6.62607015e-34"},
    {0x1.1666666666666p+2, "4.35"},
    {0x1.01f31f46ed246p-13, "0.000123"},
    {100, "100"},
    {1000000, "1000000"},
    {0x1.0000000000002p+52, "4503599627370498"},
    {0x1.0000000000000p+53, "9007199254740992"},
    {0x1.3333333333334p-2, "0.30000000000000004"},
    {0x1.c7e83209e90b2p+72, "8.41e+21"},
    {0x1.edf296dc200c3p-63, "2.0919495182368195e-19"},
    {0x1.374bc6a7ef9dbp-7, "0.0095"},
    {0x1.0000000000000p-44, "5.684341886080802e-14"},
    {-0x0.0p+0, "-0"},
    {-0x1.8000000000000p+0, "-1.5"},
    {-0x1.4f8b588e368f1p-17, "-1e-05"},
    {-0x1.e240c9fbe76c9p+16, "-123456.789"},
    {65504, "65504"},
    {4294967296, "4294967296"},
    {0x1.0000000000000p-6, "0.015625"},
};

TEST(doubles_as_python_writes_them)
{
	struct str s = {0};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		str_clear(&s);
		str_double(&s, numbers[i].x);
		CHECK_STR(s.s, numbers[i].repr);
	}
	str_clear(&s);
	str_double(&s, (double)NAN);
	str_addc(&s, ' ');
	str_double(&s, (double)INFINITY);
	str_addc(&s, ' ');
	str_double(&s, -(double)INFINITY);
	CHECK_STR(s.s, "nan inf -inf");
	str_clear(&s);
	str_json_double(&s, (double)NAN);
	str_json_double(&s, -0.5);
	str_json_double(&s, -(double)INFINITY);
	CHECK_STR(s.s, "\"nan\"-0.5\"-inf\"");
	str_free(&s);
}

static int digits_of(const char *text)
{
	int n = 0;

	for (; *text && *text != 'e'; text++)
		if (*text >= '0' && *text <= '9' && (n || *text != '0'))
			n++;
	return n;
}

static void check_shortest(struct str *s, double x)
{
	char shorter[40];
	int n;

	str_clear(s);
	str_double(s, x);
	CHECK(s->len < 32);
	if (strtod(s->s, NULL) != x)
		CHECK_STR(s->s, "a text that reads back the same");
	n = digits_of(s->s);
	if (n < 2 || !strchr(s->s, 'e'))
		return;
	snprintf(shorter, sizeof shorter, "%.*e", n - 2, x);
	if (strtod(shorter, NULL) == x)
		CHECK_STR(s->s, shorter);
}

TEST(doubles_read_back_and_are_short)
{
	struct str s = {0};

	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t bits = rng_u64(1, i, RNG_PICK, 0);
		double x;

		memcpy(&x, &bits, sizeof x);
		if (isfinite(x))
			check_shortest(&s, x);
		check_shortest(&s, rng_unit(1, i, RNG_PICK, 1));
		check_shortest(&s, (double)(bits >> 40) * 0x1p-1074);
	}
	for (int e = -1074; e < 1024; e++)
		check_shortest(&s, ldexp(1, e));
	str_free(&s);
}

TEST(short_decimals_stay_short)
{
	struct str s = {0};

	for (uint64_t i = 0; i < 50000; i++) {
		uint64_t bits = rng_u64(2, i, RNG_PICK, 0);
		double x = (double)(bits % 1000000007) / pow(10, (double)(i % 13));
		char want[40];

		if (x < 1e-4)
			continue;
		str_clear(&s);
		str_double(&s, x);
		snprintf(want, sizeof want, "%.15g", x);
		CHECK_STR(s.s, want);
	}
	str_free(&s);
}

static const char *nearest(const char *word)
{
	static const char *const names[] = {"method",      "metric", "parameters",
	                                    "max_trials",  "seed",   "parallel",
	                                    "constraints", "lr",     ""};
	const char *found = str_nearest(word, names, ARRAY_LEN(names));

	return found ? found : "(none)";
}

TEST(names_that_were_meant)
{
	CHECK_STR(nearest("metod"), "method");
	CHECK_STR(nearest("metirc"), "metric");
	CHECK_STR(nearest("METRIC"), "metric");
	CHECK_STR(nearest("paramters"), "parameters");
	CHECK_STR(nearest("maxtrials"), "max_trials");
	CHECK_STR(nearest("max-trials"), "max_trials");
	CHECK_STR(nearest("sede"), "seed");
	CHECK_STR(nearest("parallell"), "parallel");
	CHECK_STR(nearest("seed"), "seed");
	CHECK_STR(nearest("l"), "lr");
}

TEST(names_that_were_not_meant)
{
	char big[200];

	CHECK_STR(nearest("budget"), "(none)");
	CHECK_STR(nearest("zzzzzzzz"), "(none)");
	CHECK_STR(nearest(""), "(none)");
	CHECK_STR(nearest("x"), "(none)");
	memset(big, 'm', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	CHECK_STR(nearest(big), "(none)");
	CHECK(!str_nearest("seed", NULL, 0));
}

TEST(one_of_a_thing_and_several)
{
	struct str s = {0};

	str_count(&s, 0, "trial");
	str_addc(&s, ' ');
	str_count(&s, 1, "trial");
	str_addc(&s, ' ');
	str_count(&s, UINT64_MAX, "trial");
	CHECK_STR(str_text(&s), "0 trials 1 trial 18446744073709551615 trials");
	CHECK_STR(str_plural(1), "");
	CHECK_STR(str_plural(2), "s");
	str_free(&s);
}

TEST_MAIN(grows_and_ends_in_nul, one_of_a_thing_and_several, formats_of_any_length,
          json_quoting, json_quoting_of_what_is_no_utf8, shell_quoting,
          shell_quoting_is_read_back, doubles_as_python_writes_them,
          doubles_read_back_and_are_short, short_decimals_stay_short,
          names_that_were_meant, names_that_were_not_meant)
