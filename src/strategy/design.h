/* The first points of a search that learns: spread evenly, few, and such that every
 * branch of a conditional space is seen. */
#ifndef HPS_STRATEGY_DESIGN_H
#define HPS_STRATEGY_DESIGN_H

#include "strategy/encode.h"
#include "strategy/unseen.h"

struct design {
	struct encoding *encoding;
	uint64_t seed;
	size_t n;      /* points of it */
	size_t branch; /* the dimension with the most branches; SIZE_MAX: none */
	uint32_t *v;   /* (d, SOBOL_BITS); NULL: too many dimensions, random points */
	double *genes; /* (d) scratch */
};

void design_init(struct design *g, struct encoding *e, uint64_t seed);
void design_free(struct design *g);
/* A point for trial id, also beyond the n-th; f is at its beginning. */
enum ask design_ask(struct design *g, struct unseen *f, uint64_t id, struct coord *out,
                    const char **why, struct error *err);

#endif
