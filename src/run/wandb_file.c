#include "run/wandb_file.h"

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

#include <dirent.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER = 7, /* of the file, and of a chunk */
	BLOCK = 32 * 1024,
	VALUE_MAX = 4096, /* bytes of JSON of one value */
	KEYS_MAX = 1000,
	RUNS_MAX = 100
};

static const size_t record_max = (size_t)8 << 20, file_max = (size_t)256 << 20;

/* --- protobuf --- */

struct bytes {
	const char *s;
	size_t n;
};

struct field {
	uint64_t number;
	struct bytes text; /* of a length-delimited one; else empty */
};

static bool take_varint(struct bytes *b, uint64_t *x)
{
	*x = 0;
	for (int shift = 0; b->n && shift < 64; shift += 7) {
		unsigned char c = (unsigned char)*b->s++;

		b->n--;
		*x |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return true;
	}
	return false;
}

static bool take_bytes(struct bytes *b, uint64_t n, struct bytes *out)
{
	if (n > b->n)
		return false;
	*out = (struct bytes){b->s, (size_t)n};
	b->s += n;
	b->n -= (size_t)n;
	return true;
}

/* The next field; false: there is none, or what is there is none. */
static bool take_field(struct bytes *b, struct field *f)
{
	struct bytes fixed;
	uint64_t tag, x;

	if (!take_varint(b, &tag))
		return false;
	*f = (struct field){.number = tag >> 3, .text = {"", 0}};
	switch (tag & 7) {
	case 0: return take_varint(b, &x);
	case 1: return take_bytes(b, 8, &fixed);
	case 2: return take_varint(b, &x) && take_bytes(b, x, &f->text);
	case 5: return take_bytes(b, 4, &fixed);
	default: return false;
	}
}

/* --- rows and summaries --- */

/* A name, and what was said of it: JSON texts, or NULL. */
struct entry {
	char *key, *logged, *summary;
};

struct run_file {
	struct entry *list; /* (n) */
	size_t n, cap;
	struct str *out;
};

static struct entry *entry_of(struct run_file *f, const char *key)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->list[i].key, key) == 0)
			return &f->list[i];
	if (f->n == KEYS_MAX)
		return NULL;
	f->list = mem_room(f->list, f->n, &f->cap, sizeof *f->list);
	f->list[f->n] = (struct entry){.key = mem_strdup(key)};
	return &f->list[f->n++];
}

static void remember(char **place, const struct str *value)
{
	free(*place);
	*place = mem_strdup(str_text(value));
}

/* History, summary and config items alike: key = 1, nested_key = 2, value_json = 16. */
static bool read_item(struct bytes b, struct str *key, struct str *value)
{
	struct field f;

	str_clear(key);
	str_clear(value);
	while (take_field(&b, &f)) {
		if (f.number == 2 && key->len)
			str_addc(key, '.');
		if (f.number == 1 || f.number == 2)
			str_addn(key, f.text.s, f.text.n);
		if (f.number == 16)
			str_addn(value, f.text.s, f.text.n);
	}
	/* _timestamp, _runtime, _step and _wandb are wandb's own. */
	return key->len && *key->s != '_' && strlen(key->s) == key->len && value->len &&
	       value->len < VALUE_MAX && strlen(value->s) == value->len &&
	       !strchr(value->s, '\n');
}

static void add_member(struct str *line, const char *key, const char *value)
{
	str_add(line, line->len ? ", " : "{");
	str_json(line, key, strlen(key), false);
	str_add(line, ": ");
	str_add(line, value);
}

static void end_line(struct run_file *f, struct str *line)
{
	if (line->len)
		str_addf(f->out, "%s}\n", line->s);
	str_free(line);
}

static void take_history(struct run_file *f, struct bytes b)
{
	struct str key = {0}, value = {0}, line = {0};
	struct field item;
	struct entry *e;

	while (take_field(&b, &item)) {
		if (item.number != 1 || !read_item(item.text, &key, &value))
			continue;
		add_member(&line, key.s, value.s);
		e = entry_of(f, key.s);
		if (e)
			remember(&e->logged, &value);
	}
	end_line(f, &line);
	str_free(&key);
	str_free(&value);
}

static void take_summary(struct run_file *f, struct bytes b)
{
	struct str key = {0}, value = {0};
	struct field item;
	struct entry *e;

	while (take_field(&b, &item)) {
		if (item.number != 1 || !read_item(item.text, &key, &value))
			continue;
		e = entry_of(f, key.s);
		if (e)
			remember(&e->summary, &value);
	}
	str_free(&key);
	str_free(&value);
}

/* The number itself, or of an object with one member (define_metric's {"min": x}) that
 * member; NaN: none. */
