/* What one configuration's difference to another is made of: changes that can be made
 * one at a time, and the configurations between the two. A parameter that is active in
 * one of them only moves with the parent that makes it so. */
#ifndef HPS_SPACE_CHANGES_H
#define HPS_SPACE_CHANGES_H

#include "space/space.h"

struct change {
	const size_t
	    *params; /* (n) indices; the first one is the parent of the others */
	size_t n;
};

struct changes {
	const struct space *space;
	const struct coord *from, *to; /* (space.n) */
	const struct value *const
	    *before;                      /* (space.n) values of from; NULL: inactive */
	const struct value *const *after; /* … of to */
	struct change *list;              /* (n), in the space's order */
	size_t n;
	size_t *change_of; /* (space.n) index in list; SIZE_MAX: it is none */
};

/* The points are borrowed, everything else is in arena a. */
void changes_find(struct changes *c, const struct space *space,
                  const struct coord *from, const struct coord *to, struct arena *a);
/* The configuration in which the changes of the set mask (bit i: change i; n <= 64)
 * have been made: its point, (space.n). A parameter that neither side has active, but
 * the one between them, is as it is in from. */
void changes_mix(const struct changes *c, uint64_t mask, struct coord *point);

#endif
