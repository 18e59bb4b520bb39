/* Which points of a front its verification is of: the knee of the first front, and the
 * best of it in each objective (search/standing.h); or what test.prefer names, in the
 * words of search/prefer.h. What is said of them then: search/facets.h. */
#ifndef HPS_SEARCH_POINTS_H
#define HPS_SEARCH_POINTS_H

#include "search/search.h"

struct chosen_point {
	const struct trial *trial;
	const char *role; /* "the knee; best acc"; the search's arena */
};
/* The points of a search with several objectives, in the order in which they are named,
 * none twice, into out (PREFER_MAX); returns how many. What test.prefer names and no
 * trial is goes to the verdict's unmet. order: all trials, in rank order. */
size_t points_choose(struct search *s, struct trial *const *order,
                     struct chosen_point *out);

#endif
