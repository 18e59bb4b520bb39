/* Runs in the order of their values, kept so while they come and go: what a ladder
 * knows of one rung. Blocks of a few hundred: a place is found, added or taken out in
 * about the root of their number. */
#ifndef HPS_SCHEDULE_PLACES_H
#define HPS_SCHEDULE_PLACES_H

#include "schedule/track.h"

struct places {
	struct places_block {
		struct place *at; /* (n), best first */
		size_t n;
	} * blocks; /* (n_blocks), none is empty */
	size_t n_blocks, cap;
	size_t n; /* of all blocks */
};

void places_add(struct places *p, const struct place *x);
void places_remove(struct places *p, const struct place *x); /* it is there */
/* The i-th best, i < n. */
const struct place *places_get(const struct places *p, size_t i);
/* How many are better. */
size_t places_before(const struct places *p, const struct place *x);
void places_free(struct places *p);

#endif
