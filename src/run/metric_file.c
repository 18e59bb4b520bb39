#include "run/metric_file.h"
#include "base/clock.h"

#include "base/json.h"
#include "base/loose.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/rows.h"
#include "run/find.h"
#include "run/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_MAX = 64 * 1024 };

/* What is read at one time. */
struct reading_pass {
	struct metric_file *f;
	struct scraper *s;
	bool last;
	size_t rows;   /* with the metric, so far */
	off_t offset;  /* of the text in the file, where it is only the end of it … */
	bool end_only; /* … which this says */
	bool numbers;  /* other numbers are taken: once, when all is there */
};

/* --- which file --- */

static struct stamp stamp_of(const struct stat *st)
{
	return (struct stamp){.device = st->st_dev,
	                      .inode = st->st_ino,
	                      .size = st->st_size,
	                      .time = st->st_mtim};
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->time.tv_sec == b->time.tv_sec && a->time.tv_nsec == b->time.tv_nsec;
}

static bool note_before(void *self, const char *path, const struct stat *st)
{
	struct metric_file *f = self;

	(void)path;
	f->before = mem_room(f->before, f->n_before, &f->cap_before, sizeof *f->before);
	f->before[f->n_before++] = stamp_of(st);
	return false;
}

static bool is_of_this_run(void *self, const char *path, const struct stat *st)
{
	struct metric_file *f = self;
	struct stamp now = stamp_of(st);

	if (!S_ISREG(st->st_mode)) {
		snprintf(f->trouble, sizeof f->trouble, "%.100s is %s", path,
		         S_ISLNK(st->st_mode)    ? "a link"
		         : S_ISFIFO(st->st_mode) ? "a pipe"
		         : S_ISDIR(st->st_mode)  ? "a folder"
		                                 : "no regular file");
		return false;
	}
	for (size_t i = 0; i < f->n_before; i++)
		if (same_stamp(&f->before[i], &now)) {
			snprintf(f->trouble, sizeof f->trouble,
			         "%.100s was there before and has not changed", path);
			return false;
		}
	return true;
}

void metric_file_begin(struct metric_file *f, const struct metric_source *source)
{
	struct find find = {.wanted = note_before, .self = f};

	*f = (struct metric_file){.source = *source};
	if (source->file)
		find_newest(&find, source->file);
}

void metric_file_free(struct metric_file *f)
{
	free(f->before);
	free(f->path);
	*f = (struct metric_file){0};
}

/* --- what it says --- */

static void found(struct reading_pass *l, struct report r, size_t behind)
{
	struct metric_file *f = l->f;
	off_t at = l->offset + (off_t)behind;

	l->rows++;
	if (l->end_only ? at <= f->told_at : l->rows <= f->told)
		return;
	if (isnan(r.value))
		r.value = (double)NAN;
	f->told = l->end_only ? f->told + 1 : l->rows;
	f->told_at = at;
	f->latest = r;
	scrape_report(l->s, r);
}

/* Counted when all is read for the last time: before, it would be at every look. */
static void unreadable(const struct reading_pass *l, const char *text)
{
	if (l->last)
		scrape_unread(l->s, text, strlen(text));
}

static size_t find_column(const struct rows *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(rows_cell(t, i), name) == 0)
			return i;
	return SIZE_MAX;
}

static size_t find_step_column(const struct rows *t, const char *step)
{
	for (size_t k = 0; !step && k < STEP_NAMES; k++)
		if (find_column(t, step_names[k]) != SIZE_MAX)
			return find_column(t, step_names[k]);
	return step ? find_column(t, step) : SIZE_MAX;
}

struct columns {
	size_t metric, step; /* SIZE_MAX: none */
	const char **names;  /* (n) */
	size_t n;
	struct arena room;
};

enum { NAMES_MAX = 256 };

static bool read_header(const struct reading_pass *l, struct rows *t, struct columns *c)
{
	struct metric_file *f = l->f;

	if (!rows_next(t) || (!t->whole && !l->last))
		return false;
	*c = (struct columns){.n = t->n < NAMES_MAX ? t->n : NAMES_MAX};
	c->names = arena_new(&c->room, c->n, sizeof *c->names);
	for (size_t i = 0; i < c->n; i++) {
		c->names[i] = arena_strdup(&c->room, rows_cell(t, i));
		if (*c->names[i])
			scrape_name(l->s, c->names[i]);
	}
	c->metric = find_column(t, l->s->metric);
	c->step = find_step_column(t, l->s->step);
	if (c->metric == SIZE_MAX)
		snprintf(f->trouble, sizeof f->trouble,
		         "%.100s has no column of that name", f->path);
	return c->metric != SIZE_MAX;
}

