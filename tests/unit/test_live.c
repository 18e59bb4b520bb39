/* The screen of a search under way, exactly, at several widths. */
#include "report/live.h"
#include "report/text.h"
#include "test.h"

#include <math.h>

static struct live_run run(const char *name, double step, double last, double elapsed,
                           const char *params)
{
	struct live_run r = {.name = name,
	                     .step = step,
	                     .full = 81,
	                     .value = last,
	                     .has_value = true,
	                     .elapsed = elapsed,
	                     .params = params};

	r.n_samples = step > LIVE_SAMPLES ? LIVE_SAMPLES : (size_t)step;
	for (size_t i = 0; i < r.n_samples; i++)
		r.samples[i] = last + exp(-(double)i / 6);
	return r;
}

static void facts(struct live *v, struct live_run runs[4])
{
	static const struct live_param params[] = {{"lr", "0.00213"},
	                                           {"width", "256"},
	                                           {"dropout", "0.1"},
	                                           {"optimizer", "adam"},
	                                           {"weight_decay", "0.0001"}};

	runs[0] = run("37", 12, 0.251312, 185,
	              "lr=0.0021 width=256 dropout=0.1 momentum=0.9");
	runs[1] =
	    run("38", 80, 0.1987, 1263, "lr=0.002 width=512 dropout=0.13 momentum=0.5");
	runs[2] = run("39", 0, 0, 3, "lr=0.1 width=64 dropout=0.5 momentum=0.1");
	runs[2].has_value = false;
	runs[2].step = (double)NAN;
	runs[3] =
	    run("40", 27, (double)NAN, 410, "lr=0.5 width=64 dropout=0 momentum=0.1");
	runs[3].samples[26] = (double)NAN;
	*v = (struct live){.title =
	                       "digits.yaml · bayes with hyperband · minimize val_loss",
	                   .doing = "search",
	                   .units = "trials",
	                   .done = 37,
	                   .all = 60,
	                   .ok = 22,
	                   .stopped = 13,
	                   .failed = 2,
	                   .running = 4,
	                   .eta = {.known = true,
	                           .interval = true,
	                           .mean = 2300,
	                           .low = 1860,
	                           .high = 2820},
	                   .window = (double)NAN,
	                   .after = "the verification",
	                   .runs = runs,
	                   .n_runs = 4,
	                   .has_best = true,
	                   .metric = "val_loss",
	                   .best = 0.19231,
	                   .half = (double)NAN,
	                   .best_name = "17",
	                   .params = params,
	                   .n_params = 5,
	                   .strategy = "a model of 35 trials expects "
	                               "0.195 ± 0.010 of trial 40, a gain of 0.002",
	                   .rungs = {{3, 41}, {9, 22}, {27, 12}},
	                   .rung_unit = "step",
	                   .n_rungs = 3,
	                   .elapsed = 3844,
	                   .budget_time = 14400,
	                   .runs_done = 37};
}

/* No line is wider than it may be, and nothing moves a cursor. */
static void check_widths(const char *text, size_t width)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		char line[4096];

		snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
		CHECK(text_width(line) <= width);
		CHECK(!strchr(line, '\033') && !strchr(line, '\r'));
		text = end + 1;
	}
}

static void check_screen(const struct live *v, size_t width, size_t height,
                         const char *want)
{
	struct live_look look = {.width = width, .height = height};
	struct str s = {0};

	live_draw(v, &look, &s);
	CHECK_STR(str_text(&s), want);
	check_widths(str_text(&s), width);
	str_free(&s);
}

TEST(at_60_columns)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	check_screen(&v, 59, 24,
	             "digits.yaml · bayes with hyperband · minimize…        1h04m\n"
	             "━━━━━━━━━━━━━━━━━━━━━━━───────────────  search 37/60 trials\n"
	             "4 running · 22 ok · 13 stopped early · 2 failed\n"
	             "                      about 38 min to go (31 min to 47 min)\n"
	             "\n"
	             "    37  █▅▃▁·····················  12/81  0.251312   3m05s\n"
	             "    38  ███▇▅▄▃▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  80/81    0.1987  21m03s\n"
	             "    39  ·························   –/81               3 s\n"
	             "    40  ×××××××××················  27/81       nan   6m50s\n"
	             "\n"
	             "  best  val_loss 0.19231, trial 17: lr 0.00213, width 256 …\n"
	             "  next  a model of 35 trials expects 0.195 ± 0.010 of…\n"
	             " rungs  step 3 reached by 41 · 9: 22 · 27: 12\n"
	             " spent  1h04m of 4h00m · 37 runs\n");
}

