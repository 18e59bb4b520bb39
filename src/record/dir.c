#include "record/dir.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 20, WAIT_TURNS = 1000 };

static pid_t holder(int fd)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	return n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

static bool alive(pid_t pid)
{
	return pid > 0 && (!kill(pid, 0) || errno == EPERM);
}

static bool refuse(const char *dir, pid_t pid, struct error *err)
{
	return error_set(
	    err, ERROR_SYSTEM,
	    "%s: another hpsearch (pid %ld) is working in this directory\n"
	    "  help: wait for it, or give this search another one with --out DIR",
	    dir, (long)pid);
}

int lock_take(const char *dir, struct error *err)
{
	char path[PATH_MAX], text[32];
	struct stat st;
	int fd, n;

	if (!file_mkdirs(dir, err))
		return -1;
	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0) {
		error_errno(err, "%s", path);
		return -1;
	}
	for (int turn = 0; flock(fd, LOCK_EX | LOCK_NB); turn++) {
		bool busy = errno == EWOULDBLOCK;
		pid_t pid;

		if (!busy)
			error_errno(err, "%s", path);
		pid = holder(fd);
		if (!busy || alive(pid) || turn == WAIT_TURNS) {
			if (busy)
				refuse(dir, pid, err);
			close(fd);
			return -1;
		}
		poll(NULL, 0, WAIT_MS);
	}
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	/* The pid only serves the message above; not to be written through a hard link.
	 */
	if (fstat(fd, &st) || st.st_nlink > 1)
		return fd;
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		return fd;
	return fd;
}

bool lock_held(const char *dir)
{
	char path[PATH_MAX];
	bool held;
	int fd;

	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

const char *search_dir(const char *yaml_path, const char *out, struct arena *a)
{
	const char *base = strrchr(yaml_path, '/'), *dot;

	if (out)
		return arena_strdup(a, out);
	base = base ? base + 1 : yaml_path;
	if (strcmp(base, "-") == 0)
		base = "stdin";
	dot = strrchr(base, '.');
	return arena_printf(a, "%.*s.hpsearch",
	                    dot && dot > base ? (int)(dot - base) : (int)strlen(base),
	                    base);
}
