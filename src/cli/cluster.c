#include "cli/cluster.h"
#include "base/clock.h"
#include "config/launcher.h"
#include "record/dir.h"
#include "report/text.h"
#include "run/agent_team.h"
#include "run/capture.h"
#include "run/slurm_text.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Between SIGUSR1 and the end of a job's time, above kill_grace. */
enum {
	GRACE_ABOVE = 60,
	PLAN_WORDS = 4,
	ANSWER = 20,
	CONFIG_MAX = 64 * 1024,
	SAID_MAX = 2048,
	QUEUE_MAX = 1 << 20
};

static int64_t milliseconds(const char *text, bool *ok)
{
	char *end;
	long long x;

	errno = 0;
	x = strtoll(text, &end, 10);
	*ok = *ok && !*end && *text && !errno && x >= 0 && x < INT64_MAX / 1000000;
	return *ok ? x * 1000000 : 0;
}

int cli_job_agent(int argc, char **argv)
{
	struct agent_plan plan = {.yaml = task_yaml};
	struct error err = {0};
	bool ok = argc > PLAN_WORDS;

	if (ok) {
		plan.idle = milliseconds(argv[1], &ok);
		plan.limit = milliseconds(argv[2], &ok);
		plan.runs = (uint64_t)milliseconds(argv[3], &ok) / 1000000;
		plan.kill_wait = milliseconds(argv[4], &ok);
		argv[PLAN_WORDS] = argv[0];
		argv += PLAN_WORDS;
		argc -= PLAN_WORDS;
	}
	for (int i = 0; ok && i < argc; i++)
		ok = *argv[i] == '/';
	if (!ok) {
		fprintf(stderr, "hpsearch: --job-agent is what hpsearch itself runs in "
		                "a job of Slurm\n");
		return EXIT_USAGE;
	}
	ok = agent_team(&plan, (const char *const *)argv, (size_t)argc, &err);
	return ok ? EXIT_FINE : cli_fail(&err);
}

static bool in_path(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];

	for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
		snprintf(file, sizeof file, "%.*s/%s", (int)strcspn(path, ":"), path,
		         name);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

static bool has_slurm(struct error *err)
{
	static const char *const names[] = {"sbatch", "squeue", "scancel"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!in_path(names[i]))
			return error_set(
			    err, ERROR_SYSTEM,
			    "slurm: %s is not in PATH\n  help: start "
			    "hpsearch where jobs can be submitted (a login "
			    "node), or take slurm: out to run here",
			    names[i]);
	return true;
}

/* Seconds between SIGTERM and SIGKILL; 0: Slurm did not say. */
static double kill_wait(void)
{
	char scontrol[] = "scontrol", show[] = "show", config[] = "config";
	char *const argv[] = {scontrol, show, config, NULL};
	char *text = mem_new(CONFIG_MAX, 1);
	const char *at;
	double seconds = 0;

	capture_in(NULL, ANSWER, argv, text, CONFIG_MAX);
	at = strstr(text, "KillWait");
	if (at)
		at = strchr(at, '=');
	if (at)
		seconds = strtod(at + 1, NULL);
	free(text);
	return seconds > 0 ? seconds : 0;
}

/* The words of the file, and those that are always the same. */
static const char *const *request(const struct spec *spec, struct arena *a)
{
	const struct slurm *s = &spec->slurm;
	const char **words = arena_new(a, s->n_request + 3, sizeof *words);
	char cwd[PATH_MAX];

	memcpy(words, s->request, s->n_request * sizeof *words);
	words[s->n_request] = arena_printf(a, "--signal=B:USR1@%.0f",
	                                   ceil(spec->kill_grace) + GRACE_ABOVE);
	words[s->n_request + 1] =
	    arena_printf(a, "--chdir=%s", getcwd(cwd, sizeof cwd) ? cwd : ".");
	return words;
}

/* OMP_NUM_THREADS, unless somebody has set it. */
static const char *const *setup_lines(const struct spec *spec, struct arena *a)
{
	const struct slurm *s = &spec->slurm;
	const char **lines;
	size_t n = 0, k = 0;

	while (s->setup && s->setup[n])
		n++;
	lines = arena_new(a, n + 2, sizeof *lines);
	if (s->cpus)
		lines[k++] = arena_printf(
		    a, "export OMP_NUM_THREADS=\"${OMP_NUM_THREADS:-%zu}\"", s->cpus);
	if (n)
		memcpy(lines + k, s->setup, n * sizeof *lines);
	return lines;
}

static struct crew_setup crew_setup(const struct spec *spec, const char *dir,
                                    struct arena *a)
{
	const struct slurm *s = &spec->slurm;

	return (struct crew_setup){.dir = dir,
	                           .program = launcher_program(a),
	                           .request = request(spec, a),
	                           .setup = setup_lines(spec, a),
	                           .slots = s->slots,
	                           .runs_per_job = s->runs_per_job,
	                           .idle = clock_nanoseconds(s->idle),
	                           .limit = clock_nanoseconds(0.8 * s->time),
	                           .lost_after = clock_nanoseconds(s->lost_after),
	                           .poll = clock_nanoseconds(s->poll),
	                           .grace = clock_nanoseconds(spec->kill_grace)};
}

struct crew *cluster_open(const struct spec *spec, const char *dir, size_t most,
                          struct arena *a, struct error *err)
{
	struct crew_setup setup = crew_setup(spec, dir, a);

