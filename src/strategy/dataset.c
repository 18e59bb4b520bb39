#include "strategy/dataset.h"
#include "base/double.h"
#include "base/elementary.h"
#include "base/rng.h"
#include "gp/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WARP_FROM = 10, /* finished trials */
	FIRST_FIT = 2,
	FIT_FIRST = 50,        /* iterations from the mean of the prior … */
	FIT_AGAIN = 20,        /* … and from the last ones */
	FRESH_START_EVERY = 5, /* fits */
	FIT_MAX = 500,         /* data for the kernel's parameters */
	CHAIN_MAX = 300,       /* trials up to which a fit begins with the one before */
	STDERRS_LEAST = 3      /* trials with repeats, to tell how large the noise is */
};

struct dataset_fit {
	size_t n; /* of the first n data */
	double *theta;
};

void dataset_init(struct dataset *b, struct encoding *encoding, double full,
                  uint64_t seed)
{
	*b = (struct dataset){
	    .space = encoding->space, .encoding = encoding, .full = full, .seed = seed};
	gp_init(&b->gp, encoding->dims, encoding->width);
}

static void standardize(struct dataset *b, size_t source)
{
	double *value = mem_new(2 * b->n_earlier, sizeof *value), *y;
	size_t n = 0;

	y = value + b->n_earlier;
	for (size_t i = 0; i < b->n_earlier; i++)
		if (b->earlier[i].source == source)
			value[n++] = b->earlier[i].value;
	(void)target_fit(value, n, y);
	for (size_t i = b->n_earlier; i-- > 0;)
		if (b->earlier[i].source == source)
			b->earlier_y[i] = y[--n];
	free(value);
}

/* A model of one source by itself. */
static void model_source(struct dataset *b, size_t source)
{
	struct encoding *e = b->encoding;
	struct gp *g = &b->sources[source];
	double *rows = mem_new(b->n_earlier * e->d + e->width, sizeof *rows);
	double *y = mem_new(b->n_earlier, sizeof *y), *theta;
	size_t n = 0;

	gp_init(g, e->dims, e->d);
	for (size_t i = 0; i < b->n_earlier; i++)
		if (b->earlier[i].source == source) {
			encoding_row(e, b->earlier_genes + i * e->d, rows + n * e->d);
			y[n++] = b->earlier_y[i];
		}
	gp_default_prior(g, n >= WARP_FROM);
	gp_data(g, rows, y, NULL, n);
	theta = mem_new(g->n_theta, sizeof *theta);
	memcpy(theta, g->prior.mean, g->n_theta * sizeof *theta);
	(void)gp_fit(g, theta, FIT_FIRST);
	gp_factor(g, theta);
	free(theta);
	free(rows);
	free(y);
}

/* What the sources say of a row, on the average. */
static double source_mean(const struct dataset *b, const double *row)
{
	double sum = 0, mean, variance;

	for (size_t k = 0; k < b->n_sources; k++) {
		gp_predict(&b->sources[k], row, 1, &mean, &variance);
		sum += mean;
	}
	return sum / (double)b->n_sources;
}

/* Moves and stretches y (n_view) of this search, zero mean and unit variance, so that
 * it fits z, the sources' view of the same points: its mean becomes theirs; its scale
 * is that of the regression of y on z, with one observation more that says y and z vary
 * alike. */
