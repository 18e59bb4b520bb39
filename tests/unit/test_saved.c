/* Searches read back: journals whose lines are whole but say what cannot be, and
 * results files that lack something. Each is refused with its own words; nothing is
 * guessed. */
#include "base/file.h"
#include "base/mem.h"
#include "record/journal.h"
#include "record/results.h"
#include "saved/saved.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEARCH                                                                         \
	"\"e\":\"search\",\"schema\":1,\"yaml\":\"command: [t, '${args}']\\nmethod: "  \
	"random\\nmetric: {name: loss}\\nrepeats: 2\\nparameters: {x: {min: 0.0, "     \
	"max: 1.0}, y: {values: [1, 2]}}\\n\",\"time\":1000"
#define TRIAL "\"e\":\"trial\",\"t\":0,\"seen\":0,\"u\":[0.5,0.5]"
#define START "\"e\":\"start\",\"t\":0,\"r\":0,\"seed\":7,\"attempt\":1,\"time\":1001"
#define END                                                                            \
	"\"e\":\"end\",\"t\":0,\"r\":0,\"outcome\":\"ok\",\"value\":0.5,\"exit\":0,"   \
	"\"last\":0.5,\"best\":0.5,\"reports_total\":1,\"time\":1002"

struct home {
	char dir[64];
	struct saved sv;
	struct error err;
};

static void put_journal(struct home *p, const char *const *lines)
{
	struct journal_summary empty = {0};
	struct journal *j;

	snprintf(p->dir, sizeof p->dir, "/tmp/test_saved.XXXXXX");
	CHECK(mkdtemp(p->dir) != NULL);
	j = journal_open(p->dir, &empty, &disk_real, &p->err);
	CHECK(j != NULL);
	for (; j && *lines; lines++)
		journal_add(j, *lines);
	CHECK(j && journal_sync(j, &p->err));
	journal_close(j);
}

static bool load(struct home *p)
{
	p->err = (struct error){0};
	return saved_load(&p->sv, p->dir, &p->err);
}

static void drop(struct home *p)
{
	struct error err;

	saved_free(&p->sv);
	CHECK(file_remove_tree(p->dir, &err));
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void refused(const char *const *lines, const char *why)
{
	struct home p;

	put_journal(&p, lines);
	CHECK(!load(&p));
	CHECK_INT(p.err.kind, ERROR_FILE);
	if (!strstr(p.err.text, why)) {
		test_failures++;
		printf("# it says: %s\n# and not: %s\n", p.err.text, why);
	}
	drop(&p);
}

TEST(journals_that_cannot_be)
{
	refused(LINES(SEARCH, "\"x\":1"), "line 2: an event without a name");
	refused(LINES(SEARCH, "\"e\":\"dance\""),
	        "line 2: an event \"dance\" that this hpsearch does not know");
	refused(LINES("\"e\":\"search\",\"schema\":1"),
	        "it does not hold the YAML text");
	refused(LINES(SEARCH ",\"schema\":2"), "is of format 2");
	refused(LINES("\"e\":\"session\""), "its journal is empty");
	refused(LINES(SEARCH, START), "an event of a run that does not fit");
	refused(LINES(SEARCH, TRIAL, "\"e\":\"start\",\"t\":0,\"r\":2"),
	        "line 3: an event of a run that does not fit");
	refused(LINES(SEARCH, TRIAL, "\"e\":\"requeue\",\"t\":1,\"r\":0"),
	        "an event of a run that does not fit");
	refused(LINES(SEARCH, TRIAL, TRIAL), "line 3: a trial that does not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":1,\"u\":[0.5,0.5]"),
	        "a trial that does not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"u\":[0.5]"),
	        "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"u\":[0.5,0.5,0.5]"),
	        "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"u\":[0.5,1]"),
	        "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"u\":[0.5,\"a\"]"),
	        "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0"), "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"grid\":[0,-1]"),
	        "coordinates do not fit");
	refused(LINES(SEARCH, "\"e\":\"trial\",\"t\":0,\"grid\":[0,7]"),
	        "grid cell does not fit");
	refused(
	    LINES(SEARCH, TRIAL, START, "\"e\":\"report\",\"t\":0,\"r\":0,\"step\":1"),
	    "line 4: a report that is not whole");
	refused(LINES(SEARCH, TRIAL, START, "\"e\":\"end\",\"t\":0,\"r\":0"),
	        "a run has no outcome");
	refused(LINES(SEARCH, TRIAL, START,
	              "\"e\":\"end\",\"t\":0,\"r\":0,\"outcome\":\"fine\""),
	        "a run has no outcome");
	refused(LINES(SEARCH, "\"e\":\"verify_start\",\"phase\":\"rerun\",\"r\":0"),
	        "a line of the verification that is not whole");
	refused(
	    LINES(SEARCH, "\"e\":\"verify_end\",\"phase\":\"rerun\",\"c\":0,\"r\":0"),
	    "a run has no outcome");
}

