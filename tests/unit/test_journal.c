/* The journal: what is written is read back; whatever is damaged is noticed. */
#include "base/file.h"
#include "base/mem.h"
#include "record/journal.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen_lines {
	uint64_t n;
	double sum;
};

static bool count(void *self, const cJSON *event, struct error *err)
{
	struct seen_lines *s = self;
	double x = 0;

	(void)err;
	s->n++;
	if (json_double(event, "x", &x))
		s->sum += x;
	return true;
}

static char *make_dir(void)
{
	static const char pattern[] = "/tmp/test_journal.XXXXXX";
	char *dir = mem_strdup(pattern);

	return mkdtemp(dir) ? dir : NULL;
}

static void drop_dir(char *dir)
{
	struct error err;

	CHECK(file_remove_tree(dir, &err));
	free(dir);
}

static bool write_lines(const char *dir, int from, int to)
{
	struct journal_summary sum;
	struct seen_lines s = {0};
	struct error err;
	struct journal *j;
	char fields[64];
	bool ok;

	if (!journal_read(dir, count, &s, &sum, &err))
		return false;
	j = journal_open(dir, &sum, &disk_real, &err);
	if (!j)
		return false;
	for (int i = from; i < to; i++) {
		snprintf(fields, sizeof fields, "\"e\":\"x\",\"x\":%d", i);
		journal_add(j, fields);
	}
	ok = journal_sync(j, &err);
	journal_close(j);
	return ok;
}

static char *slurp(const char *dir, size_t *len, struct arena *a)
{
	char path[256], *text;
	struct error err;

	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	return file_read(path, 1 << 20, a, &text, len, &err) ? text : NULL;
}

static void put(const char *dir, const char *text, size_t len)
{
	char path[256];
	struct error err;

	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	CHECK(file_write(path, text, len, 0666, &err));
}

TEST(lines_come_back)
{
	char *dir = make_dir();
	struct journal_summary sum;
	struct seen_lines s = {0};
	struct error err;

	CHECK(write_lines(dir, 0, 10));
	CHECK(write_lines(dir, 10, 20));
	CHECK(journal_read(dir, count, &s, &sum, &err));
	CHECK_INT(s.n, 20);
	CHECK_DOUBLE(s.sum, 190, 0);
	CHECK_INT(sum.torn, 0);
	drop_dir(dir);
}

TEST(missing_is_empty)
{
	char *dir = make_dir();
	struct journal_summary sum;
	struct seen_lines s = {0};
	struct error err;

	CHECK(journal_read(dir, count, &s, &sum, &err));
	CHECK_INT(sum.lines, 0);
	drop_dir(dir);
}

/* Cut at every byte: every whole line before the cut is read, the rest is torn, and a
 * new session appends behind the last good line. */
TEST(cut_at_every_byte)
{
	char *dir = make_dir();
	struct arena a = {0};
	struct error err;
	size_t len;
	char *text;

	CHECK(write_lines(dir, 0, 4));
	text = slurp(dir, &len, &a);
	for (size_t cut = 0; text && cut <= len; cut++) {
		struct journal_summary sum;
		struct seen_lines s = {0};
		uint64_t whole = 0;

		for (size_t i = 0; i < cut; i++)
			whole += text[i] == '\n';
		put(dir, text, cut);
		CHECK(journal_read(dir, count, &s, &sum, &err));
		CHECK_INT(s.n, whole);
		CHECK_INT(sum.good_end + sum.torn, cut);
		CHECK(write_lines(dir, (int)whole, 5));
		s = (struct seen_lines){0};
		CHECK(journal_read(dir, count, &s, &sum, &err));
		CHECK_INT(s.n, 5);
		CHECK_DOUBLE(s.sum, 10, 0);
	}
	arena_free(&a);
	drop_dir(dir);
}

/* Every byte flipped: never silently another content. */
TEST(flip_every_byte)
{
	char *dir = make_dir();
	struct arena a = {0};
	struct error err;
	size_t len;
	char *text;

	CHECK(write_lines(dir, 0, 4));
	text = slurp(dir, &len, &a);
	for (size_t i = 0; text && i < len; i++) {
		struct journal_summary sum;
		struct seen_lines s = {0};
		bool ok;

		text[i] ^= 0x04;
		put(dir, text, len);
		ok = journal_read(dir, count, &s, &sum, &err);
		/* Either refused as damage in the middle, or the damage is in the last
		 * line and counts as torn. */
		CHECK(!ok || (s.n == 3 && sum.torn > 0));
		text[i] ^= 0x04;
	}
	arena_free(&a);
	drop_dir(dir);
}

TEST(damage_in_the_middle_is_refused_with_its_place)
{
	char *dir = make_dir();
	struct arena a = {0};
	struct journal_summary sum;
	struct seen_lines s = {0};
	struct error err;
	size_t len;
	char *text;

	CHECK(write_lines(dir, 0, 4));
	text = slurp(dir, &len, &a);
	memcpy(strchr(text, '\n') + 3, "###", 3);
	put(dir, text, len);
	CHECK(!journal_read(dir, count, &s, &sum, &err));
	CHECK(strstr(err.text, "line 2 (offset ") != NULL);
	arena_free(&a);
	drop_dir(dir);
}

