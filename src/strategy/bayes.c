/* Bayesian optimization: a Gaussian process over what has finished, log expected
 * improvement over what may come of what is pending, and the point where that is
 * highest.
 *
 * The kernel's parameters are found anew as the history grows, at fixed numbers of
 * finished trials, each time from the ones before. They depend on the history alone: a
 * new state goes through the same fits in the same order. */
#include "base/rng.h"
#include "base/stat.h"
#include "gp/target.h"
#include "gp/vec.h"
#include "strategy/design.h"
#include "strategy/maximize.h"
#include "strategy/sobol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WARP_FROM = 10, /* finished trials */
	FIRST_FIT = 2,
	FIT_FIRST = 50,        /* iterations from the mean of the prior … */
	FIT_AGAIN = 20,        /* … and from the last ones */
	FRESH_START_EVERY = 5, /* fits */
	SAMPLES = 32,          /* of the pending values */
	PENDING_MAX = 256,
	BEST = 5, /* configurations around which to look */
	FAILURES_MODELLED = 3,
	FIT_MAX = 500,    /* data for the kernel's parameters */
	EXACT_MAX = 1000, /* data up to which the model takes all; beyond, so many: */
	VIEW_MAX = 800,
	VIEW_BEST = 50,
	VIEW_NEAR = 550,
	STDERRS_LEAST = 3 /* trials with repeats, to tell how large the noise is */
};

/* A finished trial in the order of finishing. */
struct datum {
	uint64_t id, order;
	double value; /* NAN: it has none */
	double m;     /* runs behind it */
	double stderr_;
	bool usable; /* may be the incumbent */
};

struct fit {
	size_t n; /* of the first n data */
	double *theta;
};

struct bayes {
	const struct space *space;
	uint64_t seed;
	struct fresh fresh;
	struct encoding encoding;
	struct design design;
	struct gp gp;
	struct datum *data; /* (n) what the current proposal may know */
	size_t n, cap;
	double *rows; /* (n, d) */
	/* Of every trial, by id: its genes (d) and the u that gave them. */
	double *met_genes, *met_u;
	size_t n_met, cap_met;
	/* What of the data the model is given, by index, in order. */
	size_t *view; /* (n_view) */
	size_t n_view;
	/* The cache: fits on the first data, which these were. */
	struct datum *known; /* (n_known) */
	size_t n_known, cap_known;
	struct fit *fits;
	size_t n_fits, cap_fits;
};

static bool bayes_init(void *state, const struct strategy_args *args, struct error *err)
{
	struct bayes *b = state;

	(void)err;
	b->space = args->space;
	b->seed = args->seed;
	fresh_init(&b->fresh, b->space);
	encoding_init(&b->encoding, b->space);
	design_init(&b->design, &b->encoding, b->seed);
	gp_init(&b->gp, b->encoding.dims, b->encoding.d);
	return true;
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

static bool visible(const struct history *h, uint64_t id)
{
	const struct seen *t = &h->trials[id];

	return t->state != SEEN_PENDING && t->order && t->order <= h->seen;
}

static bool same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Genes of every trial, kept from one proposal to the next. */
static void keep_genes(struct bayes *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding.d, n = b->space->n;
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
		encoding_genes(&b->encoding, t->point, t->values, genes);
	}
	if (b->n_met <= id)
		b->n_met = (size_t)id + 1;
}

/* What has finished, in that order. */
static void gather(struct bayes *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding.d;

	b->n = 0;
	for (uint64_t i = 0; i < id && i < h->n; i++) {
		keep_genes(b, h, i);
		if (visible(h, i)) {
			b->data = mem_room(b->data, b->n, &b->cap, sizeof *b->data);
			b->data[b->n++] = datum_of(&h->trials[i], i);
		}
	}
	if (b->n > 1)
		qsort(b->data, b->n, sizeof *b->data, by_order);
	b->rows = mem_grow(b->rows, b->n * d + 1, sizeof *b->rows);
	for (size_t i = 0; i < b->n; i++)
		encoding_row(&b->encoding, b->met_genes + b->data[i].id * d,
		             b->rows + i * d);
}

