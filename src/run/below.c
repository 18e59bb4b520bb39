#include "run/below.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int enter(int fd, const char *name)
{
	return openat(fd, name,
	              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* The first part of a path, without empty ones and dots; "" at its end. */
static const char *part_of(const char *path, char part[256])
{
	size_t n;

	do {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n >= 256)
			n = 0;
		memcpy(part, path, n);
		part[n] = '\0';
		path += n;
	} while (strcmp(part, ".") == 0);
	return path;
}

int below_open(const char *dir, const char *path)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;
	char part[256];

	while (fd >= 0 && (path = part_of(path, part), *part)) {
		next = strcmp(part, "..") == 0 ? -1 : enter(fd, part);
		close(fd);
		fd = next;
	}
	return fd;
}

struct way {
	const struct below *b;
	char path[BELOW_PATH];
};

static bool is_self(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void walk(struct way *w, int fd, size_t at, const char *rest, int depth);

/* Into a folder, if it is one. */
static void go_on(struct way *w, int fd, const char *name, size_t at, const char *rest,
                  int depth)
{
	int next = enter(fd, name);

	if (next < 0)
		return;
	w->path[at++] = '/';
	walk(w, next, at, rest, depth + 1);
	close(next);
}

/* rest: NULL where the name is all of the pattern. */
static void take(struct way *w, int fd, const char *name, size_t at, const char *rest,
                 int depth)
{
	size_t n = strlen(name);

	if (at + n + 2 > sizeof w->path || (!at && w->b->wanted && !w->b->wanted(name)))
		return;
	memcpy(w->path + at, name, n + 1);
	if (rest)
		go_on(w, fd, name, at + n, rest, depth);
	else
		w->b->found(w->b->self, fd, name, w->path);
	w->path[at] = '\0';
}

static void each_name(struct way *w, int fd, size_t at, const char *part,
                      const char *rest, int depth)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	const struct dirent *e;

	if (own >= 0 && !d)
		close(own);
	while (d && (e = readdir(d)))
		if (!is_self(e->d_name) && !fnmatch(part, e->d_name, FNM_PERIOD))
			take(w, fd, e->d_name, at, rest, depth);
	if (d)
		closedir(d);
}

static void walk(struct way *w, int fd, size_t at, const char *rest, int depth)
{
	char part[256], next[256];
	const char *behind = part_of(rest, part);

	if (!*part || depth > BELOW_DEPTH || strcmp(part, "..") == 0)
		return;
	part_of(behind, next);
	if (strcmp(part, "**") == 0 && *next) {
		walk(w, fd, at, behind, depth + 1);     /* no folder between, */
		each_name(w, fd, at, "*", rest, depth); /* or one more */
	} else if (!faccessat(fd, part, F_OK, AT_SYMLINK_NOFOLLOW)) {
		take(w, fd, part, at, *next ? behind : NULL, depth);
	} else if (strpbrk(part, "*?[")) {
		each_name(w, fd, at, part, *next ? behind : NULL, depth);
	}
}

void below_each(int fd, const char *pattern, const struct below *b)
{
	struct way w = {.b = b};

	walk(&w, fd, 0, pattern, 0);
}

static bool remove_at(int parent, const char *name, int depth)
{
	const struct dirent *e;
	bool ok = true;
	DIR *d;
	int fd;

	if (!unlinkat(parent, name, 0) || errno == ENOENT)
		return true;
	if ((errno != EISDIR && errno != EPERM) || depth > BELOW_DEPTH)
		return false;
	fd = enter(parent, name);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((e = readdir(d)))
		if (!is_self(e->d_name))
			ok = remove_at(dirfd(d), e->d_name, depth + 1) && ok;
	closedir(d);
	return ok && !unlinkat(parent, name, AT_REMOVEDIR);
}

bool below_remove(int fd, const char *name)
{
	return remove_at(fd, name, 0);
}
