/* Where the best of a space may be, as far as a model of the finished trials knows:
 * the best points of functions drawn from the posterior of a Gaussian process
 * (Thompson 1933; drawn as in gp/sample.h), each with kernel parameters of its own
 * (gp/slice.h). Nine tenths of them are a set that holds the optimum with a probability
 * of 90 %, if the model is right. */
#ifndef HPS_STRATEGY_OPTIMA_H
#define HPS_STRATEGY_OPTIMA_H

#include "strategy/strategy.h"

struct optima {
	size_t trials; /* with a value: what the model is made of */
	double r2;     /* of the model, leave-one-out */
	size_t n;      /* draws; 0: too few trials, or nothing to choose */
	const struct value *const **values; /* (n) of (space->n); NULL: not active */
	struct arena arena;
};

/* Fewer trials with a value make no model. */
enum { OPTIMA_TRIALS = 8 };

/* Of what is known at h->known_upto; a function of the history and the seed. */
void optima_find(const struct space *space, const struct history *h, uint64_t seed,
                 struct optima *out);
void optima_free(struct optima *o);

#endif
