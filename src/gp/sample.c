#include "gp/sample.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"
#include "gp/vec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COSINES = 256, FREEDOM = 5, BATCH = 256 };

static const double turn = 6.28318530717958648;

struct draws {
	uint64_t seed, id;
	uint32_t n;
};

static double normal(struct draws *d)
{
	return stat_normal_quantile(rng_unit(d->seed, d->id, RNG_MODEL, d->n++));
}

/* A category is a corner of a simplex: two of them are sqrt(2) apart, so that the
 * weight is halved. */
static void draw_cosines(struct gp_sample *s, struct draws *d)
{
	const struct kernel *k = &s->g->kernel;

	for (size_t m = 0; m < COSINES; m++) {
		double chi2 = 0, scale;

		for (int i = 0; i < FREEDOM; i++) {
			double z = normal(d);

			chi2 += z * z;
		}
		scale = sqrt(FREEDOM / chi2) / turn;
		for (size_t c = 0; c < k->n_col; c++)
			for (size_t v = 0; v < s->levels[c]; v++)
				s->omega[(s->input[c] + v) * COSINES + m] =
				    scale * normal(d) *
				    sqrt(k->w[c] * (k->category[c] ? 0.5 : 1));
		s->phase[m] = rng_unit(d->seed, d->id, RNG_MODEL, d->n++);
		s->weight[m] = normal(d) * sqrt(2 * k->s / COSINES);
	}
}

/* The sum of the weighted cosines at one point, col (n_col, ld): 1 - 2 sin^2, of angles
 * that are brought to a quarter of a turn at the most; error below 1e-11. */
VEC_CLONES static double prior_at(const struct gp_sample *s, const double *col,
                                  size_t ld)
{
	const struct kernel *k = &s->g->kernel;
	double angle[COSINES], sum = 0;

	memcpy(angle, s->phase, sizeof angle);
	for (size_t c = 0; c < k->n_col; c++) {
		bool category = k->category[c];
		size_t level = category ? (size_t)(col[c * ld] + 1) : 0;
		const double *omega = s->omega + (s->input[c] + level) * COSINES;
		double x = category ? 1 : col[c * ld];

		for (size_t m = 0; m < COSINES; m++)
			angle[m] += omega[m] * x;
	}
	for (size_t m = 0; m < COSINES; m++) {
		double t = angle[m] - ((angle[m] + 0x1.8p52) - 0x1.8p52);
		double x = 0.5 * turn * t, q = x * x;
		double p = -1.0 / 1307674368000;

		p = p * q + 1.0 / 6227020800;
		p = p * q - 1.0 / 39916800;
		p = p * q + 1.0 / 362880;
		p = p * q - 1.0 / 5040;
		p = p * q + 1.0 / 120;
		p = p * q - 1.0 / 6;
		p = (p * q + 1) * x;
		angle[m] = s->weight[m] * (1 - 2 * p * p);
	}
	for (size_t m = 0; m < COSINES; m++)
		sum += angle[m];
	return sum;
}

void gp_sample_init(struct gp_sample *s, struct gp *g, const size_t *levels,
                    uint64_t seed, uint64_t id)
{
	struct draws d = {.seed = seed, .id = id};
	const struct kernel *k = &g->kernel;
	size_t inputs = 0;
	double *y;

	assert(g->n == g->n_data);
	*s = (struct gp_sample){.g = g};
	s->input = mem_new(2 * k->n_col, sizeof *s->input);
	s->levels = s->input + k->n_col;
	for (size_t c = 0; c < k->n_col; c++) {
		s->input[c] = inputs;
		s->levels[c] = k->category[c] ? levels[k->dim[c]] + 1 : 1;
		inputs += s->levels[c];
	}
	s->omega = mem_new(COSINES * (inputs + 2), sizeof *s->omega);
	s->phase = s->omega + COSINES * inputs;
	s->weight = s->phase + COSINES;
	s->update = mem_new(g->n, sizeof *s->update);
	draw_cosines(s, &d);
	y = mem_new(g->n, sizeof *y);
	memcpy(y, g->y, g->n * sizeof *y);
	for (size_t i = 0; i < g->n; i++)
		g->y[i] = -prior_at(s, g->cols + i, g->ld) -
		          sqrt(g->nu / g->m[i] + g->jitter * k->s) * normal(&d);
	gp_condition(g);
	s->mean = g->mean;
	memcpy(s->update, g->alpha, g->n * sizeof *y);
	memcpy(g->y, y, g->n * sizeof *y);
	gp_condition(g);
	free(y);
}

void gp_sample_free(struct gp_sample *s)
{
	free(s->input);
	free(s->omega);
	free(s->update);
	*s = (struct gp_sample){0};
}

/* Up to BATCH points: the posterior's mean into out, the draw less it into rest. */
static void add_data(const struct gp_sample *s, const double *cols, size_t count,
                     double *out, double *rest)
{
	const struct gp *g = s->g;
	double k[BATCH], *row = mem_new(g->kernel.n_col, sizeof *row);

	for (size_t i = 0; i < g->n; i++) {
		for (size_t c = 0; c < g->kernel.n_col; c++)
			row[c] = g->cols[c * g->ld + i];
		kernel_row(&g->kernel, row, cols, BATCH, count, k, NULL);
		for (size_t c = 0; c < count; c++) {
			out[c] += g->alpha[i] * k[c];
			rest[c] += s->update[i] * k[c];
		}
	}
	free(row);
}

void gp_sample_values(const struct gp_sample *s, const double *x, size_t count,
                      double *out, double *mirror)
{
	double *cols = mem_new(s->g->kernel.n_col * BATCH, sizeof *cols);

	for (size_t i = 0; i < count; i += BATCH) {
		size_t some = count - i < BATCH ? count - i : BATCH;

		kernel_columns(&s->g->kernel, x + i * s->g->d, some, cols, BATCH);
		for (size_t c = 0; c < some; c++) {
			out[i + c] = s->g->mean;
			mirror[i + c] = s->mean + prior_at(s, cols + c, BATCH);
		}
		add_data(s, cols, some, out + i, mirror + i);
		for (size_t c = i; c < i + some; c++) {
			double rest = mirror[c];

			mirror[c] = out[c] - rest;
			out[c] += rest;
		}
	}
	free(cols);
}