static void calibrate(struct dataset *b, double *y)
{
	double ny = 0, my = 0, mz = 0, yy = 0, zz = 0, yz = 0, spread, slope;
	double *z = mem_new(b->n_view, sizeof *z);

	for (size_t i = 0; i < b->n_view; i++) {
		const struct datum *e = &b->data[b->view[i]];

		z[i] = (double)NAN;
		if (e->task || isnan(e->value) || e->fidelity < 1)
			continue;
		z[i] = source_mean(b, b->rows + b->view[i] * b->encoding->width);
		ny++;
		my += y[i];
		mz += z[i];
	}
	for (size_t i = 0; ny > 0 && i < b->n_view; i++)
		if (!isnan(z[i])) {
			double u = y[i] - my / ny, v = z[i] - mz / ny;

			yy += u * u;
			zz += v * v;
			yz += u * v;
		}
	free(z);
	if (!(ny > 0))
		return;
	spread = sqrt((yy + 1) / (zz + 1));
	slope = fmax((yz + spread) / (zz + 1), 0.3 * spread);
	for (size_t i = 0; i < b->n_view; i++)
		if (!b->data[b->view[i]].task)
			y[i] = (y[i] - my / ny) / slope + mz / ny;
	b->target.mean += (my / ny - slope * mz / ny) * b->target.sd;
	b->target.sd *= slope;
	b->target.failed = (b->target.failed - my / ny) / slope + mz / ny;
}

void dataset_earlier(struct dataset *b, const struct earlier *earlier, size_t n,
                     size_t sources)
{
	size_t d = b->encoding->d;

	b->earlier = earlier;
	b->n_earlier = n;
	b->earlier_genes = mem_new(n * d + 1, sizeof *b->earlier_genes);
	b->earlier_y = mem_new(n + 1, sizeof *b->earlier_y);
	for (size_t i = 0; i < n; i++)
		encoding_genes(b->encoding, earlier[i].point, earlier[i].values,
		               b->earlier_genes + i * d);
	b->n_sources = sources;
	b->sources = mem_new(sources + 1, sizeof *b->sources);
	for (size_t k = 0; k < sources; k++) {
		standardize(b, k);
		model_source(b, k);
	}
}

const double *dataset_genes(const struct dataset *b, size_t datum)
{
	const struct datum *e = &b->data[datum];

	return (e->task ? b->earlier_genes : b->met_genes) + e->id * b->encoding->d;
}

void dataset_free(struct dataset *b)
{
	for (size_t k = 0; k < b->n_sources; k++)
		gp_free(&b->sources[k]);
	free(b->sources);
	free(b->earlier_genes);
	free(b->earlier_y);
	for (size_t k = 0; k < b->n_fits; k++)
		free(b->fits[k].theta);
	free(b->fits);
	free(b->known);
	free(b->data);
	free(b->met_genes);
	free(b->met_u);
	free(b->view);
	free(b->rows);
	gp_free(&b->gp);
	*b = (struct dataset){0};
}

static int by_order(const void *a, const void *b)
{
	const struct datum *x = a, *y = b;

	if (x->order != y->order)
		return x->order > y->order ? 1 : -1;
	if (x->id != y->id)
		return x->id > y->id ? 1 : -1;
	return (x->fidelity > y->fidelity) - (x->fidelity < y->fidelity);
}

static double fidelity_of(double step, double full)
{
	double part = step / full;

	return part > 0 && part < 1 ? fmax(1 + portable_log(part) / portable_log(27), 0)
	                            : part > 0;
}

/* What of an observation is modelled here, and its standard error. */
static struct observation modelled(const struct dataset *b, const struct observation *s)
{
	struct observation o = *s;

	if (!b->which)
		return o;
	o.value = s->further ? s->further[b->which - 1] : (double)NAN;
	o.stderr_ = s->further && !b->limit ? s->further[b->n_further + b->which - 1]
	                                    : (double)NAN;
	return o;
}

/* All that it is judged by. */
static void add_objectives(const struct dataset *b, const struct observation *s,
                           struct datum *d)
{
	d->holds = s->further != NULL;
	for (size_t k = 0; s->further && k < b->m; k++)
		d->y[k] = k ? s->further[k - 1] : s->value;
	for (size_t k = b->m - 1; s->further && k < b->n_further; k++)
		d->holds = d->holds && !(s->further[k] > 0);
}

