/* The logic of a search without processes: seconds and bytes per trial for n random
 * trials through the synchronous fake runner, journal and results file included.
 *
 *     study [-n TRIALS] [-m METHOD] [-e EARLY_TERMINATE] [-k]     (default: 100000
 * random)
 *
 * -k: every training says 20 numbers beside its metric, three times each.
 */
#include "study/study.h"
#include "../unit/fake_runner.h"
#include "base/clock.h"
#include "base/file.h"
#include "record/results.h"
#include "study/search_loop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static double train(const struct job *job, struct run_result *res, bool *has_metric)
{
	double x = fake_argument(job, "lr");

	(void)res;
	*has_metric = true;
	return x * x;
}

/* The same numbers of every training. */
static double train_and_tell(const struct job *job, struct run_result *res,
                             bool *has_metric)
{
	static struct series_log log;

	for (int k = log.n ? 60 : 0; k < 60; k++) {
		char name[32];

		snprintf(name, sizeof name, "train/metric_%d", k % 20);
		series_say(&log, name, k / 20 + 1, sin(k + 1));
	}
	res->numbers = &log;
	return train(job, res, has_metric);
}

static void fail(const struct error *err)
{
	fprintf(stderr, "study: %s\n", err->text);
	exit(1);
}

static size_t resident(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (size_t)u.ru_maxrss * 1024;
}

static double search(const char *dir, const char *yaml, size_t n, bool tell,
                     struct study *s, struct spec *spec, struct arena *a)
{
	struct spec_overrides none = {0};
	struct study_options o = {.dir = dir, .max_trials = n};
	struct fake_runner fake = {.train = tell ? train_and_tell : train};
	struct runner r = fake_runner(&fake, 8);
	struct error err;
	int64_t start = clock_now();

	o.origin.yaml = yaml;
	o.origin.path = "space.yaml";
	o.origin.version = HPS_VERSION;
	if (!spec_parse(spec, "space.yaml", yaml, strlen(yaml), &none, a, &err) ||
	    !study_init(s, spec, &o, &err) || (dir && !study_open(s, false, &err)) ||
	    !study_run(s, &r, &err))
		fail(&err);
	return (double)(clock_now() - start) / 1e9;
}

static void measure(const char *yaml, size_t n, bool tell, bool files)
{
	char dir[] = "/tmp/bench_study.XXXXXX", path[128];
	struct arena a = {0};
	struct study s;
	struct spec spec;
	struct error err;
	struct stat st = {0};
	size_t before = resident();
	double seconds, again = 0;

	if (files && !mkdtemp(dir))
		exit(1);
	seconds = search(files ? dir : NULL, yaml, n, tell, &s, &spec, &a);
	printf("%8zu trials %s: %8.2f us/trial, %6.0f bytes/trial resident", n,
	       files ? "with files" : "in memory ", 1e6 * seconds / (double)n,
	       (double)(resident() - before) / (double)n);
	study_free(&s);
	if (files) {
		snprintf(path, sizeof path, "%s/journal.jsonl", dir);
		stat(path, &st);
		/* The same search again has nothing to do but to read its journal. */
		again = search(dir, yaml, n, tell, &s, &spec, &a);
		study_free(&s);
		printf(", %.0f bytes/trial of journal, resume %.2f s",
		       (double)st.st_size / (double)n, again);
		file_remove_tree(dir, &err);
	}
	printf("\n");
	fflush(stdout);
	arena_free(&a);
}

int main(int argc, char **argv)
{
	const char *method = "random", *early = NULL;
	size_t n = 100000;
	bool tell = false;
	char yaml[1024];
	int c;

	while ((c = getopt(argc, argv, "n:m:e:k")) != -1)
		if (c == 'k')
			tell = true;
		else if (c == 'e')
			early = optarg;
		else if (c == 'n')
			n = strtoul(optarg, NULL, 10);
		else if (c == 'm')
			method = optarg;
	snprintf(yaml, sizeof yaml,
	         "command: [train, '${args}']\nmethod: %s\nmetric: {name: loss}\n"
	         "parameters:\n  lr: {min: 1e-5, max: 1e-1, log: true}\n"
	         "  batch: {values: [16, 32, 64, 128]}\n  depth: {min: 1, max: 12}\n"
	         "  dropout: {min: 0.0, max: 0.6}\n%s%s\n",
	         method, early ? "early_terminate: " : "", early ? early : "");
	for (size_t k = n < 100 ? n : n / 100; k && k <= n; k *= 10) {
		measure(yaml, k, tell, false);
		measure(yaml, k, tell, true);
	}
	return 0;
}
