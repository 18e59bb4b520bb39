/* Minimization of a smooth function in a box: limited-memory BFGS (Nocedal 1980,
 * "Updating quasi-Newton matrices with limited storage", the two-loop recursion) on the
 * variables that are not held at a bound, each step projected onto the box and
 * shortened until it decreases enough (Bertsekas 1982, "Projected Newton methods",
 * equation 12). */
#ifndef HPS_GP_LBFGS_H
#define HPS_GP_LBFGS_H

#include <stddef.h>

struct lbfgs {
	size_t n;
	const double *low, *high; /* (n); equal: the variable is fixed */
	/* A value that is not finite counts as too high. gradient is asked for only at
	 * the x of the value call just before. */
	double (*value)(void *self, const double *x);
	void (*gradient)(void *self, const double *x, double *g);
	void *self;
	int iterations;        /* at the most */
	double gradient_least; /* ends when no projected component is larger */
	double decrease_least; /* … or when one step decreases by no more, relatively */
	int evaluations;       /* set: calls of value */
};

/* Moves x (n), which is put into the box first, to a better place; the value there
 * (INFINITY when it was not finite at the start: x is then as it was). */
double lbfgs_minimize(struct lbfgs *l, double *x);

#endif