TEST(at_100_columns)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	check_screen(&v, 99, 24,
	             "digits.yaml · bayes with hyperband · minimize val_loss           "
	             "                             1h04m\n"
	             "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────"
	             "─────────────  search 37/60 trials\n"
	             "4 running · 22 ok · 13 stopped early · 2 failed\n"
	             "                                       about 38 min to go (31 "
	             "min to 47 min), then the verification\n"
	             "\n"
	             "    37  █▅▃▁·················  12/81  0.251312   3m05s  "
	             "lr=0.0021 width=256 dropout=0.1…\n"
	             "    38  ███▅▄▃▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁  80/81    0.1987  21m03s  lr=0.002 "
	             "width=512 dropout=0.13…\n"
	             "    39  ·····················   –/81               3 s  lr=0.1 "
	             "width=64 dropout=0.5 momentum=0.1\n"
	             "    40  ×××××××··············  27/81       nan   6m50s  lr=0.5 "
	             "width=64 dropout=0 momentum=0.1\n"
	             "\n"
	             "  best  val_loss 0.19231, trial 17: lr 0.00213, width 256, "
	             "dropout 0.1, optimizer adam …\n"
	             "  next  a model of 35 trials expects 0.195 ± 0.010 of trial 40, "
	             "a gain of 0.002\n"
	             " rungs  step 3 reached by 41 · 9: 22 · 27: 12\n"
	             " spent  1h04m of 4h00m · 37 runs\n");
}

TEST(at_200_columns)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	check_screen(
	    &v, 199, 24,
	    "digits.yaml · bayes with hyperband · minimize val_loss                    "
	    "                                                                          "
	    "                                              1h04m\n"
	    "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━"
	    "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━───────────────────────────────────────"
	    "──────────────────────────────  search 37/60 trials\n"
	    "4 running · 22 ok · 13 stopped early · 2 failed                           "
	    "                                                                 about 38 "
	    "min to go (31 min to 47 min), then the verification\n"
	    "\n"
	    "    37  █▇▄▂▁···························  12/81  0.251312   3m05s  "
	    "lr=0.0021 width=256 dropout=0.1 momentum=0.9\n"
	    "    38  ████▆▅▄▃▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  80/81    0.1987  21m03s  "
	    "lr=0.002 width=512 dropout=0.13 momentum=0.5\n"
	    "    39  ································   –/81               3 s  lr=0.1 "
	    "width=64 dropout=0.5 momentum=0.1\n"
	    "    40  ×××××××××××·····················  27/81       nan   6m50s  lr=0.5 "
	    "width=64 dropout=0 momentum=0.1\n"
	    "\n"
	    "  best  val_loss 0.19231, trial 17: lr 0.00213, width 256, dropout 0.1, "
	    "optimizer adam, weight_decay 0.0001\n"
	    "  next  a model of 35 trials expects 0.195 ± 0.010 of trial 40, a gain of "
	    "0.002\n"
	    " rungs  step 3 reached by 41 · 9: 22 · 27: 12\n"
	    " spent  1h04m of 4h00m · 37 runs\n");
}

/* More runs than lines: the rest is counted, and what is known stays. */
TEST(more_runs_than_lines)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	check_screen(&v, 99, 11,
	             "digits.yaml · bayes with hyperband · minimize val_loss           "
	             "                             1h04m\n"
	             "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────"
	             "─────────────  search 37/60 trials\n"
	             "4 running · 22 ok · 13 stopped early · 2 failed\n"
	             "                                       about 38 min to go (31 "
	             "min to 47 min), then the verification\n"
	             "    37  █▅▃▁·················  12/81  0.251312   3m05s  "
	             "lr=0.0021 width=256 dropout=0.1…\n"
	             "    38  ███▅▄▃▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁  80/81    0.1987  21m03s  lr=0.002 "
	             "width=512 dropout=0.13…\n"
	             "        and 2 more running\n"
	             "  best  val_loss 0.19231, trial 17: lr 0.00213, width 256, "
	             "dropout 0.1, optimizer adam …\n"
	             "  next  a model of 35 trials expects 0.195 ± 0.010 of trial 40, "
	             "a gain of 0.002\n"
	             " rungs  step 3 reached by 41 · 9: 22 · 27: 12\n"
	             " spent  1h04m of 4h00m · 37 runs\n");
}

TEST(one_line_where_there_is_little_room)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	check_screen(&v, 39, 24, "search 37/60, 4 running, 2 failed, bes…\n");
	check_screen(&v, 99, 3,
	             "search 37/60, 4 running, 2 failed, best 0.19231, about 38 min to "
	             "go (31 min to 47 min)\n");
}