static void add_datum(struct dataset *b, const struct observation *seen, uint64_t id,
                      bool last, double full)
{
	const struct observation o = modelled(b, seen), *s = &o;
	bool ok = s->state == KNOWN_OK, valued = isfinite(s->value);
	bool part = s->state == KNOWN_PENDING || s->state == KNOWN_STOPPED;

	/* What is known of it otherwise: that it runs; that it was once taken for
	 * failed. */
	if ((part && !valued) || (!part && !last))
		return;
	b->data = mem_room(b->data, b->n, &b->cap, sizeof *b->data);
	b->data[b->n++] =
	    (struct datum){.id = id,
	                   .order = s->order,
	                   .value = ok || part ? s->value : (double)NAN,
	                   .m = s->n_runs ? (double)s->n_runs : 1,
	                   .stderr_ = ok ? s->stderr_ : (double)NAN,
	                   .fidelity = part ? fidelity_of(s->step, full) : 1,
	                   .settled = last && s->state != KNOWN_PENDING,
	                   .usable = ok && valued};
	if (b->n_further)
		add_objectives(b, seen, &b->data[b->n - 1]);
	if (ok && !valued)
		b->data[b->n - 1].value = (double)NAN;
}

/* Steps of a full run: as the file says, else of the longest that may be known. */
static double full_length(const struct dataset *b, const struct history *h, uint64_t id)
{
	double full = b->full;

	if (b->encoding->fidelity == SIZE_MAX || isfinite(full))
		return full;
	for (uint64_t i = 0; i < id && i < h->n; i++)
		for (size_t k = 0; k < h->trials[i].n; k++)
			if (h->trials[i].observations[k].order <= h->known_upto)
				full = fmax(full, h->trials[i].observations[k].step);
	return full;
}

/* Is the same step seen once more: the end of a run that was just seen there? */
static bool again(const struct observation *s, const struct observation *last)
{
	for (const struct observation *other = s + 1; other <= last; other++)
		if (double_same(other->step, s->step) && isfinite(other->value))
			return true;
	return false;
}

/* What may be known of trial id. */
static void take_in(struct dataset *b, const struct history *h, uint64_t id,
                    double full)
{
	const struct known *t = &h->trials[id];
	const struct observation *last;

	b->n_settled += history_state(h, id, &last) != KNOWN_PENDING;
	for (const struct observation *s = t->observations; last && s <= last; s++)
		if (s == last || (b->encoding->fidelity != SIZE_MAX && !again(s, last)))
			add_datum(b, s, id, s == last, full);
}

/* Genes of every trial, kept from one proposal to the next. */
static void keep_genes(struct dataset *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding->d, n = b->space->n;
	const struct known *t = &h->trials[id];
	double *genes, *u;
	bool same = id < b->n_met;

	if (id >= b->cap_met) {
		b->cap_met = id < 64 ? 128 : 2 * (size_t)id;
		b->met_genes = mem_grow(b->met_genes, b->cap_met * d, sizeof *genes);
		b->met_u = mem_grow(b->met_u, b->cap_met * n, sizeof *u);
	}
	genes = b->met_genes + id * d;
	u = b->met_u + id * n;
	for (size_t i = 0; same && i < n; i++)
		same = t->point[i].level < 0 && double_same(u[i], t->point[i].u);
	if (!same) {
		for (size_t i = 0; i < n; i++)
			u[i] = t->point[i].level < 0 ? t->point[i].u : (double)NAN;
		encoding_genes(b->encoding, t->point, t->values, genes);
	}
	if (b->n_met <= id)
		b->n_met = (size_t)id + 1;
}

/* Where none has been trained in full yet, those that came furthest have to do. */
static void choose_usable(struct dataset *b)
{
	double most = 0;

	for (size_t i = b->n_earlier; i < b->n; i++) {
		if (b->data[i].usable)
			return;
		if (isfinite(b->data[i].value))
			most = fmax(most, b->data[i].fidelity);
	}
	for (size_t i = b->n_earlier; i < b->n; i++)
		b->data[i].usable =
		    isfinite(b->data[i].value) && b->data[i].fidelity >= most;
}

