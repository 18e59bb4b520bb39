/* Runs after a fork from the driver, in a process of its own: simple code, plain system
 * calls, no standard streams, and out by _exit only.
 *
 * Descriptor 0 is /dev/null and 1 the slot's pipe for good, 2 the stderr file of the
 * run, so a command inherits its standard streams without a single dup2. Every signal
 * is blocked; SIGCHLD gets through while waiting, which makes ppoll the one place where
 * this process sleeps during a run. */
#include "run/supervisor.h"

#include "base/clock.h"
#include "base/mem.h"
#include "run/output.h"
#include "run/place.h"
#include "run/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FD_NULL, FD_OUT, FD_ERR, FD_CTL, FD_KEEP, FD_IN, FD_FIRST_FREE };

#define KILL_PATIENCE (10 * CLOCK_SECOND)
#define MEMORY_LOOKS  (CLOCK_SECOND / 2) /* at a tree with a limit */
#define LAUNCH_PATIENCE                                                                \
	(2 * CLOCK_SECOND) /* for the machine to have a process left                   \
	                    */

/* A request: this, then `size` bytes; for a start those are a start_head, the
 * processors (int each) and strings, each with its NUL: the directory, home, argv, the
 * additions to the environment. */
struct request {
	uint32_t kind, size;
};
struct start_head {
	int64_t timeout, grace, memory;
	uint32_t n_argv, n_env, n_cpus;
	int nice;
};

struct supervisor {
	pid_t pid;
	sigset_t waiting; /* the mask while asleep */
	sigset_t none;    /* the mask of commands */
	int *exec_errno;  /* shared memory: the child of vfork tells why exec failed */
	struct str inbox; /* requests not yet handled */
	size_t done;      /* bytes of inbox that are */
	bool orphaned;    /* the driver is gone */
	struct start_head job;
	const char *home;
	struct str dir;              /* of the job, which may be over */
	char **argv, **env, **paths; /* of the job; paths = what to try to execute */
	size_t cap_argv, cap_env, cap_paths;
	struct str path_text;
	struct place place; /* of the job */
	pid_t leader;
	bool leader_over; /* it is a zombie, or reaped */
	int64_t started;
	int64_t term_at, kill_at, look_at; /* look: at the memory */
	struct run_record record;
};

/* --- requests --- */

static uint32_t add_words(struct str *out, const char *const *words)
{
	uint32_t n = 0;

	for (; words && words[n]; n++)
		str_addn(out, words[n], strlen(words[n]) + 1);
	return n;
}

void request_write(struct str *out, enum request_kind kind, const struct job *job)
{
	size_t at = out->len;
	struct request r = {.kind = kind};
	struct start_head head = {0};

	str_addn(out, (const char *)&r, sizeof r);
	if (!job)
		return;
	str_addn(out, (const char *)&head, sizeof head);
	if (job->n_cpus)
		str_addn(out, (const char *)job->cpus, job->n_cpus * sizeof *job->cpus);
	str_addn(out, job->dir, strlen(job->dir) + 1);
	str_addn(out, job->home ? job->home : "",
	         job->home ? strlen(job->home) + 1 : 1);
	head = (struct start_head){.timeout = job->timeout,
	                           .grace = job->grace,
	                           .memory = job->memory,
	                           .n_cpus = (uint32_t)job->n_cpus,
	                           .nice = job->nice};
	head.n_argv = add_words(out, job->argv);
	head.n_env = add_words(out, job->env);
	r.size = (uint32_t)(out->len - at - sizeof r);
	memcpy(out->s + at, &r, sizeof r);
	memcpy(out->s + at + sizeof r, &head, sizeof head);
}

