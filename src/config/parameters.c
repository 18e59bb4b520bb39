/* The parameters block: names, nested groups, and the space that they make. */
#include "config/dialect.h"
#include "config/draft.h"
#include "config/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMS_MAX = 10000 };

static bool read_group(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t depth);

static bool add_draft(struct reading *r, struct drafts *ds, const struct node *map,
                      struct position at, size_t depth)
{
	const char **path = arena_new(r->a, depth + 1, sizeof *path);
	struct draft d = {.map = map, .at = at, .n_scopes = ds->n_scopes};
	struct str name = {0};

	for (size_t i = 0; i <= depth; i++) {
		str_addf(&name, "%s%s", i ? "." : "", ds->path[i]);
		path[i] = ds->path[i];
	}
	d.p.name = arena_strdup(r->a, str_text(&name));
	str_free(&name);
	d.p.path = path;
	d.p.depth = depth + 1;
	d.p.line = at.line;
	d.p.column = at.column;
	memcpy(d.scopes, ds->scopes, sizeof d.scopes);
	if (!draft_read(r, &d))
		return false;
	if (ds->n == PARAMS_MAX)
		return read_fails(r, at, NULL, "more than %d parameters", PARAMS_MAX);
	ds->list = mem_room(ds->list, ds->n, &ds->cap, sizeof *ds->list);
	ds->list[ds->n++] = d;
	return true;
}

static bool is_inner(const char *key)
{
	static const char *const inner[] = {"value", "values", "min", "max",
	                                    "distribution"};

	for (size_t k = 0; k < ARRAY_LEN(inner); k++)
		if (strcmp(key, inner[k]) == 0)
			return true;
	return false;
}

/* An entry that is no mapping: a slip of the indentation more often than not. */
static bool not_a_map(struct reading *r, const struct node *map, size_t i)
{
	const char *key = map->keys[i], *help = "write value: for a constant";

	if (is_inner(key) || strcmp(key, "default") == 0)
		return read_fails(r, map->key_at[i],
		                  "indent it below the parameter that it belongs to",
		                  "%s stands where a parameter's name is expected",
		                  key);
	if (i + 1 < map->n && is_inner(map->keys[i + 1]))
		help = "indent the lines that belong to it";
	return read_fails(r, map->key_at[i], help, "parameter %s has nothing below it",
	                  key);
}

/* lr: [0.1, 0.2] and wd: 0.5 as if they were {values: [0.1, 0.2]} and {value: 0.5}. */
static bool is_short_form(const struct node *map, size_t i)
{
	const struct node *n = map->items[i];

	if (strcmp(map->keys[i], "default") == 0)
		return false;
	for (size_t k = i; k < map->n && k <= i + 1; k++)
		if (is_inner(map->keys[k]))
			return false;
	return n->kind == NODE_LIST ||
	       (n->kind == NODE_SCALAR && n->value.kind != VALUE_NULL);
}

static const struct node *long_form(struct reading *r, const struct node *map, size_t i)
{
	static const char *const parts[] = {"min", "max", "value", "values",
	                                    "distribution"};
	const struct node *n = map->items[i];
	const char *word = n->kind == NODE_LIST ? "values" : "value";
	bool plain = n->kind == NODE_SCALAR && !n->quoted;
	const char *native = plain ? dialect_call(n->text, r->a) : NULL;
	const char *blank =
	    plain ? read_missing_blank(r, n->text, parts, ARRAY_LEN(parts)) : NULL;

	if (blank) {
		read_fails(r, n->at, blank, "parameter %s is no text", map->keys[i]);
		return NULL;
	}
	if (draft_is_top_word(map->keys[i]))
		read_note(r, true, map->key_at[i],
		          "%s stands below parameters:, so it is a parameter; for the "
		          "search's own begin it in the first column",
		          map->keys[i]);
	if (native) {
		read_fails(
		    r, n->at, arena_printf(r->a, "write %s: %s", map->keys[i], native),
		    "parameter %s: %s is another program's", map->keys[i], n->text);
		return NULL;
	}
	read_note(r, plain && dialect_is_call(n->text, r->a), map->key_at[i],
	          n->kind == NODE_LIST ? "parameter %s is a list: taken as its %s"
	                               : "parameter %s is one value: taken as its %s",
	          map->keys[i], word);
	return read_as_map(r, n, word);
}

