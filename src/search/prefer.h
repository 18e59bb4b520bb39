/* Which trial somebody prefers: bounds of what was reported, and weights of objectives.
 *
 *     latency_ms<=15          the best of the other objectives within the bound
 *     acc=2,latency_ms=1      nearest to the ideal, distances squared counted so often
 *     acc>=0.9,params_m<5     bounds of what is no objective, too
 *
 * Of the trials that hold the limits of the file and all the bounds: the one with the
 * least sum over the objectives of weight times the square of the distance from the
 * ideal, each in units of the first front's range (search/standing.h); among equals the
 * first in rank. What is not given a weight has 1 where no bound is on it, else 0; all
 * have 1 where each has a bound. With one metric it is the metric. */
#ifndef HPS_SEARCH_PREFER_H
#define HPS_SEARCH_PREFER_H

#include "search/search.h"

/* False: the text is none (USAGE), or no trial is as it asks (TRIAL). */
bool prefer_find(struct search *s, const char *text, const struct trial **out,
                 struct error *err);

#endif
