/* Draws of the kernel's parameters from their posterior: what a fit alone hides. Slice
 * sampling of one parameter after the other, with stepping out and shrinkage (Neal
 * 2003, "Slice sampling", figures 3 and 5), within the prior's bounds. */
#ifndef HPS_GP_SLICE_H
#define HPS_GP_SLICE_H

#include "gp/model.h"

#include <stdint.h>

struct gp_walk {
	struct gp *g;  /* has data; its factor is lost at each step */
	double *theta; /* (n_theta) where it stands */
	double *width; /* (n_theta) of the first slice; learnt */
	double f;      /* - log posterior there */
	uint64_t seed, id;
	uint32_t draws;
};

/* Begins at theta, which is copied; seed and id choose the walk. */
void gp_walk_init(struct gp_walk *w, struct gp *g, const double *theta, uint64_t seed,
                  uint64_t id);
void gp_walk_free(struct gp_walk *w);
/* Each free parameter once. */
void gp_walk_step(struct gp_walk *w);

#endif
