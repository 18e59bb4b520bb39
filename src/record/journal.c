#include "record/journal.h"
#include "base/crc.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RESERVE_BYTES = 1 << 18, LINE_MAX_BYTES = 1 << 26, READ_CHUNK = 1 << 20 };

struct journal {
	const struct disk *disk;
	int fd;
	uint64_t next;      /* sequence number of the next line */
	off_t end;          /* behind the last whole line in the file */
	struct str pending; /* lines not yet written */
	bool dirty;
	int stuck;
	char reserve[PATH_MAX]; /* a file that is given up when the disk is full */
	char path[PATH_MAX];
};

static const char crc_mark[] = ",\"crc\":\"";
enum { CRC_TAIL = sizeof crc_mark - 1 + 8 + 2 }; /* ,"crc":"89abcdef"} */

/* The event in a line without its newline; NULL when the line is not whole. */
static cJSON *line_event(const char *line, size_t len, uint64_t expected)
{
	uint64_t n;
	cJSON *json;

	if (len < CRC_TAIL + 2 ||
	    memcmp(line + len - CRC_TAIL, crc_mark, sizeof crc_mark - 1) != 0 ||
	    strtoul(line + len - 10, NULL, 16) != crc32c(0, line, len - CRC_TAIL))
		return NULL;
	json = json_parse(line, len);
	if (json && (!json_u64(json, "n", &n) || n != expected)) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

/* A growing window on the file: the bytes from `offset` on that are not yet consumed.
 */
struct window {
	int fd;
	char *buf;
	size_t len, cap;
	size_t start;  /* of the unconsumed bytes in buf */
	size_t offset; /* of start in the file */
	bool eof;
};

static bool window_fill(struct window *w)
{
	ssize_t n;

	if (w->start) {
		memmove(w->buf, w->buf + w->start, w->len - w->start);
		w->len -= w->start;
		w->start = 0;
	}
	if (w->cap - w->len < READ_CHUNK + 1) {
		w->cap = w->len + 2 * READ_CHUNK;
		w->buf = mem_grow(w->buf, w->cap, 1);
	}
	do
		n = read(w->fd, w->buf + w->len, READ_CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	w->eof = n == 0;
	w->len += (size_t)n;
	w->buf[w->len] = '\0';
	return true;
}

static bool damaged(const char *path, const struct window *w, uint64_t line,
                    struct error *err)
{
	return error_set(
	    err, ERROR_FILE,
	    "%s: line %llu (offset %zu) is damaged\n"
	    "  help: the lines before it are intact; to go on from there, keep a "
	    "copy and cut the file at that offset: truncate -s %zu '%s'",
	    path, (unsigned long long)line + 1, w->offset, w->offset, path);
}

static void release_event(void *event)
{
	cJSON_Delete(event);
}

static void release_file(void *fd)
{
	close(*(int *)fd);
}

static bool read_lines(struct window *w, const char *path, journal_reader *reader,
                       void *self, struct journal_summary *sum, struct error *err)
{
	for (;;) {
		char *line = w->buf + w->start, *nl;
		size_t len;
		struct mem_hold held;
		cJSON *event;
		bool ok;

		nl = w->len > w->start ? memchr(line, '\n', w->len - w->start) : NULL;
		if (!nl && !w->eof) {
			if (w->len - w->start > LINE_MAX_BYTES)
				return damaged(path, w, sum->lines, err);
			if (!window_fill(w))
				return error_errno(err, "%s", path);
			continue;
		}
		if (!nl) {
			sum->torn = w->len - w->start;
			return true;
		}
		len = (size_t)(nl - line);
		event = line_event(line, len, sum->lines);
		/* A write that was cut short leaves no newline: this is something else.
		 */
		if (!event)
			return damaged(path, w, sum->lines, err);
		mem_hold(&held, release_event, event);
		ok = reader(self, event, err);
		mem_let_go(&held);
		cJSON_Delete(event);
		if (!ok && err->kind != ERROR_FILE)
			return false;
		if (!ok)
			return error_prefix(err, "%s: line %llu: ", path,
			                    (unsigned long long)sum->lines + 1);
		sum->lines++;
		w->start += len + 1;
		w->offset += len + 1;
		sum->good_end = w->offset;
	}
}

bool journal_read(const char *dir, journal_reader *reader, void *self,
                  struct journal_summary *sum, struct error *err)
{
	struct window w = {0};
	struct mem_hold held;
	char path[PATH_MAX];
	bool ok;

	*sum = (struct journal_summary){0};
	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	if (access(path, F_OK) && errno == ENOENT)
		return true;
	w.fd = file_open(path, O_RDONLY, 0, err);
	if (w.fd < 0)
		return false;
	mem_hold(&held, release_file, &w.fd);
	ok = window_fill(&w) ? read_lines(&w, path, reader, self, sum, err)
	                     : error_errno(err, "%s", path);
	mem_let_go(&held);
	free(w.buf);
	close(w.fd);
	return ok;
}

struct journal_tail {
	char path[PATH_MAX];
	struct window window; /* fd -1: no file yet */
	struct journal_summary sum;
};

struct journal_tail *journal_tail_open(const char *dir)
{
	struct journal_tail *t = mem_new(1, sizeof *t);

	snprintf(t->path, sizeof t->path, "%s/journal.jsonl", dir);
	t->window.fd = -1;
	return t;
}

/* Is what is read no longer what has this name, or has it been cut? */
static bool replaced(const struct journal_tail *t)
{
	struct stat ours, there;

	return fstat(t->window.fd, &ours) || stat(t->path, &there) ||
	       ours.st_ino != there.st_ino || ours.st_dev != there.st_dev ||
	       ours.st_size < (off_t)t->window.offset;
}

bool journal_tail_read(struct journal_tail *t, journal_reader *reader, void *self,
                       bool *anew, struct error *err)
{
	struct window *w = &t->window;

	*anew = w->fd >= 0 && replaced(t);
	if (*anew || (w->fd < 0 && access(t->path, F_OK)))
		return true;
	if (w->fd < 0)
		w->fd = file_open(t->path, O_RDONLY, 0, err);
	if (w->fd < 0)
		return false;
	/* A half line may be cut off and written again. */
	w->len = w->start = 0;
	t->sum.torn = 0;
	if (lseek(w->fd, (off_t)w->offset, SEEK_SET) < 0 || !window_fill(w))
		return error_errno(err, "%s", t->path);
	return read_lines(w, t->path, reader, self, &t->sum, err);
}

void journal_tail_close(struct journal_tail *t)
{
	if (t && t->window.fd >= 0)
		close(t->window.fd);
	if (t)
		free(t->window.buf);
	free(t);
}

/* Keeps the torn tail beside the journal and cuts it off. */
static bool cut_tail(struct journal *j, const char *dir,
                     const struct journal_summary *sum, struct error *err)
{
	char torn[PATH_MAX];
	char *tail = mem_new(sum->torn, 1);
	bool ok;

	snprintf(torn, sizeof torn, "%s/journal.torn", dir);
	ok =
	    pread(j->fd, tail, sum->torn, (off_t)sum->good_end) == (ssize_t)sum->torn &&
	    file_write(torn, tail, sum->torn, 0666, err);
	/* The tail is worth keeping, but not worth stopping for. */
	(void)ok;
	free(tail);
	if (ftruncate(j->fd, (off_t)sum->good_end) || fdatasync(j->fd))
		return error_errno(err, "%s", j->path);
	return true;
}

/* A full disk must not keep the last records out: some space is set aside for them. */
static void make_reserve(struct journal *j, const char *dir)
{
	struct error ignored;
	int fd;

	snprintf(j->reserve, sizeof j->reserve, "%s/.reserve", dir);
	unlink(j->reserve);
	fd = file_open(j->reserve, O_WRONLY | O_CREAT, 0666, &ignored);
	if (fd < 0)
		return;
	if (posix_fallocate(fd, 0, RESERVE_BYTES))
		unlink(j->reserve);
	close(fd);
}

struct journal *journal_open(const char *dir, const struct journal_summary *sum,
                             const struct disk *disk, struct error *err)
{
	struct journal *j = mem_new(1, sizeof *j);
	bool fresh = !sum->lines;

	j->disk = disk;
	j->next = sum->lines;
	j->end = (off_t)sum->good_end;
	snprintf(j->path, sizeof j->path, "%s/journal.jsonl", dir);
	j->fd = file_open(j->path, O_RDWR | O_CREAT | O_APPEND, 0666, err);
	if (j->fd < 0) {
		free(j);
		return NULL;
	}
	if ((sum->torn && !cut_tail(j, dir, sum, err)) ||
	    (fresh && !file_sync_dir(dir, err))) {
		journal_close(j);
		return NULL;
	}
	make_reserve(j, dir);
	return j;
}

void journal_add(struct journal *j, const char *fields)
{
	size_t start = j->pending.len;
	uint32_t crc;

	str_addf(&j->pending, "{\"n\":%llu,", (unsigned long long)j->next++);
	str_add(&j->pending, fields);
	crc = crc32c(0, j->pending.s + start, j->pending.len - start);
	str_addf(&j->pending, "%s%08x\"}\n", crc_mark, crc);
}

static bool write_pending(struct journal *j)
{
	if (j->disk->write(j->disk->self, j->fd, j->pending.s, j->pending.len)) {
		j->end += (off_t)j->pending.len;
		return true;
	}
	j->stuck = errno ? errno : EIO;
	/* No half line may stay: the next append would merge with it. */
	if (ftruncate(j->fd, j->end))
		j->stuck = EIO;
	return false;
}

bool journal_flush(struct journal *j, struct error *err)
{
	if (!j->pending.len)
		return true;
	j->stuck = 0;
	if (!write_pending(j) &&
	    (j->stuck == EIO || unlink(j->reserve) || !write_pending(j))) {
		errno = j->stuck;
		return error_errno(err, "%s", j->path);
	}
	j->stuck = 0;
	str_clear(&j->pending);
	j->dirty = true;
	return true;
}

/* Somebody may have removed the file from under us; what is written then helps nobody.
 */
static bool still_there(struct journal *j, struct error *err)
{
	struct stat st;

	if (!fstat(j->fd, &st) && st.st_nlink > 0)
		return true;
	j->stuck = EIO;
	return error_set(err, ERROR_SYSTEM, "%s: was removed while the search runs",
	                 j->path);
}

bool journal_sync(struct journal *j, struct error *err)
{
	if (!journal_flush(j, err) || !still_there(j, err))
		return false;
	if (j->dirty && !j->disk->sync(j->disk->self, j->fd)) {
		/* The kernel reports a lost write once and then forgets it. */
		j->stuck = EIO;
		return error_errno(err, "%s: the disk did not take the data", j->path);
	}
	j->dirty = false;
	return true;
}

bool journal_dirty(const struct journal *j)
{
	return j->dirty;
}

int journal_stuck(const struct journal *j)
{
	return j->stuck;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (*j->reserve)
		unlink(j->reserve);
	if (j->fd >= 0)
		close(j->fd);
	str_free(&j->pending);
	free(j);
}