TEST(an_estimate_says_what_it_is)
{
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	v.may_end = true;
	check_screen(&v, 79, 3,
	             "search 37/60, 4 running, 2 failed, best 0.19231, no more than "
	             "about 38 min to…\n");
	v.window = 125;
	check_screen(&v, 99, 3,
	             "search 37/60, 4 running, 2 failed, best 0.19231, budget.time "
	             "lets nothing begin after 2 min more\n");
}

/* Names and values of strangers: cut by columns, not by bytes, and inert. */
TEST(hostile_texts_are_inert)
{
	static const struct live_param params[] = {{"\033[2J\033]0;x\a", "日本語\r\n"},
	                                           {"学習率学習率学習率", "\u202e1"}};
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	v.title = "日本語日本語日本語日本語日本語日本語日本語日本語.yaml\033[H";
	v.metric = "loss\n\033[31m";
	v.params = params;
	v.n_params = 2;
	v.n_runs = 1;
	runs[0].name = "1\r7";
	runs[0].params = "a\tb\033";
	v.strategy = NULL;
	v.n_rungs = 0;
	check_screen(
	    &v, 59, 24,
	    "日本語日本語日本語日本語日本語日本語日本語日本語.ya…  1h04m\n"
	    "━━━━━━━━━━━━━━━━━━━━━━━───────────────  search 37/60 trials\n"
	    "4 running · 22 ok · 13 stopped early · 2 failed\n"
	    "                      about 38 min to go (31 min to 47 min)\n"
	    "\n"
	    "1\\x0d7  █▅▃▁·····················  12/81  0.251312   3m05s\n"
	    "        and 3 more running\n"
	    "\n"
	    "  best  loss\\n\\x1b[31m 0.19231, trial 17: \\x1b[2J\\x1b]0;x\\…\n"
	    " spent  1h04m of 4h00m · 37 runs\n");
}

TEST(colours_add_nothing_to_see)
{
	struct live_look look = {.width = 99, .height = 24, .colour = true};
	struct str plain = {0}, colour = {0}, bare = {0};
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	live_draw(&v, &look, &colour);
	look.colour = false;
	live_draw(&v, &look, &plain);
	for (const char *p = str_text(&colour); *p; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else
			str_addc(&bare, *p);
	}
	CHECK(colour.len > plain.len);
	CHECK_STR(str_text(&bare), str_text(&plain));
	str_free(&plain);
	str_free(&colour);
	str_free(&bare);
}

TEST(without_blocks_there_are_no_curves)
{
	struct live_look look = {.width = 79, .height = 24, .ascii = true};
	struct str s = {0};
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	live_draw(&v, &look, &s);
	CHECK(strstr(str_text(&s), "=====-----"));
	CHECK(!strstr(str_text(&s), "█") && !strstr(str_text(&s), "━"));
	str_free(&s);
}

TEST(a_step_below_zero_is_no_part_of_the_way)
{
	struct live_look look = {.width = 99, .height = 24};
	struct str s = {0};
	struct live_run runs[4];
	struct live v;

	facts(&v, runs);
	v.n_runs = v.running = 1;
	runs[0].step = -5;
	live_draw(&v, &look, &s);
	CHECK(strstr(str_text(&s), "    37  ·····"));
	CHECK(strstr(str_text(&s), "-5/81"));
	str_free(&s);
}

/* Four runs of 100 s on average are left for two slots, of which one is free in 40 s,
 * the other in none. */
TEST(time_to_go)
{
	struct moments m = {.n = 9, .mean = 100, .variance = 90};
	double taken[] = {60, 130};
	struct eta e = eta_of(m, taken, 2, 4, 2);

	CHECK(e.known && e.interval);
	CHECK_DOUBLE(e.mean, 240, 1e-9);
	/* t(0.95, 8) sqrt(90) / 2 sqrt(6 + 36 / 9) */
	CHECK_DOUBLE(e.high - e.mean, 1.8595480375 * 15, 1e-6);
	CHECK_DOUBLE(e.mean - e.low, 1.8595480375 * 15, 1e-6);
	/* Whole rounds are not gone through one by one, and change nothing. */
	CHECK_DOUBLE(eta_of(m, taken, 2, 2000000004, 2).mean, 100000000240, 1e-3);
	m.n = 2;
	CHECK(!eta_of(m, taken, 2, 4, 2).interval);
	m.n = 0;
	CHECK(!eta_of(m, taken, 2, 4, 2).known);
	m.n = 9;
	CHECK(!eta_of(m, taken, 0, 0, 2).known);
}

TEST_MAIN(at_60_columns, at_100_columns, at_200_columns, more_runs_than_lines,
          one_line_where_there_is_little_room, an_estimate_says_what_it_is,
          hostile_texts_are_inert, colours_add_nothing_to_see,
          without_blocks_there_are_no_curves, a_step_below_zero_is_no_part_of_the_way,
          time_to_go)
