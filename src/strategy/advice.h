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
 * That bound is one on the model's function, and a union bound twice over; what the
 * model takes for noise may be structure finer than it can see. So what is stated is
 * four fifths of it (chosen on other functions than those of tests/README.md, where it
 * made no more statements false) and two standard deviations of what the model leaves
 * unexplained, and is stated at all only where the model foretells
 * values that it was not given (leave-one-out R2; Rasmussen & Williams 2006, equation
 * 5.12), and where the trials can have been everywhere: the space has as many pieces
 * that may differ as the product over its dimensions of 1 / (1.5 l_j), l_j the model's
 * length-scale along it (at least 1, and no more than there are values), and each must
 * have three trials. Where valleys are narrower than that the model knows those that
 * trials fell into and takes the others for average, with a variance that says so for
 * any single one but not for the best of many. Chosen on rippled functions and smooth
 * ones: length-scales were below 0.22 on the former, above 0.3 on the latter. No model
 * sees a well that lies between the trials.
 *
 * The plateau: for max(20, 5 d, n / 2) trials nothing has improved by more than the
 * noise, and the model expects less than a fifth of the noise, or than a hundredth of
 * the values' standard deviation, from any further trial. Where the method does not
 * look at what has finished, five times that from its next 20 together is enough: each
 * is as good as one drawn evenly, and their sum bounds the expected gain.
 *
 * The noise is pooled from all repeats that there are, each configuration's about its
 * own mean, with the model's estimate as that of two degrees of freedom more. The
 * model's is from the best of several fits: one may follow every value, another call
 * most of it noise. */
#ifndef HPS_STRATEGY_ADVICE_H
#define HPS_STRATEGY_ADVICE_H

#include "gp/target.h"
#include "strategy/strategy.h"

/* Values in the units of the metric, minimized. */
struct advice {
	size_t trials;      /* finished with a value; fewer than ADVICE_TRIALS: nothing
	                     * else is set */
	double bound;       /* on what is left to gain, as far as the model sees */
	double r2;          /* of the model, leave-one-out */
	double pieces;      /* of the space that may differ, by the model */
	bool crowded;       /* by more than the trials are enough for */
	bool sees;          /* it explains enough for the bound to be stated, and the
	                     * trials are enough for the pieces */
	double noise;       /* standard deviation of a value: of a trial's mean */
	double repeated;    /* degrees of freedom of that from repeats */
	double improvement; /* the largest expected from one more trial */
	double evenly;      /* from one drawn evenly; 0 where the method learns */
	size_t since;       /* trials since the last gain larger than the noise */
	bool enough;        /* the model's own bound is below the noise, and it sees */
	bool plateau;
	bool constant; /* all have the same value: nothing is left to gain, and no noise
	                * is made up */
};

enum { ADVICE_TRIALS = 20 };

/* Repeats that are not in the history: sums of squares about the means of single
 * configurations, of single runs. */
struct advice_repeats {
	double squares, df;
};

/* What the model says of the history alone: nearly all the time that an advice takes.
 * In the units of the metric; bound: the model's own. */
struct advice_model {
	size_t trials; /* it was made of so many; 0: there is none yet */
	struct target target;
	double unit; /* a standard deviation of the values */
	double left; /* what the model leaves unexplained, as one */
	double bound, improvement, evenly, r2, pieces;
	bool crowded;
};

/* Of what is known at h->known_upto; a function of the history, and of more, alone.
 * more may be NULL. learns: the method that goes on looks at what has finished. model
 * (NULL: no matter) is made where it is of another number of trials, else taken as it
 * is: whoever keeps one keeps it for the same history. */
void advice_make(const struct space *space, const struct history *h, uint64_t seed,
                 bool learns, const struct advice_repeats *more,
                 struct advice_model *model, struct advice *out);

#endif