/* Reads once what the driver has sent; waits for it unless told not to. */
static void receive(struct supervisor *s, int flags)
{
	char buf[16 * 1024];
	ssize_t n = recv(FD_CTL, buf, sizeof buf, flags);

	if (n > 0)
		str_addn(&s->inbox, buf, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		s->orphaned = true;
}

/* The next whole request in the inbox: its kind, 0 when there is none. */
static uint32_t next_request(struct supervisor *s, const char **body)
{
	struct request r;
	size_t left = s->inbox.len - s->done;

	if (left < sizeof r)
		return 0;
	memcpy(&r, s->inbox.s + s->done, sizeof r);
	if (left < sizeof r + r.size)
		return 0;
	*body = s->inbox.s + s->done + sizeof r;
	s->done += sizeof r + r.size;
	return r.kind;
}

/* What is left may be half a request. */
static void forget_done(struct supervisor *s)
{
	s->inbox.len -= s->done;
	memmove(s->inbox.s, s->inbox.s + s->done, s->inbox.len);
	s->done = 0;
}

/* --- launching --- */

static struct timespec to_timespec(int64_t ns)
{
	ns = ns < 0 ? 0 : ns;
	return (struct timespec){.tv_sec = (time_t)(ns / CLOCK_SECOND),
	                         .tv_nsec = (long)(ns % CLOCK_SECOND)};
}

static void wait_for_child(int64_t ns)
{
	struct timespec t = to_timespec(ns);
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigtimedwait(&chld, NULL, &t);
}

static char **word_room(char **list, size_t n, size_t *cap)
{
	if (n <= *cap)
		return list;
	*cap = n;
	return mem_grow(list, n, sizeof *list);
}

static bool same_name(const char *a, const char *b)
{
	while (*a == *b && *a && *a != '=')
		a++, b++;
	return *a == '=' && *b == '=';
}

/* The words behind text, without copying; the strings must not be written to. */
static char *take_words(char *text, char **words, size_t n)
{
	for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
		words[i] = text;
	words[n] = NULL;
	return text;
}

/* The additions go first; then what we were born with, unless it was replaced. */
static void merge_environment(struct supervisor *s, size_t own)
{
	size_t n = s->job.n_env;

	for (size_t i = 0; i < own; i++) {
		size_t k = 0;

		while (k < s->job.n_env && !same_name(environ[i], s->env[k]))
			k++;
		if (k == s->job.n_env)
			s->env[n++] = environ[i];
	}
	s->env[n] = NULL;
}

static void unpack(struct supervisor *s, const char *body)
{
	char *text = s->inbox.s + (body - s->inbox.s);
	size_t own = 0;

	memcpy(&s->job, body, sizeof s->job);
	text += sizeof s->job;
	place_set(&s->place, text, s->job.n_cpus, s->job.nice);
	text += s->job.n_cpus * sizeof(int);
	str_clear(&s->dir);
	str_add(&s->dir, text);
	text += strlen(text) + 1;
	s->home = text;
	text += strlen(text) + 1;
	while (environ[own])
		own++;
	s->argv = word_room(s->argv, s->job.n_argv + 1, &s->cap_argv);
	s->env = word_room(s->env, own + s->job.n_env + 1, &s->cap_env);
	text = take_words(text, s->argv, s->job.n_argv);
	take_words(text, s->env, s->job.n_env);
	merge_environment(s, own);
}

static const char *search_path(const struct supervisor *s)
{
	for (char **e = s->env; *e; e++)
		if (!strncmp(*e, "PATH=", 5))
			return *e + 5;
	return "/usr/local/bin:/usr/bin:/bin";
}

/* Every file that the first word can mean, in order, as execvp would try them. All of
 * it is written before vfork, because behind it one must not allocate. */
static void list_paths(struct supervisor *s)
{
	const char *name = s->job.n_argv ? s->argv[0] : "";
	const char *path = !*name || strchr(name, '/') ? NULL : search_path(s);
	size_t n = 0;

	str_clear(&s->path_text);
	do {
		size_t len = path ? strcspn(path, ":") : 0;

		if (len) {
			str_addn(&s->path_text, path, len);
			str_addc(&s->path_text, '/');
		}
		str_addn(&s->path_text, name, strlen(name) + 1);
		path = path && path[len] ? path + len + 1 : NULL;
		n++;
	} while (path);
	s->paths = word_room(s->paths, n + 1, &s->cap_paths);
	take_words(s->path_text.s, s->paths, n);
}

/* Between vfork and exec: system calls only. */
__attribute__((noreturn)) static void child(const struct supervisor *s)
{
	int why = ENOENT;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->pid)
		_exit(127);
	place_enter(&s->place);
	sigprocmask(SIG_SETMASK, &s->none, NULL);
	if (*s->home && chdir(s->home)) {
		*s->exec_errno = errno;
		_exit(127);
	}
	for (char **path = s->paths; *path; path++) {
		execve(*path, s->argv, s->env);
		if (errno == EACCES)
			why = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR) {
			why = errno;
			break;
		}
	}
	*s->exec_errno = why;
	_exit(127);
}

