/* What a model says at one point, and how that changes with the point. */
#ifndef HPS_GP_LOCAL_H
#define HPS_GP_LOCAL_H

#include "gp/model.h"

struct gp_local {
	const struct gp *g;
	double *k, *slope, *v, *c; /* (n) of the latest point */
	double *col;               /* (n_col) likewise */
	double mean, variance;
};

/* g must outlive it. */
void local_init(struct gp_local *l, const struct gp *g);
void local_free(struct gp_local *l);
/* Mean and variance of f at x (d). */
void local_at(struct gp_local *l, const double *x);
/* Adds to the gradient (d), by the numbers that are present, of a function that has
 * these derivatives by mean and variance at the latest point x. */
void local_push(struct gp_local *l, const double *x, double by_mean, double by_variance,
                double *gradient);

/* Inside gp/: the columns of one row (n_col). */
void local_columns(const struct gp *g, const double *x, double *col);
/* Inside gp/: adds to the gradient what comes by way of k(x, X): c (n) is the
 * derivative by each of its entries times the slope of that entry. */
void local_chain(const struct gp *g, const double *c, const double *x,
                 const double *col, double *gradient);

#endif
