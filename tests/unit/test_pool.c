/* The pool with real processes. Every job carries a mark in its environment, so that a
 * test can ask /proc whether anything of it is left. Waits are for conditions, with a
 * limit that only a failure reaches. */
#include "run/pool.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE   (300 * CLOCK_SECOND)
#define MS         (CLOCK_SECOND / 1000)
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { KEPT = 32 };

/* A pool, a directory for its runs, and what came back from the last one. */
struct rig {
	struct pool *pool;
	struct runner r;
	char dir[64], tool[PATH_MAX], mark[64];
	const char *env[4];
	struct job job; /* what the next start uses, ready to be changed */
	struct report reports[KEPT];
	size_t n_reports;
	struct run_result result;
	char tail[TAIL_BYTES + 1];
};

static void find_tool(char *path, size_t size)
{
	const char *tools = getenv("TOOLS");
	char self[PATH_MAX - 32] = "";

	if (readlink("/proc/self/exe", self, sizeof self - 1) > 0)
		*strrchr(self, '/') = '\0';
	if (tools)
		snprintf(path, size, "%s/fake_train", tools);
	else
		snprintf(path, size, "%s/../tools/fake_train", self);
}

static void rig_paths(struct rig *g)
{
	static int count;

	*g = (struct rig){0};
	strcpy(g->dir, "/tmp/hpsearch-test-pool-XXXXXX");
	CHECK(mkdtemp(g->dir) != NULL);
	find_tool(g->tool, sizeof g->tool);
	snprintf(g->mark, sizeof g->mark, "HPS_TEST_MARK=%ld.%d", (long)getpid(),
	         ++count);
	g->env[0] = g->mark;
	g->job = (struct job){.ticket = 1,
	                      .env = g->env,
	                      .dir = g->dir,
	                      .grace = PATIENCE,
	                      .metric = "loss"};
}

static bool rig_open(struct rig *g, size_t slots)
{
	struct error err = {0};

	rig_paths(g);
	g->pool = pool_open(slots, -1, &err);
	CHECK_STR(err.text, "");
	if (g->pool)
		g->r = pool_runner(g->pool);
	return g->pool != NULL;
}

/* Whether /proc/PID/environ holds the mark as one of its strings. */
static bool has_mark(const char *pid, const char *mark)
{
	static char text[1 << 18];
	char path[300];
	bool found = false;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%s/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text);
	close(fd);
	if (n > 0)
		found = memmem(text, (size_t)n, mark, strlen(mark) + 1) != NULL;
	return found;
}

static int count_marked(const struct rig *g)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while (proc && (e = readdir(proc)))
		n += strspn(e->d_name, "0123456789") && has_mark(e->d_name, g->mark);
	closedir(proc);
	return n;
}

static bool none_marked_soon(const struct rig *g)
{
	int64_t start = clock_now();

	while (count_marked(g) && clock_now() - start < PATIENCE)
		poll(NULL, 0, 2);
	return !count_marked(g);
}

static void rig_close(struct rig *g)
{
	struct error err = {0};

	if (g->pool)
		pool_close(g->pool);
	CHECK_INT(count_marked(g), 0);
	CHECK(file_remove_tree(g->dir, &err));
}

static void rig_start(struct rig *g)
{
	struct error err = {0};

	g->n_reports = 0;
	CHECK(g->r.type->start(g->r.self, &g->job, &err));
	CHECK_STR(err.text, "");
}

/* The next event; takes in what belongs to a run. */
static enum runner_event_kind rig_wait(struct rig *g, int64_t deadline,
                                       struct runner_event *e)
{
	struct error err = {0};

	CHECK(g->r.type->wait(g->r.self, deadline, e, &err));
	if (e->kind == RUNNER_REPORT && g->n_reports < KEPT)
		g->reports[g->n_reports++] = e->report;
	if (e->kind == RUNNER_DONE) {
		g->result = e->result;
		snprintf(g->tail, sizeof g->tail, "%s", e->result.tail);
	}
	return e->kind;
}

static bool rig_until(struct rig *g, enum runner_event_kind kind)
{
	int64_t deadline = clock_now() + PATIENCE;
	struct runner_event e;

	do
		rig_wait(g, deadline, &e);
	while (e.kind != kind && e.kind != RUNNER_TICK);
	CHECK_INT(e.kind, kind);
	return e.kind == kind;
}

static void rig_run(struct rig *g, const char *const *argv)
{
	g->job.argv = argv;
	rig_start(g);
	rig_until(g, RUNNER_DONE);
	CHECK_INT(count_marked(g), 0);
}

/* fake_train in a mode with up to two more words. */
static void rig_train(struct rig *g, const char *mode, const char *a, const char *b)
{
	rig_run(g, (const char *const[]){g->tool, mode, a, b, NULL});
}

static const char *slurp(const struct rig *g, const char *name)
{
	static char text[8192];
	char path[128];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof path, "%s/%s", g->dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? NULL : text;
}

static int64_t size_of(const struct rig *g, const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", g->dir, name);
	return lstat(path, &st) ? -1 : (int64_t)st.st_size;
}

static void put(const struct rig *g, const char *name, const char *text, mode_t mode)
{
	char path[128];
	struct error err = {0};

	snprintf(path, sizeof path, "%s/%s", g->dir, name);
	CHECK(file_write(path, text, strlen(text), mode, &err));
}

/* --- a run that does nothing special --- */

