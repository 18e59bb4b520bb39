#include "gp/lbfgs.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 8, HALVINGS = 20 };

static const double armijo = 1e-4;

struct work {
	double *x, *g, *next, *direction, *old_g; /* (n) */
	double *s, *y;                            /* (MEMORY, n), a ring */
	double rho[MEMORY];
	size_t n, first, count; /* of the ring */
	bool *free;             /* (n) not held at a bound */
};

static double dot(const double *a, const double *b, const bool *use, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		if (use[i])
			sum += a[i] * b[i];
	return sum;
}

static double clip(const struct lbfgs *l, size_t i, double x)
{
	return fmin(fmax(x, l->low[i]), l->high[i]);
}

/* Which variables may move; the largest component of the projected gradient. */
static double find_free(const struct lbfgs *l, struct work *w)
{
	double largest = 0;

	for (size_t i = 0; i < l->n; i++) {
		w->free[i] = l->low[i] < l->high[i] &&
		             !(w->x[i] <= l->low[i] && w->g[i] > 0) &&
		             !(w->x[i] >= l->high[i] && w->g[i] < 0);
		if (w->free[i])
			largest = fmax(largest, fabs(w->g[i]));
	}
	return largest;
}

static void find_direction(struct work *w)
{
	double alpha[MEMORY], scale = 1;
	size_t n = w->n;

	for (size_t i = 0; i < n; i++)
		w->direction[i] = w->free[i] ? -w->g[i] : 0;
	for (size_t k = w->count; k-- > 0;) {
		size_t r = (w->first + k) % MEMORY;
		const double *s = w->s + r * n, *y = w->y + r * n;

		alpha[k] = w->rho[r] * dot(s, w->direction, w->free, n);
		for (size_t i = 0; i < n; i++)
			if (w->free[i])
				w->direction[i] -= alpha[k] * y[i];
	}
	if (w->count) {
		size_t r = (w->first + w->count - 1) % MEMORY;
		const double *s = w->s + r * n, *y = w->y + r * n;
		double yy = dot(y, y, w->free, n), sy = dot(s, y, w->free, n);

		if (yy > 0 && sy > 0)
			scale = sy / yy;
	} else {
		double size = sqrt(dot(w->g, w->g, w->free, n));

		scale = size > 1 ? 1 / size : 1;
	}
	for (size_t i = 0; i < n; i++)
		w->direction[i] *= scale;
	for (size_t k = 0; k < w->count; k++) {
		size_t r = (w->first + k) % MEMORY;
		const double *s = w->s + r * n, *y = w->y + r * n;
		double beta = w->rho[r] * dot(y, w->direction, w->free, n);

		for (size_t i = 0; i < n; i++)
			if (w->free[i])
				w->direction[i] += (alpha[k] - beta) * s[i];
	}
}

/* Curvature that is not positive would spoil the matrix. */
static void remember(struct work *w)
{
	size_t n = w->n, r = (w->first + w->count) % MEMORY;
	double *s = w->s + r * n, *y = w->y + r * n, sy = 0, yy = 0;

	for (size_t i = 0; i < n; i++) {
		s[i] = w->next[i] - w->x[i];
		y[i] = w->g[i] - w->old_g[i];
		sy += s[i] * y[i];
		yy += y[i] * y[i];
	}
	if (!(sy > 1e-12 * yy))
		return;
	w->rho[r] = 1 / sy;
	if (w->count < MEMORY)
		w->count++;
	else
		w->first = (w->first + 1) % MEMORY;
}

/* True: next and *f hold a better place. */
static bool search(struct lbfgs *l, struct work *w, double *f)
{
	double step = 1;

	for (int i = 0; i < HALVINGS; i++, step *= 0.5) {
		double value, slope = 0;

		for (size_t k = 0; k < l->n; k++) {
			w->next[k] = clip(l, k, w->x[k] + step * w->direction[k]);
			slope += w->g[k] * (w->next[k] - w->x[k]);
		}
		if (!(slope < 0))
			continue;
		value = l->value(l->self, w->next);
		l->evaluations++;
		if (isfinite(value) && value <= *f + armijo * slope) {
			*f = value;
			return true;
		}
	}
	return false;
}

static double iterate(struct lbfgs *l, struct work *w, double f)
{
	l->gradient(l->self, w->x, w->g);
	for (int i = 0; i < l->iterations; i++) {
		double before = f;
		bool better;

		if (!(find_free(l, w) > l->gradient_least))
			break;
		find_direction(w);
		better = search(l, w, &f);
		if (!better && w->count) {
			/* Perhaps the memory misleads: once more without it. */
			w->count = 0;
			find_direction(w);
			better = search(l, w, &f);
		}
		if (!better)
			break;
		memcpy(w->old_g, w->g, l->n * sizeof *w->g);
		l->gradient(l->self, w->next, w->g);
		remember(w);
		memcpy(w->x, w->next, l->n * sizeof *w->x);
		if (before - f <= l->decrease_least * fmax(1, fabs(f)))
			break;
	}
	return f;
}

double lbfgs_minimize(struct lbfgs *l, double *x)
{
	size_t n = l->n;
	double *block = mem_new((5 + 2 * MEMORY) * n + 1, sizeof *block), f;
	struct work w = {.n = n,
	                 .x = block,
	                 .g = block + n,
	                 .next = block + 2 * n,
	                 .direction = block + 3 * n,
	                 .old_g = block + 4 * n,
	                 .s = block + 5 * n,
	                 .y = block + (5 + MEMORY) * n,
	                 .free = mem_new(n, sizeof *w.free)};

	for (size_t i = 0; i < n; i++)
		w.x[i] = clip(l, i, x[i]);
	f = l->value(l->self, w.x);
	l->evaluations = 1;
	if (isfinite(f)) {
		f = iterate(l, &w, f);
		memcpy(x, w.x, n * sizeof *x);
	} else {
		f = (double)INFINITY;
	}
	free(block);
	free(w.free);
	return f;
}
