#include "strategy/several.h"
#include "base/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the range, behind the worst. */
static const double beyond = 0.1;

void several_init(struct several *s, struct encoding *encoding,
                  const struct strategy_args *args)
{
	size_t m = args->n_objectives ? args->n_objectives : 1;

	*s = (struct several){.m = m, .n = m - 1 + args->n_limits};
	s->sets = mem_new(s->n + 1, sizeof *s->sets);
	for (size_t i = 0; i < s->n; i++) {
		dataset_init(&s->sets[i], encoding, (double)NAN, args->seed);
		s->sets[i].which = i + 1;
		s->sets[i].n_further = s->n;
		s->sets[i].m = m;
		s->sets[i].limit = i + 1 >= m;
	}
}

void several_free(struct several *s)
{
	for (size_t i = 0; i < s->n; i++)
		dataset_free(&s->sets[i]);
	free(s->sets);
	*s = (struct several){0};
}

void several_gather(struct several *s, const struct history *h, uint64_t id)
{
	for (size_t i = 0; i < s->n; i++)
		dataset_gather(&s->sets[i], h, id);
}

/* What the models say of row i of the view: is it within the limits? */
static bool holds_at(const struct several *s, size_t i)
{
	for (size_t k = s->m - 1; k < s->n; k++)
		if (gp_mean_at(&s->sets[k].gp, i) > s->sets[k].bound)
			return false;
	return true;
}

/* Rows of the view that hold the limits, (count, m) what the models say of them; rows
 * out. malloc. */
static double *within(const struct several *s, const struct dataset *first,
                      size_t *rows, size_t *count)
{
	double *y = mem_new(first->n_view * s->m + 1, sizeof *y);

	*count = 0;
	for (size_t i = 0; i < first->n_view; i++) {
		double *to = y + *count * s->m;

		if (!s->holds[i])
			continue;
		to[0] = gp_mean_at(&first->gp, i);
		for (size_t k = 1; k < s->m; k++)
			to[k] = gp_mean_at(&s->sets[k - 1].gp, i);
		rows[(*count)++] = i;
	}
	return y;
}

/* Behind the worst of the front, or (wide) of all that holds the limits, y (count, m),
 * by a part of the range of the latter. */
static void set_reference(struct several *s, const double *y, size_t count, bool wide)
{
	double low[PARETO_MAX], high[PARETO_MAX], least[PARETO_MAX], most[PARETO_MAX];

	pareto_range(s->found, s->n_found, s->m, low, high);
	pareto_range(y, count, s->m, least, most);
	for (size_t k = 0; k < s->m; k++)
		s->ref[k] = (wide ? most[k] : high[k]) +
		            beyond * (most[k] > least[k] ? most[k] - least[k] : 1);
}

static void find_front(struct several *s, const struct dataset *first, bool wide)
{
	size_t count, *rows = mem_new(first->n_view + 1, sizeof *rows), *front;
	double *y = within(s, first, rows, &count);

	front = mem_new(count + 1, sizeof *front);
	pareto_sort(y, count, s->m, front);
	s->front = mem_new(count + 1, sizeof *s->front);
	s->found = mem_new((count + 1) * s->m, sizeof *s->found);
	s->n_front = s->n_found = 0;
	for (size_t i = 0; i < count; i++)
		if (front[i] == 1) {
			memcpy(s->found + s->n_found++ * s->m, y + i * s->m,
			       s->m * sizeof *y);
			s->front[s->n_front++] = rows[i];
		}
	if (count)
		set_reference(s, y, count, wide);
	free(rows);
	free(front);
	free(y);
}