static bool same_datum(const struct datum *a, const struct datum *b)
{
	return a->id == b->id && a->usable == b->usable &&
	       same_double(a->value, b->value) && same_double(a->m, b->m) &&
	       same_double(a->stderr_, b->stderr_);
}

/* Fits on data that are no longer the first ones are dropped. */
static void check_cache(struct bayes *b)
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
static void set_noise_prior(struct bayes *b, const struct target *t)
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

/* What is in view into the model, of n data in all. */
static void load(struct bayes *b, size_t n)
{
	size_t d = b->encoding.d, k = b->n_view;
	double *value = mem_new((3 + d) * k + 1, sizeof *value), *y = value + k,
	       *m = y + k, *x = m + k;
	struct target t;

	for (size_t i = 0; i < k; i++) {
		value[i] = b->data[b->view[i]].value;
		m[i] = b->data[b->view[i]].m;
		memcpy(x + i * d, b->rows + b->view[i] * d, d * sizeof *x);
	}
	t = target_fit(value, k, y);
	gp_default_prior(&b->gp, n >= WARP_FROM);
	set_noise_prior(b, &t);
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

static size_t *sorted_by(double *keys, size_t n)
{
	size_t *order = mem_new(n, sizeof *order);

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_key, keys);
	return order;
}

/* Adds indices from order to the view until it holds `most`, none twice. */
static void view_more(struct bayes *b, const size_t *order, size_t n, size_t most,
                      bool *in)
{
	for (size_t i = 0; i < n && b->n_view < most; i++)
		if (!in[order[i]]) {
			in[order[i]] = true;
			b->view[b->n_view++] = order[i];
		}
}

static double *values_of(const struct bayes *b, size_t n)
{
	double *value = mem_new(n, sizeof *value);

	for (size_t i = 0; i < n; i++)
		value[i] = b->data[i].usable ? b->data[i].value : (double)NAN;
	return value;
}

/* A number for each of n data, drawn once and for all. */
static double *lots(const struct bayes *b, size_t n)
{
	double *lot = mem_new(n, sizeof *lot);

	for (size_t i = 0; i < n; i++)
		lot[i] = rng_unit(b->seed, b->data[i].id, RNG_MODEL, UINT32_MAX);
	return lot;
}

/* Of the first n data: all; when they are more than `most`, the best ones, those
 * nearest to the centre (near of them; a row (d), NULL: none), and others at random, so
 * that the model keeps its sight of the whole. */
static void look_at(struct bayes *b, size_t n, size_t most, size_t best, size_t near,
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
	value = values_of(b, n);
	order = sorted_by(value, n);
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
		order = sorted_by(k, n);
		view_more(b, order, n, best + near, in);
		free(order);
		free(cols);
		free(one);
		free(k);
	}
	lot = lots(b, n);
	order = sorted_by(lot, n);
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

static void fit_next(struct bayes *b, size_t n)
{
	size_t k = b->n_fits, size = b->gp.n_theta;
	double *theta = mem_new(size, sizeof *theta), *other, f;
	const double *start = k ? b->fits[k - 1].theta : b->gp.prior.mean;

	look_at(b, n, FIT_MAX, FIT_MAX / 5, 0, NULL);
	load(b, n);
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
	b->fits[b->n_fits++] = (struct fit){.n = n, .theta = theta};
}