/* A finished run that is queued once more, as --retry-failed writes it. */
TEST(a_run_that_was_queued_again)
{
	struct home p;

	put_journal(&p, LINES(SEARCH, TRIAL, START,
	                      "\"e\":\"end\",\"t\":0,\"r\":0,\"outcome\":\"failed\","
	                      "\"exit\":1,\"reason\":\"exit 1\",\"time\":1002",
	                      "\"e\":\"session\",\"time\":5000",
	                      "\"e\":\"requeue\",\"t\":0,\"r\":0"));
	CHECK(load(&p));
	CHECK_INT(p.sv.study.search.n, 1);
	CHECK_INT(p.sv.study.search.finished, 0);
	CHECK_INT(p.sv.study.search.trials[0]->outcome, OUTCOME_NONE);
	CHECK_INT(p.sv.study.search.trials[0]->runs[0].state, RUN_QUEUED);
	drop(&p);
	/* One second of one session; the pause before the next is not counted. */
	put_journal(&p, LINES(SEARCH, "\"e\":\"session\",\"time\":1000", TRIAL, START,
	                      END, "\"e\":\"session\",\"time\":90000"));
	CHECK(load(&p));
	CHECK_DOUBLE(p.sv.study.search.elapsed_before, 2, 1e-9);
	drop(&p);
}

/* One repeat failed and the other was under way when its session ended: also when later
 * sessions follow, the trial is settled. */
TEST(settled_by_the_end_of_a_session)
{
	struct home p;

	put_journal(&p, LINES(SEARCH, TRIAL, START,
	                      "\"e\":\"start\",\"t\":0,\"r\":1,\"attempt\":1",
	                      "\"e\":\"end\",\"t\":0,\"r\":0,\"outcome\":\"failed\"",
	                      "\"e\":\"session\",\"time\":5000",
	                      "\"e\":\"session\",\"time\":6000"));
	CHECK(load(&p));
	CHECK_INT(p.sv.study.search.finished, 1);
	CHECK_INT(p.sv.study.search.trials[0]->outcome, OUTCOME_FAILED);
	drop(&p);
}

/* A results file, and the same with one text in the place of another. */
static char *results_text(struct arena *a)
{
	struct home p;
	struct str out = {0};
	char *text;

	put_journal(&p,
	            LINES(SEARCH, TRIAL, START,
	                  "\"e\":\"report\",\"t\":0,\"r\":0,\"step\":3,\"value\":0.5",
	                  END, "\"e\":\"start\",\"t\":0,\"r\":1,\"attempt\":1",
	                  "\"e\":\"end\",\"t\":0,\"r\":1,\"outcome\":\"ok\","
	                  "\"value\":0.25,\"last\":0.25,\"reports_total\":1"));
	CHECK(load(&p));
	results_json(&p.sv.study.search, p.sv.study.monitor, &out);
	text = arena_strdup(a, out.s);
	str_free(&out);
	drop(&p);
	return text;
}

static void edited(const char *text, const char *was, const char *now, const char *why)
{
	const char *at = strstr(text, was);
	char path[] = "/tmp/test_saved.XXXXXX.json";
	int fd = mkstemps(path, 5);
	struct error err = {0};
	struct saved sv;
	bool ok;

	CHECK(fd >= 0 && at);
	if (fd < 0 || !at) {
		printf("# not in it: %s\n", was);
		return;
	}
	CHECK(file_write_all(fd, text, (size_t)(at - text)) &&
	      file_write_all(fd, now, strlen(now)) &&
	      file_write_all(fd, at + strlen(was), strlen(at + strlen(was))));
	close(fd);
	ok = saved_load(&sv, path, &err);
	CHECK_INT(ok, why == NULL);
	if (why && !strstr(err.text, why)) {
		test_failures++;
		printf("# %s for %s says: %s\n# and not: %s\n", now, was, err.text,
		       why);
	}
	if (ok)
		CHECK(!strcmp(was, now) || !sv.intact);
	saved_free(&sv);
	unlink(path);
}