TEST(plain_run)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_train(&g, "quadratic", "--x=0.8", NULL);
	CHECK_INT(g.result.exit, 0);
	CHECK_INT(g.result.signal, 0);
	CHECK_INT(g.result.spawn_errno, 0);
	CHECK_INT(g.result.output_errno, 0);
	CHECK(!g.result.timed_out && !g.result.lost && !g.result.stuck);
	CHECK_INT(g.result.reports, 1);
	CHECK_INT(g.n_reports, 1);
	CHECK_DOUBLE(g.reports[0].value, 0.25, 0);
	CHECK(g.result.wall > 0 && g.result.wall < 30);
	CHECK(g.result.maxrss > 100000);
	CHECK_STR(slurp(&g, "stdout"), "{\"loss\": 0.25}\n");
	CHECK_STR(g.tail, "{\"loss\": 0.25}\n");
	CHECK_STR(slurp(&g, "reports.jsonl"), "{\"step\":0,\"value\":0.25}\n");
	CHECK_INT(size_of(&g, "stderr"), 0);
	rig_close(&g);
}

TEST(exit_codes_and_signals)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_train(&g, "exit", "3", NULL);
	CHECK_INT(g.result.exit, 3);
	CHECK_STR(slurp(&g, "stderr"), "fake_train: going to exit 3\n");
	rig_train(&g, "crash", NULL, NULL);
	CHECK_INT(g.result.signal, SIGABRT);
	CHECK_INT(g.result.exit, -1);
	CHECK_INT(g.result.reports, 1);
	rig_train(&g, "oom", NULL, NULL);
	CHECK_INT(g.result.signal, SIGKILL);
	rig_train(&g, "no-metric", NULL, NULL);
	CHECK_INT(g.result.reports, 0);
	CHECK_INT(g.result.n_keys, 2);
	CHECK_STR(g.result.keys[0], "val_loss");
	CHECK_INT(size_of(&g, "reports.jsonl"), -1);
	rig_close(&g);
}

TEST(many_runs_in_one_slot)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	for (int i = 0; i < 50; i++) {
		g.job.ticket = (uint64_t)i;
		rig_train(&g, "curve", "--epochs=3", "--epoch-ms=0");
		CHECK_INT(g.n_reports, 3);
		CHECK_DOUBLE(g.reports[2].step, 3, 0);
	}
	rig_close(&g);
}

TEST(words_to_hpsearch_and_memory)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_train(&g, "infeasible", NULL, NULL);
	CHECK(g.result.infeasible);
	CHECK_STR(g.result.reason, "does not fit into memory");
	rig_train(&g, "cost", NULL, NULL);
	CHECK_DOUBLE(g.result.cost, 0.75, 0);
	CHECK(!g.result.infeasible && !g.result.oom_text);
	rig_train(&g, "oom-text", NULL, NULL);
	CHECK(g.result.oom_text);
	CHECK(strstr(g.tail, "CUDA out of memory") != NULL);
	rig_close(&g);
}

/* --- commands that cannot be executed --- */

TEST(exec_failures)
{
	struct rig g;
	char path[128];

	if (!rig_open(&g, 1))
		return;
	rig_run(&g, WORDS("no-such-program-anywhere"));
	CHECK_INT(g.result.spawn_errno, ENOENT);
	CHECK_INT(g.result.exit, -1);
	rig_run(&g, WORDS("./no/such/file"));
	CHECK_INT(g.result.spawn_errno, ENOENT);
	rig_run(&g, WORDS(""));
	CHECK_INT(g.result.spawn_errno, ENOENT);
	rig_run(&g, WORDS("/"));
	CHECK_INT(g.result.spawn_errno, EACCES);
	put(&g, "plain", "hello", 0644);
	snprintf(path, sizeof path, "%s/plain", g.dir);
	rig_run(&g, WORDS(path));
	CHECK_INT(g.result.spawn_errno, EACCES);
	put(&g, "junk", "hello", 0755);
	snprintf(path, sizeof path, "%s/junk", g.dir);
	rig_run(&g, WORDS(path));
	CHECK_INT(g.result.spawn_errno, ENOEXEC);
	rig_run(&g, WORDS("sh", "-c", "exit 127"));
	CHECK_INT(g.result.spawn_errno, 0);
	CHECK_INT(g.result.exit, 127);
	rig_close(&g);
}

/* From here on no program is executed by this process and its children. */
static bool refuse_exec(int why)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)why),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {.len = 4, .filter = code};

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* What the machine is short of is not the command's fault. */
TEST(shortages_are_the_machines)
{
	static const struct {
		int why;
		bool machine;
	} cases[] = {{EAGAIN, true}, {ENOMEM, true}, {EMFILE, true}, {ENFILE, true},
	             {EINTR, true},  {EPERM, false}, {EIO, false},   {E2BIG, false}};

	for (size_t i = 0; !test_emulated() && i < sizeof cases / sizeof *cases; i++) {
		int why = cases[i].why, status = 0;
		pid_t pid = fork();
		struct rig g;

		if (!pid) {
			test_failures = 0;
			if (!refuse_exec(why) || !rig_open(&g, 1))
				_exit(2);
			rig_run(&g, WORDS("true"));
			CHECK_INT(g.result.machine_errno, cases[i].machine ? why : 0);
			CHECK_INT(g.result.spawn_errno, cases[i].machine ? 0 : why);
			rig_close(&g);
			_exit(test_failures > 0);
		}
		waitpid(pid, &status, 0);
		CHECK_INT(status, 0);
	}
}

