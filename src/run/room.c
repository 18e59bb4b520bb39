#include "run/room.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };
static const char prefix[] = "room-";

static int lock_of(const char *room, int flags)
{
	char path[PATH_MAX];
	struct error ignored;
	int fd;

	snprintf(path, sizeof path, "%s/lock", room);
	fd = file_open(path, O_RDWR | flags, 0600, &ignored);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

/* Rooms of this host whose agents are gone; one without a lock is just being made. */
static void sweep(const char *cache, const char *mine)
{
	DIR *d = opendir(cache);
	const struct dirent *e;
	struct error ignored;

	while (d && (e = readdir(d))) {
		char path[PATH_MAX - 64];
		int fd;

		if (strncmp(e->d_name, mine, strlen(mine)) != 0 ||
		    snprintf(path, sizeof path, "%s/%s", cache, e->d_name) >=
		        (int)sizeof path)
			continue;
		fd = lock_of(path, 0);
		if (fd < 0)
			continue;
		file_remove_tree(path, &ignored);
		close(fd);
	}
	if (d)
		closedir(d);
}

static bool is_own(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static bool in_cache(struct room *r, const char *host, struct error *err)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char folder[PATH_MAX / 2], mine[128];
	int n;

	if (cache && *cache == '/')
		n = snprintf(folder, sizeof folder, "%s/hpsearch", cache);
	else if (home && *home == '/')
		n = snprintf(folder, sizeof folder, "%s/.cache/hpsearch", home);
	else
		return false;
	if (n >= (int)sizeof folder || !file_mkdirs(folder, err) || !is_own(folder))
		return false;
	snprintf(mine, sizeof mine, "%s%s-", prefix, host);
	sweep(folder, mine);
	snprintf(r->path, sizeof r->path, "%s/%sXXXXXX", folder, mine);
	return mkdtemp(r->path) != NULL;
}

static bool make(struct room *r, const char *host, struct error *err)
{
	const char *tmp = getenv("TMPDIR");

	if (in_cache(r, host, err))
		return true;
	snprintf(r->path, sizeof r->path, "%s/hpsearch-%sXXXXXX",
	         tmp && *tmp == '/' ? tmp : "/tmp", prefix);
	if (mkdtemp(r->path))
		return true;
	error_errno(err, "%s", r->path);
	*r->path = '\0';
	return false;
}

/* Between its making and its locking a room looks like one whose agent is gone, and
 * another agent may have swept it, or be about to. Where nothing can be locked nobody
 * sweeps. */
static bool is_swept(const struct room *r)
{
	struct stat st;

	if (r->lock < 0)
		return errno == EWOULDBLOCK || errno == ENOENT;
	return fstat(r->lock, &st) || !st.st_nlink;
}

bool room_open(struct room *r, struct error *err)
{
	struct error ignored;
	char host[64] = "";

	*r = (struct room){.lock = -1};
	gethostname(host, sizeof host - 1);
	for (char *p = host; *p; p++)
		*p = *p == '/' ? '_' : *p;
	for (int i = 0; i < TRIES; i++) {
		if (!make(r, host, err))
			return false;
		r->lock = lock_of(r->path, O_CREAT);
		if (!is_swept(r))
			return true;
		if (r->lock >= 0)
			close(r->lock);
		r->lock = -1;
		file_remove_tree(r->path, &ignored);
	}
	*r->path = '\0';
	return error_set(err, ERROR_SYSTEM,
	                 "no folder of its own can be locked in the cache directory");
}

void room_close(struct room *r)
{
	struct error ignored;

	if (*r->path)
		file_remove_tree(r->path, &ignored);
	if (r->lock >= 0)
		close(r->lock);
	*r = (struct room){.lock = -1};
}
