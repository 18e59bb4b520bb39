#include "run/copy.h"
#include "base/file.h"
#include "run/below.h"
#include "run/own_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

/* Absolute links that lead into the one folder are to lead into the other. */
struct route {
	char from[PATH_MAX], to[PATH_MAX];
};

static bool copy_folder(const struct route *route, int from, int to, int depth);

static bool read_and_write(int from, int to)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = read(from, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && !file_write_all(to, piece, (size_t)n))
			return false;
	return n == 0;
}

/* Data from `at` to `end`, to the same place. */
static bool copy_range(int from, int to, off_t at, off_t end)
{
	off_t there = at;
	ssize_t n;

	while (at < end) {
		n = copy_file_range(from, &at, to, &there, (size_t)(end - at), 0);
		if (n == 0)
			return true; /* it has become shorter */
		if (n < 0 && errno != EINTR)
			return false;
	}
	return true;
}

/* Holes stay holes: a checkpoint may be a terabyte of which hardly any is there. */
static bool copy_data(int from, int to, off_t size)
{
	off_t at = 0, data;

	while (at < size && (data = lseek(from, at, SEEK_DATA)) >= 0) {
		at = lseek(from, data, SEEK_HOLE);
		if (at < 0 || !copy_range(from, to, data, at))
			return false;
	}
	return (at >= size || errno == ENXIO) && !ftruncate(to, size);
}

static bool copy_bytes(int from, int to, off_t size)
{
	if (copy_data(from, to, size))
		return true;
	if (errno != EXDEV && errno != ENOSYS && errno != EINVAL && errno != EOPNOTSUPP)
		return false;
	return !lseek(from, 0, SEEK_SET) && !lseek(to, 0, SEEK_SET) &&
	       !ftruncate(to, 0) && read_and_write(from, to);
}

static bool copy_file(int from, int to)
{
	struct stat st;

	if (fstat(from, &st) || !copy_bytes(from, to, st.st_size))
		return false;
	if (fchmod(to, st.st_mode & 07777) ||
	    futimens(to, (struct timespec[]){st.st_atim, st.st_mtim}))
		return false;
	return !fdatasync(to);
}

static bool copy_link(const struct route *r, int from, int to, const char *name)
{
	char text[PATH_MAX], other[2 * PATH_MAX];
	ssize_t n = readlinkat(from, name, text, sizeof text - 1);
	size_t prefix = strlen(r->from);

	if (n < 0)
		return false;
	text[n] = '\0';
	if (strncmp(text, r->from, prefix) == 0 &&
	    (!text[prefix] || text[prefix] == '/'))
		snprintf(other, sizeof other, "%s%s", r->to, text + prefix);
	else
		snprintf(other, sizeof other, "%s", text);
	return !symlinkat(other, to, name);
}

/* A file or a folder, opened and made; mode: of what is made. */
static bool copy_opened(const struct route *r, int from, int to, const char *name,
                        bool folder, int depth)
{
	int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (folder ? O_DIRECTORY : 0);
	int a = openat(from, name, O_RDONLY | flags), b = -1, e;
	bool ok = a >= 0;

	if (ok && folder)
		ok = !mkdirat(to, name, 0777);
	if (ok)
		b = openat(to, name,
		           folder ? O_RDONLY | flags
		                  : O_WRONLY | O_CREAT | O_EXCL | flags,
		           0600);
	ok = ok && b >= 0 &&
	     (folder ? copy_folder(r, a, b, depth + 1) : copy_file(a, b));
	e = errno;
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	errno = e;
	return ok;
}

static bool copy_entry(const struct route *r, int from, int to, const char *name,
                       int depth)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	if (S_ISLNK(st.st_mode))
		return copy_link(r, from, to, name);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return true;
	return copy_opened(r, from, to, name, S_ISDIR(st.st_mode), depth);
}

static bool copy_folder(const struct route *r, int from, int to, int depth)
{
	DIR *dir = below_list(depth > BELOW_DEPTH ? -1 : dup(from));
	const char *name = NULL;
	bool ok = dir != NULL;
	int e;

	if (depth > BELOW_DEPTH)
		errno = ELOOP;
	while (ok && (name = below_next(dir)))
		if (depth || own_is_handed_on(name))
			ok = copy_entry(r, from, to, name, depth);
	ok = ok && !errno && !fsync(to);
	e = errno;
	if (dir)
		closedir(dir);
	errno = e;
	return ok;
}

/* Into a new folder of another name. */
static bool fill(const char *dir, const char *from, const char *tmp,
                 const struct route *r, struct error *err)
{
	int a = below_open(dir, from), b = -1, e;
	bool ok = a >= 0;

	if (!ok)
		return error_set(
		    err, ERROR_FILE,
		    "%s/%s: the checkpoint that a run is to go on from is "
		    "gone\n"
		    "  help: folders of trials are needed until the search "
		    "is over; --fresh begins it again",
		    dir, from);
	ok = !mkdir(tmp, 0777);
	b = ok ? open(tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	ok = b >= 0 && copy_folder(r, a, b, 0);
	e = errno;
	close(a);
	if (b >= 0)
		close(b);
	errno = e;
	return ok || error_errno(err, "%s/%s: cannot be copied to %s", dir, from, tmp);
}

static void undo(const char *tmp)
{
	struct error ignored;
	int e = errno;

	file_remove_tree(tmp, &ignored);
	errno = e;
}

bool copy_run(const char *dir, const char *from, const char *to, struct error *err)
{
	char tmp[PATH_MAX], parent[PATH_MAX];
	struct route r;
	struct stat st;
	char *slash;

	if (snprintf(r.from, sizeof r.from, "%s/%s", dir, from) >= (int)sizeof r.from ||
	    snprintf(r.to, sizeof r.to, "%s/%s", dir, to) >= (int)sizeof r.to ||
	    snprintf(tmp, sizeof tmp, "%s.copy", r.to) >= (int)sizeof tmp) {
		errno = ENAMETOOLONG;
		return error_errno(err, "%s/%s", dir, to);
	}
	if (!lstat(r.to, &st))
		return true;
	snprintf(parent, sizeof parent, "%s", to);
	slash = strrchr(parent, '/');
	if (slash) {
		*slash = '\0';
		if (!file_mkdirs_below(dir, parent, err))
			return false;
	}
	if (!file_remove_tree(tmp, err))
		return false;
	if (!fill(dir, from, tmp, &r, err)) {
		undo(tmp);
		return false;
	}
	if (rename(tmp, r.to))
		return error_errno(err, "%s: cannot be renamed", tmp);
	*strrchr(r.to, '/') = '\0';
	return file_sync_dir(r.to, err);
}

bool copy_has_any(const char *dir, const char *folder)
{
	DIR *d = below_list(below_open(dir, folder));
	const char *name = NULL;

	while (d && (name = below_next(d)) && !own_is_handed_on(name))
		;
	if (d)
		closedir(d);
	return name != NULL;
}
