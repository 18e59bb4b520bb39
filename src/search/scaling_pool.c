#include "search/scaling_pool.h"
#include "search/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t param_of(const struct search *s, const char *name)
{
	return space_find(&s->spec->space, name);
}

static bool check_names(const struct scaling_pool *p, struct error *err)
{
	for (size_t k = 0; k < p->n_searches; k++)
		for (size_t i = 0; i < p->s->n_sizes; i++) {
			const struct space *sp = &p->searches[k]->spec->space;
			const char **names =
			    arena_new(&p->s->arena, sp->n, sizeof *names);
			const char *near;

			if (param_of(p->searches[k], p->s->names[i]) != SIZE_MAX)
				continue;
			for (size_t j = 0; j < sp->n; j++)
				names[j] = sp->params[j].name;
			near = str_nearest(p->s->names[i], names, sp->n);
			return error_set(
			    err, ERROR_USAGE, "%s has no parameter %s%s%s%s",
			    p->searches[k]->spec->yaml.path, p->s->names[i],
			    near ? "\n  help: did you mean " : "", near ? near : "",
			    near ? "?" : "");
		}
	return true;
}

static bool is_usable(const struct trial *t)
{
	return t->outcome == OUTCOME_OK && isfinite(t->value);
}

/* The sizes of a trial; false: one of them is no number above 0. */
static bool sizes_of(const struct scaling_pool *p, const struct search *s,
                     const struct trial *t, double *size)
{
	for (size_t i = 0; i < p->s->n_sizes; i++) {
		const struct value *v = t->values[param_of(s, p->s->names[i])];

		if (!v || v->kind == VALUE_BOOL || !value_number(v, &size[i]) ||
		    !(size[i] > 0))
			return false;
	}
	return true;
}

static int by_size(const void *a, const void *b, void *n)
{
	const double *x = a, *y = b;
	double px = 1, py = 1;

	for (size_t i = 0; i < *(size_t *)n; i++) {
		px *= x[i];
		py *= y[i];
	}
	if (px < py || px > py)
		return px < py ? -1 : 1;
	return (x[0] > y[0]) - (x[0] < y[0]);
}

static size_t place_of(const struct scaling *s, const double *size)
{
	for (size_t k = 0; k < s->places; k++)
		if (memcmp(s->size + k * s->n_sizes, size, s->n_sizes * sizeof *size) ==
		    0)
			return k;
	return SIZE_MAX;
}

/* Every size that a usable trial has, rising. */
static bool find_places(struct scaling_pool *p, struct error *err)
{
	struct scaling *s = p->s;
	double size[SCALING_SIZES];

	s->size = arena_new(&s->arena, SCALING_PLACES * s->n_sizes, sizeof *s->size);
	for (size_t k = 0; k < p->n_searches; k++)
		for (size_t i = 0; i < p->searches[k]->n; i++) {
			const struct trial *t = p->searches[k]->trials[i];

			if (!is_usable(t))
				continue;
			if (!sizes_of(p, p->searches[k], t, size))
				return error_set(
				    err, ERROR_USAGE,
				    "%s, trial %llu: %s is not a number above 0, as a "
				    "size must be",
				    p->searches[k]->spec->yaml.path,
				    (unsigned long long)t->id, s->names[0]);
			if (place_of(s, size) != SIZE_MAX)
				continue;
			if (s->places == SCALING_PLACES)
				return error_set(
				    err, ERROR_USAGE,
				    "%s has more than %d values: a size has a few, "
				    "each with trials of its own",
				    s->names[0], SCALING_PLACES);
			memcpy(s->size + s->places++ * s->n_sizes, size,
			       s->n_sizes * sizeof *size);
		}
	if (s->places)
		qsort_r(s->size, s->places, s->n_sizes * sizeof *s->size, by_size,
		        &s->n_sizes);
	return true;
}

