/* A refinement as a file: the tree of the old one, with other parameters. */
#include "report/configuration.h"
#include "report/refinement.h"
#include "report/text.h"
#include "search/edges.h"

#include <string.h>

struct yaml_writer {
	const struct refinement *r;
	const struct spec *spec;
	struct str *out;
};

static void add_node(const struct node *n, struct str *out)
{
	if (n->kind == NODE_SCALAR) {
		if (n->value.kind == VALUE_STRING)
			config_yaml_key(n->value.string, out);
		else
			str_add(out, *n->text ? n->text : "null");
		return;
	}
	str_addc(out, n->kind == NODE_LIST ? '[' : '{');
	for (size_t i = 0; i < n->n; i++) {
		str_add(out, i ? ", " : "");
		if (n->kind == NODE_MAP) {
			config_yaml_key(n->keys[i], out);
			str_add(out, ": ");
		}
		add_node(n->items[i], out);
	}
	str_addc(out, n->kind == NODE_LIST ? ']' : '}');
}

static void add_member(struct str *out, size_t *count, const char *key)
{
	str_add(out, (*count)++ ? ", " : "");
	config_yaml_key(key, out);
	str_add(out, ": ");
}

/* A number that reads back as one of its kind: 1.0 is no integer. */
static void add_number(double x, bool whole, struct str *out)
{
	struct value v = whole ? value_int((int64_t)x) : value_float(x);
	size_t start = out->len;

	value_yaml(&v, out);
	if (!whole && !strpbrk(out->s + start, ".e"))
		str_add(out, ".0");
}

/* The parameter that a key of a `when` above p means. */
static size_t parent_of(const struct yaml_writer *g, const struct param *p,
                        const char *key)
{
	size_t len = strlen(key);

	for (size_t k = 0; k < p->n_when; k++) {
		const char *name = g->spec->space.params[p->when[k].param].name;
		size_t n = strlen(name);

		if (n >= len && strcmp(name + n - len, key) == 0 &&
		    (n == len || name[n - len - 1] == '.'))
			return p->when[k].param;
	}
	return SIZE_MAX;
}

/* May the parent still have that value? */
static bool can_have(const struct yaml_writer *g, size_t parent, const struct value *v)
{
	const struct refined *r = parent == SIZE_MAX ? NULL : &g->r->list[parent];
	double x;

	if (!r || r->what == REFINED_KEPT || r->what == REFINED_GONE)
		return true;
	if (r->what == REFINED_RANGE)
		return !value_number(v, &x) || (x >= r->min && x <= r->max);
	for (size_t i = 0; i < r->n; i++)
		if (value_equal(&r->values[i], v))
			return true;
	return false;
}

static void add_when(const struct yaml_writer *g, const struct node *when,
                     const struct param *p)
{
	struct arena a = {0};
	size_t count = 0;

	str_addc(g->out, '{');
	for (size_t i = 0; i < when->n; i++) {
		const struct node *n = when->items[i];
		size_t parent = parent_of(g, p, when->keys[i]), some = 0;

		add_member(g->out, &count, when->keys[i]);
		if (n->kind != NODE_LIST) {
			add_node(n, g->out);
			continue;
		}
		str_addc(g->out, '[');
		for (size_t k = 0; k < n->n; k++) {
			struct value v = node_value(n->items[k], &a);

			if (!can_have(g, parent, &v))
				continue;
			str_add(g->out, some++ ? ", " : "");
			add_node(n->items[k], g->out);
		}
		str_addc(g->out, ']');
	}
	str_addc(g->out, '}');
	arena_free(&a);
}

static void add_range(const struct yaml_writer *g, const struct param *p,
                      const struct refined *r)
{
	bool whole = edge_is_whole(p), log = edge_is_log(p);
	bool steps =
	    p->dist != DIST_INT_UNIFORM && strncmp(dist_name(p->dist), "q_", 2) == 0;

	str_add(g->out, "min: ");
	add_number(r->min, whole, g->out);
	str_add(g->out, ", max: ");
	add_number(r->max, whole, g->out);
	if (log)
		str_add(g->out, ", log: true");
	if (!steps || (whole && log && p->q == 1))
		return;
	str_add(g->out, ", q: ");
	add_number(p->q, whole, g->out);
}

