#include "space/space.h"
#include "base/set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_paths(const struct param *a, const struct param *b)
{
	for (size_t i = 0; i < a->depth && i < b->depth; i++) {
		int c = strcmp(a->path[i], b->path[i]);

		if (c)
			return c;
	}
	return (a->depth > b->depth) - (a->depth < b->depth);
}

static int by_path(const void *a, const void *b, void *params)
{
	const struct param *p = params;

	return compare_paths(&p[*(const size_t *)a], &p[*(const size_t *)b]);
}

/* Sorts the parameters; the indices in their conditions follow. */
static void sort_params(struct space *s, struct arena *a)
{
	size_t *order = arena_new(a, s->n, sizeof *order);
	size_t *place = arena_new(a, s->n, sizeof *place);
	struct param *sorted = arena_new(a, s->n, sizeof *sorted);

	for (size_t i = 0; i < s->n; i++)
		order[i] = i;
	if (s->n > 1)
		qsort_r(order, s->n, sizeof *order, by_path, s->params);
	for (size_t i = 0; i < s->n; i++) {
		place[order[i]] = i;
		sorted[i] = s->params[order[i]];
	}
	for (size_t i = 0; i < s->n; i++) {
		struct condition *when = arena_new(a, sorted[i].n_when, sizeof *when);

		for (size_t k = 0; k < sorted[i].n_when; k++) {
			when[k] = sorted[i].when[k];
			when[k].param = place[when[k].param];
		}
		sorted[i].when = when;
	}
	s->params = sorted;
}

/* Depth-first over the conditions; marks: 1 on the way, 2 done. */
static bool visit(struct space *s, size_t i, unsigned char *mark, size_t *order,
                  size_t *n, struct error *err)
{
	if (mark[i] == 2)
		return true;
	if (mark[i] == 1 && s->params[i].zip_leader == i && s->params[i].zip)
		return true;
	if (mark[i] == 1)
		return error_set(err, ERROR_FILE,
		                 "the conditions (when:) of %s go in a circle",
		                 s->params[i].name);
	mark[i] = 1;
	if (s->params[i].zip && !visit(s, s->params[i].zip_leader, mark, order, n, err))
		return false;
	for (size_t k = 0; k < s->params[i].n_when; k++)
		if (!visit(s, s->params[i].when[k].param, mark, order, n, err))
			return false;
	mark[i] = 2;
	order[(*n)++] = i;
	return true;
}

static void find_leaders(struct space *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; s->params[i].zip && k < s->n; k++)
			if (s->params[k].zip == s->params[i].zip &&
			    s->params[k].zip_leads)
				s->params[i].zip_leader = k;
}

bool space_finish(struct space *s, struct arena *a, struct error *err)
{
	unsigned char *mark = arena_new(a, s->n, 1);
	size_t *order = arena_new(a, s->n, sizeof *order);
	size_t n = 0;

	sort_params(s, a);
	find_leaders(s);
	for (size_t i = 0; i < s->n; i++) {
		param_finish(&s->params[i], a);
		if (!visit(s, i, mark, order, &n, err))
			return false;
	}
	s->order = order;
	return true;
}

void space_set_decoding(struct space *s, int decoding)
{
	for (size_t i = 0; i < s->n; i++)
		s->params[i].v1 = decoding < DECODING;
}

int space_decoding(const struct space *s)
{
	return s->n && s->params[0].v1 ? 1 : DECODING;
}

static bool condition_holds(const struct condition *c,
                            const struct value *const *values)
{
	if (!values[c->param])
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (value_equal(values[c->param], &c->values[i]))
			return true;
	return false;
}

static bool active(const struct param *p, const struct value *const *values)
{
	for (size_t i = 0; i < p->n_when; i++)
		if (!condition_holds(&p->when[i], values))
			return false;
	return true;
}

static size_t zip_row(const struct space *s, const struct param *p,
                      const struct coord *point)
{
	const struct coord *leader = &point[p->zip_leader];

	return param_row(&s->params[p->zip_leader], leader->u, leader->level);
}

void space_decode(const struct space *s, const struct coord *point, struct arena *a,
                  const struct value **out)
{
	for (size_t k = 0; k < s->n; k++)
		out[k] = NULL;
	for (size_t k = 0; k < s->n; k++) {
		size_t i = s->order[k];
		const struct param *p = &s->params[i];
		struct value *v;

		if (!active(p, out))
			continue;
		/* Listed values are shared, not copied. */
		v = arena_new(a, 1, sizeof *v);
		if (p->zip)
			*v = p->values[zip_row(s, p, point)];
		else if (point[i].level >= 0)
			param_grid_value(p, (uint64_t)point[i].level, a, v);
		else
			param_decode(p, point[i].u, a, v);
		out[i] = v;
	}
}

