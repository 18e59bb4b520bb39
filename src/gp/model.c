#include "gp/model.h"
#include "base/mem.h"
#include "gp/dense.h"
#include "gp/vec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double jitter_least = 1e-9, jitter_most = 1e-4, nu_raised = 1e-4;

void gp_init(struct gp *g, const struct gp_dim *dims, size_t d)
{
	*g = (struct gp){.d = d, .n_theta = gp_n_theta(d), .jitter = jitter_least};
	kernel_init(&g->kernel, dims, d);
	g->theta = mem_new(g->n_theta, sizeof *g->theta);
	g->prior.mean = mem_new(4 * g->n_theta, sizeof *g->prior.mean);
	g->prior.sd = g->prior.mean + g->n_theta;
	g->prior.low = g->prior.sd + g->n_theta;
	g->prior.high = g->prior.low + g->n_theta;
	gp_default_prior(g, false);
}

static void free_rows(struct gp *g)
{
	free(g->x);
	free(g->y);
	free(g->cols);
	free(g->l);
	free(g->inv);
	free(g->slope);
	free(g->work);
}

void gp_free(struct gp *g)
{
	free_rows(g);
	free(g->theta);
	free(g->prior.mean);
	kernel_free(&g->kernel);
	*g = (struct gp){0};
}

static void set_prior(struct gp *g, size_t i, double mean, double sd, double low,
                      double high)
{
	g->prior.mean[i] = mean;
	g->prior.sd[i] = sd;
	g->prior.low[i] = low;
	g->prior.high[i] = high;
}

void gp_default_prior(struct gp *g, bool warp)
{
	double dims = (double)(g->d ? g->d : 1);

	for (size_t j = 0; j < g->d; j++) {
		double most = warp && g->kernel.dims[j].kind == GP_NUMBER ? 2.3 : 0;

		set_prior(g, j, -0.7 + 0.5 * log(dims), 1, log(0.01), log(300));
		set_prior(g, g->d + 2 + j, 0, 0.5, -most, most);
		set_prior(g, 2 * g->d + 2 + j, 0, 0.5, -most, most);
	}
	set_prior(g, g->d, 0, 1, log(0.01), log(100));
	gp_noise_prior(g, -6, 2);
}

void gp_noise_prior(struct gp *g, double log_nu, double sd)
{
	double low = log(1e-6);

	set_prior(g, g->d + 1, fmin(fmax(log_nu, low), 0), sd, low, 0);
}

/* Room for n rows; what the rows hold is kept. */
static void make_room(struct gp *g, size_t n)
{
	size_t cap = vec_room(n < 2 * g->cap ? 2 * g->cap : n), ld = cap;
	double *x, *y, *cols, *l, *inv;

	if (n <= g->cap)
		return;
	x = mem_new(cap * g->d, sizeof *x);
	y = mem_new(5 * cap, sizeof *y);
	cols = mem_new(g->kernel.n_col * ld, sizeof *cols);
	l = mem_new(cap * ld, sizeof *l);
	inv = mem_new(cap * ld, sizeof *inv);
	if (g->cap) {
		const double *const old[] = {g->y, g->m, g->beta, g->ones, g->alpha};

		memcpy(x, g->x, g->n * g->d * sizeof *x);
		for (size_t k = 0; k < ARRAY_LEN(old); k++)
			memcpy(y + k * cap, old[k], g->n * sizeof *y);
		for (size_t c = 0; c < g->kernel.n_col; c++)
			memcpy(cols + c * ld, g->cols + c * g->ld, g->n * sizeof *cols);
		for (size_t i = 0; i < g->n; i++) {
			memcpy(l + i * ld, g->l + i * g->ld, (i + 1) * sizeof *l);
			memcpy(inv + i * ld, g->inv + i * g->ld, (i + 1) * sizeof *inv);
		}
	}
	free_rows(g);
	g->x = x;
	g->y = y;
	g->m = y + cap;
	g->beta = y + 2 * cap;
	g->ones = y + 3 * cap;
	g->alpha = y + 4 * cap;
	g->cols = cols;
	g->l = l;
	g->inv = inv;
	g->slope = g->work = NULL;
	g->cap = cap;
	g->ld = ld;
}