static double cell_number(const struct rows *t, size_t i)
{
	const char *cell = i == SIZE_MAX ? "" : rows_cell(t, i);
	double x;

	return number_read(cell, strlen(cell), &x) == NUMBER_READ ? x : (double)NAN;
}

/* What stands beside the metric, and in rows without it. */
static void take_others(const struct reading_pass *l, const struct rows *t,
                        const struct columns *c)
{
	double step, value;

	if (!l->numbers)
		return;
	step = cell_number(t, c->step);
	for (size_t i = 0; i < c->n && i < t->n; i++) {
		value = cell_number(t, i);
		if (!isnan(value))
			scrape_number(l->s, c->names[i], step, value);
	}
}

static void read_rows(struct reading_pass *l, struct rows *t, const struct columns *c)
{
	while (rows_next(t) && (t->whole || l->last)) {
		const char *cell = rows_cell(t, c->metric), *step = "";
		struct report r = {.line = t->line, .counted = true};

		take_others(l, t, c);
		if (!*cell)
			continue;
		switch (number_read(cell, strlen(cell), &r.value)) {
		case NUMBER_ABSENT: continue;
		case NUMBER_NONE: unreadable(l, cell); continue;
		case NUMBER_READ: break;
		}
		if (c->step != SIZE_MAX)
			step = rows_cell(t, c->step);
		r.counted = number_read(step, strlen(step), &r.step) != NUMBER_READ ||
		            !isfinite(r.step);
		found(l, r, t->at);
	}
}

static void take_table(struct reading_pass *l, const char *text, size_t n,
                       char delimiter)
{
	struct rows t;
	struct columns c = {0};

	rows_begin(&t, text, n, delimiter);
	if (read_header(l, &t, &c))
		read_rows(l, &t, &c);
	rows_end(&t);
	arena_free(&c.room);
}

/* Of a table that is too large: its header, and its end from the first whole row. */
static void take_end(struct reading_pass *l, int fd, off_t size, char delimiter)
{
	char *head = mem_new(HEADER_MAX, 1), *end = mem_new(METRIC_FILE_END, 1), *row;
	ssize_t n = pread(fd, head, HEADER_MAX, 0);
	struct rows t;
	struct columns c = {0};

	rows_begin(&t, head, n > 0 ? (size_t)n : 0, delimiter);
	delimiter = t.delimiter;
	if (read_header(l, &t, &c)) {
		l->end_only = true;
		l->offset = size - METRIC_FILE_END;
		n = pread(fd, end, METRIC_FILE_END, l->offset);
		row = n > 0 ? memchr(end, '\n', (size_t)n) : NULL;
		rows_end(&t);
		rows_begin(&t, row ? row : "", row ? (size_t)(end + n - row) : 0,
		           delimiter);
		l->offset += row ? row - end : 0;
		read_rows(l, &t, &c);
	}
	rows_end(&t);
	arena_free(&c.room);
	free(head);
	free(end);
}

/* {"val_loss": [0.5, 0.4], "epoch": [1, 2]} */
static const cJSON *steps_of(const struct reading_pass *l, const cJSON *object)
{
	const cJSON *at = l->s->step ? json_path(object, l->s->step) : NULL;

	for (size_t k = 0; !l->s->step && !at && k < STEP_NAMES; k++)
		at = json_get(object, step_names[k]);
	return cJSON_IsArray(at) ? at->child : NULL;
}

static void take_lists(struct reading_pass *l, const cJSON *object, const cJSON *values)
{
	const cJSON *at = steps_of(l, object), *item;

	cJSON_ArrayForEach(item, values)
	{
		struct report r = {.counted = true};

		if (loose_number(item, &r.value) == LOOSE_NUMBER) {
			r.counted = loose_number(at, &r.step) != LOOSE_NUMBER;
			found(l, r, 0);
		}
		at = at ? at->next : NULL;
	}
}

