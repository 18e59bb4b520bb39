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
	double *genes, *rows; /* (n, d) */
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

/* What has finished, in that order, and what the model sees of it. */
static void gather(struct bayes *b, const struct history *h, uint64_t id)
{
	size_t d = b->encoding.d;

	b->n = 0;
	for (uint64_t i = 0; i < id && i < h->n; i++)
		if (visible(h, i)) {
			b->data = mem_room(b->data, b->n, &b->cap, sizeof *b->data);
			b->data[b->n++] = datum_of(&h->trials[i], i);
		}
	if (b->n > 1)
		qsort(b->data, b->n, sizeof *b->data, by_order);
	b->genes = mem_grow(b->genes, b->n * d + 1, sizeof *b->genes);
	b->rows = mem_grow(b->rows, b->n * d + 1, sizeof *b->rows);
	for (size_t i = 0; i < b->n; i++) {
		const struct seen *t = &h->trials[b->data[i].id];

		encoding_genes(&b->encoding, t->point, t->values, b->genes + i * d);
		encoding_row(&b->encoding, b->genes + i * d, b->rows + i * d);
	}
}

static bool same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
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
static void set_noise_prior(struct bayes *b, const struct target *t, size_t n)
{
	double sum = 0, unit = 1 / (2 * t->scale * t->sd);
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct datum *e = &b->data[i];

		if (!isfinite(e->stderr_) || e->m < 2)
			continue;
		sum += e->stderr_ * unit * e->stderr_ * unit * e->m;
		count++;
	}
	if (count >= STDERRS_LEAST && isfinite(sum))
		gp_noise_prior(&b->gp, log(fmax(sum / (double)count, 1e-6)), 0.5);
}

/* The first n data into the model. */
static void load(struct bayes *b, size_t n)
{
	double *value = mem_new(3 * n + 1, sizeof *value), *y = value + n, *m = y + n;
	struct target t;

	for (size_t i = 0; i < n; i++) {
		value[i] = b->data[i].value;
		m[i] = b->data[i].m;
	}
	t = target_fit(value, n, y);
	gp_default_prior(&b->gp, n >= WARP_FROM);
	set_noise_prior(b, &t, n);
	gp_data(&b->gp, b->rows, y, m, n);
	free(value);
}

static size_t fit_after(size_t n)
{
	return n ? n + (n < 40 ? 1 : n / 20) : FIRST_FIT;
}

static void fit_next(struct bayes *b, size_t n)
{
	size_t k = b->n_fits, size = b->gp.n_theta;
	double *theta = mem_new(size, sizeof *theta), *other, f;
	const double *start = k ? b->fits[k - 1].theta : b->gp.prior.mean;

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
	double *genes = mem_new(2 * d + 1, sizeof *genes), *row = genes + d;

	for (uint64_t i = id < h->n ? id : h->n; i-- > 0 && count < PENDING_MAX;) {
		const struct seen *t = &h->trials[i];

		if (visible(h, i))
			continue;
		encoding_genes(&b->encoding, t->point, t->values, genes);
		encoding_row(&b->encoding, genes, row);
		count += gp_append(&b->gp, row, (double)NAN, 1);
	}
	free(genes);
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

static int by_mean(const void *a, const void *b, void *mean)
{
	const double *m = mean;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (m[i] < m[k] || m[i] > m[k])
		return m[i] < m[k] ? -1 : 1;
	return (i > k) - (i < k);
}

/* Genes of the configurations with the least posterior mean, best first. */
static size_t best_genes(const struct bayes *b, double *out)
{
	size_t *order = mem_new(b->n, sizeof *order), n = 0, d = b->encoding.d;
	double *mean = mem_new(b->n, sizeof *mean);

	for (size_t i = 0; i < b->n; i++) {
		mean[i] = gp_mean_at(&b->gp, i);
		if (b->data[i].usable)
			order[n++] = i;
	}
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_mean, mean);
	n = n < BEST ? n : BEST;
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * d, b->genes + order[i] * d, d * sizeof *out);
	free(order);
	free(mean);
	return n;
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
	bool *usable = mem_new(2 * b->n, sizeof *usable), *failed = usable + b->n,
	     found;
	double *best = mem_new((BEST + 1) * d, sizeof *best), *z, score;
	const double *theta = find_theta(b);

	load(b, b->n);
	gp_factor(&b->gp, theta);
	for (size_t i = 0; i < b->n; i++) {
		usable[i] = b->data[i].usable;
		failed[i] = isnan(b->data[i].value);
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
		count[(size_t)b->genes[i * d + j]]++;
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
	free(b->genes);
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