bool space_feasible(const struct space *s, const struct value *const *values,
                    const char **why)
{
	for (size_t i = 0; i < s->n_constraints; i++)
		if (constraint_check(s->constraints[i], values, NULL) ==
		    CONSTRAINT_FAILS) {
			if (why)
				*why = constraint_text(s->constraints[i]);
			return false;
		}
	return true;
}

uint64_t space_hash(const struct space *s, const struct value *const *values)
{
	uint64_t h = SET_HASH;

	for (size_t i = 0; i < s->n; i++) {
		if (!values[i] ||
		    (s->params[i].dist == DIST_CONSTANT && !s->params[i].zip))
			continue;
		h = set_hash(h, &i, sizeof i);
		h = value_hash(h, values[i]);
	}
	return h;
}

bool space_defaults(const struct space *s, struct coord *point, bool *any,
                    struct error *err)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, s->n, sizeof *values);
	const char *why;
	bool ok = true;

	*any = false;
	for (size_t i = 0; i < s->n; i++) {
		const struct param *p = &s->params[i];
		double u = param_middle(p);

		if (p->preset && p->dist != DIST_CONSTANT)
			*any = param_encode(p, p->preset, &u) || *any;
		else if (p->dist == DIST_CATEGORICAL)
			param_encode(p, &p->values[0], &u);
		point[i] = (struct coord){u, -1};
	}
	space_decode(s, point, &a, values);
	if (*any && !space_feasible(s, values, &why))
		ok = error_set(
		    err, ERROR_FILE,
		    "the default configuration violates the constraint \"%s\"", why);
	arena_free(&a);
	return ok;
}

/* Configurations below a choice of the parameters order[0 … k-1]: branches on
 * parameters that others depend on, multiplies the rest. Conditions make this a tree;
 * it is cut off by a budget of steps, beyond which the answer is "unbounded". */
struct counting {
	const struct space *s;
	const struct value **values;
	bool *parent; /* (n) some other parameter's when: names it */
	struct arena a;
	long steps;
};

static double count_from(struct counting *c, size_t k)
{
	const struct space *s = c->s;
	double product = 1;

	for (; k < s->n && c->steps > 0; k++) {
		size_t i = s->order[k];
		const struct param *p = &s->params[i];
		uint64_t n = param_cardinality(p);
		double sum = 0;

		c->steps--;
		if (!active(p, c->values))
			continue;
		if (!n)
			return 0;
		if (!c->parent[i] || n == 1) {
			struct value *v = arena_new(&c->a, 1, sizeof *v);

			param_decode(p, param_cell(p, 0), &c->a, v);
			c->values[i] = v;
			product *= (double)n;
			continue;
		}
		for (uint64_t cell = 0; cell < n && c->steps > 0; cell++) {
			struct arena_mark mark = arena_mark(&c->a);
			struct value *v = arena_new(&c->a, 1, sizeof *v);
			double below;

			param_decode(p, param_cell(p, cell), &c->a, v);
			c->values[i] = v;
			below = count_from(c, k + 1);
			arena_rewind(&c->a, mark);
			for (size_t later = k; later < s->n; later++)
				c->values[s->order[later]] = NULL;
			if (below <= 0)
				return 0;
			sum += below;
		}
		return product * sum;
	}
	return product;
}

uint64_t space_cardinality(const struct space *s)
{
	struct counting c = {.s = s, .steps = 1000000};
	double n;

	c.values = arena_new(&c.a, s->n, sizeof *c.values);
	c.parent = arena_new(&c.a, s->n, sizeof *c.parent);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->params[i].n_when; k++)
			c.parent[s->params[i].when[k].param] = true;
	n = count_from(&c, 0);
	arena_free(&c.a);
	return c.steps > 0 && n >= 1 && n <= 0x1p53 ? (uint64_t)n : 0;
}

