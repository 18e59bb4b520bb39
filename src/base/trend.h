/* A straight line through estimates that have errors of their own, and what it says
 * of a place beyond them: y_k = c_0 + c' x_k + u_k + e_k, e ~ N(0, S) known, u ~ N(0,
 * tau^2) what the line does not explain (a random-effects meta-regression). The
 * coefficients are generalized least squares, tau^2 the value at which the weighted
 * squares of what is left are what they should be (Paule & Mandel 1982, equation 9).
 *
 * The interval of a prediction is of a new y, u included: its half width is a quantile
 * of |predicted - y| / standard error over parametric bootstrap samples, in which tau
 * is estimated anew (studentized: Efron & Tibshirani 1993, section 12.5), and not less
 * than Student's t with K - p degrees of freedom gives where tau is what is there. */
#ifndef HPS_BASE_TREND_H
#define HPS_BASE_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TREND_X = 3, TREND_POINTS = 64 }; /* at the most: of x, of estimates */

struct trend_data {
	size_t k, q;       /* estimates; numbers in an x */
	const double *x;   /* (k, q) */
	const double *y;   /* (k) */
	const double *cov; /* (k, k) S */
	double least_tau;  /* tau is never below */
};

struct trend {
	size_t q;
	double coef[TREND_X + 1]; /* c_0, c */
	double se[TREND_X + 1];
	double cov[(TREND_X + 1) * (TREND_X + 1)]; /* of coef */
	double tau;
	double df;
};

struct trend_at {
	double mean, se; /* se: of a new y */
	double half;     /* of the interval mean ± half */
};

/* False: fewer estimates than coefficients + 1, too many, x all in one plane, or S not
 * positive definite. */
bool trend_fit(const struct trend_data *d, struct trend *out);
/* At x (q), with the interval of that level (0.9). seed chooses the bootstrap's draws.
 */
void trend_predict(const struct trend *t, const struct trend_data *d, const double *x,
                   double level, uint64_t seed, struct trend_at *out);
/* Student's t of a term more, the square of x's first number: does the trend bend?
 * *df: its degrees of freedom. False: there are too few estimates for it. */
bool trend_bend(const struct trend_data *d, double *t, double *df);

#endif
