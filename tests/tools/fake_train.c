/* A training that does what the test wants: fake_train MODE [--name=value …]. Numbers
 * among the unknown --name=value pairs are the parameters of a quadratic; its minimum
 * is at x = 0.3, y = -0.1 and 0.5 for any other name. See --help. Nothing here lives
 * for more than ten minutes, whatever the program under test forgets to kill. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct options {
	const char *mode;
	const char *arg;    /* second plain word: exit N, slow MS */
	const char *metric; /* its name */
	long sleep_ms;      /* before anything is printed */
	long epochs;
	long epoch_ms;
	long fail_ms; /* before a failure */
	long bytes;
	double noise;
	double loss; /* of the parameters */
	double lr;
};

static volatile sig_atomic_t term_seen;

static void on_term(int sig)
{
	(void)sig;
	term_seen = 1;
}

static void catch_term(void)
{
	struct sigaction a = {.sa_handler = on_term};

	sigaction(SIGTERM, &a, NULL);
}

static void nap(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static void hang(void)
{
	for (int i = 0; i < 600; i++)
		nap(1000);
	exit(99);
}

static const char *env(const char *name, const char *otherwise)
{
	const char *s = getenv(name);

	return s && *s ? s : otherwise;
}

static void say(const struct options *o, double value)
{
	printf("{\"%s\": %.17g}\n", o->metric, value);
	fflush(stdout);
}

/* About normal, from HPSEARCH_SEED only (SplitMix64, Steele et al. 2014). */
static double seeded_noise(void)
{
	uint64_t state = strtoull(env("HPSEARCH_SEED", "0"), NULL, 10);
	double sum = -6;

	for (int i = 0; i < 12; i++) {
		uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		sum += (double)((z ^ z >> 31) >> 11) * 0x1p-53;
	}
	return sum;
}

static int quadratic(const struct options *o)
{
	say(o, o->loss);
	return 0;
}

static int noisy(const struct options *o)
{
	say(o, o->loss + o->noise * seeded_noise());
	return 0;
}

static void report_epoch(const struct options *o, long e)
{
	printf("{\"epoch\": %ld, \"%s\": %.17g}\n", e, o->metric,
	       o->loss + 1.0 / (double)e);
	fflush(stdout);
}

static int curve(const struct options *o)
{
	long budget = atol(env("HPSEARCH_STEP_BUDGET", "0"));
	long epochs = budget > 0 && budget < o->epochs ? budget : o->epochs;

	catch_term();
	for (long e = 1; e <= epochs && !term_seen; e++) {
		nap(o->epoch_ms);
		report_epoch(o, e);
	}
	if (term_seen)
		fprintf(stderr, "fake_train: stopped early\n");
	return 0;
}

static long read_checkpoint(const char *path)
{
	FILE *f = fopen(path, "r");
	long e = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%ld", &e) != 1)
		e = 0;
	fclose(f);
	return e;
}

/* Stochastic descent on w^2 / 2 with gradients of variance 1, in expectation: the loss
 * v = E w^2 goes from 1 to (1 - lr)^2 v + lr^2 in an epoch. The best rate of epoch t is
 * v / (v + 1) (the gain of a Kalman filter): 1/(t + 1), which gives 1/(t + 1); a rate
 * that stays the same cannot. --noise: of where a seed begins. Goes on where
 * HPSEARCH_DIR says, at every epoch. */
static bool descent_save(const char *path, long e, double v)
{
	char tmp[4200];
	FILE *f;

	snprintf(tmp, sizeof tmp, "%s.tmp", path);
	f = fopen(tmp, "w");
	return f && fprintf(f, "%ld %.17g\n", e, v) > 0 && !fclose(f) &&
	       !rename(tmp, path);
}

static int descent(const struct options *o)
{
	long budget = atol(env("HPSEARCH_STEP_BUDGET", "0")), e = 0;
	long epochs = budget > 0 ? budget : o->epochs;
	double v = fmax(1 + o->noise * seeded_noise(), 0.1);
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/model", env("HPSEARCH_DIR", "."));
	f = fopen(path, "r");
	if (f && (fscanf(f, "%ld %lf", &e, &v) != 2 || fclose(f)))
		return 2;
	if (e >= epochs)
		printf("{\"epoch\": %ld, \"%s\": %.17g}\n", e, o->metric, v);
	while (e < epochs) {
		nap(o->epoch_ms);
		v = (1 - o->lr) * (1 - o->lr) * v + o->lr * o->lr;
		e++;
		if (!descent_save(path, e, v))
			return 2;
		printf("{\"epoch\": %ld, \"%s\": %.17g}\n", e, o->metric, v);
		fflush(stdout);
	}
	return 0;
}

/* As curve, but goes on behind the last epoch of the launch before; says once more
 * where it is when nothing is left to be done, since nobody may have heard it. */
static int checkpoint(const struct options *o)
{
	long budget = atol(env("HPSEARCH_STEP_BUDGET", "0"));
	long epochs = budget > 0 && budget < o->epochs ? budget : o->epochs, e;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/checkpoint", env("HPSEARCH_DIR", "."));
	catch_term();
	e = read_checkpoint(path);
	if (e && e >= epochs)
		report_epoch(o, e);
	for (e = e + 1; e <= epochs && !term_seen; e++) {
		nap(o->epoch_ms);
		report_epoch(o, e);
	}
	f = fopen(path, "w");
	if (!f || fprintf(f, "%ld\n", e - 1) < 0 || fclose(f))
		return 2;
	return term_seen ? 75 : 0;
}

/* A curve that takes no notice of SIGTERM, nor of its budget. */
static int stubborn(const struct options *o)
{
	signal(SIGTERM, SIG_IGN);
	for (long e = 1; e <= o->epochs; e++) {
		nap(o->epoch_ms);
		report_epoch(o, e);
	}
	return 0;
}

/* All epochs in one write, and away: whoever wants to stop it comes too late. */
static int burst(const struct options *o)
{
	char buffer[1 << 16];

	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	for (long e = 1; e <= o->epochs; e++)
		printf("{\"epoch\": %ld, \"%s\": %.17g}\n", e, o->metric,
		       o->loss + 1.0 / (double)e);
	return 0;
}

/* Steps as floats, strings, again, out of order, not there, not a number. */
static int odd_steps(const struct options *o)
{
	static const char *const steps[] = {"\"epoch\": 1.0, ",
	                                    "\"epoch\": \"2\", ",
	                                    "\"epoch\": 2, ",
	                                    "\"epoch\": 1, ",
	                                    "",
	                                    "\"epoch\": \"x\", ",
	                                    "\"epoch\": NaN, ",
	                                    "\"epoch\": 4.5, ",
	                                    "\"epoch\": 9, ",
	                                    "\"epoch\": 3, ",
	                                    "\"epoch\": 27, "};

	catch_term();
	for (size_t i = 0; i < sizeof steps / sizeof *steps && !term_seen; i++) {
		nap(o->epoch_ms);
		printf("{%s\"%s\": %.17g}\n", steps[i], o->metric,
		       o->loss + 1.0 / (double)(i + 1));
		fflush(stdout);
	}
	return 0;
}

/* One report per launch, better with --epochs. */
static int once(const struct options *o)
{
	say(o, o->loss + 1.0 / (double)o->epochs);
	return 0;
}

/* A loss that becomes NaN after three epochs where it would be above 0.5. */
static int explode(const struct options *o)
{
	catch_term();
	for (long e = 1; e <= o->epochs && !term_seen; e++) {
		nap(o->epoch_ms);
		if (e > 3 && o->loss > 0.5)
			printf("{\"epoch\": %ld, \"%s\": NaN}\n", e, o->metric);
		else
			report_epoch(o, e);
		fflush(stdout);
	}
	return 0;
}

static int no_metric(const struct options *o)
{
	nap(o->fail_ms);
	printf("{\"val_%s\": %.17g, \"time\": 1.5}\nall done\n", o->metric, o->loss);
	return 0;
}

static int nan_metric(const struct options *o)
{
	printf("{\"%s\": NaN}\n", o->metric);
	return 0;
}

static int inf_metric(const struct options *o)
{
	printf("{\"%s\": Infinity}\n", o->metric);
	return 0;
}

static int half_json(const struct options *o)
{
	printf("{\"%s\": 0.5, \"epoch\"\n", o->metric);
	printf("{\"%s\": \n", o->metric);
	printf("{\"%s\": %.17g}\n{\"%s\"", o->metric, o->loss, o->metric);
	return 0;
}

static int numeric_string(const struct options *o)
{
	printf("{\"%s\": \"%.17g\"}\n", o->metric, o->loss);
	return 0;
}

static int prefix(const struct options *o)
{
	printf(
	    "\r 50%%|#####     |\r100%%|##########|\r\033[32mINFO\033[0m train {epoch} "
	    "{\"%s\": %.17g} done\n",
	    o->metric, o->loss);
	return 0;
}

static int nested(const struct options *o)
{
	printf("{\"eval\": {\"%s\": %.17g}, \"step\": 7}\n", o->metric, o->loss);
	return 0;
}

static int results_file(const struct options *o)
{
	FILE *f = fopen(env("HPSEARCH_RESULTS", "/dev/null"), "a");

	if (!f)
		return 2;
	fprintf(f, "{\"step\": 1, \"%s\": %.17g}\n", o->metric, o->loss + 1);
	fflush(f);
	nap(o->epoch_ms);
	fprintf(f, "{\"step\": 2, \"%s\": %.17g}", o->metric, o->loss);
	fclose(f);
	return 0;
}

static void fill(char c, long n)
{
	char block[4096];

	memset(block, c, sizeof block);
	for (; n > 0; n -= (long)sizeof block)
		fwrite(block, 1, n < (long)sizeof block ? (size_t)n : sizeof block,
		       stdout);
}

static int long_line(const struct options *o)
{
	fill('{', o->bytes);
	printf("\n");
	return quadratic(o);
}

static int flood(const struct options *o)
{
	static const char line[] = "step 123456 of a very talkative training, which "
				   "prints a lot of lines like this one, no JSON\n";

	for (long n = 0; n < o->bytes; n += (long)sizeof line - 1)
		fputs(line, stdout);
	return quadratic(o);
}

static int binary_junk(const struct options *o)
{
	for (int i = 0; i < 4096; i++)
		putchar(i * 37 % 256);
	printf("\n");
	return quadratic(o);
}

static int no_newline(const struct options *o)
{
	printf("done: {\"%s\": %.17g}", o->metric, o->loss);
	return 0;
}

static int crash(const struct options *o)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	nap(o->fail_ms);
	say(o, o->loss);
	fprintf(stderr, "fake_train: assertion failed\n");
	abort();
}

