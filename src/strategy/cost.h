/* What a trial would cost: a Gaussian process on the logarithm of what finished trials
 * did cost, as their runs reported it, or of the time that they took, to which one that
 * was stopped is taken to go on at its pace. Where there is a budget for that, bayes
 * divides the expected improvement by it, to a power (Lee, Perrone, Archambeau & Seeger
 * 2020, "Cost-aware Bayesian optimization", section 3.1) that the history gives; it is
 * 0 while fewer than five costs are known or the greatest is not three times the least.
 *
 * Measured with bench-regret -c (a trial costs the training time of the surrogate; as
 * much to spend as 30 random configurations cost; 15 problems, seeds 0 to 9; the power
 * 1 until half is spent, then falling to 0): log10 regret against the same without it,
 * paired, when 50, 75 and 100 % are spent: -0.08 +- 0.05, -0.11 +- 0.05, -0.10 +- 0.06;
 * lcbench -0.10 +- 0.06, -0.18 +- 0.05, -0.14 +- 0.06. */
#ifndef HPS_STRATEGY_COST_H
#define HPS_STRATEGY_COST_H

#include "gp/model.h"
#include "strategy/encode.h"
#include "strategy/strategy.h"

struct cost_model {
	struct encoding *encoding;
	double weight; /* the power; 0: gp is not set */
	struct gp gp;  /* of (log cost - mean) / sd */
	double mean, sd;

	/* private: steps of a whole training; costs by the order of the ends, and those
	 * behind theta */
	double full;
	struct paid {
		uint64_t id, order;
		double log_cost;
	} * paid, *fitted; /* (n), (n_fitted) */
	size_t n, cap, n_fitted;
	double *theta;
};

/* encoding must outlive it; full: steps of a whole training, NaN: not known. */
void cost_init(struct cost_model *c, struct encoding *encoding, double full);
void cost_free(struct cost_model *c);
/* Takes in what a proposal for trial id may know of h; genes (id, d) of the trials. */
void cost_gather(struct cost_model *c, const struct history *h, uint64_t id,
                 const double *genes);
/* The expected cost (the median) of a row; only where weight is above 0. */
double cost_expected(const struct cost_model *c, const double *row);

#endif
