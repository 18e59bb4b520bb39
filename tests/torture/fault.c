/* A library to preload: the n-th call of a function fails the way the kernel or the C
 * library may let it fail, or the process is killed at that very call. It works in
 * hpsearch alone, in the driver or in its supervisors, never in the commands.
 *
 *     HPS_FAULT="ROLE CALL N HOW"   ROLE: driver, supervisor
 *                                   CALL: write, open, malloc …, or any (but
 * allocators); open@NAME: of a file whose path ends so HOW: an errno's name; SHORT
 * (half of the bytes); KILL; IDLE (flock that does nothing, and says yes); with +
 * behind it from then on: "ENOSPC+"
 *     HPS_FAULT_COUNTS=FILE         what has happened so far, see
 * struct counts
 *
 * The supervisors are forks of the driver and share its counters; how many calls each
 * of them makes depends on timing, so what is replayed is "the n-th call", no more. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS(X)                                                                       \
	X(any)                                                                         \
	X(write)                                                                       \
	X(pwrite)                                                                      \
	X(send)                                                                        \
	X(read)                                                                        \
	X(pread)                                                                       \
	X(recv)                                                                        \
	X(fsync)                                                                       \
	X(fdatasync)                                                                   \
	X(ftruncate)                                                                   \
	X(posix_fallocate)                                                             \
	X(lseek)                                                                       \
	X(close)                                                                       \
	X(rename)                                                                      \
	X(unlink)                                                                      \
	X(mkdir)                                                                       \
	X(open)                                                                        \
	X(openat)                                                                      \
	X(opendir)                                                                     \
	X(stat)                                                                        \
	X(fstat)                                                                       \
	X(flock)                                                                       \
	X(fcntl)                                                                       \
	X(getcwd)                                                                      \
	X(realpath)                                                                    \
	X(pipe2)                                                                       \
	X(socketpair)                                                                  \
	X(epoll_create1)                                                               \
	X(epoll_ctl)                                                                   \
	X(epoll_wait)                                                                  \
	X(signalfd)                                                                    \
	X(poll)                                                                        \
	X(ppoll)                                                                       \
	X(fork)                                                                        \
	X(vfork)                                                                       \
	X(posix_spawnp)                                                                \
	X(waitpid)                                                                     \
	X(wait4)                                                                       \
	X(waitid)                                                                      \
	X(getrlimit)                                                                   \
	X(setrlimit)                                                                   \
	X(mmap)                                                                        \
	X(malloc)                                                                      \
	X(calloc)                                                                      \
	X(realloc)

enum call {
#define X(name) CALL_##name,
	CALLS(X)
#undef X
	    N_CALLS
};

enum role { DRIVER, SUPERVISOR, NOBODY };

struct counts {
	atomic_uint done; /* how often HOW was done */
	atomic_uint any;  /* calls of the wanted role but allocators */
	struct entry {
		char name[24];
		atomic_uint by_role[2];
	} calls[N_CALLS];
};

static const char *const call_names[N_CALLS] = {
#define X(name) [CALL_##name] = #name,
    CALLS(X)
#undef X
};
static const struct {
	const char *name;
	int value;
} errors[] = {{"EPERM", EPERM},    {"EIO", EIO},       {"EAGAIN", EAGAIN},
              {"ENOMEM", ENOMEM},  {"EACCES", EACCES}, {"EMFILE", EMFILE},
              {"ENFILE", ENFILE},  {"ENOSPC", ENOSPC}, {"EROFS", EROFS},
              {"EINTR", EINTR},    {"ENOLCK", ENOLCK}, {"EDQUOT", EDQUOT},
              {"ENOENT", ENOENT},  {"EINVAL", EINVAL}, {"ECONNRESET", ECONNRESET},
              {"ENOBUFS", ENOBUFS}};

/* What is to be done; a plain process-wide state, as this is a preloaded library. */
static struct {
	enum role role, want_role;
	unsigned call, n;
	char name[32]; /* of open@NAME: it is to be of such a file */
	int error;
	bool on, is_short, kill, onward, idle;
	time_t clock;          /* seconds added to the wall clock … */
	unsigned right;        /* … behind so many readings */
	struct counts *counts; /* shared with the supervisors */
} plan = {.role = NOBODY};

static void die(const char *why)
{
	fprintf(stderr, "fault: %s\n", why);
	_exit(70);
}

static void read_how(char *how)
{
	size_t len = strlen(how);

	if (len && how[len - 1] == '+') {
		plan.onward = true;
		how[len - 1] = '\0';
	}
	plan.is_short = strcmp(how, "SHORT") == 0;
	plan.kill = strcmp(how, "KILL") == 0;
	plan.idle = strcmp(how, "IDLE") == 0;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(how, errors[i].name) == 0)
			plan.error = errors[i].value;
	if (!plan.is_short && !plan.kill && !plan.error && !plan.idle)
		die("no such way to fail");
}

