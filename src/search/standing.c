#include "search/standing.h"
#include "base/pareto.h"
#include "base/stat.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool standing_metric_alone(const struct spec *s, const char *what, struct error *err)
{
	return !s->n_criteria ||
	       error_set(
		   err, ERROR_USAGE,
		   "%s by one metric, and this search has %s\n"
		   "  help: run, show, best, verify, reproduce and replay know of them",
		   what, s->n_objectives > 1 ? "several objectives" : "limits");
}

bool trial_stands(const struct search *s, const struct trial *t)
{
	return t->outcome == OUTCOME_OK && s->spec->metric.name &&
	       (!s->spec->n_criteria || t->criteria);
}

/* Objectives 2, 3 … to be minimized, excesses, and the standard errors of both. */
static const double *further(const struct spec *s, const struct trial *t,
                             struct arena *a)
{
	size_t m = s->n_objectives - 1, n = m + s->n_limits;
	double *out = arena_new(a, 2 * n + 1, sizeof *out);

	for (size_t k = 0; k < m; k++) {
		out[k] = trial_objective(s, t, k + 1);
		out[n + k] = t->criteria[s->n_criteria + k + 1];
	}
	for (size_t i = 0; i < s->n_limits; i++) {
		out[m + i] = trial_excess(&s->limits[i], t);
		out[n + m + i] = t->criteria[s->n_criteria + s->limits[i].criterion];
	}
	return out;
}

void trial_measure(const struct spec *s, struct trial *t, struct arena *a)
{
	size_t n = s->n_criteria;
	double *out, *values;
	bool finite = true;

	t->criteria = t->further = NULL;
	if (!n || t->outcome != OUTCOME_OK)
		return;
	out = arena_new(a, 2 * n, sizeof *out);
	values = mem_new(t->n_runs, sizeof *values);
	for (size_t k = 0; k < n; k++) {
		struct moments m;

		for (size_t r = 0; r < t->n_runs; r++)
			values[r] = run_criterion(s, &t->runs[r], k);
		m = stat_of(values, t->n_runs);
		out[k] = m.mean;
		out[n + k] = stat_stderr(m);
		finite = finite && isfinite(m.mean);
	}
	free(values);
	/* A file of somebody else's may lack what the outcome promises. */
	t->criteria = finite ? out : NULL;
	t->further = finite ? further(s, t, a) : NULL;
}

double trial_excess(const struct limit *l, const struct trial *t)
{
	return limit_excess(l, t->criteria[l->criterion]);
}

bool trial_feasible(const struct spec *s, const struct trial *t)
{
	for (size_t i = 0; i < s->n_limits; i++)
		if (!t->criteria || trial_excess(&s->limits[i], t) > 0)
			return false;
	return true;
}

double trial_objective(const struct spec *s, const struct trial *t, size_t k)
{
	return s->criteria[k].goal == GOAL_MINIMIZE ? t->criteria[k] : -t->criteria[k];
}

/* The objectives of n trials, (n, n_objectives); malloc. */
static double *objectives(const struct spec *s, struct trial *const *trials, size_t n)
{
	size_t m = s->n_objectives;
	double *y = mem_new(n * m + 1, sizeof *y);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			y[i * m + k] = trial_objective(s, trials[i], k);
	return y;
}

/* Fills violation of all. */
static void measure_violations(const struct spec *s, struct trial *const *trials,
                               size_t n)
{
	double most[LIMITS_MAX] = {0};

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < s->n_limits; k++)
			most[k] = fmax(most[k], trial_excess(&s->limits[k], trials[i]));
	for (size_t i = 0; i < n; i++) {
		trials[i]->violation = 0;
		for (size_t k = 0; k < s->n_limits; k++) {
			double excess = trial_excess(&s->limits[k], trials[i]);

			/* However little that is. */
			if (excess > 0)
				trials[i]->violation += fmax(
				    isfinite(most[k]) ? excess / most[k] : 1, DBL_MIN);
		}
	}
}

/* A trial and what it is sorted by within its front: the nearer one, then the one that
 * is better in the first objective it differs in. */
struct sort_key {
	struct trial *trial;
	double key;
	double y[OBJECTIVES_MAX];
};

static int by_sort_key(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;

	if ((x->trial->violation > 0) != (y->trial->violation > 0))
		return x->trial->violation > 0 ? 1 : -1;
	if (x->trial->front != y->trial->front)
		return x->trial->front < y->trial->front ? -1 : 1;
	if (x->key < y->key || x->key > y->key)
		return x->key < y->key ? -1 : 1;
	for (size_t k = 0; k < OBJECTIVES_MAX; k++)
		if (x->y[k] < y->y[k] || x->y[k] > y->y[k])
			return x->y[k] < y->y[k] ? -1 : 1;
	return x->trial->id < y->trial->id ? -1 : 1;
}

