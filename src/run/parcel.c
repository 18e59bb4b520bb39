#include "run/parcel.h"

#include "base/clock.h"
#include "base/file.h"
#include "run/below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The open folder that a path below top is in, and its name there; -1: there is none.
 */
static int folder_of(const char *top, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[BELOW_PATH];

	*name = slash ? slash + 1 : path;
	if (snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0,
	             path) >= (int)sizeof folder) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return below_open(top, folder);
}

/* --- what there is --- */

static void add(struct parcel *p, const char *path, const struct stat *st)
{
	p->items = mem_room(p->items, p->n, &p->cap, sizeof *p->items);
	p->items[p->n++] = (struct parcel_item){.path = mem_strdup(path),
	                                        .link = S_ISLNK(st->st_mode),
	                                        .size = st->st_size,
	                                        .inode = st->st_ino,
	                                        .changed = st->st_ctim};
}

static void walk(struct parcel *p, int fd, struct str *path,
                 bool (*wanted)(const char *name), int depth)
{
	DIR *d = below_list(fd);
	const char *name;
	size_t len = path->len;
	struct stat st;

	while (d && (name = below_next(d))) {
		if ((wanted && !wanted(name)) ||
		    fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		str_addf(path, "%s%s", len ? "/" : "", name);
		if (path->len >= BELOW_PATH)
			p->failed = p->failed ? p->failed : ENAMETOOLONG;
		else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
			add(p, path->s, &st);
		else if (S_ISDIR(st.st_mode) && depth < BELOW_DEPTH)
			walk(p, below_enter(fd, name), path, NULL, depth + 1);
		path->len = len;
		path->s[len] = '\0';
	}
	if (d)
		closedir(d);
}

static int by_path(const void *a, const void *b)
{
	const struct parcel_item *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void parcel_list(struct parcel *p, const char *top, const char *folder,
                 bool (*wanted)(const char *name))
{
	struct str path = {0};

	str_add(&path, folder);
	walk(p, below_open(top, folder), &path, wanted, 0);
	str_free(&path);
	if (p->n)
		qsort(p->items, p->n, sizeof *p->items, by_path);
}

static bool is_same(const struct parcel_item *a, const struct parcel_item *b)
{
	return a->link == b->link && a->size == b->size && a->inode == b->inode &&
	       a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

void parcel_news(struct parcel *now, struct parcel *before, uint64_t ticket,
                 struct str *out)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i <= now->n; i++) {
		struct parcel_item *it = i < now->n ? &now->items[i] : NULL;
		int order = 1;

		while (k < before->n &&
		       (order = it ? strcmp(before->items[k].path, it->path) : -1) < 0)
			wire_write(out, &(struct wire_message){
					    .kind = WIRE_GONE,
					    .ticket = ticket,
					    .piece.path = before->items[k++].path});
		if (!it)
			break;
		if (k < before->n && order == 0 && is_same(&before->items[k++], it))
			free(it->path);
		else
			now->items[kept++] = *it;
	}
	now->n = kept;
}

void parcel_free(struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->items[i].path);
	free(p->items);
	*p = (struct parcel){0};
}

/* --- sending --- */