/* The first search's space, ranges as wide as in all of them, sizes as ranges. */
static void make_space(struct scaling_pool *p)
{
	struct scaling *s = p->s;
	const struct space *from = s->space;
	struct param *params = arena_new(&s->arena, from->n, sizeof *params);

	p->space = *from;
	p->space.params = params;
	memcpy(params, from->params, from->n * sizeof *params);
	for (size_t k = 1; k < p->n_searches; k++)
		for (size_t i = 0; i < from->n; i++) {
			const struct space *other = &p->searches[k]->spec->space;
			size_t j = space_find(other, params[i].name);

			if (j == SIZE_MAX || other->params[j].dist != params[i].dist ||
			    !edge_is_ranged(&params[i]))
				continue;
			params[i].min = fmin(params[i].min, other->params[j].min);
			params[i].max = fmax(params[i].max, other->params[j].max);
		}
	for (size_t i = 0; i < s->n_sizes; i++) {
		struct param *q;
		double low = (double)INFINITY, high = 0;

		p->size_param[i] = space_find(from, s->names[i]);
		q = &params[p->size_param[i]];
		for (size_t k = 0; k < s->places; k++) {
			low = fmin(low, s->size[k * s->n_sizes + i]);
			high = fmax(high, s->size[k * s->n_sizes + i]);
		}
		*q = (struct param){.name = q->name,
		                    .path = q->path,
		                    .depth = q->depth,
		                    .dist = low < high ? DIST_LOG_UNIFORM_VALUES
		                                       : DIST_CONSTANT,
		                    .min = low,
		                    .max = high,
		                    .values = q->values,
		                    .n_values = q->n_values};
	}
	for (size_t i = 0; i < from->n; i++)
		param_finish(&params[i], &s->arena);
}

/* The trial's point in the common space; false: it does not fit. */
static bool move(struct scaling_pool *p, const struct search *from,
                 const struct trial *t, struct coord *point)
{
	for (size_t i = 0; i < p->space.n; i++) {
		const struct param *to = &p->space.params[i];
		size_t j = param_of(from, to->name);
		const struct value *v = j == SIZE_MAX ? NULL : t->values[j];

		point[i] = (struct coord){0.5, -1};
		if (j == SIZE_MAX && param_cardinality(to) != 1)
			return false;
		if (v && !param_encode(to, v, &point[i].u))
			return false;
		point[i].u = fmin(fmax(point[i].u, 0x1p-31), 1 - 0x1p-31);
	}
	return true;
}

static void take(struct scaling_pool *p, const struct search *from,
                 const struct trial *t)
{
	struct scaling *s = p->s;
	struct coord *point = arena_new(&s->arena, p->space.n, sizeof *point);
	const struct value **values = arena_new(&s->arena, p->space.n, sizeof *values);
	double size[SCALING_SIZES];
	size_t room = p->cap;

	if (!move(p, from, t, point)) {
		s->left_out++;
		return;
	}
	space_decode(&p->space, point, &s->arena, values);
	sizes_of(p, from, t, size);
	p->values = mem_room(p->values, p->n, &room, sizeof *p->values);
	room = p->cap;
	p->y = mem_room(p->y, p->n, &room, sizeof *p->y);
	p->place = mem_room(p->place, p->n, &p->cap, sizeof *p->place);
	p->place[p->n] = place_of(s, size);
	p->values[p->n] = values;
	p->y[p->n++] = search_sign(from) * t->value;
}

/* Sizes with too few trials go. */
static void settle_places(struct scaling_pool *p, double sign)
{
	struct scaling *s = p->s;
	size_t *to = arena_new(&s->arena, s->places + 1, sizeof *to), kept = 0, n = 0;

	s->trials = arena_new(&s->arena, s->places + 1, sizeof *s->trials);
	s->best = arena_new(&s->arena, s->places + 1, sizeof *s->best);
	for (size_t i = 0; i < p->n; i++)
		s->trials[p->place[i]]++;
	for (size_t k = 0; k < s->places; k++) {
		to[k] = s->trials[k] >= SCALING_TRIALS ? kept : SIZE_MAX;
		if (to[k] == SIZE_MAX)
			continue;
		s->trials[kept] = s->trials[k];
		memmove(s->size + kept * s->n_sizes, s->size + k * s->n_sizes,
		        s->n_sizes * sizeof *s->size);
		s->best[kept++] = (double)INFINITY;
	}
	s->places = kept;
	for (size_t i = 0; i < p->n; i++) {
		size_t k = to[p->place[i]];

		if (k == SIZE_MAX) {
			s->left_out++;
			continue;
		}
		p->values[n] = p->values[i];
		p->y[n] = p->y[i];
		p->place[n++] = k;
		s->best[k] = fmin(s->best[k], p->y[i]);
	}
	p->n = n;
	for (size_t k = 0; k < kept; k++)
		s->best[k] *= sign;
}

