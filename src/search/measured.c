#include "search/measured.h"
#include "base/set.h"

#include <math.h>
#include <string.h>

struct mean {
	double sum;
	size_t n;
};

static void add(struct mean *m, double x)
{
	m->sum += x;
	m->n++;
}

static double mean_of(const struct mean *m)
{
	return m->n ? m->sum / (double)m->n : (double)NAN;
}

struct measured trial_measured(const struct trial *t, const char *name)
{
	struct mean last = {0}, min = {0}, max = {0};
	struct measured m = {0};
	struct series s;

	for (size_t r = 0; r < t->n_runs; r++) {
		if (t->runs[r].state != RUN_FINISHED ||
		    !series_find(t->runs[r].metrics, name, &s))
			continue;
		add(&last, s.last);
		if (isfinite(s.min)) {
			add(&min, s.min);
			add(&max, s.max);
		}
		m.n = s.n > m.n ? s.n : m.n;
	}
	m.runs = last.n;
	m.last = mean_of(&last);
	m.min = mean_of(&min);
	m.max = mean_of(&max);
	return m;
}

double trial_best(const struct search *s, const struct trial *t, const char *name)
{
	struct measured m = trial_measured(t, name);

	for (size_t i = 0; i < s->spec->n_metrics; i++)
		if (s->spec->metrics[i].has_goal &&
		    strcmp(s->spec->metrics[i].name, name) == 0)
			return s->spec->metrics[i].goal == GOAL_MINIMIZE ? m.min
			                                                 : m.max;
	return (double)NAN;
}

struct gathering {
	struct measured_names names;
	struct set seen;
};

static void add_name(struct gathering *g, const char *name)
{
	uint64_t key = set_hash(SET_HASH, name, strlen(name));

	if (set_has(&g->seen, key))
		return;
	if (g->names.n == MEASURED_NAMES) {
		g->names.more = true;
		return;
	}
	set_add(&g->seen, key);
	g->names.list[g->names.n++] = name;
}

struct measured_names measured_names(const struct search *s, struct arena *a)
{
	struct gathering g = {0};
	struct series one;

	g.names.list = arena_new(a, MEASURED_NAMES, sizeof *g.names.list);
	for (size_t i = 0; i < s->spec->n_metrics; i++)
		add_name(&g, s->spec->metrics[i].name);
	g.names.listed = g.names.n;
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++) {
			const struct series_set *set = s->trials[i]->runs[r].metrics;

			g.names.more = g.names.more || (set && set->more);
			for (size_t at = 0; series_next(set, &at, &one);)
				add_name(&g, one.name);
		}
	set_free(&g.seen);
	return g.names;
}