/* A function of its own, so that no variable of the caller lives across vfork. */
__attribute__((noinline)) static pid_t launch(const struct supervisor *s)
{
	pid_t pid = vfork();

	if (!pid)
		child(s);
	return pid;
}

/* What says nothing about the command: the machine is short of something. */
static bool is_shortage(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE ||
	       error == ENFILE || error == EINTR;
}

/* A shortage may pass: other runs end. False: no process could be made. */
static bool launch_patiently(struct supervisor *s)
{
	int64_t start = clock_now(), pause = CLOCK_SECOND / 1000;

	while ((s->leader = launch(s)) < 0) {
		s->record.machine_errno = errno;
		if (!is_shortage(errno) || clock_now() - start > LAUNCH_PATIENCE)
			return false;
		wait_for_child(pause);
		pause = pause < CLOCK_SECOND / 10 ? 2 * pause : pause;
	}
	s->record.machine_errno = 0;
	return true;
}

/* Descriptor 2 is free between runs and the lowest that is, so open lands there. */
static void open_stderr(struct supervisor *s)
{
	size_t n = s->dir.len + sizeof "/stderr";
	char *path = mem_new(n, 1);

	snprintf(path, n, "%s/stderr", str_text(&s->dir));
	if (output_create(path, O_APPEND) < 0) {
		s->record.output_errno = errno;
		dup2(FD_NULL, FD_ERR);
	}
	free(path);
}

static void begin(struct supervisor *s)
{
	s->record = (struct run_record){.exit = -1, .stderr_size = -1};
	open_stderr(s);
	list_paths(s);
	/* The last command may have made the pipe non-blocking for all who share it. */
	fcntl(FD_OUT, F_SETFL, 0);
	*s->exec_errno = 0;
	s->leader_over = false;
	s->started = clock_now();
	if (!launch_patiently(s))
		return;
	s->term_at = s->job.timeout ? s->started + s->job.timeout : INT64_MAX;
	s->kill_at = INT64_MAX;
	s->look_at = s->job.memory ? s->started + MEMORY_LOOKS : INT64_MAX;
}

/* --- ending --- */

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void leader_is_over(struct supervisor *s)
{
	if (s->leader_over)
		return;
	s->leader_over = true;
	s->record.wall = 1e-9 * (double)(clock_now() - s->started);
}

static void account(struct supervisor *s, pid_t pid, int status, const struct rusage *u)
{
	int64_t rss = (int64_t)u->ru_maxrss * 1024;

	s->record.user += seconds(u->ru_utime);
	s->record.sys += seconds(u->ru_stime);
	if (rss > s->record.maxrss)
		s->record.maxrss = rss;
	if (pid != s->leader)
		return;
	leader_is_over(s);
	if (WIFEXITED(status))
		s->record.exit = WEXITSTATUS(status);
	else
		s->record.signal = WTERMSIG(status);
}

/* Reaps what has ended: 0 while some live on, -1 when no child is left. */
static int reap(struct supervisor *s)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0 ||
	       (pid < 0 && errno == EINTR))
		if (pid > 0)
			account(s, pid, status, &usage);
	return pid < 0 && errno == ECHILD ? -1 : 0;
}

