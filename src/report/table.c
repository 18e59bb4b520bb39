#include "report/table.h"
#include "report/text.h"

#include <stdlib.h>

enum { CELL_WIDTH_MAX = 40, GAP = 2 };

void table_init(struct table *t, size_t columns, const enum align *align)
{
	*t = (struct table){.columns = columns, .align = align};
}

void table_free(struct table *t)
{
	free(t->cells);
	str_free(&t->scratch);
	arena_free(&t->arena);
	*t = (struct table){0};
}

void table_cell(struct table *t, const char *text)
{
	struct str clean = {0}, cut = {0};
	bool last = (t->n + 1) % t->columns == 0;

	text_clean(&clean, text);
	text_cut(&cut, str_text(&clean), last ? SIZE_MAX : CELL_WIDTH_MAX);
	t->cells = mem_room(t->cells, t->n, &t->cap, sizeof *t->cells);
	t->cells[t->n++] = arena_strdup(&t->arena, str_text(&cut));
	str_free(&clean);
	str_free(&cut);
}

void table_take(struct table *t)
{
	table_cell(t, str_text(&t->scratch));
	str_clear(&t->scratch);
}

static size_t column_width(const struct table *t, size_t i)
{
	size_t widest = 0;

	for (; i < t->n; i += t->columns) {
		size_t w = text_width(t->cells[i]);

		widest = w > widest ? w : widest;
	}
	return widest;
}

static void pad(struct str *out, size_t n)
{
	while (n--)
		str_addc(out, ' ');
}

static void trim(struct str *out)
{
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
}

static void print_row(const struct table *t, const char *const *row, const bool *skip,
                      const size_t *widths, struct str *out)
{
	bool first = true;

	for (size_t i = 0; i < t->columns; i++) {
		size_t room;

		if (skip && skip[i])
			continue;
		room = widths[i] - text_width(row[i]);
		pad(out, first ? 0 : GAP);
		pad(out, t->align[i] == ALIGN_RIGHT ? room : 0);
		str_add(out, row[i]);
		pad(out, t->align[i] == ALIGN_LEFT ? room : 0);
		first = false;
	}
	trim(out);
	str_addc(out, '\n');
}

void table_print(const struct table *t, const bool *skip, const char *indent,
                 struct str *out)
{
	size_t *widths = mem_new(t->columns, sizeof *widths);

	for (size_t i = 0; i < t->columns; i++)
		widths[i] = column_width(t, i);
	for (size_t i = 0; i + t->columns <= t->n; i += t->columns) {
		str_add(out, indent);
		print_row(t, t->cells + i, skip, widths, out);
	}
	free(widths);
}
