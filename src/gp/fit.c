/* The posterior of the kernel's parameters, its gradient, and its maximum. */
#include "base/elementary.h"
#include "base/mem.h"
#include "gp/lbfgs.h"
#include "gp/model.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a start is fitted to: a step costs the cube of them. With all rows, the
 * best of them needs a few steps more: one in so many. */
enum { LOOKED_AT = 128, FINISH = 3 };

static double prior(const struct gp *g, const double *theta, double *gradient)
{
	double sum = 0;

	for (size_t i = 0; i < g->n_theta; i++) {
		double z = (theta[i] - g->prior.mean[i]) / g->prior.sd[i];

		sum += 0.5 * z * z;
		if (gradient)
			gradient[i] += z / g->prior.sd[i];
	}
	return sum;
}

static void begin(struct gp *g)
{
	g->n = g->n_data;
	if (!g->slope) {
		g->slope = mem_new(g->cap * g->ld, sizeof *g->slope);
		g->work = mem_new(g->cap * g->ld, sizeof *g->work);
	}
}

/* (y - m)' K^-1 (y - m) */
static double misfit(const struct gp *g)
{
	gsl_vector_view beta = gsl_vector_view_array(g->beta, g->n);
	double sum;

	gsl_blas_ddot(&beta.vector, &beta.vector, &sum);
	return sum;
}

double gp_objective(struct gp *g, const double *theta)
{
	double sum;

	begin(g);
	if (!gp_build(g, theta, g->slope))
		return (double)INFINITY;
	gp_center(g);
	sum = 0.5 * misfit(g);
	for (size_t i = 0; i < g->n; i++)
		sum += portable_log(g->l[i * g->ld + i]);
	return sum + prior(g, theta, NULL);
}

/* alpha = K^-1 (y - m), and K^-1 into the lower part of work. */
static void invert(struct gp *g)
{
	gsl_matrix_view l = gp_square(g, g->l, g->n);
	gsl_matrix_view work = gp_square(g, g->work, g->n);
	gsl_vector_view alpha = gsl_vector_view_array(g->alpha, g->n);

	memcpy(g->alpha, g->beta, g->n * sizeof *g->alpha);
	gsl_blas_dtrsv(CblasLower, CblasTrans, CblasNonUnit, &l.matrix, &alpha.vector);
	gsl_matrix_tricpy(CblasLower, CblasNonUnit, &work.matrix, &l.matrix);
	/* gsl_linalg_cholesky_invert, without its copy to above the diagonal. */
	gsl_linalg_tri_invert(CblasLower, CblasNonUnit, &work.matrix);
	gsl_linalg_tri_LTL(&work.matrix);
}

/* G = alpha alpha' - K^-1 (Rasmussen & Williams 2006, equation 5.9), of which the
 * lower part of K^-1 is in work: then work is C = G s M', whole and symmetric, with a
 * diagonal of 0, since there the distance does not change. The sum over the diagonal
 * of G that the noise needs comes out beside it. */
static void weigh(struct gp *g, double *noise_part)
{
	*noise_part = 0;
	for (size_t i = 0; i < g->n; i++) {
		double *row = g->work + i * g->ld, ai = g->alpha[i];
		const double *slope = g->slope + i * g->ld;
		double diagonal = ai * ai - row[i];

		*noise_part += diagonal * g->nu / g->m[i];
		for (size_t k = 0; k < i; k++)
			row[k] = (ai * g->alpha[k] - row[k]) * slope[k];
		row[i] = 0;
		for (size_t k = 0; k < i; k++)
			g->work[k * g->ld + i] = row[k];
	}
}

/* sum_ab C_ab [a and b differ] */
static double mismatches(const struct gp *g, const double *col)
{
	double sum = 0;

	for (size_t i = 0; i < g->n; i++) {
		const double *row = g->work + i * g->ld;

		for (size_t k = 0; k < i; k++)
			sum += col[i] < col[k] || col[i] > col[k] ? row[k] : 0;
	}
	return 2 * sum;
}

/* With c a column, R the row sums of C: sum_ab C_ab (c_a - c_b)^2 = 2 sum_a c_a h_a,
 * h_a = c_a R_a - (C c)_a, and likewise for the warp's derivatives; so one product C
 * [columns, 1] serves all. */
