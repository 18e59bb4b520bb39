#include "search/prefer.h"
#include "base/pareto.h"
#include "config/scalar.h"
#include "search/measured.h"
#include "search/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WISHES_MAX = 16 };
static const char prefer_help[] =
    "as in --prefer 'latency_ms<=15', or --prefer 'acc=2,latency_ms=1'";

struct wishes {
	struct limit bounds[WISHES_MAX];
	size_t n_bounds;
	double weight[OBJECTIVES_MAX];
	bool given[OBJECTIVES_MAX], bounded[OBJECTIVES_MAX];
};

static size_t n_objectives(const struct spec *s)
{
	return s->n_objectives ? s->n_objectives : 1;
}

static const char *objective_name(const struct spec *s, size_t k)
{
	return s->n_objectives ? s->criteria[k].name : s->metric.name;
}

/* Its index; SIZE_MAX: it is none. */
static size_t objective_of(const struct spec *s, const char *name)
{
	for (size_t k = 0; k < n_objectives(s); k++)
		if (strcmp(objective_name(s, k), name) == 0)
			return k;
	return SIZE_MAX;
}

static bool no_wish(struct error *err, const char *text)
{
	return error_set(err, ERROR_USAGE,
	                 "--prefer: %s is no bound and no weight\n"
	                 "  help: %s",
	                 text, prefer_help);
}

/* What a trial reported under a name, the mean over its runs; NaN: nothing. */
static double reported(const struct spec *s, const struct trial *t, const char *name)
{
	for (size_t k = 0; t->criteria && k < s->n_criteria; k++)
		if (strcmp(s->criteria[k].name, name) == 0)
			return t->criteria[k];
	if (s->metric.name && strcmp(s->metric.name, name) == 0)
		return t->value;
	return trial_measured(t, name).last;
}

static bool is_reported(const struct search *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->trials[i]->rank && !isnan(reported(s->spec, s->trials[i], name)))
			return true;
	return false;
}

static bool take_weight(const struct spec *s, struct wishes *w, const char *name,
                        double value, struct error *err)
{
	size_t k = objective_of(s, name);

	if (k == SIZE_MAX)
		return error_set(err, ERROR_USAGE,
		                 "--prefer: %s is no objective, so it has no weight\n"
		                 "  help: %s",
		                 name, prefer_help);
	if (!(value >= 0))
		return error_set(
		    err, ERROR_USAGE,
		    "--prefer: a weight is 0 or more, and that of %s is %g", name,
		    value);
	w->weight[k] = value;
	w->given[k] = true;
	return true;
}

static bool take_bound(const struct search *s, struct wishes *w, struct limit bound,
                       struct error *err)
{
	size_t k = objective_of(s->spec, bound.name);

	if (!is_reported(s, bound.name))
		return error_set(err, ERROR_USAGE,
		                 "--prefer: no trial has reported %s\n  help: hpsearch "
		                 "show --trial N lists what was reported",
		                 bound.name);
	if (k != SIZE_MAX)
		w->bounded[k] = true;
	w->bounds[w->n_bounds++] = bound;
	return true;
}

/* One of the wishes; n: its length. */
static bool take_wish(const struct search *s, const char *text, size_t n,
                      struct wishes *w, struct arena *a, struct error *err)
{
	struct limit bound;
	const char *number, *sign = limit_split(text, n, a, &bound, &number);
	struct value v;

	if (!sign || w->n_bounds == WISHES_MAX || !*bound.name ||
	    !scalar_number(number, &v) || !value_number(&v, &bound.bound))
		return no_wish(err, bound.text);
	return *sign == '=' ? take_weight(s->spec, w, bound.name, bound.bound, err)
	                    : take_bound(s, w, bound, err);
}

static bool read_wishes(const struct search *s, const char *text, struct wishes *w,
                        struct arena *a, struct error *err)
{
	size_t m = n_objectives(s->spec);
	bool any = false;

	for (const char *p = text;; p++) {
		size_t n = strcspn(p, ",");

		if (!take_wish(s, p, n, w, a, err))
			return false;
		p += n;
		if (!*p)
			break;
	}
	for (size_t k = 0; k < m; k++) {
		if (!w->given[k])
			w->weight[k] = w->bounded[k] ? 0 : 1;
		any = any || w->weight[k] > 0;
	}
	for (size_t k = 0; !any && k < m; k++)
		w->weight[k] = 1;
	return true;
}

/* Objective k of a trial, to be minimized. */
static double objective(const struct spec *s, const struct trial *t, size_t k)
{
	return s->n_objectives ? trial_objective(s, t, k)
	                       : metric_sign(&s->metric) * t->value;
}

static bool is_as_asked(const struct spec *s, const struct wishes *w,
                        const struct trial *t)
{
	for (size_t i = 0; i < w->n_bounds; i++)
		if (!(limit_excess(&w->bounds[i], reported(s, t, w->bounds[i].name)) <=
		      0))
			return false;
	return trial_feasible(s, t);
}

/* The range of the first front, of which there is at least rank 1. */
static void range_of(const struct spec *s, struct trial *const *order, size_t n,
                     double *low, double *high)
{
	size_t front = standing_front(s, order, n);

	for (size_t k = 0; k < n_objectives(s); k++) {
		low[k] = high[k] = objective(s, order[0], k);
		for (size_t i = 1; i < front; i++) {
			low[k] = fmin(low[k], objective(s, order[i], k));
			high[k] = fmax(high[k], objective(s, order[i], k));
		}
	}
}

static bool none_is(const struct search *s, struct trial *const *order,
                    const struct wishes *w, struct error *err)
{
	for (size_t i = 0; i < w->n_bounds; i++) {
		const struct limit *l = &w->bounds[i];
		const struct trial *nearest = NULL;

		for (size_t k = 0; k < s->n && order[k]->rank; k++) {
			double excess =
			    limit_excess(l, reported(s->spec, order[k], l->name));

			if (trial_feasible(s->spec, order[k]) &&
			    (!nearest ||
			     excess <
			         limit_excess(l, reported(s->spec, nearest, l->name))))
				nearest = order[k];
		}
		if (nearest && limit_excess(l, reported(s->spec, nearest, l->name)) > 0)
			return error_set(
			    err, ERROR_TRIAL,
			    "no trial has %s; trial %llu comes nearest, with %g",
			    l->text, (unsigned long long)nearest->id,
			    reported(s->spec, nearest, l->name));
	}
	return error_set(err, ERROR_TRIAL, "no trial is as --prefer asks");
}

bool prefer_find(struct search *s, const char *text, const struct trial **out,
                 struct error *err)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);
	struct wishes w = {0};
	double low[OBJECTIVES_MAX], high[OBJECTIVES_MAX], least = (double)INFINITY;
	bool ok = read_wishes(s, text, &w, &s->scratch, err);

	*out = NULL;
	if (ok && s->n && order[0]->rank)
		range_of(s->spec, order, s->n, low, high);
	for (size_t i = 0; ok && i < s->n && order[i]->rank; i++) {
		double sum = 0;

		if (!is_as_asked(s->spec, &w, order[i]))
			continue;
		for (size_t k = 0; k < n_objectives(s->spec); k++) {
			double y = objective(s->spec, order[i], k);

			sum += w.weight[k] * pareto_distance(&y, 1, &low[k], &high[k]);
		}
		if (sum < least || !*out) {
			least = sum;
			*out = order[i];
		}
	}
	ok = ok && (*out || none_is(s, order, &w, err));
	arena_rewind(&s->scratch, mark);
	return ok;
}
