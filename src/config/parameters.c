/* The parameters block: W&B's shapes and inference, our native keys, conditions and
 * constraints. */
#include "config/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const param_keys[] = {
    "value", "values", "probabilities", "min",     "max",  "q",           "mu", "sigma",
    "a",     "b",      "log",           "default", "when", "distribution"};

enum { PARAMS_MAX = 10000, NESTING_MAX = 16 };

/* One entry on its way to a struct param. */
struct draft {
	struct param p;
	const struct node *map;
	struct place at;
	bool log, has_log, has_dist;
	const char *dist_word;
};

struct drafts {
	struct draft *list; /* malloc */
	size_t n, cap;
	const char *path[NESTING_MAX];
};

static const struct node *has(const struct draft *d, const char *key)
{
	return node_get(d->map, key);
}

static bool is_param_key(const char *key)
{
	for (size_t k = 0; k < ARRAY_LEN(param_keys); k++)
		if (strcmp(key, param_keys[k]) == 0)
			return true;
	return false;
}

/* Every key must be one that this kind of parameter uses. */
static bool only_keys(struct reading *r, const struct draft *d, const char *what,
                      const char *const *allowed, size_t n)
{
	for (size_t i = 0; i < d->map->n; i++) {
		const char *key = d->map->keys[i];
		bool ok = strcmp(key, "default") == 0 || strcmp(key, "when") == 0 ||
		          strcmp(key, "distribution") == 0;

		for (size_t k = 0; k < n && !ok; k++)
			ok = strcmp(key, allowed[k]) == 0;
		if (ok)
			continue;
		if (is_param_key(key))
			return read_fails(r, d->map->key_at[i], NULL,
			                  "parameter %s: %s does not go with %s",
			                  d->p.name, key, what);
		return read_unknown_key(r, d->map, i, "a parameter", param_keys,
		                        ARRAY_LEN(param_keys));
	}
	return true;
}

static bool read_values(struct reading *r, struct draft *d, const struct node *list)
{
	struct value *values;

	if (list->kind != NODE_LIST) {
		/* W&B refuses this one; what is meant is plain. */
		values = arena_new(r->a, 1, sizeof *values);
		*values = node_value(list, r->a);
		read_note(r, true, list->at,
		          "parameter %s: values is no list; taken as the one value",
		          d->p.name);
		d->p.dist = DIST_CONSTANT;
		d->p.values = values;
		d->p.n_values = 1;
		return true;
	}
	if (!list->n)
		return read_fails(r, list->at, NULL, "parameter %s: values is empty",
		                  d->p.name);
	values = arena_new(r->a, list->n, sizeof *values);
	for (size_t i = 0; i < list->n; i++)
		values[i] = node_value(list->items[i], r->a);
	d->p.values = values;
	d->p.n_values = list->n;
	return true;
}

static bool read_probabilities(struct reading *r, struct draft *d,
                               const struct node *list)
{
	double *probs, sum = 0;

	if (list->kind != NODE_LIST || list->n != d->p.n_values)
		return read_fails(
		    r, list->at, NULL,
		    "parameter %s: probabilities must be a list as long as values "
		    "(%zu)",
		    d->p.name, d->p.n_values);
	probs = arena_new(r->a, list->n, sizeof *probs);
	for (size_t i = 0; i < list->n; i++) {
		if (!read_number(r, list->items[i], "a probability", &probs[i]))
			return false;
		if (!(probs[i] >= 0))
			return read_fails(r, list->items[i]->at, NULL,
			                  "a probability must not be negative");
		sum += probs[i];
	}
	if (fabs(sum - 1) > 1e-8)
		return read_fails(
		    r, list->at, NULL,
		    "parameter %s: the probabilities add up to %g, not to 1", d->p.name,
		    sum);
	d->p.probabilities = probs;
	return true;
}

static bool constant(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"value"};
	struct value *v = arena_new(r->a, 1, sizeof *v);

	if (!has(d, "value"))
		return read_fails(r, d->at, NULL,
		                  "parameter %s: constant needs value:", d->p.name);
	*v = node_value(has(d, "value"), r->a);
	d->p.dist = DIST_CONSTANT;
	d->p.values = v;
	d->p.n_values = 1;
	return only_keys(r, d, "value", keys, ARRAY_LEN(keys));
}