static void add_column(const struct gp *g, size_t c, const double *product, size_t ld,
                       double *scratch, double *gradient)
{
	const struct kernel *k = &g->kernel;
	size_t j = k->dim[c];
	const double *col = g->cols + c * g->ld;
	double w = k->w[c], length = 0, by_a = 0, by_b = 0;
	double *z = scratch, *da = z + g->ld, *db = da + g->ld;
	bool warps = c == k->column[j] &&
	             g->prior.low[g->d + 2 + j] < g->prior.high[g->d + 2 + j];

	if (k->category[c]) {
		gradient[j] += w * mismatches(g, col);
		return;
	}
	for (size_t i = 0; warps && i < g->n; i++)
		z[i] = g->x[i * g->d + j];
	if (warps)
		kernel_warp_gradients(k, j, z, g->n, da, db);
	for (size_t i = 0; i < g->n; i++) {
		double h = col[i] * product[i * ld + k->n_col] - product[i * ld + c];

		length += col[i] * h;
		if (!warps || g->x[i * g->d + j] < 0)
			continue;
		by_a += da[i] * h;
		by_b += db[i] * h;
	}
	gradient[j] += 2 * w * length;
	gradient[g->d + 2 + j] -= 2 * w * by_a;
	gradient[2 * g->d + 2 + j] -= 2 * w * by_b;
}

void gp_objective_gradient(struct gp *g, const double *theta, double *out)
{
	size_t n_col = g->kernel.n_col, ld = n_col + 1;
	double *rows = mem_new(2 * g->n * ld + 3 * g->ld, sizeof *rows);
	double *product = rows + g->n * ld, *scratch = product + g->n * ld;
	double noise_part, fit;
	gsl_matrix_view c = gp_square(g, g->work, g->n);
	gsl_matrix_view columns = gsl_matrix_view_array(rows, g->n, ld);
	gsl_matrix_view weighed = gsl_matrix_view_array(product, g->n, ld);

	invert(g);
	fit = misfit(g) - (double)g->n; /* tr(G K) */
	weigh(g, &noise_part);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t k = 0; k < n_col; k++)
			rows[i * ld + k] = g->cols[k * g->ld + i];
		rows[i * ld + n_col] = 1;
	}
	gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, &c.matrix, &columns.matrix, 0,
	               &weighed.matrix);
	memset(out, 0, g->n_theta * sizeof *out);
	for (size_t k = 0; k < n_col; k++)
		add_column(g, k, product, ld, scratch, out);
	out[g->d] = -0.5 * (fit - noise_part);
	out[g->d + 1] = -0.5 * noise_part;
	prior(g, theta, out);
	free(rows);
}

static double value(void *self, const double *theta)
{
	return gp_objective(self, theta);
}

static void gradient(void *self, const double *theta, double *out)
{
	gp_objective_gradient(self, theta, out);
}

double gp_fit(struct gp *g, double *theta, int iterations)
{
	struct lbfgs l = {.n = g->n_theta,
	                  .low = g->prior.low,
	                  .high = g->prior.high,
	                  .value = value,
	                  .gradient = gradient,
	                  .self = g,
	                  .iterations = iterations,
	                  .gradient_least = 1e-3,
	                  .decrease_least = 1e-9};

	return lbfgs_minimize(&l, theta);
}

static void swap(double *a, double *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double x = a[i];

		a[i] = b[i];
		b[i] = x;
	}
}

static void swap_rows(struct gp *g, size_t i, size_t k)
{
	if (i == k)
		return;
	swap(g->x + i * g->d, g->x + k * g->d, g->d);
	swap(g->y + i, g->y + k, 1);
	swap(g->m + i, g->m + k, 1);
}

/* theta (n_theta) by the start nu and an even sample of the rows; the objective there,
 * of all rows. */
static double look(struct gp *g, double nu, double *theta, int iterations)
{
	size_t n = g->n_data, few = n < LOOKED_AT ? n : LOOKED_AT;
	double f;

	memcpy(theta, g->prior.mean, g->n_theta * sizeof *theta);
	theta[g->d + 1] = portable_log(nu);
	for (size_t i = 0; i < few; i++)
		swap_rows(g, i, i * n / few);
	g->n_data = few;
	f = gp_fit(g, theta, iterations);
	g->n_data = n;
	for (size_t i = few; i-- > 0;)
		swap_rows(g, i, i * n / few);
	return few < n ? gp_objective(g, theta) : f;
}

void gp_fit_from(struct gp *g, const double *nu, size_t n, int iterations)
{
	double *theta = mem_new(2 * g->n_theta, sizeof *theta);
	double *best = theta + g->n_theta, least = (double)INFINITY;

	memcpy(best, g->prior.mean, g->n_theta * sizeof *best);
	for (size_t i = 0; i < n; i++) {
		double f = look(g, nu[i], theta, iterations);

		if (f < least) {
			least = f;
			memcpy(best, theta, g->n_theta * sizeof *best);
		}
	}
	if (g->n_data > LOOKED_AT)
		(void)gp_fit(g, best, iterations / FINISH);
	gp_factor(g, best);
	free(theta);
}
