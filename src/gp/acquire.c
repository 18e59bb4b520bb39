#include "gp/acquire.h"
#include "base/elementary.h"
#include "base/mem.h"
#include "gp/lbfgs.h"
#include "gp/vec.h"

#include <assert.h>
#include <gsl/gsl_blas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Added to the variance of a class that least squares left in doubt. */
static const double class_variance = 0.1;

double log_ei(double best, double mean, double variance, double *by_mean,
              double *by_variance)
{
	double sd = sqrt(fmax(variance, variance_least)), z = (best - mean) / sd;
	double slope, f = log_h(z, by_mean ? &slope : NULL);

	if (by_mean) {
		*by_mean = -slope / sd;
		*by_variance =
		    portable_exp(-0.5 * z * z - log_sqrt_2pi - f) / (2 * sd * sd);
	}
	return f + portable_log(sd);
}

static void find_incumbent(struct acquisition *a, const bool *usable)
{
	const struct gp *g = a->g;

	a->best = (double)INFINITY;
	for (size_t i = 0; i < g->n_data; i++) {
		double mean = gp_mean_at(g, i);

		if (usable[i] && mean < a->best) {
			a->best = mean;
			a->best_row = i;
		}
	}
	/* Where there is none, what the others say counts alone: acquisition_join. */
}

static double dot(double *x, double *y, size_t n)
{
	gsl_vector_view a = gsl_vector_view_array(x, n);
	gsl_vector_view b = gsl_vector_view_array(y, n);
	double sum;

	gsl_blas_ddot(&a.vector, &b.vector, &sum);
	return sum;
}

/* In the whitened coordinates a sample of the pending values is a sample of beta's last
 * entries: L^-1 (y - m) is standard normal there. */
static void draw(struct acquisition *a)
{
	const struct gp *g = a->g;
	size_t n = g->n, q = n - g->n_data;

	for (size_t s = 0; s < a->samples; s++) {
		double *alpha = a->alpha + s * n;
		const double *z = q ? a->z + s * q : NULL;

		memcpy(alpha, g->alpha, n * sizeof *alpha);
		for (size_t p = 0; p < q; p++)
			for (size_t i = 0; i <= g->n_data + p; i++)
				alpha[i] += z[p] * g->inv[(g->n_data + p) * g->ld + i];
		a->best_of[s] = a->best;
		for (size_t p = 0; p < q; p++) {
			size_t i = g->n_data + p;
			double *row = g->l + i * g->ld;
			double y = g->mean + dot(row, g->beta, g->n_data);
			double noise = g->nu / g->m[i] + g->jitter * g->kernel.s;

			for (size_t k = 0; k <= p; k++)
				y += row[g->n_data + k] * z[k];
			a->best_of[s] = fmin(a->best_of[s], y - noise * alpha[i]);
		}
	}
}

static void classify(struct acquisition *a, const bool *failed)
{
	const struct gp *g = a->g;
	size_t n = g->n_data;
	gsl_matrix_view l = gp_square(g, g->l, n), inv = gp_square(g, g->inv, g->n);
	gsl_vector_view ones = gsl_vector_view_array(g->ones, n);
	gsl_vector_view beta = gsl_vector_view_array(a->ok_beta, n);
	gsl_vector_view alpha = gsl_vector_view_array(a->ok_alpha, g->n);

	for (size_t i = 0; i < n; i++)
		a->ok_beta[i] = failed[i] ? -1 : 1;
	gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &l.matrix, &beta.vector);
	a->ok_mean = dot(g->ones, a->ok_beta, n) / dot(g->ones, g->ones, n);
	gsl_blas_daxpy(-a->ok_mean, &ones.vector, &beta.vector);
	memcpy(a->ok_alpha, a->ok_beta, g->n * sizeof *a->ok_alpha);
	gsl_blas_dtrmv(CblasLower, CblasTrans, CblasNonUnit, &inv.matrix,
	               &alpha.vector);
}

void acquisition_init(struct acquisition *a, const struct gp *g, const bool *usable,
                      const bool *failed, const double *z, size_t samples)
{
	size_t room = vec_room(g->n);

	assert(samples && samples <= GP_SAMPLES && (z || g->n == g->n_data));
	*a = (struct acquisition){
	    .g = g, .samples = samples, .z = z, .may_fail = failed != NULL};
	a->best_of = mem_new(samples * (g->n + 1), sizeof *a->best_of);
	a->alpha = a->best_of + samples;
	local_init(&a->at, g);
	a->ok_beta = mem_new(2 * room, sizeof *a->ok_beta);
	a->ok_alpha = a->ok_beta + room;
	a->block = mem_new(g->n * GP_BATCH, sizeof *a->block);
	find_incumbent(a, usable);
	draw(a);
	if (failed)
		classify(a, failed);
}