static bool check_places(const struct scaling_pool *p, struct error *err)
{
	const struct scaling *s = p->s;
	bool beyond = false;

	if (s->places < s->n_sizes + 2)
		return error_set(
		    err, ERROR_TRIAL,
		    "%s%s%s: %zu size%s with %d trials or more that have a value, and "
		    "a "
		    "trend needs %zu\n  help: tune at more sizes, or longer at these",
		    s->names[0], s->n_sizes > 1 ? ", " : "",
		    s->n_sizes > 1 ? s->names[1] : "", s->places, str_plural(s->places),
		    SCALING_TRIALS, s->n_sizes + 2);
	for (size_t i = 0; i < s->n_sizes; i++) {
		double low = (double)INFINITY, high = 0;

		for (size_t k = 0; k < s->places; k++) {
			low = fmin(low, s->size[k * s->n_sizes + i]);
			high = fmax(high, s->size[k * s->n_sizes + i]);
		}
		if (!(s->target[i] >= high))
			return error_set(
			    err, ERROR_USAGE,
			    "the target %s %g lies within the sizes that were tuned at "
			    "(%g to %g), or below\n  help: a target beyond the "
			    "largest; "
			    "for one of these hpsearch best",
			    s->names[i], s->target[i], low, high);
		if (!(low < high))
			return error_set(err, ERROR_TRIAL,
			                 "%s is %g in every trial, so it has no trend\n"
			                 "  help: leave it out, or tune at three of it",
			                 s->names[i], low);
		beyond = beyond || s->target[i] > high;
	}
	return beyond ||
	       error_set(err, ERROR_USAGE,
	                 "the target is the largest size that was tuned at: nothing "
	                 "is to be extrapolated\n  help: hpsearch best");
}

static bool check_metrics(const struct scaling_pool *p, struct error *err)
{
	for (size_t k = 0; k < p->n_searches; k++) {
		const struct metric *m = &p->searches[k]->spec->metric;
		const struct metric *first = &p->searches[0]->spec->metric;

		if (!m->name)
			return error_set(err, ERROR_TRIAL,
			                 "%s: the search has no metric, so nothing in "
			                 "it is good or bad",
			                 p->searches[k]->spec->yaml.path);
		if (m->goal != first->goal)
			return error_set(
			    err, ERROR_USAGE,
			    "%s is to %s, and %s to %s: there is no "
			    "trend of both",
			    p->searches[0]->spec->yaml.path, goal_name(first->goal),
			    p->searches[k]->spec->yaml.path, goal_name(m->goal));
	}
	return true;
}

bool scaling_pool_init(struct scaling_pool *p, struct error *err)
{
	if (!check_metrics(p, err) || !check_names(p, err) || !find_places(p, err))
		return false;
	if (p->s->places) {
		make_space(p);
		for (size_t k = 0; k < p->n_searches; k++)
			for (size_t i = 0; i < p->searches[k]->n; i++)
				if (is_usable(p->searches[k]->trials[i]))
					take(p, p->searches[k],
					     p->searches[k]->trials[i]);
		settle_places(p, search_sign(p->searches[0]));
	}
	return check_places(p, err);
}

void scaling_pool_free(struct scaling_pool *p)
{
	bowl_free(&p->bowl);
	free(p->values);
	free(p->y);
	free(p->place);
}
