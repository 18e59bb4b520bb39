/* A table of values in every format, with names that mean something to each of them. */
#include "report/junit.h"
#include "report/sheet.h"
#include "report/text.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char hostile[] = "a|b,\"c\" <d>&\\$%_{e}^~#[f]\x1b[31m\n*g*`h`";

static void trials(struct sheet *s, const double *values, size_t n)
{
	sheet_column(s, "trial", NULL, COLUMN_NUMBER, true);
	sheet_column(s, "value", "loss", COLUMN_NUMBER, true);
	sheet_column(s, "name", NULL, COLUMN_TEXT, false);
	sheet_column(s, "x", NULL, COLUMN_NUMBER, false);
	for (size_t i = 0; i < n; i++) {
		sheet_int(s, i);
		sheet_number(s, values[i]);
		sheet_text(s, i ? "adam" : "sgd");
		sheet_number(s, i ? 12.5 : 1e-5);
	}
}

static void check_table(const double *values, size_t n, size_t width, bool full,
                        const bool *want_left, const char *want)
{
	const struct sheet_view v = {.width = width, .full = full, .indent = ""};
	struct sheet s = {0};
	struct str out = {0};
	bool left_out[4];

	trials(&s, values, n);
	sheet_table(&s, &v, left_out, &out);
	CHECK_STR(str_text(&out), want);
	for (size_t i = 0; want_left && i < 4; i++)
		CHECK(left_out[i] == want_left[i]);
	str_free(&out);
	sheet_free(&s);
}

TEST(numbers_of_a_column_are_aligned_by_their_point)
{
	static const double x[] = {0.123456, 12.25, (double)NAN};

	check_table(x, 3, 0, false, NULL,
	            "trial     loss  name       x\n"
	            "    0   0.1235  sgd    1e-05\n"
	            "    1  12.25    adam  12.5\n"
	            "    2   -       adam  12.5\n");
}

TEST(digits_that_tell_rows_apart)
{
	static const double near[] = {0.12345678, 0.1234562, 0.5},
			    same[] = {0.123456, 0.123456},
			    rounded[] = {0.123456, 0.12345600000000001};

	check_table(near, 3, 0, false, NULL,
	            "trial      loss  name       x\n"
	            "    0  0.123457  sgd    1e-05\n"
	            "    1  0.123456  adam  12.5\n"
	            "    2  0.5       adam  12.5\n");
	check_table(same, 2, 0, false, NULL,
	            "trial    loss  name       x\n"
	            "    0  0.1235  sgd    1e-05\n"
	            "    1  0.1235  adam  12.5\n");
	check_table(rounded, 2, 0, false, NULL,
	            "trial    loss  name       x\n"
	            "    0  0.1235  sgd    1e-05\n"
	            "    1  0.1235  adam  12.5\n");
	check_table(same, 2, 0, true, NULL,
	            "trial      loss  name       x\n"
	            "    0  0.123456  sgd    1e-05\n"
	            "    1  0.123456  adam  12.5\n");
}

TEST(what_does_not_fit_is_turned_or_left_out)
{
	static const double x[] = {0.1, 0.2, 0.3, 0.4};
	static const bool none[4] = {false}, last[4] = {false, false, false, true},
			  two[4] = {false, false, true, true};

	check_table(x, 2, 20, false, none,
	            "trial      0     1\n"
	            "loss     0.1   0.2\n"
	            "name     sgd  adam\n"
	            "x      1e-05  12.5\n");
	check_table(x, 4, 22, false, last,
	            "trial  loss  name\n"
	            "    0   0.1  sgd\n"
	            "    1   0.2  adam\n"
	            "    2   0.3  adam\n"
	            "    3   0.4  adam\n");
	check_table(x, 4, 1, false, two,
	            "trial  loss\n"
	            "    0   0.1\n"
	            "    1   0.2\n"
	            "    2   0.3\n"
	            "    3   0.4\n");
}

static void check_written(const char *format, const char *want)
{
	struct sheet s = {0};
	struct str out = {0};

	sheet_column(&s, hostile, NULL, COLUMN_TEXT, true);
	sheet_column(&s, "n", NULL, COLUMN_NUMBER, true);
	sheet_text(&s, hostile);
	sheet_number(&s, -1.5e-7);
	sheet_none(&s);
	sheet_value(&s, &(struct value){.kind = VALUE_NULL});
	sheet_text(&s, "-");
	sheet_number(&s, -0.25);
	CHECK(sheet_write(&s, format, false, &out));
	CHECK_STR(str_text(&out), want);
	str_free(&out);
	sheet_free(&s);
}