/* The kernel's parameters that go with the first n data. */
static const double *find_theta(struct bayes *b)
{
	size_t k = b->n_fits;

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

/* Pending trials join the model without a value. */
static void append_pending(struct bayes *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding.d, count = 0;
	double *row = mem_new(d + 1, sizeof *row);

	for (uint64_t i = id < h->n ? id : h->n; i-- > 0 && count < PENDING_MAX;) {
		if (visible(h, i))
			continue;
		encoding_row(&b->encoding, b->met_genes + i * d, row);
		count += gp_append(&b->gp, row, (double)NAN, 1);
	}
	free(row);
}

/* Standard normal numbers of even coverage, (SAMPLES, q); malloc. */
static double *fantasies(const struct bayes *b, uint64_t id, size_t q)
{
	double *z = mem_new(SAMPLES * q + 1, sizeof *z);
	uint32_t *v = mem_new(q * SOBOL_BITS, sizeof *v);

	sobol_directions(q, v);
	for (size_t p = 0; p < q; p++) {
		uint32_t key =
		    (uint32_t)rng_u64(b->seed, id, RNG_MODEL, UINT32_MAX - (uint32_t)p);

		for (uint32_t s = 0; s < SAMPLES; s++)
			z[s * q + p] = stat_normal_quantile(
			    ((double)sobol_scramble(
				 sobol_coordinate(v + p * SOBOL_BITS, s), key) +
			     0.5) *
			    0x1p-32);
	}
	free(v);
	return z;
}

/* Genes of the configurations with the least posterior mean, best first. */
static size_t best_genes(const struct bayes *b, double *out)
{
	size_t d = b->encoding.d, n = 0, *order;
	double *mean = mem_new(b->n_view, sizeof *mean);

	for (size_t i = 0; i < b->n_view; i++)
		mean[i] =
		    b->data[b->view[i]].usable ? gp_mean_at(&b->gp, i) : (double)NAN;
	order = sorted_by(mean, b->n_view);
	for (; n < BEST && n < b->n_view && !isnan(mean[order[n]]); n++)
		memcpy(out + n * d, b->met_genes + b->data[b->view[order[n]]].id * d,
		       d * sizeof *out);
	free(order);
	free(mean);
	return n;
}

/* The trust region of Eriksson, Pearce, Gardner, Turner & Poloczek 2019 (TuRBO), for
 * histories of which the model sees a part: its side shrinks after failures and grows
 * after successes, all from the history. */
static double region_side(const struct bayes *b)
{
	double best = (double)INFINITY, side = 0.8;
	size_t good = 0, bad = 0, patience = b->encoding.d > 4 ? b->encoding.d : 4;

	for (size_t i = 0; i < b->n; i++) {
		double v = b->data[i].usable ? b->data[i].value : (double)INFINITY;
		bool better = v < best - 1e-3 * fabs(best) || isinf(best);

		best = fmin(best, v);
		if (i < EXACT_MAX)
			continue;
		good = better ? good + 1 : 0;
		bad = better ? 0 : bad + 1;
		if (good == 3) {
			side = fmin(2 * side, 1.6);
			good = 0;
		} else if (bad == patience) {
			side *= 0.5;
			bad = 0;
		}
		if (side < 0x1p-7)
			side = 0.8;
	}
	return side;
}

/* Bounds (2, d) around a row: longer where the length-scale is, the volume as of a
 * cube. */
static void set_region(const struct bayes *b, const double *theta, const double *row,
                       double *low, double *high)
{
	size_t d = b->encoding.d, numbers = 0;
	double side = region_side(b), sum = 0;

	for (size_t j = 0; j < d; j++)
		if (b->encoding.dims[j].kind == GP_NUMBER) {
			sum += theta[j];
			numbers++;
		}
	for (size_t j = 0; j < d; j++) {
		double half =
		    0.5 * side * exp(theta[j] - sum / fmax(1, (double)numbers));

		/* Lists are numbered by their order of writing in the candidates. */
		if (b->encoding.dims[j].kind == GP_NUMBER && row[j] >= 0 &&
		    b->space->params[b->encoding.codes[j].param].dist !=
		        DIST_CATEGORICAL) {
			low[j] = fmin(fmax(row[j] - half, 0), 1);
			high[j] = fmax(fmin(row[j] + half, 1), 0);
		}
	}
}

/* With more data than the model takes: those around the best, and a region there, but
 * for every tenth proposal, which looks everywhere. */
static void narrow(struct bayes *b, uint64_t id, const double *theta, double *low,
                   double *high)
{
	double *value = values_of(b, b->n);
	size_t *order = sorted_by(value, b->n), d = b->encoding.d;
	const double *centre = b->rows + order[0] * d;

	kernel_set(&b->gp.kernel, theta);
	if (id % 10) {
		look_at(b, b->n, VIEW_MAX, VIEW_BEST, VIEW_NEAR, centre);
		set_region(b, theta, centre, low, high);
	} else {
		look_at(b, b->n, VIEW_MAX, VIEW_BEST, 0, NULL);
	}
	free(value);
	free(order);
}

static bool model_ask(struct bayes *b, const struct history *h, uint64_t id,
                      struct coord *out)
{
	size_t d = b->encoding.d, q, failures = 0;
	struct acquisition a;
	struct maximize m = {.encoding = &b->encoding,
	                     .acquisition = &a,
	                     .fresh = &b->fresh,
	                     .seed = b->seed,
	                     .id = id,
	                     .global = b->n > 200 ? 1000 : 1500,
	                     .local = b->n > 200 ? 300 : 500};
	bool *usable, *failed, found;
	double *best = mem_new((BEST + 3) * d, sizeof *best), *z, score;
	double *low = best + (BEST + 1) * d, *high = low + d;
	const double *theta = find_theta(b);

	for (size_t j = 0; j < d; j++)
		high[j] = 1;
	if (b->n > EXACT_MAX)
		narrow(b, id, theta, low, high);
	else
		look_at(b, b->n, EXACT_MAX, 0, 0, NULL);
	m.low = low;
	m.high = high;
	load(b, b->n);
	gp_factor(&b->gp, theta);
	usable = mem_new(2 * b->n_view, sizeof *usable);
	failed = usable + b->n_view;
	for (size_t i = 0; i < b->n_view; i++) {
		usable[i] = b->data[b->view[i]].usable;
		failed[i] = isnan(b->data[b->view[i]].value);
		failures += failed[i];
	}
	m.n_best = best_genes(b, best);
	m.best = best;
	append_pending(b, h, id);
	q = b->gp.n - b->gp.n_data;
	z = fantasies(b, id, q);
	acquisition_init(&a, &b->gp, usable,
	                 failures >= FAILURES_MODELLED ? failed : NULL, z,
	                 q ? SAMPLES : 1);
	found = maximize_run(&m, best + BEST * d, &score);
	if (found)
		encoding_point(&b->encoding, best + BEST * d, out);
	acquisition_free(&a);
	free(z);
	free(usable);
	free(best);
	return found;
}

/* A branch of which little is known gets a point of the design now and then. */
static bool neglected(const struct bayes *b)
{
	size_t count[64] = {0}, j = b->design.branch, d = b->encoding.d;

	if (j == SIZE_MAX)
		return false;
	for (size_t i = 0; i < b->n; i++)
		count[(size_t)b->met_genes[b->data[i].id * d + j]]++;
	for (size_t k = 0; k < b->encoding.codes[j].n_cells; k++)
		if (count[k] < 3)
			return true;
	return false;
}

static bool wants_design(const struct bayes *b, uint64_t id)
{
	size_t usable = 0;

	for (size_t i = 0; i < b->n; i++)
		usable += b->data[i].usable;
	if (id < b->design.n || b->n < b->design.n / 2 || !usable)
		return true;
	return neglected(b) && rng_below(b->seed, id, RNG_PICK, 1, 10) == 0;
}

static enum ask bayes_ask(void *state, const struct history *h, uint64_t id,
                          struct coord *out, const char **why, struct error *err)
{
	struct bayes *b = state;

	fresh_begin(&b->fresh, h, id);
	gather(b, h, id);
	if (wants_design(b, id) || !b->encoding.d)
		return design_ask(&b->design, &b->fresh, id, out, why, err);
	if (model_ask(b, h, id, out))
		return ASK_POINT;
	/* Nothing new in sight: what independent draws still find. */
	fresh_begin(&b->fresh, h, id);
	return design_ask(&b->design, &b->fresh, id, out, why, err);
}

static void bayes_fini(void *state)
{
	struct bayes *b = state;

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
	design_free(&b->design);
	encoding_free(&b->encoding);
	fresh_free(&b->fresh);
}

const struct strategy_type strategy_bayes = {
    .name = "bayes",
    .summary = "learns from what has finished: a Gaussian process",
    .adaptive = true,
    .state_size = sizeof(struct bayes),
    .init = bayes_init,
    .ask = bayes_ask,
    .fini = bayes_fini,
};
