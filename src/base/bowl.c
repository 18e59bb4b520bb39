#include "base/bowl.h"
#include "base/double.h"
#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values for each coefficient; the share that is near at the least. */
static const double values_each = 1.5, near_share = 0.25, noise_widths = 3;

struct work {
	const struct bowl_data *data;
	size_t *in;     /* (q) the numbers that the fit has */
	size_t q, m;    /* coefficients */
	bool full;      /* H, not its diagonal alone */
	double *weight; /* (n) */
	double *y;      /* (n) less the best of the place */
	double *fitted; /* (n) */
	double *best;   /* (places) */
	double *delta;  /* (places) */
	double *row;    /* (m) */
	double *a, *b;  /* (m, m), (m) */
	double *h;      /* (q, q) */
};

static size_t curvatures(size_t q, bool full)
{
	return full ? q * (q + 1) / 2 : q;
}

static size_t coefficients(const struct bowl_data *d, size_t q, bool full)
{
	return d->places * (1 + q) + d->extra + curvatures(q, full);
}

/* One row of the regression; returns its number. */
static void fill_row(struct work *w, size_t i)
{
	const struct bowl_data *d = w->data;
	size_t q = w->q, at = d->place[i] * (1 + q), c = d->places * (1 + q);

	memset(w->row, 0, w->m * sizeof *w->row);
	w->row[at] = 1;
	for (size_t r = 0; r < q; r++)
		w->row[at + 1 + r] = d->t[i * d->d + w->in[r]];
	for (size_t r = 0; r < d->extra; r++)
		w->row[c++] = d->z[i * d->extra + r];
	for (size_t r = 0; r < q; r++)
		for (size_t s = w->full ? 0 : r; s <= r; s++)
			w->row[c++] = d->t[i * d->d + w->in[r]] *
			              d->t[i * d->d + w->in[s]] * (r == s ? 0.5 : 1);
}

/* The Cholesky factor of a, with a little ridge, in its place; false: not positive
 * definite. */
static bool factor(double *a, size_t m, double ridge)
{
	double size = 0;

	for (size_t i = 0; i < m; i++)
		size += a[i * m + i] / (double)m;
	for (size_t i = 0; i < m; i++) {
		a[i * m + i] += ridge * size;
		for (size_t j = 0; j <= i; j++) {
			double s = a[i * m + j];

			for (size_t k = 0; k < j; k++)
				s -= a[i * m + k] * a[j * m + k];
			if (i == j && !(s > 0))
				return false;
			a[i * m + j] = i == j ? sqrt(s) : s / a[j * m + j];
		}
	}
	return true;
}

/* a x = b, of a's factor; x in b. */
static void solve(const double *a, double *b, size_t m)
{
	for (size_t i = 0; i < m; i++) {
		for (size_t k = 0; k < i; k++)
			b[i] -= a[i * m + k] * b[k];
		b[i] /= a[i * m + i];
	}
	for (size_t i = m; i-- > 0;) {
		for (size_t k = i + 1; k < m; k++)
			b[i] -= a[k * m + i] * b[k];
		b[i] /= a[i * m + i];
	}
}

/* The coefficients, in w->b, of the values y, by the weights that w->a is made of. */
static void coefficients_of(struct work *w)
{
	memset(w->b, 0, w->m * sizeof *w->b);
	for (size_t i = 0; i < w->data->n; i++) {
		if (!(w->weight[i] > 0))
			continue;
		fill_row(w, i);
		for (size_t r = 0; r < w->m; r++)
			if (w->row[r] != 0)
				w->b[r] += w->weight[i] * w->row[r] * w->y[i];
	}
	solve(w->a, w->b, w->m);
}

static bool regress(struct work *w)
{
	memset(w->a, 0, w->m * w->m * sizeof *w->a);
	for (size_t i = 0; i < w->data->n; i++) {
		if (!(w->weight[i] > 0))
			continue;
		fill_row(w, i);
		for (size_t r = 0; r < w->m; r++)
			for (size_t c = 0; c <= r && w->row[r] != 0; c++)
				w->a[r * w->m + c] +=
				    w->weight[i] * w->row[r] * w->row[c];
	}
	if (!factor(w->a, w->m, 1e-9))
		return false;
	coefficients_of(w);
	return true;
}

/* H from the coefficients. */
static void curvature(struct work *w)
{
	const struct bowl_data *d = w->data;
	size_t q = w->q, c = d->places * (1 + q) + d->extra;

	memset(w->h, 0, q * q * sizeof *w->h);
	for (size_t r = 0; r < q; r++)
		for (size_t s = w->full ? 0 : r; s <= r; s++) {
			w->h[r * q + s] = w->b[c];
			w->h[s * q + r] = w->b[c++];
		}
}

