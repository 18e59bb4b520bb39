/* What ties parameters together: `when` and `constraints`. */
#include "config/draft.h"

#include <stdlib.h>
#include <string.h>

enum { CONSTRAINTS_MAX = 1000 };

/* Parameters by name, for many look-ups. */
struct index {
	struct draft *list;
	size_t n;
	const char **sorted; /* (n) */
	size_t *which;       /* (n) places in list */
};

static int by_name(const void *a, const void *b, void *list)
{
	const struct draft *d = list;

	return strcmp(d[*(const size_t *)a].p.name, d[*(const size_t *)b].p.name);
}

static void index_names(struct index *x, struct arena *a)
{
	x->which = arena_new(a, x->n, sizeof *x->which);
	x->sorted = arena_new(a, x->n, sizeof *x->sorted);
	for (size_t i = 0; i < x->n; i++)
		x->which[i] = i;
	if (x->n > 1)
		qsort_r(x->which, x->n, sizeof *x->which, by_name, x->list);
	for (size_t i = 0; i < x->n; i++)
		x->sorted[i] = x->list[x->which[i]].p.name;
}

/* Place in the list; SIZE_MAX when there is none. */
static size_t find(const struct index *x, const char *name)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(name, x->sorted[mid]);

		if (!c)
			return x->which[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return SIZE_MAX;
}

/* The name in the innermost group that has it. */
static size_t find_scoped(const struct index *x, const struct draft *d, size_t level,
                          const char *name)
{
	size_t found = SIZE_MAX;

	for (size_t k = level + 1; k-- > 0 && found == SIZE_MAX;) {
		struct str full = {0};

		for (size_t i = 0; i < k; i++)
			str_addf(&full, "%s.", d->p.path[i]);
		str_add(&full, name);
		found = find(x, str_text(&full));
		str_free(&full);
	}
	return found;
}

/* Certain values, not a range in which no value is met twice. */
static bool is_discrete(const struct param *p)
{
	return p->dist == DIST_CONSTANT || p->dist == DIST_CATEGORICAL ||
	       p->dist == DIST_INT_UNIFORM || strncmp(dist_name(p->dist), "q_", 2) == 0;
}

static const char *nearest_help(struct reading *r, const struct param *p,
                                const struct value *v)
{
	struct str help = {0};
	const char *text = NULL;
	struct value near;

	if (param_nearest(p, v, &near)) {
		str_add(&help, "did you mean ");
		value_text(&near, &help);
		str_addc(&help, '?');
		text = arena_strdup(r->a, str_text(&help));
	}
	str_free(&help);
	return text;
}

/* One "parent: value" or "parent: [values]" of a when. */
static bool read_condition(struct reading *r, const struct index *x,
                           const struct draft *d, const struct scope *sc, size_t k,
                           struct condition *out)
{
	const struct node *n = sc->when->items[k];
	const char *name = sc->when->keys[k];
	struct value *v = arena_new(r->a, 1, sizeof *v);
	const struct param *parent;
	double u;

	out->param = find_scoped(x, d, sc->level, name);
	if (out->param == SIZE_MAX)
		return read_fails(r, sc->when->key_at[k],
		                  read_nearest(r, name, x->sorted, x->n),
		                  "parameter %s: when names %s, which is no parameter",
		                  d->p.name, name);
	parent = &x->list[out->param].p;
	if (parent == &d->p)
		return read_fails(r, sc->when->key_at[k], NULL,
		                  "parameter %s depends on itself", d->p.name);
	if (!is_discrete(parent))
		return read_fails(
		    r, sc->when->key_at[k],
		    "give it values: [...] or q:, or use constraints",
		    "parameter %s: %s is continuous and no single value of "
		    "it can be waited for",
		    d->p.name, name);
	*v = node_value(n, r->a);
	out->values = v->kind == VALUE_LIST ? v->items : v;
	out->n = v->kind == VALUE_LIST ? v->n : 1;
	if (!out->n)
		return read_fails(r, n->at, NULL,
		                  "parameter %s: when lists no value of %s", d->p.name,
		                  name);
	for (size_t i = 0; i < out->n; i++)
		if (!param_encode(parent, &out->values[i], &u))
			return read_fails(
			    r, v->kind == VALUE_LIST ? n->items[i]->at : n->at,
			    nearest_help(r, parent, &out->values[i]),
			    "parameter %s: when waits for a value that %s never has",
			    d->p.name, name);
	return true;
}

static bool check_when(struct reading *r, const struct draft *d,
                       const struct node *when)
{
	if (when->kind == NODE_MAP && when->n)
		return true;
	return read_fails(r, when->at, "as in when: {optimizer: sgd}",
	                  "parameter %s: when must name a parameter and its value",
	                  d->p.name);
}

static bool read_scopes(struct reading *r, const struct index *x, struct draft *d)
{
	struct condition *list;
	size_t n = 0;

	for (size_t s = 0; s < d->n_scopes; s++) {
		if (!check_when(r, d, d->scopes[s].when))
			return false;
		n += d->scopes[s].when->n;
	}
	list = arena_new(r->a, n, sizeof *list);
	n = 0;
	for (size_t s = 0; s < d->n_scopes; s++)
		for (size_t k = 0; k < d->scopes[s].when->n; k++)
			if (!read_condition(r, x, d, &d->scopes[s], k, &list[n++]))
				return false;
	d->p.when = list;
	d->p.n_when = n;
	return true;
}

bool draft_conditions(struct reading *r, struct draft *list, size_t n)
{
	struct index x = {.list = list, .n = n};

	index_names(&x, r->a);
	for (size_t i = 1; i < n; i++)
		if (strcmp(x.sorted[i - 1], x.sorted[i]) == 0)
			return read_fails(r, list[x.which[i]].at, NULL,
			                  "there are two parameters %s", x.sorted[i]);
	for (size_t i = 0; i < n; i++)
		if (list[i].n_scopes && !read_scopes(r, &x, &list[i]))
			return false;
	return true;
}

static bool read_constraint(struct reading *r, const struct node *n,
                            const char *const *names, struct constraint **out)
{
	struct error why = {0};
	const char *text;
	size_t column = 0;

	if (!read_string(r, n, "a constraint", &text))
		return false;
	*out = constraint_parse(text, names, r->spec->space.n, r->a, &column, &why);
	return *out || read_fails(r, yaml_position(&r->spec->yaml, n, column), NULL,
	                          "constraint: %s", why.text);
}

bool spec_read_constraints(struct reading *r, const struct node *node)
{
	struct space *sp = &r->spec->space;
	const char **names = arena_new(r->a, sp->n, sizeof *names);
	bool list = node->kind == NODE_LIST;
	size_t n = list ? node->n : 1;
	struct constraint **out = arena_new(r->a, n, sizeof(struct constraint *));

	if (node->kind == NODE_MAP)
		return read_fails(r, node->at,
		                  "as in constraints: [\"width % heads == 0\"]",
		                  "constraints must be a list of texts");
	if (n > CONSTRAINTS_MAX)
		return read_fails(r, node->at, NULL, "more than %d constraints",
		                  CONSTRAINTS_MAX);
	for (size_t i = 0; i < sp->n; i++)
		names[i] = sp->params[i].name;
	for (size_t i = 0; i < n; i++)
		if (!read_constraint(r, list ? node->items[i] : node, names, &out[i]))
			return false;
	sp->constraints = out;
	sp->n_constraints = n;
	return true;
}
