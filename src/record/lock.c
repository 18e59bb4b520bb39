#include "record/lock.h"
#include "base/file.h"
#include "record/holder.h"

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

/* Some network file systems have no locks. */
static bool has_none(int error)
{
	return error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS;
}

/* What a lock cannot tell. locked: it is ours. turns: to wait for others. over: whose
 * life cannot be told, goes. */
static int claim(const char *dir, int fd, bool locked, int turns, bool over,
                 struct error *err)
{
	enum holder who;

	if (over && holder_elsewhere(dir, locked))
		holder_remove(dir);
	while ((who = holder_claim(dir, locked, err)) == HOLDER_OTHER && turns--)
		poll(NULL, 0, WAIT_MS);
	if (who == HOLDER_WE) {
		sign(fd);
		return fd;
	}
	close(fd);
	return -1;
}

static int take(const char *dir, bool over, struct error *err)
{
	bool locked = true;
	int fd;

	if (!file_mkdirs(dir, err))
		return -1;
	fd = lock_open(dir, err);
	for (int turn = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB); turn++) {
		bool busy = errno == EWOULDBLOCK;
		pid_t pid;

		locked = !has_none(errno);
		if (!locked)
			break;
		if (!busy)
			error_errno(err, "%s/lock", dir);
		pid = holder(fd);
		if (!busy || alive(pid) || turn == WAIT_TURNS) {
			if (busy)
				holder_refuse(dir, (long)pid, err);
			close(fd);
			return -1;
		}
		poll(NULL, 0, WAIT_MS);
	}
	return fd < 0 ? -1 : claim(dir, fd, locked, 0, over, err);
}

int lock_take(const char *dir, struct error *err)
{
	return take(dir, false, err);
}

int lock_take_over(const char *dir, struct error *err)
{
	return take(dir, true, err);
}

int lock_wait(const char *dir, struct error *err)
{
	int fd = lock_open(dir, err);
	bool locked = true;

	while (fd >= 0 && flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		locked = !has_none(errno);
		if (!locked)
			break;
		error_errno(err, "%s/lock", dir);
		close(fd);
		return -1;
	}
	return fd < 0 ? -1 : claim(dir, fd, locked, WAIT_TURNS, false, err);
}

void lock_release(int fd)
{
	char name[64], path[PATH_MAX];
	ssize_t n;

	if (fd < 0)
		return;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	n = readlink(name, path, sizeof path - 1);
	if (n > (ssize_t)strlen("/lock")) {
		path[n - (ssize_t)strlen("/lock")] = '\0';
		holder_release(path);
	}
	close(fd);
}
