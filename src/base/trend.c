#include "base/trend.h"
#include "base/double.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { P = TREND_X + 1, DRAWS = 500, HALVINGS = 60 };

/* The lower factor of a (n, n), in place; false: it is not positive definite. */
static bool factor(double *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double s = a[i * n + j];

			for (size_t k = 0; k < j; k++)
				s -= a[i * n + k] * a[j * n + k];
			if (i == j && !(s > 0))
				return false;
			a[i * n + j] = i == j ? sqrt(s) : s / a[j * n + j];
		}
	return true;
}

/* b (n, m), each column solved: L b' = b. */
static void solve_lower(const double *l, size_t n, double *b, size_t m)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < m; c++) {
			double s = b[i * m + c];

			for (size_t k = 0; k < i; k++)
				s -= l[i * n + k] * b[k * m + c];
			b[i * m + c] = s / l[i * n + i];
		}
}

/* The inverse of a symmetric (p, p), p <= P; false: there is none. */
static bool invert(const double *a, size_t p, double *out)
{
	double l[P * P], inv[P * P] = {0}, size = 0;

	memcpy(l, a, p * p * sizeof *l);
	for (size_t i = 0; i < p; i++)
		size = fmax(size, a[i * p + i]);
	if (!factor(l, p))
		return false;
	for (size_t i = 0; i < p; i++) {
		if (l[i * p + i] * l[i * p + i] < 1e-12 * size)
			return false;
		inv[i * p + i] = 1;
	}
	solve_lower(l, p, inv, p);
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++) {
			out[i * p + j] = 0;
			for (size_t k = 0; k < p; k++)
				out[i * p + j] += inv[k * p + i] * inv[k * p + j];
		}
	return true;
}

/* Room for the fits of k estimates by p coefficients. */
struct work {
	size_t k, p;
	double *x; /* (k, p) with the ones */
	double *l; /* (k, k) */
	double *z; /* (k, p + 1) whitened x and y */
	double *draw;
};

static void work_init(struct work *w, const struct trend_data *d, bool bend)
{
	w->k = d->k;
	w->p = d->q + 1 + bend;
	w->x = mem_new(d->k * w->p, sizeof *w->x);
	w->l = mem_new(d->k * d->k, sizeof *w->l);
	w->z = mem_new(d->k * (w->p + 1), sizeof *w->z);
	w->draw = mem_new(2 * d->k, sizeof *w->draw);
	for (size_t i = 0; i < d->k; i++) {
		w->x[i * w->p] = 1;
		for (size_t j = 0; j < d->q; j++)
			w->x[i * w->p + 1 + j] = d->x[i * d->q + j];
		if (bend)
			w->x[i * w->p + w->p - 1] = d->x[i * d->q] * d->x[i * d->q];
	}
}

static void work_free(struct work *w)
{
	free(w->x);
	free(w->l);
	free(w->z);
	free(w->draw);
}

/* Generalized least squares at tau; *left: the weighted squares of what is left. */
static bool fit_at(struct work *w, const double *cov, const double *y, double tau,
                   double *coef, double *coef_cov, double *left)
{
	size_t k = w->k, p = w->p, m = p + 1;
	double a[P * P + 2 * P] = {0}, b[P] = {0};

	memcpy(w->l, cov, k * k * sizeof *w->l);
	for (size_t i = 0; i < k; i++) {
		w->l[i * k + i] += tau * tau;
		memcpy(w->z + i * m, w->x + i * p, p * sizeof *w->z);
		w->z[i * m + p] = y[i];
	}
	if (!factor(w->l, k))
		return false;
	solve_lower(w->l, k, w->z, m);
	for (size_t i = 0; i < k; i++)
		for (size_t r = 0; r < p; r++) {
			b[r] += w->z[i * m + r] * w->z[i * m + p];
			for (size_t c = 0; c < p; c++)
				a[r * p + c] += w->z[i * m + r] * w->z[i * m + c];
		}
	if (!invert(a, p, coef_cov))
		return false;
	for (size_t r = 0; r < p; r++) {
		coef[r] = 0;
		for (size_t c = 0; c < p; c++)
			coef[r] += coef_cov[r * p + c] * b[c];
	}
	*left = 0;
	for (size_t i = 0; i < k; i++) {
		double e = w->z[i * m + p];

		for (size_t r = 0; r < p; r++)
			e -= w->z[i * m + r] * coef[r];
		*left += e * e;
	}
	return true;
}

/* Where what is left is as large as it should be. */
static bool fit(struct work *w, const double *cov, const double *y, double least,
                double *coef, double *coef_cov, double *tau)
{
	double df = (double)(w->k - w->p), low = least, high = least, left, size = 0;

	*tau = least;
	if (!fit_at(w, cov, y, least, coef, coef_cov, &left))
		return false;
	for (size_t i = 0; i < w->k; i++)
		size = fmax(size, cov[i * w->k + i]);
	for (int i = 0; left > df && i < HALVINGS; i++) {
		low = high;
		high = fmax(2 * high, sqrt(size) / 64);
		if (!fit_at(w, cov, y, high, coef, coef_cov, &left))
			return false;
	}
	for (int i = 0; high > low && i < HALVINGS; i++) {
		double mid = (low + high) / 2;

		if (!fit_at(w, cov, y, mid, coef, coef_cov, &left))
			return false;
		if (left > df)
			low = mid;
		else
			high = mid;
	}
	*tau = high;
	return fit_at(w, cov, y, high, coef, coef_cov, &left);
}