static bool categorical(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"values", "probabilities"};
	const struct node *probs = has(d, "probabilities");

	if (!has(d, "values"))
		return read_fails(r, d->at, NULL,
		                  "parameter %s: categorical needs values:", d->p.name);
	d->p.dist = DIST_CATEGORICAL;
	return only_keys(r, d, "values", keys, ARRAY_LEN(keys)) &&
	       read_values(r, d, has(d, "values")) &&
	       (!probs || read_probabilities(r, d, probs));
}

static bool optional(struct reading *r, const struct draft *d, const char *key,
                     double *out)
{
	const struct node *n = has(d, key);

	return !n || read_number(r, n, key, out);
}

static bool moments(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"mu", "sigma", "q"};

	d->p.mu = 0;
	d->p.sigma = 1;
	if (!only_keys(r, d, dist_name(d->p.dist), keys, ARRAY_LEN(keys)) ||
	    !optional(r, d, "mu", &d->p.mu) || !optional(r, d, "sigma", &d->p.sigma))
		return false;
	if (!(d->p.sigma >= 0))
		return read_fails(r, has(d, "sigma")->at, NULL,
		                  "parameter %s: sigma must not be negative",
		                  d->p.name);
	return true;
}

static bool shapes(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"a", "b", "q"};

	d->p.a = d->p.b = 1;
	if (!only_keys(r, d, dist_name(d->p.dist), keys, ARRAY_LEN(keys)) ||
	    !optional(r, d, "a", &d->p.a) || !optional(r, d, "b", &d->p.b))
		return false;
	if (!(d->p.a > 0) || !(d->p.b > 0))
		return read_fails(r, d->at, NULL,
		                  "parameter %s: a and b must be above 0", d->p.name);
	return true;
}

static bool is_int(const struct node *n)
{
	return n && n->kind == NODE_SCALAR && n->value.kind == VALUE_INT;
}

static bool positive_bounds(struct reading *r, const struct draft *d)
{
	enum dist k = d->p.dist;

	if ((k == DIST_LOG_UNIFORM_VALUES || k == DIST_Q_LOG_UNIFORM_VALUES ||
	     k == DIST_INV_LOG_UNIFORM_VALUES) &&
	    !(d->p.min > 0))
		return read_fails(r, has(d, "min")->at, NULL,
		                  "parameter %s: on a log scale min must be above 0",
		                  d->p.name);
	return true;
}

/* log_uniform's bounds are exponents: say what that comes to. */
static void note_exponents(struct reading *r, const struct draft *d)
{
	double low = d->p.dist == DIST_INV_LOG_UNIFORM ? exp(-d->p.max) : exp(d->p.min);
	double high =
	    d->p.dist == DIST_INV_LOG_UNIFORM ? exp(-d->p.min) : exp(d->p.max);

	if (d->p.dist == DIST_LOG_UNIFORM || d->p.dist == DIST_Q_LOG_UNIFORM ||
	    d->p.dist == DIST_INV_LOG_UNIFORM)
		read_note(r, false, d->at,
		          "parameter %s: the bounds of %s are exponents: it ranges "
		          "from %.4g to "
		          "%.4g; for bounds that are values write %s_values",
		          d->p.name, dist_name(d->p.dist), low, high,
		          dist_name(d->p.dist));
}

static bool bounds(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"min", "max", "q", "log"};
	const struct node *min = has(d, "min"), *max = has(d, "max");

	if (!only_keys(r, d, d->has_dist ? d->dist_word : "min and max", keys,
	               ARRAY_LEN(keys)))
		return false;
	if (!min || !max)
		return read_fails(r, d->at, NULL, "parameter %s: %s is missing",
		                  d->p.name, min ? "max" : "min");
	if (!read_number(r, min, "min", &d->p.min) ||
	    !read_number(r, max, "max", &d->p.max))
		return false;
	if (!(d->p.min < d->p.max))
		return read_fails(r, min->at,
		                  d->p.min > d->p.max
		                      ? "swap them"
		                      : "for one value write value: instead",
		                  "parameter %s: min (%g) must be below max (%g)",
		                  d->p.name, d->p.min, d->p.max);
	if (!isfinite(d->p.max - d->p.min))
		return read_fails(r, min->at, NULL,
		                  "parameter %s: the range is too wide", d->p.name);
	if (d->p.dist == DIST_INT_UNIFORM &&
	    (d->p.min != floor(d->p.min) || d->p.max != floor(d->p.max) ||
	     fabs(d->p.min) > 0x1p53 || fabs(d->p.max) > 0x1p53))
		return read_fails(
		    r, min->at, NULL,
		    "parameter %s: int_uniform needs whole numbers as bounds",
		    d->p.name);
	note_exponents(r, d);
	return positive_bounds(r, d);
}

