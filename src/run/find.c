#include "run/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path on its way: its first n bytes are a folder, with the slash behind it. */
struct way {
	char path[FIND_PATH];
	size_t n;
};

static void walk(struct find *f, struct way *w, const char *rest, int depth);

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static void take_file(struct find *f, const struct way *w)
{
	struct stat st;

	if (lstat(w->path, &st) || (*f->path && !is_newer(&st.st_mtim, &f->newest)) ||
	    !f->wanted(f->self, w->path, &st))
		return;
	f->newest = st.st_mtim;
	memcpy(f->path, w->path, strlen(w->path) + 1);
}

/* Puts a name behind the folder; false: no room. */
static bool enter(struct way *w, const char *name, size_t n)
{
	if (w->n + n + 2 > FIND_PATH)
		return false;
	memcpy(w->path + w->n, name, n);
	w->path[w->n + n] = '\0';
	return true;
}

static bool is_folder(const char *path, bool through_links)
{
	struct stat st;

	return !(through_links ? stat(path, &st) : lstat(path, &st)) &&
	       S_ISDIR(st.st_mode);
}

/* With the name that was entered, to what is behind it. */
static void go_on(struct find *f, struct way *w, const char *rest, int depth,
                  bool through_links)
{
	size_t n = w->n;

	if (!*rest) {
		take_file(f, w);
	} else if (is_folder(w->path, through_links)) {
		w->n = strlen(w->path);
		w->path[w->n++] = '/';
		w->path[w->n] = '\0';
		walk(f, w, rest, depth + 1);
		w->n = n;
	}
	w->path[n] = '\0';
}

static DIR *open_folder(const struct way *w)
{
	int fd = open(w->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

/* Every name in the folder: into folders with `again`, where that is not NULL; those
 * that match the piece on to `rest`. */
static void each_name(struct find *f, struct way *w, const char *piece,
                      const char *rest, const char *again, int depth)
{
	DIR *d = open_folder(w);
	const struct dirent *e;

	while (d && (e = readdir(d)) && f->entries) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		f->entries--;
		if (!enter(w, e->d_name, strlen(e->d_name)))
			continue;
		if (again && *e->d_name != '.' && is_folder(w->path, false))
			go_on(f, w, again, depth, false);
		else if (piece && !fnmatch(piece, e->d_name, FNM_PERIOD))
			go_on(f, w, rest, depth, true);
		w->path[w->n] = '\0';
	}
	if (d)
		closedir(d);
}

static void walk(struct find *f, struct way *w, const char *rest, int depth)
{
	size_t n = strcspn(rest, "/");
	const char *next = rest + n + (rest[n] == '/');
	char piece[256];

	if (!*rest || depth > FIND_DEPTH || !f->entries || n >= sizeof piece)
		return;
	memcpy(piece, rest, n);
	piece[n] = '\0';
	if (!n) {
		walk(f, w, next, depth + 1);
	} else if (strcmp(piece, "**") == 0) {
		walk(f, w, next, depth + 1);              /* no folder between, */
		each_name(f, w, NULL, NULL, rest, depth); /* or one more */
	} else if (enter(w, piece, n) &&
	           !faccessat(AT_FDCWD, w->path, F_OK, AT_SYMLINK_NOFOLLOW)) {
		go_on(f, w, next, depth, true);
	} else {
		w->path[w->n] = '\0';
		if (strpbrk(piece, "*?["))
			each_name(f, w, piece, next, NULL, depth);
	}
}

void find_newest(struct find *f, const char *pattern)
{
	struct way w = {.path = "/", .n = 1};

	f->entries = FIND_ENTRIES;
	*f->path = '\0';
	walk(f, &w, pattern + (*pattern == '/'), 0);
}
