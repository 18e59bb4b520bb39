#include "gp/model.h"
#include "base/elementary.h"
#include "base/mem.h"
#include "gp/vec.h"

#include <assert.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
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

		set_prior(g, j, -0.7 + 0.5 * portable_log(dims), 1, portable_log(0.01),
		          portable_log(300));
		set_prior(g, g->d + 2 + j, 0, 0.5, 0 - most, most);
		set_prior(g, 2 * g->d + 2 + j, 0, 0.5, 0 - most, most);
	}
	set_prior(g, g->d, 0, 1, portable_log(0.01), portable_log(100));
	gp_noise_prior(g, -6, 2);
}

void gp_noise_prior(struct gp *g, double log_nu, double sd)
{
	double low = portable_log(1e-6);

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

/* K at theta into the lower part of l. */
static void build(struct gp *g, const double *theta, double jitter, double *slope)
{
	size_t n_col = g->kernel.n_col;
	double *row = mem_new(n_col, sizeof *row);

	kernel_set(&g->kernel, theta);
	g->nu = portable_exp(theta[g->d + 1]);
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

/* GSL refuses a pivot that is not positive, but not one that is no number. */
static bool factor(struct gp *g)
{
	gsl_matrix_view l = gp_square(g, g->l, g->n);
	gsl_vector_view pivots = gsl_matrix_diagonal(&l.matrix);

	return gsl_linalg_cholesky_decomp1(&l.matrix) == GSL_SUCCESS &&
	       isfinite(gsl_blas_dasum(&pivots.vector));
}

bool gp_build(struct gp *g, const double *theta, double *slope)
{
	double jitter = jitter_least;

	while (jitter < 2 * jitter_most) {
		build(g, theta, jitter, slope);
		if (factor(g))
			return true;
		jitter *= 10;
	}
	return false;
}

void gp_center(struct gp *g)
{
	size_t n = g->n_data;
	gsl_matrix_view l = gp_square(g, g->l, n);
	gsl_vector_view beta = gsl_vector_view_array(g->beta, n);
	gsl_vector_view ones = gsl_vector_view_array(g->ones, n);
	double up, down;

	memcpy(g->beta, g->y, n * sizeof *g->beta);
	memset(g->beta + n, 0, (g->n - n) * sizeof *g->beta);
	gsl_vector_set_all(&ones.vector, 1);
	gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &l.matrix, &beta.vector);
	gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &l.matrix, &ones.vector);
	gsl_blas_ddot(&ones.vector, &beta.vector, &up);
	gsl_blas_ddot(&ones.vector, &ones.vector, &down);
	g->mean = n ? up / down : 0;
	gsl_blas_daxpy(-g->mean, &ones.vector, &beta.vector);
}

void gp_condition(struct gp *g)
{
	gsl_matrix_view inv = gp_square(g, g->inv, g->n);
	gsl_vector_view alpha = gsl_vector_view_array(g->alpha, g->n);

	gp_center(g);
	memcpy(g->alpha, g->beta, g->n * sizeof *g->alpha);
	gsl_blas_dtrmv(CblasLower, CblasTrans, CblasNonUnit, &inv.matrix,
	               &alpha.vector);
}

static void invert(struct gp *g)
{
	gsl_matrix_view l = gp_square(g, g->l, g->n), inv = gp_square(g, g->inv, g->n);

	gsl_matrix_tricpy(CblasLower, CblasNonUnit, &inv.matrix, &l.matrix);
	gsl_linalg_tri_invert(CblasLower, CblasNonUnit, &inv.matrix);
}

enum gp_factored gp_factor(struct gp *g, const double *theta)
{
	enum gp_factored how = GP_AS_ASKED;