TEST(path_of_the_job_counts)
{
	struct rig g;
	char path[128];

	if (!rig_open(&g, 1))
		return;
	snprintf(path, sizeof path, "PATH=/nonexistent:%s:/usr/bin:/bin", g.dir);
	g.env[1] = path;
	put(&g, "only-here", "#!/bin/sh\necho '{\"loss\": 4}'\n", 0755);
	rig_run(&g, WORDS("only-here"));
	CHECK_INT(g.result.exit, 0);
	CHECK_DOUBLE(g.reports[0].value, 4, 0);
	rig_close(&g);
}

TEST(large_arguments)
{
	struct rig g;
	char *big = mem_new(200001, 1);

	memset(big, 'a', 200000);
	if (rig_open(&g, 1)) {
		if (!test_emulated()) {
			rig_run(&g, WORDS(g.tool, "exit", "0", big));
			CHECK_INT(g.result.spawn_errno,
			          E2BIG); /* one word is limited */
		}
		big[100000] = '\0';
		g.env[1] = big;
		rig_run(&g, WORDS("sh", "-c", "echo \"{\\\"loss\\\": ${#1}$#}\"", "sh",
		                  big, big, big));
		CHECK_INT(g.result.exit, 0);
		CHECK_DOUBLE(g.reports[0].value, 1000003, 0);
		rig_close(&g);
	}
	free(big);
}

/* --- what a command finds --- */

TEST(a_clean_start)
{
	struct rig g;

	if (!rig_open(&g, 2))
		return;
	rig_train(&g, "open-fds", NULL, NULL);
	CHECK(test_emulated() || strstr(g.tail, "{\"fds\": 3,"));
	rig_run(&g, WORDS("grep", "^Sig[BI]", "/proc/self/status"));
	CHECK_STR(g.tail, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	rig_run(&g,
	        WORDS("sh", "-c",
	              "readlink /proc/self/fd/0; ulimit -n; echo $A $HPS_TEST_MARK"));
	CHECK(!strncmp(g.tail, "/dev/null\n", 10));
	CHECK(strstr(g.tail, strchr(g.mark, '=') + 1) != NULL);
	rig_run(&g, WORDS("sh", "-c", "ps -o sid= -p $$ | tr -d ' '; echo $$"));
	CHECK_INT(atoi(g.tail), atoi(strchr(g.tail, '\n') + 1)); /* its own session */
	rig_train(&g, "nonblock", NULL, NULL);
	rig_train(&g, "flood", "--bytes=3000000", NULL);
	CHECK_INT(g.result.reports, 1);
	rig_close(&g);
}

TEST(additions_replace_our_variables)
{
	struct rig g;

	setenv("HPS_TEST_A", "old", 1);
	setenv("HPS_TEST_AB", "kept", 1);
	if (rig_open(&g, 1)) {
		g.env[1] = "HPS_TEST_A=new";
		rig_run(&g, WORDS("sh", "-c", "env | grep ^HPS_TEST_A | sort"));
		CHECK_STR(g.tail, "HPS_TEST_A=new\nHPS_TEST_AB=kept\n");
		rig_close(&g);
	}
	unsetenv("HPS_TEST_A");
	unsetenv("HPS_TEST_AB");
}

TEST(measures_the_whole_tree)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_run(&g,
	        WORDS("sh", "-c", "\"$0\" spin 100 & \"$0\" spin 100 & wait", g.tool));
	CHECK(g.result.user + g.result.sys >= 0.18);
	CHECK(g.result.wall >= 0.09);
	rig_close(&g);
}

/* --- output --- */

TEST(odd_output)
{
	static const char *const modes[] = {
	    "prefix",      "half-json",    "numeric-string", "no-newline",
	    "binary-junk", "close-stdout", "late-metric"};
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		rig_train(&g, modes[i], "--x=0.8", NULL);
		CHECK_INT(g.result.exit, 0);
		CHECK_INT(g.n_reports, 1);
		CHECK_DOUBLE(g.reports[0].value, 0.25, 1e-15);
	}
	rig_train(&g, "nan", NULL, NULL);
	CHECK(g.n_reports == 1 && isnan(g.reports[0].value));
	CHECK_STR(slurp(&g, "reports.jsonl"), "{\"step\":0,\"value\":\"nan\"}\n");
	g.job.metric = "eval.loss";
	rig_train(&g, "nested", "--x=0.8", NULL);
	CHECK_DOUBLE(g.reports[0].value, 0.25, 1e-15);
	CHECK_DOUBLE(g.reports[0].step, 7, 0);
	rig_close(&g);
}

TEST(flood_is_kept_up_to_a_limit)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_train(&g, "flood", "--bytes=80000000", "--x=0.8");
	CHECK_INT(g.n_reports, 1);
	CHECK_INT(g.result.exit, 0);
	CHECK(size_of(&g, "stdout") > 64 << 20 && size_of(&g, "stdout") < 65 << 20);
	CHECK(strstr(g.tail, "{\"loss\": 0.25}") != NULL);
	CHECK_INT(strlen(g.tail), TAIL_BYTES);
	rig_close(&g);
}

TEST(endless_line)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	rig_train(&g, "long-line", "--bytes=100000000", NULL);
	CHECK_INT(g.n_reports, 1);
	CHECK_INT(g.result.long_lines, 1);
	rig_close(&g);
}