TEST(a_missing_line_is_noticed)
{
	char *dir = make_dir();
	struct arena a = {0};
	struct journal_summary sum;
	struct seen_lines s = {0};
	struct error err;
	size_t len, first;
	char *text;

	CHECK(write_lines(dir, 0, 4));
	text = slurp(dir, &len, &a);
	first = (size_t)(strchr(text, '\n') + 1 - text);
	put(dir, text + first, len - first);
	CHECK(!journal_read(dir, count, &s, &sum, &err));
	arena_free(&a);
	drop_dir(dir);
}

TEST(torn_tail_is_kept_aside)
{
	char *dir = make_dir(), path[256];
	struct arena a = {0};
	struct error err;
	size_t len;
	char *text;

	CHECK(write_lines(dir, 0, 2));
	text = slurp(dir, &len, &a);
	put(dir, text, len - 5);
	CHECK(write_lines(dir, 1, 2));
	snprintf(path, sizeof path, "%s/journal.torn", dir);
	CHECK(file_read(path, 1 << 20, &a, &text, &len, &err));
	CHECK(strstr(text, "\"x\":1") != NULL);
	arena_free(&a);
	drop_dir(dir);
}

/* Read as it grows, byte by byte: every line once, as soon as it is whole. */
TEST(a_tail_takes_every_line_once)
{
	char *dir = make_dir();
	struct journal_tail *t = journal_tail_open(dir);
	struct seen_lines s = {0};
	struct arena a = {0};
	struct error err;
	bool anew;
	size_t len;
	char *text, path[256];
	FILE *f;

	CHECK(journal_tail_read(t, count, &s, &anew, &err)); /* no file yet */
	CHECK_INT(s.n, 0);
	CHECK(write_lines(dir, 0, 5));
	text = slurp(dir, &len, &a);
	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	f = fopen(path, "w");
	for (size_t i = 0, whole = 0; text && f && i < len; i++) {
		fputc(text[i], f);
		fflush(f);
		whole += text[i] == '\n';
		CHECK(journal_tail_read(t, count, &s, &anew, &err));
		CHECK(!anew);
		CHECK_INT(s.n, whole);
	}
	CHECK_DOUBLE(s.sum, 10, 0);
	if (f)
		fclose(f);
	arena_free(&a);
	journal_tail_close(t);
	drop_dir(dir);
}

/* A half line that its driver cuts off again, and another one in its place. */
TEST(a_tail_forgets_what_was_cut_off)
{
	char *dir = make_dir();
	struct journal_tail *t = journal_tail_open(dir);
	struct seen_lines s = {0};
	struct arena a = {0};
	struct error err;
	size_t len;
	bool anew;
	char *text;

	CHECK(write_lines(dir, 0, 2));
	text = slurp(dir, &len, &a);
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	text = arena_printf(&a, "%s{\"n\":2,\"e\":\"half and not", text);
	put(dir, text, len + 20);
	journal_tail_close(t);
	t = journal_tail_open(dir);
	s = (struct seen_lines){0};
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK_INT(s.n, 2);
	CHECK(write_lines(dir, 2, 3)); /* cuts it off */
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK(!anew);
	CHECK_INT(s.n, 3);
	CHECK_DOUBLE(s.sum, 3, 0);
	arena_free(&a);
	journal_tail_close(t);
	drop_dir(dir);
}

/* Another file under the name, or a shorter one, is another search. */
TEST(a_tail_notices_another_file)
{
	char *dir = make_dir();
	struct journal_tail *t = journal_tail_open(dir);
	struct seen_lines s = {0};
	struct error err;
	char path[256];
	bool anew;

	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	CHECK(write_lines(dir, 0, 3));
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK(!unlink(path));
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK(anew);
	journal_tail_close(t);
	t = journal_tail_open(dir);
	CHECK(write_lines(dir, 0, 3));
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK(!anew);
	CHECK_INT(s.n, 6);
	CHECK(!truncate(path, 10));
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK(anew);
	journal_tail_close(t);
	drop_dir(dir);
}

/* On another machine's disk a line may show before all of it is there. */
TEST(a_tail_looks_again_at_damage)
{
	char *dir = make_dir();
	struct journal_tail *t = journal_tail_open(dir);
	struct seen_lines s = {0};
	struct arena a = {0};
	struct error err = {0};
	size_t len;
	bool anew;
	char *text, path[256];
	FILE *f;

	CHECK(write_lines(dir, 0, 3));
	text = slurp(dir, &len, &a);
	snprintf(path, sizeof path, "%s/journal.jsonl", dir);
	f = fopen(path, "r+");
	CHECK(f && !fseek(f, (long)len - 30, SEEK_SET) && fputc(0, f) == 0 &&
	      !fflush(f));
	CHECK(!journal_tail_read(t, count, &s, &anew, &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK_INT(s.n, 2);
	CHECK(f && !fseek(f, (long)len - 30, SEEK_SET) &&
	      fputc(text[len - 30], f) == text[len - 30] && !fclose(f));
	CHECK(journal_tail_read(t, count, &s, &anew, &err));
	CHECK_INT(s.n, 3);
	arena_free(&a);
	journal_tail_close(t);
	drop_dir(dir);
}

TEST_MAIN(lines_come_back, missing_is_empty, cut_at_every_byte, flip_every_byte,
          damage_in_the_middle_is_refused_with_its_place, a_missing_line_is_noticed,
          torn_tail_is_kept_aside, a_tail_takes_every_line_once,
          a_tail_forgets_what_was_cut_off, a_tail_notices_another_file,
          a_tail_looks_again_at_damage)