	if (!has_slurm(err))
		return NULL;
	setup.most = most;
	setup.kill_wait = clock_nanoseconds(kill_wait());
	return crew_open(&setup, err);
}

/* --- check --- */

static void say_test_only(const char *const *words, struct str *out)
{
	struct arena a = {0};
	struct str line = {0};
	char said[SAID_MAX];
	char sh[] = "sh", c[] = "-c";
	char *argv[] = {sh, c, NULL, NULL};

	for (; words[1]; words++)
		str_shell(&line, *words), str_addc(&line, ' ');
	str_add(&line, "--test-only --wrap=true 2>&1");
	argv[2] = arena_strdup(&a, line.s);
	capture_in(NULL, ANSWER, argv, said, sizeof said);
	for (char *s = said; *s;) {
		size_t n = strcspn(s, "\n");
		char end = s[n];

		s[n] = '\0';
		str_add(out, "             ");
		text_clean(out, s);
		str_addc(out, '\n');
		s += n + (end == '\n');
	}
	if (!*said)
		str_add(out, "             (no answer)\n");
	str_free(&line);
	arena_free(&a);
}

/* Is the directory that we are in on a file system of that type? */
static bool is_on(unsigned type)
{
	struct statfs fs;

	return !statfs(".", &fs) && (unsigned)fs.f_type == type;
}

bool cluster_describe(const struct options *o, const struct spec *spec, struct str *out,
                      struct error *err)
{
	struct arena a = {0};
	struct str line = {0};
	const char *dir = search_dir(o->file, o->out, &a);
	struct crew_setup setup = crew_setup(spec, dir, &a);
	const char *const *words = crew_sbatch(
	    &setup, "hps-TOKEN-K", arena_printf(&a, "%s/agents/K-TOKEN", dir), &a);
	double wait;

	if (!has_slurm(err)) {
		arena_free(&a);
		return false;
	}
	for (size_t i = 0; words[i]; i++) {
		str_add(&line, i ? " " : "");
		str_shell(&line, words[i]);
	}
	str_addf(out, "slurm        %s\n", str_text(&line));
	say_test_only(words, out);
	wait = kill_wait();
	if (wait > 0)
		str_addf(
		    out,
		    "             KillWait is %g s: so long has a run when its job "
		    "is taken away%s\n",
		    wait, wait < spec->kill_grace + 3 ? ", less than kill_grace" : "");
	str_addf(out,
	         "             reports arrive within about 2 s%s; a run that is to "
	         "stop hears of it as late\n",
	         is_on(NFS_SUPER_MAGIC)
	             ? " and what the network's cache adds (a minute at "
	               "the most, usually)"
	             : "");
	if (is_on(TMPFS_MAGIC))
		str_add(out, "             warning: this directory is in the memory of "
		             "this machine: no node sees it\n");
	str_free(&line);
	arena_free(&a);
	return true;
}

static void see(void *to, const struct crew_member *m)
{
	*(size_t *)to += !m->same_job;
}

struct showing {
	char *queue; /* what squeue said; NULL: not asked yet */
	struct str *out;
	size_t n;
};

static void ask_queue(struct showing *s)
{
	char squeue[] = "squeue", me[] = "--me", plain[] = "--noheader", o[] = "-o",
	     format[] = "%i|%j|%T|%r";
	char *const argv[] = {squeue, me, plain, o, format, NULL};

	s->queue = mem_new(QUEUE_MAX, 1);
	capture_in(NULL, ANSWER, argv, s->queue, QUEUE_MAX);
}

/* In the answer of squeue; false: it is not there. */
static bool find_job(const char *queue, const char *name, struct slurm_job *j)
{
	for (; *queue; queue += strcspn(queue, "\n"), queue += *queue == '\n')
		if (slurm_queue_line(queue, j) && strcmp(j->name, name) == 0)
			return true;
	return false;
}

static void show_member(void *to, const struct crew_member *m)
{
	struct showing *s = to;
	struct slurm_job j = {0};
	const char *run = strstr(m->dir, "/trials/") ? strstr(m->dir, "/trials/")
	                                             : strstr(m->dir, "/verify/");
	bool known;

	if (!s->queue)
		ask_queue(s);
	known = find_job(s->queue, m->name, &j);
	str_addf(s->out, "%s  job %s", s->n++ ? "" : "\njobs of Slurm\n",
	         *m->id  ? m->id
	         : known ? j.id
	                 : "?");
	if (*m->host) {
		str_add(s->out, " on ");
		text_clean(s->out, m->host);
		str_add(s->out, *m->dir ? ": " : ": waits for a run");
		text_clean(s->out, run ? run + 1 : m->dir);
	} else if (known) {
		str_addf(s->out, ": %s (%s)", j.state, j.reason);
	} else {
		str_add(s->out, ": not in Slurm's queue");
	}
	str_addc(s->out, '\n');
}

void cluster_show(const char *dir, struct str *out)
{
	struct showing s = {.out = out};

	crew_list(dir, show_member, &s);
	free(s.queue);
}

bool cluster_absent(const char *dir, struct error *err)
{
	size_t n = 0;

	crew_list(dir, see, &n);
	return !n ||
	       error_set(err, ERROR_USAGE,
	                 "%s: %zu job%s of Slurm may still be at work for this "
	                 "search, and its file no longer says slurm:\n  help: put "
	                 "it back to end them in peace; --fresh cancels them and "
	                 "begins anew",
	                 dir, n, str_plural(n));
}
