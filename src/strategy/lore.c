#include "strategy/lore.h"
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
	STDERRS_LEAST = 3      /* trials with repeats, to tell how large the noise is */
};

struct lore_fit {
	size_t n; /* of the first n data */
	double *theta;
};

void lore_init(struct lore *b, struct encoding *encoding, uint64_t seed)
{
	*b =
	    (struct lore){.space = encoding->space, .encoding = encoding, .seed = seed};
	gp_init(&b->gp, encoding->dims, encoding->d);
}

void lore_free(struct lore *b)
{
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
	*b = (struct lore){0};
}

static int by_order(const void *a, const void *b)
{
	const struct datum *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static struct datum datum_of(const struct seen *t, uint64_t id)
{
	bool ok = t->state == SEEN_OK && isfinite(t->value);
	bool stopped = t->state == SEEN_STOPPED && isfinite(t->value);

	return (struct datum){.id = id,
	                      .order = t->order,
	                      .value = ok || stopped ? t->value : (double)NAN,
	                      .m = t->n_runs ? (double)t->n_runs : 1,
	                      .stderr_ = ok ? t->stderr_ : (double)NAN,
	                      .usable = ok};
}

bool lore_visible(const struct history *h, uint64_t id)
{
	const struct seen *t = &h->trials[id];

	return t->state != SEEN_PENDING && t->order && t->order <= h->seen;
}

static bool same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Genes of every trial, kept from one proposal to the next. */
static void keep_genes(struct lore *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding->d, n = b->space->n;
	const struct seen *t = &h->trials[id];
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
		same = t->point[i].level < 0 && same_double(u[i], t->point[i].u);
	if (!same) {
		for (size_t i = 0; i < n; i++)
			u[i] = t->point[i].level < 0 ? t->point[i].u : (double)NAN;
		encoding_genes(b->encoding, t->point, t->values, genes);
	}
	if (b->n_met <= id)
		b->n_met = (size_t)id + 1;
}

void lore_gather(struct lore *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding->d;

	b->n = 0;
	for (uint64_t i = 0; i < id && i < h->n; i++) {
		keep_genes(b, h, i);
		if (lore_visible(h, i)) {
			b->data = mem_room(b->data, b->n, &b->cap, sizeof *b->data);
			b->data[b->n++] = datum_of(&h->trials[i], i);
		}
	}
	if (b->n > 1)
		qsort(b->data, b->n, sizeof *b->data, by_order);
	b->rows = mem_grow(b->rows, b->n * d + 1, sizeof *b->rows);
	for (size_t i = 0; i < b->n; i++)
		encoding_row(b->encoding, b->met_genes + b->data[i].id * d,
		             b->rows + i * d);
}

static bool same_datum(const struct datum *a, const struct datum *b)
{
	return a->id == b->id && a->usable == b->usable &&
	       same_double(a->value, b->value) && same_double(a->m, b->m) &&
	       same_double(a->stderr_, b->stderr_);
}

/* Fits on data that are no longer the first ones are dropped. */
static void check_cache(struct lore *b)
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
static void set_noise_prior(struct lore *b, const struct target *t)
{
	double sum = 0, unit = 1 / (2 * t->scale * t->sd);
	size_t count = 0;

	for (size_t i = 0; i < b->n_view; i++) {
		const struct datum *e = &b->data[b->view[i]];

		if (!isfinite(e->stderr_) || e->m < 2)
			continue;
		sum += e->stderr_ * unit * e->stderr_ * unit * e->m;
		count++;
	}
	if (count >= STDERRS_LEAST && isfinite(sum))
		gp_noise_prior(&b->gp, log(fmax(sum / (double)count, 1e-6)), 0.5);
}

void lore_load(struct lore *b, size_t n)
{
	size_t d = b->encoding->d, k = b->n_view;
	double *value = mem_new((3 + d) * k + 1, sizeof *value), *y = value + k,
	       *m = y + k, *x = m + k;

	for (size_t i = 0; i < k; i++) {
		value[i] = b->data[b->view[i]].value;
		m[i] = b->data[b->view[i]].m;
		memcpy(x + i * d, b->rows + b->view[i] * d, d * sizeof *x);
	}
	b->target = target_fit(value, k, y);
	gp_default_prior(&b->gp, n >= WARP_FROM);
	set_noise_prior(b, &b->target);
	gp_data(&b->gp, x, y, m, k);
	free(value);
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

size_t *lore_sorted(double *keys, size_t n)
{
	size_t *order = mem_new(n, sizeof *order);

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_key, keys);
	return order;
}

/* Adds indices from order to the view until it holds `most`, none twice. */
static void view_more(struct lore *b, const size_t *order, size_t n, size_t most,
                      bool *in)
{
	for (size_t i = 0; i < n && b->n_view < most; i++)
		if (!in[order[i]]) {
			in[order[i]] = true;
			b->view[b->n_view++] = order[i];
		}
}

double *lore_values(const struct lore *b, size_t n)
{
	double *value = mem_new(n, sizeof *value);

	for (size_t i = 0; i < n; i++)
		value[i] = b->data[i].usable ? b->data[i].value : (double)NAN;
	return value;
}

/* A number for each of n data, drawn once and for all. */
static double *lots(const struct lore *b, size_t n)
{
	double *lot = mem_new(n, sizeof *lot);

	for (size_t i = 0; i < n; i++)
		lot[i] = rng_unit(b->seed, b->data[i].id, RNG_MODEL, UINT32_MAX);
	return lot;
}

void lore_look_at(struct lore *b, size_t n, size_t most, size_t best, size_t near,
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
	value = lore_values(b, n);
	order = lore_sorted(value, n);
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
		order = lore_sorted(k, n);
		view_more(b, order, n, best + near, in);
		free(order);
		free(cols);
		free(one);
		free(k);
	}
	lot = lots(b, n);
	order = lore_sorted(lot, n);
	view_more(b, order, n, most, in);
	free(order);
	free(lot);
	free(value);
	free(in);
	qsort(b->view, b->n_view, sizeof *b->view, ascending);
}

