#include "gp/sample.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/dense.h"
#include "gp/vec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COSINES = 512, FREEDOM = 5 };

struct draws {
	uint64_t seed, id;
	uint32_t n;
};

static double normal(struct draws *d)
{
	return stat_normal_quantile(rng_unit(d->seed, d->id, RNG_MODEL, d->n++));
}

/* sum over the columns of frequency times coordinate. */
static double angle(const struct gp_sample *s, const double *omega, const double *col,
                    size_t ld)
{
	const struct kernel *k = &s->g->kernel;
	double sum = 0;

	for (size_t c = 0; c < k->n_col; c++) {
		double x = col[c * ld];

		if (k->category[c])
			sum += omega[s->input[c] + (size_t)(x + 1)];
		else
			sum += omega[s->input[c]] * x;
	}
	return sum;
}

static double prior_at(const struct gp_sample *s, const double *col, size_t ld)
{
	double sum = 0;

	for (size_t m = 0; m < COSINES; m++)
		sum += s->weight[m] *
		       cos(angle(s, s->omega + m * s->n_inputs, col, ld) + s->phase[m]);
	return sum * sqrt(2 * s->g->kernel.s / COSINES);
}

/* A category is a corner of a simplex: two of them are sqrt(2) apart, so that the
 * weight is halved. */
static void draw_cosines(struct gp_sample *s, struct draws *d)
{
	const struct kernel *k = &s->g->kernel;

	for (size_t m = 0; m < COSINES; m++) {
		double chi2 = 0, scale, *omega = s->omega + m * s->n_inputs;

		for (int i = 0; i < FREEDOM; i++) {
			double z = normal(d);

			chi2 += z * z;
		}
		scale = sqrt(FREEDOM / chi2);
		for (size_t c = 0; c < k->n_col; c++)
			for (size_t v = 0; v < s->levels[c]; v++)
				omega[s->input[c] + v] =
				    scale * normal(d) *
				    sqrt(k->w[c] * (k->category[c] ? 0.5 : 1));
		s->phase[m] =
		    6.28318530717958648 * rng_unit(d->seed, d->id, RNG_MODEL, d->n++);
		s->weight[m] = normal(d);
	}
}

void gp_sample_init(struct gp_sample *s, const struct gp *g, const size_t *levels,
                    uint64_t seed, uint64_t id)
{
	struct draws d = {.seed = seed, .id = id};
	const struct kernel *k = &g->kernel;
	double *rest;

	assert(g->n == g->n_data);
	*s = (struct gp_sample){.g = g};
	s->input = mem_new(k->n_col, sizeof *s->input);
	s->levels = mem_new(k->n_col, sizeof *s->levels);
	for (size_t c = 0; c < k->n_col; c++) {
		s->input[c] = s->n_inputs;
		s->levels[c] = k->category[c] ? levels[k->dim[c]] + 1 : 1;
		s->n_inputs += s->levels[c];
	}
	s->omega = mem_new(COSINES * s->n_inputs, sizeof *s->omega);
	s->phase = mem_new(2 * COSINES, sizeof *s->phase);
	s->weight = s->phase + COSINES;
	s->update = mem_new(2 * vec_room(g->n), sizeof *s->update);
	draw_cosines(s, &d);
	rest = s->update + vec_room(g->n);
	for (size_t i = 0; i < g->n; i++)
		rest[i] = g->y[i] - g->mean - prior_at(s, g->cols + i, g->ld) -
		          sqrt(g->nu / g->m[i] + g->jitter * k->s) * normal(&d);
	dense_solve(g->l, g->n, g->ld, rest);
	dense_lower_t(g->inv, g->n, g->ld, rest, s->update);
}

void gp_sample_free(struct gp_sample *s)
{
	free(s->input);
	free(s->levels);
	free(s->omega);
	free(s->phase);
	free(s->update);
	*s = (struct gp_sample){0};
}

void gp_sample_values(const struct gp_sample *s, const double *x, size_t count,
                      double *out)
{
	const struct gp *g = s->g;
	size_t n_col = g->kernel.n_col;
	double *cols = mem_new(n_col * VEC, sizeof *cols);
	double *one = mem_new(n_col, sizeof *one);
	double *k = mem_new(vec_room(g->n), sizeof *k);

	for (size_t i = 0; i < count; i++) {
		kernel_columns(&g->kernel, x + i * g->d, 1, cols, VEC);
		for (size_t c = 0; c < n_col; c++)
			one[c] = cols[c * VEC];
		kernel_row(&g->kernel, one, g->cols, g->ld, g->n, k, NULL);
		out[i] = g->mean + prior_at(s, one, 1) + dense_dot(k, s->update, g->n);
	}
	free(cols);
	free(one);
	free(k);
}