	g->n = g->n_data;
	memmove(g->theta, theta, g->n_theta * sizeof *theta);
	if (!gp_build(g, g->theta, NULL)) {
		how = GP_MORE_NOISE;
		g->theta[g->d + 1] = fmax(g->theta[g->d + 1], portable_log(nu_raised));
		if (!gp_build(g, g->theta, NULL)) {
			bool ok;

			how = GP_PRIOR_MEAN;
			memcpy(g->theta, g->prior.mean, g->n_theta * sizeof *theta);
			g->theta[g->d + 1] =
			    fmax(g->theta[g->d + 1], portable_log(nu_raised));
			ok = gp_build(g, g->theta, NULL);
			assert(ok);
		}
	}
	invert(g);
	gp_condition(g);
	return how;
}

/* Row i of the factor, then of its inverse, from the covariances with the rows above,
 * which are in row i of l; false where what is left of the variance is nothing. */
static bool extend(struct gp *g, size_t i)
{
	gsl_matrix_view inv = gp_square(g, g->inv, i);
	gsl_vector_view l_row = gsl_vector_view_array(g->l + i * g->ld, i);
	gsl_vector_view inv_row = gsl_vector_view_array(g->inv + i * g->ld, i);
	double explained, rest, root;

	gsl_blas_dtrmv(CblasLower, CblasNoTrans, CblasNonUnit, &inv.matrix,
	               &l_row.vector);
	gsl_blas_ddot(&l_row.vector, &l_row.vector, &explained);
	rest = g->kernel.s + noise(g, i) - explained;
	if (!(rest > g->jitter * g->kernel.s * 1e-3))
		return false;
	root = sqrt(rest);
	gsl_blas_dcopy(&l_row.vector, &inv_row.vector);
	gsl_blas_dtrmv(CblasLower, CblasTrans, CblasNonUnit, &inv.matrix,
	               &inv_row.vector);
	gsl_blas_dscal(-1 / root, &inv_row.vector);
	g->l[i * g->ld + i] = root;
	g->inv[i * g->ld + i] = 1 / root;
	return true;
}

bool gp_append(struct gp *g, const double *x, double y, double m)
{
	size_t i = g->n, n_col = g->kernel.n_col;
	double *col = mem_new(n_col * (VEC + 1), sizeof *col), *row = col + n_col * VEC;
	bool ok;

	assert(g->n == g->n_data || isnan(y));
	make_room(g, i + 1);
	memcpy(g->x + i * g->d, x, g->d * sizeof *x);
	g->m[i] = m;
	kernel_columns(&g->kernel, x, 1, col, VEC);
	for (size_t c = 0; c < n_col; c++)
		row[c] = col[c * VEC];
	kernel_row(&g->kernel, row, g->cols, g->ld, i, g->l + i * g->ld, NULL);
	ok = extend(g, i);
	if (ok) {
		for (size_t c = 0; c < n_col; c++)
			g->cols[c * g->ld + i] = row[c];
		g->y[i] = isnan(y) ? 0 : y;
		g->beta[i] = g->alpha[i] = 0;
		g->n++;
		if (!isnan(y))
			g->n_data++;
	}
	free(col);
	return ok;
}

double gp_log_marginal(const struct gp *g)
{
	double sum = 0.5 * (double)g->n * portable_log(2 * 3.14159265358979323846);

	assert(g->n == g->n_data);
	for (size_t i = 0; i < g->n; i++)
		sum +=
		    0.5 * g->beta[i] * g->beta[i] + portable_log(g->l[i * g->ld + i]);
	return -sum;
}

double gp_mean_at(const struct gp *g, size_t i)
{
	return g->y[i] - noise(g, i) * g->alpha[i];
}

void gp_whiten(const struct gp *g, const double *x, size_t count, double *v)
{
	size_t n_col = g->kernel.n_col;
	double *cols = mem_new(n_col * (GP_BATCH + 1), sizeof *cols);
	double *row = cols + n_col * GP_BATCH;
	gsl_matrix_view l = gp_square(g, g->l, g->n);
	gsl_matrix_view k = gsl_matrix_view_array_with_tda(v, g->n, count, GP_BATCH);

	assert(count <= GP_BATCH);
	kernel_columns(&g->kernel, x, count, cols, GP_BATCH);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, cols, GP_BATCH, count, v + i * GP_BATCH,
		           NULL);
	}
	gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1, &l.matrix,
	               &k.matrix);
	free(cols);
}

