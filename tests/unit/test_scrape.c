#include "run/scrape.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Feeds text whole and ends it. */
static void scrape(struct scraper *s, const char *metric, const char *step,
                   const char *text, size_t n)
{
	scrape_init(s, metric, step);
	scrape_feed(s, &s->out, text, n);
	scrape_end(s, &s->out);
}

static void scrape_text(struct scraper *s, const char *text)
{
	scrape(s, "loss", NULL, text, strlen(text));
}

/* The only report of the text; NaN steps say that there is not exactly one. */
static struct report only(const char *metric, const char *text)
{
	struct scraper s;
	struct report r = {.step = (double)NAN, .value = (double)NAN};

	scrape(&s, metric, NULL, text, strlen(text));
	if (s.n_reports == 1)
		r = s.reports[0];
	scrape_free(&s);
	return r;
}

TEST(plain_line)
{
	struct report r = only("loss", "{\"loss\": 0.25, \"epoch\": 3}\n");

	CHECK_DOUBLE(r.value, 0.25, 0);
	CHECK_DOUBLE(r.step, 3, 0);
}

TEST(anywhere_in_a_line)
{
	CHECK_DOUBLE(only("loss", "INFO train: {\"loss\": 1} ok\n").value, 1, 0);
	CHECK_DOUBLE(only("loss", "\033[32m{x} {\"a\" {\"loss\": 2}").value, 2, 0);
	CHECK_DOUBLE(only("loss", " 5%|##  |\r100%|####|\r{\"loss\":3}\r\n").value, 3,
	             0);
	CHECK_DOUBLE(only("loss", "\xff\xfe junk {\"loss\":4} \xc3").value, 4, 0);
	CHECK(isnan(only("loss", "loss: 5\n").step));
	CHECK(isnan(only("loss", "{\"loss\": 5\n}\n").step));
}

TEST(values)
{
	CHECK_DOUBLE(only("loss", "{\"loss\":\"0.125\"}").value, 0.125, 0);
	CHECK_DOUBLE(only("loss", "{\"loss\":-Infinity}").value, -(double)INFINITY, 0);
	CHECK_DOUBLE(only("loss", "{\"loss\":1e999}").value, (double)INFINITY, 0);
	CHECK_DOUBLE(only("loss", "{\"loss\":NaN}").step, 0, 0);
	CHECK(isnan(only("loss", "{\"loss\":NaN}").value));
	CHECK(isnan(only("loss", "{\"loss\":\"nan\"}").value));
	CHECK(isnan(only("loss", "{\"loss\":null}").step)); /* no report */
	CHECK(isnan(only("loss", "{'loss': None}").step));
	CHECK_DOUBLE(only("loss", "{\"loss\": -nan, \"epoch\": 3}").step, 3, 0);
	CHECK(isnan(only("loss", "{\"loss\": -nan}").value));
	CHECK_DOUBLE(only("loss", "{\"loss\": -inf}").value, -(double)INFINITY, 0);
	CHECK_DOUBLE(only("loss", "{'loss': np.float64(0.5)}").value, 0.5, 0);
	CHECK_DOUBLE(only("loss", "{'loss': 1.0D-03, 'epoch': 2.}").step, 2, 0);
	CHECK_DOUBLE(only("a.b", "x {'a': {'b': .5}} y").value, 0.5, 0);
	CHECK(isnan(only("loss", "{\"loss\":\"high\"}").step));
	CHECK(isnan(only("loss", "{\"loss\":[1]}").step));
	CHECK(isnan(only("loss", "{\"Loss\":1}").step));
}

TEST(nested_names)
{
	CHECK_DOUBLE(only("eval.loss", "{\"eval\":{\"loss\":7}}").value, 7, 0);
	CHECK_DOUBLE(only("eval.loss", "{\"eval\":{\"loss\":7},\"eval.loss\":8}").value,
	             8, 0);
	CHECK_DOUBLE(only("a.b.c", "{\"a\":{\"b.c\":9}}").value, 9, 0);
}