static void add_earlier(struct dataset *b)
{
	for (size_t i = 0; i < b->n_earlier; i++) {
		const struct earlier *p = &b->earlier[i];
		struct datum e = {.id = i,
		                  .value = isfinite(p->value) ? b->earlier_y[i]
		                                              : (double)NAN,
		                  .m = p->n_runs ? (double)p->n_runs : 1,
		                  .stderr_ = (double)NAN,
		                  .fidelity = 1,
		                  .task = p->source + 1};

		b->data = mem_room(b->data, b->n, &b->cap, sizeof *b->data);
		b->data[b->n++] = e;
	}
}

void dataset_gather(struct dataset *b, const struct history *h, uint64_t id)
{
	const struct encoding *e = b->encoding;
	size_t width = e->width;
	double full = full_length(b, h, id);

	b->n = b->n_settled = 0;
	add_earlier(b);
	for (uint64_t i = 0; i < id && i < h->n; i++) {
		keep_genes(b, h, i);
		take_in(b, h, i, full);
	}
	if (b->n > 1)
		qsort(b->data, b->n, sizeof *b->data, by_order);
	choose_usable(b);
	b->rows = mem_grow(b->rows, b->n * width + 1, sizeof *b->rows);
	for (size_t i = 0; i < b->n; i++) {
		double *row = b->rows + i * width;

		encoding_row(b->encoding, dataset_genes(b, i), row);
		if (e->fidelity != SIZE_MAX)
			row[e->fidelity] = b->data[i].fidelity;
		if (e->task != SIZE_MAX)
			row[e->task] = (double)b->data[i].task;
	}
}

static bool same_datum(const struct datum *a, const struct datum *b)
{
	return a->id == b->id && a->task == b->task && a->usable == b->usable &&
	       double_same(a->fidelity, b->fidelity) &&
	       double_same(a->value, b->value) && double_same(a->m, b->m) &&
	       double_same(a->stderr_, b->stderr_);
}

/* Fits on data that are no longer the first ones are dropped. */
static void check_cache(struct dataset *b)
{
	size_t same = 0;

	while (same < b->n && same < b->n_known &&
	       same_datum(&b->data[same], &b->known[same]))
		same++;
	if (same < b->n_known && same < b->n)
		while (b->n_fits && b->fits[b->n_fits - 1].n > same)
			free(b->fits[--b->n_fits].theta);
	if (same == b->n_known || same < b->n) {
		b->known = mem_grow(b->known, b->n + 1, sizeof *b->known);
		memcpy(b->known, b->data, b->n * sizeof *b->known);
		b->n_known = b->n;
	}
}

/* How large the noise of one run is, in the target's units: from the repeats. */
static void set_noise_prior(struct dataset *b, const struct target *t)
{
	double sum = 0, unit = 1 / (2 * t->scale * t->sd);
	size_t count = 0;

	for (size_t i = 0; i < b->n_view; i++) {
		const struct datum *e = &b->data[b->view[i]];

		if (!target_noise(t, e->stderr_) || e->m < 2)
			continue;
		sum += e->stderr_ * unit * e->stderr_ * unit * e->m;
		count++;
	}
	if (count >= STDERRS_LEAST && isfinite(sum))
		gp_noise_prior(&b->gp, portable_log(fmax(sum / (double)count, 1e-6)),
		               0.5);
}

/* With several objectives, or limits: the worst value that still counts. As far again
 * behind the worst of the front (of one objective: of all that holds the limits) as
 * that is from its best: further off nothing is to be told apart. */
static double worst_that_counts(const struct dataset *b)
{
	double *y = mem_new(b->n_view * b->m + 1, sizeof *y), low = 0, high = 0;
	size_t *front = mem_new(b->n_view + 1, sizeof *front), n = 0;
	bool any = false;

	for (size_t i = 0; i < b->n_view; i++) {
		const struct datum *e = &b->data[b->view[i]];

		if (e->usable && e->holds)
			memcpy(y + b->m * n++, e->y, b->m * sizeof *y);
	}
	if (b->m > 1)
		pareto_sort(y, n, b->m, front);
	for (size_t i = 0; i < n; i++) {
		double v = y[i * b->m + b->which];

		if (b->m > 1 && front[i] != 1)
			continue;
		low = any ? fmin(low, v) : v;
		high = any ? fmax(high, v) : v;
		any = true;
	}
	free(y);
	free(front);
	return any ? high + (high - low) : -(double)INFINITY;
}