TEST(results_file)
{
	struct rig g;
	char path[128], variable[160];

	if (!rig_open(&g, 1))
		return;
	snprintf(path, sizeof path, "%s/results", g.dir);
	snprintf(variable, sizeof variable, "HPSEARCH_RESULTS=%s", path);
	g.env[1] = variable;
	g.job.results = path;
	put(&g, "results", "{\"loss\": 99}\n", 0644); /* of an earlier attempt */
	rig_train(&g, "results-file", "--x=0.8", NULL);
	CHECK_INT(g.n_reports, 2);
	CHECK_DOUBLE(g.reports[0].value, 1.25, 1e-15);
	CHECK_DOUBLE(g.reports[1].step, 2, 0);
	rig_train(&g, "results-file", "--epoch-ms=2500", NULL);
	CHECK_INT(g.n_reports, 2);
	rig_run(&g, WORDS("sh", "-c",
	                  "ln -s $HPSEARCH_RESULTS.x $HPSEARCH_RESULTS; "
	                  "echo '{\"loss\":1}' >$HPSEARCH_RESULTS.x"));
	CHECK_INT(g.n_reports, 0);
	rig_run(&g, WORDS("mkfifo", path));
	CHECK_INT(g.n_reports, 0);
	rig_close(&g);
}

TEST(results_file_is_read_while_it_grows)
{
	struct rig g;
	char path[128], variable[160];

	if (!rig_open(&g, 1))
		return;
	snprintf(path, sizeof path, "%s/results", g.dir);
	snprintf(variable, sizeof variable, "HPSEARCH_RESULTS=%s", path);
	g.env[1] = variable;
	g.job.results = path;
	g.job.argv = WORDS(g.tool, "results-file", "--epoch-ms=600000");
	rig_start(&g);
	rig_until(&g, RUNNER_REPORT);
	CHECK(count_marked(&g) > 0);
	g.r.type->cancel(g.r.self, 1, CANCEL_KILL);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.reports, 1);
	rig_close(&g);
}

TEST(links_are_not_followed)
{
	struct rig g;
	char path[128], target[128];

	if (!rig_open(&g, 1))
		return;
	put(&g, "precious", "keep me", 0644);
	snprintf(target, sizeof target, "%s/precious", g.dir);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", g.dir,
		         (const char *const[]){"stdout", "stderr", "reports.jsonl"}[i]);
		CHECK_INT(symlink(target, path), 0);
	}
	rig_train(&g, "exit", "0", NULL);
	CHECK_STR(slurp(&g, "precious"), "keep me");
	CHECK_INT(g.result.reports, 1);
	CHECK(size_of(&g, "stderr") > 0);
	rig_close(&g);
}

TEST(full_disk_does_not_stop_a_run)
{
	struct rlimit old, small;
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){.rlim_cur = 1000, .rlim_max = old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	rig_train(&g, "flood", "--bytes=100000", "--x=0.8");
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK_INT(g.result.exit, 0);
	CHECK_INT(g.result.output_errno, EFBIG);
	CHECK_DOUBLE(g.reports[0].value, 0.25, 1e-15);
	rig_train(&g, "flood", "--bytes=100000", NULL);
	CHECK_INT(g.result.output_errno, 0);
	rig_close(&g);
}

TEST(missing_directory)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	g.job.dir = "/nonexistent/hpsearch";
	rig_train(&g, "quadratic", NULL, NULL);
	CHECK_INT(g.result.exit, 0);
	CHECK_INT(g.result.output_errno, ENOENT);
	CHECK_INT(g.n_reports, 1);
	rig_close(&g);
}

/* --- ending runs --- */

TEST(time_out)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	g.job.timeout = 200 * MS;
	rig_train(&g, "hang", NULL, NULL);
	CHECK(g.result.timed_out);
	CHECK_INT(g.result.signal, SIGTERM);
	CHECK(g.result.wall >= 0.2);
	CHECK_INT(g.result.reports, 1);
	g.job.grace = 200 * MS;
	rig_train(&g, "ignore-term", NULL, NULL);
	CHECK(g.result.timed_out);
	CHECK_INT(g.result.signal, SIGKILL);
	CHECK(g.result.wall >= 0.4);
	g.job.grace = 0;
	rig_train(&g, "ignore-term", NULL, NULL);
	CHECK_INT(g.result.signal, SIGKILL);
	g.job.timeout = PATIENCE;
	rig_train(&g, "quadratic", NULL, NULL);
	CHECK(!g.result.timed_out);
	rig_close(&g);
}

/* A library that waits for its server draws its bar for ever. */
/* 48 MB in a parent, as many in its child: either alone would be below. Its neighbour,
 * with the same limit, has what all processes of the first have, but shared. */
TEST(memory_of_the_whole_tree)
{
	struct rig g;
	struct runner_event e;
	int64_t deadline = clock_now() + PATIENCE;

	if (!rig_open(&g, 2))
		return;
	g.job.memory = 64 << 20;
	g.job.argv = WORDS(g.tool, "hog", "--bytes=48000000", "--epochs=0");
	rig_start(&g);
	g.job.argv = WORDS(g.tool, "hog", "--bytes=16000000", "--epochs=8");
	g.job.ticket = 2;
	g.job.slot = 1;
	rig_start(&g);
	while (rig_wait(&g, deadline, &e) == RUNNER_REPORT)
		;
	CHECK_INT(e.kind, RUNNER_DONE);
	CHECK_INT(e.ticket, 1);
	/* As much as it had when it was looked at, which may be before it has all. */
	CHECK(g.result.over_memory > 64 << 20 && g.result.over_memory < 128 << 20);
	CHECK(!g.result.timed_out);
	CHECK_INT(g.result.signal, SIGTERM);
	/* Time enough to be looked at. */
	rig_wait(&g, clock_now() + CLOCK_SECOND, &e);
	CHECK(e.kind == RUNNER_TICK || e.kind == RUNNER_REPORT);
	g.r.type->cancel(g.r.self, 2, CANCEL_KILL);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.over_memory, 0);
	rig_close(&g);
}

