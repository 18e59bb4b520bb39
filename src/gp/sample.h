/* Functions drawn from the posterior of a Gaussian process, to be evaluated anywhere:
 * a draw from the prior made of random cosines (Rahimi & Recht 2007; the spectral
 * density of Matern-5/2 is Student's t with 5 degrees of freedom, Rasmussen & Williams
 * 2006, equation 4.15), corrected by what the data say (Wilson, Borovitskiy, Terenin,
 * Mostowsky & Deisenroth 2020, equation 13). The constant mean is the one that fits
 * what is left of the data behind the draw, so that it varies as well. */
#ifndef HPS_GP_SAMPLE_H
#define HPS_GP_SAMPLE_H

#include "gp/model.h"

#include <stdint.h>

struct gp_sample {
	const struct gp *g;
	size_t *input;          /* (n_col) first input of a column */
	size_t *levels;         /* (n_col) of a category, absent counted; 1: a number */
	double *omega;          /* (inputs, cosines), in turns */
	double *phase, *weight; /* (cosines) */
	double mean, *update;   /* (n) of the correction */
};

/* g has data only, is factored and must outlive the draw; levels (d): the categories of
 * a dimension. seed and id choose the draw. */
void gp_sample_init(struct gp_sample *s, struct gp *g, const size_t *levels,
                    uint64_t seed, uint64_t id);
void gp_sample_free(struct gp_sample *s);
/* At points x (count, d): the draw, and its mirror image about the posterior's mean,
 * which is another draw for little more. */
void gp_sample_values(const struct gp_sample *s, const double *x, size_t count,
                      double *out, double *mirror);

#endif
