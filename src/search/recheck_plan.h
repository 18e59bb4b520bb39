/* Whom a recheck compares, and what is known of them from then. */
#ifndef HPS_SEARCH_RECHECK_PLAN_H
#define HPS_SEARCH_RECHECK_PLAN_H

#include "search/search.h"

/* The winner, the defaults where there are any and they are not the winner, and the
 * next `others` of the ranking that are none of these: into p->was and p->defaults;
 * their points are returned (p->n_was), in the arena as all the rest. */
const struct coord **recheck_choose(struct search *s, const struct trial *winner,
                                    bool winner_is_defaults, size_t others,
                                    struct arena *a, struct purpose *p);

#endif