TEST(results_files_that_lack_something)
{
	struct arena a = {0};
	const char *text = results_text(&a);

	edited(text, "\"trials\":", "\"trials\":", NULL);
	edited(text, "{\"schema\":1", "[{\"schema\":1", "is not JSON");
	edited(text, "\"schema\":1", "\"shema\":1", "is not a results file");
	edited(text, "\"schema\":1", "\"schema\":9", "reads up to format 1");
	edited(text, "\"hpsearch\":", "\"hp\":", "is not a results file");
	edited(text, "\"search\":", "\"serch\":", "is not a results file");
	edited(text, "\"space\":", "\"spice\":", "is not a results file");
	edited(text, "method: random", "method: rndom", "rndom");
	edited(text, "\"trials\":", "\"trails\":", "has no trials");
	edited(text, "{\"id\":0", "{\"id\":1", "not numbered from 0 on");
	edited(text, "{\"id\":0", "{\"od\":0", "not numbered from 0 on");
	edited(text, "\"u\":[", "\"v\":[", "coordinates do not fit");
	edited(text, "\"state\":\"finished\"", "\"stat\":\"finished\"",
	       "a run in it is not whole");
	edited(text, "\"seed\":7", "\"sed\":7", "a run in it is not whole");
	edited(text, "[3,0.5]", "[3]", "no pair of numbers");
	edited(text, "[3,0.5]", "[\"a\",0.5]", "no pair of numbers");
	edited(text, "\"runs\":[", "\"runs\":[{},", "a run");
	edited(text, "\"runs\":[", "\"rns\":[", "a trial in it is not whole");
	edited(text, "\"outcome\":\"ok\"", "\"outcome\":\"good\"",
	       "a trial in it is not whole");
	edited(text, "\"value\":0.375", "\"value\":0.376", NULL);
	edited(text, "\"started\":null,\"reports\":[]", "\"reports\":[[0,1],[1]]",
	       "no pair of numbers");
	/* The reports before the bad one are not lost to anybody (LeakSanitizer). */
	edited(text, "\"complete\":false,\"runs\":[",
	       "\"runs\":[{\"seed\":1,\"state\":\"finished\",\"outcome\":\"ok\","
	       "\"reports\":[[0,1],[1]]},",
	       "no pair of numbers");
	arena_free(&a);
}

/* More than goes to the file at once: as if it had been written in one piece. */
TEST(a_large_file_written_piece_by_piece)
{
	struct journal_summary empty = {0};
	struct str line = {0}, whole = {0};
	struct arena a = {0};
	struct home p;
	struct journal *j;
	char path[128], *text;
	size_t len = 0;

	put_journal(&p, LINES(SEARCH));
	p.err = (struct error){0};
	snprintf(path, sizeof path, "%s/journal.jsonl", p.dir);
	unlink(path);
	j = journal_open(p.dir, &empty, &disk_real, &p.err);
	CHECK(j != NULL);
	journal_add(j, SEARCH);
	for (int t = 0; t < 3000; t++) {
		str_clear(&line);
		str_addf(&line, "\"e\":\"trial\",\"t\":%d,\"seen\":0,\"u\":[0.5,0.5]",
		         t);
		journal_add(j, line.s);
		for (int r = 0; r < 2; r++) {
			str_clear(&line);
			str_addf(&line,
			         "\"e\":\"end\",\"t\":%d,\"r\":%d,\"outcome\":"
			         "\"ok\",\"value\":%d,\"reports_total\":1",
			         t, r, t * 7 % 13);
			journal_add(j, line.s);
		}
	}
	CHECK(journal_sync(j, &p.err));
	journal_close(j);
	CHECK(load(&p));
	results_json(&p.sv.study.search, p.sv.study.monitor, &whole);
	CHECK(results_write(&p.sv.study.search, p.sv.study.monitor, &p.err));
	snprintf(path, sizeof path, "%s/results.json", p.dir);
	CHECK(file_read(path, 1 << 30, &a, &text, &len, &p.err));
	CHECK(len > 1 << 20);
	CHECK(len == whole.len && memcmp(text, whole.s, len) == 0);
	str_clear(&whole);
	results_csv(&p.sv.study.search, 0, &whole);
	snprintf(path, sizeof path, "%s/results.csv", p.dir);
	CHECK(file_read(path, 1 << 30, &a, &text, &len, &p.err));
	CHECK(len == whole.len && memcmp(text, whole.s, len) == 0);
	snprintf(path, sizeof path, "%s/journal.jsonl", p.dir);
	unlink(path);
	saved_free(&p.sv);
	CHECK(load(&p));
	CHECK(p.sv.from_file && p.sv.intact && !p.sv.damage);
	CHECK_INT(p.sv.study.search.n, 3000);
	str_free(&line);
	str_free(&whole);
	arena_free(&a);
	drop(&p);
}