static bool is_group(const struct node *n)
{
	size_t known = node_get(n, "when") ? 2 : 1;

	return node_get(n, "parameters") && n->n == known;
}

static bool read_inner(struct reading *r, struct drafts *ds, const struct node *n,
                       struct position at, size_t depth)
{
	const struct node *inner = node_get(n, "parameters");

	if (depth + 1 >= NESTING_MAX)
		return read_fails(r, at, NULL, "parameters are nested too deep");
	return read_map(r, inner, "parameters") && read_group(r, ds, inner, depth + 1);
}

/* A parameter that only --set knows is a slip, unless it is a whole one. */
static bool is_set_whole(struct reading *r, const struct node *map, size_t i)
{
	const struct node *n = map->items[i];
	const char **names = arena_new(r->a, map->n, sizeof *names), *near;
	size_t known = 0;

	if (n->kind == NODE_MAP &&
	    (node_get(n, "min") || node_get(n, "values") ||
	     node_get(n, "distribution") || node_get(n, "parameters")))
		return true;
	for (size_t k = 0; k < map->n; k++)
		if (map->key_at[k].line)
			names[known++] = map->keys[k];
	if (!known)
		return true;
	near = str_nearest(map->keys[i], names, known);
	return error_set(
	    r->err, ERROR_USAGE,
	    "--set parameters.%s: there is no such parameter\n  help: %s%s%s",
	    map->keys[i],
	    near ? "did you mean "
		 : "a new one needs all of it, as in --set "
		   "'parameters.new={min: 0.0, max: 1.0}'",
	    near ? near : "", near ? "?" : "");
}

static bool read_entry(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t i, size_t depth)
{
	const struct node *n = map->items[i], *when;
	size_t outer = ds->n_scopes;
	bool ok;

	if (!map->key_at[i].line && !r->recorded && !is_set_whole(r, map, i))
		return false;
	ds->path[depth] = map->keys[i];
	if (!drafts_check_name(r, ds, map->keys[i], map->key_at[i]))
		return false;
	if (is_short_form(map, i))
		n = long_form(r, map, i);
	if (!n)
		return false;
	if (n->kind != NODE_MAP)
		return not_a_map(r, map, i);
	when = node_get(n, "when");
	if (when)
		ds->scopes[ds->n_scopes++] = (struct scope){when, depth};
	ok = is_group(n) ? read_inner(r, ds, n, map->key_at[i], depth)
	                 : add_draft(r, ds, n, map->key_at[i], depth);
	ds->n_scopes = outer;
	return ok;
}

static bool read_group(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t depth)
{
	if (!map->n && !r->spec->point_rows && !node_get(r->spec->yaml.root, "zip"))
		return read_fails(r, map->at, NULL, "parameters is empty");
	for (size_t i = 0; i < map->n; i++)
		if (!read_entry(r, ds, map, i, depth))
			return false;
	return true;
}

/* The draft of the parameter that early_terminate calls the resource: as declared, or
 * added where nothing of a similar name is there (which would be a slip). */
static struct draft *resource_draft(struct reading *r, struct drafts *ds,
                                    const struct node *name)
{
	const char **names = arena_new(r->a, ds->n, sizeof *names);

	for (size_t i = 0; i < ds->n; i++) {
		names[i] = ds->list[i].p.name;
		if (strcmp(names[i], name->text) == 0)
			return &ds->list[i];
	}
	if (str_nearest(name->text, names, ds->n))
		return NULL;
	return drafts_new(r, ds, name->text, name->at);
}

/* early_terminate: {resource: {parameter: epochs, max: 81}}: the parameter is the
 * budget of a run, so it is not searched; a full run, and so a configuration, has its
 * max. What is wrong with the block is said when its turn comes. */
