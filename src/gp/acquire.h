/* How much a trial at a point promises: the logarithm of the expected improvement over
 * the least posterior mean (Ament, Daulton, Eriksson, Balandat & Bakshy 2023,
 * "Unexpected improvements to expected improvement", equations 8 and 9), integrated
 * over what the pending trials may give, times the probability of a value at all, over
 * a power of what the trial may cost. */
#ifndef HPS_GP_ACQUIRE_H
#define HPS_GP_ACQUIRE_H

#include "gp/joint.h"
#include "gp/normal.h"

/* log E max(0, best - f), f ~ N(mean, variance); derivatives by mean and variance. */
double log_ei(double best, double mean, double variance, double *by_mean,
              double *by_variance);

/* Samples of the pending values, at the most. */
enum { GP_SAMPLES = 64 };

struct acquisition {
	const struct gp *g;
	double best; /* the incumbent: least posterior mean of a usable row */
	size_t best_row;
	/* Samples of the pending values, (samples) of them; one, if there is none
	 * pending. */
	size_t samples;
	const double *z; /* (samples, n - n_data) standard normal */
	double *best_of; /* (samples) */
	double *alpha;   /* (samples, n) */
	/* Least-squares classification (Rasmussen & Williams 2006, section 6.5) with
	 * the same kernel: labels 1 and -1; absent while nothing failed. */
	bool may_fail;
	double ok_mean;
	double *ok_beta, *ok_alpha; /* (n) */
	struct joint *joint;        /* further objectives and limits; NULL: none */
	/* A model of the logarithm of the cost, of the same dimensions, and how much it
	 * weighs in; NULL: none. */
	const struct gp *cost;
	double cost_weight;
	double *cost_k, *cost_slope; /* (cost->n) */
	struct gp_local at;
	double *block; /* (n, GP_BATCH) */
};

/* g must outlive it. usable (n_data): rows with a value of their own, which may be the
 * incumbent; where there is none, join says what else counts; failed (n_data; NULL:
 * none did). z as above; samples >= 1. */
void acquisition_init(struct acquisition *a, const struct gp *g, const bool *usable,
                      const bool *failed, const double *z, size_t samples);
/* From now on weight times the mean of cost is taken off: expected improvement per unit
 * of cost (Snoek, Larochelle & Adams 2012, section 3.2) where that mean is of log cost
 * and weight is 1. cost must outlive a. */
void acquisition_cost(struct acquisition *a, const struct gp *cost, double weight);
/* From now on what j says counts too: with several objectives in the place of the
 * improvement of this one, and so where nothing holds the limits; j must outlive a. Of
 * what is pending with several objectives z is all 0, one sample: the mean is believed
 * (Ginsbourger, Le Riche & Carraro 2010, kriging believer). */
void acquisition_join(struct acquisition *a, struct joint *j);
void acquisition_free(struct acquisition *a);
/* At one point; gradient (d; may be NULL) by the numbers that are present. */
double acquisition_at(struct acquisition *a, const double *x, double *gradient);
/* At many, x (count, d). */
void acquisition_values(struct acquisition *a, const double *x, size_t count,
                        double *out);
/* Moves the free numbers of x uphill within [low, high] (d); the value reached. */
double acquisition_climb(struct acquisition *a, double *x, const bool *free,
                         const double *low, const double *high, int iterations);

#endif
