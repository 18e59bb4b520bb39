#include "gp/ehvi.h"
#include "base/elementary.h"
#include "base/mem.h"
#include "gp/normal.h"

#include <math.h>
#include <stdlib.h>

/* Closer ends than that, times their size, are taken by the middle between them: the
 * relative error is its square over 24, and less than what the difference would lose.
 */
static const double close = 1e-4;

/* log (h(b) - h(a)), a < b. */
static double log_between(double a, double b)
{
	double size = fmax(1, fmax(fabs(a), fabs(b))), low, high;

	if ((b - a) * size < close)
		return portable_log(b - a) + log_phi(0.5 * (a + b), NULL);
	low = log_h(a, NULL);
	high = log_h(b, NULL);
	return low < high ? high + log1mexp(low - high)
	                  : portable_log(b - a) + log_phi(0.5 * (a + b), NULL);
}

double log_ei_between(double low, double high, double mean, double variance,
                      double *by_mean, double *by_variance)
{
	double sd = sqrt(fmax(variance, variance_least)), b = (high - mean) / sd;
	bool open = isinf(low);
	double a = open ? low : (low - mean) / sd;
	double f = open ? log_h(b, NULL) : log_between(a, b);

	if (by_mean) {
		double phi_b = -0.5 * b * b - log_sqrt_2pi;

		*by_mean = -portable_exp(log_phi(b, NULL) - f) / sd;
		*by_variance = portable_exp(phi_b - f) / (2 * sd * sd);
		if (!open) {
			double phi_a = -0.5 * a * a - log_sqrt_2pi;

			*by_mean += portable_exp(log_phi(a, NULL) - f) / sd;
			*by_variance -= portable_exp(phi_a - f) / (2 * sd * sd);
		}
	}
	return f + portable_log(sd);
}

void ehvi_init(struct ehvi *e, const double *y, size_t n, size_t m, const double *ref)
{
	*e = (struct ehvi){.m = m};
	pareto_boxes(y, n, m, ref, &e->boxes);
	e->term = mem_new(e->boxes.n + 1, sizeof *e->term);
	e->slope = mem_new(2 * m * e->boxes.n + 1, sizeof *e->slope);
}

void ehvi_free(struct ehvi *e)
{
	pareto_boxes_free(&e->boxes);
	free(e->term);
	free(e->slope);
	*e = (struct ehvi){0};
}

double ehvi_log(const struct ehvi *e, const double *mean, const double *variance,
                double *by_mean, double *by_variance)
{
	double most, sum, f;
	size_t m = e->m;

	for (size_t i = 0; i < e->boxes.n; i++) {
		const struct pareto_box *b = &e->boxes.list[i];
		double *slope = by_mean ? e->slope + 2 * m * i : NULL;

		e->term[i] = 0;
		for (size_t k = 0; k < m; k++)
			e->term[i] +=
			    log_ei_between(b->low[k], b->high[k], mean[k], variance[k],
			                   slope ? slope + 2 * k : NULL,
			                   slope ? slope + 2 * k + 1 : NULL);
	}
	for (size_t k = 0; by_mean && k < m; k++)
		by_mean[k] = by_variance[k] = 0;
	most = portable_sum_exp(e->term, e->boxes.n, &sum);
	if (!(most > -(double)INFINITY))
		return -(double)INFINITY;
	f = most + portable_log(sum);
	for (size_t i = 0; by_mean && i < e->boxes.n; i++) {
		double share = portable_exp(e->term[i] - f);

		for (size_t k = 0; k < m; k++) {
			by_mean[k] += share * e->slope[2 * (m * i + k)];
			by_variance[k] += share * e->slope[2 * (m * i + k) + 1];
		}
	}
	return f;
}
