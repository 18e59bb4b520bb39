/* Questions about a finished spec: how long the search is, which of two values is
 * better. */
#include "config/spec.h"

uint64_t spec_trial_cap(const struct spec *s)
{
	struct error ignored;
	uint64_t n;

	if (s->method == METHOD_GRID && space_grid_size(&s->space, &n, &ignored))
		return s->max_trials && s->max_trials < n ? s->max_trials : n;
	if (s->max_trials)
		return s->max_trials;
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
