/* A search followed as its journal grows is the search that is read at once; begun
 * anew, it is forgotten. What a screen is made of, out of it. */
#include "base/file.h"
#include "record/journal.h"
#include "report/live_state.h"
#include "saved/follow.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define YAML                                                                           \
	"command: [t, '${args}']\\nmethod: random\\nmetric: {name: loss}\\nparallel: " \
	"2\\nmax_trials: 4\\nparameters: {x: {min: 0.0, max: 1.0, default: 0.5}, y: "  \
	"{values: [1, 2], default: 1}}\\n"
#define SEARCH                                                                         \
	"\"e\":\"search\",\"schema\":1,\"yaml\":\"" YAML                               \
	"\",\"path\":\"s.yaml\",\"time\":1000"
#define SESSION     "\"e\":\"session\",\"time\":1000"
#define TRIAL(t, u) "\"e\":\"trial\",\"t\":" t ",\"seen\":0,\"u\":[" u "]"
#define START(t, at)                                                                   \
	"\"e\":\"start\",\"t\":" t ",\"r\":0,\"seed\":7,\"attempt\":1,\"time\":" at
#define REPORT(t, at, x)                                                               \
	"\"e\":\"report\",\"t\":" t ",\"r\":0,\"step\":" at ",\"value\":" x
#define END(t, v, at)                                                                  \
	"\"e\":\"end\",\"t\":" t ",\"r\":0,\"outcome\":\"ok\",\"value\":" v            \
	",\"exit\":0,\"wall\":10,\"last\":" v ",\"best\":" v                           \
	",\"reports_total\":1,\"time\":" at

struct home {
	char dir[64], path[96];
	struct journal *journal;
	struct follow follow;
	uint64_t told;
	struct error err;
};

static void told(void *self, const struct event *e)
{
	struct home *h = self;

	(void)e;
	h->told++;
}

static void begin_journal(struct home *h)
{
	struct journal_summary empty = {0};

	h->journal = journal_open(h->dir, &empty, &disk_real, &h->err);
	CHECK(h->journal != NULL);
}

static void begin(struct home *h)
{
	*h = (struct home){0};
	snprintf(h->dir, sizeof h->dir, "/tmp/test_follow.XXXXXX");
	CHECK(mkdtemp(h->dir) != NULL);
	snprintf(h->path, sizeof h->path, "%s/journal.jsonl", h->dir);
	begin_journal(h);
	follow_open(&h->follow, h->dir);
	h->follow.told = told;
	h->follow.self = h;
}

static void end(struct home *h)
{
	journal_close(h->journal);
	follow_close(&h->follow);
	CHECK(file_remove_tree(h->dir, &h->err));
}

static void add(struct home *h, const char *line)
{
	bool anew;

	journal_add(h->journal, line);
	CHECK(journal_flush(h->journal, &h->err));
	if (!follow_read(&h->follow, &anew, &h->err)) {
		test_failures++;
		printf("# %s\n", h->err.text);
	}
	CHECK(!anew);
}

static void go(struct home *h)
{
	add(h, SEARCH);
	add(h, SESSION);
	add(h, TRIAL("0", "0.5,0.25"));
	add(h, START("0", "1000"));
	add(h, REPORT("0", "9", "0.75"));
	add(h, END("0", "0.75", "1010"));
	add(h, TRIAL("1", "0.25,0.75"));
	add(h, START("1", "1010"));
	add(h, REPORT("1", "0", "0.5"));
	add(h, REPORT("1", "4", "0.25"));
}

TEST(as_it_grows_it_is_what_is_read_at_once)
{
	struct home h;
	struct saved sv;
	const struct search *a, *b;

	begin(&h);
	go(&h);
	CHECK_INT(h.told, 10);
	CHECK(saved_load(&sv, h.dir, &h.err));
	a = &h.follow.sv.study.search;
	b = &sv.study.search;
	CHECK_INT(a->n, b->n);
	CHECK_INT(a->finished, b->finished);
	CHECK_INT(a->cap, 4);
	CHECK_INT(a->best->id, b->best->id);
	CHECK_INT(a->trials[1]->runs[0].n_reports, 2);
	/* Without a driver, what was under way is queued again; who follows leaves it.
	 */
	CHECK_INT(a->trials[1]->runs[0].state, RUN_RUNNING);
	CHECK_INT(b->trials[1]->runs[0].state, RUN_QUEUED);
	saved_free(&sv);
	end(&h);
}

TEST(a_search_begun_anew_is_forgotten)
{
	struct home h;
	bool anew;

	begin(&h);
	go(&h);
	journal_close(h.journal);
	CHECK(!unlink(h.path));
	CHECK(follow_read(&h.follow, &anew, &h.err));
	CHECK(anew && !h.follow.begun);
	begin_journal(&h);
	h.told = 0;
	add(&h, SEARCH);
	add(&h, TRIAL("0", "0.5,0.25"));
	CHECK_INT(h.told, 2);
	CHECK_INT(h.follow.sv.study.search.n, 1);
	end(&h);
}

/* One that goes on with a changed file is read again, with that. */
TEST(a_changed_file_counts_from_then_on)
{
	struct home h;
	bool anew;

	begin(&h);
	go(&h);
	journal_add(h.journal,
	            "\"e\":\"search\",\"schema\":1,\"yaml\":\"" YAML
	            "budget: {time: 1h}\\n\",\"path\":\"s.yaml\",\"time\":1020");
	CHECK(journal_flush(h.journal, &h.err));
	CHECK(follow_read(&h.follow, &anew, &h.err));
	CHECK(anew);
	CHECK(follow_read(&h.follow, &anew, &h.err));
	CHECK(!anew && h.follow.begun);
	CHECK_INT(h.follow.sv.study.search.n, 2);
	CHECK_DOUBLE(h.follow.sv.study.search.spec->budget_time, 3600, 0);
	end(&h);
}

TEST(what_the_screen_is_made_of)
{
	struct home h;
	struct arena a = {0};
	struct live v;
	struct live_source from = {.slots = 2, .most = 10, .followed = true};

	begin(&h);
	go(&h);
	from.study = &h.follow.sv.study;
	live_of(&from, &v, &a);
	CHECK_STR(v.title, "s.yaml · random · minimize loss");
	CHECK_INT(v.done, 1);
	CHECK_INT(v.all, 4);
	CHECK_INT(v.ok, 1);
	CHECK_INT(v.running, 1);
	CHECK_INT(v.n_runs, 1);
	CHECK_STR(v.runs[0].name, "1");
	CHECK_STR(v.runs[0].params, "x 0.25  y 2");
	CHECK_DOUBLE(v.runs[0].step, 4, 0);
	CHECK_DOUBLE(v.runs[0].full, 9, 0); /* as far as the finished one went */
	CHECK_DOUBLE(v.runs[0].value, 0.25, 0);
	CHECK_INT(v.runs[0].n_samples, 2);
	CHECK_DOUBLE(v.best, 0.75, 0);
	CHECK_STR(v.params_note, ": the defaults");
	CHECK_DOUBLE(v.elapsed, 10, 0); /* to the last event, nobody drives it */
	/* One of two slots is free, two trials of 10 s are to come. */
	CHECK(v.eta.known && !v.eta.interval);
	CHECK(!v.may_end && isnan(v.window));
	from.winding_down = true;
	live_of(&from, &v, &a);
	CHECK(!v.eta.known);
	arena_free(&a);
	end(&h);
}

TEST_MAIN(as_it_grows_it_is_what_is_read_at_once, a_search_begun_anew_is_forgotten,
          a_changed_file_counts_from_then_on, what_the_screen_is_made_of)
