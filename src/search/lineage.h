/* Trials of a population (method: pbt): each is one interval of a member, and goes on
 * from the trial before it or from one of a better member. */
#ifndef HPS_SEARCH_LINEAGE_H
#define HPS_SEARCH_LINEAGE_H

#include "search/search.h"
#include "strategy/pbt.h"

/* The pbt block as strategies know it; members 0: there is none. */
struct population lineage_population(const struct spec *spec);
/* Can the next trial of the search have this lineage? A member's intervals come one
 * after the other, and what it goes on from ended where it begins. */
bool lineage_fits(const struct search *s, const struct lineage *line,
                  struct error *err);
/* Gives the latest trial its lineage, which fits: its interval and root, its budget,
 * and the seed of what it goes on from. */
void lineage_join(struct search *s, const struct lineage *line);
/* What is about configurations that are trained as a whole: ERROR_USAGE, with the way
 * out, where the search has a population. */
bool lineage_has_none(const struct spec *spec, struct error *err);
/* Steps that were trained before a trial; those after it. */
double lineage_begin(const struct spec *spec, const struct trial *t);
double lineage_end(const struct spec *spec, const struct trial *t);
/* The trials that t goes on from, the first of them first, and t itself; *n: how many.
 * In arena a. */
const struct trial **lineage_of(const struct search *s, const struct trial *t,
                                struct arena *a, size_t *n);

#endif