/* The minima (places, q); false: H is not positive definite. */
static bool minima(struct work *w, double *at)
{
	size_t q = w->q;
	double *h = mem_new(q * q + q, sizeof *h), *g = h + q * q;
	bool ok;

	curvature(w);
	memcpy(h, w->h, q * q * sizeof *h);
	ok = factor(h, q, 0);
	for (size_t k = 0; k < w->data->places && ok; k++) {
		for (size_t r = 0; r < q; r++)
			g[r] = -w->b[k * (1 + q) + 1 + r];
		solve(h, g, q);
		for (size_t r = 0; r < q; r++)
			at[k * q + r] = fmin(fmax(g[r], -0.5), 1.5);
	}
	free(h);
	return ok;
}

/* delta of each place, and the weights; least: delta is that at the least. */
static size_t weigh(struct work *w, double least)
{
	const struct bowl_data *d = w->data;
	double *e = mem_new(d->n, sizeof *e);
	size_t used = 0;

	for (size_t k = 0; k < d->places; k++) {
		double each = values_each * (double)w->m / (double)d->places, share;
		size_t n = 0, at;

		for (size_t i = 0; i < d->n; i++)
			if (d->place[i] == k)
				e[n++] = d->y[i] - w->best[k];
		if (!n)
			continue;
		qsort(e, n, sizeof *e, double_compare);
		share = fmin(fmax(near_share, each / (double)n), 1);
		at = (size_t)(share * (double)(n - 1));
		w->delta[k] = fmax(fmax(e[at] / 2, least), 1e-300);
	}
	for (size_t i = 0; i < d->n; i++) {
		double x = (d->y[i] - w->best[d->place[i]]) / w->delta[d->place[i]];

		w->weight[i] = x <= 3 ? exp(-x) : 0;
		w->y[i] = d->y[i] - w->best[d->place[i]];
		used += x <= 3;
	}
	free(e);
	return used;
}

/* The standard deviation of what the fit leaves, of the values that count. */
static double left_over(struct work *w, size_t used)
{
	const struct bowl_data *d = w->data;
	double sum = 0, weights = 0;

	for (size_t i = 0; i < d->n; i++) {
		double f = w->y[i];

		if (!(w->weight[i] > 0))
			continue;
		fill_row(w, i);
		for (size_t r = 0; r < w->m; r++)
			f -= w->row[r] * w->b[r];
		sum += w->weight[i] * f * f;
		weights += w->weight[i];
	}
	return sqrt(sum / weights * (double)used /
	            fmax(1, (double)used - (double)w->m));
}

/* What is the least bowl: the number with the least curvature. */
static void leave_out_one(struct work *w, struct bowl *out)
{
	size_t least = 0;

	for (size_t r = 1; r < w->q; r++)
		if (w->h[r * w->q + r] < w->h[least * w->q + least])
			least = r;
	out->has[w->in[least]] = false;
	memmove(w->in + least, w->in + least + 1, (w->q - least - 1) * sizeof *w->in);
	w->q--;
}

static void set_size(struct work *w)
{
	const struct bowl_data *d = w->data;

	w->full = values_each * (double)coefficients(d, w->q, true) <= (double)d->n;
	w->m = coefficients(d, w->q, w->full);
}

/* Fits until every number that is left has a minimum. */
static bool fit(struct work *w, struct bowl *out, double *at)
{
	for (;;) {
		set_size(w);
		if (w->m > BOWL_COEFFICIENTS)
			return false;
		out->used = weigh(w, 0);
		if (out->used <= w->m && w->full) {
			w->full = false;
			w->m = coefficients(w->data, w->q, false);
		}
		if (out->used <= w->m || !regress(w))
			return false;
		out->left = left_over(w, out->used);
		for (int again = 0; again < 2; again++) {
			out->used = weigh(w, noise_widths * out->left);
			if (!regress(w))
				return false;
			out->left = left_over(w, out->used);
		}
		if (minima(w, at))
			return true;
		leave_out_one(w, out);
		if (!w->q)
			return true;
	}
}

/* What the fit says of the values that count, and what it leaves of each in y, made as
 * large as the coefficients that it took have made it small. */
static void split(struct work *w, size_t used)
{
	double larger = sqrt((double)used / fmax(1, (double)used - (double)w->m));

	for (size_t i = 0; i < w->data->n; i++) {
		if (!(w->weight[i] > 0))
			continue;
		fill_row(w, i);
		w->fitted[i] = 0;
		for (size_t r = 0; r < w->m; r++)
			w->fitted[i] += w->row[r] * w->b[r];
		w->y[i] = (w->y[i] - w->fitted[i]) * larger;
	}
}