void gp_data(struct gp *g, const double *x, const double *y, const double *m, size_t n)
{
	make_room(g, n ? n : 1);
	memcpy(g->x, x, n * g->d * sizeof *x);
	memcpy(g->y, y, n * sizeof *y);
	for (size_t i = 0; i < n; i++)
		g->m[i] = m ? m[i] : 1;
	g->n = g->n_data = n;
}

static double noise(const struct gp *g, size_t i)
{
	return g->nu / g->m[i] + g->jitter * g->kernel.s;
}

void gp_build(struct gp *g, const double *theta, double jitter, double *slope)
{
	size_t n_col = g->kernel.n_col;
	double *row = mem_new(n_col, sizeof *row);

	kernel_set(&g->kernel, theta);
	g->nu = exp(theta[g->d + 1]);
	g->jitter = jitter;
	kernel_columns(&g->kernel, g->x, g->n, g->cols, g->ld);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, g->cols, g->ld, i + 1, g->l + i * g->ld,
		           slope ? slope + i * g->ld : NULL);
		g->l[i * g->ld + i] = g->kernel.s + noise(g, i);
	}
	free(row);
}

void gp_center(struct gp *g)
{
	double up = 0, down = 0;

	for (size_t i = 0; i < g->n_data; i++) {
		g->beta[i] = g->y[i];
		g->ones[i] = 1;
	}
	dense_solve(g->l, g->n_data, g->ld, g->beta);
	dense_solve(g->l, g->n_data, g->ld, g->ones);
	for (size_t i = 0; i < g->n_data; i++) {
		up += g->ones[i] * g->beta[i];
		down += g->ones[i] * g->ones[i];
	}
	g->mean = g->n_data ? up / down : 0;
	for (size_t i = 0; i < g->n_data; i++)
		g->beta[i] -= g->mean * g->ones[i];
	for (size_t i = g->n_data; i < g->n; i++)
		g->beta[i] = 0;
}

void gp_condition(struct gp *g)
{
	gp_center(g);
	dense_lower_t(g->inv, g->n, g->ld, g->beta, g->alpha);
}

static bool factor_with(struct gp *g, const double *theta)
{
	double jitter = jitter_least;

	for (;;) {
		gp_build(g, theta, jitter, NULL);
		if (dense_cholesky(g->l, g->n, g->ld))
			return true;
		jitter *= 10;
		if (jitter > 2 * jitter_most)
			return false;
	}
}

enum gp_factored gp_factor(struct gp *g, const double *theta)
{
	enum gp_factored how = GP_AS_ASKED;

	g->n = g->n_data;
	memmove(g->theta, theta, g->n_theta * sizeof *theta);
	if (!factor_with(g, g->theta)) {
		how = GP_MORE_NOISE;
		g->theta[g->d + 1] = fmax(g->theta[g->d + 1], log(nu_raised));
		if (!factor_with(g, g->theta)) {
			bool ok;

			how = GP_PRIOR_MEAN;
			memcpy(g->theta, g->prior.mean, g->n_theta * sizeof *theta);
			g->theta[g->d + 1] = fmax(g->theta[g->d + 1], log(nu_raised));
			ok = factor_with(g, g->theta);
			assert(ok);
		}
	}
	dense_invert(g->l, g->inv, g->n, g->ld);
	gp_condition(g);
	return how;
}

bool gp_append(struct gp *g, const double *x, double y, double m)
{
	size_t i = g->n, n_col = g->kernel.n_col;
	double *row, *k, *col, rest, root;

	assert(g->n == g->n_data || isnan(y));
	make_room(g, i + 1);
	memcpy(g->x + i * g->d, x, g->d * sizeof *x);
	g->m[i] = m;
	col = mem_new(n_col * VEC, sizeof *col);
	k = mem_new(vec_room(i + 1) + n_col, sizeof *k);
	kernel_columns(&g->kernel, x, 1, col, VEC);
	for (size_t c = 0; c < n_col; c++)
		k[vec_room(i + 1) + c] = col[c * VEC];
	kernel_row(&g->kernel, k + vec_room(i + 1), g->cols, g->ld, i, k, NULL);
	row = g->l + i * g->ld;
	dense_lower(g->inv, i, g->ld, k, row);
	rest = g->kernel.s + noise(g, i) - dense_dot(row, row, i);
	if (rest > g->jitter * g->kernel.s * 1e-3) {
		root = sqrt(rest);
		row[i] = root;
		dense_lower_t(g->inv, i, g->ld, row, g->inv + i * g->ld);
		for (size_t c = 0; c < i; c++)
			g->inv[i * g->ld + c] /= -root;
		g->inv[i * g->ld + i] = 1 / root;
		for (size_t c = 0; c < n_col; c++)
			g->cols[c * g->ld + i] = col[c * VEC];
		g->y[i] = isnan(y) ? 0 : y;
		g->beta[i] = g->alpha[i] = 0;
		g->n++;
		if (!isnan(y))
			g->n_data++;
	}
	free(col);
	free(k);
	return g->n > i;
}