static void add_values(const struct refined *r, struct str *out)
{
	if (r->what == REFINED_FIXED) {
		str_add(out, "value: ");
		value_yaml(&r->values[0], out);
		str_add(out, r->idle ? ", idle: true" : "");
		return;
	}
	str_add(out, "values: [");
	for (size_t i = 0; i < r->n; i++) {
		str_add(out, i ? ", " : "");
		value_yaml(&r->values[i], out);
	}
	str_addc(out, ']');
}

/* As it was, but for default and when, which follow. */
static void add_kept(const struct yaml_writer *g, const struct node *n)
{
	size_t count = 0;

	if (n->kind != NODE_MAP) {
		add_member(g->out, &count, n->kind == NODE_LIST ? "values" : "value");
		add_node(n, g->out);
		return;
	}
	for (size_t i = 0; i < n->n; i++) {
		if (strcmp(n->keys[i], "default") == 0 ||
		    strcmp(n->keys[i], "when") == 0)
			continue;
		add_member(g->out, &count, n->keys[i]);
		add_node(n->items[i], g->out);
	}
}

static void indent(const struct yaml_writer *g, size_t depth)
{
	str_addf(g->out, "%*s", (int)(2 * depth), "");
}

static void add_definition(const struct yaml_writer *g, const struct node *n, size_t i)
{
	const struct refined *r = &g->r->list[i];
	const struct param *p = &g->spec->space.params[i];
	const struct node *when = n->kind == NODE_MAP ? node_get(n, "when") : NULL;

	str_add(g->out, ": {");
	if (r->what == REFINED_RANGE)
		add_range(g, p, r);
	else if (r->what == REFINED_KEPT)
		add_kept(g, n);
	else
		add_values(r, g->out);
	if (r->preset) {
		str_add(g->out, ", default: ");
		value_yaml(r->preset, g->out);
	}
	if (when) {
		str_add(g->out, ", when: ");
		add_when(g, when, p);
	}
	str_addc(g->out, '}');
	if (r->why) {
		str_add(g->out, "  # ");
		text_clean(g->out, r->why);
	}
}

static void add_leaf(const struct yaml_writer *g, const char *key, const struct node *n,
                     size_t i, size_t depth)
{
	const struct refined *r = &g->r->list[i];

	indent(g, depth);
	str_add(g->out, r->what == REFINED_GONE ? "# " : "");
	config_yaml_key(key, g->out);
	if (r->what == REFINED_GONE)
		str_addf(g->out, " is left out: %s", r->why);
	else
		add_definition(g, n, i);
	str_addc(g->out, '\n');
}

static void add_group(const struct yaml_writer *g, const struct node *map,
                      const char *prefix, size_t depth);

/* The first parameter below a group that is still there; SIZE_MAX: none is. */
static size_t first_below(const struct yaml_writer *g, const char *prefix)
{
	const struct space *sp = &g->spec->space;

	for (size_t i = 0; i < sp->n; i++)
		if (strncmp(sp->params[i].name, prefix, strlen(prefix)) == 0 &&
		    g->r->list[i].what != REFINED_GONE)
			return i;
	return SIZE_MAX;
}

static void add_nested(const struct yaml_writer *g, const char *key,
                       const struct node *n, const char *name, size_t depth)
{
	const struct node *when = node_get(n, "when");
	size_t i = first_below(g, name);

	if (i == SIZE_MAX)
		return;
	indent(g, depth);
	config_yaml_key(key, g->out);
	str_add(g->out, ":\n");
	if (when) {
		indent(g, depth + 1);
		str_add(g->out, "when: ");
		add_when(g, when, &g->spec->space.params[i]);
		str_addc(g->out, '\n');
	}
	indent(g, depth + 1);
	str_add(g->out, "parameters:\n");
	add_group(g, node_get(n, "parameters"), name, depth + 2);
}

static void add_group(const struct yaml_writer *g, const struct node *map,
                      const char *prefix, size_t depth)
{
	for (size_t k = 0; k < map->n; k++) {
		const struct node *n = map->items[k];
		struct arena a = {0};
		const char *name = arena_printf(&a, "%s%s", prefix, map->keys[k]);

		if (n->kind == NODE_MAP && node_get(n, "parameters"))
			add_nested(g, map->keys[k], n, arena_printf(&a, "%s.", name),
			           depth);
		else
			add_leaf(g, map->keys[k], n, space_find(&g->spec->space, name),
			         depth);
		arena_free(&a);
	}
}

