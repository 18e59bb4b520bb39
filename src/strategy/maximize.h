/* Where in the space the acquisition is highest: many points of the whole space and
 * around the best ones; from the best of those uphill, the continuous parameters by
 * gradient, the others by trying every value; never a configuration that was proposed
 * before, none that violates a constraint. */
#ifndef HPS_STRATEGY_MAXIMIZE_H
#define HPS_STRATEGY_MAXIMIZE_H

#include "gp/acquire.h"
#include "strategy/encode.h"
#include "strategy/unseen.h"

struct maximize {
	struct encoding *encoding;
	struct acquisition *acquisition;
	struct unseen *fresh; /* at its beginning */
	uint64_t seed, id;
	const double
	    *best; /* (n_best, d) genes of the best configurations, best first */
	size_t n_best;
	size_t global, local; /* candidates of either kind */
	/* (width) bounds for what the model sees of present numbers; where they are 0
	 * and 1, there is none. */
	const double *low, *high;

	/* private */
	struct coord *point; /* (space->n) */
	double *pin;         /* (d) genes that are given; NAN: chosen */
	uint32_t draws;
	double *genes, *rows; /* (candidates, d), (candidates, width) */
	double *score;        /* (candidates) */
	size_t n, cap;
};

/* Genes (d) and acquisition of the best point that was found; false: none is new. */
bool maximize_run(struct maximize *m, double *genes, double *score);

#endif