TEST(steps)
{
	struct scraper s;

	scrape_text(&s,
	            "{\"loss\":1}\n{\"loss\":2}\n{\"loss\":3,\"global_step\":\"50\"}\n"
	            "{\"loss\":4,\"step\":9,\"epoch\":1}\n");
	CHECK_INT(s.n_reports, 4);
	CHECK_INT(s.count, 4);
	CHECK_DOUBLE(s.reports[0].step, 0, 0);
	CHECK_DOUBLE(s.reports[1].step, 1, 0);
	CHECK_DOUBLE(s.reports[2].step, 50, 0);
	CHECK_DOUBLE(s.reports[3].step, 9, 0);
	scrape_free(&s);
	scrape(&s, "loss", "t.n", "{\"loss\":1,\"t\":{\"n\":5},\"step\":1}", 31);
	CHECK_DOUBLE(s.reports[0].step, 5, 0);
	scrape_free(&s);
}

TEST(several_in_a_line)
{
	struct scraper s;

	scrape_text(&s, "{\"loss\":1}{\"loss\":2} and {\"other\":3} {\"loss\":4}");
	CHECK_INT(s.n_reports, 3);
	CHECK_DOUBLE(s.reports[2].value, 4, 0);
	CHECK_INT(s.n_keys, 2);
	scrape_free(&s);
}

TEST(words_to_hpsearch)
{
	struct scraper s;

	scrape_text(
	    &s,
	    "{\"hpsearch\":{\"cost\":0.25},\"loss\":1}\n"
	    "{\"hpsearch\":{\"cost\":\"0.5\"}}\n{\"hpsearch\":{\"cost\":NaN}}\n"
	    "{\"hpsearch\":{\"cost\":-3}}\n"
	    "{\"hpsearch\":{\"status\":\"infeasible\",\"reason\":\"too\\nbig\"}}\n");
	CHECK_DOUBLE(s.cost, 0.75, 0);
	CHECK(s.infeasible);
	CHECK_STR(s.reason, "too big");
	CHECK_INT(s.n_keys, 1);
	CHECK_INT(s.n_reports, 1);
	CHECK_STR(str_text(&s.numbers.note),
	          "a cost was not counted: it is no finite number of 0 or more");
	scrape_free(&s);
}