/* By what a child of ours says of itself. */
TEST(processors_and_niceness)
{
	struct rig g;
	cpu_set_t ours;
	int first = 0, own = getpriority(PRIO_PROCESS, 0);
	char wanted[64];

	CHECK_INT(sched_getaffinity(0, sizeof ours, &ours), 0);
	while (!CPU_ISSET((size_t)first, &ours))
		first++;
	if (!rig_open(&g, 1))
		return;
	g.job.cpus = &first;
	g.job.n_cpus = 1;
	g.job.nice = 7;
	rig_train(&g, "place", NULL, NULL);
	snprintf(wanted, sizeof wanted, "{\"cpus\": \"%d\", \"nice\": %d}\n", first,
	         own + 7 > 19 ? 19 : own + 7);
	CHECK(strncmp(slurp(&g, "stdout"), wanted, strlen(wanted)) == 0);
	g.job.n_cpus = 0;
	g.job.nice = 0;
	rig_train(&g, "place", NULL, NULL);
	snprintf(wanted, sizeof wanted, "\"nice\": %d}", own);
	CHECK(strstr(slurp(&g, "stdout"), wanted) != NULL);
	rig_close(&g);
}

TEST(waits_for_a_server)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	g.job.patience = 100 * MS;
	g.job.argv = WORDS("sh", "-c",
	                   "echo 'wandb: Network error (E), entering retry loop.' >&2;"
	                   "printf 'wandb: | Waiting for wandb.init()...\\r' >&2;"
	                   "exec sleep 600");
	rig_start(&g);
	rig_until(&g, RUNNER_DONE);
	CHECK(g.result.timed_out && g.result.stalled);
	CHECK_INT(g.result.signal, SIGTERM);
	CHECK_INT(g.result.cancelled, CANCEL_NONE);
	/* It has got through. */
	g.job.argv = WORDS("sh", "-c",
	                   "echo 'wandb: Network error (E), entering retry loop.' >&2;"
	                   "echo 'wandb: Network error resolved' >&2; sleep 1.5");
	rig_start(&g);
	rig_until(&g, RUNNER_DONE);
	CHECK(!g.result.timed_out && !g.result.stalled);
	CHECK_INT(g.result.exit, 0);
	rig_close(&g);
}

static void cancel_when_reported(struct rig *g, const char *mode, enum cancel how)
{
	g->job.argv = WORDS(g->tool, mode);
	rig_start(g);
	rig_until(g, RUNNER_REPORT);
	g->r.type->cancel(g->r.self, 77, CANCEL_KILL); /* unknown: ignored */
	g->r.type->cancel(g->r.self, 1, how);
	rig_until(g, RUNNER_DONE);
	CHECK_INT(g->result.cancelled, how);
	CHECK(!g->result.timed_out);
	CHECK_INT(count_marked(g), 0);
}

TEST(cancel_running)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	cancel_when_reported(&g, "hang", CANCEL_STOP);
	CHECK_INT(g.result.signal, SIGTERM);
	cancel_when_reported(&g, "hang", CANCEL_KILL);
	CHECK_INT(g.result.signal, SIGKILL);
	cancel_when_reported(&g, "ignore-term", CANCEL_KILL);
	CHECK_INT(g.result.signal, SIGKILL);
	cancel_when_reported(&g, "stop-self", CANCEL_STOP);
	CHECK_INT(g.result.signal, SIGTERM);
	cancel_when_reported(&g, "last-words", CANCEL_STOP);
	CHECK_INT(g.result.exit, 0);
	CHECK_INT(g.n_reports, 2);
	CHECK_DOUBLE(g.reports[1].value, g.reports[0].value - 1, 1e-15);
	g.job.grace = 50 * MS;
	cancel_when_reported(&g, "ignore-term", CANCEL_STOP);
	CHECK_INT(g.result.signal, SIGKILL);
	rig_close(&g);
}

TEST(stop_then_kill)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	g.job.argv = WORDS(g.tool, "ignore-term");
	rig_start(&g);
	rig_until(&g, RUNNER_REPORT);
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	g.r.type->cancel(g.r.self, 1, CANCEL_KILL);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.cancelled, CANCEL_KILL);
	CHECK_INT(g.result.signal, SIGKILL);
	rig_close(&g);
}

TEST(cancel_at_once_and_too_late)
{
	struct rig g;
	char path[128], variable[160];

	if (test_emulated() || !rig_open(&g, 1))
		return;
	for (int i = 0; i < 20; i++) {
		g.job.argv = WORDS(g.tool, "hang");
		rig_start(&g);
		g.r.type->cancel(g.r.self, 1, i % 2 ? CANCEL_KILL : CANCEL_STOP);
		rig_until(&g, RUNNER_DONE);
		CHECK_INT(count_marked(&g), 0);
		CHECK_INT(g.result.signal, i % 2 ? SIGKILL : SIGTERM);
	}
	snprintf(path, sizeof path, "%s/ledger", g.dir);
	snprintf(variable, sizeof variable, "FAKE_LEDGER=%s", path);
	g.env[1] = variable;
	g.job.argv = WORDS(g.tool, "quadratic");
	rig_start(&g);
	while (!slurp(&g, "ledger") || !strstr(slurp(&g, "ledger"), "end"))
		poll(NULL, 0, 1);
	while (count_marked(&g))
		poll(NULL, 0, 1);
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.cancelled, CANCEL_STOP);
	CHECK_INT(g.result.exit, 0);
	g.env[1] = NULL;
	rig_train(&g, "quadratic", NULL, NULL); /* the late request harms nobody */
	CHECK_INT(g.result.exit, 0);
	CHECK_INT(g.result.cancelled, CANCEL_NONE);
	rig_close(&g);
}

