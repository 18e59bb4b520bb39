#include "strategy/encode.h"
#include "base/elementary.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* More cells than the first number count as continuous; more than the second are moved
 * like continuous ones. */
enum { CELLS_MAX = 1 << 16, SWEPT_MAX = 64 };

static int ascending(const void *a, const void *b, void *values)
{
	const double *v = values;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (v[i] < v[k] || v[i] > v[k])
		return v[i] < v[k] ? -1 : 1;
	return (i > k) - (i < k);
}

/* The order of n numbers. */
static size_t *order_of(double *v, size_t n)
{
	size_t *order = mem_new(n, sizeof *order);

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof *order, ascending, v);
	return order;
}

/* Of a size among n rising ones: evenly by their logarithms, as far from the ends as
 * ranks are. */
static double log_position(const double *value, size_t n, double x)
{
	double part =
	    portable_log(x / value[0]) / portable_log(value[n - 1] / value[0]);

	return (0.5 + part * ((double)n - 1)) / (double)n;
}

/* A list of three numbers or more has an order. */
static double *ranks(const struct param *p, size_t n)
{
	double *value = mem_new(n, sizeof *value), *position = NULL;
	size_t *order, k = 0;

	while (k < n && p->values[p->distinct[k]].kind != VALUE_BOOL &&
	       value_number(&p->values[p->distinct[k]], &value[k]))
		k++;
	if (k == n && p->size) {
		position = mem_new(n, sizeof *position);
		for (size_t i = 0; i < n; i++)
			position[i] = log_position(value, n, value[i]);
	} else if (k == n && n >= 3 && !p->zip) {
		position = mem_new(n, sizeof *position);
		order = order_of(value, n);
		for (size_t r = 0; r < n; r++)
			position[order[r]] = ((double)r + 0.5) / (double)n;
		free(order);
	}
	free(value);
	return position;
}

static void init_cells(struct coding *c, struct gp_dim *dim, const struct param *p,
                       size_t n)
{
	c->n_cells = n;
	c->u = mem_new(n, sizeof *c->u);
	for (size_t k = 0; k < n; k++)
		c->u[k] = param_cell(p, k);
	c->by_u = order_of(c->u, n);
	if (p->dist == DIST_CATEGORICAL) {
		c->position = ranks(p, n);
		dim->kind = c->position ? GP_NUMBER : GP_CATEGORY;
	} else {
		c->position = mem_new(n, sizeof *c->position);
		memcpy(c->position, c->u, n * sizeof *c->u);
		c->relaxed = n > SWEPT_MAX;
	}
}

static bool *allowed_cells(const struct encoding *e, const struct condition *when)
{
	const struct param *parent = &e->space->params[when->param];
	size_t dim = e->dim_of[when->param];
	size_t n = dim == SIZE_MAX ? 1 : e->codes[dim].n_cells;
	bool *allowed = n ? mem_new(n, sizeof *allowed) : NULL;

	for (size_t k = 0; k < n; k++) {
		struct value v;

		param_decode(parent, param_cell(parent, k), NULL, &v);
		for (size_t i = 0; i < when->n; i++)
			allowed[k] = allowed[k] || value_equal(&v, &when->values[i]);
	}
	return allowed;
}

void encoding_init(struct encoding *e, const struct space *s, bool curves, bool tasks)
{
	*e = (struct encoding){.space = s};
	e->codes = mem_new(s->n, sizeof *e->codes);
	e->dims = mem_new(s->n + 2, sizeof *e->dims);
	e->dim_of = mem_new(s->n, sizeof *e->dim_of);
	e->allowed = mem_new(s->n, sizeof *e->allowed);
	e->active = mem_new(s->n, sizeof *e->active);
	for (size_t i = 0; i < s->n; i++) {
		const struct param *p = &s->params[i];
		uint64_t n = param_cardinality(p);

		e->dim_of[i] = n == 1 ? SIZE_MAX : e->d;
		if (n == 1)
			continue;
		e->codes[e->d].param = i;
		if (n && (n <= CELLS_MAX || p->dist == DIST_CATEGORICAL))
			init_cells(&e->codes[e->d], &e->dims[e->d], p, (size_t)n);
		e->dims[e->d].optional = p->n_when > 0;
		e->conditional = e->conditional || p->n_when;
		e->d++;
	}
	e->fidelity = curves ? e->d : SIZE_MAX;
	e->task = tasks ? e->d + curves : SIZE_MAX;
	e->width = e->d + curves + tasks;
	if (tasks)
		e->dims[e->task].kind = GP_CATEGORY;
	for (size_t i = 0; i < s->n; i++) {
		const struct param *p = &s->params[i];

		e->allowed[i] = mem_new(p->n_when, sizeof(bool *));
		for (size_t k = 0; k < p->n_when; k++)
			e->allowed[i][k] = allowed_cells(e, &p->when[k]);
	}
}