static int exit_with(const struct options *o)
{
	nap(o->fail_ms);
	say(o, o->loss);
	fprintf(stderr, "fake_train: going to exit %s\n", o->arg ? o->arg : "1");
	return o->arg ? atoi(o->arg) : 1;
}

/* The marker lies beside the run's directory's files, so an attempt finds the last. */
static int preempt(const struct options *o)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/preempted", env("HPSEARCH_DIR", "."));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd >= 0)
		return 75;
	return errno == EEXIST ? quadratic(o) : 2;
}

static int flaky(const struct options *o)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/failed-once", env("HPSEARCH_DIR", "."));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd >= 0)
		nap(o->fail_ms);
	if (fd >= 0) {
		fprintf(stderr, "fake_train: the first time it fails\n");
		return 1;
	}
	return errno == EEXIST ? quadratic(o) : 2;
}

static int infeasible(const struct options *o)
{
	(void)o;
	printf("{\"hpsearch\": {\"status\": \"infeasible\", \"reason\": \"does not fit "
	       "into memory\"}}\n");
	return 0;
}

static int cost(const struct options *o)
{
	printf("{\"hpsearch\": {\"cost\": 0.25}, \"%s\": %.17g}\n", o->metric, o->loss);
	printf("{\"hpsearch\": {\"cost\": 0.5}}\n");
	return 0;
}

