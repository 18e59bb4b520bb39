#include "gp/slice.h"
#include "base/elementary.h"
#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_OUT = 6, SHRINKS = 40 };

void gp_walk_init(struct gp_walk *w, struct gp *g, const double *theta, uint64_t seed,
                  uint64_t id)
{
	*w = (struct gp_walk){.g = g, .seed = seed, .id = id};
	w->theta = mem_new(2 * g->n_theta, sizeof *w->theta);
	w->width = w->theta + g->n_theta;
	memcpy(w->theta, theta, g->n_theta * sizeof *theta);
	for (size_t i = 0; i < g->n_theta; i++)
		w->width[i] = g->prior.sd[i];
	w->f = gp_objective(g, w->theta);
}

void gp_walk_free(struct gp_walk *w)
{
	free(w->theta);
	*w = (struct gp_walk){0};
}

static double draw(struct gp_walk *w)
{
	return rng_unit(w->seed, w->id, RNG_MODEL, w->draws++);
}

/* The objective with parameter i at x; INFINITY outside of its bounds. */
static double at(struct gp_walk *w, size_t i, double x)
{
	double old = w->theta[i], f;

	if (x < w->g->prior.low[i] || x > w->g->prior.high[i])
		return (double)INFINITY;
	w->theta[i] = x;
	f = gp_objective(w->g, w->theta);
	w->theta[i] = old;
	return f;
}

static void step_one(struct gp_walk *w, size_t i)
{
	double level = w->f - portable_log(draw(w)), from = w->theta[i], f, x;
	double low = from - w->width[i] * draw(w), high = low + w->width[i];
	int steps = (int)(STEPS_OUT * draw(w)), rest = STEPS_OUT - 1 - steps;

	while (steps-- > 0 && at(w, i, low) < level)
		low -= w->width[i];
	while (rest-- > 0 && at(w, i, high) < level)
		high += w->width[i];
	for (int k = 0; k < SHRINKS; k++) {
		x = low + (high - low) * draw(w);
		f = at(w, i, x);
		if (f < level) {
			w->theta[i] = x;
			w->f = f;
			return;
		}
		*(x < from ? &low : &high) = x;
	}
}

void gp_walk_step(struct gp_walk *w)
{
	for (size_t i = 0; i < w->g->n_theta; i++)
		if (w->g->prior.low[i] < w->g->prior.high[i])
			step_one(w, i);
}
