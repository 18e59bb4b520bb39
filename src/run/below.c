#include "run/below.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int below_enter(int fd, const char *name)
{
	return openat(fd, name,
	              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

DIR *below_list(int fd)
{
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int e = errno;

	if (fd >= 0 && !d)
		close(fd);
	errno = e;
	return d;
}

static bool is_self(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

const char *below_next(DIR *d)
{
	const struct dirent *e;

	do {
		errno = 0;
		e = readdir(d);
	} while (e && is_self(e->d_name));
	return e ? e->d_name : NULL;
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
		next = strcmp(part, "..") == 0 ? -1 : below_enter(fd, part);
		close(fd);
		fd = next;
	}
	return fd;
}

struct way {
	const struct below *b;
	char path[BELOW_PATH];
};

static void walk(struct way *w, int fd, size_t at, const char *rest, int depth);

/* Into a folder, if it is one. */
static void go_on(struct way *w, int fd, const char *name, size_t at, const char *rest,
                  int depth)
{
	int next = below_enter(fd, name);

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
	DIR *d = below_list(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const char *name;

	while (d && (name = below_next(d)))
		if (!fnmatch(part, name, FNM_PERIOD))
			take(w, fd, name, at, rest, depth);
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
	const char *each;
	bool ok = true;
	DIR *d;

	if (!unlinkat(parent, name, 0) || errno == ENOENT)
		return true;
	if ((errno != EISDIR && errno != EPERM) || depth > BELOW_DEPTH)
		return false;
	d = below_list(below_enter(parent, name));
	if (!d)
		return false;
	while ((each = below_next(d)))
		ok = remove_at(dirfd(d), each, depth + 1) && ok;
	closedir(d);
	return ok && !unlinkat(parent, name, AT_REMOVEDIR);
}

bool below_remove(int fd, const char *name)
{
	return remove_at(fd, name, 0);
}
