#include "report/difference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void begin(struct sheet *s, const char *name, bool what)
{
	sheet_column(s, name, NULL, COLUMN_TEXT, true);
	if (what)
		sheet_column(s, "what", NULL, COLUMN_TEXT, true);
	sheet_column(s, "a", NULL, COLUMN_TEXT, true);
	sheet_column(s, "b", NULL, COLUMN_TEXT, true);
}

/* Its range, and when it is active. */
static const char *described(const struct space *sp, size_t i, struct arena *a)
{
	const struct param *p = &sp->params[i];
	struct str out = {0};
	const char *kept;

	param_describe(p, &out);
	for (size_t w = 0; w < p->n_when; w++) {
		str_addf(&out, "%s%s", w ? " and " : ", when ",
		         sp->params[p->when[w].param].name);
		for (size_t k = 0; k < p->when[w].n; k++) {
			str_add(&out, k ? " or " : " = ");
			value_text(&p->when[w].values[k], &out);
		}
	}
	if (p->zip)
		str_add(&out, ", with others (zip)");
	kept = arena_strdup(a, str_text(&out));
	str_free(&out);
	return kept;
}

static void add_parameter(struct difference *d, const char *name, const char *a,
                          const char *b)
{
	if (a && b && strcmp(a, b) == 0) {
		d->same_parameters++;
		return;
	}
	sheet_text(&d->parameters, name);
	sheet_text(&d->parameters, !a ? "added" : !b ? "removed" : "changed");
	sheet_text(&d->parameters, a);
	sheet_text(&d->parameters, b);
}

static void compare_spaces(struct difference *d, const struct space *a,
                           const struct space *b)
{
	begin(&d->parameters, "parameter", true);
	for (size_t i = 0; i < a->n; i++) {
		size_t j = space_find(b, a->params[i].name);

		add_parameter(d, a->params[i].name, described(a, i, &d->arena),
		              j == SIZE_MAX ? NULL : described(b, j, &d->arena));
	}
	for (size_t j = 0; j < b->n; j++)
		if (space_find(a, b->params[j].name) == SIZE_MAX)
			add_parameter(d, b->params[j].name, NULL,
			              described(b, j, &d->arena));
}

static const char *node_text(const struct node *n, struct arena *a)
{
	struct str out = {0};
	struct value v;
	const char *kept;

	if (!n)
		return NULL;
	v = node_value(n, a);
	value_json(&v, &out, false);
	kept = arena_strdup(a, str_text(&out));
	str_free(&out);
	return kept;
}

static void add_setting(struct difference *d, const char *key, const char *a,
                        const char *b)
{
	if (strcmp(a ? a : "", b ? b : "") == 0)
		return;
	sheet_text(&d->settings, key);
	sheet_text(&d->settings, a);
	sheet_text(&d->settings, b);
}

static void compare_nodes(struct difference *d, const char *path, const struct node *a,
                          const struct node *b)
{
	size_t n_a = a ? a->n : 0;

	if (!a || !b || a->kind != NODE_MAP || b->kind != NODE_MAP) {
		add_setting(d, path, node_text(a, &d->arena), node_text(b, &d->arena));
		return;
	}
	for (size_t i = 0; i < n_a + b->n; i++) {
		const char *key = i < n_a ? a->keys[i] : b->keys[i - n_a];

		if ((i >= n_a && node_get(a, key)) ||
		    (!*path && strcmp(key, "parameters") == 0))
			continue;
		compare_nodes(
		    d, arena_printf(&d->arena, "%s%s%s", path, *path ? "." : "", key),
		    node_get(a, key), node_get(b, key));
	}
}

/* What options said in place of the file, and what was trained with. */
static void compare_settings(struct difference *d, const struct search *a,
                             const struct search *b)
{
	const struct search_origin *x = &a->origin, *y = &b->origin;

	begin(&d->settings, "setting", false);
	compare_nodes(d, "", a->spec->yaml.root, b->spec->yaml.root);
	add_setting(d, "--command", x->command, y->command);
	add_setting(d, "trials asked",
	            arena_printf(&d->arena, "%llu", (unsigned long long)a->cap),
	            arena_printf(&d->arena, "%llu", (unsigned long long)b->cap));
	add_setting(d, "git", x->git && *x->git ? x->git : NULL,
	            y->git && *y->git ? y->git : NULL);
	add_setting(d, "host", x->host, y->host);
	add_setting(d, "hpsearch", x->version, y->version);
}

static void add_winner(struct difference *d, const char *name, const struct value *a,
                       const struct value *b)
{
	if (a && b && value_equal(a, b))
		return;
	if (!a && !b)
		return;
	sheet_text(&d->winners, name);
	sheet_value(&d->winners, a);
	sheet_value(&d->winners, b);
}

