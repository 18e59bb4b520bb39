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

struct supervisor {
	pid_t pid;
	sigset_t waiting; /* the mask while asleep */
	sigset_t none;    /* the mask of commands */
	int *exec_errno;  /* shared memory: the child of vfork tells why exec failed */
	struct str inbox; /* requests not yet handled */
	size_t done;      /* bytes of inbox that are */
	bool orphaned;    /* the driver is gone */
	struct start job; /* which may be over */
	pid_t leader;
	bool leader_over; /* it is a zombie, or reaped */
	int64_t started;
	int64_t term_at, kill_at, look_at; /* look: at the memory */
	struct run_record record;
};

/* --- requests --- */

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

/* Between vfork and exec: system calls only. */
__attribute__((noreturn)) static void child(const struct supervisor *s)
{
	int why = ENOENT;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->pid)
		_exit(127);
	place_enter(&s->job.place);
	sigprocmask(SIG_SETMASK, &s->none, NULL);
	if (*s->job.home && chdir(s->job.home)) {
		*s->exec_errno = errno;
		_exit(127);
	}
	for (char **path = s->job.paths; *path; path++) {
		execve(*path, s->job.argv, s->job.env);
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
	size_t n = s->job.dir.len + sizeof "/stderr";
	char *path = mem_new(n, 1);

	snprintf(path, n, "%s/stderr", str_text(&s->job.dir));
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
	/* The last command may have made the pipe non-blocking for all who share it. */
	fcntl(FD_OUT, F_SETFL, 0);
	*s->exec_errno = 0;
	s->leader_over = false;
	s->started = clock_now();
	if (!launch_patiently(s))
		return;
	s->term_at = s->job.head.timeout ? s->started + s->job.head.timeout : INT64_MAX;
	s->kill_at = INT64_MAX;
	s->look_at = s->job.head.memory ? s->started + MEMORY_LOOKS : INT64_MAX;
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
	s->kill_at =
	    s->job.head.grace < INT64_MAX - now ? now + s->job.head.grace : INT64_MAX;
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
	int64_t limit = s->job.head.memory, has = tree_resident(s->pid, false);

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

	/* Where the command has removed it, what has its name by now is not it. */
	if (!fstat(FD_ERR, &st) && S_ISREG(st.st_mode))
		s->record.stderr_size = st.st_nlink ? st.st_size : 0;
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
			start_unpack(&s.job, s.inbox.s + (body - s.inbox.s));
			run(&s);
			forget_done(&s);
		} else if (!kind) {
			receive(&s, 0);
		}
	}
	/* A run that was stuck has been told as over, and its folder may be another's.
	 */
	if (s.job.dir.len && !s.record.stuck)
		flight_land(setup->flight, setup->slot, FD_IN, str_text(&s.job.dir),
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
