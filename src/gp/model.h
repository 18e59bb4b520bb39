/* Gaussian process regression (Rasmussen & Williams 2006): y_i = f(x_i) + e_i, f with a
 * constant mean and the covariance of kernel.h, e_i ~ N(0, nu / m_i) for a y_i that is
 * the mean of m_i measurements. y is expected standardized (target.h). The constant is
 * profiled out: m = (1' K^-1 y) / (1' K^-1 1) (equation 2.41 without a prior).
 *
 * Matrices are GSL's, row after row, rows of ld doubles. stat_init() comes first: else
 * GSL ends the program where a matrix has no factor. */
#ifndef HPS_GP_MODEL_H
#define HPS_GP_MODEL_H

#include "gp/kernel.h"

#include <gsl/gsl_matrix.h>

/* Normal priors of the logarithms of the parameters, and their bounds; equal bounds fix
 * one. Arrays of gp_n_theta(d). */
struct gp_prior {
	double *mean, *sd, *low, *high;
};

struct gp {
	struct kernel kernel;
	size_t d, n_theta;
	struct gp_prior prior;
	size_t n, cap, ld; /* rows; room for rows; length of rows */
	size_t n_data;     /* the first rows: those with a y; behind them: pending */
	double *x;         /* (n, d) */
	double *y, *m;     /* (n) */
	double *theta;     /* (n_theta) of the factor */
	double nu, jitter; /* likewise; jitter is relative to s */
	double *cols;      /* (n_col, ld) */
	double *l, *inv;   /* (n, ld) the factor of K, and its inverse: lower triangles;
	                    * what is above them means nothing */
	double mean;       /* m */
	double *beta;      /* (n) L^-1 (y - m); 0 for pending rows */
	double *ones;      /* (n_data) L^-1 1 */
	double *alpha;     /* (n) K^-1 (y - m) */
	double *slope;     /* (n, ld) s M'(r2); while fitting */
	double *work;      /* (n, ld) */
};

void gp_init(struct gp *g, const struct gp_dim *dims, size_t d);
void gp_free(struct gp *g);

/* The priors: log l ~ N(-0.7 + log(d) / 2, 1), log s ~ N(0, 1), log nu ~ N(-6, 2^2),
 * log a, log b ~ N(0, 0.5^2); without warp, a = b = 1. The sqrt(d) is that of Hvarfner,
 * Hellsten & Nardi 2024, equation 5; the numbers were measured to matter little. */
void gp_default_prior(struct gp *g, bool warp);
void gp_noise_prior(struct gp *g, double log_nu, double sd);

/* Takes copies of x (n, d), y and m (n; NULL: all 1). Everything must be finite. */
void gp_data(struct gp *g, const double *x, const double *y, const double *m, size_t n);

/* - log p(theta | y), but for a constant; INFINITY where K has no factor. */
double gp_objective(struct gp *g, const double *theta);
/* Its gradient (n_theta) at the theta of the call just before. */
void gp_objective_gradient(struct gp *g, const double *theta, double *gradient);
/* Moves theta to a (local) maximum of the posterior; the objective there. */
double gp_fit(struct gp *g, double *theta, int iterations);
/* There may be two good fits, one that follows every value, one that calls most of it
 * noise: fits from the prior's mean with each of the n values of nu, and factors at the
 * best; at the prior's mean where none has an objective. Among many rows the starts are
 * fitted to an even sample of them, and the best of these to all. */
void gp_fit_from(struct gp *g, const double *nu, size_t n, int iterations);

enum gp_factored {
	GP_AS_ASKED,
	GP_MORE_NOISE, /* nu had to be raised to 1e-4 */
	GP_PRIOR_MEAN  /* theta was given up for the mean of its prior */
};
/* The posterior at theta: l, inv, alpha … It always exists: jitter grows from 1e-9 s to
 * 1e-4 s, then nu, then theta is the prior's mean. */
enum gp_factored gp_factor(struct gp *g, const double *theta);
/* For a block of at most GP_BATCH points x (count, d): v (n, GP_BATCH) = L^-1 k(X, x),
 * and from that the mean and the variance of f there. */
enum { GP_BATCH = 256 };
void gp_whiten(const struct gp *g, const double *x, size_t count, double *v);
/* The means alone, of the data behind another beta (n) and constant mean. */
void gp_whitened_means(const struct gp *g, double *v, size_t count, double *beta,
                       double constant, double *mean);
void gp_moments(const struct gp *g, double *v, size_t count, double *mean,
                double *variance);
/* Inside gp/: mean and beta from y and l. */
void gp_center(struct gp *g);
/* Inside gp/: the factor of K at theta, with the least jitter that lets there be one;
 * the slopes, unless NULL, into slope (n, ld). */
bool gp_build(struct gp *g, const double *theta, double *slope);
/* Inside gp/: the first n rows and columns of one of g's square arrays. */
static inline gsl_matrix_view gp_square(const struct gp *g, double *a, size_t n)
{
	return gsl_matrix_view_array_with_tda(a, n, n, g->ld);
}
/* One more row, O(n^2), theta as it is. A row with a y must come before any without (y
 * = NAN: pending). False, and nothing is changed, when the factor cannot be extended.
 * gp_condition must follow rows with a y. */
bool gp_append(struct gp *g, const double *x, double y, double m);
/* mean, beta, alpha from y. */
void gp_condition(struct gp *g);

/* log p(y | theta) with the profiled mean, of the data rows; needs n == n_data. */
double gp_log_marginal(const struct gp *g);
/* Of f at points x (count, d): the mean and the variance (>= 0). */
void gp_predict(const struct gp *g, const double *x, size_t count, double *mean,
                double *variance);
/* The mean alone, O(n) each. */
void gp_means(const struct gp *g, const double *x, size_t count, double *mean);
/* f's mean at data row i, from alpha alone. */
double gp_mean_at(const struct gp *g, size_t i);
/* Leave-one-out mean and variance of y_i (Rasmussen & Williams 2006, equation 5.12),
 * theta and the constant mean as they are; needs n == n_data. */
void gp_leave_one_out(const struct gp *g, double *mean, double *variance);
/* R2 of these means: the share of the differences between the values that the model
 * explains, of values that it was not shown; 0 where there are no differences. */
double gp_r_squared(const struct gp *g);

#endif