void acquisition_cost(struct acquisition *a, const struct gp *cost, double weight)
{
	size_t room = vec_room(cost->n);

	assert(cost->d == a->g->d);
	free(a->cost_k);
	a->cost = cost;
	a->cost_weight = weight;
	a->cost_k = mem_new(2 * room, sizeof *a->cost_k);
	a->cost_slope = a->cost_k + room;
}

void acquisition_join(struct acquisition *a, struct joint *j)
{
	a->joint = j;
}

/* Is it the improvement of this objective that counts? */
static bool is_alone(const struct acquisition *a)
{
	return !a->joint || (a->joint->m == 1 && !a->joint->none);
}

void acquisition_free(struct acquisition *a)
{
	free(a->cost_k);
	free(a->best_of);
	local_free(&a->at);
	free(a->ok_beta);
	free(a->block);
	*a = (struct acquisition){0};
}

/* log mean exp. */
static double pool(const double *x, size_t n)
{
	double sum, most = portable_sum_exp(x, n, &sum);

	return isfinite(most) ? most + portable_log(sum / (double)n) : most;
}

static double log_ok(double mean, double variance, double *by_mean, double *by_variance)
{
	double f = log_holds(0, -mean, variance + class_variance, by_mean, by_variance);

	*by_mean = -*by_mean;
	return f;
}

/* The moments of the sampled improvements: means mu (samples), one variance. */
static double improvement(const struct acquisition *a, const double *mu,
                          double variance, double *by_mu, double *by_variance)
{
	double each[GP_SAMPLES] = {0}, dv[GP_SAMPLES], f;

	for (size_t s = 0; s < a->samples; s++)
		each[s] = log_ei(a->best_of[s], mu[s], variance,
		                 by_mu ? &by_mu[s] : NULL, &dv[s]);
	f = pool(each, a->samples);
	if (!by_mu)
		return f;
	*by_variance = 0;
	for (size_t s = 0; s < a->samples; s++) {
		double share = portable_exp(each[s] - f) / (double)a->samples;

		by_mu[s] *= share;
		*by_variance += dv[s] * share;
	}
	return f;
}

/* The weight of the cost at x; gradient (d; may be NULL) is added to. */
static double cost_at(struct acquisition *a, const double *x, double *gradient)
{
	const struct gp *g = a->cost;
	double *col = mem_new(g->kernel.n_col, sizeof *col), f;

	local_columns(g, x, col);
	kernel_row(&g->kernel, col, g->cols, g->ld, g->n, a->cost_k, a->cost_slope);
	f = -a->cost_weight * (g->mean + dot(a->cost_k, g->alpha, g->n));
	for (size_t i = 0; gradient && i < g->n; i++)
		a->cost_slope[i] *= -a->cost_weight * g->alpha[i];
	if (gradient)
		local_chain(g, a->cost_slope, x, col, gradient);
	free(col);
	return f;
}

/* At the latest point, c of local_chain, from the derivatives by the variance (by_v),
 * by the means of the samples (by_mu) and by that of the class (by_ok). */
static void derive(struct acquisition *a, double by_v, double *by_mu, double by_ok)
{
	const struct gp *g = a->g;
	gsl_matrix_view inv = gp_square(g, g->inv, g->n);
	gsl_matrix_view alpha = gsl_matrix_view_array(a->alpha, a->samples, g->n);
	gsl_vector_view c = gsl_vector_view_array(a->at.c, g->n);
	gsl_vector_view mu = gsl_vector_view_array(by_mu, a->samples);
	gsl_vector_view ok = gsl_vector_view_array(a->ok_alpha, g->n);
	gsl_vector_view slope = gsl_vector_view_array(a->at.slope, g->n);

	memcpy(a->at.c, a->at.v, g->n * sizeof *a->at.c);
	gsl_blas_dtrmv(CblasLower, CblasTrans, CblasNonUnit, &inv.matrix, &c.vector);
	gsl_blas_dgemv(CblasTrans, 1, &alpha.matrix, &mu.vector, -2 * by_v, &c.vector);
	if (a->may_fail)
		gsl_blas_daxpy(by_ok, &ok.vector, &c.vector);
	gsl_vector_mul(&c.vector, &slope.vector);
}