static double summary_number(const char *text)
{
	cJSON *value = json_parse(text, strlen(text));
	const cJSON *x = value;
	double number = (double)NAN;

	if (cJSON_IsObject(value) && value->child && !value->child->next)
		x = value->child;
	if (cJSON_IsNumber(x))
		number = x->valuedouble;
	cJSON_Delete(value);
	return number;
}

/* W&B ranks by the summary. */
static void end_run(struct run_file *f)
{
	struct str line = {0};

	for (size_t i = 0; i < f->n; i++) {
		struct entry *e = &f->list[i];
		double x = e->summary ? summary_number(e->summary) : (double)NAN;

		if (isfinite(x) && !(e->logged && summary_number(e->logged) == x)) {
			struct str number = {0};

			str_json_double(&number, x);
			add_member(&line, e->key, str_text(&number));
			str_free(&number);
		}
		free(e->key);
		free(e->logged);
		free(e->summary);
	}
	end_line(f, &line);
	free(f->list);
}

static void take_record(struct run_file *f, struct bytes b)
{
	struct field part;

	while (take_field(&b, &part)) {
		if (part.number == 2)
			take_history(f, part.text);
		if (part.number == 3)
			take_summary(f, part.text);
	}
}

/* --- the log --- */

enum chunk { CHUNK_FULL = 1, CHUNK_FIRST, CHUNK_MIDDLE, CHUNK_LAST };

struct log_reader {
	const char *bytes;
	size_t n, at;
	struct str record; /* of several chunks */
};

/* Its checksum is not looked at: what is torn is too short, or no message. */
static bool next_chunk(struct log_reader *r, enum chunk *type, struct bytes *data)
{
	size_t left = BLOCK - r->at % BLOCK;
	const unsigned char *head;

	if (left < HEADER)
		r->at += left;
	if (r->n < HEADER || r->at > r->n - HEADER)
		return false;
	head = (const unsigned char *)r->bytes + r->at;
	data->n = (size_t)head[4] | (size_t)head[5] << 8;
	data->s = r->bytes + r->at + HEADER;
	if (head[6] < CHUNK_FULL || head[6] > CHUNK_LAST ||
	    data->n > r->n - r->at - HEADER)
		return false;
	*type = (enum chunk)head[6];
	r->at += HEADER + data->n;
	return true;
}

static bool next_record(struct log_reader *r, struct bytes *record)
{
	struct bytes data;
	enum chunk type;

	while (next_chunk(r, &type, &data)) {
		if (type == CHUNK_FULL) {
			*record = data;
			return true;
		}
		if (type == CHUNK_FIRST)
			str_clear(&r->record);
		if (r->record.len + data.n > record_max)
			return false;
		str_addn(&r->record, data.s, data.n);
		*record = (struct bytes){r->record.s, r->record.len};
		if (type == CHUNK_LAST)
			return true;
	}
	return false;
}

void wandb_file_lines(const char *bytes, size_t n, struct str *out)
{
	struct log_reader r = {.bytes = bytes, .n = n, .at = HEADER};
	struct run_file f = {.out = out};
	struct bytes record;

	if (n < HEADER || memcmp(bytes, ":W&B", 4) != 0)
		return;
	while (next_record(&r, &record))
		take_record(&f, record);
	end_run(&f);
	str_free(&r.record);
}

/* --- the folder --- */

/* latest-run is a link to one of them. */
static int is_run(const struct dirent *e)
{
	return strncmp(e->d_name, "offline-run-", 12) == 0;
}

static int is_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return strncmp(e->d_name, "run-", 4) == 0 && n > 6 &&
	       strcmp(e->d_name + n - 6, ".wandb") == 0;
}

static void read_file(const char *path, struct str *out)
{
	struct arena a = {0};
	struct error ignored;
	char *text;
	size_t n;

	if (file_read(path, file_max, &a, &text, &n, &ignored))
		wandb_file_lines(text, n, out);
	arena_free(&a);
}

static void each(const char *dir, int (*wanted)(const struct dirent *e),
                 void (*take)(const char *path, struct str *out), struct str *out)
{
	struct dirent **list;
	int n = scandir(dir, &list, wanted, alphasort);

	for (int i = 0; i < n; i++) {
		struct str path = {0};

		str_addf(&path, "%s/%s", dir, list[i]->d_name);
		if (i < RUNS_MAX)
			take(str_text(&path), out);
		str_free(&path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void read_run(const char *path, struct str *out)
{
	each(path, is_file, read_file, out);
}

void wandb_folder_lines(const char *folder, struct str *out)
{
	struct str path = {0};

	str_addf(&path, "%s/wandb", folder);
	each(str_text(&path), is_run, read_run, out);
	str_free(&path);
}