static void read_plan(const char *text)
{
	char role[16], call[32], how[32];

	if (sscanf(text, "%15s %31[a-z0-9_]@%31s %u %31s", role, call, plan.name,
	           &plan.n, how) != 5) {
		plan.name[0] = '\0';
		if (sscanf(text, "%15s %31s %u %31s", role, call, &plan.n, how) != 4)
			die("HPS_FAULT is: ROLE CALL N HOW");
	}
	plan.want_role = strcmp(role, "driver") == 0 ? DRIVER : SUPERVISOR;
	while (plan.call < N_CALLS && strcmp(call, call_names[plan.call]) != 0)
		plan.call++;
	if (plan.call == N_CALLS)
		die("no such call");
	read_how(how);
	plan.on = true;
}

static void share_counts(const char *path)
{
	const size_t size = sizeof(struct counts);
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (path && (fd < 0 || ftruncate(fd, (off_t)size)))
		die("HPS_FAULT_COUNTS cannot be made");
	plan.counts = mmap(NULL, size, PROT_READ | PROT_WRITE,
	                   fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	if (plan.counts == MAP_FAILED)
		die("mmap");
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < N_CALLS; i++)
		memcpy(plan.counts->calls[i].name, call_names[i],
		       strlen(call_names[i]));
}

__attribute__((constructor)) static void begin(void)
{
	const char *fault = getenv("HPS_FAULT"), *counts = getenv("HPS_FAULT_COUNTS");
	const char *off = getenv("HPS_FAULT_CLOCK");

	if (strcmp(program_invocation_short_name, "hpsearch") != 0)
		return;
	if (fault)
		read_plan(fault);
	plan.clock = off ? (time_t)strtol(off, NULL, 10) : 0;
	plan.right = off && strchr(off, '@')
	                 ? (unsigned)strtoul(strchr(off, '@') + 1, NULL, 10)
	                 : 0;
	share_counts(counts);
	/* The commands are to run undisturbed. */
	unsetenv("LD_PRELOAD");
	unsetenv("HPS_FAULT");
	unsetenv("HPS_FAULT_COUNTS");
	unsetenv("HPS_FAULT_CLOCK");
	plan.role = DRIVER;
}

enum verdict { GO_ON, FAIL, HALF, IDLE };

/* Counts a call and says what is to happen to it; FAIL: errno is set. */
static enum verdict judge(enum call call)
{
	unsigned n;

	if (plan.role == NOBODY)
		return GO_ON;
	n = 1 + atomic_fetch_add(&plan.counts->calls[call].by_role[plan.role], 1);
	if (plan.role != plan.want_role)
		return GO_ON;
	if (call < CALL_malloc) {
		unsigned any = 1 + atomic_fetch_add(&plan.counts->any, 1);

		n = plan.call == CALL_any ? any : n;
	}
	if (!plan.on || (call != plan.call && plan.call != CALL_any) ||
	    (plan.call == CALL_any && call >= CALL_malloc) || n < plan.n ||
	    (n > plan.n && !plan.onward))
		return GO_ON;
	atomic_fetch_add(&plan.counts->done, 1);
	if (plan.kill)
		raise(SIGKILL);
	if (plan.is_short)
		return HALF;
	if (plan.idle)
		return IDLE;
	errno = plan.error;
	return FAIL;
}

/* The function behind ours. */
static void *behind(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (!f)
		die(name);
	return f;
}

