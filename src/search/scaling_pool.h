/* Trials of several searches in one space, in which the sizes are ranges: what the
 * trends of scaling.h are fitted to. */
#ifndef HPS_SEARCH_SCALING_POOL_H
#define HPS_SEARCH_SCALING_POOL_H

#include "base/bowl.h"
#include "search/scaling.h"

struct scaling_pool {
	struct scaling *s;
	struct search *const *searches; /* (n_searches) */
	size_t n_searches;
	struct space space;
	size_t size_param[SCALING_SIZES];
	const struct value *const **values; /* (n) of (space.n), malloc */
	double *y;                          /* (n) minimized, malloc */
	size_t *place;                      /* (n), malloc */
	size_t n, cap;
	size_t *number; /* (numbers) parameters that the quadratic has */
	size_t numbers;
	struct bowl bowl;
};

/* s has its names and targets, searches theirs. Fills s->size, trials, best, places and
 * left_out, and of p what stands above `number`. Fails, with the way out, where there
 * is no trend to be had: searches that want different things, no such parameter, too
 * few sizes, a target that is none. */
bool scaling_pool_init(struct scaling_pool *p, struct error *err);
void scaling_pool_free(struct scaling_pool *p);

#endif