/* A constraint that names what is gone would be one of nothing. */
static bool names_what_is_gone(const struct yaml_writer *g, size_t c)
{
	const struct space *sp = &g->spec->space;

	for (size_t i = 0; i < sp->n; i++)
		if (g->r->list[i].what == REFINED_GONE &&
		    constraint_uses(sp->constraints[c], i))
			return true;
	return false;
}

static void add_constraints(const struct yaml_writer *g, const struct node *n)
{
	size_t count = 0;

	for (size_t c = 0; c < g->spec->space.n_constraints; c++) {
		if (names_what_is_gone(g, c))
			continue;
		str_add(g->out, count++ ? "  - " : "constraints:\n  - ");
		add_node(n->kind == NODE_LIST ? n->items[c] : n, g->out);
		str_addc(g->out, '\n');
	}
}

static void add_key(const struct yaml_writer *g, const char *key, const struct node *n,
                    bool other_command)
{
	if (strcmp(key, "warm_start") == 0 ||
	    (other_command &&
	     (strcmp(key, "command") == 0 || strcmp(key, "program") == 0)))
		return;
	if (strcmp(key, "points") == 0) {
		str_add(g->out, "# points are left out: they were tried\n");
		return;
	}
	if (strcmp(key, "constraints") == 0) {
		add_constraints(g, n);
		return;
	}
	config_yaml_key(key, g->out);
	if (strcmp(key, "parameters") == 0) {
		str_add(g->out, ":\n");
		add_group(g, n, "", 1);
		return;
	}
	str_add(g->out, ": ");
	if (strcmp(key, "method") == 0 && g->spec->method == METHOD_GRID)
		str_add(g->out, "bayes  # was grid, which a warm start has no say in");
	else
		add_node(n, g->out);
	str_addc(g->out, '\n');
}

/* Of the command line, in the place of the file's. */
static void add_words(const struct command *c, struct str *out)
{
	str_add(out, "command: [");
	for (size_t i = 0; i < c->n; i++) {
		str_add(out, i ? ", " : "");
		str_json(out, c->words[i], strlen(c->words[i]), false);
	}
	str_add(out, "]\n");
}

static void add_head(const struct refinement *r, const char *from, struct str *out)
{
	str_add(out, "# Refined by hpsearch from ");
	text_clean(out, from);
	str_addf(out,
	         ": %zu trials, of which a\n# model explains %.0f %% (leave-one-out "
	         "R2). Ranges hold nine tenths of the optima of functions\n# drawn "
	         "from it, and the winner, ",
	         r->trials, 100 * r->r2);
	if (r->winner->rank)
		str_addf(out, "trial %llu.\n", (unsigned long long)r->winner->id);
	else
		str_add(out, "the defaults.\n");
	if (r->winner_presets)
		str_add(out, "# Some defaults of the old file lie outside of them: the "
		             "defaults here are that trial.\n");
}

void refinement_yaml(const struct refinement *r, const struct study *s,
                     const char *from, struct str *out)
{
	const struct spec *spec = s->search.spec;
	struct yaml_writer g = {.r = r, .spec = spec, .out = out};
	const struct node *root = spec->yaml.root;
	bool other = s->search.origin.command != NULL;

	add_head(r, from, out);
	if (other)
		add_words(&spec->command, out);
	for (size_t i = 0; i < root->n; i++)
		add_key(&g, root->keys[i], root->items[i], other);
	str_add(out, "warm_start: [");
	str_json(out, from, strlen(from), false);
	str_add(out, "]\n");
}

void refinement_text(const struct refinement *r, const struct study *s, struct str *out)
{
	const struct space *sp = &s->search.spec->space;

	for (size_t i = 0; i < sp->n; i++) {
		struct str line = {0};

		if (!r->list[i].why)
			continue;
		str_addf(&line, "%s: ", sp->params[i].name);
		if (r->list[i].what == REFINED_RANGE)
			str_addf(&line, "%.4g … %.4g, ", r->list[i].min,
			         r->list[i].max);
		str_add(&line, r->list[i].why);
		text_clean(out, str_text(&line));
		str_addc(out, '\n');
		str_free(&line);
	}
}
