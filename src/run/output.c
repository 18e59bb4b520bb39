#include "run/output.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORTS_BUFFER = 64 * 1024, STDERR_LOOK = 64 * 1024, PATH_ROOM = 4096 };

void output_begin(struct output *o, const struct job *job)
{
	o->dir = mem_strdup(job->dir);
	o->results = job->results ? mem_strdup(job->results) : NULL;
	o->fd = o->reports_fd = -1;
	o->kept = o->reports_kept = o->results_read = 0;
	o->results_inode = 0;
	o->closed = o->oom_text = false;
	o->error = o->unread = 0;
	o->n_tail = 0;
	str_clear(&o->reports);
	/* What an earlier attempt left there is not of this run. */
	if (o->results)
		unlink(o->results);
}

static const char *in_dir(const struct output *o, const char *name,
                          char path[PATH_ROOM])
{
	return snprintf(path, PATH_ROOM, "%s/%s", o->dir, name) < PATH_ROOM ? path : "";
}

/* A new file in the place of whatever an earlier attempt left: truncating that instead
 * would make ext4 write it to the disk when it is closed. */
int output_create(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | flags, 0666);

	if (fd < 0 && errno == EEXIST && !unlink(path))
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | flags, 0666);
	return fd;
}

static int create(struct output *o, const char *name)
{
	char path[PATH_ROOM];
	int fd = output_create(in_dir(o, name, path), O_CLOEXEC);

	if (fd < 0 && !o->error)
		o->error = errno;
	return fd;
}

/* All or, as far as the disk lets us undo it, nothing: no line is torn. */
static bool append(struct output *o, int fd, int64_t *kept, const char *bytes, size_t n)
{
	if (file_write_all(fd, bytes, n)) {
		*kept += (int64_t)n;
		return true;
	}
	if (!o->error)
		o->error = errno;
	if (!ftruncate(fd, *kept))
		lseek(fd, *kept, SEEK_SET);
	return false;
}

static void tail_add(struct output *o, const char *bytes, size_t n)
{
	size_t old = o->n_tail;

	if (n > TAIL_BYTES) {
		bytes += n - TAIL_BYTES;
		n = TAIL_BYTES;
	}
	if (old + n > TAIL_BYTES) {
		memmove(o->tail, o->tail + old + n - TAIL_BYTES, TAIL_BYTES - n);
		old = TAIL_BYTES - n;
	}
	memcpy(o->tail + old, bytes, n);
	o->n_tail = old + n;
}

void output_keep(struct output *o, const char *bytes, size_t n)
{
	static const char note[] = "\n[hpsearch: output beyond 64 MiB is not kept]\n";
	bool over = o->kept + (int64_t)n > OUTPUT_KEPT_MAX;
	size_t keep = over ? (size_t)(OUTPUT_KEPT_MAX - o->kept) : n;

	tail_add(o, bytes, n);
	if (o->closed)
		return;
	if (o->fd < 0)
		o->fd = create(o, "stdout");
	o->closed = over || o->fd < 0;
	if (o->fd >= 0 && !append(o, o->fd, &o->kept, bytes, keep))
		o->closed = true;
	else if (o->fd >= 0 && over)
		append(o, o->fd, &o->kept, note, sizeof note - 1);
}

void output_report(struct output *o, const struct report *r)
{
	str_add(&o->reports, "{\"step\":");
	str_json_double(&o->reports, r->step);
	str_add(&o->reports, ",\"value\":");
	str_json_double(&o->reports, r->value);
	str_add(&o->reports, "}\n");
	if (o->reports.len > REPORTS_BUFFER)
		output_flush(o);
}

void output_flush(struct output *o)
{
	if (!o->reports.len)
		return;
	if (o->reports_fd < 0)
		o->reports_fd = create(o, "reports.jsonl");
	if (o->reports_fd >= 0)
		append(o, o->reports_fd, &o->reports_kept, o->reports.s,
		       o->reports.len);
	str_clear(&o->reports);
}

/* A file that is shorter or another one than before is read from its start. */
static void find_place(struct output *o, struct scraper *s, const struct stat *st)
{
	if (st->st_ino == o->results_inode && st->st_size >= o->results_read)
		return;
	if (o->results_inode)
		scrape_end(s, &s->file);
	o->results_inode = st->st_ino;
	o->results_read = 0;
}

/* No file, or nothing that we would read; anything else hides results from us. */
static bool is_no_file(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	       error == ENXIO || error == ENAMETOOLONG;
}

size_t output_follow(struct output *o, struct scraper *s, size_t limit)
{
	char buf[32 * 1024];
	struct stat st;
	size_t got = 0;
	ssize_t n;
	int fd;

	o->unread = 0;
	if (!o->results)
		return 0;
	fd = open(o->results, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		o->unread = is_no_file(errno) ? 0 : errno;
		return 0;
	}
	if (fstat(fd, &st))
		o->unread = errno;
	else if (S_ISREG(st.st_mode))
		find_place(o, s, &st);
	while (!o->unread && S_ISREG(st.st_mode) && got < limit) {
		n = pread(fd, buf, sizeof buf, o->results_read);
		if (n < 0)
			o->unread = errno;
		if (n <= 0)
			break;
		scrape_feed(s, &s->file, buf, (size_t)n);
		o->results_read += n;
		got += (size_t)n;
	}
	close(fd);
	return got;
}

static bool means_oom(const char *text, size_t n)
{
	static const char *const words[] = {"CUDA out of memory", "MemoryError",
	                                    "std::bad_alloc", "Cannot allocate memory",
	                                    "out of memory"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (memmem(text, n, words[i], strlen(words[i])))
			return true;
	return false;
}

static void look_at_stderr(struct output *o, int64_t size)
{
	char path[PATH_ROOM], *text;
	int64_t from = size > STDERR_LOOK ? size - STDERR_LOOK : 0;
	int fd = open(in_dir(o, "stderr", path),
	              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	text = mem_new(STDERR_LOOK, 1);
	n = pread(fd, text, STDERR_LOOK, from);
	if (n > 0) {
		o->oom_text = means_oom(text, (size_t)n);
		if (!o->n_tail)
			tail_add(o, text, (size_t)n);
	}
	free(text);
	close(fd);
}

void output_end(struct output *o, int64_t stderr_size)
{
	char path[PATH_ROOM];

	output_flush(o);
	if (o->reports_fd < 0)
		unlink(in_dir(o, "reports.jsonl", path));
	else
		close(o->reports_fd);
	if (o->fd < 0 && !o->closed)
		o->fd = create(o, "stdout");
	if (o->fd >= 0)
		close(o->fd);
	if (stderr_size)
		look_at_stderr(o, stderr_size);
	for (size_t i = 0; i < o->n_tail; i++)
		o->tail[i] = o->tail[i] ? o->tail[i] : ' ';
	o->tail[o->n_tail] = '\0';
	free(o->dir);
	free(o->results);
	str_free(&o->reports);
	o->dir = o->results = NULL;
	o->fd = o->reports_fd = -1;
}