static int hang_on(const struct options *o)
{
	say(o, o->loss);
	hang();
	return 0;
}

static int ignore_term(const struct options *o)
{
	signal(SIGTERM, SIG_IGN);
	say(o, o->loss);
	hang();
	return 0;
}

/* A process two forks away, in a session of its own, that ignores SIGTERM. */
static int daemonise(const struct options *o)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		signal(SIGTERM, SIG_IGN);
		if (!fork())
			hang();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return quadratic(o);
}

static int setsid_child(const struct options *o)
{
	if (!fork()) {
		setsid();
		hang();
	}
	return quadratic(o);
}

static int hold_pipe(const struct options *o)
{
	if (!fork()) {
		signal(SIGTERM, SIG_IGN);
		hang();
	}
	return quadratic(o);
}

static int close_stdout(const struct options *o)
{
	say(o, o->loss);
	fclose(stdout);
	nap(o->epoch_ms);
	return 0;
}

/* 2^6 processes, every other one in a session of its own. */
static int fork_bomb_small(const struct options *o)
{
	bool root = true;

	for (int i = 0; i < 6; i++)
		if (!fork()) {
			root = false;
			if (i % 2)
				setsid();
		}
	if (!root)
		hang();
	return quadratic(o);
}

/* Every process makes new ones, --epochs of them in all; the ones that are killed do
 * not count less. */