/* The fronts of those that hold the limits, and how far each is from the ideal. */
static void find_fronts(const struct spec *s, struct sort_key *p, size_t n)
{
	size_t m = s->n_objectives, *front = mem_new(n + 1, sizeof *front), first = 0;
	struct trial **trials = mem_new(n + 1, sizeof(struct trial *));
	double low[OBJECTIVES_MAX] = {0}, high[OBJECTIVES_MAX] = {0}, *y, *best;

	for (size_t i = 0; i < n; i++)
		trials[i] = p[i].trial;
	y = objectives(s, trials, n);
	pareto_sort(y, n, m, front);
	best = mem_new(n * m + 1, sizeof *best);
	for (size_t i = 0; i < n; i++)
		if (front[i] == 1)
			memcpy(best + m * first++, y + i * m, m * sizeof *best);
	if (first)
		pareto_range(best, first, m, low, high);
	for (size_t i = 0; i < n; i++) {
		p[i].trial->front = front[i];
		p[i].key = pareto_distance(y + i * m, m, low, high);
		memcpy(p[i].y, y + i * m, m * sizeof *y);
	}
	free(front);
	free(trials);
	free(y);
	free(best);
}

void standing_sort(const struct spec *s, struct trial **trials, size_t n)
{
	struct sort_key *p = mem_new(n + 1, sizeof *p);
	size_t held = 0, beyond = n;

	measure_violations(s, trials, n);
	for (size_t i = 0; i < n; i++) {
		struct trial *t = trials[i];
		bool holds = !(t->violation > 0);
		struct sort_key *to = &p[holds ? held++ : --beyond];

		t->front = 0;
		*to = (struct sort_key){
		    .trial = t, .key = holds ? trial_objective(s, t, 0) : t->violation};
	}
	if (s->n_objectives > 1)
		find_fronts(s, p, held);
	qsort(p, n, sizeof *p, by_sort_key);
	for (size_t i = 0; i < n; i++)
		trials[i] = p[i].trial;
	free(p);
}

bool standing_equal(const struct spec *s, const struct trial *a, const struct trial *b)
{
	if (a->violation > 0 || b->violation > 0)
		return !(a->violation < b->violation) && !(a->violation > b->violation);
	for (size_t k = 0; k < s->n_objectives; k++)
		if (a->criteria[k] < b->criteria[k] || a->criteria[k] > b->criteria[k])
			return false;
	return true;
}

static bool dominates(const struct spec *s, const struct trial *a,
                      const struct trial *b)
{
	double x[OBJECTIVES_MAX], y[OBJECTIVES_MAX];

	for (size_t k = 0; k < s->n_objectives; k++) {
		x[k] = trial_objective(s, a, k);
		y[k] = trial_objective(s, b, k);
	}
	return pareto_dominates(x, y, s->n_objectives);
}

/* Nothing has held the limits so far: the front is all that was tried, the best of it
 * the one that is least beyond them. */
static bool take_beyond(struct search *s, struct trial *t)
{
	struct trial *before = s->best;

	s->front =
	    mem_room(s->front, s->n_front, &s->cap_front, sizeof(struct trial *));
	s->front[s->n_front++] = t;
	standing_sort(s->spec, s->front, s->n_front);
	s->best = s->front[0];
	return s->best != before;
}

bool standing_take(struct search *s, struct trial *t)
{
	const struct spec *sp = s->spec;
	size_t kept = 0;

	if (!trial_feasible(sp, t))
		return (!s->best || !trial_feasible(sp, s->best)) && take_beyond(s, t);
	if (s->best && !trial_feasible(sp, s->best))
		s->n_front = 0;
	for (size_t i = 0; i < s->n_front; i++)
		if (dominates(sp, s->front[i], t))
			return false;
	for (size_t i = 0; i < s->n_front; i++)
		if (!dominates(sp, t, s->front[i]))
			s->front[kept++] = s->front[i];
	s->n_front = kept;
	s->front =
	    mem_room(s->front, s->n_front, &s->cap_front, sizeof(struct trial *));
	s->front[s->n_front++] = t;
	standing_sort(sp, s->front, s->n_front);
	s->best = s->front[0];
	return true;
}

size_t standing_front(const struct spec *s, struct trial *const *order, size_t n)
{
	size_t i = 0;

	while (s->n_objectives > 1 && i < n && order[i]->rank && order[i]->front == 1)
		i++;
	return i;
}

const struct trial *standing_extreme(const struct spec *s, struct trial *const *front,
                                     size_t n, size_t k)
{
	const struct trial *best = front[0];

	for (size_t i = 1; i < n; i++)
		if (trial_objective(s, front[i], k) < trial_objective(s, best, k))
			best = front[i];
	return best;
}

double standing_volume(const struct spec *s, struct trial *const *order, size_t n)
{
	double low[OBJECTIVES_MAX], high[OBJECTIVES_MAX], volume = (double)NAN, *y;
	static const double ref[OBJECTIVES_MAX] = {1, 1, 1};
	size_t held = 0, m = s->n_objectives;

	while (m > 1 && held < n && order[held]->rank && order[held]->front)
		held++;
	if (held < 2)
		return volume;
	y = objectives(s, order, held);
	pareto_range(y, held, m, low, high);
	for (size_t i = 0; i < held * m; i++) {
		double unit = high[i % m] / 2 - low[i % m] / 2;

		y[i] = unit > 0 ? (y[i] / 2 - low[i % m] / 2) / unit : 0;
	}
	volume = pareto_volume(y, held, m, ref);
	free(y);
	return volume;
}