void encoding_free(struct encoding *e)
{
	for (size_t j = 0; j < e->d; j++) {
		free(e->codes[j].u);
		free(e->codes[j].position);
		free(e->codes[j].by_u);
	}
	for (size_t i = 0; e->space && i < e->space->n; i++) {
		for (size_t k = 0; k < e->space->params[i].n_when; k++)
			free(e->allowed[i][k]);
		free(e->allowed[i]);
	}
	free(e->codes);
	free(e->dims);
	free(e->dim_of);
	free(e->allowed);
	free(e->active);
	*e = (struct encoding){0};
}

/* The cell whose u is nearest. */
static size_t nearest_cell(const struct coding *c, double u)
{
	size_t low = 0, high = c->n_cells;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c->u[c->by_u[middle]] < u)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->n_cells)
		return c->by_u[low - 1];
	if (low && u - c->u[c->by_u[low - 1]] < c->u[c->by_u[low]] - u)
		low--;
	return c->by_u[low];
}

double encoding_gene(const struct encoding *e, size_t j, double u)
{
	const struct coding *c = &e->codes[j];

	return c->n_cells ? (double)nearest_cell(c, u) : u;
}

void encoding_genes(const struct encoding *e, const struct coord *point,
                    const struct value *const *values, double *genes)
{
	for (size_t j = 0; j < e->d; j++) {
		size_t i = e->codes[j].param;
		double u = point[i].u, exact;

		if (values[i] && (e->codes[j].n_cells || point[i].level >= 0) &&
		    param_encode(&e->space->params[i], values[i], &exact))
			u = exact;
		genes[j] = encoding_gene(e, j, u);
	}
}

static bool holds(const struct encoding *e, size_t i, size_t k, const double *genes)
{
	const struct condition *when = &e->space->params[i].when[k];
	size_t dim = e->dim_of[when->param];
	const bool *allowed = e->allowed[i][k];
	struct value v;

	if (!e->active[when->param])
		return false;
	if (allowed)
		return allowed[dim == SIZE_MAX ? 0 : (size_t)genes[dim]];
	param_decode(&e->space->params[when->param], genes[dim], NULL, &v);
	for (size_t c = 0; c < when->n; c++)
		if (value_equal(&v, &when->values[c]))
			return true;
	return false;
}

void encoding_row(struct encoding *e, const double *genes, double *row)
{
	for (size_t o = 0; o < e->space->n; o++) {
		size_t i = e->space->order[o], j = e->dim_of[i];
		bool active = true;

		for (size_t k = 0; active && k < e->space->params[i].n_when; k++)
			active = holds(e, i, k, genes);
		e->active[i] = active;
		if (j == SIZE_MAX)
			continue;
		if (!active)
			row[j] = GP_ABSENT;
		else if (e->codes[j].position)
			row[j] = e->codes[j].position[(size_t)genes[j]];
		else
			row[j] = genes[j];
	}
	if (e->fidelity != SIZE_MAX)
		row[e->fidelity] = 1;
	if (e->task != SIZE_MAX)
		row[e->task] = 0;
}

void encoding_point(const struct encoding *e, const double *genes, struct coord *out)
{
	for (size_t i = 0; i < e->space->n; i++)
		out[i] = (struct coord){0.5, -1};
	for (size_t j = 0; j < e->d; j++) {
		const struct coding *c = &e->codes[j];
		double u = c->n_cells ? c->u[(size_t)genes[j]]
		                      : (floor(genes[j] * 0x1p30) + 0.5) * 0x1p-30;

		out[c->param].u = c->n_cells ? u : fmin(u, 1 - 0x1p-31);
	}
}
