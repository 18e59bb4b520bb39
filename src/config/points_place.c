/* From what was written to a point of the space. */
#include "config/points.h"

#include <math.h>
#include <string.h>

/* A point on its way. */
struct placing {
	const struct space *sp;
	const struct point_row *row;
	struct coord *point;
	size_t *column;
	const char **help;
	struct arena *a;
	struct error *err;
	bool *given; /* (sp->n) */
};

/* The column that is a parameter's; SIZE_MAX: there is none. */
static size_t column_of(const struct point_row *row, const char *name)
{
	for (size_t i = row->n; i-- > 0;)
		if (strcmp(row->names[i], name) == 0)
			return i;
	return SIZE_MAX;
}

/* Is it the name of a group of parameters, or inside of one that is a value? */
static bool is_part(const struct placing *p, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < p->sp->n; i++) {
		const char *other = p->sp->params[i].name;
		size_t m = strlen(other);

		if ((m > n && other[n] == '.' && strncmp(other, name, n) == 0) ||
		    (n > m && name[m] == '.' && strncmp(other, name, m) == 0))
			return true;
	}
	return false;
}

static bool unknown(const struct placing *p, size_t column)
{
	const char **names = arena_new(p->a, p->sp->n, sizeof *names), *near;

	for (size_t i = 0; i < p->sp->n; i++)
		names[i] = p->sp->params[i].name;
	near = str_nearest(p->row->names[column], names, p->sp->n);
	*p->column = column;
	*p->help = near ? arena_printf(p->a, "did you mean %s?", near)
	                : "a column called name is a label; others are parameters";
	return error_set(p->err, ERROR_FILE, "there is no parameter %s",
	                 p->row->names[column]);
}

static bool outside(const struct placing *p, const struct param *param, size_t column)
{
	const struct value *v = &p->row->values[column];
	struct str text = {0}, range = {0};
	struct value near;

	*p->column = column;
	*p->help = NULL;
	value_json(v, &text, true);
	param_describe(param, &range);
	error_set(p->err, ERROR_FILE, "%s cannot be %s: it is %s", param->name,
	          str_text(&text), str_text(&range));
	if (param_nearest(param, v, &near)) {
		str_clear(&text);
		value_text(&near, &text);
		*p->help =
		    arena_printf(p->a, "the nearest that it can be is %s", text.s);
	}
	str_free(&text);
	str_free(&range);
	return false;
}

static bool encode_as(const struct param *param, const struct value *v, double *u)
{
	if (param->zip)
		return true; /* see place_zip */
	if (param->dist == DIST_CONSTANT)
		return value_equal(v, &param->values[0]);
	if (!param_encode(param, v, u))
		return false;
	*u = fmin(fmax(*u, 0x1p-31), 1 - 0x1p-31);
	return true;
}

/* One of the listed values as it stands on a command line, and in results.csv: None,
 * [1, 2]. */
static bool encode_as_written(const struct param *param, const char *cell, double *u)
{
	struct str text = {0};
	bool found = false;

	if (param->dist != DIST_CATEGORICAL && param->dist != DIST_CONSTANT)
		return false;
	for (size_t i = 0; !found && i < param->n_values; i++) {
		str_clear(&text);
		value_text(&param->values[i], &text);
		found = strcmp(str_text(&text), cell) == 0 &&
		        encode_as(param, &param->values[i], u);
	}
	str_free(&text);
	return found;
}

/* A cell of a table may also be meant as a text: "1" among values: ["1", "2"]. */
static bool place_one(const struct placing *p, size_t i)
{
	const struct param *param = &p->sp->params[i];
	size_t column = column_of(p->row, param->name);
	struct value text;

	if (column == SIZE_MAX)
		return true;
	p->given[i] = true;
	if (encode_as(param, &p->row->values[column], &p->point[i].u))
		return true;
	if (p->row->texts) {
		text = value_string(p->row->texts[column]);
		if (encode_as(param, &text, &p->point[i].u) ||
		    encode_as_written(param, text.string, &p->point[i].u))
			return true;
	}
	return outside(p, param, column);
}

static bool row_fits(const struct placing *p, size_t leader, size_t k)
{
	for (size_t i = 0; i < p->sp->n; i++) {
		const struct param *param = &p->sp->params[i];
		size_t column = p->given[i] ? column_of(p->row, param->name) : SIZE_MAX;
		struct value text;

		if (!param->zip || param->zip_leader != leader || column == SIZE_MAX ||
		    value_equal(&param->values[k], &p->row->values[column]))
			continue;
		if (!p->row->texts)
			return false;
		text = value_string(p->row->texts[column]);
		if (!value_equal(&param->values[k], &text))
			return false;
	}
	return true;
}

/* Parameters that move together: the first row that has what is given. */
static bool place_zip(const struct placing *p, size_t leader)
{
	const struct param *param = &p->sp->params[leader];

	for (size_t k = 0; k < param->n_values; k++)
		if (row_fits(p, leader, k)) {
			p->point[leader].u =
			    ((double)k + 0.5) / (double)param->n_values;
			return true;
		}
	*p->help = NULL;
	for (size_t i = 0; i < p->sp->n; i++)
		if (p->sp->params[i].zip && p->sp->params[i].zip_leader == leader &&
		    p->given[i])
			*p->column = column_of(p->row, p->sp->params[i].name);
	return error_set(p->err, ERROR_FILE, "zip has no such combination");
}