void several_load(struct several *s, const struct dataset *first, uint64_t id)
{
	for (size_t i = 0; i < s->n; i++) {
		struct dataset *b = &s->sets[i];
		const double *theta = dataset_theta(b);

		dataset_look_as(b, first);
		dataset_load(b, b->n);
		gp_factor(&b->gp, theta);
	}
	s->holds = mem_new(first->n_view + 1, sizeof *s->holds);
	s->any = false;
	for (size_t i = 0; i < first->n_view; i++) {
		s->holds[i] = first->data[first->view[i]].usable && holds_at(s, i);
		s->any = s->any || s->holds[i];
	}
	find_front(s, first, id % 2 == 0);
}

/* A row that is pending, by what the models expect of it. */
static void expect(struct several *s, const struct gp *first, const double *x)
{
	double mean, variance, y[PARETO_MAX];

	gp_predict(first, x, 1, &y[0], &variance);
	for (size_t k = 0; k < s->n; k++) {
		gp_predict(&s->sets[k].gp, x, 1, &mean, &variance);
		if (k + 1 < s->m)
			y[k + 1] = mean;
		else if (mean > s->sets[k].bound)
			return;
	}
	s->found = mem_grow(s->found, (s->n_found + 1) * s->m, sizeof *s->found);
	memcpy(s->found + s->n_found++ * s->m, y, s->m * sizeof *y);
}

void several_join(struct several *s, const struct dataset *first, struct acquisition *a)
{
	const struct gp *g = &first->gp;
	const struct gp *models[JOINT_MAX];
	double bound[JOINT_MAX];

	for (size_t i = g->n_data; i < g->n; i++)
		expect(s, g, g->x + i * g->d);
	for (size_t i = g->n_data; i < g->n; i++)
		for (size_t k = 0; k < s->n; k++)
			(void)gp_append(&s->sets[k].gp, g->x + i * g->d, (double)NAN,
			                1);
	for (size_t k = 0; k < s->n; k++) {
		models[k] = &s->sets[k].gp;
		if (k + 1 >= s->m)
			bound[k + 1 - s->m] = s->sets[k].bound;
	}
	joint_init(&s->joint, models, s->n, s->m, bound, s->found, s->n_found, s->ref);
	s->joint.none = !s->any;
	acquisition_join(a, &s->joint);
}

void several_unload(struct several *s)
{
	joint_free(&s->joint);
	free(s->front);
	free(s->found);
	free(s->holds);
	s->front = NULL;
	s->found = NULL;
	s->holds = NULL;
	s->n_front = s->n_found = 0;
}

/* By how much row i of the view is beyond the limits, as the models see it. */
static double excess_at(const struct several *s, size_t i)
{
	double sum = 0;

	for (size_t k = s->m - 1; k < s->n; k++)
		sum += fmax(gp_mean_at(&s->sets[k].gp, i) - s->sets[k].bound, 0);
	return sum;
}

size_t several_best(const struct several *s, const struct dataset *first, size_t most,
                    double *out)
{
	size_t d = first->encoding->d, count, n = 0, *order;
	double *key = mem_new(first->n_view + 1, sizeof *key);

	for (size_t i = 0; i < first->n_view; i++)
		key[i] = !first->data[first->view[i]].usable || s->any
		             ? (double)NAN
		             : excess_at(s, i);
	for (size_t i = 0; i < s->n_front; i++)
		key[s->front[i]] = s->found[i * s->m];
	order = dataset_sorted(key, first->n_view);
	for (count = 0; count < first->n_view && !isnan(key[order[count]]); count++)
		;
	for (; n < most && n < count; n++) {
		size_t at = !s->any || count <= most || most < 2
		                ? n
		                : n * (count - 1) / (most - 1);

		memcpy(out + n * d, dataset_genes(first, first->view[order[at]]),
		       d * sizeof *out);
	}
	free(order);
	free(key);
	return n;
}

double several_chance(const struct several *s, const double *row)
{
	double f = 0, mean, variance;

	for (size_t k = s->m - 1; k < s->n; k++) {
		gp_predict(&s->sets[k].gp, row, 1, &mean, &variance);
		f += log_holds(s->sets[k].bound, mean, variance, NULL, NULL);
	}
	return portable_exp(f);
}
