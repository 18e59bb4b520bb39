#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool slurp(int fd, const char *path, size_t limit, struct arena *a, char **text,
                  size_t *len, struct error *err)
{
	struct stat st;
	size_t size, got = 0;

	if (fstat(fd, &st))
		return error_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_FILE, "%s: is not a regular file", path);
	size = (size_t)st.st_size;
	if (size > limit)
		return error_set(err, ERROR_FILE,
		                 "%s: %zu bytes; files over %zu bytes are refused",
		                 path, size, limit);
	*text = arena_new(a, size + 1, 1);
	while (got < size) {
		ssize_t n = read(fd, *text + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, "%s", path);
		if (!n)
			break;
		got += (size_t)n;
	}
	(*text)[got] = '\0';
	*len = got;
	return true;
}

static void release(void *fd)
{
	close(*(int *)fd);
}

bool file_read(const char *path, size_t limit, struct arena *a, char **text,
               size_t *len, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct mem_hold held;
	bool ok;

	if (fd < 0) {
		error_errno(err, "%s", path);
		err->kind = ERROR_FILE;
		return false;
	}
	mem_hold(&held, release, &fd);
	ok = slurp(fd, path, limit, a, text, len, err);
	mem_let_go(&held);
	close(fd);
	return ok;
}

/* What is written through a second name would change somebody else's file. */
static const char *unfit(const struct stat *st, int flags)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if ((flags & O_ACCMODE) != O_RDONLY && st->st_nlink > 1)
		return "has another name (a hard link), whose file would be changed";
	return NULL;
}

int file_open(const char *path, int flags, mode_t mode, struct error *err)
{
	int fd =
	    open(path, (flags & ~O_TRUNC) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);
	const char *why = fd < 0 && errno == ENXIO ? "is not a regular file" : NULL;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st)) {
		why = unfit(&st, flags);
		if (!why && (!(flags & O_TRUNC) || !st.st_size || !ftruncate(fd, 0)))
			return fd;
	}
	if (why)
		error_set(err, ERROR_SYSTEM, "%s: %s", path, why);
	else
		error_errno(err, "%s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool file_write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t w = write(fd, bytes, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		bytes += w;
		n -= (size_t)w;
	}
	return true;
}

bool file_sync_dir(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && !fsync(fd);

	if (!ok)
		error_errno(err, "%s", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool sync_parent(const char *path, struct error *err)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash)
		return file_sync_dir(".", err);
	snprintf(dir, sizeof dir, "%.*s", (int)(slash > path ? slash - path : 1), path);
	return file_sync_dir(dir, err);
}

static bool real_write(void *self, int fd, const char *bytes, size_t n)
{
	(void)self;
	return file_write_all(fd, bytes, n);
}

static bool real_sync(void *self, int fd)
{
	(void)self;
	return !fdatasync(fd);
}

const struct disk disk_real = {.write = real_write, .sync = real_sync};

bool file_begin(struct file_new *f, const char *path, const struct disk *disk,
                struct error *err)
{
	*f = (struct file_new){.fd = -1, .disk = disk};
	if (snprintf(f->path, sizeof f->path, "%s", path) >= (int)sizeof f->path ||
	    snprintf(f->tmp, sizeof f->tmp, "%s.tmp", path) >= (int)sizeof f->tmp) {
		errno = ENAMETOOLONG;
		return error_errno(err, "%s", path);
	}
	unlink(f->tmp);
	f->fd =
	    open(f->tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return f->fd >= 0 || error_errno(err, "%s", f->tmp);
}

void file_put(struct file_new *f, const char *bytes, size_t n)
{
	if (!f->failed && !f->disk->write(f->disk->self, f->fd, bytes, n))
		f->failed = errno ? errno : EIO;
}

bool file_commit(struct file_new *f, struct error *err)
{
	if (!f->failed && !f->disk->sync(f->disk->self, f->fd))
		f->failed = errno;
	close(f->fd);
	if (!f->failed && rename(f->tmp, f->path))
		f->failed = errno;
	if (f->failed) {
		errno = f->failed;
		error_errno(err, "%s", f->path);
		unlink(f->tmp);
		return false;
	}
	return sync_parent(f->path, err);
}

bool file_replace(const char *path, const struct disk *disk, const char *bytes,
                  size_t n, struct error *err)
{
	struct file_new f;

	if (!file_begin(&f, path, disk, err))
		return false;
	file_put(&f, bytes, n);
	return file_commit(&f, err);
}

bool file_write(const char *path, const char *bytes, size_t n, mode_t mode,
                struct error *err)
{
	struct stat st;
	int fd;
	bool ok;

	/* Of a file with several names only ours is given up. */
	if (!lstat(path, &st) && S_ISREG(st.st_mode) && st.st_nlink > 1)
		unlink(path);
	fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode, err);
	if (fd < 0)
		return false;
	ok = file_write_all(fd, bytes, n);
	if (!ok)
		error_errno(err, "%s", path);
	close(fd);
	return ok;
}

bool file_mkdirs(const char *path, struct error *err)
{
	char part[PATH_MAX];
	struct stat st;

	if (!*path || snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
		errno = *path ? ENAMETOOLONG : ENOENT;
		return error_errno(err, "%s", path);
	}
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return error_errno(err, "%s", part);
		*p = '/';
	}
	if (mkdir(part, 0777) && errno != EEXIST)
		return error_errno(err, "%s", part);
	if (stat(part, &st))
		return error_errno(err, "%s", part);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return error_errno(err, "%s", part);
	}
	return true;
}

/* One folder: made, or there already and not by way of a link. */
static bool make_plain(const char *path, struct error *err)
{
	struct stat st;

	if (!mkdir(path, 0777))
		return true;
	if (errno != EEXIST || lstat(path, &st))
		return error_errno(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return true;
	return error_set(err, ERROR_SYSTEM, "%s: is %s, so nothing is written there",
	                 path, S_ISLNK(st.st_mode) ? "a link" : "not a directory");
}

bool file_mkdirs_below(const char *top, const char *rest, struct error *err)
{
	size_t base = strlen(top) + 1;
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", top, rest) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return error_errno(err, "%s/%s", top, rest);
	}
	for (char *p = path + base; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (!make_plain(path, err))
			return false;
		*p = '/';
	}
	return make_plain(path, err);
}

static bool remove_at(int parent, const char *name, int depth)
{
	int fd;
	DIR *dir;
	struct dirent *e;
	bool ok = true;

	if (!unlinkat(parent, name, 0) || errno == ENOENT)
		return true;
	if ((errno != EISDIR && errno != EPERM) || depth > 64)
		return false;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return false;
	}
	while (ok && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ok = remove_at(dirfd(dir), e->d_name, depth + 1);
	closedir(dir);
	return ok && !unlinkat(parent, name, AT_REMOVEDIR);
}

bool file_remove_tree(const char *path, struct error *err)
{
	if (remove_at(AT_FDCWD, path, 0))
		return true;
	return error_errno(err, "%s: cannot be removed", path);
}

size_t file_tail(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	ssize_t n = 0;

	*out = '\0';
	if (fd < 0)
		return 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		off_t most = (off_t)size - 1;

		n = pread(fd, out, size - 1, st.st_size > most ? st.st_size - most : 0);
	}
	close(fd);
	n = n > 0 ? n : 0;
	out[n] = '\0';
	return (size_t)n;
}
