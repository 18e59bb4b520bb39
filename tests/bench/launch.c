/* How many trivial commands a second the pool runs, beside a bare posix_spawn loop that
 * does nothing but start and reap them, in the same run: the ratio is what counts.
 *
 *     launch [-n COUNT] [-r ROUNDS] [-d DIR] [COMMAND …]     (default: /bin/true)
 *     launch -b SLOTS [-n COUNT] [COMMAND …]                 the bare loop alone
 * …]     (default: /bin/true)
 *
 * Files are removed at the very end only: for half a minute after a file is removed
 * ext4 steps around its inode, and a thousand of them make each new file cost a
 * millisecond. For the same reason two benchmarks in a row do not compare. */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "run/pool.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
	size_t count, rounds, round;
	char *const *argv;
	const char *dir;
};

static double rate(const struct bench *b, int64_t start)
{
	return (double)b->count * 1e9 / (double)(clock_now() - start);
}

static void fail(const char *what)
{
	fprintf(stderr, "launch: %s\n", what);
	exit(1);
}

static double bare(const struct bench *b, size_t slots)
{
	int64_t start = clock_now();
	size_t started = 0, ended = 0;
	posix_spawn_file_actions_t quiet;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	while (ended < b->count) {
		pid_t pid;

		while (started < b->count && started - ended < slots) {
			if (posix_spawnp(&pid, b->argv[0], NULL, NULL, b->argv,
			                 environ))
				fail("posix_spawn");
			started++;
		}
		if (wait(NULL) > 0)
			ended++;
	}
	posix_spawn_file_actions_destroy(&quiet);
	return rate(b, start);
}

static void start_one(const struct bench *b, struct runner *r, size_t n, size_t slot)
{
	static const char *const env[] = {"HPSEARCH_TRIAL=1", "HPSEARCH_SEED=1", NULL};
	struct error err;
	char dir[256];
	struct job job = {.ticket = n,
	                  .slot = slot,
	                  .argv = (const char *const *)b->argv,
	                  .env = env,
	                  .dir = dir,
	                  .grace = CLOCK_SECOND,
	                  .metric = "loss"};

	snprintf(dir, sizeof dir, "%s/%zu/%zu", b->dir, b->round, n);
	if (!r->type->start(r->self, &job, &err))
		fail(err.text);
}

/* A fresh directory for each run, as in a search, but made outside the measurement. */
static void make_dirs(const struct bench *b)
{
	struct error err;
	char dir[256];

	for (size_t i = 0; i < b->count; i++) {
		snprintf(dir, sizeof dir, "%s/%zu/%zu", b->dir, b->round, i);
		if (!file_mkdirs(dir, &err))
			fail(err.text);
	}
}

static double pooled(const struct bench *b, size_t slots)
{
	struct error err;
	struct pool *p = pool_open(slots, -1, &err);
	struct runner r;
	size_t *slot_of = mem_new(b->count, sizeof *slot_of), started = 0, ended = 0;
	struct runner_event e;
	int64_t start;
	double result;

	if (!p)
		fail(err.text);
	r = pool_runner(p);
	make_dirs(b);
	start = clock_now();
	while (started < slots) {
		slot_of[started] = started;
		start_one(b, &r, started, started);
		started++;
	}
	while (ended < b->count) {
		size_t slot;

		if (!r.type->wait(r.self, INT64_MAX, &e, &err))
			fail(err.text);
		if (e.kind != RUNNER_DONE)
			continue;
		ended++;
		slot = slot_of[e.ticket];
		if (started < b->count) {
			slot_of[started] = slot;
			start_one(b, &r, started++, slot);
		}
	}
	result = rate(b, start);
	pool_close(p);
	free(slot_of);
	return result;
}

static double median(double *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j && v[j] < v[j - 1]; j--) {
			double t = v[j];

			v[j] = v[j - 1];
			v[j - 1] = t;
		}
	return v[n / 2];
}

static void compare(struct bench *b, size_t slots)
{
	double *plain = mem_new(b->rounds, sizeof *plain);
	double *ours = mem_new(b->rounds, sizeof *ours);
	double *ratio = mem_new(b->rounds, sizeof *ratio);

	for (size_t i = 0; i < b->rounds; i++) {
		plain[i] = bare(b, slots);
		b->round++;
		ours[i] = pooled(b, slots);
		ratio[i] = ours[i] / plain[i];
	}
	printf("-j%zu: bare %.0f/s, pool %.0f/s, median ratio %.2f\n", slots,
	       median(plain, b->rounds), median(ours, b->rounds),
	       median(ratio, b->rounds));
	fflush(stdout);
	free(plain);
	free(ours);
	free(ratio);
}

int main(int argc, char **argv)
{
	char name[] = "/bin/true", *trivial[] = {name, NULL};
	char dir[200];
	struct bench b = {.count = 1000, .rounds = 5, .argv = trivial};
	const char *parent = "/tmp";
	size_t only_bare = 0;
	struct error err;
	int c;

	while ((c = getopt(argc, argv, "+n:r:d:b:")) != -1)
		if (c == 'n')
			b.count = strtoul(optarg, NULL, 10);
		else if (c == 'r')
			b.rounds = strtoul(optarg, NULL, 10);
		else if (c == 'd')
			parent = optarg;
		else if (c == 'b')
			only_bare = strtoul(optarg, NULL, 10);
		else
			return 2;
	if (optind < argc)
		b.argv = argv + optind;
	if (only_bare) {
		printf("%.0f\n", bare(&b, only_bare));
		return 0;
	}
	snprintf(dir, sizeof dir, "%s/hpsearch-launch-XXXXXX", parent);
	b.dir = mkdtemp(dir);
	if (!b.dir || !b.rounds)
		fail("cannot make a directory");
	compare(&b, 1);
	compare(&b, 2);
	return file_remove_tree(dir, &err) ? 0 : 1;
}
