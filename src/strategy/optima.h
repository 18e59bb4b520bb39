/* Where the best of a space may be, as far as a model of the finished trials knows:
 * the best points of functions drawn from the posterior of a Gaussian process
 * (Thompson 1933; drawn as in gp/sample.h), each with kernel parameters of its own
 * (gp/slice.h). Nine tenths of them are a set that holds the optimum with a probability
 * of 90 %, if the model is right. */
#ifndef HPS_STRATEGY_OPTIMA_H
#define HPS_STRATEGY_OPTIMA_H

#include "strategy/strategy.h"

/* Parameters that are not chosen but given, at several places of theirs. */
struct optima_at {
	size_t n_params;
	const size_t *params; /* (n_params) */
	size_t n;             /* places */
	const double *u;      /* (n, n_params) */
};

struct optima {
	size_t trials; /* with a value: what the model is made of */
	double r2;     /* of the model, leave-one-out */
	size_t n;      /* draws; 0: too few trials, or nothing to choose */
	size_t places; /* 1 where nothing is given */
	/* (n, places) of (space->n); NULL: not active. One draw's are of one function.
	 */
	const struct value *const **values;
	struct arena arena;
};

/* Fewer trials with a value make no model. */
enum { OPTIMA_TRIALS = 8 };

/* Of what is known at h->known_upto; a function of the history and the seed. at: NULL
 * where everything is chosen. */
void optima_find(const struct space *space, const struct history *h,
                 const struct optima_at *at, uint64_t seed, struct optima *out);
void optima_free(struct optima *o);

#endif
