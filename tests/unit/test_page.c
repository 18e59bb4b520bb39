/* Pieces of the page: axes from one end of the numbers to the other, pictures of
 * hostile names, the history of rechecks as somebody may have left it. */
#include "page/chart.h"
#include "page/later.h"
#include "test.h"

#include <float.h>

static void check_ticks(const struct axis *a, const char *what)
{
	double at[TICKS_MAX];
	size_t n = axis_ticks(a, 8, at);

	if (n < 2 || n > TICKS_MAX)
		printf("# %s: %zu ticks\n", what, n);
	CHECK(n >= 2 && n <= TICKS_MAX);
	for (size_t i = 0; i < n; i++) {
		double u = axis_at(a, at[i]);

		CHECK(isfinite(at[i]));
		CHECK(u >= 0 && u <= 1);
		CHECK(!i || u > axis_at(a, at[i - 1]));
		CHECK_DOUBLE(axis_at(a, axis_value(a, u)), u, 1e-9);
	}
}

TEST(axes_hold_the_largest_and_the_smallest_numbers)
{
	static const double ends[][2] = {{1e-300, 1e300},
	                                 {-DBL_MAX, DBL_MAX},
	                                 {DBL_MIN, DBL_MAX},
	                                 {-1e300, 1e-300},
	                                 {1e308, 1.7e308},
	                                 {0, 1},
	                                 {1e-4, 0.5},
	                                 {-3, -1},
	                                 {0, 0}};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct axis a = {0};
		char what[64];

		snprintf(what, sizeof what, "%g to %g", ends[i][0], ends[i][1]);
		axis_fit(&a, ends[i], 2, 0);
		CHECK(isfinite(a.low) && isfinite(a.high) && a.low < a.high);
		CHECK(axis_at(&a, ends[i][0]) <= axis_at(&a, ends[i][1]));
		check_ticks(&a, what);
	}
	{
		struct axis a = {.log = true, .low = 1e-300, .high = 1e300};

		CHECK_DOUBLE(axis_at(&a, 1), 0.5, 1e-12);
		CHECK_DOUBLE(axis_at(&a, 1e150), 0.75, 1e-12);
		check_ticks(&a, "log");
		CHECK_DOUBLE(axis_at(&a, (double)NAN), 0, 0);
		CHECK_DOUBLE(axis_at(&a, -1), 0, 0);
	}
}

TEST(a_picture_says_what_it_shows)
{
	struct chart c;
	struct str out = {0};
	struct mark_series *s;

	chart_init(&c, "<b>&\"", 400, 200);
	c.x.label = "lr </desc><script>";
	c.y.label = "loss (less is better)";
	c.note = "n = 3 trials";
	s = chart_add(&c, MARK_LABELS, "height", NULL, ' ');
	marks_add(s, (struct mark_point){.x = 0.5, .y = 0.5, .text = "<i>\x1b[31m"});
	s = chart_add(&c, MARK_REGION, "q1", NULL, '#');
	for (int i = 0; i < 5; i++)
		marks_add(s, (struct mark_point){.x = i == 1 || i == 2 ? 0.75 : 0.25,
		                                 .y = i == 2 || i == 3 ? 0.75 : 0.25,
		                                 .low = i < 2});
	marks_add(s, (struct mark_point){.x = (double)NAN});
	chart_svg(&c, NULL, &out);
	CHECK(strstr(out.s, "aria-label=\"&lt;b&gt;&amp;&quot;\""));
	CHECK(strstr(out.s,
	             "<desc>Across: lr &lt;/desc&gt;&lt;script&gt;. Up: loss (less is "
	             "better). n = 3 trials</desc>"));
	CHECK(!strstr(out.s, "<i>") && !strchr(out.s, '\x1b'));
	str_clear(&out);
	c.note =
	    "n = 3 trials, and much more to say than finds room in a line of forty";
	chart_text(&c, 40, &out);
	CHECK(strstr(out.s, "###"));
	CHECK(strstr(out.s, "n = 3 trials, and much more to say\n  than"));
	for (char *line = strtok(out.s, "\n"); line; line = strtok(NULL, "\n"))
		CHECK(strlen(line) <=
		      46); /* thirty columns and the labels, at the least */
	str_free(&out);
	chart_free(&c);
}

TEST(a_history_of_rechecks_is_read_as_far_as_it_can_be)
{
	static const char text[] =
	    "{\"number\": 1, \"begun\": \"2026-01-02T03:04:05Z\", \"answer\": "
	    "\"holds\", "
	    "\"drift\": {\"mean\": 0.5, \"low\": null}, \"configurations\": "
	    "[{\"role\": "
	    "\"winner\", \"then\": 1, \"now\": 2, \"half_width\": 0.25, \"runs\": "
	    "5}]}\n"
	    "\n"
	    "{\"number\": 2, \"answer\": \"<script>\", \"configurations\": 7}\n"
	    "[1, 2\n"
	    "{\"number\": \"x\"}\n"
	    "{\"number\": 3";
	struct arena a = {0};
	struct recheck_lines r;
	struct str out = {0};

	later_read(text, sizeof text - 1, &a, &r);
	CHECK(r.n == 2 && r.damaged == 3 && r.left_out == 0);
	CHECK_DOUBLE(r.list[0].winner.now, 2, 0);
	CHECK_DOUBLE(r.list[0].winner.half, 0.25, 0);
	CHECK(r.list[0].winner.runs == 5);
	CHECK_DOUBLE(r.list[0].drift, 0.5, 0);
	CHECK(isnan(r.list[0].drift_low) && isnan(r.list[0].defaults.now));
	CHECK(isnan(r.list[1].winner.now));
	later_recheck_table(&r, &out);
	CHECK(strstr(out.s, "<td>1 <td>") == NULL && strstr(out.s, "2.00 ± 0.25"));
	CHECK(strstr(out.s, "&lt;script&gt;") && !strstr(out.s, "<script>"));
	CHECK(strstr(out.s, "3 lines of the history could not be read"));
	str_free(&out);
	for (int i = 0; i < LATER_RECHECKS + 5; i++)
		str_addf(&out, "{\"number\": %d}\n", i);
	later_read(out.s, out.len, &a, &r);
	CHECK(r.n == LATER_RECHECKS && r.left_out == 5 && r.list[0].number == 5);
	str_free(&out);
	arena_free(&a);
}

TEST_MAIN(axes_hold_the_largest_and_the_smallest_numbers, a_picture_says_what_it_shows,
          a_history_of_rechecks_is_read_as_far_as_it_can_be)
