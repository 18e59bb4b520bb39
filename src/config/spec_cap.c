/* Questions about a finished spec: how long the search is, which of two values is
 * better. */
#include "config/spec.h"

static const uint64_t counted_max = 1000000;

static bool is_partial(const struct space *sp)
{
	for (size_t i = 0; i < sp->n; i++)
		if (sp->params[i].n_when)
			return true;
	return sp->n_constraints > 0;
}

bool spec_grid_count(const struct spec *s, uint64_t *n)
{
	return s->method == METHOD_GRID && is_partial(&s->space) &&
	       space_grid_count(&s->space, counted_max, n);
}

uint64_t spec_pbt_intervals(const struct spec *s)
{
	const struct pbt *p = &s->pbt;

	return p->population ? (p->max_iter + p->interval - 1) / p->interval : 0;
}

bool spec_adapts_repeats(const struct spec *s)
{
	return s->repeats_least < s->repeats;
}

bool spec_reruns(const struct spec *s)
{
	return s->test.present || (s->repeats > 1 && !spec_adapts_repeats(s));
}

/* How many trials there are at the most becomes how many runs: every configuration of a
 * file that names them all is run, and a fifth of the runs is for repeats. */
static uint64_t listed_cap(const struct spec *s, uint64_t n, uint64_t asked)
{
	uint64_t runs;

	if (!spec_adapts_repeats(s))
		return asked && asked < n ? asked : n;
	if (asked || __builtin_mul_overflow(n, s->repeats_least, &runs) ||
	    __builtin_add_overflow(runs, runs / 4 < 3 ? 3 : runs / 4, &runs))
		return asked ? asked : n;
	return runs;
}

uint64_t spec_trial_cap(const struct spec *s, uint64_t asked)
{
	struct error ignored;
	uint64_t n, counted;

	asked = asked ? asked : s->max_trials;
	if (s->method == METHOD_LIST && s->n_points)
		return listed_cap(s, s->n_points, asked);
	if (s->method == METHOD_PBT) {
		n = s->pbt.population * spec_pbt_intervals(s);
		return asked && asked < n ? asked : n;
	}
	if (s->method == METHOD_GRID && space_grid_size(&s->space, &n, &ignored)) {
		/* A grid without any trial is refused where it would begin. */
		if (spec_grid_count(s, &counted) && counted)
			n = counted;
		n += s->n_points; /* which a grid does not make again */
		return listed_cap(s, n, asked);
	}
	if (asked)
		return asked;
	n = 0;
	for (size_t i = 0; i < s->space.n; i++)
		n += s->space.params[i].dist != DIST_CONSTANT;
	n *= 10;
	return n < 20 ? 20 : n > 100 ? 100 : n;
}

double metric_sign(const struct metric *m)
{
	return m->goal == GOAL_MINIMIZE ? 1 : -1;
}

bool metric_better(const struct metric *m, double a, double b)
{
	return m->goal == GOAL_MINIMIZE ? a < b : a > b;
}

const char *goal_name(enum goal g)
{
	return g == GOAL_MINIMIZE ? "minimize" : "maximize";
}

size_t spec_runs(const struct spec *s)
{
	const struct items *it = &s->items;

	return it->present ? s->repeats * ((it->n + it->batch - 1) / it->batch)
	                   : s->repeats_least;
}

size_t spec_runs_most(const struct spec *s)
{
	size_t n = spec_runs(s);

	return n > s->repeats ? n : s->repeats;
}
