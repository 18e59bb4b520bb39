#include "gp/local.h"
#include "base/mem.h"
#include "gp/vec.h"

#include <gsl/gsl_blas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void local_chain(const struct gp *g, const double *c, const double *x,
                 const double *col, double *gradient)
{
	const struct kernel *k = &g->kernel;
	double *slope = mem_new(vec_room(g->d), sizeof *slope);

	kernel_warp_slopes(k, x, slope);
	for (size_t j = 0; j < g->d; j++) {
		const double *cols = g->cols + k->column[j] * g->ld;
		double sum = 0;

		if (k->dims[j].kind == GP_CATEGORY || x[j] < 0)
			continue;
		for (size_t i = 0; i < g->n; i++)
			sum += c[i] * (col[k->column[j]] - cols[i]);
		gradient[j] += 2 * k->w[k->column[j]] * sum * slope[j];
	}
	free(slope);
}

void local_columns(const struct gp *g, const double *x, double *col)
{
	double *wide = mem_new(g->kernel.n_col * VEC, sizeof *wide);

	kernel_columns(&g->kernel, x, 1, wide, VEC);
	for (size_t c = 0; c < g->kernel.n_col; c++)
		col[c] = wide[c * VEC];
	free(wide);
}

void local_init(struct gp_local *l, const struct gp *g)
{
	size_t room = vec_room(g->n);

	*l = (struct gp_local){.g = g};
	l->k = mem_new(4 * room, sizeof *l->k);
	l->slope = l->k + room;
	l->v = l->k + 2 * room;
	l->c = l->k + 3 * room;
	l->col = mem_new(g->kernel.n_col, sizeof *l->col);
}

void local_free(struct gp_local *l)
{
	free(l->k);
	free(l->col);
	*l = (struct gp_local){0};
}

static gsl_vector_view view(double *x, size_t n)
{
	return gsl_vector_view_array(x, n);
}

void local_at(struct gp_local *l, const double *x)
{
	const struct gp *g = l->g;
	gsl_matrix_view inv = gp_square(g, g->inv, g->n);
	gsl_vector_view k = view(l->k, g->n), v = view(l->v, g->n),
			alpha = view(g->alpha, g->n);
	double dot, explained;

	local_columns(g, x, l->col);
	kernel_row(&g->kernel, l->col, g->cols, g->ld, g->n, l->k, l->slope);
	memcpy(l->v, l->k, g->n * sizeof *l->v);
	gsl_blas_dtrmv(CblasLower, CblasNoTrans, CblasNonUnit, &inv.matrix, &v.vector);
	gsl_blas_ddot(&v.vector, &v.vector, &explained);
	gsl_blas_ddot(&k.vector, &alpha.vector, &dot);
	l->mean = g->mean + dot;
	l->variance = fmax(g->kernel.s - explained, 0);
}

void local_push(struct gp_local *l, const double *x, double by_mean, double by_variance,
                double *gradient)
{
	const struct gp *g = l->g;
	gsl_matrix_view inv = gp_square(g, g->inv, g->n);
	gsl_vector_view c = view(l->c, g->n), alpha = view(g->alpha, g->n),
			slope = view(l->slope, g->n);

	memcpy(l->c, l->v, g->n * sizeof *l->c);
	gsl_blas_dtrmv(CblasLower, CblasTrans, CblasNonUnit, &inv.matrix, &c.vector);
	gsl_vector_scale(&c.vector, -2 * by_variance);
	gsl_blas_daxpy(by_mean, &alpha.vector, &c.vector);
	gsl_vector_mul(&c.vector, &slope.vector);
	local_chain(g, l->c, x, l->col, gradient);
}