static void take_list_numbers(const struct reading_pass *l, const cJSON *object,
                              const cJSON *list)
{
	const cJSON *at = steps_of(l, object), *item;

	cJSON_ArrayForEach(item, list)
	{
		double value, step = (double)NAN;

		loose_number(at, &step);
		if (loose_number(item, &value) == LOOSE_NUMBER)
			scrape_number(l->s, list->string, step, value);
		at = at ? at->next : NULL;
	}
}

/* Beside the metric. */
struct beside {
	const struct reading_pass *l;
	double step;
};

static void take_number(void *self, const char *name, double value)
{
	const struct beside *b = self;

	if (b->l->numbers)
		scrape_number(b->l->s, name, b->step, value);
	else
		scrape_name(b->l->s, name);
}

static void take_names(const struct reading_pass *l, const cJSON *object)
{
	struct beside b = {.l = l, .step = (double)NAN};
	const cJSON *item;

	scrape_step(l->s, object, &b.step);
	numbers_walk(object, take_number, &b);
	cJSON_ArrayForEach(item, object)
	{
		if (!cJSON_IsArray(item))
			continue;
		scrape_name(l->s, item->string);
		if (l->numbers)
			take_list_numbers(l, object, item);
	}
}

/* One object that is written anew has said something when it has changed. */
static void take_object(struct reading_pass *l, const cJSON *object, bool alone)
{
	const cJSON *value = json_path(object, l->s->metric);
	struct metric_file *f = l->f;
	struct report r = {0};

	take_names(l, object);
	if (cJSON_IsArray(value)) {
		take_lists(l, object, value);
		return;
	}
	switch (loose_number(value, &r.value)) {
	case LOOSE_ABSENT: return;
	case LOOSE_UNREADABLE: unreadable(l, "no number"); return;
	case LOOSE_NUMBER: break;
	}
	r.counted = !scrape_step(l->s, object, &r.step);
	if (alone && f->told && f->latest.value == r.value &&
	    (r.counted || f->latest.step == r.step))
		return;
	if (alone)
		l->rows = f->told;
	found(l, r, 0);
}

/* What Orion's client writes (orion.client.report_results): a list of {name, type,
 * value}. As one object, in which the objective is the metric as well; NULL: it is
 * none, or too long to be one.
 */
enum { RESULTS_MAX = 1000 };

static cJSON *results_of(const struct reading_pass *l, const cJSON *list)
{
	int n = cJSON_GetArraySize(list);
	cJSON *out = cJSON_IsArray(list) && n > 0 && n <= RESULTS_MAX
	                 ? cJSON_CreateObject()
	                 : NULL;

	for (const cJSON *r = out ? list->child : NULL; r; r = r->next) {
		const char *name = cJSON_GetStringValue(json_get(r, "name"));
		const char *type = cJSON_GetStringValue(json_get(r, "type"));
		cJSON *value = cJSON_GetObjectItemCaseSensitive(r, "value");

		if (!name || !type || !value) {
			cJSON_Delete(out);
			return NULL;
		}
		if (!json_get(out, name))
			cJSON_AddItemReferenceToObject(out, name, value);
		if (strcmp(type, "objective") == 0 && !json_get(out, l->s->metric))
			cJSON_AddItemReferenceToObject(out, l->s->metric, value);
	}
	return out;
}

static void take_document(struct reading_pass *l, const char *text, size_t n)
{
	struct metric_file *f = l->f;
	cJSON *tree = json_parse(text, n), *results = results_of(l, tree);
	const cJSON *item;

	if (!tree)
		snprintf(f->trouble, sizeof f->trouble, "%.100s cannot be read",
		         f->path);
	if (results) {
		take_object(l, results, true);
	} else if (cJSON_IsArray(tree)) {
		for (item = tree->child; item; item = item->next)
			take_object(l, item, false);
	} else if (tree) {
		take_object(l, tree, true);
	}
	cJSON_Delete(results);
	cJSON_Delete(tree);
}

static void take_json_lines(struct reading_pass *l, const char *text, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;
		struct loose row = loose_begin(text + at, len);
		cJSON *object = end || l->last ? loose_next(&row) : NULL;

		if (object)
			take_object(l, object, false);
		cJSON_Delete(object);
		at += len + 1;
	}
}

