#include "search/scaling.h"
#include "base/stat.h"
#include "search/edges.h"
#include "search/scaling_pool.h"

#include <math.h>
#include <stdlib.h>

static const double level = 0.9, bend_level = 0.995, near_end = 0.05;

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
static void moments_of(struct scaling_pool *p, size_t j, struct scaling_param *r,
                       double *cov)
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

static void fit_number(struct scaling_pool *p, struct scaling_param *r,
                       const double *cov)
{
	struct scaling *s = p->s;
	const struct param *q = &p->space.params[r->param];
	double *x = mem_new(s->places * s->n_sizes, sizeof *x), to[SCALING_SIZES], low,
	       high;
	struct trend_data d = {
	    .k = s->places, .q = s->n_sizes, .x = x, .y = r->mean, .cov = cov};
	struct trend_at at;

	range_of(r, q, &low, &high);
	r->least = low;
	r->most = high;
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
static const struct value *best_choice(const struct scaling_pool *p, size_t param,
                                       size_t place)
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

static void fit_choice(struct scaling_pool *p, struct scaling_param *r)
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

static void fit_param(struct scaling_pool *p, size_t i)
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

static bool is_size(const struct scaling_pool *p, size_t i)
{
	for (size_t k = 0; k < p->s->n_sizes; k++)
		if (p->size_param[k] == i)
			return true;
	return false;
}

/* Zeros and ones for the words of all choices but one each; malloc. */
static double *dummies(const struct scaling_pool *p, size_t *n)
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
static void find_numbers(struct scaling_pool *p)
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

static bool fit_bowl(struct scaling_pool *p)
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

static bool fit_all(struct scaling_pool *p, struct error *err)
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

bool scaling_init(struct scaling *s, struct search *const *searches, size_t n,
                  const char *const *names, const double *target, size_t n_names,
                  struct error *err)
{
	struct scaling_pool p = {.s = s, .searches = searches, .n_searches = n};
	bool ok;

	*s = (struct scaling){.n_sizes = n_names, .space = &searches[0]->spec->space};
	for (size_t i = 0; i < n_names; i++) {
		s->names[i] = names[i];
		s->target[i] = target[i];
	}
	ok = scaling_pool_init(&p, err) && fit_all(&p, err);
	scaling_pool_free(&p);
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
