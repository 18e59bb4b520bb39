/* What the rules share; divergence; how far a low rung tells of a high one. */
#include "schedule/schedule.h"
#include "base/double.h"
#include "base/mem.h"
#include "schedule/rules.h"
#include "schedule/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct judgement judgement_none(const char *rule)
{
	return (struct judgement){.decision = DECISION_CONTINUE,
	                          .rule = rule,
	                          .rung = (double)NAN,
	                          .step = (double)NAN,
	                          .value = (double)NAN,
	                          .threshold = (double)NAN};
}

bool rule_check_eta(const char *rule, double eta, struct error *err)
{
	if (isfinite(eta) && eta > 1)
		return true;
	return error_set(err, ERROR_FILE, "%s: eta must be a number above 1", rule);
}

size_t rule_no_rungs(const void *state, double *out, size_t max)
{
	(void)state;
	(void)out;
	(void)max;
	return 0;
}

bool judge_divergence(const struct curve *c, struct judgement *out)
{
	*out = judgement_none("divergence");
	if (c->control || !c->n || isfinite(c->points[c->n - 1].value))
		return false;
	out->decision = DECISION_STOP;
	out->step = c->points[c->n - 1].step;
	out->value = c->points[c->n - 1].value;
	return true;
}

static int at_compare(const void *a, const void *b)
{
	const double *const *x = a, *const *y = b;

	return double_compare(*x, *y);
}

/* Ranks, weighted: what is below, and half of what is alike. */
static void ranks_of(const double *x, const double *w, size_t n, double *rank)
{
	const double **at = mem_new(n, sizeof *at);
	double below = 0;

	for (size_t i = 0; i < n; i++)
		at[i] = &x[i];
	qsort(at, n, sizeof *at, at_compare);
	for (size_t i = 0, j; i < n; i = j) {
		double alike = 0;

		for (j = i; j < n && *at[j] == *at[i]; j++)
			alike += w[at[j] - x];
		for (size_t k = i; k < j; k++)
			rank[at[k] - x] = below + alike / 2;
		below += alike;
	}
	free(at);
}

/* Pearson's correlation, weighted; with weights of 1 the ranks are 1/2, 3/2 … */
static double correlation(const double *a, const double *b, const double *w, size_t n)
{
	double sum = 0, ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		sum += w[i];
		ma += w[i] * a[i];
		mb += w[i] * b[i];
	}
	for (size_t i = 0; i < n; i++) {
		double x = a[i] - ma / sum, y = b[i] - mb / sum;

		ab += w[i] * x * y;
		aa += w[i] * x * x;
		bb += w[i] * y * y;
	}
	return aa > 0 && bb > 0 ? fmin(fmax(ab / sqrt(aa * bb), -1), 1) : (double)NAN;
}

bool judgement_converged(const struct judgement *j)
{
	return j->decision == DECISION_STOP && strcmp(j->rule, "patience") == 0;
}

double rung_correlation(const struct curves *all, double low, double high,
                        const double *weight, size_t *pairs, double *effective)
{
	double *x = mem_new(5 * all->n, sizeof *x), *y = x + all->n, rho = (double)NAN;
	double *rank_x = y + all->n, *rank_y = rank_x + all->n, *w = rank_y + all->n;
	double from, to, sum = 0, squares = 0;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		w[n] = weight ? weight[i] : 1;
		if (!(w[n] > 0) || !rung_value(all->list[i], low, 1, &x[n], &from) ||
		    !rung_value(all->list[i], high, 1, &y[n], &to) || from >= to)
			continue;
		sum += w[n];
		squares += w[n] * w[n];
		n++;
	}
	*pairs = n;
	*effective = n ? sum * sum / squares : 0;
	if (n >= 3) {
		ranks_of(x, w, n, rank_x);
		ranks_of(y, w, n, rank_y);
		rho = correlation(rank_x, rank_y, w, n);
	}
	free(x);
	return rho;
}

struct stat_range correlation_interval(double rho, double n)
{
	double z, half;

	if (!(n > 3))
		return (struct stat_range){-1, 1};
	z = atanh(fmin(fmax(rho, -0.9999), 0.9999));
	half = stat_normal_quantile(0.975) * sqrt((1 + rho * rho / 2) / (n - 3));
	return (struct stat_range){fmin(tanh(z - half), rho),
	                           fmax(tanh(z + half), rho)};
}