static void take_yaml(struct reading_pass *l, const char *text, size_t n)
{
	struct str json = {0};

	if (l->f->source.yaml && l->f->source.yaml(text, n, &json))
		take_document(l, str_text(&json), json.len);
	else
		snprintf(l->f->trouble, sizeof l->f->trouble, "%.100s is no YAML",
		         l->f->path);
	str_free(&json);
}

/* --- reading --- */

static bool has_ending(const char *path, const char *ending)
{
	size_t n = strlen(path), k = strlen(ending);

	return n >= k && strcasecmp(path + n - k, ending) == 0;
}

static bool is_document(const char *path)
{
	return has_ending(path, ".json") || has_ending(path, ".yaml") ||
	       has_ending(path, ".yml");
}

static bool is_lines(const char *path)
{
	return has_ending(path, ".jsonl") || has_ending(path, ".ndjson");
}

static void take_text(struct reading_pass *l, const char *text, size_t n)
{
	const char *path = l->f->path;

	if (is_lines(path))
		take_json_lines(l, text, n);
	else if (has_ending(path, ".json"))
		take_document(l, text, n);
	else if (is_document(path))
		take_yaml(l, text, n);
	else
		take_table(l, text, n, has_ending(path, ".tsv") ? '\t' : 0);
}

static void take_whole(struct reading_pass *l, int fd, off_t size)
{
	char *text = mem_new((size_t)size + 1, 1);
	struct unread before = l->s->unread;
	size_t got = 0;
	ssize_t n;

	while (got < (size_t)size &&
	       ((n = pread(fd, text + got, (size_t)size - got, (off_t)got)) > 0 ||
	        (n < 0 && errno == EINTR)))
		got += n > 0 ? (size_t)n : 0;
	take_text(l, text, got);
	/* It begins anew: what was told is of another table. */
	if (l->last && l->rows && l->rows < l->f->told) {
		l->f->told = l->rows = 0;
		l->numbers = false;
		l->s->unread = before;
		take_text(l, text, got);
	}
	free(text);
}

static void take_open(struct reading_pass *l, int fd, const struct stat *st)
{
	struct metric_file *f = l->f;
	bool document = is_document(f->path);

	if (st->st_size <= (document ? METRIC_FILE_JSON : METRIC_FILE_WHOLE))
		take_whole(l, fd, st->st_size);
	else if (document || is_lines(f->path))
		snprintf(f->trouble, sizeof f->trouble, "%.100s is too large", f->path);
	else
		take_end(l, fd, st->st_size, has_ending(f->path, ".tsv") ? '\t' : 0);
}

static void change_path(struct metric_file *f, const char *path)
{
	if (f->path && strcmp(f->path, path) == 0)
		return;
	free(f->path);
	f->path = mem_strdup(path);
	f->seen = (struct stamp){0};
	f->told = 0;
	f->told_at = 0;
}

void metric_file_take(struct metric_file *f, const char *path, struct scraper *s,
                      bool last)
{
	struct reading_pass l = {.f = f, .s = s, .last = last, .numbers = last};
	struct stat st;
	struct stamp now;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	change_path(f, path);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		snprintf(f->trouble, sizeof f->trouble, "%.100s: %s", path,
		         fd < 0 ? strerror(errno) : "is no regular file");
	} else {
		now = stamp_of(&st);
		if (last || !same_stamp(&now, &f->seen)) {
			*f->trouble = '\0';
			take_open(&l, fd, &st);
		}
		f->seen = now;
	}
	if (fd >= 0)
		close(fd);
}

void metric_file_follow(struct metric_file *f, struct scraper *s, bool last)
{
	struct find find = {.wanted = is_of_this_run, .self = f};
	int64_t now = clock_now();

	if (!f->source.file)
		return;
	/* Going through folders takes longer than a look at the file that was found. */
	if (!last && now < f->next_find) {
		if (f->path)
			metric_file_take(f, f->path, s, false);
		return;
	}
	f->next_find = now + CLOCK_SECOND;
	*f->trouble = '\0';
	find_newest(&find, f->source.file);
	if (*find.path)
		metric_file_take(f, find.path, s, last);
	else if (!find.entries)
		snprintf(f->trouble, sizeof f->trouble,
		         "more than %d files and folders are where it could be",
		         FIND_ENTRIES);
	else if (!*f->trouble)
		snprintf(f->trouble, sizeof f->trouble, "no such file has come");
}
