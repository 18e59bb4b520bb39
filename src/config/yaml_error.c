/* What is said of a place in a file: the error with its source line and a caret, and
 * the warnings and notices that are kept. */
#include "config/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICES_MAX = 100, LINE_SHOWN = 100 };

/* What nobody would read to the end is not kept; the first warning always is. */
static bool is_full(const struct notices *ns, bool warning)
{
	size_t n = 0;

	for (size_t i = 0; i < ns->n; i++)
		n += ns->list[i].warning == warning ? 1 : 0;
	return n >= NOTICES_MAX;
}

/* One line, whatever names and values the file holds. */
static void make_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void notices_add(struct notices *ns, bool warning, const char *fmt, ...)
{
	va_list ap;
	char text[1024];

	if (is_full(ns, warning))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	make_line(text);
	for (size_t i = 0; i < ns->n; i++)
		if (strcmp(ns->list[i].text, text) == 0)
			return;
	ns->list = mem_room(ns->list, ns->n, &ns->cap, sizeof *ns->list);
	ns->list[ns->n++] =
	    (struct notice){.warning = warning, .text = arena_strdup(ns->a, text)};
}

/* Length of what YAML 1.1 counts as the end of a line: LF, CR, CR LF, and the Unicode
 * ones NEL, LS and PS; 0 where there is none. */
static size_t line_end(const char *p, const char *end)
{
	size_t left = (size_t)(end - p);

	if (*p == '\n')
		return 1;
	if (*p == '\r')
		return left > 1 && p[1] == '\n' ? 2 : 1;
	if (left > 1 && memcmp(p, "\xc2\x85", 2) == 0)
		return 2;
	if (left > 2 && memcmp(p, "\xe2\x80", 2) == 0 &&
	    (p[2] == '\xa8' || p[2] == '\xa9'))
		return 3;
	return 0;
}

static const char *line_start(const struct yaml *y, size_t line)
{
	const char *p = y->text, *end = y->text + y->len;

	while (line > 1 && p < end) {
		size_t n = line_end(p, end);

		line -= n > 0;
		p += n ? n : 1;
	}
	return p;
}

/* Length of the character at p; *plain: it can be shown as it is (no control character,
 * no broken UTF-8). */
static size_t character(const char *text, const char *end, bool *plain)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = (size_t)(end - text);
	size_t n = *p < 0x80   ? 1
	           : *p < 0xc2 ? 0
	           : *p < 0xe0 ? 2
	           : *p < 0xf0 ? 3
	           : *p < 0xf5 ? 4
	                       : 0;

	*plain = n && n <= left && *p != 0x7f && (*p >= 0x20 || *p == '\t');
	for (size_t i = 1; *plain && i < n; i++)
		*plain = (p[i] & 0xc0) == 0x80;
	if (!*plain)
		return 1;
	*plain = *p != 0xc2 || p[1] >= 0xa0;
	return n;
}

/* The source line with a caret under the column; a long line is cut around it. */
static void add_source(struct str *out, const struct yaml *y, struct position at)
{
	const char *p = line_start(y, at.line), *end = y->text + y->len;
	size_t from = at.column > LINE_SHOWN * 9 / 10 ? at.column - LINE_SHOWN / 2 : 1;
	size_t column = 1, n;
	struct str caret = {0};
	bool plain;

	str_add(out, from > 1 ? "\n    …" : "\n    ");
	str_add(&caret, from > 1 ? "\n     " : "\n    ");
	for (; p < end && !line_end(p, end) && column < from + LINE_SHOWN; column++) {
		n = character(p, end, &plain);
		if (column >= from)
			str_addn(out, plain ? p : "?", plain ? n : 1);
		if (column >= from && column < at.column)
			str_addc(&caret, *p == '\t' ? '\t' : ' ');
		p += n;
	}
	str_add(out, p < end && !line_end(p, end) ? "…" : "");
	for (; column < at.column; column++)
		str_addc(&caret, ' ');
	str_addc(&caret, '^');
	str_add(out, str_text(&caret));
	str_free(&caret);
}

bool yaml_error(const struct yaml *y, struct position at, const char *help,
                struct error *err, const char *fmt, ...)
{
	struct str out = {0};
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	make_line(message);
	if (at.line) {
		str_addf(&out, "%s:%zu:%zu: %s", y->path, at.line, at.column, message);
		add_source(&out, y, at);
	} else {
		str_addf(&out, "%s: %s", y->path, message);
	}
	if (help)
		str_addf(&out, "\n  help: %s", help);
	error_set(err, ERROR_FILE, "%s", str_text(&out));
	str_free(&out);
	return false;
}

struct position yaml_position(const struct yaml *y, const struct node *n, size_t offset)
{
	const char *p, *end = y->text + y->len;
	struct position at = n->at;
	size_t len = strlen(n->text);
	bool plain;

	if (!at.line || offset > len)
		return at;
	p = line_start(y, at.line);
	for (size_t column = 1; p < end && column < at.column; column++)
		p += character(p, end, &plain);
	if (p < end && n->quoted) {
		p++;
		at.column++;
	}
	if ((size_t)(end - p) < len || memcmp(p, n->text, len) != 0)
		return n->at;
	for (const char *stop = p + offset; p < stop; at.column++)
		p += character(p, end, &plain);
	return at;
}