/* Has the leader ended? It stays a zombie for now, which keeps its group's number from
 * being used again; orphans that ended before it are reaped on the way. */
static bool look_for_leader(struct supervisor *s)
{
	struct rusage usage;
	int status;

	for (;;) {
		siginfo_t info = {0};
		int failed = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);

		if (failed && errno == EINTR)
			continue;
		if (failed || !info.si_pid)
			return false;
		if (info.si_pid == s->leader) {
			leader_is_over(s);
			return true;
		}
		if (wait4(info.si_pid, &status, WNOHANG, &usage) > 0)
			account(s, info.si_pid, status, &usage);
	}
}

/* SIGKILL for everything until no child is left: being the subreaper, we then have no
 * descendant either. False when that takes longer than patience. */
static bool kill_all(struct supervisor *s, int64_t patience)
{
	int64_t start = clock_now(), pause = CLOCK_SECOND / 500;

	if (s->leader > 0)
		kill(-s->leader, SIGKILL);
	for (bool group_only = true; reap(s) == 0; group_only = false) {
		if (!group_only) {
			if (clock_now() - start > patience)
				return false;
			tree_signal(s->pid, SIGKILL, 0);
			pause = pause < CLOCK_SECOND / 10 ? 2 * pause : pause;
		}
		wait_for_child(pause);
		/* Its number may be another's by now. */
		s->leader = s->leader_over ? 0 : s->leader;
	}
	return true;
}

/* SIGTERM to the group and to those who left it, SIGCONT so that the stopped hear it.
 */
static void terminate(struct supervisor *s, int64_t now)
{
	static const int signals[] = {SIGTERM, SIGCONT};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		kill(-s->leader, signals[i]);
		tree_signal(s->pid, signals[i], s->leader);
	}
	s->term_at = INT64_MAX;
	s->kill_at = s->job.grace < INT64_MAX - now ? now + s->job.grace : INT64_MAX;
}

/* --- the run --- */

static void catch_child(int sig)
{
	(void)sig;
}

/* Until a child ends or the driver speaks, or until then; true when it spoke. */
static bool sleep_until(const struct supervisor *s, int64_t when, int64_t now)
{
	struct pollfd ctl = {.fd = FD_CTL, .events = POLLIN};
	struct timespec t = to_timespec(when - now);

	return ppoll(&ctl, 1, when == INT64_MAX ? NULL : &t, &s->waiting) > 0;
}

static void obey(struct supervisor *s, int64_t now)
{
	const char *body;
	uint32_t kind;

	while ((kind = next_request(s, &body)) != 0) {
		if (kind == REQUEST_KILL)
			s->kill_at = now;
		else if (kind == REQUEST_STOP && s->kill_at == INT64_MAX)
			terminate(s, now);
	}
}

/* In full first, which is quick; a page that they share is not held against them. What
 * takes half as much again while it is to end gets no time for that. */