static bool take_resource(struct reading *r, struct drafts *ds)
{
	const struct node *early = node_get(r->spec->yaml.root, "early_terminate");
	const struct node *map = early ? node_get(early, "resource") : NULL;
	const struct node *name = map ? node_get(map, "parameter") : NULL;
	const struct node *max = map ? node_get(map, "max") : NULL;
	struct value *value = arena_new(r->a, 1, sizeof *value);
	struct draft *d;
	double x;

	if (!name || name->kind != NODE_SCALAR || !max || max->kind != NODE_SCALAR)
		return true;
	if (!drafts_check_name(r, ds, name->text, name->at) ||
	    !read_number(r, max, "resource.max", &x))
		return false;
	d = resource_draft(r, ds, name);
	if (!d)
		return true;
	if (d->map && d->p.dist != DIST_CONSTANT)
		read_note(r, false, d->at,
		          "%s is the budget of a run (early_terminate: resource); it "
		          "is not searched",
		          name->text);
	*value =
	    x == floor(x) && fabs(x) < 0x1p53 ? value_int((int64_t)x) : value_float(x);
	d->p.dist = DIST_CONSTANT;
	d->p.values = value;
	d->p.n_values = 1;
	d->p.probabilities = NULL;
	d->p.preset = NULL;
	d->p.clip = d->p.q_int = false;
	return true;
}

/* scale: its parameters are the search's, with those values. */
static bool take_sizes(struct reading *r, struct drafts *ds)
{
	const struct scale *s = &r->spec->scale;

	for (size_t i = 0; i < s->n; i++) {
		const struct scale_size *size = &s->sizes[i];
		struct draft *d = drafts_find(ds, size->name);

		if (d)
			return read_fails(
			    r, d->at,
			    "take it out here; the values of scale: are "
			    "those that it has",
			    "%s stands in parameters: and in scale:", size->name);
		d = drafts_new(r, ds, size->name, size->at);
		if (!d)
			return false;
		d->p.dist = DIST_CATEGORICAL;
		d->p.values = size->values;
		d->p.n_values = size->n;
		d->p.size = true;
	}
	return true;
}

static bool finish(struct reading *r, struct drafts *ds, struct position at)
{
	struct space *sp = &r->spec->space;
	struct error circle;

	if (!take_resource(r, ds) || !drafts_add_zip(r, ds) || !take_sizes(r, ds) ||
	    !draft_conditions(r, ds->list, ds->n))
		return false;
	sp->n = ds->n;
	sp->params = arena_new(r->a, ds->n, sizeof *sp->params);
	for (size_t i = 0; i < ds->n; i++)
		sp->params[i] = ds->list[i].p;
	return space_finish(sp, r->a, &circle) ||
	       read_fails(r, at, NULL, "%s", circle.text);
}

bool spec_read_parameters(struct reading *r, const struct node *map)
{
	const struct node *scale = node_get(r->spec->yaml.root, "scale");
	struct drafts ds = {0};
	bool ok;

	if (scale && !spec_read_scale(r, scale))
		return false;

	if (map->kind == NODE_LIST)
		return read_fails(
		    r, map->at,
		    "write each without its dash, as in lr: {min: 1e-5, max: "
		    "1e-1}",
		    "parameters must be a mapping, not a list");
	if (!read_map(r, map, "parameters"))
		return false;
	/* A list that says nothing of the space is the space. */
	if (!map->n && r->spec->point_rows && r->spec->method == METHOD_LIST &&
	    !node_get(r->spec->yaml.root, "zip"))
		map = points_parameters(r->spec->point_rows, r->a);
	ok = read_group(r, &ds, map, 0) && finish(r, &ds, map->at);
	if (ds.unusual > 1)
		read_note(r, true, map->at,
		          "%zu more parameter%s outside of W&B's pattern of names",
		          ds.unusual - 1, ds.unusual > 2 ? "s" : "");
	free(ds.list);
	return ok;
}
