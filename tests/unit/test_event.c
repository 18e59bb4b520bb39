/* One event, one apply: what happens to a search is the same live, read from its
 * journal, and read from its results file; the loop treats every kind of run alike. */
#include "base/file.h"
#include "fake_runner.h"
#include "record/event_json.h"
#include "record/results.h"
#include "record/run_end_json.h"
#include "report/event_line.h"
#include "saved/saved.h"
#include "study/loop.h"
#include "study/search_loop.h"
#include "study/verification.h"
#include "test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct fake_runner fake;
	struct runner runner;
	const struct clock *clock;
	const struct disk *disk;
	struct error err;
	char dir[64];
};

#define SPACE                                                                          \
	"command: [train, '${args}']\n"                                                \
	"method: random\n"                                                             \
	"metric: {name: loss, goal: minimize}\n"                                       \
	"parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}\n"

static bool begin(struct rig *r, const char *yaml, size_t slots)
{
	struct spec_overrides none = {0};
	struct study_options o = {.dir = r->dir,
	                          .clock = r->clock,
	                          .disk = r->disk,
	                          .origin = {.yaml = yaml,
	                                     .path = "space.yaml",
	                                     .folder = r->dir, /* of the ledger */
	                                     .host = "",
	                                     .git = "",
	                                     .version = HPS_VERSION}};

	if (!*r->dir) {
		snprintf(r->dir, sizeof r->dir, "/tmp/test_event.XXXXXX");
		CHECK(mkdtemp(r->dir) && !chdir(r->dir)); /* the ledger stands there */
	}
	r->fake = (struct fake_runner){.train = r->fake.train};
	r->runner = fake_runner(&r->fake, slots);
	return spec_parse(&r->spec, "space.yaml", yaml, strlen(yaml), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, &o, &r->err) &&
	       study_open(&r->study, false, &r->err);
}

static void end(struct rig *r)
{
	study_free(&r->study);
	arena_free(&r->arena);
}

static void drop(struct rig *r)
{
	struct error err;

	end(r);
	CHECK(file_remove_tree(r->dir, &err));
}

static double bowl(const struct job *job, struct run_result *res, bool *has_metric)
{
	double x = fake_argument(job, "x");

	res->cost = 5;
	*has_metric = true;
	return (x - 0.3) * (x - 0.3);
}

static unsigned attempt_of(const struct job *job)
{
	/* The fake has no memory of its own: the folder's name tells run from run. */
	static char last[256];
	static unsigned attempt;

	attempt = strcmp(last, job->dir) == 0 ? attempt + 1 : 1;
	snprintf(last, sizeof last, "%s", job->dir);
	return attempt;
}

/* Its supervisor is lost twice, each time after it has said what it cost. */
static double lost_twice(const struct job *job, struct run_result *res,
                         bool *has_metric)
{
	double value = bowl(job, res, has_metric);

	res->lost = attempt_of(job) < 3;
	return value;
}

static double cost_of(const char *path)
{
	struct saved sv;
	struct error err;
	double cost = (double)NAN;

	if (saved_load(&sv, path, &err))
		cost = sv.study.search.cost;
	saved_free(&sv);
	return cost;
}