static bool grid_refuses(const struct param *p, struct error *err)
{
	if (p->dist == DIST_CATEGORICAL)
		return error_set(
		    err, ERROR_FILE,
		    "a grid cannot take %s: its values have probabilities\n"
		    "  help: leave probabilities out, or use method: random",
		    p->name);
	return error_set(
	    err, ERROR_FILE,
	    "a grid cannot take %s: %s has no steps\n"
	    "  help: list its values (values: [...]), or give it a step (q: ...), "
	    "or use method: random or sobol",
	    p->name, dist_name(p->dist));
}

bool space_grid_size(const struct space *s, uint64_t *size, struct error *err)
{
	double product = 1;

	for (size_t i = 0; i < s->n; i++) {
		uint64_t n = param_grid_size(&s->params[i]);

		if (!n)
			return grid_refuses(&s->params[i], err);
		product *= (double)n;
	}
	if (product > 0x1p53)
		return error_set(err, ERROR_FILE,
		                 "the grid has %.3g cells\n"
		                 "  help: use fewer values, or method: random or sobol",
		                 product);
	*size = (uint64_t)product;
	return true;
}

void space_grid_point(const struct space *s, uint64_t cell, struct coord *point)
{
	for (size_t k = s->n; k-- > 0;) {
		size_t i = s->order[k];
		uint64_t n = param_grid_size(&s->params[i]);

		point[i] = (struct coord){0.5, (int64_t)(cell % n)};
		cell /= n;
	}
}

bool space_grid_count(const struct space *s, uint64_t cells, uint64_t *n)
{
	struct arena a = {0};
	struct coord *point = arena_new(&a, s->n, sizeof *point);
	const struct value **values = arena_new(&a, s->n, sizeof *values);
	struct set seen = {0};
	struct error ignored;
	uint64_t size;
	bool ok = space_grid_size(s, &size, &ignored) && size <= cells;

	*n = 0;
	for (uint64_t cell = 0; ok && cell < size; cell++) {
		struct arena_mark mark = arena_mark(&a);

		space_grid_point(s, cell, point);
		space_decode(s, point, &a, values);
		*n += space_feasible(s, values, NULL) &&
		      set_add(&seen, space_hash(s, values));
		arena_rewind(&a, mark);
	}
	set_free(&seen);
	arena_free(&a);
	return ok;
}

/* One level of the argument map: parameters whose path begins with path[0 … depth-1].
 */
struct level {
	const struct space *s;
	const struct value *const *values;
	struct arena *a;
	size_t from, to; /* indices, a group is contiguous */
	size_t depth;
};

/* The end of the group that parameter i opens at this depth. */
static size_t group_end(const struct level *l, size_t i)
{
	const char *name = l->s->params[i].path[l->depth];
	size_t end = i + 1;

	while (end < l->to && l->s->params[end].depth > l->depth + 1 &&
	       strcmp(l->s->params[end].path[l->depth], name) == 0)
		end++;
	return end;
}

static struct value level_map(const struct level *l)
{
	struct value *items = arena_new(l->a, l->to - l->from, sizeof *items);
	const char **keys = arena_new(l->a, l->to - l->from, sizeof *keys);
	size_t n = 0;

	for (size_t i = l->from; i < l->to; i++)
		if (l->s->params[i].depth == l->depth + 1 && l->values[i]) {
			keys[n] = l->s->params[i].path[l->depth];
			items[n++] = *l->values[i];
		}
	for (size_t i = l->from; i < l->to;) {
		struct level below = *l;
		struct value group;

		if (l->s->params[i].depth == l->depth + 1) {
			i++;
			continue;
		}
		below.from = i;
		below.to = i = group_end(l, i);
		below.depth++;
		group = level_map(&below);
		if (!group.n)
			continue;
		keys[n] = l->s->params[below.from].path[l->depth];
		items[n++] = group;
	}
	return (struct value){.kind = VALUE_MAP, .n = n, .items = items, .keys = keys};
}

struct value space_arguments(const struct space *s, const struct value *const *values,
                             struct arena *a)
{
	struct level top = {.s = s, .values = values, .a = a, .to = s->n};

	return level_map(&top);
}

void space_json(const struct space *s, const struct value *const *values,
                struct str *out)
{
	bool first = true;

	str_addc(out, '{');
	for (size_t i = 0; i < s->n; i++) {
		if (!values[i])
			continue;
		str_add(out, first ? "" : ",");
		str_json(out, s->params[i].name, strlen(s->params[i].name), false);
		str_addc(out, ':');
		value_json(values[i], out, false);
		first = false;
	}
	str_addc(out, '}');
}

size_t space_find(const struct space *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->params[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}
