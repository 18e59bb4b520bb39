#include "spaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct param *maker_add(struct maker *m, const char *name, enum dist dist)
{
	struct param *p = &m->params[m->space.n++];
	char *text = arena_strdup(&m->a, name), *flat = arena_strdup(&m->a, name);
	const char **path = arena_new(&m->a, strlen(name) + 1, sizeof *path);

	*p = (struct param){.dist = dist, .name = flat, .path = path, .q = 1};
	for (char *part = strtok(text, "/"); part; part = strtok(NULL, "/"))
		path[p->depth++] = part;
	while ((flat = strchr(flat, '/')))
		*flat = '.';
	m->space.params = m->params;
	return p;
}

struct param *maker_range(struct maker *m, const char *name, enum dist dist, double min,
                          double max)
{
	struct param *p = maker_add(m, name, dist);

	p->min = min;
	p->max = max;
	return p;
}

struct param *maker_steps(struct maker *m, const char *name, enum dist dist, double min,
                          double max, double q)
{
	struct param *p = maker_range(m, name, dist, min, max);

	p->q = q;
	p->q_int = q >= 1;
	p->clip = true;
	return p;
}

static struct value *words_of(struct maker *m, const char *words, size_t *n)
{
	char *text = arena_strdup(&m->a, words), *end;
	struct value *v = arena_new(&m->a, strlen(words) + 1, sizeof *v);

	*n = 0;
	for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) {
		double x = strtod(w, &end);

		v[(*n)++] = *end             ? value_string(w)
		            : strchr(w, '.') ? value_float(x)
		                             : value_int((int64_t)x);
	}
	return v;
}

struct param *maker_choice(struct maker *m, const char *name, const char *words)
{
	struct param *p = maker_add(m, name, DIST_CATEGORICAL);

	p->values = words_of(m, words, &p->n_values);
	return p;
}

static size_t index_of(const struct maker *m, const char *name)
{
	size_t i = space_find(&m->space, name);

	if (i == SIZE_MAX) {
		fprintf(stderr, "the test has no parameter %s\n", name);
		abort();
	}
	return i;
}

void maker_when(struct maker *m, const char *child, const char *parent,
                const char *words)
{
	struct param *p = &m->params[index_of(m, child)];
	struct condition *when = arena_new(&m->a, p->n_when + 1, sizeof *when);
	struct condition *last = when + p->n_when;

	for (size_t i = 0; i < p->n_when; i++)
		when[i] = p->when[i];
	last->param = index_of(m, parent);
	last->values = words_of(m, words, &last->n);
	p->when = when;
	p->n_when++;
}

void maker_preset(struct maker *m, const char *name, struct value v)
{
	struct value *copy = arena_new(&m->a, 1, sizeof *copy);

	*copy = v;
	m->params[index_of(m, name)].preset = copy;
}

void maker_finish(struct maker *m)
{
	struct error err = {0};

	if (!space_finish(&m->space, &m->a, &err)) {
		fprintf(stderr, "space_finish: %s\n", err.text);
		abort();
	}
}

void maker_constrain(struct maker *m, const char *text)
{
	const char **names = arena_new(&m->a, m->space.n, sizeof *names);
	struct error err = {0};
	size_t column;

	for (size_t i = 0; i < m->space.n; i++)
		names[i] = m->space.params[i].name;
	m->constraints[m->space.n_constraints] =
	    constraint_parse(text, names, m->space.n, &m->a, &column, &err);
	if (!m->constraints[m->space.n_constraints++]) {
		fprintf(stderr, "%s: %s\n", text, err.text);
		abort();
	}
	m->space.constraints = m->constraints;
}

void maker_free(struct maker *m)
{
	arena_free(&m->a);
}