static int fork_bomb(const struct options *o)
{
	atomic_long *made = mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE,
	                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (made == MAP_FAILED)
		return 2;
	say(o, o->loss);
	while (atomic_fetch_add(made, 1) < o->epochs)
		if (fork() < 0)
			nap(1);
		else if (atomic_load(made) % 3 == 0)
			setsid();
	hang();
	return 0;
}

static int json_flood(const struct options *o)
{
	for (long i = 1; i <= o->epochs; i++)
		printf("{\"step\": %ld, \"%s\": %.3f, \"lr\": 0.001}\n", i, o->metric,
		       o->loss + 1.0 / (double)i);
	return 0;
}

/* Files with the names that hpsearch itself uses, in the run's own folder. */
static int journal_names(const struct options *o)
{
	static const char *const names[] = {
	    "journal.jsonl", "results.json", "results.csv",   "lock",
	    ".reserve",      "config.json",  "reports.jsonl", "stdout",
	    "stderr",        "cmd",          "trials"};
	const char *dir = getenv("HPSEARCH_DIR");
	char path[4096];

	for (size_t i = 0; dir && i < sizeof names / sizeof *names; i++) {
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		remove(path);
		f = fopen(path, "w");
		if (!f)
			return 2;
		fprintf(f, "{\"n\":0,\"e\":\"end\",\"t\":0,\"%s\":-1e9}\n", o->metric);
		fclose(f);
	}
	return quadratic(o);
}

/* A process that is always another one: it forks, the child goes on, it ends. */
static int fork_chain(const struct options *o)
{
	if (!fork()) {
		time_t end = time(NULL) + 30;

		setsid();
		while (time(NULL) < end)
			if (fork())
				_exit(0);
		_exit(0);
	}
	return quadratic(o);
}

static int late_metric(const struct options *o)
{
	for (int i = 0; i < 1000; i++)
		printf("warming up %d\n", i);
	fflush(stdout);
	nap(o->epoch_ms);
	return quadratic(o);
}

static int last_words(const struct options *o)
{
	catch_term();
	say(o, o->loss + 1);
	while (!term_seen)
		nap(1000);
	return quadratic(o);
}

static int oom(const struct options *o)
{
	nap(o->fail_ms);
	say(o, o->loss);
	raise(SIGKILL);
	return 1;
}

static int oom_text(const struct options *o)
{
	nap(o->fail_ms);
	fprintf(stderr, "RuntimeError: CUDA out of memory. Tried to allocate 2 GiB\n");
	return 1;
}

static int slow(const struct options *o)
{
	nap(o->arg ? atol(o->arg) : 100);
	return quadratic(o);
}

static void print_json_string(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ')
			printf("\\u%04x", (unsigned)*s);
		else
			putchar(*s);
	putchar('"');
}

static void touch(volatile char *own, long bytes)
{
	for (long i = 0; i < bytes; i += 1024)
		own[i]++;
}

/* --bytes in itself, as much in a child, and --epochs children more that only share
 * what it has; the metric, then nothing for ever. */
static int hog(const struct options *o)
{
	char *own = malloc((size_t)o->bytes);

	if (!own)
		return 1;
	touch(own, o->bytes);
	for (long i = 0; i < o->epochs; i++)
		if (!fork())
			hang();
	if (!fork()) {
		touch(own, o->bytes);
		hang();
	}
	say(o, o->loss);
	hang();
	return 0;
}

/* Where it may run and how nice it is, as the kernel has it. */
static int place(const struct options *o)
{
	char line[4096];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "Cpus_allowed_list:", 18))
			printf("{\"cpus\": \"%.*s\", \"nice\": %d}\n",
			       (int)strcspn(line + 19, "\n"), line + 19,
			       getpriority(PRIO_PROCESS, 0));
	if (f)
		fclose(f);
	say(o, o->loss);
	return 0;
}

static int print_env(const struct options *o)
{
	printf("{");
	for (char **e = environ; *e; e++) {
		char *name = strndup(*e, strcspn(*e, "="));

		print_json_string(name);
		printf(": ");
		print_json_string(*e + strlen(name) + 1);
		printf(", ");
		free(name);
	}
	printf("\"%s\": %.17g}\n", o->metric, o->loss);
	return 0;
}

