/* scale: which trial is at which size. The small ones are screened first, six trials at
 * the smallest, four at each of the others, rising; from then on a size gets its share,
 * by one over the root of its cost: the best allocation for the accuracy of a sum where
 * costs differ and spreads do not (Cochran 1977, Sampling techniques, equation 5.23).
 * A size is taken to cost what it says, two at once their product. It is a function of
 * the trial's number alone, so more trials change nothing of those that were. */
#ifndef HPS_SEARCH_SIZES_H
#define HPS_SEARCH_SIZES_H

#include "config/spec.h"

enum { SIZES_FIRST = 6, SIZES_OTHERS = 4 };

/* How many sizes, or combinations of two; 0: no scale. */
size_t sizes_count(const struct spec *s);
/* Puts the size of a trial into its point (space.n). */
void sizes_pin(const struct spec *s, uint64_t trial, struct coord *point);
/* "6 at 64, then 4 at each of the others, then …" */
void sizes_text(const struct spec *s, struct str *out);

#endif
