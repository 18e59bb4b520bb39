#include "search/scaling.h"
#include "base/bowl.h"
#include "base/stat.h"
#include "search/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double level = 0.9, bend_level = 0.995, near_end = 0.05;

/* Trials of all searches in one space, in which the sizes are ranges. */
struct pool {
	struct scaling *s;
	struct search *const *searches; /* (n_searches) */
	size_t n_searches;
	struct space space;
	size_t size_param[SCALING_SIZES];
	const struct value *const **values; /* (n) of (space.n) */
	double *y;                          /* (n) minimized */
	size_t *place;                      /* (n) */
	size_t n, cap;
	size_t *number; /* (numbers) parameters that the quadratic has */
	size_t numbers;
	struct bowl bowl;
};

static size_t param_of(const struct search *s, const char *name)
{
	return space_find(&s->spec->space, name);
}

static bool check_names(const struct pool *p, struct error *err)
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
static bool sizes_of(const struct pool *p, const struct search *s,
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
static bool find_places(struct pool *p, struct error *err)
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
static void make_space(struct pool *p)
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
static bool move(struct pool *p, const struct search *from, const struct trial *t,
                 struct coord *point)
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

static void take(struct pool *p, const struct search *from, const struct trial *t)
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
static void settle_places(struct pool *p, double sign)
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

static bool check_places(const struct pool *p, struct error *err)
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

/* A list of numbers over a factor of 4 has a log scale, as a range has that says so. */
static bool on_log_scale(const struct param *p)
{
	struct value low, high;
	double a, b;

	if (p->dist != DIST_CATEGORICAL)
		return edge_is_log(p);
	low = edge_value(p, false);
	high = edge_value(p, true);
	return value_number(&low, &a) && value_number(&high, &b) && a > 0 && b >= 4 * a;
}

/* Not a list of words. */
static bool is_number(const struct param *p)
{
	return p->dist != DIST_CATEGORICAL || edge_is_ranged(p);
}

static double to_scale(const struct scaling_param *r, double x)
{
	return r->log ? log(x) : x;
}

static void range_of(const struct scaling_param *r, const struct param *p, double *low,
                     double *high)
{
	edge_ends(p, low, high);
	*low = to_scale(r, *low);
	*high = to_scale(r, *high);
}

/* The variance that steps of the values alone would give: of a number that can be
 * anywhere in one. */
static double step_variance(const struct scaling_param *r, const struct param *p,
                            double mean)
{
	double low, high, gap = 0;

	range_of(r, p, &low, &high);
	if (p->dist == DIST_CATEGORICAL)
		gap = (high - low) / (double)(p->n_distinct - 1);
	else if (param_cardinality(p))
		gap = r->log ? p->q / exp(mean) : p->q;
	gap = fmax(gap, 1e-3 * (high - low));
	return gap * gap / 12;
}

/* From the unit scale of the fit: means and covariances of the best values. */
static void moments_of(struct pool *p, size_t j, struct scaling_param *r, double *cov)
{
	const struct param *q = &p->space.params[r->param];
	size_t k = p->s->places;
	double low, high, range;

	range_of(r, q, &low, &high);
	range = high - low;
	for (size_t i = 0; i < k; i++) {
		r->mean[i] = low + range * p->bowl.at[i * p->bowl.d + j];
		for (size_t c = 0; c < k; c++)
			cov[i * k + c] =
			    range * range * p->bowl.cov[(j * k + i) * k + c];
		r->sd[i] = sqrt(cov[i * k + i]);
		cov[i * k + i] += step_variance(r, q, r->mean[i]);
	}
}

static const char *width_trouble(struct scaling *s, const struct scaling_param *r,
                                 double half, double range)
{
	if (r->log && half > log(SCALING_FACTOR))
		return arena_printf(&s->arena,
		                    "its interval is a factor of %.3g either way, more "
		                    "than %.3g",
		                    exp(fmin(half, 700)), SCALING_FACTOR);
	if (!r->log && half > SCALING_SHARE * range)
		return arena_printf(&s->arena,
		                    "its interval is %.0f %% of the range either way, "
		                    "more than %.0f",
		                    100 * half / range, 100 * SCALING_SHARE);
	return NULL;
}

/* Further beyond the sizes than they are apart? */
static const char *far_trouble(struct scaling *s)
{
	for (size_t i = 0; i < s->n_sizes; i++) {
		double low = (double)INFINITY, high = 0;

		for (size_t k = 0; k < s->places; k++) {
			low = fmin(low, s->size[k * s->n_sizes + i]);
			high = fmax(high, s->size[k * s->n_sizes + i]);
		}
		if (s->target[i] / high > high / low * (1 + 1e-9))
			return arena_printf(&s->arena,
			                    "the target is %.3g times the largest %s, "
			                    "and the sizes span a factor of %.3g only",
			                    s->target[i] / high, s->names[i],
			                    high / low);
	}
	return NULL;
}

/* At how many sizes the best sits at an end that could be crossed. */
static const char *end_trouble(struct scaling *s, const struct scaling_param *r,
                               const struct param *p, double low, double high)
{
	for (int upper = 0; upper < 2; upper++) {
		size_t n = 0, k = s->places;
		bool last = false;

		for (size_t i = 0; i < k && !edge_is_natural(p, upper); i++) {
			bool near = upper ? r->mean[i] > high - near_end * (high - low)
			                  : r->mean[i] < low + near_end * (high - low);

			n += near;
			last = near && i + 1 == k;
		}
		if (3 * n > k || last)
			return arena_printf(
			    &s->arena,
			    "its best value is at the %s end of the range at %zu of "
			    "the %zu sizes%s: widen it",
			    upper ? "upper" : "lower", n, k,
			    last ? ", the largest among them" : "");
	}
	return NULL;
}

static const char *shape_trouble(struct scaling *s, const struct scaling_param *r,
                                 const struct trend_data *d, double range)
{
	double t, df;

	if (trend_bend(d, &t, &df) && fabs(t) > stat_t_quantile(bend_level, df))
		return arena_printf(&s->arena,
		                    "its best values bend: no straight line goes "
		                    "through them (t = %.1f, %g degrees of freedom)",
		                    t, df);
	if (r->log && r->trend.tau > log(SCALING_SCATTER))
		return arena_printf(&s->arena,
		                    "the sizes do not agree: their best values scatter "
		                    "by a factor of %.2g about the trend",
		                    exp(fmin(r->trend.tau, 700)));
	if (!r->log && r->trend.tau > SCALING_SHARE / 2 * range)
		return arena_printf(&s->arena,
		                    "the sizes do not agree: their best values scatter "
		                    "by %.0f %% of the range about the trend",
		                    100 * r->trend.tau / range);
	return NULL;
}

static void fit_number(struct pool *p, struct scaling_param *r, const double *cov)
{
	struct scaling *s = p->s;
	const struct param *q = &p->space.params[r->param];
	double *x = mem_new(s->places * s->n_sizes, sizeof *x), to[SCALING_SIZES], low,
	       high;
	struct trend_data d = {
	    .k = s->places, .q = s->n_sizes, .x = x, .y = r->mean, .cov = cov};
	struct trend_at at;

	range_of(r, q, &low, &high);
	d.least_tau = r->log ? 0.07 : 0.01 * (high - low);
	for (size_t i = 0; i < s->places * s->n_sizes; i++)
		x[i] = log(s->size[i] / s->target[i % s->n_sizes]);
	for (size_t i = 0; i < s->n_sizes; i++)
		to[i] = 0;
	if (!trend_fit(&d, &r->trend)) {
		r->why = "the sizes lie so that no trend can be told from another";
	} else {
		trend_predict(&r->trend, &d, to, level, p->searches[0]->spec->seed,
		              &at);
		r->at = r->log ? exp(at.mean) : at.mean;
		r->low = r->log ? exp(at.mean - at.half) : at.mean - at.half;
		r->high = r->log ? exp(at.mean + at.half) : at.mean + at.half;
		if (5 * p->bowl.lost > BOWL_DRAWS)
			r->why = arena_printf(&s->arena,
			                      "%zu of %d bootstrap samples have no "
			                      "minimum",
			                      p->bowl.lost, BOWL_DRAWS);
		if (!r->why)
			r->why = far_trouble(s);
		if (!r->why)
			r->why = end_trouble(s, r, q, low, high);
		if (!r->why)
			r->why = shape_trouble(s, r, &d, high - low);
		if (!r->why)
			r->why = width_trouble(s, r, at.half, high - low);
	}
	free(x);
}

/* The value that the best trial of a size has. */
static const struct value *best_choice(const struct pool *p, size_t param, size_t place)
{
	const struct value *v = NULL;
	double best = (double)INFINITY;

	for (size_t i = 0; i < p->n; i++)
		if (p->place[i] == place && p->y[i] < best) {
			best = p->y[i];
			v = p->values[i][param];
		}
	return v;
}

static void fit_choice(struct pool *p, struct scaling_param *r)
{
	size_t k = p->s->places, n = 0;
	const struct value *last = best_choice(p, r->param, k - 1);
	const struct value *before = best_choice(p, r->param, k - 2);

	if (!last || !before || !value_equal(last, before)) {
		r->why = "the best trials of the two largest sizes do not agree on one";
		return;
	}
	r->choice = last;
	for (size_t i = 0; i < k; i++) {
		const struct value *v = best_choice(p, r->param, i);

		n += v && value_equal(v, last);
	}
	if (2 * n <= k)
		r->why = "the best trials of the smaller sizes have others";
}

static void fit_param(struct pool *p, size_t i)
{
	struct scaling *s = p->s;
	const struct param *q = &p->space.params[i];
	struct scaling_param *r = &s->list[s->n++];
	double *cov = mem_new(s->places * s->places, sizeof *cov);
	size_t j = 0;

	*r = (struct scaling_param){.param = i, .at = (double)NAN};
	r->mean = arena_new(&s->arena, s->places, sizeof *r->mean);
	r->sd = arena_new(&s->arena, s->places, sizeof *r->sd);
	r->number = is_number(q);
	r->log = r->number && on_log_scale(q);
	while (j < p->numbers && p->number[j] != i)
		j++;
	if (!r->number) {
		fit_choice(p, r);
	} else if (j == p->numbers) {
		r->why = "it is not active in every trial";
	} else if (!p->bowl.has[j]) {
		r->why = "no minimum along it: it makes no difference that could be "
			 "measured, or the best lies far beyond the range";
	} else {
		moments_of(p, j, r, cov);
		fit_number(p, r, cov);
	}
	free(cov);
}

static bool is_size(const struct pool *p, size_t i)
{
	for (size_t k = 0; k < p->s->n_sizes; k++)
		if (p->size_param[k] == i)
			return true;
	return false;
}

/* Zeros and ones for the words of all choices but one each; malloc. */
static double *dummies(const struct pool *p, size_t *n)
{
	double *z;
	size_t c = 0;

	*n = 0;
	for (size_t i = 0; i < p->space.n; i++)
		if (!is_size(p, i) && !is_number(&p->space.params[i]))
			*n += p->space.params[i].n_distinct - 1;
	z = mem_new(p->n * *n + 1, sizeof *z);
	for (size_t i = 0; i < p->space.n; i++) {
		const struct param *q = &p->space.params[i];

		for (size_t v = 1; !is_size(p, i) && !is_number(q) && v < q->n_distinct;
		     v++, c++)
			for (size_t k = 0; k < p->n; k++)
				z[k * *n + c] = p->values[k][i] &&
				                value_equal(p->values[k][i],
				                            &q->values[q->distinct[v]]);
	}
	return z;
}

/* Which numbers are active in every trial. */
static void find_numbers(struct pool *p)
{
	p->number = arena_new(&p->s->arena, p->space.n, sizeof *p->number);
	for (size_t i = 0; i < p->space.n; i++) {
		const struct param *q = &p->space.params[i];
		bool all = !is_size(p, i) && param_cardinality(q) != 1 && is_number(q);

		for (size_t k = 0; k < p->n && all; k++)
			all = p->values[k][i] != NULL;
		if (all)
			p->number[p->numbers++] = i;
	}
}

static bool fit_bowl(struct pool *p)
{
	struct bowl_data d = {.n = p->n,
	                      .d = p->numbers,
	                      .places = p->s->places,
	                      .place = p->place,
	                      .y = p->y};
	double *t = mem_new(p->n * p->numbers + 1, sizeof *t), x, low, high;
	double *z = dummies(p, &d.extra);
	bool ok;

	for (size_t j = 0; j < p->numbers; j++) {
		const struct param *q = &p->space.params[p->number[j]];
		struct scaling_param r = {.log = on_log_scale(q)};

		range_of(&r, q, &low, &high);
		for (size_t i = 0; i < p->n; i++)
			if (value_number(p->values[i][p->number[j]], &x))
				t[i * p->numbers + j] =
				    (to_scale(&r, x) - low) / (high - low);
	}
	d.t = t;
	d.z = z;
	ok = bowl_fit(&d, p->searches[0]->spec->seed, &p->bowl);
	p->s->used = p->bowl.used;
	free(t);
	free(z);
	return ok;
}

static bool fit_all(struct pool *p, struct error *err)
{
	struct scaling *s = p->s;

	find_numbers(p);
	if (p->numbers && !fit_bowl(p))
		return error_set(
		    err, ERROR_TRIAL,
		    "%zu trials at %zu sizes are too few for %zu parameter%s\n  help: "
		    "more trials, or fewer parameters",
		    p->n, s->places, p->numbers, str_plural(p->numbers));
	s->list = arena_new(&s->arena, p->space.n, sizeof *s->list);
	for (size_t i = 0; i < p->space.n; i++)
		if (!is_size(p, i) && param_cardinality(&p->space.params[i]) != 1)
			fit_param(p, i);
	return true;
}

static bool check_metrics(const struct pool *p, struct error *err)
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

bool scaling_init(struct scaling *s, struct search *const *searches, size_t n,
                  const char *const *names, const double *target, size_t n_names,
                  struct error *err)
{
	struct pool p = {.s = s, .searches = searches, .n_searches = n};
	bool ok;

	*s = (struct scaling){.n_sizes = n_names, .space = &searches[0]->spec->space};
	for (size_t i = 0; i < n_names; i++) {
		s->names[i] = names[i];
		s->target[i] = target[i];
	}
	ok = check_metrics(&p, err) && check_names(&p, err) && find_places(&p, err);
	if (ok && s->places) {
		make_space(&p);
		for (size_t k = 0; k < n; k++)
			for (size_t i = 0; i < searches[k]->n; i++)
				if (is_usable(searches[k]->trials[i]))
					take(&p, searches[k], searches[k]->trials[i]);
		settle_places(&p, search_sign(searches[0]));
	}
	ok = ok && check_places(&p, err) && fit_all(&p, err);
	bowl_free(&p.bowl);
	free(p.values);
	free(p.y);
	free(p.place);
	return ok;
}

bool scaling_of(struct scaling *s, struct search *search, struct error *err)
{
	const struct scale *block = &search->spec->scale;
	const char *names[SCALING_SIZES];
	double target[SCALING_SIZES];

	for (size_t i = 0; i < block->n; i++) {
		names[i] = block->sizes[i].name;
		target[i] = block->sizes[i].target;
	}
	return scaling_init(s, &search, 1, names, target, block->n, err);
}

void scaling_free(struct scaling *s)
{
	arena_free(&s->arena);
	*s = (struct scaling){0};
}