TEST(term_reaches_those_who_left_the_group)
{
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	g.job.argv = WORDS("sh", "-c",
	                   "trap 'wait; exit 5' TERM; "
	                   "setsid sh -c 'trap \"echo heard; exit\" TERM; "
	                   "echo \"{\\\"loss\\\":1}\"; while :; do sleep 0.05; done' & "
	                   "wait");
	rig_start(&g);
	rig_until(&g, RUNNER_REPORT);
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.exit, 5);
	CHECK(strstr(g.tail, "heard") != NULL);
	rig_close(&g);
}

TEST(leftovers_are_killed)
{
	static const char *const modes[] = {"daemonise", "setsid-child", "hold-pipe",
	                                    "fork-bomb-small", "fork-chain"};
	struct rig g;

	if (!rig_open(&g, 1))
		return;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		rig_train(&g, modes[i], "--x=0.8", NULL);
		CHECK_INT(g.result.exit, 0);
		CHECK(g.n_reports >= 1);
		CHECK_DOUBLE(g.reports[0].value, 0.25, 1e-15);
		CHECK(g.result.wall < 30);
	}
	rig_close(&g);
}

/* --- trouble with supervisors and drivers --- */

static pid_t parent_of(pid_t pid)
{
	char path[64], text[512] = "";
	int fd, parent = 0;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) > 0)
			sscanf(strrchr(text, ')') + 1, " %*c %d", &parent);
		close(fd);
	}
	return parent;
}

/* The process id that a command printed as its metric. */
static pid_t reported_pid(struct rig *g, const char *script)
{
	g->job.argv = WORDS("sh", "-c", script);
	rig_start(g);
	return rig_until(g, RUNNER_REPORT) ? (pid_t)g->reports[0].value : 0;
}

TEST(supervisor_killed)
{
	struct rig g;
	pid_t pid;

	if (!rig_open(&g, 1))
		return;
	for (int i = 0; i < 2; i++) {
		pid = reported_pid(&g, "setsid sleep 600 & sleep 601 & "
		                       "echo \"{\\\"loss\\\": $$}\"; wait");
		CHECK(pid > 1 && parent_of(pid) > 1 && parent_of(pid) != getpid());
		kill(parent_of(pid), SIGKILL);
		rig_until(&g, RUNNER_DONE);
		CHECK(g.result.lost);
		CHECK_INT(g.result.exit, -1);
		CHECK_INT(g.result.reports, 1);
		CHECK_INT(count_marked(&g), 0);
		rig_train(&g, "quadratic", NULL, NULL);
		CHECK(!g.result.lost);
		CHECK_INT(g.result.exit, 0);
	}
	rig_close(&g);
}

TEST(idle_supervisor_killed)
{
	struct rig g;
	struct runner_event e;
	pid_t supervisor;

	if (!rig_open(&g, 1))
		return;
	supervisor =
	    parent_of(reported_pid(&g, "echo \"{\\\"loss\\\": $$}\"; sleep 600"));
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	rig_until(&g, RUNNER_DONE);
	kill(supervisor, SIGKILL);
	while (kill(supervisor, 0) == 0)
		rig_wait(&g, clock_now() + 5 * MS, &e);
	rig_train(&g, "quadratic", NULL, NULL);
	CHECK_INT(g.result.exit, 0);
	rig_close(&g);
}

TEST(stopped_supervisor_does_not_hang_us)
{
	struct rig g;
	struct runner_event e;
	pid_t supervisor;

	if (!rig_open(&g, 1))
		return;
	supervisor =
	    parent_of(reported_pid(&g, "echo \"{\\\"loss\\\": $$}\"; sleep 600"));
	kill(supervisor, SIGSTOP);
	CHECK_INT(rig_wait(&g, clock_now() + 50 * MS, &e), RUNNER_TICK);
	g.r.type->cancel(g.r.self, 1, CANCEL_STOP);
	rig_until(&g, RUNNER_DONE);
	CHECK_INT(g.result.signal, SIGTERM);
	supervisor =
	    parent_of(reported_pid(&g, "echo \"{\\\"loss\\\": $$}\"; sleep 600"));
	kill(supervisor, SIGSTOP);
	rig_close(&g);
}

static int child_says(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char c = 0;

	if (poll(&p, 1, 60000) != 1 || read(fd, &c, 1) < 0)
		return -1;
	return c;
}

/* An orphan ends, and has been reaped: the last that its supervisor has heard. */
#define ORPHAN                                                                         \
	"o=$(sh -c 'sh -c \"while [ -d /proc/\\$0 ]; do :; done\" $$ >/dev/null & "    \
	"echo $!'); while kill -0 $o 2>/dev/null; do :; done; "

/* A driver with a run in every slot, which says 'k' when all have reported. */
static void be_driver(struct rig *g, int say, int keep_fd)
{
	static const char *const modes[] = {"hang", "ignore-term", "daemonise",
	                                    "hold-pipe", "fork-bomb-small"};
	struct error err;
	struct runner_event e;

	g->pool = pool_open(ARRAY_LEN(modes), keep_fd, &err);
	if (!g->pool)
		_exit(1);
	close(keep_fd);
	g->r = pool_runner(g->pool);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const char *argv[] = {"sh",    "-c",     ORPHAN "\"$0\" $1; sleep 600",
		                      g->tool, modes[i], NULL};

		g->job.argv = argv;
		g->job.slot = g->job.ticket = i;
		if (!g->r.type->start(g->r.self, &g->job, &err))
			_exit(2);
	}
	for (size_t n = 0; n < ARRAY_LEN(modes); n += e.kind == RUNNER_REPORT)
		if (!g->r.type->wait(g->r.self, INT64_MAX, &e, &err))
			_exit(3);
	if (write(say, "k", 1) != 1)
		_exit(4);
	for (;;)
		pause();
}