bool trend_fit(const struct trend_data *d, struct trend *out)
{
	struct work w;
	size_t p = d->q + 1;
	bool ok;

	*out = (struct trend){.q = d->q, .df = (double)d->k - (double)p};
	if (d->q > TREND_X || d->k > TREND_POINTS || d->k <= p)
		return false;
	work_init(&w, d, false);
	ok = fit(&w, d->cov, d->y, d->least_tau, out->coef, out->cov, &out->tau);
	work_free(&w);
	for (size_t r = 0; r < p; r++)
		out->se[r] = sqrt(out->cov[r * p + r]);
	return ok;
}

static void at(const double *coef, const double *cov, size_t q, const double *x,
               double tau, double *mean, double *se)
{
	size_t p = q + 1;
	double v = tau * tau;

	*mean = coef[0];
	for (size_t r = 0; r < p; r++) {
		*mean += r ? coef[r] * x[r - 1] : 0;
		for (size_t c = 0; c < p; c++)
			v += (r ? x[r - 1] : 1) * cov[r * p + c] * (c ? x[c - 1] : 1);
	}
	*se = sqrt(v);
}

static double normal(uint64_t seed, uint64_t draw, uint32_t *index)
{
	return stat_normal_quantile(rng_unit(seed, draw, RNG_BOOTSTRAP, (*index)++));
}

/* |predicted - y| / se of one sample; INFINITY where it has no fit. true_l is the
 * factor of S + tau^2. */
static double pivot(struct work *w, const struct trend *t, const struct trend_data *d,
                    const double *true_l, const double *x, uint64_t seed, uint64_t b)
{
	double coef[P], cov[P * P], tau, mean, se, truth, none;
	double *z = w->draw, *y = w->draw + w->k;
	uint32_t index = 0;

	for (size_t i = 0; i < w->k; i++)
		z[i] = normal(seed, b, &index);
	for (size_t i = 0; i < w->k; i++) {
		at(t->coef, t->cov, t->q, d->x + i * d->q, 0, &y[i], &none);
		for (size_t j = 0; j <= i; j++)
			y[i] += true_l[i * w->k + j] * z[j];
	}
	at(t->coef, t->cov, t->q, x, 0, &truth, &none);
	truth += t->tau * normal(seed, b, &index);
	if (!fit(w, d->cov, y, d->least_tau, coef, cov, &tau))
		return (double)INFINITY;
	at(coef, cov, t->q, x, tau, &mean, &se);
	return fabs(mean - truth) / se;
}

void trend_predict(const struct trend *t, const struct trend_data *d, const double *x,
                   double level, uint64_t seed, struct trend_at *out)
{
	double *pivots = mem_new(DRAWS, sizeof *pivots), *l, share, student;
	struct work w;
	double own = 0;

	at(t->coef, t->cov, t->q, x, t->tau, &out->mean, &out->se);
	work_init(&w, d, false);
	l = mem_new(d->k * d->k, sizeof *l);
	memcpy(l, d->cov, d->k * d->k * sizeof *l);
	for (size_t i = 0; i < d->k; i++) {
		own += d->cov[i * d->k + i] / (double)d->k;
		l[i * d->k + i] += t->tau * t->tau;
	}
	if (!factor(l, d->k))
		memset(l, 0, d->k * d->k * sizeof *l);
	for (uint64_t b = 0; b < DRAWS; b++)
		pivots[b] = pivot(&w, t, d, l, x, seed, b);
	qsort(pivots, DRAWS, sizeof *pivots, double_compare);
	/* How much of the errors had to be estimated from K - p of them. */
	share = t->tau * t->tau / (t->tau * t->tau + own);
	student = stat_normal_quantile(0.5 + level / 2);
	student += share * (stat_t_quantile(0.5 + level / 2, t->df) - student);
	out->half = out->se * fmax(pivots[(size_t)(level * DRAWS)], student);
	free(pivots);
	free(l);
	work_free(&w);
}

bool trend_bend(const struct trend_data *d, double *t, double *df)
{
	double coef[P + 1], cov[(P + 1) * (P + 1)], tau;
	struct work w;
	size_t p = d->q + 2;
	bool ok;

	*df = (double)d->k - (double)p;
	if (d->q + 2 > P || d->k > TREND_POINTS || d->k <= p)
		return false;
	work_init(&w, d, true);
	ok = fit(&w, d->cov, d->y, d->least_tau, coef, cov, &tau);
	work_free(&w);
	if (ok)
		*t = coef[p - 1] / sqrt(cov[p * p - 1]);
	return ok;
}
