#include "base/rows.h"

#include <ctype.h>
#include <string.h>

static char guess(const char *text, size_t len)
{
	static const char all[] = ",;\t";
	size_t best = 0, count[sizeof all - 1] = {0};
	bool quoted = false;

	for (size_t i = 0; i < len && (quoted || (text[i] != '\n' && text[i] != '\r'));
	     i++) {
		const char *at = text[i] ? strchr(all, text[i]) : NULL;

		quoted ^= text[i] == '"';
		if (at && !quoted)
			count[at - all]++;
	}
	for (size_t k = 1; k < sizeof all - 1; k++)
		best = count[k] > count[best] ? k : best;
	return all[best];
}

void rows_begin(struct rows *t, const char *text, size_t len, char delimiter)
{
	*t = (struct rows){.text = text, .len = len, .next_line = 1};
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		t->at = 3;
	t->delimiter = delimiter ? delimiter : guess(text + t->at, len - t->at);
}

void rows_end(struct rows *t)
{
	str_free(&t->cells);
}

static bool at_end(const struct rows *t)
{
	return t->at >= t->len || t->text[t->at] == '\n' || t->text[t->at] == '\r';
}

/* Behind \n, \r or \r\n. */
static void skip_newline(struct rows *t)
{
	t->whole = t->at < t->len;
	if (t->at < t->len && t->text[t->at] == '\r')
		t->at++;
	if (t->at < t->len && t->text[t->at] == '\n')
		t->at++;
	t->next_line += t->whole;
}

/* Behind the opening quote, up to and with the closing one. */
static void quoted(struct rows *t)
{
	while (t->at < t->len) {
		char c = t->text[t->at++];

		if (c == '"' && (t->at >= t->len || t->text[t->at] != '"'))
			return;
		t->at += c == '"';
		t->next_line += c == '\n';
		str_addc(&t->cells, c ? c : ' ');
	}
}

static bool is_blank(const struct rows *t, char c)
{
	return c != t->delimiter && (c == ' ' || c == '\t');
}

static void cell(struct rows *t)
{
	size_t begin = t->cells.len;

	while (!at_end(t) && is_blank(t, t->text[t->at]))
		t->at++;
	if (!at_end(t) && t->text[t->at] == '"') {
		t->at++;
		quoted(t);
	}
	while (!at_end(t) && t->text[t->at] != t->delimiter) {
		char c = t->text[t->at++];

		str_addc(&t->cells, c ? c : ' ');
	}
	while (t->cells.len > begin &&
	       isspace((unsigned char)t->cells.s[t->cells.len - 1]))
		t->cells.len--;
	if (t->n < ROWS_CELLS)
		t->begin[t->n++] = begin;
	else
		t->cells.len = begin;
	str_addc(&t->cells, '\0');
}

static bool is_empty(const struct rows *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (*rows_cell(t, i))
			return false;
	return true;
}

bool rows_next(struct rows *t)
{
	while (t->at < t->len) {
		t->from = t->at;
		t->line = t->next_line;
		t->n = 0;
		str_clear(&t->cells);
		cell(t);
		while (t->at < t->len && t->text[t->at] == t->delimiter) {
			t->at++;
			cell(t);
		}
		skip_newline(t);
		if (!is_empty(t))
			return true;
	}
	t->n = 0;
	return false;
}

const char *rows_cell(const struct rows *t, size_t i)
{
	return i < t->n ? t->cells.s + t->begin[i] : "";
}