static int testsplit(const struct options *o)
{
	if (strcmp(env("HPSEARCH_SPLIT", "valid"), "test") != 0)
		return noisy(o);
	printf("{\"test_%s\": %.17g, \"test_accuracy\": %.17g}\n", o->metric,
	       o->loss + 0.05, 1 / (1 + o->loss + 0.01 * fabs(seeded_noise())));
	return 0;
}

static int stop_self(const struct options *o)
{
	say(o, o->loss);
	raise(SIGSTOP);
	hang();
	return 0;
}

static int nonblock(const struct options *o)
{
	fcntl(1, F_SETFL, O_NONBLOCK);
	return quadratic(o);
}

static int open_fds(const struct options *o)
{
	int n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	printf("{\"fds\": %d, \"%s\": %.17g}\n", n, o->metric, o->loss);
	return 0;
}

static int spin(const struct options *o)
{
	struct timespec t;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	while (t.tv_sec * 1000 + t.tv_nsec / 1000000 < (o->arg ? atol(o->arg) : 100));
	return quadratic(o);
}

static const struct mode {
	const char *name;
	int (*run)(const struct options *);
	const char *help;
} modes[] = {
    {"quadratic", quadratic, "the loss of the parameters"},
    {"noisy", noisy, "… plus --noise times a normal number from HPSEARCH_SEED"},
    {"curve", curve,
     "--epochs reports, --epoch-ms apart; HPSEARCH_STEP_BUDGET, SIGTERM"},
    {"checkpoint", checkpoint, "curve that goes on where HPSEARCH_DIR says"},
    {"descent", descent, "noisy descent whose best --lr falls: 1/(epoch + 1)"},
    {"stubborn", stubborn, "curve that ignores SIGTERM and the budget"},
    {"burst", burst, "curve in one write, without waiting"},
    {"odd-steps", odd_steps, "a curve with steps of all kinds"},
    {"once", once, "one report, better with --epochs"},
    {"explode", explode, "curve that becomes NaN where the loss is above 0.5"},
    {"no-metric", no_metric, "a JSON line without the metric, exit 0"},
    {"nan", nan_metric, "NaN as the metric"},
    {"inf", inf_metric, "Infinity as the metric"},
    {"half-json", half_json, "broken objects around a good one"},
    {"numeric-string", numeric_string, "the number in quotes"},
    {"prefix", prefix, "progress bar, colours and a logger before the object"},
    {"nested", nested, "under eval.METRIC"},
    {"results-file", results_file, "two reports into HPSEARCH_RESULTS, none on stdout"},
    {"long-line", long_line, "--bytes of braces in one line, then the metric"},
    {"flood", flood, "--bytes of text, then the metric"},
    {"binary-junk", binary_junk, "all byte values, then the metric"},
    {"no-newline", no_newline, "the last line has no newline"},
    {"crash", crash, "abort()"},
    {"exit", exit_with, "exit N: exit status N, after a metric"},
    {"preempt", preempt, "exit 75 the first time in HPSEARCH_DIR, then quadratic"},
    {"flaky", flaky, "exit 1 the first time in HPSEARCH_DIR, then quadratic"},
    {"infeasible", infeasible, "says so"},
    {"cost", cost, "0.25 and 0.5"},
    {"hang", hang_on, "a metric, then nothing for ever"},
    {"ignore-term", ignore_term, "… and SIGTERM is ignored"},
    {"daemonise", daemonise, "leaves a double-forked process in another session"},
    {"setsid-child", setsid_child, "leaves a child in another session"},
    {"hold-pipe", hold_pipe, "leaves a child that holds stdout"},
    {"close-stdout", close_stdout, "closes stdout, lives on for --epoch-ms"},
    {"fork-bomb-small", fork_bomb_small, "leaves 63 processes in many sessions"},
    {"fork-chain", fork_chain, "leaves a process that forks and ends in a circle"},
    {"fork-bomb", fork_bomb, "every process forks, --epochs times in all; stays"},
    {"json-flood", json_flood, "--epochs lines with the metric"},
    {"journal-names", journal_names, "overwrites all files of its folder"},
    {"late-metric", late_metric, "much text, --epoch-ms of silence, the metric"},
    {"last-words", last_words, "reports once more on SIGTERM, exit 0"},
    {"oom", oom, "killed by SIGKILL"},
    {"oom-text", oom_text, "out of memory on stderr, exit 1"},
    {"ledger", quadratic, "quadratic; FAKE_LEDGER works in every mode"},
    {"slow", slow, "slow MS: sleeps so long, then quadratic"},
    {"spin", spin, "spin MS: computes so long, then quadratic"},
    {"hog", hog, "--bytes and again in a child; --epochs children that share; stays"},
    {"place", place, "its processors and its niceness"},
    {"env", print_env, "the environment as one JSON object"},
    {"testsplit", testsplit,
     "noisy; under HPSEARCH_SPLIT=test test_loss, test_accuracy"},
    {"stop-self", stop_self, "stops itself with SIGSTOP"},
    {"nonblock", nonblock, "leaves O_NONBLOCK on its stdout"},
    {"open-fds", open_fds, "how many descriptors it has"},
};