void dataset_load(struct dataset *b, size_t n)
{
	size_t d = b->encoding->width, k = b->n_view;
	double *value = mem_new((3 + d) * k + 1, sizeof *value), *y = value + k,
	       *m = y + k, *x = m + k;

	for (size_t i = 0; i < k; i++) {
		const struct datum *e = &b->data[b->view[i]];

		value[i] = e->task ? (double)NAN : e->value;
		m[i] = b->data[b->view[i]].m;
		memcpy(x + i * d, b->rows + b->view[i] * d, d * sizeof *x);
	}
	if (b->limit)
		b->bound = target_bound(value, k, y);
	else if (b->n_further)
		b->target = target_fit_to(value, k, worst_that_counts(b), y);
	else
		b->target = target_fit(value, k, y);
	if (b->n_sources)
		calibrate(b, y);
	for (size_t i = 0; i < k; i++)
		if (b->data[b->view[i]].task)
			y[i] = b->earlier_y[b->data[b->view[i]].id];
	gp_default_prior(&b->gp, n >= WARP_FROM);
	if (b->encoding->task != SIZE_MAX)
		b->gp.prior.mean[b->encoding->task] = portable_log(2);
	if (!b->limit)
		set_noise_prior(b, &b->target);
	gp_data(&b->gp, x, y, m, k);
	free(value);
}

void dataset_look_as(struct dataset *b, const struct dataset *other)
{
	b->view = mem_grow(b->view, other->n_view + 1, sizeof *b->view);
	memcpy(b->view, other->view, other->n_view * sizeof *b->view);
	b->n_view = other->n_view;
}

static int ascending(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

/* Indices by a number of each, least first; NAN last. */
static int by_key(const void *a, const void *b, void *keys)
{
	const double *k = keys;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;

	if (isnan(k[i]) != isnan(k[j]))
		return isnan(k[i]) ? 1 : -1;
	if (k[i] < k[j] || k[i] > k[j])
		return k[i] < k[j] ? -1 : 1;
	return (i > j) - (i < j);
}

size_t *dataset_sorted(double *keys, size_t n)
{
	size_t *order = mem_new(n, sizeof *order);

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_key, keys);
	return order;
}

/* Adds indices from order to the view until it holds `most`, none twice. */
static void view_more(struct dataset *b, const size_t *order, size_t n, size_t most,
                      bool *in)
{
	for (size_t i = 0; i < n && b->n_view < most; i++)
		if (!in[order[i]]) {
			in[order[i]] = true;
			b->view[b->n_view++] = order[i];
		}
}

double *dataset_values(const struct dataset *b, size_t n)
{
	double *value = mem_new(n, sizeof *value);

	for (size_t i = 0; i < n; i++)
		value[i] = b->data[i].usable ? b->data[i].value : (double)NAN;
	return value;
}

/* A number for each of n data, drawn once and for all. */
static double *lots(const struct dataset *b, size_t n)
{
	double *lot = mem_new(n, sizeof *lot);

	for (size_t i = 0; i < n; i++)
		lot[i] = rng_unit(b->seed, b->data[i].id, RNG_MODEL,
		                  UINT32_MAX - (uint32_t)b->data[i].task);
	return lot;
}