/* Fits a sample: what was left, each with a sign of its own. */
static void regress_sample(struct work *w, const double *left, uint64_t seed,
                           uint64_t id)
{
	for (uint32_t i = 0; i < w->data->n; i++)
		w->y[i] =
		    w->fitted[i] +
		    (rng_u64(seed, id, RNG_BOOTSTRAP, i) >> 63 ? left[i] : -left[i]);
	coefficients_of(w);
}

static void spread(struct work *w, uint64_t seed, struct bowl *out)
{
	size_t k = w->data->places, q = w->q, n = 0;
	double *all = mem_new(BOWL_DRAWS * k * q + 1, sizeof *all);
	double *mean = mem_new(k * q + 1, sizeof *mean);
	double *left = mem_new(w->data->n, sizeof *left);

	regress(w);
	split(w, out->used);
	memcpy(left, w->y, w->data->n * sizeof *left);
	for (uint64_t b = 0; b < BOWL_DRAWS; b++) {
		regress_sample(w, left, seed, b);
		n += minima(w, all + n * k * q);
	}
	out->lost = BOWL_DRAWS - n;
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < k * q; i++)
			mean[i] += all[b * k * q + i] / (double)n;
	for (size_t r = 0; r < q; r++)
		for (size_t i = 0; i < k; i++)
			for (size_t j = 0; j < k; j++) {
				double s = 0;

				for (size_t b = 0; b < n; b++)
					s += (all[(b * k + i) * q + r] -
					      mean[i * q + r]) *
					     (all[(b * k + j) * q + r] -
					      mean[j * q + r]);
				out->cov[(w->in[r] * k + i) * k + j] =
				    n > 1 ? s / (double)(n - 1) : (double)INFINITY;
			}
	free(all);
	free(mean);
	free(left);
}

static void work_init(struct work *w, const struct bowl_data *d)
{
	size_t most = coefficients(d, d->d, true);

	*w = (struct work){.data = d, .q = d->d};
	w->in = mem_new(d->d + 1, sizeof *w->in);
	for (size_t r = 0; r < d->d; r++)
		w->in[r] = r;
	w->weight = mem_new(d->n, sizeof *w->weight);
	w->y = mem_new(d->n, sizeof *w->y);
	w->fitted = mem_new(d->n, sizeof *w->fitted);
	w->best = mem_new(d->places, sizeof *w->best);
	w->delta = mem_new(d->places, sizeof *w->delta);
	most = most > BOWL_COEFFICIENTS ? BOWL_COEFFICIENTS : most;
	w->row = mem_new(most, sizeof *w->row);
	w->a = mem_new(most * most, sizeof *w->a);
	w->b = mem_new(most, sizeof *w->b);
	w->h = mem_new(d->d * d->d + 1, sizeof *w->h);
	for (size_t k = 0; k < d->places; k++)
		w->best[k] = (double)INFINITY;
	for (size_t i = 0; i < d->n; i++)
		w->best[d->place[i]] = fmin(w->best[d->place[i]], d->y[i]);
}

static void work_free(struct work *w)
{
	free(w->in);
	free(w->weight);
	free(w->y);
	free(w->fitted);
	free(w->best);
	free(w->delta);
	free(w->row);
	free(w->a);
	free(w->b);
	free(w->h);
}

bool bowl_fit(const struct bowl_data *data, uint64_t seed, struct bowl *out)
{
	struct work w;
	double *at = mem_new(data->places * data->d + 1, sizeof *at);
	bool ok;

	*out = (struct bowl){.d = data->d, .places = data->places};
	out->has = mem_new(data->d + 1, sizeof *out->has);
	out->at = mem_new(data->places * data->d + 1, sizeof *out->at);
	out->cov = mem_new(data->d * data->places * data->places + 1, sizeof *out->cov);
	for (size_t r = 0; r < data->d; r++)
		out->has[r] = true;
	work_init(&w, data);
	ok = data->d && fit(&w, out, at);
	for (size_t k = 0; ok && k < data->places; k++)
		for (size_t r = 0; r < w.q; r++)
			out->at[k * data->d + w.in[r]] = at[k * w.q + r];
	if (ok && w.q)
		spread(&w, seed, out);
	work_free(&w);
	free(at);
	return ok;
}

void bowl_free(struct bowl *b)
{
	free(b->has);
	free(b->at);
	free(b->cov);
	*b = (struct bowl){0};
}
