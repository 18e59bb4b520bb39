/* What is read of a wandb run's own file. The files are built here, as the two backends
 * write them: the Python one (0.13 to 0.17) and the Go one (0.18 to 0.31). */
#include "run/wandb_file.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* --- writing such a file --- */

static void put_varint(struct str *out, unsigned x)
{
	for (; x > 0x7f; x >>= 7)
		str_addc(out, (char)(x | 0x80));
	str_addc(out, (char)x);
}

static void put_field(struct str *out, unsigned number, const char *bytes, size_t n)
{
	put_varint(out, number << 3 | 2);
	put_varint(out, (unsigned)n);
	str_addn(out, bytes, n);
}

static void put_text(struct str *out, unsigned number, const char *text)
{
	put_field(out, number, text, strlen(text));
}

/* An item: its name in field 1, or its parts, divided by dots, in field 2. */
static void put_item(struct str *row, unsigned field, const char *name,
                     const char *value)
{
	struct str item = {0};

	for (const char *part = name; field == 2; part += strcspn(part, ".") + 1) {
		put_field(&item, 2, part, strcspn(part, "."));
		if (!strchr(part, '.'))
			break;
	}
	if (field == 1)
		put_text(&item, 1, name);
	put_text(&item, 16, value);
	put_field(row, 1, item.s, item.len);
	str_free(&item);
}

/* Of a row, and of what is no row: a number field, as all records have. */
static void put_record(struct str *file, unsigned kind, struct str *row)
{
	struct str record = {0};
	size_t at = 0;

	put_varint(&record, 1 << 3);
	put_varint(&record, 300);
	put_field(&record, kind, row->s, row->len);
	str_clear(row);
	do {
		size_t left = 32768 - file->len % 32768, n;
		char head[7] = {0};
		bool first = at == 0;

		if (left < 7) {
			str_addn(file, head, left);
			left = 32768;
		}
		n = record.len - at < left - 7 ? record.len - at : left - 7;
		head[4] = (char)(n & 0xff);
		head[5] = (char)(n >> 8);
		head[6] = (char)(at + n == record.len ? first ? 1 : 4 : first ? 2 : 3);
		str_addn(file, head, 7);
		str_addn(file, record.s + at, n);
		at += n;
	} while (at < record.len);
	str_free(&record);
}

static void begin(struct str *file)
{
	str_addn(file, ":W&B\xe1\xbe\0", 7);
}

static void check_lines(struct str *file, const char *expected)
{
	struct str out = {0};

	wandb_file_lines(file->s, file->len, &out);
	CHECK_STR(str_text(&out), expected);
	str_free(&out);
}

/* --- */

TEST(python_backend)
{
	struct str file = {0}, row = {0};

	begin(&file);
	put_item(&row, 1, "val_loss", "0.5");
	put_item(&row, 1, "eval", "{\"a\": {\"b\": 2}}");
	put_item(&row, 1, "_step", "0");
	put_item(&row, 1, "_timestamp", "1790000000.5");
	put_record(&file, 2, &row);
	put_item(&row, 1, "val_loss", "NaN");
	put_record(&file, 2, &row);
	put_item(&row, 1, "secret", "1");
	put_record(&file, 5, &row); /* a configuration is no row */
	put_item(&row, 1, "val_loss", "{\"min\": 0.25}");
	put_item(&row, 1, "text", "\"a\"");
	put_record(&file, 3, &row);
	check_lines(&file, "{\"val_loss\": 0.5, \"eval\": {\"a\": {\"b\": 2}}}\n"
	                   "{\"val_loss\": NaN}\n"
	                   "{\"val_loss\": 0.25}\n");
	str_free(&file);
	str_free(&row);
}

TEST(go_backend)
{
	struct str file = {0}, row = {0};

	begin(&file);
	for (int i = 1; i < 3; i++) {
		put_item(&row, 2, "eval.a.b", i == 1 ? "1e-07" : "2");
		put_record(&file, 3, &row);
		put_item(&row, 2, "eval.a.b", i == 1 ? "1e-07" : "2");
		put_item(&row, 2, "_step", "0");
		put_record(&file, 2, &row);
	}
	/* The summary of the last row is no news; what was put into it by hand is. */
	put_item(&row, 1, "best", "3");
	put_record(&file, 3, &row);
	check_lines(&file, "{\"eval.a.b\": 1e-07}\n{\"eval.a.b\": 2}\n{\"best\": 3}\n");
	str_free(&file);
	str_free(&row);
}

/* Records over the ends of blocks, and one of several blocks. */
TEST(blocks)
{
	struct str file = {0}, row = {0}, expected = {0}, out = {0};
	char *long_text = malloc(100001);

	memset(long_text, 'x', 100000);
	long_text[100000] = '\0';
	begin(&file);
	for (int i = 0; i < 3000; i++) {
		char value[32];

		snprintf(value, sizeof value, "%d", i);
		put_item(&row, 2, "loss", value);
		if (i == 1000)
			put_item(&row, 2, "log", long_text);
		put_record(&file, 2, &row);
		str_addf(&expected, "{\"loss\": %d}\n", i);
	}
	CHECK(file.len > 4 * 32768);
	check_lines(&file, expected.s);
	/* Wherever it is torn, what is whole is read, and no more. */
	for (size_t n = 0; n < file.len; n += 997) {
		str_clear(&out);
		wandb_file_lines(file.s, n, &out);
		CHECK(out.len <= expected.len &&
		      !memcmp(str_text(&out), expected.s, out.len));
	}
	free(long_text);
	str_free(&file);
	str_free(&row);
	str_free(&expected);
	str_free(&out);
}

TEST(no_such_file)
{
	struct str file = {0}, row = {0};

	check_lines(&file, "");
	str_add(&file, "{\"loss\": 1}\n");
	check_lines(&file, "");
	str_clear(&file);
	begin(&file);
	check_lines(&file, "");
	put_item(&row, 1, "two\nlines", "1\n2");
	put_item(&row, 1, "", "1");
	put_item(&row, 1, "loss", "");
	put_record(&file, 2, &row);
	check_lines(&file, "");
	str_free(&file);
	str_free(&row);
}

TEST_MAIN(python_backend, go_backend, blocks, no_such_file)
