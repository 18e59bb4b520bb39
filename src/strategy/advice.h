/* Is it worth while to go on? Two answers from a Gaussian process over what has
 * finished, whatever proposed it.
 *
 * The bound: with high probability the best found is within this of the best that the
 * space has (Makarova et al. 2022, "Automatic termination for hyperparameter
 * optimization", equations 4 and 5): the least upper confidence bound of a finished
 * configuration less the least lower one of any, where the confidence interval is mean
 * +- sqrt(beta) sd, beta = 2 log(d n^2 pi^2 / (6 delta)) / 5, delta = 0.1. The model is
 * one of all trials, up to 300; one of the better half alone, as there, knows least
 * where the trials were bad, and its bound stays large for that. When the bound is
 * below the noise of a value, what is left to gain cannot be told from luck.
 *
 * The plateau: for max(20, 5 d, n / 2) trials nothing has improved by more than the
 * noise, and from any further trial the model expects less than a fifth of the noise,
 * or than a hundredth of the values' standard deviation. */
#ifndef HPS_STRATEGY_ADVICE_H
#define HPS_STRATEGY_ADVICE_H

#include "strategy/strategy.h"

/* Values in the units of the metric, minimized. */
struct advice {
	size_t trials; /* finished with a value; fewer than ADVICE_TRIALS: nothing
	                * else is set */
	double bound;  /* on what is left to gain */
	double noise;  /* standard deviation of a value: from repeats, else from the
	                * model */
	double improvement; /* the largest expected from one more trial */
	size_t since;       /* trials since the last gain larger than the noise */
	bool enough;        /* the bound is below the noise */
	bool plateau;
	bool constant; /* all have the same value: nothing is left to gain, and no noise
	                * is made up */
};

enum { ADVICE_TRIALS = 20 };

/* Of what is known at h->seen; a function of the history alone. */
void advice_make(const struct space *space, const struct history *h, uint64_t seed,
                 struct advice *out);

#endif
