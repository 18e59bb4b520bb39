/* The logic of a search without processes: seconds and bytes per trial for n random
 * trials through the synchronous fake runner, journal and results file included.
 *
 *     study [-n TRIALS] [-m METHOD] [-e EARLY_TERMINATE] [-k]     (default: 100000
 * random)
 *
 * -k: every training says 20 numbers beside its metric, three times each.
 * -t: what the live view costs: the same search of n trials in a pipe and on a terminal
 * of 100 columns, in turn, five times each; medians of processor time, and their ratio.
 */
#include "study/study.h"
#include "../unit/fake_runner.h"
#include "base/clock.h"
#include "base/double.h"
#include "base/file.h"
#include "cli/progress.h"
#include "record/results.h"
#include "study/search_loop.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
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
                     struct study *s, struct spec *spec, struct arena *a, FILE *seen)
{
	struct spec_overrides none = {0};
	struct study_options o = {.dir = dir, .max_trials = n};
	struct fake_runner fake = {.train = tell ? train_and_tell : train};
	struct runner r = fake_runner(&fake, 8);
	struct progress p;
	struct error err;
	int64_t start = clock_now();

	o.origin.yaml = yaml;
	o.origin.path = "space.yaml";
	o.origin.version = HPS_VERSION;
	if (seen) {
		progress_init(&p, s, 8, 0, seen);
		o.watch = progress_observer(&p);
	}
	if (!spec_parse(spec, "space.yaml", yaml, strlen(yaml), &none, a, &err) ||
	    !study_init(s, spec, &o, &err) || (dir && !study_open(s, false, &err)) ||
	    !study_run(s, &r, &err))
		fail(&err);
	if (seen)
		progress_end(&p, false);
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
	seconds = search(files ? dir : NULL, yaml, n, tell, &s, &spec, &a, NULL);
	printf("%8zu trials %s: %8.2f us/trial, %6.0f bytes/trial resident", n,
	       files ? "with files" : "in memory ", 1e6 * seconds / (double)n,
	       (double)(resident() - before) / (double)n);
	study_free(&s);
	if (files) {
		snprintf(path, sizeof path, "%s/journal.jsonl", dir);
		stat(path, &st);
		/* The same search again has nothing to do but to read its journal. */
		again = search(dir, yaml, n, tell, &s, &spec, &a, NULL);
		study_free(&s);
		printf(", %.0f bytes/trial of journal, resume %.2f s",
		       (double)st.st_size / (double)n, again);
		file_remove_tree(dir, &err);
	}
	printf("\n");
	fflush(stdout);
	arena_free(&a);
}

/* A terminal whose other end is read by somebody. */
static FILE *terminal(void)
{
	struct winsize size = {.ws_col = 100, .ws_row = 30};
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	char bytes[4096];

	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0 ||
	    ioctl(slave, TIOCSWINSZ, &size))
		exit(1);
	setenv("TERM", "xterm-256color", 1);
	if (fork() == 0) {
		close(slave);
		while (read(master, bytes, sizeof bytes) > 0)
			;
		_exit(0);
	}
	close(master);
	return fdopen(slave, "w");
}

static double processor(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static FILE *pipe_to_nobody(void)
{
	return fopen("/dev/null", "w");
}

enum { TIMES = 5 };

static void compare(const char *yaml, size_t n)
{
	FILE *to[] = {pipe_to_nobody(), terminal()};
	double seconds[2][TIMES];

	for (size_t i = 0; i < 2 * TIMES; i++) {
		struct arena a = {0};
		struct study s;
		struct spec spec;

		seconds[i % 2][i / 2] = -processor();
		search(NULL, yaml, n, false, &s, &spec, &a, to[i % 2]);
		seconds[i % 2][i / 2] += processor();
		study_free(&s);
		arena_free(&a);
	}
	for (size_t k = 0; k < 2; k++) {
		qsort(seconds[k], TIMES, sizeof(double), double_compare);
		fclose(to[k]);
	}
	printf("%8zu trials: %.2f us/trial in a pipe, %.2f on a terminal, ratio %.3f\n",
	       n, 1e6 * seconds[0][TIMES / 2] / (double)n,
	       1e6 * seconds[1][TIMES / 2] / (double)n,
	       seconds[1][TIMES / 2] / seconds[0][TIMES / 2]);
}

int main(int argc, char **argv)
{
	const char *method = "random", *early = NULL;
	size_t n = 100000;
	bool tell = false, view = false;
	char yaml[1024];
	int c;

	while ((c = getopt(argc, argv, "n:m:e:kt")) != -1)
		if (c == 'k')
			tell = true;
		else if (c == 'e')
			early = optarg;
		else if (c == 't')
			view = true;
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
	if (view) {
		compare(yaml, n);
		return 0;
	}
	for (size_t k = n < 100 ? n : n / 100; k && k <= n; k *= 10) {
		measure(yaml, k, tell, false);
		measure(yaml, k, tell, true);
	}
	return 0;
}
