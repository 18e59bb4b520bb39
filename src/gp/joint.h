/* Several models of the same rows: further objectives, and what limits are on. What a
 * point promises is then the expected hypervolume improvement (ehvi.h; with one
 * objective the expected improvement, which is not worked out here) times the
 * probability that every limit holds, the models taken for independent (Gardner,
 * Kusner, Xu, Weinberger & Cunningham 2014, "Bayesian optimization with inequality
 * constraints", equations 5 and 6; Schonlau, Welch & Jones 1998). Where nothing
 * that was tried holds them, that probability alone (Gelbart, Snoek & Adams 2014,
 * section 3.1). */
#ifndef HPS_GP_JOINT_H
#define HPS_GP_JOINT_H

#include "gp/ehvi.h"
#include "gp/local.h"

enum { JOINT_MAX = 16 /* models */ };

struct joint {
	size_t m; /* objectives, of which the first has a model elsewhere */
	size_t n; /* models here: of objectives 2 … m, then of limits */
	struct gp_local local[JOINT_MAX];
	double bound[JOINT_MAX]; /* (n - m + 1) a limit holds where f <= bound */
	struct ehvi ehvi;        /* where m > 1 */
	bool none;               /* nothing holds the limits so far */
};

/* models (n) must outlive it; bound (n - m + 1). front (n_front, m): what there is, in
 * the units of the models, the first number that of the model elsewhere. */
void joint_init(struct joint *j, const struct gp *const *models, size_t n, size_t m,
                const double *bound, const double *front, size_t n_front,
                const double *ref);
void joint_free(struct joint *j);
/* log P(f <= bound) for a normal f, and its derivatives unless NULL. */
double log_holds(double bound, double mean, double variance, double *by_mean,
                 double *by_variance);
/* The logarithm at x; mean and variance are those of the first objective there. Where a
 * gradient (d) is asked for, what comes by the models here is added to it, and
 * *by_mean, *by_variance are what comes by the other. */
double joint_at(struct joint *j, const double *x, double mean, double variance,
                double *by_mean, double *by_variance, double *gradient);
/* At count <= GP_BATCH points x (count, d): out is added to. */
void joint_values(struct joint *j, const double *x, size_t count, const double *mean,
                  const double *variance, double *out);

#endif
