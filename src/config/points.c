/* Reading: from a list, a file, a line of the command. */
#include "config/points.h"

#include "base/file.h"
#include "base/rows.h"
#include "config/scalar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { POINTS_MAX = 10000, TABLE_MAX = 16 << 20, NAMES_MAX = 4096 };

/* Rows on their way. */
struct gathering {
	struct point_row *list; /* malloc */
	size_t n, cap;
	struct arena *a;
	const char *file; /* NULL: the YAML file itself */
	struct error *err;
};

static struct point_row *add_row(struct gathering *g, size_t n, size_t line)
{
	struct point_row *row;

	g->list = mem_room(g->list, g->n, &g->cap, sizeof *g->list);
	row = &g->list[g->n++];
	*row = (struct point_row){.file = g->file, .line = line};
	row->names = arena_new(g->a, n, sizeof *row->names);
	row->values = arena_new(g->a, n, sizeof *row->values);
	return row;
}

static bool bad_row(const struct gathering *g, size_t line, const char *what)
{
	return line ? error_set(g->err, ERROR_FILE, "%s:%zu: %s", g->file, line, what)
	            : error_set(g->err, ERROR_FILE, "%s: %s", g->file, what);
}

static bool too_many(const struct gathering *g)
{
	return g->n < POINTS_MAX ||
	       error_set(g->err, ERROR_FILE, "more than %d points", POINTS_MAX);
}

static void finish(struct gathering *g, struct point_rows *out)
{
	*out = (struct point_rows){.list = arena_new(g->a, g->n, sizeof *g->list),
	                           .n = g->n};
	if (g->n)
		memcpy(out->list, g->list, g->n * sizeof *g->list);
	free(g->list);
}

/* --- nodes --- */

static size_t count_leaves(const struct node *map, int depth)
{
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++)
		n += map->items[i]->kind == NODE_MAP && depth
		         ? 1 + count_leaves(map->items[i], depth - 1)
		         : 1;
	return n;
}

/* Members of a mapping by their flat names; a mapping itself too, which may be a value.
 */
static void add_members(struct gathering *g, struct point_row *row,
                        const struct node *map, const char *prefix, int depth)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct node *item = map->items[i];
		const char *name = arena_printf(g->a, "%s%s", prefix, map->keys[i]);

		row->names[row->n] = name;
		row->values[row->n] = node_value(item, g->a);
		if (row->where)
			row->where[row->n] = item->at;
		row->n++;
		if (item->kind == NODE_MAP && depth)
			add_members(g, row, item, arena_printf(g->a, "%s.", name),
			            depth - 1);
	}
}

static bool add_node(struct gathering *g, const struct node *map)
{
	enum { DEPTH = 16 };
	size_t n;
	struct point_row *row;

	if (map->kind != NODE_MAP)
		return bad_row(g, map->at.line, "a point must be a mapping: {lr: 0.1}");
	if (!too_many(g))
		return false;
	n = count_leaves(map, DEPTH);
	row = add_row(g, n, map->at.line);
	if (!g->file) {
		row->at = map->at;
		row->where = arena_new(g->a, n, sizeof *row->where);
	}
	add_members(g, row, map, "", DEPTH);
	return true;
}

static bool add_tree(struct gathering *g, const char *text, size_t len)
{
	struct notices ns = {.a = g->a};
	struct yaml y;
	bool ok = yaml_parse(&y, g->file, text, len, g->a, &ns, g->err);

	free(ns.list);
	if (!ok)
		return false;
	if (y.root->kind != NODE_LIST)
		return bad_row(g, y.root->at.line, "must be a list of points");
	for (size_t i = 0; i < y.root->n; i++)
		if (!add_node(g, y.root->items[i]))
			return false;
	return true;
}

static bool add_json_lines(struct gathering *g, const char *text, size_t len)
{
	size_t line = 1;

	for (size_t at = 0; at < len; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;
		struct notices ns = {.a = g->a};
		struct yaml y;
		size_t first = at;
		bool blank, ok;

		while (first < at + n && isspace((unsigned char)text[first]))
			first++;
		blank = first == at + n;
		ok = blank || yaml_parse(&y, g->file, arena_strndup(g->a, text + at, n),
		                         n, g->a, &ns, g->err);
		free(ns.list);
		if (!ok || (!blank && y.root->kind != NODE_MAP))
			return bad_row(g, line, "is no JSON object");
		if (!blank && !add_node(g, y.root))
			return false;
		if (!blank)
			g->list[g->n - 1].line = line;
		at += n + 1;
	}
	return true;
}

/* --- tables --- */

static void type_cell(const char *text, struct value *out)
{
	bool yes_no;

	if ((*text != '[' && *text != '{') &&
	    scalar_plain(text, out, &yes_no) == SCALAR_OK)
		return;
	*out = value_string(text);
}

static bool add_cells(struct gathering *g, const struct rows *t,
                      const char *const *header, size_t n)
{
	struct point_row *row;

	if (!too_many(g))
		return false;
	if (t->n > n)
		return bad_row(g, t->line, "has more cells than the header");
	row = add_row(g, n, t->line);
	row->texts = arena_new(g->a, n, sizeof *row->texts);
	for (size_t i = 0; i < n; i++) {
		const char *cell = arena_strdup(g->a, rows_cell(t, i));

		if (!*cell || !*header[i])
			continue;
		row->names[row->n] = header[i];
		row->texts[row->n] = cell;
		type_cell(cell, &row->values[row->n++]);
	}
	return true;
}