static void look_at_memory(struct supervisor *s, int64_t now)
{
	int64_t limit = s->job.memory, has = tree_resident(s->pid, false);

	s->look_at = now + MEMORY_LOOKS;
	if (has > limit)
		has = tree_resident(s->pid, true);
	if (has <= limit)
		return;
	if (s->kill_at == INT64_MAX) {
		s->record.over_memory = has;
		terminate(s, now);
	} else if (has - limit > limit / 2) {
		s->kill_at = now;
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void watch_leader(struct supervisor *s)
{
	while (!look_for_leader(s)) {
		int64_t now = clock_now();

		obey(s, now);
		if (now >= s->look_at)
			look_at_memory(s, now);
		if (s->orphaned || now >= s->kill_at)
			return;
		if (now >= s->term_at) {
			s->record.timed_out = true;
			terminate(s, now);
		}
		if (sleep_until(s, earlier(earlier(s->term_at, s->kill_at), s->look_at),
		                now))
			receive(s, MSG_DONTWAIT);
	}
}

static void end_stderr(struct supervisor *s)
{
	struct stat st;

	if (!fstat(FD_ERR, &st) && S_ISREG(st.st_mode))
		s->record.stderr_size = st.st_size;
	close(FD_ERR);
}

static void run(struct supervisor *s)
{
	begin(s);
	if (s->leader > 0 && !*s->exec_errno)
		watch_leader(s);
	s->record.stuck = !kill_all(s, s->orphaned ? INT64_MAX : KILL_PATIENCE);
	end_stderr(s);
	/* Only now: where vfork is but a fork (valgrind), it was not known before. */
	*(is_shortage(*s->exec_errno) ? &s->record.machine_errno
	                              : &s->record.spawn_errno) = *s->exec_errno;
	if (s->record.spawn_errno)
		s->record.exit = -1;
	if (send(FD_CTL, &s->record, sizeof s->record, MSG_NOSIGNAL) < 0)
		s->orphaned = true;
	if (s->record.stuck) { /* the slot has another supervisor by now */
		kill_all(s, INT64_MAX);
		s->orphaned = true;
	}
}

/* --- birth --- */

/* Everything to its place, by way of numbers that are out of the way; the rest goes.
 * Half of it is worse than nothing: a command without its output would be blamed for
 * that, so the driver had better look for another supervisor. */
static void place_descriptors(const struct supervisor_setup *setup)
{
	int fds[] = {setup->null, setup->out,     -1,
	             setup->ctl,  setup->keep_fd, setup->in};

	for (int i = 0; i < (int)ARRAY_LEN(fds); i++)
		if (fds[i] >= 0 &&
		    (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_FIRST_FREE)) < 0)
			_exit(1);
	for (int i = 0; i < (int)ARRAY_LEN(fds); i++)
		if (fds[i] < 0)
			close(i);
		else if (dup3(fds[i], i, i > FD_ERR ? O_CLOEXEC : 0) < 0)
			_exit(1);
	closefrom(FD_FIRST_FREE);
}

/* All zeros to the kernel is SIG_DFL. Not sigaction(), which refuses the two signals
 * that glibc keeps for itself and that its posix_spawn leaves ignored. */
static void default_signal(int sig)
{
	static const unsigned char zeros[64];

	syscall(SYS_rt_sigaction, sig, zeros, NULL, _NSIG / 8);
}

static void reset_signals(struct supervisor *s)
{
	struct sigaction chld = {.sa_handler = catch_child};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		default_signal(sig);
	sigaction(SIGCHLD, &chld, NULL);
	sigemptyset(&s->none);
	s->waiting = all;
	sigdelset(&s->waiting, SIGCHLD);
}

__attribute__((noreturn)) static void supervise(const struct supervisor_setup *setup)
{
	struct supervisor s = {.pid = getpid()};
	const char *body = NULL;

	reset_signals(&s);
	setsid();
	/* Not "hpsearch": who kills that by name kills the driver, and we clean up. */
	prctl(PR_SET_NAME, "hps-supervisor");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	place_descriptors(setup);
	setrlimit(RLIMIT_NOFILE, &setup->files);
	s.exec_errno = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
	                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.exec_errno == MAP_FAILED)
		_exit(1);
	while (!s.orphaned) {
		uint32_t kind = next_request(&s, &body);

		if (kind == REQUEST_START) {
			unpack(&s, body);
			run(&s);
			forget_done(&s);
		} else if (!kind) {
			receive(&s, 0);
		}
	}
	/* A run that was stuck has been told as over, and its folder may be another's.
	 */
	if (s.dir.len && !s.record.stuck)
		flight_land(setup->flight, setup->slot, FD_IN, str_text(&s.dir),
		            OUTPUT_KEPT_MAX);
	closefrom(FD_NULL);
	_exit(0);
}

pid_t supervisor_fork(const struct supervisor_setup *setup)
{
	pid_t pid = fork();

	if (!pid)
		supervise(setup);
	return pid;
}