TEST(the_cost_is_the_same_live_resumed_and_shown)
{
	struct rig r = {.fake.train = lost_twice};
	char file[96];

	CHECK(begin(&r, SPACE "max_trials: 2\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	/* Three launches of each of two runs. */
	CHECK_DOUBLE(r.study.search.cost, 30, 0);
	CHECK_DOUBLE(r.study.search.trials[0]->runs[0].cost, 15, 0);
	snprintf(file, sizeof file, "%s/results.json", r.dir);
	end(&r);
	CHECK_DOUBLE(cost_of(r.dir), 30, 0);
	CHECK_DOUBLE(cost_of(file), 30, 0);
	CHECK(begin(&r, SPACE "max_trials: 2\n", 1));
	CHECK_DOUBLE(r.study.search.cost, 30, 0);
	drop(&r);
}

TEST(a_cost_budget_counts_launches_that_were_cut_short)
{
	struct rig r = {.fake.train = lost_twice};

	CHECK(begin(&r, SPACE "budget: {cost: 9}\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	CHECK_INT(r.study.search.state, SEARCH_BUDGET);
	CHECK_DOUBLE(r.study.search.cost, 10, 0);
	CHECK_INT(r.study.search.finished, 0);
	end(&r);
	CHECK(begin(&r, SPACE "budget: {cost: 9}\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	CHECK_INT(r.fake.starts, 0);
	CHECK_INT(r.study.search.state, SEARCH_BUDGET);
	drop(&r);
}

/* Exit 75, for ever, in the part of the work that is asked for. */
static double preempted(struct run_result *res, bool *has_metric)
{
	*has_metric = false;
	res->exit = 75;
	return (double)NAN;
}

static double always_preempted(const struct job *job, struct run_result *res,
                               bool *has_metric)
{
	(void)job;
	return preempted(res, has_metric);
}

static double preempted_in_the_test(const struct job *job, struct run_result *res,
                                    bool *has_metric)
{
	if (strcmp(fake_env(job, "HPSEARCH_SPLIT"), "test") == 0)
		return preempted(res, has_metric);
	return bowl(job, res, has_metric);
}

static void check_preempted(const struct run *run)
{
	CHECK_INT(run->state, RUN_FINISHED);
	CHECK_INT(run->outcome, OUTCOME_FAILED);
	CHECK_INT(run->attempts, 100);
	CHECK_STR(run->reason, "exit 75 (queue me again) a hundred times");
}

struct one_run {
	struct task task;
};

static enum next next(void *self, struct task *t, struct error *err)
{
	struct one_run *x = self;

	(void)err;
	if (x->task.run->state != RUN_QUEUED)
		return NEXT_NONE;
	*t = x->task;
	return NEXT_TASK;
}

TEST(the_rule_of_retries_is_the_same_everywhere)
{
	static const struct driver driver = {.next = next};
	struct rig r = {.fake.train = always_preempted};
	struct one_run x = {{0}};
	struct run run = {0};
	struct fleet fleet;
	struct loop loop;

	CHECK(begin(&r, SPACE "max_trials: 1\nbackoff: 0\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	check_preempted(&r.study.search.trials[0]->runs[0]);
	/* As `reproduce` and `check --run` do it. */
	fleet_init(&fleet, &r.spec, &r.runner, NULL, &r.arena);
	x.task = (struct task){.trial = r.study.search.trials[0],
	                       .run = &run,
	                       .command = &r.spec.command,
	                       .metric = &r.spec.metric};
	loop_init(&loop, &fleet, &driver, &x);
	CHECK(loop_run(&loop, &r.err));
	check_preempted(&run);
	loop_free(&loop);
	fleet_free(&fleet);
	drop(&r);

	r = (struct rig){.fake.train = preempted_in_the_test};
	CHECK(begin(&r,
	            SPACE "max_trials: 2\nbackoff: 0\n"
	                  "test: {repeats: 1, top: 1}\n",
	            1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	verdict_plan(&r.study.search);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	CHECK(r.study.search.verdict.winner != SIZE_MAX);
	if (r.study.search.verdict.winner != SIZE_MAX)
		check_preempted(
		    r.study.search.verdict.candidates[r.study.search.verdict.winner]
			.runs[PHASE_TEST][0]);
	drop(&r);
}

/* A disk that is full from its n-th write on, for a while. */
struct full_disk {
	unsigned writes, from, until, refused;
};

static bool disk_write(void *self, int fd, const char *bytes, size_t n)
{
	struct full_disk *d = self;

	d->writes++;
	if (d->writes < d->from || d->writes >= d->until)
		return file_write_all(fd, bytes, n);
	d->refused++;
	errno = ENOSPC;
	return false;
}

static bool disk_sync(void *self, int fd)
{
	(void)self;
	return !fdatasync(fd);
}

static void fill(const char *yaml, unsigned from, unsigned for_so_long, uint64_t trials)
{
	struct full_disk full = {.from = from, .until = from + for_so_long};
	struct disk disk = {.write = disk_write, .sync = disk_sync, .self = &full};
	struct rig r = {.fake.train = bowl, .disk = &disk};
	struct saved sv;

	CHECK(begin(&r, yaml, 2));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	verdict_plan(&r.study.search);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	CHECK(full.refused > 0);
	CHECK_INT(r.study.search.state, SEARCH_DONE);
	CHECK_INT(r.study.search.ok, trials);
	CHECK(!r.study.search.verdict.wanted || r.study.search.verdict.done);
	CHECK(saved_load(&sv, r.dir, &r.err));
	CHECK_INT(sv.study.search.ok, trials);
	CHECK(sv.study.search.finish_recorded);
	CHECK(!sv.study.search.verdict.wanted || sv.study.search.verdict.done);
	saved_free(&sv);
	drop(&r);
}

TEST(a_full_disk_is_waited_for)
{
	/* In the search, where something runs, and in the verification. */
	fill(SPACE "max_trials: 6\n", 4, 4, 6);
	fill(SPACE "max_trials: 3\ntest: {repeats: 2, top: 1}\n", 14, 4, 3);
}

/* A clock that a training sets: each takes three seconds, whatever the machine does. */
struct set_clock {
	int64_t now;
};

static struct set_clock clock_of_test;

static int64_t set_now(void *self)
{
	return ((const struct set_clock *)self)->now;
}

static double set_wall(void *self)
{
	return 1e9 + 1e-9 * (double)((const struct set_clock *)self)->now;
}

static double three_seconds(const struct job *job, struct run_result *res,
                            bool *has_metric)
{
	clock_of_test.now += 3 * CLOCK_SECOND;
	return bowl(job, res, has_metric);
}

TEST(a_search_has_the_clock_that_it_is_given)
{
	struct clock clock = {.now = set_now, .wall = set_wall, .self = &clock_of_test};
	struct rig r = {.fake.train = three_seconds, .clock = &clock};

	clock_of_test.now = CLOCK_SECOND;
	CHECK(begin(&r, SPACE "max_trials: 50\nbudget: {time: 10}\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	CHECK_INT(r.study.search.state, SEARCH_BUDGET);
	CHECK_INT(r.study.search.finished, 4);
	CHECK_DOUBLE(search_elapsed(&r.study.search), 12, 1e-6);
	CHECK_DOUBLE(r.study.search.ended, 1e9 + 13, 1e-3);
	end(&r);
	CHECK(begin(&r, SPACE "max_trials: 50\nbudget: {time: 16}\n", 1));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	CHECK_INT(r.study.search.finished, 6);
	drop(&r);
}

/* How many trials the results file had when each training began. */
struct watched_results {
	char path[96];
	size_t trials[8], n;
};

static struct watched_results watched;

static double a_second(const struct job *job, struct run_result *res, bool *has_metric)
{
	struct arena a = {0};
	struct error err;
	char *text;
	size_t len, trials = 0;

	if (!access(watched.path, F_OK) &&
	    file_read(watched.path, 1 << 20, &a, &text, &len, &err))
		while ((text = strstr(text, "\n{\"id\":"))) {
			text++;
			trials++;
		}
	arena_free(&a);
	watched.trials[watched.n++ % ARRAY_LEN(watched.trials)] = trials;
	clock_of_test.now += CLOCK_SECOND;
	return bowl(job, res, has_metric);
}

/* Two seconds after a trial is over they are written, with the one that has just begun:
 * one trial is over after each second. */
TEST(results_are_written_while_it_runs)
{
	static const size_t trials[] = {0, 0, 0, 3, 3, 5, 5, 7};
	struct clock clock = {.now = set_now, .wall = set_wall, .self = &clock_of_test};
	struct rig r = {.fake.train = a_second, .clock = &clock};

	clock_of_test.now = CLOCK_SECOND;
	CHECK(begin(&r, SPACE "max_trials: 8\n", 1));
	watched = (struct watched_results){0};
	snprintf(watched.path, sizeof watched.path, "%s/results.json", r.dir);
	CHECK(study_run(&r.study, &r.runner, &r.err));
	CHECK_INT(watched.n, 8);
	for (size_t i = 0; i < 8; i++)
		CHECK_INT(watched.trials[i], trials[i]);
	drop(&r);
}

/* Every kind, written and read back, is the same line again. */
static void round_trip(const struct spec *spec, const struct event *e, const char *line)
{
	struct arena a = {0};
	struct event_reader reader = {.spec = spec, .arena = &a};
	struct str first = {0}, object = {0}, second = {0};
	struct event again;
	struct error err;
	cJSON *json;

	event_write(e, spec, &first);
	CHECK_STR(str_text(&first), line);
	str_addf(&object, "{%s}", str_text(&first));
	json = json_parse(str_text(&object), object.len);
	CHECK(json && event_read(&reader, json, &again, &err));
	if (json) {
		event_write(&again, spec, &second);
		CHECK_STR(str_text(&second), line);
		CHECK_INT(again.kind, e->kind);
		CHECK_INT(again.phase, e->phase);
		CHECK_INT(again.trial, e->trial);
		CHECK_INT(again.run, e->run);
	}
	cJSON_Delete(json);
	event_reader_free(&reader);
	str_free(&first);
	str_free(&object);
	str_free(&second);
	arena_free(&a);
}

TEST(events_are_read_as_written)
{
	static const struct judgement why = {.decision = DECISION_STOP,
	                                     .rule = "asha",
	                                     .rung = 3,
	                                     .step = 3,
	                                     .value = 0.5,
	                                     .threshold = 0.25,
	                                     .peers = 4};
	static const struct coord point = {0.25, -1};
	struct scores count = {.kind = SCORES_COUNT, .n = 9, .correct = 7};
	struct run_end facts = {.outcome = OUTCOME_OK,
	                        .value = 0.5,
	                        .wall = 1.5,
	                        .cost = 2,
	                        .reports_total = 3,
	                        .last = 0.5,
	                        .best = 0.25};
	const struct purpose parts = {.kind = PURPOSE_ABLATION,
	                              .of = "a",
	                              .winner = 3,
	                              .margin = (double)NAN,
	                              .pairs = 20,
	                              .spread = 0.5};
	uint64_t seeds[] = {5, 6};
	double values[] = {0.5, (double)NAN};
	struct purpose_was was = {.trial = 3,
	                          .value = (double)NAN,
	                          .n = 2,
	                          .seeds = seeds,
	                          .values = values,
	                          .optimism = 0.25,
	                          .among = 7};
	const struct purpose check = {.kind = PURPOSE_RECHECK,
	                              .of = "a",
	                              .winner = 3,
	                              .pairs = 20,
	                              .number = 2,
	                              .data_changed = true,
	                              .was_better = true,
	                              .host = "h",
	                              .code = "c",
	                              .was = &was,
	                              .n_was = 1};
	struct rig r = {.fake.train = bowl};
	const struct spec *sp = &r.spec;

	CHECK(begin(&r, SPACE "max_trials: 1\n", 1));
	round_trip(sp,
	           &(struct event){
		       .kind = EVENT_SESSION, .time = 7, .as.session.max_trials = 4},
	           "\"e\":\"session\",\"max_trials\":4,\"time\":7.000");
	round_trip(sp,
	           &(struct event){.kind = EVENT_TRIAL,
	                           .trial = 2,
	                           .as.proposal = {.point = &point, .known_upto = 9}},
	           "\"e\":\"trial\",\"t\":2,\"seen\":9,\"u\":[0.25],\"params\":{\"x\":"
	           "0.25}");
	round_trip(
	    sp,
	    &(struct event){.kind = EVENT_START,
	                    .trial = 2,
	                    .run = 1,
	                    .time = 8,
	                    .as.start = {.seed = 11, .attempt = 2, .budget = 3}},
	    "\"e\":\"start\",\"t\":2,\"r\":1,\"seed\":11,\"attempt\":2,\"budget\":3,"
	    "\"time\":8.000");
	round_trip(sp,
	           &(struct event){.kind = EVENT_REPORT,
	                           .trial = 2,
	                           .as.report = {.step = 1, .value = (double)NAN}},
	           "\"e\":\"report\",\"t\":2,\"r\":0,\"step\":1,\"value\":\"nan\"");
	round_trip(
	    sp,
	    &(struct event){.kind = EVENT_RUNG, .as.report = {.step = 9, .value = -1}},
	    "\"e\":\"rung\",\"t\":0,\"r\":0,\"step\":9,\"value\":-1");
	round_trip(sp,
	           &(struct event){.kind = EVENT_STOP, .as.decision = {.why = &why}},
	           "\"e\":\"decision\",\"t\":0,\"r\":0,\"decision\":\"stop\",\"rule\":"
	           "\"asha\",\"rung\":3,\"step\":3,\"value\":0.5,\"threshold\":0.25,"
	           "\"peers\":4");
	round_trip(
	    sp,
	    &(struct event){.kind = EVENT_PROMOTE,
	                    .as.decision = {.why = &why, .budget = 27, .last = true}},
	    "\"e\":\"decision\",\"t\":0,\"r\":0,\"decision\":\"promote\","
	    "\"rule\":\"asha\",\"rung\":3,\"step\":3,\"value\":0.5,"
	    "\"threshold\":0.25,\"peers\":4,\"budget\":27,\"last\":true");
	round_trip(sp,
	           &(struct event){.kind = EVENT_END,
	                           .time = 9,
	                           .as.end = {.facts = &facts, .again = true}},
	           "\"e\":\"end\",\"t\":0,\"r\":0,\"again\":true,\"outcome\":\"ok\","
	           "\"value\":0.5,\"exit\":0,\"signal\":0,\"wall\":1.5,\"user\":0,"
	           "\"sys\":0,\"maxrss\":0,\"cost\":2,\"reports_total\":3,\"last\":0.5,"
	           "\"best\":0.25,\"failures\":0,\"time\":9.000");
	facts = (struct run_end){.outcome = OUTCOME_OK, .value = 1, .items = &count};
	round_trip(sp,
	           &(struct event){.kind = EVENT_END,
	                           .phase = PHASE_TEST,
	                           .trial = VERDICT_DEFAULTS,
	                           .time = 9,
	                           .as.end = {.facts = &facts}},
	           "\"e\":\"verify_end\",\"phase\":\"test\",\"c\":\"defaults\",\"r\":0,"
	           "\"outcome\":\"ok\",\"value\":1,\"exit\":0,\"signal\":0,\"wall\":0,"
	           "\"user\":0,\"sys\":0,\"maxrss\":0,\"reports_total\":0,\"last\":0,"
	           "\"best\":0,\"failures\":0,\"items\":{\"n\":9,\"correct\":7},"
	           "\"time\":9.000");
	round_trip(sp, &(struct event){.kind = EVENT_CUT, .time = 9, .as.cost = 0.5},
	           "\"e\":\"cut\",\"t\":0,\"r\":0,\"cost\":0.5,\"time\":9.000");
	round_trip(sp, &(struct event){.kind = EVENT_REQUEUE, .trial = 1, .run = 1},
	           "\"e\":\"requeue\",\"t\":1,\"r\":1");
	round_trip(sp,
	           &(struct event){.kind = EVENT_FINISH,
	                           .time = 9,
	                           .as.finish = {.state = SEARCH_DONE, .why = "so"}},
	           "\"e\":\"finish\",\"state\":\"done\",\"why\":\"so\",\"time\":9.000");
	round_trip(
	    sp, &(struct event){.kind = EVENT_PURPOSE, .time = 9, .as.purpose = &parts},
	    "\"e\":\"purpose\",\"what\":\"ablation\",\"of\":\"a\",\"winner\":3,"
	    "\"margin\":\"nan\",\"pairs\":20,\"spread\":0.5,\"time\":9.000");
	round_trip(
	    sp, &(struct event){.kind = EVENT_PURPOSE, .time = 9, .as.purpose = &check},
	    "\"e\":\"purpose\",\"what\":\"recheck\",\"of\":\"a\",\"winner\":3,"
	    "\"margin\":0,\"pairs\":20,\"spread\":0,\"number\":2,\"data_changed\":"
	    "true,\"test\":false,\"was_better\":true,\"defaults\":false,\"host\":\"h\","
	    "\"git\":null,\"code\":\"c\",\"was\":[{\"trial\":3,\"value\":null,"
	    "\"optimism\":0.25,\"among\":7,\"runs\":[[5,0.5],[6,\"nan\"]]}],"
	    "\"time\":9.000");
	round_trip(
	    sp,
	    &(struct event){.kind = EVENT_START,
	                    .phase = PHASE_TEST,
	                    .trial = VERDICT_DEFAULTS,
	                    .time = 8,
	                    .as.start = {.seed = 11, .attempt = 1}},
	    "\"e\":\"verify_start\",\"phase\":\"test\",\"c\":\"defaults\",\"r\":0,"
	    "\"seed\":11,\"attempt\":1,\"time\":8.000");
	drop(&r);
}

/* Small numbers that are out of all range count as none. */
TEST(an_end_that_cannot_be_is_read_as_far_as_it_can)
{
	static const struct {
		const char *exit;
		int found;
	} cases[] = {{"-1", -1},  {"-2", 0},    {"1024", 1024},
	             {"1025", 0}, {"1e300", 0}, {"-1e9", 0},
	             {"null", 0}, {"[1]", 0},   {"3.5", 3}};
	struct arena a = {0};
	struct error err = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[96];
		struct run_end end;
		cJSON *json;

		snprintf(text, sizeof text, "{\"outcome\":\"failed\",\"exit\":%s}",
		         cases[i].exit);
		json = json_parse(text, strlen(text));
		CHECK(run_end_read(json, &end, &a, &err));
		CHECK_INT(end.outcome, OUTCOME_FAILED);
		CHECK_INT(end.exit, cases[i].found);
		CHECK_INT(end.signal, 0);
		cJSON_Delete(json);
	}
	arena_free(&a);
}

/* The journal has milliseconds; what is no time that has a date is not told. */
TEST(a_log_has_the_times_of_its_journal)
{
	static const struct {
		double time;
		const char *line;
	} cases[] = {{1700000000.123, ",\"time\":\"2023-11-14T22:13:20.123Z\""},
	             {1700000000.9999, ",\"time\":\"2023-11-14T22:13:21.000Z\""},
	             {1700000000, ",\"time\":\"2023-11-14T22:13:20.000Z\""},
	             {(double)INFINITY, ""},
	             {1e300, ""},
	             {(double)NAN, ""},
	             {-1, ""}};
	const struct spec spec = {0};
	struct str out = {0}, expected = {0};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct event e = {.kind = EVENT_WARM_START, .time = cases[i].time};

		str_clear(&out);
		str_clear(&expected);
		event_line(&e, &spec, 3, &out);
		str_addf(&expected, "{\"n\":3,\"event\":\"warm_start\"%s}\n",
		         cases[i].line);
		CHECK_STR(str_text(&out), str_text(&expected));
	}
	str_free(&out);
	str_free(&expected);
}

static double never_begun(const struct job *job, struct run_result *res,
                          bool *has_metric)
{
	(void)job;
	*has_metric = false;
	res->machine_errno = EMFILE;
	return (double)NAN;
}

/* Where nothing runs that could end and make room, waiting would be for ever. */
TEST(a_machine_on_which_nothing_runs_ends_a_search)
{
	struct rig r = {.fake.train = never_begun};

	CHECK(begin(&r, SPACE "max_trials: 3\n", 1));
	CHECK(!study_run(&r.study, &r.runner, &r.err));
	CHECK_STR(r.err.text, "trials/0000/r0: could not be run, or its results not be "
	                      "read: Too many open files");
	drop(&r);
}

TEST_MAIN(the_cost_is_the_same_live_resumed_and_shown,
          a_cost_budget_counts_launches_that_were_cut_short,
          the_rule_of_retries_is_the_same_everywhere, a_full_disk_is_waited_for,
          a_search_has_the_clock_that_it_is_given, results_are_written_while_it_runs,
          events_are_read_as_written, an_end_that_cannot_be_is_read_as_far_as_it_can,
          a_log_has_the_times_of_its_journal,
          a_machine_on_which_nothing_runs_ends_a_search)