static bool takes_q(enum dist k)
{
	return strncmp(dist_name(k), "q_", 2) == 0;
}

static bool step(struct reading *r, struct draft *d)
{
	const struct node *q = has(d, "q");
	double first, last;

	d->p.q = 1;
	if (!q)
		return true;
	if (!takes_q(d->p.dist))
		return read_fails(r, q->at, NULL, "parameter %s: q does not go with %s",
		                  d->p.name, dist_name(d->p.dist));
	if (!read_number(r, q, "q", &d->p.q))
		return false;
	if (!(d->p.q > 0))
		return read_fails(r, q->at, NULL, "parameter %s: q must be above 0",
		                  d->p.name);
	d->p.q_int = is_int(q);
	if (d->p.clip && !param_clip_range(&d->p, &first, &last))
		return read_fails(
		    r, q->at, NULL,
		    "parameter %s: no multiple of q = %g lies in the range", d->p.name,
		    d->p.q);
	return true;
}

/* What min, max, log and q without `distribution:` stand for. */
static void infer_range(struct draft *d)
{
	bool whole = is_int(has(d, "min")) && is_int(has(d, "max"));
	bool q = has(d, "q") != NULL;

	d->p.clip = q || (d->log && whole);
	if (d->log)
		d->p.dist =
		    q || whole ? DIST_Q_LOG_UNIFORM_VALUES : DIST_LOG_UNIFORM_VALUES;
	else
		d->p.dist = q       ? DIST_Q_UNIFORM
		            : whole ? DIST_INT_UNIFORM
		                    : DIST_UNIFORM;
	d->p.q_int = !q && d->log && whole;
}

static bool by_distribution(struct reading *r, struct draft *d)
{
	const struct node *word = has(d, "distribution");

	if (!read_string(r, word, "distribution", &d->dist_word))
		return false;
	if (!dist_find(d->dist_word, &d->p.dist)) {
		const char *near = str_nearest(d->dist_word, dist_names, dist_count);

		return read_fails(
		    r, word->at,
		    near ? arena_printf(r->a, "did you mean %s?", near)
			 : "uniform, int_uniform, log_uniform_values, normal, "
			   "categorical, constant and their q_ forms",
		    "unknown distribution %s", d->dist_word);
	}
	if (d->log)
		return read_fails(r, has(d, "log")->at,
		                  "leave distribution out, or write log_uniform_values",
		                  "log does not go with distribution");
	switch (d->p.dist) {
	case DIST_CONSTANT: return constant(r, d);
	case DIST_CATEGORICAL: return categorical(r, d);
	case DIST_NORMAL:
	case DIST_Q_NORMAL:
	case DIST_LOG_NORMAL:
	case DIST_Q_LOG_NORMAL: return moments(r, d) && step(r, d);
	case DIST_BETA:
	case DIST_Q_BETA: return shapes(r, d) && step(r, d);
	case DIST_INT_UNIFORM:
	case DIST_UNIFORM:
	case DIST_Q_UNIFORM:
	case DIST_LOG_UNIFORM:
	case DIST_Q_LOG_UNIFORM:
	case DIST_INV_LOG_UNIFORM:
	case DIST_LOG_UNIFORM_VALUES:
	case DIST_Q_LOG_UNIFORM_VALUES:
	case DIST_INV_LOG_UNIFORM_VALUES: break;
	}
	return bounds(r, d) && step(r, d);
}

static bool by_keys(struct reading *r, struct draft *d)
{
	if (has(d, "value"))
		return constant(r, d);
	if (has(d, "values"))
		return categorical(r, d);
	if (has(d, "min") || has(d, "max")) {
		bool whole;

		infer_range(d);
		whole = d->p.q_int;
		if (!bounds(r, d) || !step(r, d))
			return false;
		d->p.q_int = d->p.q_int || whole;
		return true;
	}
	for (size_t i = 0; i < d->map->n; i++)
		if (!is_param_key(d->map->keys[i]))
			return read_unknown_key(r, d->map, i, "a parameter", param_keys,
			                        ARRAY_LEN(param_keys));
	return read_fails(r, d->at, "give it value:, values: [...] or min: and max:",
	                  "parameter %s says nothing about what it may be", d->p.name);
}