static bool check_whole(const struct placing *p, const struct value *const *values)
{
	const char *why;

	for (size_t i = 0; i < p->sp->n; i++) {
		const struct param *param = &p->sp->params[i];

		if (!values[i] || p->given[i] || param->preset || param->zip ||
		    param_cardinality(param) == 1)
			continue;
		*p->help = "add it, or give the parameter a default:";
		return error_set(p->err, ERROR_FILE,
		                 "the point says nothing of %s, which has no default",
		                 param->name);
	}
	*p->help = NULL;
	return space_feasible(p->sp, values, &why) ||
	       error_set(p->err, ERROR_FILE, "the point breaks the constraint %s", why);
}

bool points_place(const struct space *sp, const struct point_row *row,
                  struct coord *point, const char **label, size_t *column,
                  const char **help, struct arena *a, struct error *err)
{
	struct placing p = {.sp = sp,
	                    .row = row,
	                    .point = point,
	                    .column = column,
	                    .help = help,
	                    .a = a,
	                    .err = err,
	                    .given = arena_new(a, sp->n, sizeof *p.given)};
	const struct value **values = arena_new(a, sp->n, sizeof *values);
	struct error ignored;
	struct str text = {0};
	bool any;

	*label = NULL;
	*column = SIZE_MAX;
	*help = NULL;
	space_defaults(sp, point, &any, &ignored);
	for (size_t i = 0; i < row->n; i++) {
		if (space_find(sp, row->names[i]) != SIZE_MAX ||
		    is_part(&p, row->names[i]))
			continue;
		if (strcmp(row->names[i], "name") != 0)
			return unknown(&p, i);
		value_text(&row->values[i], &text);
		*label = row->texts ? row->texts[i] : arena_strdup(a, str_text(&text));
		str_free(&text);
	}
	for (size_t i = 0; i < sp->n; i++)
		if (!place_one(&p, i))
			return false;
	for (size_t i = 0; i < sp->n; i++)
		if (sp->params[i].zip && sp->params[i].zip_leader == i &&
		    !place_zip(&p, i))
			return false;
	space_decode(sp, point, a, values);
	return check_whole(&p, values);
}

static bool fails_at(struct reading *r, const struct point_row *row, size_t column,
                     const char *help, const char *what)
{
	if (row->at.line)
		return read_fails(r, column == SIZE_MAX ? row->at : row->where[column],
		                  help, "points: %s", what);
	return error_set(r->err, ERROR_FILE, "%s:%zu: %s%s%s", row->file, row->line,
	                 what, help ? "\n  help: " : "", help ? help : "");
}

bool spec_place_points(struct reading *r)
{
	struct spec *s = r->spec;
	const struct point_rows *rows = s->point_rows;
	struct spec_point *points;

	if (!rows)
		return true;
	points = arena_new(r->a, rows->n, sizeof *points);
	s->points = points;
	s->n_points = rows->n;
	for (size_t i = 0; i < rows->n; i++) {
		struct coord *point = arena_new(r->a, s->space.n, sizeof *point);
		struct error why;
		const char *help;
		size_t column;

		if (!points_place(&s->space, &rows->list[i], point, &points[i].label,
		                  &column, &help, r->a, &why))
			return fails_at(r, &rows->list[i], column, help, why.text);
		points[i].at = point;
	}
	return true;
}

/* A list node of the different values that the rows have for a name. */
static struct node *values_of(const struct point_rows *rows, const char *name,
                              struct arena *a)
{
	struct node *list = arena_new(a, 1, sizeof *list);

	list->kind = NODE_LIST;
	list->items = arena_new(a, rows->n, sizeof(struct node *));
	for (size_t i = 0; i < rows->n; i++) {
		size_t column = column_of(&rows->list[i], name);
		struct node *n;
		bool there = column == SIZE_MAX;

		for (size_t k = 0; !there && k < list->n; k++)
			there = value_equal(&list->items[k]->value,
			                    &rows->list[i].values[column]);
		if (there)
			continue;
		n = arena_new(a, 1, sizeof *n);
		n->value = rows->list[i].values[column];
		n->text = rows->list[i].texts ? rows->list[i].texts[column] : "";
		n->at = rows->list[i].at;
		list->items[list->n++] = n;
	}
	return list;
}

/* cfg.lr, where cfg is a mapping: a part of that value. */
static bool is_of_a_value(const struct point_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++) {
		size_t n = strlen(row->names[i]);

		if (row->values[i].kind == VALUE_MAP &&
		    strncmp(row->names[i], name, n) == 0 && name[n] == '.')
			return true;
	}
	return false;
}

static void add_member(struct node *map, const char *key, struct node *item)
{
	map->keys[map->n] = key;
	map->key_at[map->n] = (struct position){1, 1};
	map->items[map->n++] = item;
}

static struct node *new_map(struct arena *a, size_t room)
{
	struct node *map = arena_new(a, 1, sizeof *map);

	map->kind = NODE_MAP;
	map->at = (struct position){1, 1};
	map->items = arena_new(a, room, sizeof(struct node *));
	map->keys = arena_new(a, room, sizeof *map->keys);
	map->key_at = arena_new(a, room, sizeof *map->key_at);
	return map;
}

struct node *points_parameters(const struct point_rows *rows, struct arena *a)
{
	size_t room = 0;
	struct node *map;

	for (size_t i = 0; i < rows->n; i++)
		room += rows->list[i].n;
	map = new_map(a, room);
	for (size_t i = 0; i < rows->n; i++)
		for (size_t k = 0; k < rows->list[i].n; k++) {
			const char *name = rows->list[i].names[k];
			struct node *one;

			if (strcmp(name, "name") == 0 || node_get(map, name) ||
			    is_of_a_value(&rows->list[i], name))
				continue;
			one = new_map(a, 1);
			add_member(one, "values", values_of(rows, name, a));
			add_member(map, name, one);
		}
	return map;
}
