/* What other tools are given, piece by piece; the whole is read back in
 * tests/e2e/export.sh. */
#include "export/exporting.h"
#include "export/mlflow.h"
#include "export/timeline.h"
#include "run/wandb_file.h"
#include "run/wandb_write.h"
#include "test.h"

#include <math.h>

/* --- .wandb: our reader reads what our writer writes --- */

TEST(wandb_there_and_back)
{
	struct wandb_writer w = {0};
	struct str lines = {0};

	wandb_write_begin(&w);
	CHECK(w.file.len > 7 && memcmp(w.file.s, ":W&B\xe1\xbe\0", 7) == 0);
	wandb_write_item(&w, "lr", "0.5");
	wandb_write_run(&w, &(struct wandb_run){.id = "a", .started = 1.5});
	wandb_write_item(&w, "loss", "0.25");
	wandb_write_item(&w, "_step", "0");
	wandb_write_row(&w, 0);
	wandb_write_item(&w, "loss", "NaN");
	wandb_write_row(&w, 300);
	wandb_write_item(&w, "loss", "0.125");
	wandb_write_summary(&w);
	wandb_write_exit(&w, -1, 2.5);
	wandb_file_lines(w.file.s, w.file.len, &lines);
	CHECK_STR(str_text(&lines),
	          "{\"loss\": 0.25}\n{\"loss\": NaN}\n{\"loss\": 0.125}\n");
	str_free(&lines);
	wandb_write_free(&w);
}

/* The checksum of the empty header record, type FULL: of the bytes 01, 08 01 aa 01 00
 * (zlib's crc32 of them). */
TEST(wandb_checksum)
{
	static const unsigned char head[] = {0x55, 0xb7, 0xa6, 0x3f, 5,    0,
	                                     1,    0x08, 0x01, 0xaa, 0x01, 0x00};
	struct wandb_writer w = {0};

	wandb_write_begin(&w);
	CHECK(w.file.len == 7 + sizeof head);
	CHECK(memcmp(w.file.s + 7, head, sizeof head) == 0);
	wandb_write_free(&w);
}

/* Records that end at, before and behind the end of a block, one of several blocks, and
 * ends of blocks too short for a chunk. */
TEST(wandb_blocks)
{
	for (size_t n = 32768 - 80; n < 32768 + 20; n++) {
		struct wandb_writer w = {0};
		struct str lines = {0}, text = {0};

		str_addc(&text, '"');
		while (text.len < n)
			str_addc(&text, 'x');
		str_addc(&text, '"');
		wandb_write_begin(&w);
		wandb_write_item(&w, "config", str_text(&text));
		wandb_write_run(&w, &(struct wandb_run){.id = "a"});
		wandb_write_item(&w, "loss", "1");
		wandb_write_row(&w, 0);
		wandb_file_lines(w.file.s, w.file.len, &lines);
		CHECK_STR(str_text(&lines), "{\"loss\": 1}\n");
		str_free(&text);
		str_free(&lines);
		wandb_write_free(&w);
	}
}

/* --- MLflow: names are paths --- */

TEST(mlflow_safe_names)
{
	static const char *const names[] = {"lr",  "../x", "a//b",     "/etc",     "",
	                                    ".",   "opt",  "opt/name", "opt.name", "é",
	                                    "OPT", "a:b",  "a*b"};
	static const char *const safe[] = {
	    "lr",       "_../x",      "a/_/b", "_/etc", "__2", "_.",   "opt",
	    "opt.name", "opt.name_2", "__",    "OPT_2", "a_b", "a_b_2"};
	enum { N = sizeof names / sizeof *names };
	const char *out[N];
	struct arena a = {0};

	mlflow_names(names, N, out, &a);
	for (size_t i = 0; i < N; i++)
		CHECK_STR(out[i], safe[i]);
	arena_free(&a);
}

TEST(mlflow_long_name)
{
	char name[5000];
	const char *names[] = {name, name}, *out[2];
	struct arena a = {0};

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	mlflow_names(names, 2, out, &a);
	CHECK(strlen(out[0]) < 250 && strlen(out[1]) < 250);
	CHECK(strcmp(out[0], out[1]) != 0);
	arena_free(&a);
}

/* --- reports at whole steps --- */

static void check_timeline(const struct timeline *s, const struct moment *expected,
                           size_t n)
{
	CHECK(s->n == n);
	for (size_t i = 0; i < n && i < s->n; i++) {
		CHECK(s->list[i].step == expected[i].step);
		CHECK(s->list[i].value == expected[i].value);
	}
}

TEST(timeline_of_steps)
{
	struct report reports[] = {
	    {.step = 3, .value = 1}, {.step = 1, .value = 2}, {.step = 3, .value = 4}};
	struct report half[] = {{.step = 0.5, .value = 1}, {.step = 1, .value = 2}};
	struct report others[] = {{.step = 1, .value = 4}, {.step = 5, .value = 7}};
	struct run runs[] = {{.reports = reports, .n_reports = 3},
	                     {.reports = others, .n_reports = 2}};
	struct run odd = {.reports = half, .n_reports = 2};
	struct trial t = {.runs = runs, .n_runs = 2};
	struct timeline s;
	struct arena a = {0};

	timeline_of_run(&runs[0], &a, &s);
	check_timeline(&s, (struct moment[]){{1, 2}, {3, 4}}, 2);
	timeline_of_run(&odd, &a, &s);
	check_timeline(&s, (struct moment[]){{0, 1}, {1, 2}}, 2);
	timeline_of_trial(&t, &a, &s);
	check_timeline(&s, (struct moment[]){{1, 3}, {3, 4}, {5, 7}}, 3);
	half[0].step = (double)INFINITY;
	timeline_of_run(&odd, &a, &s);
	check_timeline(&s, (struct moment[]){{0, 1}, {1, 2}}, 2);
	arena_free(&a);
}

/* --- times, which a journal may have any of --- */

TEST(times_that_are_none)
{
	static const double none[] = {-1, 0, 1e300, (double)INFINITY, (double)NAN};
	struct run r = {.started = 1000.25, .wall = 2};

	CHECK(exporting_started(&r) == 1000.25 && exporting_ended(&r) == 1002.25);
	CHECK(exporting_milliseconds(1000.25) == 1000250);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		r = (struct run){.started = none[i], .wall = 2};
		CHECK(exporting_started(&r) == 0);
		r = (struct run){.started = 1000, .wall = none[i]};
		CHECK(exporting_ended(&r) == 1000);
		CHECK(exporting_milliseconds(none[i]) == 0);
	}
}

TEST_MAIN(wandb_there_and_back, wandb_checksum, wandb_blocks, mlflow_safe_names,
          mlflow_long_name, timeline_of_steps, times_that_are_none)