TEST(hostile_names_in_every_format)
{
#define NAME_JSON "\"a|b,\\\"c\\\" <d>&\\\\$%_{e}^~#[f]\\u001b[31m\\n*g*`h`\""
	check_written("json", "[\n{" NAME_JSON ":" NAME_JSON ",\"n\":-1.5e-07},\n"
	                      "{" NAME_JSON ":null,\"n\":null},\n"
	                      "{" NAME_JSON ":\"-\",\"n\":-0.25}\n]\n");
#define NAME_CSV "\"a|b,\"\"c\"\" <d>&\\$%_{e}^~#[f]\x1b[31m\n*g*`h`\""
	check_written("csv", NAME_CSV ",n\n" NAME_CSV ",-1.5e-07\n,None\n-,-0.25\n");
#define NAME_MD                                                                        \
	"a\\|b,\"c\" \\<d\\>\\&\\\\\\$%\\_\\{e\\}^\\~\\#\\[f\\]\\\\x1b\\[31m\\\\n"     \
	"\\*g\\*\\`h\\`"
	check_written("markdown", "| " NAME_MD " | n |\n| --- | ---: |\n| " NAME_MD
	                          " | -1.5e-07 |\n| - | None |\n| - | -0.25 |\n");
#define NAME_TEX                                                                       \
	"a\\textbar{}b,{\\char34}c{\\char34} \\textless{}d\\textgreater{}"             \
	"\\&\\textbackslash{}\\$\\%\\_\\{e\\}\\textasciicircum{}\\textasciitilde{}\\#" \
	"{[}f{]}\\textbackslash{}x1b{[}31m\\textbackslash{}n{*}g{*}{\\char96}h"        \
	"{\\char96}"
	check_written("latex",
	              "\\begin{tabular}{lr}\n\\hline\n" NAME_TEX
	              " & n \\\\\n\\hline\n" NAME_TEX
	              " & $-1.5 \\cdot 10^{-7}$ \\\\\n- & None \\\\\n- & $-0.25$ \\\\\n"
	              "\\hline\n\\end{tabular}\n");
}

TEST(an_empty_table_is_written_in_every_format)
{
	static const char *const formats[][2] = {
	    {"csv", "x\n"},
	    {"json", "[]\n"},
	    {"yaml", "[]\n"},
	    {"markdown", "| x |\n| --- |\n"},
	    {"latex", "\\begin{tabular}{l}\n\\hline\nx "
	              "\\\\\n\\hline\n\\hline\n\\end{tabular}\n"}};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		struct sheet s = {0};
		struct str out = {0};

		sheet_column(&s, "x", NULL, COLUMN_TEXT, true);
		CHECK(sheet_write(&s, formats[i][0], false, &out));
		CHECK_STR(str_text(&out), formats[i][1]);
		CHECK(!sheet_write(&s, "args", false, &out));
		str_free(&out);
		sheet_free(&s);
	}
}

TEST(what_means_something_to_latex_in_pairs)
{
	struct str out = {0};

	sheet_latex_text(&out, "--flag---x 'y''z* → a – b");
	CHECK_STR(str_text(&out), "-{}-flag-{}-{}-x 'y'{}'z{*} $\\to$ a -- b");
	str_free(&out);
}

/* A trial's row of forty parameters. */
static void forty(struct sheet *s, size_t rows)
{
	static const char *const texts[] = {"日本語 テキスト", "e\xcc\x81te\xcc\x81",
	                                    "\x1b[2J\n",       "\xff\xfe",
	                                    "two words",       ""};

	sheet_column(s, "trial", NULL, COLUMN_NUMBER, true);
	for (size_t i = 0; i < 40; i++) {
		char name[32];

		snprintf(name, sizeof name, "parameter_%zu", i);
		sheet_column(s, name, NULL, i % 2 ? COLUMN_TEXT : COLUMN_NUMBER, false);
	}
	for (size_t r = 0; r < rows; r++) {
		sheet_int(s, r);
		for (size_t i = 0; i < 40; i++)
			if (i % 2)
				sheet_text(s, texts[(i / 2 + r) % 6]);
			else
				sheet_number(s, (double)(i + r) / 7);
	}
}

static size_t widest(const char *text)
{
	size_t most = 0;

	while (*text) {
		size_t n = strcspn(text, "\n"), w;
		struct str line = {0};

		str_addn(&line, text, n);
		w = text_width(str_text(&line));
		most = w > most ? w : most;
		str_free(&line);
		text += n + (text[n] == '\n');
	}
	return most;
}

