/* Messages between a driver and an agent: what is written is read back, to the last
 * bit; what is not whole is refused. */
#include "run/agent_wire.h"

#include "base/double.h"
#include "test.h"

#include <limits.h>

static struct arena room;

static bool again(const struct wire_message *m, struct wire_message *back)
{
	struct wire_in in = {0};
	struct str text = {0};
	struct error err;
	const char *line;
	size_t n = 0;
	bool ok;

	wire_write(&text, m);
	CHECK(text.len && text.s[text.len - 1] == '\n');
	/* In two pieces, as a pipe may give it. */
	CHECK(wire_feed(&in, text.s, text.len / 2));
	CHECK(!wire_line(&in, &n));
	CHECK(wire_feed(&in, text.s + text.len / 2, text.len - text.len / 2));
	line = wire_line(&in, &n);
	ok = line && wire_read(line, n, back, &room, &err);
	CHECK(!wire_line(&in, &n));
	wire_forget(&in);
	str_free(&text);
	return ok;
}

static bool reads(const char *line)
{
	struct wire_message m;
	struct error err;

	return wire_read(line, strlen(line), &m, &room, &err);
}

TEST(a_run_keeps_every_byte)
{
	const char *argv[] = {"t",
	                      ";echo HACK $(x) 'y' \"z\"",
	                      "a  b\n\t",
	                      "",
	                      "\xff\x01\xfe",
	                      "gr\xc3\xbc\xc3\x9f",
	                      "\xef\xbf\xbd",
	                      NULL};
	const char *env[] = {"A=1", "B=\x80", NULL};
	struct wire_message m = {.kind = WIRE_RUN,
	                         .ticket = UINT64_MAX,
	                         .job = {.argv = argv,
	                                 .env = env,
	                                 .dir = "/d/r0",
	                                 .home = "/h",
	                                 .hook = "/d/hook",
	                                 .timeout = 123456789,
	                                 .grace = 10000000000,
	                                 .metric = "loss",
	                                 .memory = INT64_C(1) << 35,
	                                 .nice = 7,
	                                 .source = {.pattern = "x(.)"},
	                                 .texts = TEXTS_ON,
	                                 .items = true}},
			    r;

	CHECK(again(&m, &r));
	CHECK(r.kind == WIRE_RUN && r.ticket == UINT64_MAX);
	CHECK(r.job.ticket == UINT64_MAX);
	for (size_t i = 0; i < 8; i++)
		CHECK(argv[i] ? r.job.argv[i] && !strcmp(argv[i], r.job.argv[i])
		              : !r.job.argv[i]);
	CHECK(!strcmp(r.job.env[1], "B=\x80") && !r.job.env[2]);
	CHECK(!strcmp(r.job.dir, "/d/r0") && !strcmp(r.job.home, "/h"));
	CHECK(!strcmp(r.job.hook, "/d/hook") && !r.job.results);
	CHECK(r.job.memory == INT64_C(1) << 35 && r.job.nice == 7);
	CHECK(r.job.timeout == 123456789 && r.job.grace == 10000000000);
	CHECK(!strcmp(r.job.metric, "loss") && !r.job.step && !r.job.nni);
	CHECK(!strcmp(r.job.source.pattern, "x(.)") && !r.job.source.file);
	CHECK(r.job.texts == TEXTS_ON && r.job.items && !r.job.patience);
}

static void check_numbers(const struct series_log *a, const struct series_log *b)
{
	struct str x = {0}, y = {0};

	series_json(series_pack(a, NULL, SERIES_POINTS, &room), &x);
	series_json(series_pack(b, NULL, SERIES_POINTS, &room), &y);
	CHECK(x.len > 100 && x.len == y.len && !memcmp(x.s, y.s, x.len));
	str_free(&x);
	str_free(&y);
}