static int help(void)
{
	printf("usage: fake_train MODE [--name=value …]\n\nmodes:\n");
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		printf("  %-16s %s\n", modes[i].name, modes[i].help);
	printf(
	    "\noptions (others are parameters):\n"
	    "  --mode=MODE --metric=NAME --sleep-ms=N --epochs=N --epoch-ms=N\n"
	    "  --fail-ms=N (before a failure)"
	    "  --bytes=N --noise=X\n\n"
	    "FAKE_LEDGER=FILE: appends \"begin|end TRIAL RUN ATTEMPT PID DIR BUDGET\" "
	    "lines.\n");
	return 0;
}

/* One line by one write, so that many writers do not mix. */
static void ledger(const char *what)
{
	const char *path = getenv("FAKE_LEDGER");
	char line[4096 + 256];
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1, n;

	if (fd < 0)
		return;
	n = snprintf(line, sizeof line, "%s %s %s %s %ld %s %s\n", what,
	             env("HPSEARCH_TRIAL", "-"), env("HPSEARCH_RUN", "-"),
	             env("HPSEARCH_ATTEMPT", "-"), (long)getpid(),
	             env("HPSEARCH_DIR", "-"), env("HPSEARCH_STEP_BUDGET", "-"));
	if (write(fd, line, (size_t)n) != n)
		exit(2);
	close(fd);
}

static void add_parameter(struct options *o, const char *name, const char *value)
{
	double best = !strcmp(name, "x") ? 0.3 : !strcmp(name, "y") ? -0.1 : 0.5;
	char *end;
	double v = strtod(value, &end);

	if (!strcmp(name, "lr"))
		o->lr = v;
	if (*value && !*end)
		o->loss += (v - best) * (v - best);
	else
		o->loss += 0.01 * (double)strlen(value); /* a category */
}

static bool known_option(struct options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		long *number;
	} numbers[] = {{"sleep-ms", &o->sleep_ms},
	               {"epochs", &o->epochs},
	               {"epoch-ms", &o->epoch_ms},
	               {"fail-ms", &o->fail_ms},
	               {"bytes", &o->bytes}};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (!strcmp(name, numbers[i].name)) {
			*numbers[i].number = atol(value);
			return true;
		}
	if (!strcmp(name, "mode"))
		o->mode = value;
	else if (!strcmp(name, "metric"))
		o->metric = value;
	else if (!strcmp(name, "noise"))
		o->noise = atof(value);
	else
		return false;
	return true;
}

static void read_arguments(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		char name[64];

		if (strncmp(argv[i], "--", 2) != 0) {
			*(o->mode ? &o->arg : &o->mode) = argv[i];
			continue;
		}
		if (!equals)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(equals - argv[i] - 2),
		         argv[i] + 2);
		if (!known_option(o, name, equals + 1))
			add_parameter(o, name, equals + 1);
	}
}

int main(int argc, char **argv)
{
	struct options o = {.metric = "loss",
	                    .epochs = 10,
	                    .epoch_ms = 10,
	                    .bytes = 32L << 20,
	                    .noise = 0.1};
	int status = 2;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		return help();
	read_arguments(&o, argc, argv);
	ledger("begin");
	nap(o.sleep_ms);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(modes[i].name, o.mode ? o.mode : "quadratic")) {
			status = modes[i].run(&o);
			fflush(stdout);
			ledger("end");
			return status;
		}
	fprintf(stderr, "fake_train: no mode '%s', see --help\n", o.mode);
	return status;
}