/* Searches that stop early: decisions that cannot be. */
#define EARLY(more)                                                                    \
	"\"e\":\"search\",\"schema\":1,\"yaml\":\"command: [t, '${args}']\\nmethod: "  \
	"random\\nmetric: {name: loss}\\nparameters: {x: {min: 0.0, max: 1.0}, y: "    \
	"{values: [1, 2]}}\\nearly_terminate: " more "\\n\",\"time\":1000"
#define ASHA          EARLY("{type: asha, mode: promote, grace: 1, max_iter: 9, step: epoch}")
#define DECIDED(what) "\"e\":\"decision\",\"t\":0,\"r\":0," what
#define NUMBERS       "\"rule\":\"asha\",\"rung\":1,\"step\":1,\"value\":0.5,\"peers\":1"

TEST(decisions_that_cannot_be)
{
	refused(LINES(SEARCH, TRIAL, START, DECIDED("\"decision\":\"stop\"," NUMBERS)),
	        "line 4: a decision that nobody asked for");
	refused(LINES(ASHA, TRIAL, START, DECIDED("\"decision\":\"halt\"," NUMBERS)),
	        "line 4: a decision that is none");
	refused(LINES(ASHA, TRIAL, START, DECIDED("\"decision\":\"stop\"")),
	        "a decision that is none");
	refused(LINES(ASHA, TRIAL, START, DECIDED(NUMBERS)), "a decision that is none");
	refused(LINES(ASHA, TRIAL, START,
	              DECIDED("\"decision\":\"promote\",\"budget\":3," NUMBERS)),
	        "a promotion of a run that is not paused");
	refused(LINES(ASHA, TRIAL, START, DECIDED("\"decision\":\"promote\"," NUMBERS)),
	        "a decision that is none");
	refused(LINES(ASHA, TRIAL, START,
	              DECIDED("\"decision\":\"promote\",\"budget\":-1," NUMBERS)),
	        "a decision that is none");
	refused(LINES(ASHA, TRIAL, START, "\"e\":\"rung\",\"t\":0,\"r\":0,\"step\":1"),
	        "a rung that is not whole");
	refused(LINES(ASHA, TRIAL, START, "\"e\":\"rung\",\"t\":0,\"r\":0"),
	        "a rung that is not whole");
	refused(LINES(ASHA, DECIDED("\"decision\":\"stop\"," NUMBERS)),
	        "an event of a run that does not fit");
}

#define BUDGET_START                                                                   \
	"\"e\":\"start\",\"t\":0,\"r\":0,\"seed\":7,\"attempt\":1,\"budget\":1"
#define PAUSED                                                                         \
	ASHA, TRIAL, BUDGET_START,                                                     \
	    "\"e\":\"report\",\"t\":0,\"r\":0,\"step\":1,\"value\":0.5",               \
	    DECIDED("\"decision\":\"pause\"," NUMBERS)

/* Decided, and then the driver was killed: the decision stands, the run is over. */
TEST(a_pause_whose_end_is_not_in_the_journal)
{
	struct home p;

	put_journal(&p, LINES(PAUSED));
	CHECK(load(&p));
	CHECK_INT(p.sv.study.search.trials[0]->outcome, OUTCOME_STOPPED);
	CHECK_INT(p.sv.study.search.trials[0]->runs[0].state, RUN_FINISHED);
	CHECK_INT(p.sv.study.search.finished, 1);
	drop(&p);
	put_journal(&p, LINES(PAUSED,
	                      "\"e\":\"end\",\"t\":0,\"r\":0,\"outcome\":"
	                      "\"stopped\",\"value\":0.5",
	                      DECIDED("\"decision\":\"promote\",\"budget\":3,"
	                              "\"last\":true," NUMBERS)));
	CHECK(load(&p));
	CHECK_INT(p.sv.study.search.trials[0]->outcome, OUTCOME_NONE);
	CHECK_INT(p.sv.study.search.trials[0]->runs[0].state, RUN_QUEUED);
	CHECK_DOUBLE(p.sv.study.search.trials[0]->runs[0].budget, 3, 0);
	CHECK_INT(p.sv.study.search.trials[0]->runs[0].leg, 1);
	CHECK_INT(p.sv.study.search.finished, 0);
	drop(&p);
}

