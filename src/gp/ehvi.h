/* Expected improvements of several numbers at once, all to be minimized, whose beliefs
 * are normal and independent: exact sums over boxes, in logarithms.
 *
 * The hypervolume that a point z adds below the reference point is the volume of what
 * it dominates and nothing did before; its expectation is the integral, over what is
 * not dominated, of the probability that z dominates the place (Emmerich, Deutz &
 * Klinkenberg 2011, "Hypervolume-based expected improvement: monotonicity properties
 * and exact computation", section 4). Over a box from l to h it is, with EI_k(c) = E
 * max(0, c - z_k) = sd_k h((c - mean_k) / sd_k), the product over k of EI_k(h_k) -
 * EI_k(l_k) (Yang, Emmerich, Deutz & Bäck 2019, "Efficient computation of expected
 * hypervolume improvement using box decomposition algorithms", equations 13 to 15,
 * where the boxes are stacked otherwise). All terms are positive, so that the logarithm
 * of the sum has no cancellation: the stable form that Ament, Daulton, Eriksson,
 * Balandat & Bakshy 2023 ask for (section 4), without their smoothing, which Monte
 * Carlo needs. Two and three numbers are exact likewise; with one it is expected
 * improvement. */
#ifndef HPS_GP_EHVI_H
#define HPS_GP_EHVI_H

#include "base/pareto.h"

/* log (EI(high) - EI(low)) of a normal belief, low < high, low may be -INFINITY; and,
 * unless NULL, its derivatives by the mean and by the variance. */
double log_ei_between(double low, double high, double mean, double variance,
                      double *by_mean, double *by_variance);

struct ehvi {
	size_t m;
	struct pareto_boxes boxes;
	double *term;  /* (boxes.n) */
	double *slope; /* (boxes.n, m, 2) */
};

/* y (n, m): what is there; n may be 0. */
void ehvi_init(struct ehvi *e, const double *y, size_t n, size_t m, const double *ref);
void ehvi_free(struct ehvi *e);
/* The logarithm of the expected improvement for beliefs mean, variance (m); its
 * derivatives (m; NULL: not asked). -INFINITY where nothing is left below ref. */
double ehvi_log(const struct ehvi *e, const double *mean, const double *variance,
                double *by_mean, double *by_variance);

#endif
