#include "record/lock.h"
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

static int lock_open(const char *dir, struct error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		error_errno(err, "%s", path);
	return fd;
}

/* The pid only serves the message above; not to be written through a hard link. */
static void sign(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	struct stat st;

	if (fstat(fd, &st) || st.st_nlink > 1)
		return;
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		return;
}

int lock_take(const char *dir, struct error *err)
{
	int fd;

	if (!file_mkdirs(dir, err))
		return -1;
	fd = lock_open(dir, err);
	for (int turn = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB); turn++) {
		bool busy = errno == EWOULDBLOCK;
		pid_t pid;

		if (!busy)
			error_errno(err, "%s/lock", dir);
		pid = holder(fd);
		if (!busy || alive(pid) || turn == WAIT_TURNS) {
			if (busy)
				refuse(dir, pid, err);
			close(fd);
			return -1;
		}
		poll(NULL, 0, WAIT_MS);
	}
	if (fd >= 0)
		sign(fd);
	return fd;
}

int lock_wait(const char *dir, struct error *err)
{
	int fd = lock_open(dir, err);

	while (fd >= 0 && flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		error_errno(err, "%s/lock", dir);
		close(fd);
		return -1;
	}
	if (fd >= 0)
		sign(fd);
	return fd;
}