TEST(an_exit_keeps_every_fact)
{
	struct series_log said = {0};
	double x[] = {0, 1, 1};
	struct scores scores = {.set = 7};
	char a[] = "loss", b[] = "acc\xff";
	char *keys[] = {a, b};
	struct wire_message m = {.kind = WIRE_EXIT, .ticket = 3}, r;
	struct run_result *w = &m.result;

	scores_pack(&scores, x, 3, &room);
	*w = (struct run_result){.exit = -1,
	                         .signal = 11,
	                         .timed_out = true,
	                         .over_memory = 123456,
	                         .cancelled = CANCEL_STOP,
	                         .wall = 0.1,
	                         .user = 1e-3,
	                         .sys = 5e-324,
	                         .maxrss = INT64_C(1) << 40,
	                         .reports = 4,
	                         .objects = 9,
	                         .by_text = true,
	                         .text_line = "loss: 1",
	                         .infeasible = true,
	                         .reason = "no",
	                         .cost = 0.125,
	                         .unread = {2, "tensor"},
	                         .long_lines = 1,
	                         .items = &scores,
	                         .n_keys = 2,
	                         .keys = keys,
	                         .tail = "bye\xff",
	                         .err_tail = "oops",
	                         .oom_text = true};
	for (int i = 0; i < 250; i++)
		series_say(&said, "acc", i, 0.1 * i);
	series_say(&said, "size", (double)NAN, (double)INFINITY);
	w->numbers = &said;
	w->note = "by \"hand\"\nline";
	CHECK(again(&m, &r));
	CHECK(r.result.numbers && r.result.numbers->n == 2 && !r.result.numbers->more);
	check_numbers(&said, r.result.numbers);
	CHECK(r.result.note && !strcmp(r.result.note, w->note));
	CHECK(r.ticket == 3 && r.result.exit == -1 && r.result.signal == 11);
	CHECK(r.result.over_memory == 123456);
	CHECK(r.result.timed_out && !r.result.stalled && !r.result.lost);
	CHECK(r.result.cancelled == CANCEL_STOP);
	CHECK(double_same(r.result.wall, 0.1) && double_same(r.result.sys, 5e-324));
	CHECK(r.result.maxrss == INT64_C(1) << 40);
	CHECK(r.result.reports == 4 && r.result.objects == 9);
	CHECK(r.result.by_text && !strcmp(r.result.text_line, "loss: 1"));
	CHECK(r.result.infeasible && !strcmp(r.result.reason, "no"));
	CHECK(double_same(r.result.cost, 0.125) && r.result.oom_text);
	CHECK(r.result.unread.n == 2 && !strcmp(r.result.unread.example, "tensor"));
	CHECK(r.result.n_keys == 2 && !strcmp(r.result.keys[1], "acc\xff"));
	CHECK(!strcmp(r.result.tail, "bye\xff"));
	CHECK(!strcmp(r.result.err_tail, "oops"));
	CHECK(r.result.items && r.result.items->n == 3);
	CHECK(r.result.items && double_same(scores_get(r.result.items, 2), 1));
	series_log_free(&said);
}

TEST(numbers_that_are_none_come_through)
{
	struct wire_message m = {.kind = WIRE_REPORT,
	                         .ticket = 1,
	                         .report = {.step = 3,
	                                    .value = (double)NAN,
	                                    .line = 7}},
			    r;

	CHECK(again(&m, &r) && isnan(r.report.value) && r.report.line == 7);
	m.report.value = -(double)INFINITY;
	CHECK(again(&m, &r) && isinf(r.report.value) && r.report.value < 0);
}

TEST(small_messages)
{
	for (int k = WIRE_HELLO; k <= WIRE_TERM; k++) {
		struct wire_message m = {.kind = (enum wire_kind)k,
		                         .ticket = 5,
		                         .protocol = 9,
		                         .version = "0.3",
		                         .host = "node1",
		                         .why = "w",
		                         .beat = 17},
				    r;

		if (k == WIRE_RUN)
			continue;
		CHECK(again(&m, &r) && r.kind == m.kind && r.ticket == 5);
		if (k == WIRE_HELLO || k == WIRE_REFUSE)
			CHECK(r.protocol == 9 && !strcmp(r.version, "0.3") &&
			      !strcmp(r.host, "node1") && !strcmp(r.why, "w"));
		if (k == WIRE_BEAT)
			CHECK(r.beat == 17);
	}
}

TEST(what_is_not_whole_is_refused)
{
	CHECK(reads("{\"m\":\"stop\",\"ticket\":1}"));
	CHECK(reads("{\"m\":\"stop\",\"ticket\":1,\"later\":[1]}"));
	CHECK(!reads(""));
	CHECK(!reads("Welcome to node1"));
	CHECK(!reads("[]"));
	CHECK(!reads("{\"m\":\"dance\"}"));
	CHECK(!reads("{\"m\":\"stop\",\"ticket\":-1}"));
	CHECK(!reads("{\"m\":\"report\",\"ticket\":1,\"step\":1}"));
	CHECK(!reads("{\"m\":\"run\",\"ticket\":1,\"argv\":[],\"env\":[],\"dir\":\"/\","
	             "\"timeout\":0,\"patience\":0,\"grace\":0,\"texts\":0}"));
	CHECK(
	    !reads("{\"m\":\"run\",\"ticket\":1,\"argv\":[1],\"env\":[],\"dir\":\"/\","
	           "\"timeout\":0,\"patience\":0,\"grace\":0,\"texts\":0}"));
	CHECK(!reads("{\"m\":\"run\",\"ticket\":1,\"argv\":[{\"b64\":\"AA==\"}],"
	             "\"env\":[],\"dir\":\"/\",\"timeout\":0,\"patience\":0,"
	             "\"grace\":0,\"texts\":0}"));
	CHECK(reads("{\"m\":\"run\",\"ticket\":1,\"argv\":[{\"b64\":\"/w==\"}],"
	            "\"env\":[],\"dir\":\"/\",\"timeout\":0,\"patience\":0,"
	            "\"grace\":0,\"texts\":0}"));
}

TEST(a_line_has_an_end)
{
	static char junk[1 << 20];
	struct wire_in in = {0};
	size_t n, fed = 0;

	memset(junk, 'x', sizeof junk);
	while (fed <= WIRE_LINE_MAX && wire_feed(&in, junk, sizeof junk))
		fed += sizeof junk;
	CHECK(fed == WIRE_LINE_MAX);
	CHECK(!wire_line(&in, &n));
	wire_forget(&in);
}

TEST_MAIN(a_run_keeps_every_byte, an_exit_keeps_every_fact,
          numbers_that_are_none_come_through, small_messages,
          what_is_not_whole_is_refused, a_line_has_an_end)
