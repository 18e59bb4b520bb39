/* A sheet as a table for people, within the width of a terminal. */
#include "report/sheet_text.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, TEXT_MOST = 40, REST_LEAST = 20, TURNED_MOST = 24 };

/* Texts of a sheet: the first rows, heads of them, have the titles. */
struct grid {
	const struct sheet *s;
	const char **text; /* (rows, n) */
	size_t rows, heads, *widths;
	struct arena arena;
};

static const char **at(const struct grid *g, size_t row, size_t column)
{
	return &g->text[row * g->s->n + column];
}

static const char *keep(struct grid *g, struct str *text)
{
	const char *kept = arena_strdup(&g->arena, str_text(text));

	str_clear(text);
	return kept;
}

static const char *cut(struct grid *g, const char *text, size_t width)
{
	struct str out = {0};
	const char *kept;

	text_cut(&out, text, width);
	kept = keep(g, &out);
	str_free(&out);
	return kept;
}

static void pad(struct str *out, size_t n)
{
	while (n--)
		str_addc(out, ' ');
}

/* What stands in front of the decimal point, or of an exponent. */
static size_t whole_part(const char *text)
{
	size_t n = strcspn(text, ".e ");

	return text[n] ? n : strlen(text);
}

/* Blanks behind every number, so that the points of a column are in one place once it
 * is aligned on the right. */
static void align_points(struct grid *g, size_t i)
{
	size_t behind = 0;
	struct str out = {0};

	for (size_t r = g->heads; r < g->rows; r++) {
		const char *text = *at(g, r, i);
		size_t w = text_width(text + whole_part(text));

		behind = w > behind ? w : behind;
	}
	for (size_t r = g->heads; r < g->rows; r++) {
		const char *text = *at(g, r, i);

		str_add(&out, text);
		pad(&out, behind - text_width(text + whole_part(text)));
		*at(g, r, i) = keep(g, &out);
	}
	str_free(&out);
}

static void measure(struct grid *g, size_t i)
{
	g->widths[i] = 0;
	for (size_t r = 0; r < g->rows; r++) {
		size_t w = text_width(*at(g, r, i));

		g->widths[i] = w > g->widths[i] ? w : g->widths[i];
	}
}

static void fill_column(struct grid *g, size_t i, bool full)
{
	const struct sheet *s = g->s;
	size_t most = s->columns[i].kind == COLUMN_REST || full ? SIZE_MAX : TEXT_MOST;
	int digits = sheet_digits(s, i, full);
	struct str out = {0};

	for (size_t r = 0; r < g->heads; r++) {
		if (!r)
			sheet_title(s, i, &out);
		else if (s->columns[i].under)
			text_clean(&out, s->columns[i].under);
		*at(g, r, i) = keep(g, &out);
	}
	for (size_t r = g->heads; r < g->rows; r++) {
		sheet_cell_text(&s->cells[(r - g->heads) * s->n + i], digits, &out);
		*at(g, r, i) = cut(g, keep(g, &out), most);
	}
	str_free(&out);
}

static size_t heads(const struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->columns[i].under && !s->columns[i].hidden)
			return 2;
	return 1;
}

static void grid_init(struct grid *g, const struct sheet *s, const struct sheet_view *v)
{
	*g = (struct grid){.s = s, .heads = v->bare ? 0 : heads(s)};
	g->rows = sheet_rows(s) + g->heads;
	g->text = mem_new(g->rows * s->n + 1, sizeof *g->text);
	g->widths = mem_new(s->n + 1, sizeof *g->widths);
	for (size_t i = 0; i < s->n; i++)
		fill_column(g, i, v->full);
}

static void grid_free(struct grid *g)
{
	free(g->text);
	free(g->widths);
	arena_free(&g->arena);
}

static size_t total(const struct grid *g, const bool *out)
{
	size_t sum = 0;

	for (size_t i = 0; i < g->s->n; i++)
		sum += out[i] ? 0 : g->widths[i] + GAP;
	return sum > GAP ? sum - GAP : 0;
}

static void add_cell(struct str *out, const char *text, size_t width, bool right)
{
	size_t room = width - text_width(text);

	pad(out, right ? room : 0);
	str_add(out, text);
	pad(out, right ? 0 : room);
}

static void end_line(struct str *out)
{
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
	str_addc(out, '\n');
}

