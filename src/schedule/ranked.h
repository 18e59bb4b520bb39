/* Runs in the order of their values, kept so while they come and go: what a ladder
 * knows of one rung. Blocks of a few hundred: a place is found, added or taken out in
 * about the root of their number. */
#ifndef HPS_SCHEDULE_RANKED_H
#define HPS_SCHEDULE_RANKED_H

#include "schedule/track.h"

struct ranked {
	struct ranked_block {
		struct at_rung *at; /* (n), best first */
		size_t n;
	} * blocks; /* (n_blocks), none is empty */
	size_t n_blocks, cap;
	size_t n; /* of all blocks */
};

void ranked_add(struct ranked *p, const struct at_rung *x);
void ranked_remove(struct ranked *p, const struct at_rung *x); /* it is there */
/* The i-th best, i < n. */
const struct at_rung *ranked_get(const struct ranked *p, size_t i);
/* How many are better. */
size_t ranked_before(const struct ranked *p, const struct at_rung *x);
void ranked_free(struct ranked *p);

#endif