/* ISO C has no way from an object pointer to a function pointer but through memory. */
#define REAL(name)                                                                     \
	static __typeof__(&name) real;                                                 \
	if (!real) {                                                                   \
		void *real_found = behind(#name);                                      \
		memcpy(&real, &real_found, sizeof real);                               \
	}

/* RESULT NAME(PARAMETERS) that fails with FAILURE. */
#define WRAP(result, name, parameters, arguments, failure)                             \
	result name parameters                                                         \
	{                                                                              \
		REAL(name)                                                             \
		return judge(CALL_##name) == FAIL ? (failure) : real arguments;        \
	}

/* One that moves n bytes. */
#define WRAP_BYTES(name, parameters, arguments)                                        \
	ssize_t name parameters                                                        \
	{                                                                              \
		REAL(name)                                                             \
		enum verdict v = judge(CALL_##name);                                   \
		if (v == FAIL)                                                         \
			return -1;                                                     \
		if (v == HALF && n > 1)                                                \
			n /= 2;                                                        \
		return real arguments;                                                 \
	}

/* Also one that says yes and means nothing, as some network file systems do. */
int flock(int fd, int how)
{
	REAL(flock)
	enum verdict v = judge(CALL_flock);
	return v == FAIL ? -1 : v == IDLE ? 0 : real(fd, how);
}

WRAP_BYTES(write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP_BYTES(pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP_BYTES(send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
WRAP_BYTES(read, (int fd, void *p, size_t n), (fd, p, n))
WRAP_BYTES(pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
WRAP_BYTES(recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, fdatasync, (int fd), (fd), -1)
WRAP(int, ftruncate, (int fd, off_t n), (fd, n), -1)
WRAP(int, posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n), errno)
WRAP(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1)
WRAP(int, rename, (const char *a, const char *b), (a, b), -1)
WRAP(int, unlink, (const char *path), (path), -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
WRAP(DIR *, opendir, (const char *path), (path), NULL)
WRAP(int, stat, (const char *path, struct stat *st), (path, st), -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1)
WRAP(char *, getcwd, (char *buf, size_t n), (buf, n), NULL)
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags), -1)
WRAP(int, socketpair, (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds), -1)
WRAP(int, epoll_create1, (int flags), (flags), -1)
WRAP(int, epoll_ctl, (int ep, int op, int fd, struct epoll_event *e), (ep, op, fd, e),
     -1)
WRAP(int, epoll_wait, (int ep, struct epoll_event *e, int n, int ms), (ep, e, n, ms),
     -1)
WRAP(int, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags), -1)
WRAP(int, poll, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), -1)
WRAP(int, ppoll,
     (struct pollfd * fds, nfds_t n, const struct timespec *t, const sigset_t *mask),
     (fds, n, t, mask), -1)
WRAP(int, posix_spawnp,
     (pid_t *restrict pid, const char *restrict file,
      const posix_spawn_file_actions_t *restrict actions,
      const posix_spawnattr_t *restrict attr, char *const argv[restrict],
      char *const env[restrict]),
     (pid, file, actions, attr, argv, env), errno)
WRAP(pid_t, waitpid, (pid_t pid, int *status, int how), (pid, status, how), -1)
WRAP(pid_t, wait4, (pid_t pid, int *status, int how, struct rusage *u),
     (pid, status, how, u), -1)
WRAP(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int how),
     (type, id, info, how), -1)
WRAP(int, getrlimit, (__rlimit_resource_t what, struct rlimit *l), (what, l), -1)
WRAP(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *l), (what, l), -1)
WRAP(void *, mmap, (void *p, size_t n, int prot, int flags, int fd, off_t at),
     (p, n, prot, flags, fd, at), MAP_FAILED)

int clock_gettime(clockid_t clock, struct timespec *t)
{
	REAL(clock_gettime)
	int rc = real(clock, t);

	if (rc || clock != CLOCK_REALTIME)
		return rc;
	if (plan.right)
		plan.right--;
	else
		t->tv_sec += plan.clock;
	return rc;
}

/* The kernel closes the descriptor even when it says that something went wrong. */
int close(int fd)
{
	REAL(close)
	enum verdict v = judge(CALL_close);
	int saved = errno, rc = real(fd);

	if (v != FAIL)
		return rc;
	errno = saved;
	return -1;
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

/* Only files that the plan is about count. */
static enum verdict judge_open(const char *path)
{
	size_t len = strlen(path), tail = strlen(plan.name);

	if (len < tail || strcmp(path + len - tail, plan.name) != 0)
		return GO_ON;
	return judge(CALL_open);
}

int open(const char *path, int flags, ...)
{
	REAL(open)
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return judge_open(path) == FAIL ? -1 : real(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	REAL(openat)
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return judge(CALL_openat) == FAIL ? -1 : real(dir, path, flags, mode);
}

int fcntl(int fd, int what, ...)
{
	REAL(fcntl)
	void *argument;
	va_list ap;

	va_start(ap, what);
	argument = va_arg(ap, void *); /* an int arrives in the same register */
	va_end(ap);
	return judge(CALL_fcntl) == FAIL ? -1 : real(fd, what, argument);
}

/* Fortified programs call this one instead of realpath. */
char *__realpath_chk(const char *path, char *out, size_t size);
char *__realpath_chk(const char *path, char *out, size_t size)
{
	(void)size;
	return judge(CALL_realpath) == FAIL ? NULL : realpath(path, out);
}

/* The driver forks supervisors. */
pid_t fork(void)
{
	REAL(fork)
	pid_t pid;

	if (judge(CALL_fork) == FAIL)
		return -1;
	pid = real();
	if (!pid)
		plan.role = plan.role == DRIVER ? SUPERVISOR : NOBODY;
	return pid;
}

/* Supervisors vfork commands. A plain fork here, since a function that has returned
 * cannot return again; the supervisor gets along with that. */
pid_t vfork(void)
{
	REAL(fork)
	pid_t pid;

	if (judge(CALL_vfork) == FAIL)
		return -1;
	pid = real();
	if (!pid)
		plan.role = NOBODY;
	return pid;
}

/* dlsym allocates, so these have to find theirs by another name. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	return judge(CALL_malloc) == FAIL ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return judge(CALL_calloc) == FAIL ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return judge(CALL_realloc) == FAIL ? NULL : __libc_realloc(p, n);
}
