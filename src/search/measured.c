#include "search/measured.h"

#include <math.h>
#include <string.h>

/* Runs say the same names in the same order: next is where the one looked for is likely
 * to be. */
static struct measured_name *find(const struct measured_names *names, const char *name,
                                  size_t *next)
{
	for (size_t k = 0; k < names->n; k++) {
		size_t i = (*next + k) % names->n;

		if (strcmp(names->list[i].name, name) == 0) {
			*next = i + 1;
			return &names->list[i];
		}
	}
	return NULL;
}

static void add(struct measured *m, const struct series *s)
{
	m->runs++;
	m->last += s->last;
	m->n = s->n > m->n ? s->n : m->n;
	if (isnan(s->min))
		return;
	m->finite++;
	m->min += s->min;
	m->max += s->max;
}

static void divide(struct measured *m)
{
	m->last = m->runs ? m->last / (double)m->runs : (double)NAN;
	m->min = m->finite ? m->min / (double)m->finite : (double)NAN;
	m->max = m->finite ? m->max / (double)m->finite : (double)NAN;
}

void trial_row(const struct trial *t, const struct measured_names *names,
               struct measured *row)
{
	memset(row, 0, names->n * sizeof *row);
	for (size_t r = 0; r < t->n_runs; r++) {
		size_t at = 0, next = 0;
		struct series s;

		while (t->runs[r].state == RUN_FINISHED &&
		       series_next(t->runs[r].metrics, &at, &s)) {
			const struct measured_name *name = find(names, s.name, &next);

			if (name)
				add(&row[name - names->list], &s);
		}
	}
	for (size_t i = 0; i < names->n; i++)
		divide(&row[i]);
}

struct measured trial_measured(const struct trial *t, const char *name)
{
	struct measured_name one = {.name = name};
	struct measured m;

	trial_row(t, &(struct measured_names){.list = &one, .n = 1}, &m);
	return m;
}

const enum goal *measured_goal(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->n_metrics; i++)
		if (s->metrics[i].has_goal && strcmp(s->metrics[i].name, name) == 0)
			return &s->metrics[i].goal;
	return NULL;
}

static void add_names(struct measured_names *names, const struct series_set *set)
{
	size_t at = 0, next = 0;
	struct series s;

	names->more = names->more || (set && set->more);
	while (series_next(set, &at, &s)) {
		struct measured_name *name = find(names, s.name, &next);

		if (!name && names->n == MEASURED_NAMES) {
			names->more = true;
			continue;
		}
		if (!name) {
			name = &names->list[names->n++];
			name->name = s.name;
			next = names->n;
		}
		name->runs++;
		name->again = name->again || s.n > 1;
	}
}

struct measured_names measured_names(const struct search *s, struct arena *a)
{
	const struct spec *sp = s->spec;
	struct measured_names names = {0};

	names.list = arena_new(a, MEASURED_NAMES, sizeof *names.list);
	for (size_t i = 0; i < sp->n_metrics && i < MEASURED_NAMES; i++)
		names.list[names.n++].name = sp->metrics[i].name;
	names.listed = names.n;
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			if (s->trials[i]->runs[r].state == RUN_FINISHED)
				add_names(&names, s->trials[i]->runs[r].metrics);
	return names;
}