static bool add_table(struct gathering *g, const char *text, size_t len, char delimiter)
{
	const char **header;
	struct rows t;
	size_t n;
	bool ok;

	rows_begin(&t, text, len, delimiter);
	ok =
	    rows_next(&t) || bad_row(g, 0, "is empty: its first line names parameters");
	n = t.n < NAMES_MAX ? t.n : NAMES_MAX;
	header = arena_new(g->a, n, sizeof *header);
	for (size_t i = 0; i < n; i++)
		header[i] = arena_strdup(g->a, rows_cell(&t, i));
	while (ok && rows_next(&t))
		ok = add_cells(g, &t, header, n);
	rows_end(&t);
	return ok;
}

static bool ends_in(const char *path, const char *ending)
{
	size_t n = strlen(path), k = strlen(ending);

	return n > k && strcasecmp(path + n - k, ending) == 0;
}

static bool add_text(struct gathering *g, const char *text, size_t len)
{
	if (ends_in(g->file, ".jsonl") || ends_in(g->file, ".ndjson"))
		return add_json_lines(g, text, len);
	if (ends_in(g->file, ".json") || ends_in(g->file, ".yaml") ||
	    ends_in(g->file, ".yml"))
		return add_tree(g, text, len);
	if (ends_in(g->file, ".tsv"))
		return add_table(g, text, len, '\t');
	if (ends_in(g->file, ".csv"))
		return add_table(g, text, len, 0);
	return error_set(g->err, ERROR_FILE,
	                 "%s: is of no known kind\n  help: name it .csv, .tsv, .json, "
	                 ".jsonl or .yaml",
	                 g->file);
}

bool points_read_file(const char *path, struct point_rows *out, struct arena *a,
                      struct error *err)
{
	struct gathering g = {.a = a, .file = path, .err = err};
	char *text;
	size_t len;
	bool ok =
	    file_read(path, TABLE_MAX, a, &text, &len, err) && add_text(&g, text, len);

	finish(&g, out);
	return ok;
}

/* What text_of has written. */
static bool read_text(const char *text, struct point_rows *out, struct arena *a,
                      struct error *err)
{
	struct gathering g = {.a = a, .file = "points", .err = err};
	bool ok = add_tree(&g, text, strlen(text));

	finish(&g, out);
	return ok;
}

/* All of them as a JSON list, to be read again where the file is not at hand. */
static const char *text_of(const struct point_rows *rows, struct arena *a)
{
	struct str out = {0};
	const char *text;

	str_addc(&out, '[');
	for (size_t i = 0; i < rows->n; i++) {
		struct value map = {.kind = VALUE_MAP,
		                    .n = rows->list[i].n,
		                    .items = rows->list[i].values,
		                    .keys = rows->list[i].names};

		str_add(&out, i ? "," : "");
		value_json(&map, &out, false);
	}
	str_addc(&out, ']');
	text = arena_strdup(a, str_text(&out));
	str_free(&out);
	return text;
}

bool points_read_option(const char *text, struct point_row *out, struct arena *a,
                        struct error *err)
{
	size_t room = 1;

	for (const char *c = text; *c; c++)
		room += *c == ',';
	*out = (struct point_row){.file = "--point",
	                          .names = arena_new(a, room, sizeof *out->names),
	                          .values = arena_new(a, room, sizeof *out->values),
	                          .texts = arena_new(a, room, sizeof *out->texts)};
	while (*text) {
		const char *equals = strchr(text, '=');
		size_t n;

		if (!equals || equals == text)
			return error_set(err, ERROR_USAGE,
			                 "--point %s: is no NAME=VALUE\n  help: as in "
			                 "--point lr=0.1,width=64",
			                 text);
		out->names[out->n] = arena_strndup(a, text, (size_t)(equals - text));
		n = strcspn(equals + 1, ",");
		out->texts[out->n] = arena_strndup(a, equals + 1, n);
		type_cell(out->texts[out->n], &out->values[out->n]);
		out->n++;
		text = equals + 1 + n;
		text += *text == ',';
	}
	return out->n || error_set(err, ERROR_USAGE, "--point is empty");
}

/* --- the key --- */

static bool read_named(struct reading *r, const struct node *n, struct point_rows *rows)
{
	const char *name;

	if (r->points)
		return read_text(r->points, rows, r->a, r->err);
	if (r->recorded)
		return true; /* they are in its trials */
	if (!read_string(r, n, "points", &name) ||
	    !read_path(r, n, "points", "name a .csv, .tsv, .json, .jsonl or .yaml",
	               &name))
		return false;
	if (!points_read_file(name, rows, r->a, r->err))
		return error_prefix(r->err, "points: ");
	r->spec->points_text = text_of(rows, r->a);
	return true;
}

bool spec_read_points(struct reading *r, const struct node *n)
{
	struct point_rows *rows = arena_new(r->a, 1, sizeof *rows);
	struct gathering g = {.a = r->a, .err = r->err};
	bool ok = true;

	r->spec->point_rows = rows;
	if (n->kind == NODE_SCALAR) {
		ok = read_named(r, n, rows);
	} else if (n->kind == NODE_MAP) {
		return read_fails(r, n->at, "as in points: [{lr: 0.1}, {lr: 0.2}]",
		                  "points must be a list, or the name of a file");
	} else {
		for (size_t i = 0; ok && i < n->n; i++)
			ok = n->items[i]->kind == NODE_MAP
			         ? add_node(&g, n->items[i])
			         : read_fails(r, n->items[i]->at,
			                      "as in points: [{lr: 0.1}, {lr: 0.2}]",
			                      "a point must be a mapping");
		finish(&g, rows);
	}
	return ok && (rows->n || r->recorded ||
	              read_fails(r, n->at, NULL, "points is empty"));
}
