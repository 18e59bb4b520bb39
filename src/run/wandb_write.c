#include "run/wandb_write.h"

#include <math.h>
#include <string.h>

enum {
	HEADER = 7, /* of the file, and of a chunk */
	BLOCK = 32 * 1024
};

/* Numbers of fields, in wandb_internal.proto. */
enum {
	RECORD_NUM = 1,
	RECORD_HISTORY = 2,
	RECORD_SUMMARY = 3,
	RECORD_RUN = 17,
	RECORD_EXIT = 18,
	RECORD_HEADER = 21
};
enum { ITEM = 1, ITEM_KEY = 1, ITEM_JSON = 16, ROW_STEP = 2, STEP_NUM = 1 };
enum { EXIT_CODE = 1, EXIT_RUNTIME = 2 };
enum {
	RUN_ID = 1,
	RUN_PROJECT = 3,
	RUN_CONFIG = 4,
	RUN_GROUP = 6,
	RUN_NAME = 8,
	RUN_TAGS = 10,
	RUN_HOST = 13,
	RUN_START = 17
};
enum { TIME_SECONDS = 1, TIME_NANOS = 2 };

/* --- protobuf --- */

static void put_varint(struct str *out, uint64_t x)
{
	for (; x > 0x7f; x >>= 7)
		str_addc(out, (char)(unsigned char)(x | 0x80));
	str_addc(out, (char)x);
}

/* A zero is not written, as protobuf has it. */
static void put_number(struct str *out, unsigned field, uint64_t x)
{
	if (!x)
		return;
	put_varint(out, (uint64_t)field << 3);
	put_varint(out, x);
}

static void put_bytes(struct str *out, unsigned field, const char *bytes, size_t n)
{
	put_varint(out, (uint64_t)field << 3 | 2);
	put_varint(out, n);
	str_addn(out, bytes, n);
}

static void put_text(struct str *out, unsigned field, const char *text)
{
	if (text && *text)
		put_bytes(out, field, text, strlen(text));
}

/* A message made apart, which is freed. */
static void put_message(struct str *out, unsigned field, struct str *message)
{
	put_bytes(out, field, str_text(message), message->len);
	str_free(message);
}

/* --- the log --- */

static uint32_t crc32(uint32_t crc, const char *bytes, size_t n)
{
	crc = ~crc;
	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

enum chunk { CHUNK_FULL = 1, CHUNK_FIRST, CHUNK_MIDDLE, CHUNK_LAST };

static void put_chunk(struct str *file, enum chunk type, const char *bytes, size_t n)
{
	char head[HEADER];
	uint32_t crc;

	head[6] = (char)type;
	crc = crc32(crc32(0, &head[6], 1), bytes, n);
	for (int i = 0; i < 4; i++)
		head[i] = (char)(unsigned char)(crc >> 8 * i);
	head[4] = (char)(unsigned char)n;
	head[5] = (char)(unsigned char)(n >> 8);
	str_addn(file, head, sizeof head);
	str_addn(file, bytes, n);
}

static void put_record(struct str *file, const char *bytes, size_t n)
{
	static const char zeros[HEADER] = {0};
	bool first = true, last;

	do {
		size_t left = BLOCK - file->len % BLOCK, part;

		if (left < HEADER) {
			str_addn(file, zeros, left);
			left = BLOCK;
		}
		part = n < left - HEADER ? n : left - HEADER;
		last = part == n;
		put_chunk(file,
		          first ? (last ? CHUNK_FULL : CHUNK_FIRST)
		                : (last ? CHUNK_LAST : CHUNK_MIDDLE),
		          bytes, part);
		bytes += part;
		n -= part;
		first = false;
	} while (!last);
}

/* --- records --- */

/* A record with this part, which is freed. */
static void put_part(struct wandb_writer *w, unsigned field, struct str *part)
{
	str_clear(&w->record);
	put_number(&w->record, RECORD_NUM, ++w->number);
	put_message(&w->record, field, part);
	put_record(&w->file, w->record.s, w->record.len);
	str_clear(&w->items);
}

void wandb_write_begin(struct wandb_writer *w)
{
	static const char magic[HEADER] = {':',        'W',        '&', 'B',
	                                   (char)0xe1, (char)0xbe, 0};

	str_addn(&w->file, magic, sizeof magic);
	put_part(w, RECORD_HEADER, &(struct str){0});
}

void wandb_write_free(struct wandb_writer *w)
{
	str_free(&w->file);
	str_free(&w->record);
	str_free(&w->items);
}

void wandb_write_item(struct wandb_writer *w, const char *key, const char *json)
{
	struct str item = {0};

	put_text(&item, ITEM_KEY, key);
	put_text(&item, ITEM_JSON, json);
	put_message(&w->items, ITEM, &item);
}

void wandb_write_run(struct wandb_writer *w, const struct wandb_run *run)
{
	struct str part = {0}, start = {0};
	double seconds = floor(run->started);

	put_text(&part, RUN_ID, run->id);
	put_text(&part, RUN_PROJECT, run->project);
	put_bytes(&part, RUN_CONFIG, str_text(&w->items), w->items.len);
	put_text(&part, RUN_GROUP, run->group);
	put_text(&part, RUN_NAME, run->name);
	put_text(&part, RUN_TAGS, run->tag);
	put_text(&part, RUN_HOST, run->host);
	put_number(&start, TIME_SECONDS, (uint64_t)seconds);
	put_number(&start, TIME_NANOS, (uint64_t)((run->started - seconds) * 1e9));
	put_message(&part, RUN_START, &start);
	put_part(w, RECORD_RUN, &part);
}

void wandb_write_row(struct wandb_writer *w, uint64_t step)
{
	struct str part = {0}, number = {0};

	str_addn(&part, str_text(&w->items), w->items.len);
	put_number(&number, STEP_NUM, step);
	put_message(&part, ROW_STEP, &number);
	put_part(w, RECORD_HISTORY, &part);
}

void wandb_write_summary(struct wandb_writer *w)
{
	struct str part = {0};

	str_addn(&part, str_text(&w->items), w->items.len);
	put_part(w, RECORD_SUMMARY, &part);
}

void wandb_write_exit(struct wandb_writer *w, int code, double seconds)
{
	struct str part = {0};

	put_number(&part, EXIT_CODE, (uint64_t)(code & 0xff));
	put_number(&part, EXIT_RUNTIME,
	           seconds > 0 && seconds < 0x1p63 ? (uint64_t)seconds : 0);
	put_part(w, RECORD_EXIT, &part);
}