static bool preset(struct reading *r, struct draft *d)
{
	const struct node *n = has(d, "default");
	struct value *v;
	double u;

	if (!n)
		return true;
	v = arena_new(r->a, 1, sizeof *v);
	*v = node_value(n, r->a);
	if (!param_encode(&d->p, v, &u)) {
		struct str what = {0};

		param_describe(&d->p, &what);
		read_fails(r, n->at, NULL, "parameter %s: the default is not among %s",
		           d->p.name, str_text(&what));
		str_free(&what);
		return false;
	}
	d->p.preset = v;
	return true;
}

static bool name_ok(struct reading *r, const char *name, struct place at)
{
	for (const char *s = name; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '=')
			return read_fails(
			    r, at, NULL,
			    "a parameter's name must not hold control characters or "
			    "\"=\"");
	if (!*name || strlen(name) > 200)
		return read_fails(r, at, NULL,
		                  "a parameter's name has 1 to 200 characters");
	return true;
}

static bool read_group(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t depth);

static bool add_draft(struct reading *r, struct drafts *ds, const struct node *map,
                      struct place at, size_t depth)
{
	struct draft d = {.map = map, .at = at};
	const struct node *log = node_get(map, "log");
	const char **path = arena_new(r->a, depth + 1, sizeof *path);
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
	d.has_dist = node_get(map, "distribution") != NULL;
	if (log && !read_bool(r, log, "log", &d.log))
		return false;
	if (!(d.has_dist ? by_distribution(r, &d) : by_keys(r, &d)) || !preset(r, &d))
		return false;
	if (ds->n == PARAMS_MAX)
		return read_fails(r, at, NULL, "more than %d parameters", PARAMS_MAX);
	ds->list = mem_room(ds->list, ds->n, &ds->cap, sizeof *ds->list);
	ds->list[ds->n++] = d;
	return true;
}

static bool read_entry(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t i, size_t depth)
{
	const struct node *n = map->items[i];
	const struct node *inner;

	ds->path[depth] = map->keys[i];
	if (!name_ok(r, map->keys[i], map->key_at[i]))
		return false;
	if (n->kind != NODE_MAP)
		return read_fails(r, map->key_at[i],
		                  n->kind == NODE_LIST
		                      ? "write values: [...]"
		                      : "write value: ... for a constant; check "
		                        "the indentation",
		                  "parameter %s must be a mapping", map->keys[i]);
	inner = node_get(n, "parameters");
	if (!inner || n->n != 1)
		return add_draft(r, ds, n, map->key_at[i], depth);
	if (depth + 1 >= NESTING_MAX)
		return read_fails(r, map->key_at[i], NULL,
		                  "parameters are nested too deep");
	return read_map(r, inner, "parameters") && read_group(r, ds, inner, depth + 1);
}

static bool read_group(struct reading *r, struct drafts *ds, const struct node *map,
                       size_t depth)
{
	if (!map->n)
		return read_fails(r, map->at, NULL, "parameters is empty");
	for (size_t i = 0; i < map->n; i++)
		if (!read_entry(r, ds, map, i, depth))
			return false;
	return true;
}

/* Conditions, once every name is known. */

static const char **names_of(const struct drafts *ds, struct arena *a)
{
	const char **names = arena_new(a, ds->n, sizeof *names);

	for (size_t i = 0; i < ds->n; i++)
		names[i] = ds->list[i].p.name;
	return names;
}

static bool read_condition(struct reading *r, const struct drafts *ds,
                           const struct draft *d, const struct node *when, size_t k,
                           struct condition *out)
{
	const char **names = names_of(ds, r->a), *near;
	const struct node *n = when->items[k];
	struct value all = node_value(n, r->a);
	struct value *one = arena_new(r->a, 1, sizeof *one);
	double u;