void gp_whitened_means(const struct gp *g, double *v, size_t count, double *beta,
                       double constant, double *mean)
{
	gsl_matrix_view whitened =
	    gsl_matrix_view_array_with_tda(v, g->n, count, GP_BATCH);
	gsl_vector_view weights = gsl_vector_view_array(beta, g->n);
	gsl_vector_view means = gsl_vector_view_array(mean, count);

	gsl_vector_set_all(&means.vector, constant);
	gsl_blas_dgemv(CblasTrans, 1, &whitened.matrix, &weights.vector, 1,
	               &means.vector);
}

void gp_moments(const struct gp *g, double *v, size_t count, double *mean,
                double *variance)
{
	gp_whitened_means(g, v, count, g->beta, g->mean, mean);
	for (size_t c = 0; c < count; c++)
		variance[c] = g->kernel.s;
	for (size_t i = 0; i < g->n; i++)
		for (size_t c = 0; c < count; c++)
			variance[c] -= v[i * GP_BATCH + c] * v[i * GP_BATCH + c];
	for (size_t c = 0; c < count; c++)
		variance[c] = fmax(variance[c], 0);
}

void gp_predict(const struct gp *g, const double *x, size_t count, double *mean,
                double *variance)
{
	double *v = mem_new(g->n * GP_BATCH, sizeof *v);

	for (size_t i = 0; i < count; i += GP_BATCH) {
		size_t some = count - i < GP_BATCH ? count - i : GP_BATCH;

		gp_whiten(g, x + i * g->d, some, v);
		gp_moments(g, v, some, mean + i, variance + i);
	}
	free(v);
}

void gp_means(const struct gp *g, const double *x, size_t count, double *mean)
{
	size_t n_col = g->kernel.n_col, ld = vec_room(count);
	double *cols = mem_new(n_col * (ld + 1) + ld, sizeof *cols);
	double *row = cols + n_col * ld, *k = row + n_col;
	gsl_vector_view means = gsl_vector_view_array(mean, count);
	gsl_vector_view covariances = gsl_vector_view_array(k, count);

	kernel_columns(&g->kernel, x, count, cols, ld);
	gsl_vector_set_all(&means.vector, g->mean);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, cols, ld, count, k, NULL);
		gsl_blas_daxpy(g->alpha[i], &covariances.vector, &means.vector);
	}
	free(cols);
}

void gp_leave_one_out(const struct gp *g, double *mean, double *variance)
{
	gsl_matrix_view inv = gp_square(g, g->inv, g->n);

	assert(g->n == g->n_data);
	for (size_t i = 0; i < g->n; i++) {
		gsl_vector_view column =
		    gsl_matrix_subcolumn(&inv.matrix, i, i, g->n - i);
		double diagonal;

		gsl_blas_ddot(&column.vector, &column.vector, &diagonal);
		variance[i] = 1 / diagonal;
		mean[i] = g->y[i] - g->alpha[i] / diagonal;
	}
}

double gp_r_squared(const struct gp *g)
{
	double *mean = mem_new(2 * g->n, sizeof *mean), left = 0, whole = 0, centre = 0;

	gp_leave_one_out(g, mean, mean + g->n);
	for (size_t i = 0; i < g->n; i++)
		centre += g->y[i] / (double)g->n;
	for (size_t i = 0; i < g->n; i++) {
		left += (g->y[i] - mean[i]) * (g->y[i] - mean[i]);
		whole += (g->y[i] - centre) * (g->y[i] - centre);
	}
	free(mean);
	return whole > 0 ? 1 - left / whole : 0;
}