void dataset_look_at(struct dataset *b, size_t n, size_t most, size_t best, size_t near,
                     const double *centre)
{
	double *value, *lot, *k;
	size_t *order, ld = vec_room(n), n_col = b->gp.kernel.n_col;
	bool *in;

	b->view = mem_grow(b->view, n + 1, sizeof *b->view);
	b->n_view = 0;
	if (n <= most) {
		for (; b->n_view < n; b->n_view++)
			b->view[b->n_view] = b->n_view;
		return;
	}
	in = mem_new(n, sizeof *in);
	value = dataset_values(b, n);
	order = dataset_sorted(value, n);
	view_more(b, order, n, best, in);
	free(order);
	if (centre) {
		double *cols = mem_new(n_col * ld, sizeof *cols);
		double *one = mem_new(n_col * VEC, sizeof *one);

		k = mem_new(ld, sizeof *k);
		kernel_columns(&b->gp.kernel, b->rows, n, cols, ld);
		kernel_columns(&b->gp.kernel, centre, 1, one, VEC);
		for (size_t c = 0; c < n_col; c++)
			one[c] = one[c * VEC];
		kernel_row(&b->gp.kernel, one, cols, ld, n, k, NULL);
		for (size_t i = 0; i < n; i++)
			k[i] = -k[i];
		order = dataset_sorted(k, n);
		view_more(b, order, n, best + near, in);
		free(order);
		free(cols);
		free(one);
		free(k);
	}
	lot = lots(b, n);
	order = dataset_sorted(lot, n);
	view_more(b, order, n, most, in);
	free(order);
	free(lot);
	free(value);
	free(in);
	qsort(b->view, b->n_view, sizeof *b->view, ascending);
}

/* The fit after that on n data, counted without those of other searches. */
static size_t fit_after(const struct dataset *b, size_t n)
{
	size_t more = b->n_earlier;

	n = n > more ? n - more : 0;
	return more + (n ? n + (n < 40 ? 1 : n < 200 ? n / 20 : n / 10) : FIRST_FIT);
}

/* Fit number k of the schedule, on the first n data. Beyond CHAIN_MAX one begins with
 * the last below it, not with the one before: whoever resumes a long search makes that
 * chain again and one fit more. */
static struct dataset_fit fit_on(struct dataset *b, size_t k, size_t n,
                                 const double *start)
{
	size_t size = b->gp.n_theta;
	double *theta = mem_new(size, sizeof *theta), *other, f;

	dataset_look_at(b, n, FIT_MAX, FIT_MAX / 5, 0, NULL);
	dataset_load(b, n);
	memcpy(theta, k ? start : b->gp.prior.mean, size * sizeof *theta);
	f = gp_fit(&b->gp, theta, k ? FIT_AGAIN : FIT_FIRST);
	if (k && k % FRESH_START_EVERY == 0) {
		other = mem_new(size, sizeof *other);
		memcpy(other, b->gp.prior.mean, size * sizeof *other);
		if (gp_fit(&b->gp, other, FIT_FIRST) < f)
			memcpy(theta, other, size * sizeof *theta);
		free(other);
	}
	return (struct dataset_fit){.n = n, .theta = theta};
}

/* Theta of fit number k, made where it is not there; start: the one before it, or the
 * last of the chain. */
static const double *fit_at(struct dataset *b, size_t k, size_t n, const double *start)
{
	size_t i = b->n_fits;

	while (i && b->fits[i - 1].n > n)
		i--;
	if (i && b->fits[i - 1].n == n)
		return b->fits[i - 1].theta;
	b->fits = mem_room(b->fits, b->n_fits, &b->cap_fits, sizeof *b->fits);
	memmove(b->fits + i + 1, b->fits + i, (b->n_fits++ - i) * sizeof *b->fits);
	b->fits[i] = fit_on(b, k, n, start);
	return b->fits[i].theta;
}

const double *dataset_theta(struct dataset *b)
{
	const double *theta = NULL;
	size_t next, n = 0, k = 0;

	check_cache(b);
	for (next = fit_after(b, 0); next <= b->n && (!k || next <= CHAIN_MAX);
	     next = fit_after(b, n)) {
		n = next;
		theta = fit_at(b, k++, n, theta);
	}
	if (next > b->n)
		return theta ? theta : b->gp.prior.mean;
	for (; next <= b->n; next = fit_after(b, n), k++)
		n = next;
	return fit_at(b, k - 1, n, theta);
}