TEST(amounts_that_are_none_are_noted)
{
	static const struct {
		const char *json, *note;
	} rows[] = {
	    {"0, \"latency\": 0.5", ""},
	    {"null", ""},
	    {"1e100, \"latency\": \"2\"", ""},
	    {"-1",
	     "the cost of an answer was not counted: it is no number from 0 to 1e+100"},
	    {"1e101",
	     "the cost of an answer was not counted: it is no number from 0 to 1e+100"},
	    {"\"much\", \"latency\": [1]",
	     "the cost of an answer was not counted: it is no number from 0 to 1e+100\n"
	     "the latency of an answer was not counted: it is no number from 0 to "
	     "1e+100"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scraper s;
		char line[200];

		scrape_init(&s, "score", NULL);
		s.answers = true;
		for (int k = 1; k <= 2; k++) {
			snprintf(line, sizeof line,
			         "{\"item\": %d, \"score\": 1, \"cost\": %s}\n", k,
			         rows[i].json);
			scrape_feed(&s, &s.out, line, strlen(line));
		}
		CHECK_INT(s.n_reports, 2);
		CHECK_DOUBLE(s.reports[0].cost, i == 2 ? 1e100 : 0, 0);
		CHECK_STR(str_text(&s.numbers.note), rows[i].note);
		scrape_free(&s);
	}
}

TEST(long_reason_is_cut_between_letters)
{
	char text[1024] = "{\"hpsearch\":{\"status\":\"infeasible\",\"reason\":\"x";
	struct scraper s;

	for (int i = 0; i < 200; i++)
		strcat(text, "\xc3\xa4");
	strcat(text, "\"}}");
	scrape_text(&s, text);
	CHECK_INT(strlen(s.reason), 255);
	scrape_free(&s);
	text[strcspn(text, "x")] = ' ';
	memmove(strstr(text, "\" \xc3") + 1, strstr(text, "\" \xc3") + 2,
	        strlen(strstr(text, "\" \xc3") + 2) + 1);
	scrape_text(&s, text);
	CHECK_INT(strlen(s.reason), 254);
	scrape_free(&s);
}

TEST(names_of_numbers)
{
	struct scraper s;

	scrape_text(&s, "{\"val_loss\":1,\"name\":\"x\",\"ok\":true,\"n\":\"3\","
	                "\"eval\":{\"acc\":2,\"deep\":{\"er\":NaN}},\"list\":[1]}\n"
	                "{\"val_loss\":2}\n");
	CHECK_INT(s.n_reports, 0);
	CHECK_INT(s.n_keys, 4);
	CHECK_STR(s.keys[0], "val_loss");
	CHECK_STR(s.keys[1], "n");
	CHECK_STR(s.keys[2], "eval.acc");
	CHECK_STR(s.keys[3], "eval.deep.er");
	scrape_free(&s);
	scrape(&s, NULL, NULL, "{\"a\":1}", 7);
	CHECK_INT(s.n_keys, 1);
	CHECK_INT(s.count, 0);
	scrape_free(&s);
}

/* Up to 200 bytes, dots and groups among them. */
TEST(long_names_of_numbers)
{
	static const char *const more[] = {"", "k", ".b", "k.b"};
	struct scraper s;
	char text[512];

	for (size_t i = 0; i < 4; i++) {
		int k = i < 2 ? 200 : 198;
		bool group = i >= 2;

		snprintf(text, sizeof text, "{\"%0*d%s\":%s}\n", k, 0, i % 2 ? "k" : "",
		         group ? "{\"b\":1}" : "1");
		scrape_text(&s, text);
		CHECK_INT(s.n_keys, i % 2 ? 0 : 1);
		snprintf(text, sizeof text, "%0*d%s", k, 0, more[i]);
		if (s.n_keys)
			CHECK_STR(s.keys[0], text);
		scrape_free(&s);
	}
}

TEST(nul_bytes_and_binary)
{
	static const char text[] = "a\0b\0{\"loss\":\0 1}\n\0\0{\"loss\": 2}\0\n";
	struct scraper s;

	scrape(&s, "loss", NULL, text, sizeof text - 1);
	CHECK_INT(s.n_reports, 1);
	CHECK_DOUBLE(s.reports[0].value, 2, 0);
	scrape_free(&s);
}

static char *repeat(const char *what, size_t times, const char *end, size_t *n)
{
	size_t len = strlen(what);
	char *s = malloc(times * len + strlen(end) + 1);

	for (size_t i = 0; s && i < times; i++)
		memcpy(s + i * len, what, len);
	if (s)
		strcpy(s + times * len, end);
	*n = times * len + strlen(end);
	return s;
}

TEST(lines_over_the_limit_are_skipped)
{
	struct scraper s;
	size_t n;
	char *text = repeat("{\"loss\":1} ", 3 << 20, "\n{\"loss\":5}\n", &n);

	scrape_init(&s, "loss", NULL);
	for (size_t at = 0; at < n; at += 65536) {
		scrape_feed(&s, &s.out, text + at, n - at < 65536 ? n - at : 65536);
		CHECK(s.out.line.cap <= SCRAPE_LINE_MAX + 1);
	}
	CHECK_INT(s.long_lines, 1);
	CHECK_INT(s.n_reports, 1);
	CHECK_DOUBLE(s.reports[0].value, 5, 0);
	scrape_free(&s);
	free(text);
}

/* The limit is the same whether the line comes at once or in pieces. */
TEST(limit_is_exact)
{
	for (size_t extra = 0; extra < 2; extra++) {
		struct scraper s;
		size_t n;
		char *text =
		    repeat(" ", SCRAPE_LINE_MAX - 10 + extra, "{\"loss\":5}", &n);

		CHECK_INT(n, SCRAPE_LINE_MAX + extra);
		for (size_t cut = 1; cut <= n; cut += n / 2) {
			scrape_init(&s, "loss", NULL);
			scrape_feed(&s, &s.out, text, cut);
			scrape_feed(&s, &s.out, text + cut, n - cut);
			scrape_end(&s, &s.out);
			CHECK_INT(s.n_reports, 1 - extra);
			CHECK_INT(s.long_lines, extra);
			scrape_free(&s);
		}
		free(text);
	}
}

static double seconds_for(const char *what, size_t times)
{
	struct scraper s;
	size_t n;
	char *text = repeat(what, times, "}\n{\"loss\":5}\n", &n);
	clock_t start = clock();

	scrape(&s, "loss", NULL, text, n);
	CHECK(s.n_reports >= 1);
	scrape_free(&s);
	free(text);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Generous limits: what is tested is that nothing grows with the square. */
TEST(hostile_lines_take_bounded_time)
{
	CHECK(seconds_for("{", 1000000) < 10);
	CHECK(seconds_for("{x {}", 200000) < 10);
	CHECK(seconds_for("{\"", 500000) < 10);
	CHECK(seconds_for("{\"a\":", 170000) < 10);
	CHECK(seconds_for("{\"a\":1},", 130000) < 10);
}

TEST(million_keys)
{
	size_t n = 1, cap = 1 << 20;
	char *text = malloc(cap + 64);
	struct scraper s;

	text[0] = '{';
	for (int i = 0; n < cap - 64; i++)
		n += (size_t)sprintf(text + n, "\"k%d\":%d,", i, i);
	n += (size_t)sprintf(text + n, "\"loss\":1}\n");
	scrape(&s, "loss", NULL, text, n);
	CHECK_INT(s.n_reports, 1);
	CHECK_INT(s.n_keys, SCRAPE_KEYS);
	scrape_free(&s);
	free(text);
}

TEST(chunks_do_not_matter)
{
	static const char text[] =
	    "x{\"loss\":1}\r\n\r{\"loss\":2,\"epoch\":5}\n{\"lo\n"
	    "{\"loss\":3}{\"loss\":4}\r{\"loss\":5}";

	for (size_t size = 1; size < sizeof text; size++) {
		struct scraper s;

		scrape_init(&s, "loss", NULL);
		for (size_t at = 0; at < sizeof text - 1; at += size)
			scrape_feed(&s, &s.out, text + at,
			            sizeof text - 1 - at < size ? sizeof text - 1 - at
			                                        : size);
		scrape_end(&s, &s.out);
		CHECK_INT(s.n_reports, 5);
		CHECK_DOUBLE(s.reports[4].value, 5, 0);
		CHECK_DOUBLE(s.reports[1].step, 5, 0);
		scrape_free(&s);
	}
}

TEST(two_streams_do_not_mix)
{
	struct scraper s;

	scrape_init(&s, "loss", NULL);
	scrape_feed(&s, &s.out, "{\"loss\":", 8);
	scrape_feed(&s, &s.file, "{\"loss\":2}\n", 11);
	scrape_feed(&s, &s.out, "1}\n", 3);
	CHECK_INT(s.n_reports, 2);
	CHECK_DOUBLE(s.reports[0].value, 2, 0);
	CHECK_DOUBLE(s.reports[1].value, 1, 0);
	scrape_free(&s);
}

static struct unread unread(const char *metric, const char *text)
{
	struct scraper s;
	struct unread u;

	scrape(&s, metric, NULL, text, strlen(text));
	u = s.unread;
	CHECK_INT(s.n_reports, 0);
	scrape_free(&s);
	return u;
}

TEST(what_cannot_be_read_is_counted)
{
	struct unread u = unread("loss", "{'loss': tensor(0.5)}\n{\"loss\": 0,25}\n"
	                                 "{'loss': None}\n{'lr': tensor(1)}\n"
	                                 "x {\"loss\": [1]} y\n{\"loss\": 1\n");

	CHECK_INT(u.n, 4);
	CHECK_STR(u.example, "{'loss': tensor(0.5)}");
	u = unread("a.b", "{\"a\":{\"b\":\"\tx\033[1my\"}}\n");
	CHECK_INT(u.n, 1);
	CHECK_STR(u.example, "{\"a\":{\"b\":\" xy\"}}");
	CHECK_INT(unread("loss", "{'lr': 1}\nloss: 0.5\n").n, 0);
	/* Over several lines, in a text; not in prose. */
	CHECK_INT(unread("loss", "{\n  \"loss\": 0.5,\n  'a.loss' : 1\n}\n").n, 1);
	CHECK_INT(unread("a.b", "  'b' : 1\n  'a' : 1\n'xb': 2\n").n, 1);
	CHECK_INT(unread("loss", "{\\\"loss\\\": 0.5}\n").n, 1);
	CHECK_INT(unread("loss", "the \"loss\" is\n\"loss\nloss\": 1\n").n, 0);
}

TEST(colours_are_taken_out)
{
	CHECK_DOUBLE(
	    only("loss", "{\"\033[32mloss\033[0m\": \033[1;31m0.5\033[m}").value, 0.5,
	    0);
	CHECK_DOUBLE(only("loss", "\033]0;title\a{'loss': \033(B0.5}\033").value, 0.5,
	             0);
	CHECK_DOUBLE(only("loss", "\033]8;;http://x\033\\{'loss': 0.5}\033[").value,
	             0.5, 0);
	/* What a title says is not said of the training; nor inside a name. */
	CHECK_DOUBLE(only("loss", "\033]0;{'loss': 9}\a{'loss': 0.5}").value, 0.5, 0);
	CHECK_DOUBLE(only("loss", "{'lo\033]2;at 7\ass': 0.5}").value, 0.5, 0);
	CHECK_DOUBLE(only("loss", "{'lo\033]2;at 7\033\\ss': 0.5}").value, 0.5, 0);
}

static void feed(struct scraper *s, struct scrape_stream *in, const char *text)
{
	scrape_feed(s, in, text, strlen(text));
}

TEST(a_line_on_both_streams_counts_once)
{
	struct scraper s;

	scrape_init(&s, "loss", NULL);
	feed(&s, &s.out, "{\"loss\":1,\"epoch\":1}\n{\"loss\":1,\"epoch\":2}\n");
	feed(&s, &s.err, "INFO:root:{'loss': 1.0, 'epoch': 1}\n");
	feed(&s, &s.err, "INFO:root:{\"loss\":1,\"epoch\":2}\n");
	CHECK_INT(s.n_reports, 2);
	feed(&s, &s.err, "INFO:root:{'loss': 1.0, 'epoch': 3}\n");
	feed(&s, &s.out, "{\"loss\":1,\"epoch\":3}\n");
	feed(&s, &s.file, "{\"loss\":1,\"epoch\":3}\n");
	CHECK_INT(s.n_reports, 3);
	CHECK_DOUBLE(s.reports[2].step, 3, 0);
	scrape_free(&s);
}

/* Without steps it is the k-th time of the same value that is the same report. */
TEST(equal_reports_on_one_stream_all_count)
{
	struct scraper s;

	scrape_init(&s, "loss", NULL);
	feed(&s, &s.out, "{\"loss\":1}\n{\"loss\":1}\n{\"loss\":nan}\n");
	feed(&s, &s.err, "{\"loss\":1}\n{\"loss\":1}\n{\"loss\":-nan}\n");
	CHECK_INT(s.n_reports, 3);
	feed(&s, &s.err, "{\"loss\":1}\n");
	CHECK_INT(s.n_reports, 4);
	CHECK_DOUBLE(s.reports[3].step, 3, 0);
	feed(&s, &s.out,
	     "{\"hpsearch\":{\"cost\":0.5}}\n{\"hpsearch\":{\"cost\":0.5}}\n"
	     "{'loss': x}\n");
	feed(&s, &s.err, "{\"hpsearch\":{\"cost\":0.5}}\n{'loss': x}\n");
	CHECK_DOUBLE(s.cost, 1, 0);
	CHECK_INT(s.unread.n, 1);
	scrape_free(&s);
}

/* More different reports than are remembered: none is lost. */
TEST(many_reports)
{
	struct scraper s;
	char line[64];

	scrape_init(&s, "loss", NULL);
	for (int i = 0; i < 3 * ONCE_MAX; i++) {
		snprintf(line, sizeof line, "{\"loss\":%d,\"step\":%d}\n", i, i);
		feed(&s, &s.out, line);
		feed(&s, &s.err, line);
		s.n_reports = 0;
	}
	CHECK_INT(s.count, 3 * ONCE_MAX);
	scrape_free(&s);
}

/* What the hook says is one more stream; that wandb is offline is its to say. */
TEST(the_hook_is_a_stream)
{
	struct scraper s;

	scrape_init(&s, "loss", NULL);
	feed(&s, &s.out, "{\"loss\":1}\n{\"hpsearch\":{\"wandb\":\"offline\"}}\n");
	CHECK(!s.wandb);
	feed(&s, &s.hook, "{\"hpsearch\":{\"wandb\":\"online\"}}\n{\"loss\":1}\n");
	CHECK(!s.wandb);
	feed(&s, &s.hook, "{\"hpsearch\":{\"wandb\":\"offline\"}}\n{\"loss\":2}\n");
	CHECK(s.wandb);
	CHECK_INT(s.n_reports, 2);
	scrape_free(&s);
}

/* Feeds a test run's output, and packs what it says of items. */
static const struct scores *items_of(struct scraper *s, const char *text,
                                     struct arena *a)
{
	scrape_init(s, "score", NULL);
	s->items.wanted = true;
	scrape_feed(s, &s->out, text, strlen(text));
	scrape_end(s, &s->out);
	return item_lines_scores(&s->items, a);
}

TEST(lines_of_items)
{
	struct arena a = {0};
	struct scraper s;
	const struct scores *x = items_of(
	    &s,
	    "{\"item\": \"q1\", \"score\": 1}\nINFO {'item': 'q2', 'score': False} ok\n"
	    "{\"item\": 3, \"score\": \"0.5\", \"cost\": 2, \"latency\": 0.1}\n"
	    "{\"item\": 4}\n{\"score\": 0.5}\n",
	    &a);

	CHECK(x != NULL);
	CHECK_INT(x->kind, SCORES_PACKED);
	CHECK_INT(x->n, 3);
	CHECK_DOUBLE(x->mean, 0.5, 1e-15);
	CHECK_INT(x->unread, 0);
	/* A score without an item is the metric; an item's is not. */
	CHECK_INT(s.n_reports, 1);
	CHECK_DOUBLE(s.reports[0].value, 0.5, 0);
	scrape_free(&s);
	scrape_text(&s, "{\"item\": \"q1\", \"score\": 1, \"loss\": 4}\n");
	CHECK(!item_lines_scores(&s.items, &a)); /* nobody asked */
	CHECK_INT(s.n_reports, 1);
	scrape_free(&s);
	arena_free(&a);
}

/* The set and the order are those of the names, however they come. */
TEST(items_in_any_order)
{
	struct arena a = {0};
	struct scraper s, t;
	const struct scores *x = items_of(
	    &s,
	    "{\"item\":1,\"score\":1}{\"item\":2,\"score\":2}{\"item\":3,\"score\":3}",
	    &a);
	const struct scores *y = items_of(
	    &t, "{\"item\":\"3\",\"score\":3}\n{\"item\":1,\"score\":1}\n", &a);

	CHECK(y->set != x->set);
	feed(&t, &t.err, "{\"item\":2.0,\"score\":2}\n");
	y = item_lines_scores(&t.items, &a);
	CHECK(y->set == x->set);
	for (size_t i = 0; i < 3; i++)
		CHECK_DOUBLE(scores_get(x, i), scores_get(y, i), 0);
	scrape_free(&s);
	scrape_free(&t);
	arena_free(&a);
}

TEST(an_item_that_is_named_again)
{
	struct arena a = {0};
	struct scraper s;
	const struct scores *x =
	    items_of(&s,
	             "{\"item\":1,\"score\":0}\n{\"item\":1,\"score\":0}\n"
	             "{\"item\":2,\"score\":-0.0}\n{\"item\":1,\"score\":1}\n",
	             &a);

	CHECK_INT(x->n, 2);
	CHECK_DOUBLE(x->mean, 0.5, 0); /* the last one counts */
	CHECK_INT(x->again, 1);
	/* The same on another stream is nothing new. */
	feed(&s, &s.err, "{\"item\":1,\"score\":1}\n{\"item\":2,\"score\":0}\n");
	x = item_lines_scores(&s.items, &a);
	CHECK_INT(x->n, 2);
	CHECK_INT(x->again, 1);
	CHECK_DOUBLE(x->low, 0, 0);
	scrape_free(&s);
	arena_free(&a);
}

TEST(scores_that_are_no_numbers)
{
	struct arena a = {0};
	struct scraper s;
	const struct scores *x =
	    items_of(&s,
	             "{\"item\":1,\"score\":\"good\"}\n{\"item\":2,\"score\":NaN}\n"
	             "{\"item\":3,\"score\":null}\n{\"item\":4,\"score\":1e300}\n"
	             "{\"item\":5,\"score\":[1]}\n{\"item\":[5],\"score\":1}\n",
	             &a);

	CHECK_INT(x->kind, SCORES_UNREAD);
	CHECK_INT(x->n, 0);
	CHECK_INT(x->unread, 5);
	feed(&s, &s.out, "{\"item\":1,\"score\":1}\n");
	x = item_lines_scores(&s.items, &a);
	CHECK_INT(x->kind, SCORES_PACKED);
	CHECK_INT(x->n, 1);
	CHECK_INT(x->unread, 5);
	scrape_free(&s);
	arena_free(&a);
}

TEST(counts_of_items)
{
	struct arena a = {0};
	struct scraper s;
	const struct scores *x = items_of(
	    &s,
	    "{\"hpsearch\": {\"items\": 10, \"correct\": 8}}\n"
	    "{\"hpsearch\": {\"items\": 1000, \"correct\": \"871\", \"cost\": 2}}\n"
	    "{\"hpsearch\": {\"items\": 5, \"correct\": 6}}\n"
	    "{\"hpsearch\": {\"items\": 0, \"correct\": 0}}\n"
	    "{\"hpsearch\": {\"items\": 2.5, \"correct\": 1}}\n"
	    "{\"hpsearch\": {\"items\": 5}}\n",
	    &a);

	CHECK_INT(x->kind, SCORES_COUNT);
	CHECK_INT(x->n, 1000);
	CHECK_DOUBLE(x->correct, 871, 0);
	CHECK_INT(x->unread, 3);
	CHECK_DOUBLE(s.cost, 2, 0);
	/* Single items say more. */
	feed(&s, &s.out, "{\"item\":1,\"score\":1}\n");
	CHECK_INT(item_lines_scores(&s.items, &a)->kind, SCORES_PACKED);
	scrape_free(&s);
	arena_free(&a);
}

TEST(a_million_items_and_no_more)
{
	struct arena a = {0};
	struct item_lines l = {.wanted = true};
	cJSON *line = json_parse("{\"item\":0,\"score\":1}", 20);
	cJSON *name = line ? cJSON_GetObjectItem(line, "item") : NULL;

	for (int i = 0; name && i < SCORES_MAX + 10; i++) {
		cJSON_SetNumberValue(name, i);
		item_lines_take(&l, line);
		if (i == SCORES_MAX - 1) {
			CHECK(!l.over);
			CHECK_INT(item_lines_scores(&l, &a)->n, SCORES_MAX);
		}
	}
	CHECK_INT(l.n, SCORES_MAX);
	CHECK(l.over && l.cap * sizeof *l.list <= 48 << 20);
	CHECK_INT(item_lines_scores(&l, &a)->kind, SCORES_OVER);
	item_lines_free(&l);
	cJSON_Delete(line);
	arena_free(&a);
}

TEST_MAIN(plain_line, anywhere_in_a_line, values, nested_names, steps,
          several_in_a_line, words_to_hpsearch, amounts_that_are_none_are_noted,
          long_reason_is_cut_between_letters, names_of_numbers, long_names_of_numbers,
          nul_bytes_and_binary, lines_over_the_limit_are_skipped, limit_is_exact,
          hostile_lines_take_bounded_time, million_keys, chunks_do_not_matter,
          two_streams_do_not_mix, what_cannot_be_read_is_counted, colours_are_taken_out,
          a_line_on_both_streams_counts_once, equal_reports_on_one_stream_all_count,
          many_reports, the_hook_is_a_stream, lines_of_items, items_in_any_order,
          an_item_that_is_named_again, scores_that_are_no_numbers, counts_of_items,
          a_million_items_and_no_more)
