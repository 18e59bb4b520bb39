#include "gp/joint.h"
#include "base/mem.h"
#include "gp/normal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

void joint_init(struct joint *j, const struct gp *const *models, size_t n, size_t m,
                const double *bound, const double *front, size_t n_front,
                const double *ref)
{
	assert(m >= 1 && n + 1 >= m && n <= JOINT_MAX);
	*j = (struct joint){.m = m, .n = n};
	for (size_t i = 0; i < n; i++)
		local_init(&j->local[i], models[i]);
	for (size_t i = 0; i < n + 1 - m; i++)
		j->bound[i] = bound[i];
	if (m > 1)
		ehvi_init(&j->ehvi, front, n_front, m, ref);
}

void joint_free(struct joint *j)
{
	for (size_t i = 0; i < j->n; i++)
		local_free(&j->local[i]);
	ehvi_free(&j->ehvi);
	*j = (struct joint){0};
}

double log_holds(double bound, double mean, double variance, double *by_mean,
                 double *by_variance)
{
	double v = fmax(variance, variance_least), z = (bound - mean) / sqrt(v), slope;
	double f = log_phi(z, by_mean ? &slope : NULL);

	if (by_mean) {
		*by_mean = -slope / sqrt(v);
		*by_variance = -0.5 * slope * z / v;
	}
	return f;
}

/* What all the models say of a point: means and variances (n + 1), the first that of
 * the model elsewhere. */
static double combine(const struct joint *j, const double *mean, const double *variance,
                      double *by_mean, double *by_variance)
{
	double f = 0;

	if (by_mean)
		for (size_t k = 0; k < j->m; k++)
			by_mean[k] = by_variance[k] = 0;
	if (j->m > 1 && !j->none)
		f = ehvi_log(&j->ehvi, mean, variance, by_mean, by_variance);
	for (size_t k = j->m; k <= j->n; k++)
		f += log_holds(j->bound[k - j->m], mean[k], variance[k],
		               by_mean ? &by_mean[k] : NULL,
		               by_mean ? &by_variance[k] : NULL);
	return f;
}

double joint_at(struct joint *j, const double *x, double mean, double variance,
                double *by_mean, double *by_variance, double *gradient)
{
	double mu[JOINT_MAX + 1] = {mean}, var[JOINT_MAX + 1] = {variance};
	double d_mu[JOINT_MAX + 1], d_var[JOINT_MAX + 1], f;

	for (size_t i = 0; i < j->n; i++) {
		local_at(&j->local[i], x);
		mu[i + 1] = j->local[i].mean;
		var[i + 1] = j->local[i].variance;
	}
	f = combine(j, mu, var, gradient ? d_mu : NULL, gradient ? d_var : NULL);
	if (!gradient)
		return f;
	*by_mean = d_mu[0];
	*by_variance = d_var[0];
	for (size_t i = 0; i < j->n; i++)
		local_push(&j->local[i], x, d_mu[i + 1], d_var[i + 1], gradient);
	return f;
}

void joint_values(struct joint *j, const double *x, size_t count, const double *mean,
                  const double *variance, double *out)
{
	double *mu = mem_new(2 * j->n * count + 1, sizeof *mu);
	double *var = mu + j->n * count;

	for (size_t i = 0; i < j->n; i++)
		gp_predict(j->local[i].g, x, count, mu + i * count, var + i * count);
	for (size_t c = 0; c < count; c++) {
		double m[JOINT_MAX + 1] = {mean[c]}, v[JOINT_MAX + 1] = {variance[c]};

		for (size_t i = 0; i < j->n; i++) {
			m[i + 1] = mu[i * count + c];
			v[i + 1] = var[i * count + c];
		}
		out[c] += combine(j, m, v, NULL, NULL);
	}
	free(mu);
}
