/* What the runs of one candidate say: their values, and a mean or a median of them with
 * its interval. */
#ifndef HPS_SEARCH_WORTH_H
#define HPS_SEARCH_WORTH_H

#include "search/verdict.h"

/* Values of the ok runs of a phase in a criterion (0: the metric, by may be NULL), in
 * the order of their seeds, into out (n_runs); returns how many. Those that are not
 * finite are left out. */
size_t candidate_values(const struct spec *by, const struct candidate *c,
                        enum phase phase, size_t criterion, double *out);
/* Room for them. */
double *candidate_room(const struct candidate *c, enum phase phase, struct arena *a);
/* y: (m.n) values of which m are the moments; they are sorted here. level: of the
 * interval wanted. seedless: their spread says nothing, so there is none. skewed: a
 * median from five values on, below which no interval for one is worth its name. */
struct worth worth_of(struct moments m, double *y, double level, bool seedless,
                      bool skewed);

#endif
