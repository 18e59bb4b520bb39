/* Do the best trials lie at an end of a parameter's range, so that better ones may lie
 * beyond it? Stated is how many of the best ten do, and of the others; and only where
 * of ten evenly spread so many would come there with a probability of 0.001 at the most
 * (binomial, divided by the number of ends that are looked at), and they come there
 * more than the others do (Fisher's exact test, 0.05): a search that learns goes to the
 * ends of what makes no difference, too. Never of a grid, whose ends are tried by
 * construction, nor of an end that cannot be crossed. */
#ifndef HPS_SEARCH_EDGES_H
#define HPS_SEARCH_EDGES_H

#include "base/str.h"
#include "search/search.h"

enum { EDGES_BEST = 10, EDGES_TRIALS = 20 };
/* Of the range, along its own scale. */
#define EDGES_NEAR 0.05

struct edge {
	size_t param;
	bool upper;         /* the end of the larger values */
	struct value end;   /* the value there */
	size_t near;        /* of the best EDGES_BEST that have the parameter */
	size_t others;      /* that have it */
	size_t others_near; /* of them */
	bool listed;        /* the end of a list */
	bool at; /* near is at the end: of a list, or of steps wider than 5 % */
};

/* The edges to be spoken of: arena a, *n of them. */
struct edge *edges_find(struct search *s, struct arena *a, size_t *n);
/* A line for each. */
void edges_text(struct search *s, struct str *out);

/* Has a parameter two ends: a range, or a list of three numbers or more? */
bool edge_is_ranged(const struct param *p);
/* Is that end one that its meaning has: 0, 1 of what lies within 0 and 1 on a linear
 * scale, the 1 of a count; or no end at all (a normal distribution, a list of words)?
 */
bool edge_is_natural(const struct param *p, bool upper);
/* The least or the largest value of a range or list. */
struct value edge_value(const struct param *p, bool upper);
/* Both as numbers; of a distribution without ends what it hardly goes beyond, of words
 * 0. */
void edge_ends(const struct param *p, double *low, double *high);
/* Is the own scale of a parameter that is no list logarithmic? */
bool edge_is_log(const struct param *p);
/* Are its values whole numbers? */
bool edge_is_whole(const struct param *p);

#endif