	for (out->param = 0; out->param < ds->n; out->param++)
		if (strcmp(names[out->param], when->keys[k]) == 0)
			break;
	if (out->param == ds->n) {
		near = str_nearest(when->keys[k], names, ds->n);
		return read_fails(r, when->key_at[k],
		                  near ? arena_printf(r->a, "did you mean %s?", near)
		                       : NULL,
		                  "parameter %s: when names %s, which is no parameter",
		                  d->p.name, when->keys[k]);
	}
	*one = all;
	out->values = all.kind == VALUE_LIST ? all.items : one;
	out->n = all.kind == VALUE_LIST ? all.n : 1;
	for (size_t i = 0; i < out->n; i++)
		if (!param_encode(&ds->list[out->param].p, &out->values[i], &u))
			return read_fails(
			    r, n->at, NULL,
			    "parameter %s: when wants a value that %s never has",
			    d->p.name, when->keys[k]);
	return true;
}

static bool read_when(struct reading *r, struct drafts *ds, struct draft *d)
{
	const struct node *when = node_get(d->map, "when");
	struct condition *list;

	if (!when)
		return true;
	if (when->kind != NODE_MAP || !when->n)
		return read_fails(
		    r, when->at, "as in when: {optimizer: sgd}",
		    "parameter %s: when must name a parameter and its value",
		    d->p.name);
	list = arena_new(r->a, when->n, sizeof *list);
	for (size_t k = 0; k < when->n; k++)
		if (!read_condition(r, ds, d, when, k, &list[k]))
			return false;
	d->p.when = list;
	d->p.n_when = when->n;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct draft *x = *(const struct draft *const *)a;
	const struct draft *y = *(const struct draft *const *)b;

	return strcmp(x->p.name, y->p.name);
}

/* "a.b" beside "a: {parameters: {b: …}}": two parameters that nothing could tell apart.
 */
static bool names_differ(struct reading *r, const struct drafts *ds)
{
	const struct draft **sorted = arena_new(r->a, ds->n, sizeof *sorted);

	for (size_t i = 0; i < ds->n; i++)
		sorted[i] = &ds->list[i];
	if (ds->n > 1)
		qsort(sorted, ds->n, sizeof *sorted, by_name);
	for (size_t i = 1; i < ds->n; i++)
		if (strcmp(sorted[i]->p.name, sorted[i - 1]->p.name) == 0)
			return read_fails(r, sorted[i]->at, NULL,
			                  "there are two parameters %s",
			                  sorted[i]->p.name);
	return true;
}

static bool finish(struct reading *r, struct drafts *ds)
{
	struct space *sp = &r->spec->space;
	struct error cycle;

	if (!names_differ(r, ds))
		return false;
	for (size_t i = 0; i < ds->n; i++)
		if (!read_when(r, ds, &ds->list[i]))
			return false;
	sp->n = ds->n;
	sp->params = arena_new(r->a, ds->n, sizeof *sp->params);
	for (size_t i = 0; i < ds->n; i++)
		sp->params[i] = ds->list[i].p;
	return space_finish(sp, r->a, &cycle) ||
	       read_fails(r, (struct place){0}, NULL, "%s", cycle.text);
}

bool spec_read_parameters(struct reading *r, const struct node *map)
{
	struct drafts ds = {0};
	bool ok;

	if (!read_map(r, map, "parameters"))
		return false;
	ok = read_group(r, &ds, map, 0) && finish(r, &ds);
	free(ds.list);
	return ok;
}

bool spec_read_constraints(struct reading *r, const struct node *list)
{
	struct space *sp = &r->spec->space;
	struct constraint **out;
	const char **names = arena_new(r->a, sp->n, sizeof *names);

	if (list->kind != NODE_LIST)
		return read_fails(r, list->at,
		                  "as in constraints: [\"width % heads == 0\"]",
		                  "constraints must be a list of texts");
	for (size_t i = 0; i < sp->n; i++)
		names[i] = sp->params[i].name;
	out = arena_new(r->a, list->n, sizeof(struct constraint *));
	for (size_t i = 0; i < list->n; i++) {
		const struct node *n = list->items[i];
		const char *text;
		struct error why;
		size_t column = 0;

		if (!read_string(r, n, "a constraint", &text))
			return false;
		out[i] = constraint_parse(text, names, sp->n, r->a, &column, &why);
		if (!out[i]) {
			struct place at = {n->at.line,
			                   n->at.column + column + n->quoted};

			return read_fails(r, n->at.line ? at : n->at, NULL,
			                  "constraint \"%s\": %s", text, why.text);
		}
	}
	sp->constraints = out;
	sp->n_constraints = list->n;
	return true;
}
