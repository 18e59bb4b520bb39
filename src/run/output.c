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

/* What an earlier attempt left there is not of this run. */
static void source_begin(struct output_source *src, char *path)
{
	*src = (struct output_source){.path = path};
	if (path)
		unlink(path);
}

static char *join(const char *dir, const char *name)
{
	struct str path = {0};

	str_addf(&path, "%s/%s", dir, name);
	return path.s;
}

void output_begin(struct output *o, const struct job *job, pid_t writer)
{
	snprintf(o->err_open, sizeof o->err_open, "/proc/%d/fd/2", (int)writer);
	o->dir = mem_strdup(job->dir);
	o->fd = o->reports_fd = -1;
	o->kept = o->reports_kept = 0;
	o->closed = o->oom_text = false;
	o->error = 0;
	o->tail.n = o->err_tail.n = 0;
	str_clear(&o->reports);
	source_begin(&o->err, join(job->dir, "stderr"));
	source_begin(&o->results, job->results ? mem_strdup(job->results) : NULL);
	source_begin(&o->hook, job->hook ? mem_strdup(job->hook) : NULL);
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

static void tail_add(struct output_tail *t, const char *bytes, size_t n)
{
	size_t old = t->n;

	if (n > TAIL_BYTES) {
		bytes += n - TAIL_BYTES;
		n = TAIL_BYTES;
	}
	if (old + n > TAIL_BYTES) {
		memmove(t->text, t->text + old + n - TAIL_BYTES, TAIL_BYTES - n);
		old = TAIL_BYTES - n;
	}
	memcpy(t->text + old, bytes, n);
	t->n = old + n;
}

static void tail_end(struct output_tail *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->text[i] = t->text[i] ? t->text[i] : ' ';
	t->text[t->n] = '\0';
}

void output_keep(struct output *o, const char *bytes, size_t n)
{
	static const char note[] = "\n[hpsearch: output beyond 64 MiB is not kept]\n";
	bool over = o->kept + (int64_t)n > OUTPUT_KEPT_MAX;
	size_t keep = over ? (size_t)(OUTPUT_KEPT_MAX - o->kept) : n;

	tail_add(&o->tail, bytes, n);
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

/* No file, or nothing that we would read; anything else hides results from us. */
static bool is_no_file(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	       error == ENXIO || error == ENAMETOOLONG;
}

struct follower {
	struct scraper *s;
	struct scrape_stream *in;
	size_t limit;
	const char *open; /* the file by another way than its path; or NULL */
};

/* A file that is shorter or another one than before is read from its start. */
static void find_place(const struct follower *f, struct output_source *src,
                       const struct stat *st)
{
	if (st->st_ino == src->inode && st->st_size >= src->read)
		return;
	if (src->inode)
		scrape_end(f->s, f->in);
	src->inode = st->st_ino;
	src->read = 0;
}

static size_t read_on(const struct follower *f, struct output_source *src, int fd)
{
	char buf[16 * 1024];
	size_t got = 0;
	ssize_t n;

	while (got < f->limit) {
		n = pread(fd, buf, sizeof buf, src->read);
		if (n < 0)
			src->unread = errno;
		if (n <= 0)
			break;
		scrape_feed(f->s, f->in, buf, (size_t)n);
		src->read += n;
		got += (size_t)n;
	}
	return got;
}

/* Where nobody may look at what is open, its name must do. */
static int open_source(const struct follower *f, const struct output_source *src)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
	int fd = f->open ? open(f->open, flags) : -1;

	return fd >= 0 || (f->open && errno == ENOENT)
	           ? fd
	           : open(src->path, flags | O_NOFOLLOW);
}

static size_t follow(const struct follower *f, struct output_source *src)
{
	struct stat st;
	size_t got = 0;
	int fd;

	src->unread = 0;
	if (!src->path || src->empty)
		return 0;
	fd = open_source(f, src);
	if (fd < 0) {
		src->unread = is_no_file(errno) ? 0 : errno;
		return 0;
	}
	if (fstat(fd, &st)) {
		src->unread = errno;
	} else if (S_ISREG(st.st_mode)) {
		find_place(f, src, &st);
		if (st.st_size > src->read)
			got = read_on(f, src, fd);
	}
	close(fd);
	return got;
}

size_t output_follow(struct output *o, struct scraper *s, size_t limit)
{
	struct follower err = {.s = s,
	                       .in = &s->err,
	                       .limit = limit,
	                       .open = *o->err_open ? o->err_open : NULL};
	struct follower results = {.s = s, .in = &s->file, .limit = limit};
	struct follower hook = {.s = s, .in = &s->hook, .limit = limit};
	size_t got = follow(&err, &o->err);

	got += follow(&results, &o->results);
	return got + follow(&hook, &o->hook);
}

void output_left(struct output *o, int64_t stderr_size)
{
	*o->err_open = '\0';
	o->err.empty = stderr_size == 0;
}

int output_unread(const struct output *o)
{
	return o->err.unread       ? o->err.unread
	       : o->results.unread ? o->results.unread
	                           : o->hook.unread;
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
	char *text;
	int64_t from = size > STDERR_LOOK ? size - STDERR_LOOK : 0;
	int fd = open(o->err.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	text = mem_new(STDERR_LOOK, 1);
	n = pread(fd, text, STDERR_LOOK, from);
	if (n > 0) {
		o->oom_text = means_oom(text, (size_t)n);
		tail_add(o->tail.n ? &o->err_tail : &o->tail, text, (size_t)n);
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
	tail_end(&o->tail);
	tail_end(&o->err_tail);
	free(o->dir);
	free(o->err.path);
	free(o->results.path);
	free(o->hook.path);
	str_free(&o->reports);
	o->dir = o->err.path = o->results.path = o->hook.path = NULL;
	o->fd = o->reports_fd = -1;
}