double acquisition_at(struct acquisition *a, const double *x, double *gradient)
{
	const struct gp *g = a->g;
	double mu[GP_SAMPLES], by_mu[GP_SAMPLES], by_v = 0, f, variance, by_ok = 0;
	gsl_matrix_view alpha = gsl_matrix_view_array(a->alpha, a->samples, g->n);
	gsl_vector_view k = gsl_vector_view_array(a->at.k, g->n);
	gsl_vector_view means = gsl_vector_view_array(mu, a->samples);

	local_at(&a->at, x);
	variance = a->at.variance;
	gsl_vector_set_all(&means.vector, g->mean);
	gsl_blas_dgemv(CblasNoTrans, 1, &alpha.matrix, &k.vector, 1, &means.vector);
	if (gradient)
		memset(gradient, 0, g->d * sizeof *gradient);
	if (is_alone(a)) {
		f = improvement(a, mu, variance, gradient ? by_mu : NULL, &by_v);
	} else {
		memset(by_mu, 0, a->samples * sizeof *by_mu);
		f = 0;
	}
	if (a->joint) {
		double dm, dv;

		f += joint_at(a->joint, x, mu[0], variance, &dm, &dv, gradient);
		if (gradient) {
			by_mu[0] += dm;
			by_v += dv;
		}
	}
	if (a->may_fail) {
		double dv, mean = a->ok_mean + dot(a->at.k, a->ok_alpha, g->n);

		f += log_ok(mean, variance, &by_ok, &dv);
		by_v += dv;
	}
	if (gradient) {
		derive(a, by_v, by_mu, by_ok);
		local_chain(g, a->at.c, x, a->at.col, gradient);
	}
	if (a->cost)
		f += cost_at(a, x, gradient);
	return f;
}

/* One block of points x, whitened: v. */
static void block_values(const struct acquisition *a, const double *x, double *v,
                         size_t count, double *out)
{
	const struct gp *g = a->g;
	size_t q = g->n - g->n_data;
	double mean[GP_BATCH], ok[GP_BATCH], variance[GP_BATCH], mu[GP_SAMPLES];
	double dm, dv;

	gp_moments(g, v, count, mean, variance);
	if (a->may_fail)
		gp_whitened_means(a->g, v, count, a->ok_beta, a->ok_mean, ok);
	for (size_t c = 0; c < count; c++) {
		out[c] = 0;
		for (size_t s = 0; s < a->samples; s++) {
			mu[s] = mean[c];
			for (size_t p = 0; p < q; p++)
				mu[s] +=
				    v[(g->n_data + p) * GP_BATCH + c] * a->z[s * q + p];
		}
		if (is_alone(a))
			out[c] = improvement(a, mu, variance[c], NULL, &dv);
		if (a->may_fail)
			out[c] += log_ok(ok[c], variance[c], &dm, &dv);
	}
	if (a->joint)
		joint_values(a->joint, x, count, mean, variance, out);
}

void acquisition_values(struct acquisition *a, const double *x, size_t count,
                        double *out)
{
	const struct gp *g = a->g;
	double cost[GP_BATCH];

	for (size_t i = 0; i < count; i += GP_BATCH) {
		size_t some = count - i < GP_BATCH ? count - i : GP_BATCH;

		gp_whiten(g, x + i * g->d, some, a->block);
		block_values(a, x + i * g->d, a->block, some, out + i);
		if (!a->cost)
			continue;
		gp_means(a->cost, x + i * g->d, some, cost);
		for (size_t c = 0; c < some; c++)
			out[i + c] -= a->cost_weight * cost[c];
	}
}

/* The climb: minus the acquisition over the free numbers. */
struct climb {
	struct acquisition *a;
	double *x, *gradient; /* (d) */
	const size_t *dim;    /* (n) */
	size_t n;
};

static double climb_value(void *self, const double *u)
{
	struct climb *c = self;

	for (size_t i = 0; i < c->n; i++)
		c->x[c->dim[i]] = u[i];
	return -acquisition_at(c->a, c->x, c->gradient);
}

static void climb_gradient(void *self, const double *u, double *g)
{
	struct climb *c = self;

	(void)u;
	for (size_t i = 0; i < c->n; i++)
		g[i] = -c->gradient[c->dim[i]];
}

double acquisition_climb(struct acquisition *a, double *x, const bool *free_dims,
                         const double *low, const double *high, int iterations)
{
	size_t d = a->g->d, *dim = mem_new(d, sizeof *dim);
	double *u = mem_new(4 * d, sizeof *u), f;
	struct climb c = {.a = a, .x = x, .gradient = u + d, .dim = dim};
	struct lbfgs l = {.low = u + 2 * d,
	                  .high = u + 3 * d,
	                  .value = climb_value,
	                  .gradient = climb_gradient,
	                  .self = &c,
	                  .iterations = iterations,
	                  .gradient_least = 1e-4,
	                  .decrease_least = 1e-6};

	for (size_t j = 0; j < d; j++)
		if (free_dims[j] && x[j] >= 0 &&
		    a->g->kernel.dims[j].kind == GP_NUMBER) {
			dim[c.n] = j;
			u[c.n] = x[j];
			u[2 * d + c.n] = low[j];
			u[3 * d + c.n++] = high[j];
		}
	l.n = c.n;
	f = lbfgs_minimize(&l, u);
	for (size_t i = 0; i < c.n; i++)
		x[dim[i]] = u[i];
	free(dim);
	free(u);
	return -f;
}
