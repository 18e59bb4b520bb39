/* Searches as bytes: journal, results.json and results.csv of two searches with a clock
 * of their own are those in data/bytes/, to the last digit. What changes them must be
 * meant, for old files are to be read for ever; then HPSEARCH_BYTES=write test_results
 * writes them anew, and the difference is to be looked at. */
#include "base/clock.h"
#include "base/file.h"
#include "curve_runner.h"
#include "fake_runner.h"
#include "record/results.h"
#include "study/search_loop.h"
#include "study/verification.h"
#include "test.h"

#include <limits.h>
#include <unistd.h>

/* Goes on by a quarter of a second whenever a training begins. */
static int64_t ticks;

static int64_t ticks_now(void *self)
{
	(void)self;
	return ticks;
}

static double ticks_wall(void *self)
{
	(void)self;
	return 1e9 + 1e-9 * (double)ticks;
}

struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct runner runner;
	struct error err;
	char dir[64];
};

static bool begin(struct rig *r, const char *yaml, struct runner runner)
{
	static const struct clock clock = {.now = ticks_now, .wall = ticks_wall};
	struct spec_overrides none = {0};
	struct study_options o = {.clock = &clock,
	                          .origin = {.yaml = yaml,
	                                     .path = "space.yaml",
	                                     .host = "here",
	                                     .git = "",
	                                     .code = "train.py 1a2b3c4d",
	                                     .version = "0.0.0"}};

	*r = (struct rig){.runner = runner};
	ticks = CLOCK_SECOND;
	snprintf(r->dir, sizeof r->dir, "/tmp/test_results.XXXXXX");
	CHECK(mkdtemp(r->dir) && !chdir(r->dir)); /* the ledger stands there */
	o.dir = r->dir;
	return spec_parse(&r->spec, "space.yaml", yaml, strlen(yaml), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, &o, &r->err) &&
	       study_open(&r->study, false, &r->err);
}

/* Line by line, so that a failure says where. */
static void compare(const char *name, const char *found, const char *wanted)
{
	for (size_t line = 1; *found || *wanted; line++) {
		size_t n = strcspn(found, "\n"), m = strcspn(wanted, "\n");

		CHECK_INT(n, m);
		if (n != m || memcmp(found, wanted, n) != 0) {
			printf("# %s:%zu: %.*s\n# not %.*s\n", name, line, (int)n,
			       found, (int)m, wanted);
			CHECK(n != m);
			return;
		}
		found += n + (found[n] == '\n');
		wanted += m + (wanted[m] == '\n');
	}
}

/* Behind the first line, which names the version. */
static const char *body(const char *results)
{
	char head[64];

	snprintf(head, sizeof head, "{\"schema\":%d,\"hpsearch\":\"%s\",\n",
	         RESULTS_SCHEMA, HPS_VERSION);
	CHECK(strncmp(results, head, strlen(head)) == 0);
	return strchr(results, '\n') + 1;
}

static void check_file(struct rig *r, const char *name, const char *of)
{
	char path[PATH_MAX], kept[PATH_MAX], *found = NULL, *wanted = NULL;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	snprintf(kept, sizeof kept, "%s/tests/data/bytes/%s.%s", getenv("SRCDIR"), of,
	         name);
	CHECK(file_read(path, 1 << 24, &r->arena, &found, &len, &r->err));
	if (getenv("HPSEARCH_BYTES"))
		CHECK(file_write(kept, found, len, 0644, &r->err));
	CHECK(file_read(kept, 1 << 24, &r->arena, &wanted, &len, &r->err));
	if (found && wanted && strstr(name, ".json") && !strstr(name, ".jsonl"))
		compare(name, body(found), strchr(wanted, '\n') + 1);
	else if (found && wanted)
		compare(name, found, wanted);
}

static void end(struct rig *r, const char *of)
{
	check_file(r, "journal.jsonl", of);
	check_file(r, "results.json", of);
	check_file(r, "results.csv", of);
	study_free(&r->study);
	CHECK(file_remove_tree(r->dir, &r->err));
	arena_free(&r->arena);
}

static const char outcomes[] =
    "command: [train, '${args}']\n"
    "method: random\n"
    "seed: 5\n"
    "repeats: 2\n"
    "retries: 1\n"
    "max_trials: 9\n"
    "metric: {name: loss, goal: minimize}\n"
    "parameters:\n"
    "  x: {min: 0.0, max: 1.0, default: 0.9}\n"
    "  kind: {values: ['plain, or \"so\"', deep], default: deep}\n"
    "  depth: {min: 1, max: 9, default: 2, when: {kind: deep}}\n"
    "test: {repeats: 3, top: 2, metric: {name: accuracy, goal: maximize}}\n";

/* One of each: a value, another outcome, a second attempt. */
static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	double x = fake_argument(job, "x");
	unsigned long long seed = strtoull(fake_env(job, "HPSEARCH_SEED"), NULL, 10);
	unsigned long trial = strtoul(fake_env(job, "HPSEARCH_TRIAL"), NULL, 10);

	ticks += CLOCK_SECOND / 4;
	res->wall = 0.25;
	res->user = 0.125;
	res->maxrss = 4096 * (int64_t)(trial + 1);
	res->cost = 2 * x;
	*has_metric = trial != 3;
	if (trial == 2)
		res->exit = 3;
	res->infeasible = trial == 4;
	if (trial == 4)
		snprintf(res->reason, sizeof res->reason, "too \"deep\"");
	return trial == 5 ? (double)INFINITY
	                  : (x - 0.3) * (x - 0.3) + (double)(seed % 7) / 64;
}

TEST(every_outcome_and_a_verification)
{
	struct fake_runner fake = {.train = train};
	struct rig r;

	CHECK(begin(&r, outcomes, fake_runner(&fake, 2)));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	verdict_plan(&r.study.search);
	CHECK(verify_run(&r.study, &r.runner, &r.err));
	end(&r, "outcomes");
}

static const char curves[] =
    "command: [train, '${args}']\n"
    "method: bayes\n"
    "seed: 5\n"
    "max_trials: 12\n"
    "metric: {name: loss, goal: minimize}\n"
    "parameters:\n"
    "  x: {min: 0.0, max: 1.0}\n"
    "early_terminate: {type: asha, mode: promote, grace: 1, max_iter: 9, step: epoch,\n"
    "  control: 0.2}\n";

TEST(curves_that_are_paused_and_promoted)
{
	struct curve_runner fake = {.steps = 9, .checkpoint = true};
	struct rig r;

	CHECK(begin(&r, curves, curve_runner(&fake, 2)));
	CHECK(study_run(&r.study, &r.runner, &r.err));
	end(&r, "curves");
}

TEST_MAIN(every_outcome_and_a_verification, curves_that_are_paused_and_promoted)