TEST(forty_parameters_fit_every_terminal)
{
	static const size_t widths[] = {60, 80, 100, 200}, rows[] = {0, 1, 2, 20};

	for (size_t w = 0; w < 4; w++)
		for (size_t r = 0; r < 4; r++) {
			const struct sheet_view v = {.width = widths[w]};
			struct sheet s = {0};
			struct str out = {0};
			bool left_out[41], any = false;

			forty(&s, rows[r]);
			sheet_table(&s, &v, left_out, &out);
			CHECK(widest(str_text(&out)) <= widths[w]);
			CHECK(!strchr(str_text(&out), '\x1b'));
			for (size_t i = 0; i < 41; i++)
				any |= left_out[i];
			/* A few are turned, and then all is there. */
			CHECK(any == (rows[r] == 20));
			str_free(&out);
			sheet_free(&s);
		}
}

TEST(numbers_at_the_ends_of_what_there_is)
{
	static const double x[] = {1e300,  1e-300,           -0.0,
	                           -1e300, (double)INFINITY, (double)NAN};

	check_table(x, 6, 0, false, NULL,
	            "trial     loss  name       x\n"
	            "    0   1e+300  sgd    1e-05\n"
	            "    1   1e-300  adam  12.5\n"
	            "    2   0       adam  12.5\n"
	            "    3  -1e+300  adam  12.5\n"
	            "    4   -       adam  12.5\n"
	            "    5   -       adam  12.5\n");
	check_table((const double[]){0.123456781, 0.123456782}, 2, 0, false, NULL,
	            "trial         loss  name       x\n"
	            "    0  0.123456781  sgd    1e-05\n"
	            "    1  0.123456782  adam  12.5\n");
}

TEST(two_lines_of_titles_and_columns_for_programs)
{
	const struct sheet_view bare = {.bare = true};
	struct sheet s = {0};
	struct str out = {0};

	sheet_column(&s, "who", "", COLUMN_TEXT, true);
	sheet_column(&s, "value", "mean", COLUMN_NUMBER, true);
	sheet_under(&s, "loss");
	sheet_column(&s, "half", NULL, COLUMN_NUMBER, true);
	sheet_hide(&s);
	sheet_text(&s, "a");
	sheet_number(&s, 0.5);
	sheet_half(&s, 0.125);
	sheet_number(&s, 0.125);
	sheet_print(&s, NULL, " ", &out);
	CHECK_STR(str_text(&out), "           mean\n"
	                          "           loss\n"
	                          " a  0.50 ± 0.12\n");
	str_clear(&out);
	sheet_print(&s, &(struct sheet_view){.width = 11}, "", &out);
	CHECK_STR(str_text(&out), "          mean\n"
	                          "          loss\n"
	                          "a  0.50 ± 0.12\n");
	str_clear(&out);
	sheet_table(&s, &bare, NULL, &out);
	CHECK_STR(str_text(&out), "a  0.50 ± 0.12\n");
	str_clear(&out);
	CHECK(sheet_write(&s, "csv", false, &out));
	CHECK_STR(str_text(&out), "who,value,half\na,0.5,0.125\n");
	str_clear(&out);
	CHECK(sheet_write(&s, "markdown", false, &out));
	CHECK_STR(str_text(&out),
	          "|  | mean loss |\n| --- | ---: |\n| a | 0.50 ± 0.12 |\n");
	str_free(&out);
	sheet_free(&s);
}

TEST(xml_holds_no_markup_and_no_control_characters)
{
	struct str out = {0};

	junit_text(&out, "<a href='x'>&\"\x01\x1b\x7f\n\xff\xef\xbf\xbf\xc2\x85 é");
	CHECK_STR(str_text(&out),
	          "&lt;a href=&apos;x&apos;&gt;&amp;&quot;\\x01\\x1b\\x7f\\n\\xff"
	          "\xef\xbf\xbd\\u0085 é");
	str_free(&out);
}

TEST(lines_break_at_blanks_alone)
{
	struct str out = {0};

	text_wrap(&out, "one two three a_very_long_name x", 8, "  ");
	CHECK_STR(str_text(&out), "one two\n  three\n  a_very_long_name\n  x");
	str_clear(&out);
	text_wrap(&out, "one two three", 0, "  ");
	CHECK_STR(str_text(&out), "one two three");
	str_clear(&out);
	text_cut(&out, "learning rates of all", 17);
	CHECK_STR(str_text(&out), "learning rates…");
	str_clear(&out);
	text_cut(&out, "learning_rates_of_all", 10);
	CHECK_STR(str_text(&out), "learning_…");
	str_free(&out);
}

TEST_MAIN(numbers_of_a_column_are_aligned_by_their_point, digits_that_tell_rows_apart,
          what_does_not_fit_is_turned_or_left_out, hostile_names_in_every_format,
          an_empty_table_is_written_in_every_format,
          what_means_something_to_latex_in_pairs, forty_parameters_fit_every_terminal,
          numbers_at_the_ends_of_what_there_is,
          two_lines_of_titles_and_columns_for_programs,
          xml_holds_no_markup_and_no_control_characters, lines_break_at_blanks_alone)
