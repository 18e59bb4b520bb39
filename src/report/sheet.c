#include "report/sheet.h"

#include <math.h>
#include <stdlib.h>

void sheet_free(struct sheet *s)
{
	free(s->columns);
	free(s->cells);
	arena_free(&s->arena);
	*s = (struct sheet){0};
}

void sheet_column(struct sheet *s, const char *name, const char *title,
                  enum column_kind kind, bool keep)
{
	s->columns = mem_room(s->columns, s->n, &s->cap, sizeof *s->columns);
	s->columns[s->n++] = (struct sheet_column){
	    .name = arena_strdup(&s->arena, name),
	    .title = title ? arena_strdup(&s->arena, title) : NULL,
	    .kind = kind,
	    .keep = keep};
}

void sheet_under(struct sheet *s, const char *text)
{
	s->columns[s->n - 1].under = arena_strdup(&s->arena, text);
}

void sheet_hide(struct sheet *s)
{
	s->columns[s->n - 1].hidden = true;
}

static void add(struct sheet *s, struct value v)
{
	s->cells = mem_room(s->cells, s->n_cells, &s->cap_cells, sizeof *s->cells);
	s->cells[s->n_cells++] = (struct sheet_cell){.value = v, .half = (double)NAN};
}

void sheet_none(struct sheet *s)
{
	add(s, (struct value){.kind = VALUE_NULL});
}

void sheet_text(struct sheet *s, const char *text)
{
	if (text)
		add(s, value_string(arena_strdup(&s->arena, text)));
	else
		sheet_none(s);
}

void sheet_int(struct sheet *s, uint64_t x)
{
	if (x <= INT64_MAX)
		add(s, value_int((int64_t)x));
	else
		sheet_text(s, arena_printf(&s->arena, "%llu", (unsigned long long)x));
}

void sheet_number(struct sheet *s, double x)
{
	if (isfinite(x))
		add(s, value_float(x));
	else
		sheet_none(s);
}

void sheet_value(struct sheet *s, const struct value *v)
{
	/* What a list or a map is made of lives as long as the search. */
	if (v && v->kind == VALUE_STRING)
		sheet_text(s, v->string);
	else if (v)
		add(s, *v);
	else
		sheet_none(s);
	s->cells[s->n_cells - 1].null = v && v->kind == VALUE_NULL;
}

void sheet_copy(struct sheet *s, const struct sheet_cell *c)
{
	sheet_none(s);
	s->cells[s->n_cells - 1] = *c;
}

void sheet_shown(struct sheet *s, const char *text)
{
	s->cells[s->n_cells - 1].shown = arena_strdup(&s->arena, text);
}

void sheet_half(struct sheet *s, double half)
{
	s->cells[s->n_cells - 1].half = half;
}

size_t sheet_rows(const struct sheet *s)
{
	return s->n ? s->n_cells / s->n : 0;
}