static int open_file(const char *top, const char *path, struct stat *st)
{
	const char *name;
	int folder = folder_of(top, path, &name), fd;

	if (folder < 0)
		return -1;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(folder);
	if (fd < 0 || (!fstat(fd, st) && S_ISREG(st->st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* One piece, from `at` on; how many bytes, -1: errno. */
static ssize_t say_piece(const char *top, struct wire_message *m, bool grows,
                         struct str *out)
{
	uint8_t bytes[PARCEL_PIECE];
	struct stat st;
	int fd = open_file(top, m->piece.path, &st);
	ssize_t n = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, m->piece.at);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return -1;
	m->kind = WIRE_FILE;
	m->piece.bytes = bytes;
	m->piece.n = (size_t)n;
	m->piece.mode = (int)st.st_mode & 0777;
	m->piece.mtime = st.st_mtim.tv_sec * CLOCK_SECOND + st.st_mtim.tv_nsec;
	m->piece.last = m->piece.at + n >= st.st_size || !n;
	m->piece.grows = grows;
	wire_write(out, m);
	m->piece.bytes = NULL;
	return n;
}

static bool say_link(const char *top, struct wire_message *m, struct str *out)
{
	char target[PATH_MAX];
	const char *name;
	int folder = folder_of(top, m->piece.path, &name);
	ssize_t n = folder < 0 ? -1 : readlinkat(folder, name, target, sizeof target);

	if (folder >= 0)
		close(folder);
	if (n < 0 || n == sizeof target)
		return false;
	target[n] = '\0';
	m->kind = WIRE_LINK;
	m->piece.target = target;
	wire_write(out, m);
	m->piece.target = NULL;
	return true;
}

bool parcel_next(struct parcel *p, const char *top, uint64_t ticket, struct str *out)
{
	for (; p->at < p->n; p->at++, p->to = 0) {
		const struct parcel_item *it = &p->items[p->at];
		struct wire_message m = {.ticket = ticket,
		                         .piece = {.path = it->path, .at = p->to}};
		ssize_t n;

		if (it->link) {
			if (!say_link(top, &m, out))
				continue;
			p->at++;
			return true;
		}
		n = say_piece(top, &m, false, out);
		if (n < 0) {
			p->failed = p->failed ? p->failed : errno;
			continue;
		}
		p->to += n;
		if (m.piece.last) {
			p->at++;
			p->to = 0;
		}
		return true;
	}
	return false;
}

bool parcel_grow(const char *top, const char *path, int64_t *sent, int64_t most,
                 uint64_t ticket, struct str *out)
{
	struct stat st;
	int fd = open_file(top, path, &st);
	int64_t until;
	bool any = false;

	if (fd < 0)
		return false;
	close(fd);
	if (st.st_size < *sent)
		*sent = 0;
	until = st.st_size - *sent < most ? st.st_size : *sent + most;
	while (*sent < until) {
		struct wire_message m = {.ticket = ticket,
		                         .piece = {.path = path, .at = *sent}};
		ssize_t n = say_piece(top, &m, true, out);

		if (n <= 0)
			break;
		*sent += n;
		any = true;
	}
	return any;
}

/* --- taking --- */

bool parcel_path(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (strncmp(path, folder, n) != 0 || (n && path[n] != '/') ||
	    strlen(path) >= BELOW_PATH)
		return false;
	for (const char *p = path;; p++) {
		size_t part = strcspn(p, "/");

		if (!part || part > NAME_MAX || (part == 1 && *p == '.') ||
		    (part == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += part;
		if (!*p)
			return true;
	}
}

/* Relative, and nowhere up. */
static bool is_tame(const char *target)
{
	if (!*target || *target == '/')
		return false;
	for (const char *p = target; *p; p += strspn(p, "/")) {
		size_t part = strcspn(p, "/");

		if (part == 2 && p[0] == '.' && p[1] == '.')
			return false;
		p += part;
	}
	return true;
}

static bool write_at(int fd, const struct wire_piece *p)
{
	size_t done = 0;

	while (done < p->n) {
		ssize_t n =
		    pwrite(fd, p->bytes + done, p->n - done, p->at + (int64_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* The first piece makes a new file, the others lengthen it. */
static bool take_piece(int folder, const char *name, const struct wire_piece *p)
{
	const struct timespec times[2] = {
	    {.tv_nsec = UTIME_OMIT},
	    {.tv_sec = p->mtime / CLOCK_SECOND, .tv_nsec = p->mtime % CLOCK_SECOND}};
	int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	struct stat st = {0};
	bool ok;
	int fd;

	if (!p->at && unlinkat(folder, name, 0) && errno != ENOENT)
		return false;
	fd = openat(folder, name, p->at ? flags : flags | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return false;
	ok = !fstat(fd, &st) && write_at(fd, p);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size != p->at) {
		errno = EINVAL;
		ok = false;
	}
	if (ok && !p->at)
		ok = !fchmod(fd, (mode_t)(p->mode & 0777) | S_IRUSR | S_IWUSR);
	if (ok && p->last && !p->grows && p->mtime >= 0)
		ok = !futimens(fd, times);
	close(fd);
	return ok;
}

static bool take_link(int folder, const char *name, const char *target)
{
	if (!is_tame(target))
		return true; /* left out */
	return (!unlinkat(folder, name, 0) || errno == ENOENT) &&
	       !symlinkat(target, folder, name);
}

/* Makes the folder of a path, and opens it. */
static int make_folder(const char *top, const char *path, const char **name,
                       struct error *err)
{
	const char *slash = strrchr(path, '/');
	char folder[BELOW_PATH];
	int fd;

	if (slash) {
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
		if (!file_mkdirs_below(top, folder, err))
			return -1;
	}
	fd = folder_of(top, path, name);
	if (fd < 0)
		error_errno(err, "%s/%s", top, path);
	return fd;
}

bool parcel_take(const char *top, const struct wire_message *m, struct error *err)
{
	const struct wire_piece *p = &m->piece;
	const char *name;
	int folder;
	bool ok;

	if (!parcel_path(p->path, "")) {
		errno = EINVAL;
		return error_errno(err, "%s", p->path);
	}
	folder = make_folder(top, p->path, &name, err);
	if (folder < 0)
		return false;
	ok = m->kind == WIRE_LINK ? take_link(folder, name, p->target)
	                          : take_piece(folder, name, p);
	if (!ok)
		error_errno(err, "%s/%s", top, p->path);
	close(folder);
	return ok;
}

void parcel_remove(const char *top, const char *path)
{
	const char *name;
	int folder = folder_of(top, path, &name);

	if (folder < 0)
		return;
	below_remove(folder, name);
	close(folder);
}

/* A folder may have become a file. */
static bool move_one(int here, int there, const char *name)
{
	if (!renameat(here, name, there, name))
		return true;
	return errno == EISDIR && below_remove(there, name) &&
	       !renameat(here, name, there, name);
}

bool parcel_move(const char *from, const char *to, struct error *err)
{
	struct parcel p = {0};
	bool ok = true;

	parcel_list(&p, from, "", NULL);
	for (size_t i = 0; ok && i < p.n; i++) {
		const char *path = p.items[i].path, *name;
		int there = make_folder(to, path, &name, err);
		int here = there < 0 ? -1 : folder_of(from, path, &name);

		ok = here >= 0 && move_one(here, there, name);
		if (!ok && there >= 0)
			error_errno(err, "%s/%s", to, path);
		if (here >= 0)
			close(here);
		if (there >= 0)
			close(there);
	}
	parcel_free(&p);
	return ok;
}
