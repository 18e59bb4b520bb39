/* The posterior of the kernel's parameters, its gradient, and its maximum. */
#include "base/mem.h"
#include "gp/dense.h"
#include "gp/lbfgs.h"
#include "gp/model.h"
#include "gp/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static double value(void *self, const double *theta)
{
	struct gp *g = self;
	double sum, jitter = 1e-9;

	do {
		gp_build(g, theta, jitter, g->slope);
		if (dense_cholesky(g->l, g->n, g->ld))
			break;
		jitter *= 10;
	} while (jitter < 2e-4);
	if (jitter > 2e-4)
		return (double)INFINITY;
	gp_center(g);
	sum = 0.5 * dense_dot(g->beta, g->beta, g->n);
	for (size_t i = 0; i < g->n; i++)
		sum += log(g->l[i * g->ld + i]);
	return sum + prior(g, theta, NULL);
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
                       double *gradient)
{
	const struct kernel *k = &g->kernel;
	size_t j = k->dim[c];
	const double *col = g->cols + c * g->ld;
	double w = k->w[c], length = 0, by_a = 0, by_b = 0;
	bool warps = c == k->column[j] &&
	             g->prior.low[g->d + 2 + j] < g->prior.high[g->d + 2 + j];

	if (k->category[c]) {
		gradient[j] += w * mismatches(g, col);
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		double h = col[i] * product[i * ld + k->n_col] - product[i * ld + c];
		double z = g->x[i * g->d + j], da, db;

		length += col[i] * h;
		if (!warps || z < 0)
			continue;
		kernel_warp_gradient(k, j, z, &da, &db);
		by_a += da * h;
		by_b += db * h;
	}
	gradient[j] += 2 * w * length;
	gradient[g->d + 2 + j] -= 2 * w * by_a;
	gradient[2 * g->d + 2 + j] -= 2 * w * by_b;
}

static void gradient(void *self, const double *theta, double *out)
{
	struct gp *g = self;
	size_t n_col = g->kernel.n_col, ld = vec_room(n_col + 1);
	double *rows = mem_new(2 * g->n * ld, sizeof *rows);
	double *product = rows + g->n * ld, noise_part, fit;

	dense_invert(g->l, g->inv, g->n, g->ld);
	dense_lower_t(g->inv, g->n, g->ld, g->beta, g->alpha);
	dense_inverse_product(g->inv, g->work, g->n, g->ld);
	fit = dense_dot(g->beta, g->beta, g->n) - (double)g->n; /* tr(G K) */
	weigh(g, &noise_part);
	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < n_col; c++)
			rows[i * ld + c] = g->cols[c * g->ld + i];
		rows[i * ld + n_col] = 1;
	}
	dense_multiply(g->work, g->n, g->ld, rows, product, ld, ld);
	memset(out, 0, g->n_theta * sizeof *out);
	for (size_t c = 0; c < n_col; c++)
		add_column(g, c, product, ld, out);
	out[g->d] = -0.5 * (fit - noise_part);
	out[g->d + 1] = -0.5 * noise_part;
	prior(g, theta, out);
	free(rows);
}

static void begin(struct gp *g)
{
	g->n = g->n_data;
	if (!g->slope) {
		g->slope = mem_new(g->cap * g->ld, sizeof *g->slope);
		g->work = mem_new(g->cap * g->ld, sizeof *g->work);
	}
}

double gp_objective(struct gp *g, const double *theta, double *out)
{
	double f;

	begin(g);
	f = value(g, theta);
	if (out && isfinite(f))
		gradient(g, theta, out);
	return f;
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

	begin(g);
	return lbfgs_minimize(&l, theta);
}