static void print(const struct grid *g, const bool *left_out, const char *indent,
                  struct str *out)
{
	for (size_t r = 0; r < g->rows; r++) {
		bool first = true;

		str_add(out, indent);
		for (size_t i = 0; i < g->s->n; i++) {
			if (left_out[i])
				continue;
			pad(out, first ? 0 : GAP);
			add_cell(out, *at(g, r, i), g->widths[i],
			         g->s->columns[i].kind == COLUMN_NUMBER);
			first = false;
		}
		end_line(out);
	}
}

/* A line for every column, the rows beside each other. False: they do not fit. */
static bool print_turned(struct grid *g, size_t width, const char *indent,
                         struct str *out)
{
	size_t n = g->s->n, sum = 0;
	size_t *widths = mem_new(g->rows, sizeof *widths);

	for (size_t r = 0; r < g->rows; r++) {
		for (size_t i = 0; i < n; i++) {
			size_t w;

			if (g->s->columns[i].hidden)
				continue;
			if (g->s->columns[i].kind == COLUMN_REST)
				*at(g, r, i) = cut(g, *at(g, r, i), TURNED_MOST);
			w = text_width(*at(g, r, i));
			widths[r] = w > widths[r] ? w : widths[r];
		}
		sum += widths[r] + (r ? GAP : 0);
	}
	for (size_t i = 0; i < n && sum <= width; i++) {
		if (g->s->columns[i].hidden)
			continue;
		str_add(out, indent);
		for (size_t r = 0; r < g->rows; r++) {
			pad(out, r ? GAP : 0);
			add_cell(out, *at(g, r, i), widths[r], r >= g->heads);
		}
		end_line(out);
	}
	free(widths);
	return sum <= width;
}

/* The long text at the end gets what the others leave, once they have been made fewer.
 * True: no column had to go. */
static bool fit(struct grid *g, size_t width, bool *left_out)
{
	size_t n = g->s->n, gone = 0, full = 0, others;
	size_t *rest = NULL;

	if (n && g->s->columns[n - 1].kind == COLUMN_REST)
		rest = &g->widths[n - 1];
	if (rest && *rest > REST_LEAST) {
		full = *rest;
		*rest = REST_LEAST;
	}
	for (size_t i = n; i-- && total(g, left_out) > width;) {
		if (left_out[i] || g->s->columns[i].keep)
			continue;
		left_out[i] = true;
		gone++;
	}
	if (!full)
		return !gone;
	others = total(g, left_out) - REST_LEAST;
	*rest = width > others + REST_LEAST ? width - others : REST_LEAST;
	*rest = *rest > full ? full : *rest;
	return !gone;
}

static void cut_rest(struct grid *g)
{
	size_t last = g->s->n - 1;

	if (g->s->n && g->s->columns[last].kind == COLUMN_REST)
		for (size_t r = 0; r < g->rows; r++)
			*at(g, r, last) = cut(g, *at(g, r, last), g->widths[last]);
}

static bool turn(const struct sheet *s, const struct sheet_view *v, size_t width,
                 const char *indent, struct str *out)
{
	struct grid g;
	bool done;

	grid_init(&g, s, v);
	done = print_turned(&g, width, indent, out);
	grid_free(&g);
	return done;
}

void sheet_table(const struct sheet *s, const struct sheet_view *v, bool *left_out,
                 struct str *out)
{
	bool *skip = mem_new(s->n + 1, sizeof *skip);
	const char *indent = v->indent ? v->indent : "";
	size_t room = v->width > text_width(indent) ? v->width - text_width(indent) : 1;
	struct grid g;

	grid_init(&g, s, v);
	for (size_t i = 0; i < s->n; i++) {
		skip[i] = s->columns[i].hidden;
		if (s->columns[i].kind == COLUMN_NUMBER)
			align_points(&g, i);
		measure(&g, i);
	}
	if (!v->width || fit(&g, room, skip) || !turn(s, v, room, indent, out)) {
		cut_rest(&g);
		print(&g, skip, indent, out);
	} else {
		memset(skip, 0, s->n * sizeof *skip);
	}
	for (size_t i = 0; left_out && i < s->n; i++)
		left_out[i] = skip[i] && !s->columns[i].hidden;
	grid_free(&g);
	free(skip);
}

void sheet_print(const struct sheet *s, const struct sheet_view *v, const char *indent,
                 struct str *out)
{
	struct sheet_view behind = v ? *v : (struct sheet_view){0};

	behind.indent = indent;
	sheet_table(s, &behind, NULL, out);
}