static void compare_winners(struct difference *d, const struct space *a,
                            const struct space *b)
{
	begin(&d->winners, "parameter", false);
	if (!d->winner_a || !d->winner_b)
		return;
	for (size_t i = 0; i < a->n; i++) {
		size_t j = space_find(b, a->params[i].name);

		add_winner(d, a->params[i].name, d->winner_a->values[i],
		           j == SIZE_MAX ? NULL : d->winner_b->values[j]);
	}
	for (size_t j = 0; j < b->n; j++)
		if (space_find(a, b->params[j].name) == SIZE_MAX)
			add_winner(d, b->params[j].name, NULL, d->winner_b->values[j]);
}

/* A trial with a value, and its configuration as a text. */
struct keyed {
	const char *key;
	uint64_t trial;
	double value;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c ? c : (x->trial > y->trial) - (x->trial < y->trial);
}

/* One alone has it, with one value: it makes no two trials different. */
static bool counts(const struct param *p, const struct space *other)
{
	return space_find(other, p->name) != SIZE_MAX || p->n_when || p->zip ||
	       param_cardinality(p) != 1;
}

static struct keyed *keys_of(const struct search *s, const struct space *other,
                             struct arena *a, size_t *n)
{
	const struct space *sp = &s->spec->space;
	struct keyed *list = arena_new(a, s->n + 1, sizeof *list);
	const struct value **kept = arena_new(a, sp->n + 1, sizeof *kept);
	struct str out = {0};

	*n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		if (t->outcome != OUTCOME_OK || !isfinite(t->value))
			continue;
		for (size_t p = 0; p < sp->n; p++)
			kept[p] = counts(&sp->params[p], other) ? t->values[p] : NULL;
		str_clear(&out);
		space_json(sp, kept, &out);
		list[(*n)++] =
		    (struct keyed){arena_strdup(a, str_text(&out)), t->id, t->value};
	}
	qsort(list, *n, sizeof *list, by_key);
	str_free(&out);
	return list;
}

/* The mean of those that are the same as the first; *count of them. */
static double mean_of(const struct keyed *list, size_t n, size_t *count)
{
	double sum = 0;

	for (*count = 0; *count < n && strcmp(list[*count].key, list[0].key) == 0;
	     ++*count)
		sum += list[*count].value;
	return sum / (double)*count;
}

static int by_trial(const void *a, const void *b)
{
	const struct common_point *x = a, *y = b;

	return (x->a > y->a) - (x->a < y->a);
}

static void pair_points(struct difference *d, const struct search *a,
                        const struct search *b)
{
	size_t n_a, n_b, i = 0, j = 0;
	struct keyed *x = keys_of(a, &b->spec->space, &d->arena, &n_a);
	struct keyed *y = keys_of(b, &a->spec->space, &d->arena, &n_b);

	d->points = arena_new(&d->arena, n_a + 1, sizeof *d->points);
	while (i < n_a && j < n_b) {
		int c = strcmp(x[i].key, y[j].key);
		size_t same_x = 1, same_y = 1;

		if (c == 0) {
			struct common_point *p = &d->points[d->n_points++];

			*p = (struct common_point){.a = x[i].trial, .b = y[j].trial};
			p->in_a = mean_of(x + i, n_a - i, &same_x);
			p->in_b = mean_of(y + j, n_b - j, &same_y);
		}
		i += c <= 0 ? same_x : 0;
		j += c >= 0 ? same_y : 0;
	}
	qsort(d->points, d->n_points, sizeof *d->points, by_trial);
}

static void compare_points(struct difference *d, const struct search *a,
                           const struct search *b)
{
	const struct metric *m = &a->spec->metric, *o = &b->spec->metric;
	double *x;

	d->comparable =
	    m->name && o->name && strcmp(m->name, o->name) == 0 && m->goal == o->goal;
	if (!d->comparable)
		return;
	pair_points(d, a, b);
	x = arena_new(&d->arena, d->n_points + 1, sizeof *x);
	for (size_t i = 0; i < d->n_points; i++) {
		x[i] = d->points[i].in_b - d->points[i].in_a;
		d->better += metric_sign(m) * x[i] < 0;
	}
	d->moments = stat_of(x, d->n_points);
	d->half = stat_half_width(d->moments, d->level);
}

void difference_init(struct difference *d, const struct study *a, const struct study *b)
{
	*d = (struct difference){.level = 0.95,
	                         .half = (double)NAN,
	                         .winner_a = search_winner(&a->search),
	                         .winner_b = search_winner(&b->search)};
	compare_spaces(d, &a->search.spec->space, &b->search.spec->space);
	compare_settings(d, &a->search, &b->search);
	compare_winners(d, &a->search.spec->space, &b->search.spec->space);
	compare_points(d, &a->search, &b->search);
}

void difference_free(struct difference *d)
{
	sheet_free(&d->parameters);
	sheet_free(&d->settings);
	sheet_free(&d->winners);
	arena_free(&d->arena);
	*d = (struct difference){0};
}