/* kill -9 of a driver with work: nothing is left, and what keep_fd stands for is free
 * only then. */
TEST(driver_killed)
{
	struct rig g;
	int say[2], keep[2];
	pid_t pid;

	rig_paths(&g);
	CHECK(!pipe2(say, O_CLOEXEC) && !pipe2(keep, O_CLOEXEC));
	pid = fork();
	if (!pid)
		be_driver(&g, say[1], keep[1]);
	close(say[1]);
	close(keep[1]);
	CHECK_INT(child_says(say[0]), 'k');
	CHECK(count_marked(&g) > 8);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_INT(child_says(keep[0]), 0); /* end of file: the last holder is gone */
	CHECK_INT(count_marked(&g), 0);
	close(say[0]);
	close(keep[0]);
	g.pool = NULL;
	rig_close(&g);
}

/* kill -9 of a driver that does not read: what its run has printed is in the file. */
TEST(a_killed_driver_leaves_no_output_unread)
{
	struct rig g;
	struct arena a = {0};
	struct error err = {0};
	char path[128], *text = NULL;
	int say[2], keep[2];
	size_t n;
	pid_t pid;

	rig_paths(&g);
	CHECK(!pipe2(say, O_CLOEXEC) && !pipe2(keep, O_CLOEXEC));
	snprintf(path, sizeof path, "%s/done", g.dir);
	pid = fork();
	if (!pid) {
		g.pool = pool_open(1, keep[1], &err);
		if (!g.pool)
			_exit(1);
		close(keep[1]);
		g.r = pool_runner(g.pool);
		g.job.argv =
		    WORDS("sh", "-c", "echo one; printf '%s' two; : >\"$0\"; sleep 600",
		          path);
		if (!g.r.type->start(g.r.self, &g.job, &err) ||
		    write(say[1], "k", 1) != 1)
			_exit(2);
		for (;;)
			pause();
	}
	close(say[1]);
	close(keep[1]);
	CHECK_INT(child_says(say[0]), 'k');
	for (int64_t start = clock_now();
	     access(path, F_OK) && clock_now() - start < PATIENCE;)
		poll(NULL, 0, 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_INT(child_says(keep[0]), 0);
	snprintf(path, sizeof path, "%s/stdout", g.dir);
	CHECK(file_read(path, 4096, &a, &text, &n, &err));
	CHECK_STR(text, "one\ntwo");
	close(say[0]);
	close(keep[0]);
	arena_free(&a);
	g.pool = NULL;
	rig_close(&g);
}

TEST(close_kills_everything)
{
	struct rig g;

	if (!rig_open(&g, 3))
		return;
	g.job.argv = WORDS("sh", "-c", "setsid sleep 600 & \"$0\" ignore-term", g.tool);
	for (size_t i = 0; i < 3; i++) {
		g.job.slot = g.job.ticket = i;
		rig_start(&g);
		rig_until(&g, RUNNER_REPORT);
	}
	rig_close(&g); /* checks that nothing is left */
}

/* A tracer that does not let go of dead processes: SIGKILL does not help, the slots get
 * other supervisors, and those they had live until the processes are gone, whatever is
 * swept away meanwhile. Takes ten seconds, so only when asked for. */
TEST(unkillable_processes)
{
	struct rig g;
	pid_t pid[2], supervisor[2], other;

	if (!getenv("HPS_SLOW_TESTS") || !rig_open(&g, 3))
		return;
	for (size_t i = 0; i < 2; i++) {
		g.job.slot = g.job.ticket = i;
		pid[i] =
		    reported_pid(&g, "echo \"{\\\"loss\\\": $$}\"; exec sleep 600");
		supervisor[i] = parent_of(pid[i]);
		CHECK_INT(ptrace(PTRACE_SEIZE, pid[i], NULL, NULL), 0);
	}
	for (uint64_t i = 0; i < 2; i++)
		g.r.type->cancel(g.r.self, i, CANCEL_KILL);
	for (size_t i = 0; i < 2; i++) {
		rig_until(&g, RUNNER_DONE);
		CHECK(g.result.stuck);
	}
	g.job.slot = g.job.ticket = 2;
	other = reported_pid(&g, "echo \"{\\\"loss\\\": $$}\"; exec sleep 600");
	kill(parent_of(other), SIGKILL);
	rig_until(&g, RUNNER_DONE);
	CHECK(g.result.lost);
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(kill(supervisor[i], 0), 0);
		CHECK_INT(parent_of(supervisor[i]), getpid());
		g.job.slot = g.job.ticket = i;
		rig_train(&g, "quadratic", NULL, NULL);
		CHECK(!g.result.stuck);
		CHECK_INT(g.result.exit, 0);
		CHECK_INT(waitpid(pid[i], NULL, __WALL), pid[i]);
	}
	CHECK(none_marked_soon(&g));
	rig_close(&g);
}

/* --- the loop --- */

