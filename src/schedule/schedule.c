/* What the rules share; divergence; how far a low rung tells of a high one. */
#include "schedule/schedule.h"
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

/* Ranks from 1, equal values sharing the mean of theirs. */
static void ranks_of(const double *x, size_t n, double *rank)
{
	const double **at = mem_new(n, sizeof *at);

	for (size_t i = 0; i < n; i++)
		at[i] = &x[i];
	qsort(at, n, sizeof *at, at_compare);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && *at[j] == *at[i]; j++)
			;
		for (size_t k = i; k < j; k++)
			rank[at[k] - x] = ((double)(i + 1) + (double)j) / 2;
	}
	free(at);
}

/* Pearson's correlation of ranks, whose mean is known. */
static double correlation(const double *a, const double *b, size_t n)
{
	double mean = ((double)n + 1) / 2, ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		ab += (a[i] - mean) * (b[i] - mean);
		aa += (a[i] - mean) * (a[i] - mean);
		bb += (b[i] - mean) * (b[i] - mean);
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : (double)NAN;
}

bool judgement_converged(const struct judgement *j)
{
	return j->decision == DECISION_STOP && strcmp(j->rule, "patience") == 0;
}

double rung_correlation(const struct curves *all, double *low, double *high,
                        size_t *pairs)
{
	double *x = mem_new(4 * all->n, sizeof *x), *y = x + all->n, rho = (double)NAN;
	double *rank_x = y + all->n, *rank_y = rank_x + all->n, from, to;
	double first = (double)-INFINITY, last = (double)-INFINITY;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (!rung_value(all->list[i], *low, 1, &x[n], &from) ||
		    !rung_value(all->list[i], *high, 1, &y[n], &to) || from >= to)
			continue;
		first = fmax(first, from);
		last = fmax(last, to);
		n++;
	}
	*pairs = n;
	if (n >= 3) {
		ranks_of(x, n, rank_x);
		ranks_of(y, n, rank_y);
		rho = correlation(rank_x, rank_y, n);
		*low = first;
		*high = last;
	}
	free(x);
	return rho;
}