/* The log of a results file, one event in the place of another. */
TEST(logs_that_are_not_whole)
{
	static const struct {
		const char *was, *now;
	} edits[] = {
	    {"[\"trial\",0]", "[\"trial\",1]"},
	    {"[\"trial\",0]", "[\"trial\"]"},
	    {"[\"trial\",0]", "[\"trial\",0,0]"},
	    {"[\"trial\",0]", "[\"trial\",-1]"},
	    {"[\"trial\",0]", "[\"dance\",0]"},
	    {"[\"trial\",0]", "[0]"},
	    {"[\"trial\",0]", "[]"},
	    {"[\"trial\",0]", "7"},
	    {"[\"trial\",0]", "[\"session\",0]"},
	    {"[\"trial\",0]", "[\"stop\",0,0]"},
	    {"[\"trial\",0],\n", ""},
	    {"[\"start\",0,0,1]", "[\"start\",0,1,1]"},
	    {"[\"start\",0,0,1]", "[\"start\",0]"},
	    {"[\"start\",0,0,1]", "[\"start\",\"a\",0]"},
	    {"[\"start\",0,0,1]", "[\"start\",0,0,0]"},
	    {"[\"report\",0,0,1,0.5]", "[\"report\",0,0,1]"},
	    {"[\"report\",0,0,1,0.5]", "[\"report\",0,0]"},
	    {"[\"report\",0,0,1,0.5]", "[\"report\",0,0,\"x\",0.5]"},
	    {"[\"report\",0,0,1,0.5]", "[\"end\",0,0]"},
	    {"[\"report\",0,0,1,0.5]", "[\"end\",0,0,\"fine\"]"},
	    {"{\"trial\":0,", "{\"trial\":3,"},
	    {"{\"trial\":0,", "{\"tril\":0,"},
	    {"\"run\":0,\"dec", "\"run\":1,\"dec"},
	    {"\"run\":0,\"dec", "\"ron\":0,\"dec"},
	    {"\"decision\":\"pause\"", "\"decision\":\"rest\""},
	};
	struct str out = {0};
	struct home p;

	put_journal(&p, LINES(PAUSED));
	CHECK(load(&p));
	results_json(&p.sv.study.search, p.sv.study.monitor, &out);
	drop(&p);
	edited(out.s, "[\"trial\",0]", "[\"trial\",0]", NULL);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		char *log = strstr(out.s, "\"log\":[");
		struct str all = {0};
		const char *at = strstr(log, edits[i].was);

		CHECK(at != NULL);
		if (!at) {
			printf("# not in it: %s\n%s\n", edits[i].was, log);
			continue;
		}
		str_addn(&all, out.s, (size_t)(at - out.s));
		str_add(&all, edits[i].now);
		str_add(&all, at + strlen(edits[i].was));
		edited(all.s, "\"early_terminate\":{\"rule\"",
		       "\"early_terminate\":{\"role\"",
		       *edits[i].now ? "of the log is not whole" : "of its place");
		str_free(&all);
	}
	edited(out.s, "\"log\":", "\"lug\":", "does not have every trial");
	str_free(&out);
}

TEST(places_that_are_no_search)
{
	struct home p = {.dir = "/tmp"};

	CHECK(!load(&p));
	CHECK(strstr(p.err.text, "is not a directory of a search") != NULL);
	saved_free(&p.sv);
	snprintf(p.dir, sizeof p.dir, "/tmp/nowhere.yaml");
	CHECK(!load(&p));
	CHECK(strstr(p.err.text, "no search of this file here") != NULL);
	saved_free(&p.sv);
}

TEST_MAIN(journals_that_cannot_be, a_run_that_was_queued_again,
          settled_by_the_end_of_a_session, results_files_that_lack_something,
          a_large_file_written_piece_by_piece, decisions_that_cannot_be,
          a_pause_whose_end_is_not_in_the_journal, logs_that_are_not_whole,
          places_that_are_no_search)