TEST(ticks_and_signals)
{
	struct rig g;
	struct runner_event e;
	int64_t start;

	if (!rig_open(&g, 1))
		return;
	CHECK_INT(rig_wait(&g, 0, &e), RUNNER_TICK);
	start = clock_now();
	CHECK_INT(rig_wait(&g, start + 30 * MS, &e), RUNNER_TICK);
	CHECK(clock_now() - start >= 30 * MS);
	kill(getpid(), SIGINT);
	kill(getpid(), SIGUSR1);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(rig_wait(&g, clock_now() + PATIENCE, &e), RUNNER_SIGNAL);
		CHECK(e.signal == SIGINT || e.signal == SIGUSR1);
	}
	CHECK_INT(rig_wait(&g, 0, &e), RUNNER_TICK);
	rig_train(&g, "quadratic", NULL, NULL);
	CHECK_INT(g.result.exit, 0);
	kill(getpid(), SIGTERM); /* not asked for any more, and not deadly */
	rig_close(&g);
}

/* Under nohup a hang-up is nothing, else it is told. */
TEST(hang_ups)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, was;

	for (int nohup = 0; nohup < 2; nohup++) {
		struct rig g;
		struct runner_event e;

		sigaction(SIGHUP, nohup ? &ignore : NULL, &was);
		if (!rig_open(&g, 1))
			return;
		kill(getpid(), SIGHUP);
		CHECK_INT(rig_wait(&g, 0, &e), nohup ? RUNNER_TICK : RUNNER_SIGNAL);
		rig_close(&g);
		sigaction(SIGHUP, &was, NULL);
	}
}

TEST(two_hundred_at_once)
{
	enum { N = 200 };
	struct rig g;
	struct runner_event e = {0};
	size_t done = 0, reports = 0;

	if (!rig_open(&g, N))
		return;
	g.job.argv = WORDS(g.tool, "slow", "300");
	for (size_t i = 0; i < N; i++) {
		char dir[80];
		struct error err;

		snprintf(dir, sizeof dir, "%s/%zu", g.dir, i);
		CHECK(file_mkdirs(dir, &err));
		g.job.slot = g.job.ticket = i;
		g.job.dir = dir;
		rig_start(&g);
	}
	while (done < N && e.kind != RUNNER_TICK) {
		rig_wait(&g, clock_now() + PATIENCE, &e);
		reports += e.kind == RUNNER_REPORT;
		if (e.kind == RUNNER_DONE) {
			CHECK_INT(e.result.exit, 0);
			CHECK_INT(e.result.reports, 1);
			done++;
		}
	}
	CHECK_INT(done, N);
	CHECK_INT(reports, N);
	rig_close(&g);
}

/* A slot may start again at once, while the last result is still looked at. */
TEST(result_outlives_the_next_start)
{
	struct rig g;
	struct runner_event e;

	if (!rig_open(&g, 1))
		return;
	g.job.argv = WORDS(g.tool, "no-metric");
	rig_start(&g);
	do
		rig_wait(&g, clock_now() + PATIENCE, &e);
	while (e.kind != RUNNER_DONE);
	rig_start(&g);
	CHECK_INT(e.result.n_keys, 2);
	CHECK_STR(e.result.keys[1], "time");
	CHECK(strstr(e.result.tail, "all done") != NULL);
	rig_until(&g, RUNNER_DONE);
	rig_close(&g);
}

TEST(busy_slot_is_refused)
{
	struct rig g;
	struct error err = {0};

	if (!rig_open(&g, 1))
		return;
	g.job.argv = WORDS(g.tool, "hang");
	rig_start(&g);
	CHECK(!g.r.type->start(g.r.self, &g.job, &err));
	g.job.slot = 1;
	CHECK(!g.r.type->start(g.r.self, &g.job, &err));
	rig_close(&g);
}

/* In a process of its own: a hard limit cannot be raised again. */
TEST(limit_of_open_files)
{
	int status = -1;
	pid_t pid;

	if (test_emulated())
		return;
	pid = fork();
	if (!pid) {
		struct rlimit low = {.rlim_cur = 256, .rlim_max = 256};
		struct error err = {0};

		setrlimit(RLIMIT_NOFILE, &low);
		_exit(pool_open(1000, -1, &err) || err.kind != ERROR_SYSTEM ||
		      !strstr(err.text, "4064") || !strstr(err.text, "256"));
	}
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Last: nothing of all this is still there. */
TEST(nothing_is_left)
{
	struct rig g;
	int before = count_fds();

	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	if (!rig_open(&g, 4))
		return;
	rig_train(&g, "quadratic", NULL, NULL);
	rig_close(&g);
	CHECK_INT(count_fds(), before);
	CHECK(before < 12);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

TEST_MAIN(plain_run, exit_codes_and_signals, many_runs_in_one_slot,
          words_to_hpsearch_and_memory, exec_failures, shortages_are_the_machines,
          path_of_the_job_counts, large_arguments, a_clean_start,
          additions_replace_our_variables, measures_the_whole_tree, odd_output,
          flood_is_kept_up_to_a_limit, endless_line, results_file,
          results_file_is_read_while_it_grows, links_are_not_followed,
          full_disk_does_not_stop_a_run, missing_directory, time_out, cancel_running,
          stop_then_kill, cancel_at_once_and_too_late,
          term_reaches_those_who_left_the_group, leftovers_are_killed,
          supervisor_killed, idle_supervisor_killed, waits_for_a_server,
          memory_of_the_whole_tree, processors_and_niceness,
          stopped_supervisor_does_not_hang_us, driver_killed,
          a_killed_driver_leaves_no_output_unread, close_kills_everything,
          unkillable_processes, ticks_and_signals, hang_ups, two_hundred_at_once,
          result_outlives_the_next_start, busy_slot_is_refused, limit_of_open_files,
          nothing_is_left)