void gp_truncate(struct gp *g, size_t n)
{
	assert(n >= g->n_data && n <= g->n);
	g->n = n;
}

double gp_log_marginal(const struct gp *g)
{
	double sum = 0.5 * dense_dot(g->beta, g->beta, g->n);

	assert(g->n == g->n_data);
	for (size_t i = 0; i < g->n; i++)
		sum += log(g->l[i * g->ld + i]);
	return -sum - 0.5 * (double)g->n * log(2 * 3.14159265358979323846);
}

double gp_mean_at(const struct gp *g, size_t i)
{
	return g->y[i] - noise(g, i) * g->alpha[i];
}

void gp_whiten(const struct gp *g, const double *x, size_t count, double *k, double *v)
{
	size_t n_col = g->kernel.n_col;
	double *cols = mem_new(n_col * (GP_BATCH + 1), sizeof *cols);
	double *row = cols + n_col * GP_BATCH;

	assert(count <= GP_BATCH);
	kernel_columns(&g->kernel, x, count, cols, GP_BATCH);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, cols, GP_BATCH, count, k + i * GP_BATCH,
		           NULL);
	}
	dense_lower_block(g->inv, g->n, g->ld, k, v, vec_room(count), GP_BATCH);
	free(cols);
}

/* v: whitened points. */
static void moments(const struct gp *g, const double *v, size_t count, double *mean,
                    double *variance)
{
	for (size_t c = 0; c < count; c++) {
		mean[c] = g->mean;
		variance[c] = g->kernel.s;
	}
	for (size_t i = 0; i < g->n; i++)
		for (size_t c = 0; c < count; c++) {
			double e = v[i * GP_BATCH + c];

			mean[c] += e * g->beta[i];
			variance[c] -= e * e;
		}
	for (size_t c = 0; c < count; c++)
		variance[c] = fmax(variance[c], 0);
}

void gp_predict(const struct gp *g, const double *x, size_t count, double *mean,
                double *variance)
{
	double *k = mem_new(2 * g->n * GP_BATCH, sizeof *k), *v = k + g->n * GP_BATCH;

	for (size_t i = 0; i < count; i += GP_BATCH) {
		size_t some = count - i < GP_BATCH ? count - i : GP_BATCH;

		gp_whiten(g, x + i * g->d, some, k, v);
		moments(g, v, some, mean + i, variance + i);
	}
	free(k);
}

void gp_means(const struct gp *g, const double *x, size_t count, double *mean)
{
	size_t n_col = g->kernel.n_col, ld = vec_room(count);
	double *cols = mem_new(n_col * (ld + 1) + ld, sizeof *cols);
	double *row = cols + n_col * ld, *k = row + n_col;

	kernel_columns(&g->kernel, x, count, cols, ld);
	for (size_t c = 0; c < count; c++)
		mean[c] = g->mean;
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, cols, ld, count, k, NULL);
		for (size_t c = 0; c < count; c++)
			mean[c] += g->alpha[i] * k[c];
	}
	free(cols);
}

void gp_leave_one_out(const struct gp *g, double *mean, double *variance)
{
	assert(g->n == g->n_data);
	for (size_t i = 0; i < g->n; i++) {
		double diagonal = 0;

		for (size_t p = i; p < g->n; p++)
			diagonal += g->inv[p * g->ld + i] * g->inv[p * g->ld + i];
		variance[i] = 1 / diagonal;
		mean[i] = g->y[i] - g->alpha[i] / diagonal;
	}
}