static size_t fit_after(size_t n)
{
	return n ? n + (n < 40 ? 1 : n < 200 ? n / 20 : n / 10) : FIRST_FIT;
}

static void fit_next(struct lore *b, size_t n)
{
	size_t k = b->n_fits, size = b->gp.n_theta;
	double *theta = mem_new(size, sizeof *theta), *other, f;
	const double *start = k ? b->fits[k - 1].theta : b->gp.prior.mean;

	lore_look_at(b, n, FIT_MAX, FIT_MAX / 5, 0, NULL);
	lore_load(b, n);
	memcpy(theta, start, size * sizeof *theta);
	f = gp_fit(&b->gp, theta, k ? FIT_AGAIN : FIT_FIRST);
	if (k && k % FRESH_START_EVERY == 0) {
		other = mem_new(size, sizeof *other);
		memcpy(other, b->gp.prior.mean, size * sizeof *other);
		if (gp_fit(&b->gp, other, FIT_FIRST) < f)
			memcpy(theta, other, size * sizeof *theta);
		free(other);
	}
	b->fits = mem_room(b->fits, k, &b->cap_fits, sizeof *b->fits);
	b->fits[b->n_fits++] = (struct lore_fit){.n = n, .theta = theta};
}

const double *lore_theta(struct lore *b)
{
	size_t k;

	check_cache(b);
	k = b->n_fits;
	for (size_t next = fit_after(k ? b->fits[k - 1].n : 0); next <= b->n;
	     next = fit_after(next))
		fit_next(b, next);
	/* There may be more of them, from a later proposal. */
	for (k = b->n_fits; k && b->fits[k - 1].n > b->n; k--)
		;
	return k ? b->fits[k - 1].theta : b->gp.prior.mean;
}
