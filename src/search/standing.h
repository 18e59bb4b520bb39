/* How trials stand to each other where the metric alone does not say it: within the
 * limits first; then front by front of the objectives, and in a front by the distance
 * from the ideal point.
 *
 * What holds every limit is ranked before what does not, and what does not by how much
 * it is beyond them (Deb, Pratap, Agarwal & Meyarivan 2002, "A fast and elitist
 * multiobjective genetic algorithm: NSGA-II", section VI): the sum over the limits of
 * the excess, each in units of the largest excess of any trial. Of what holds them, the
 * first front is what none of the others beats (is no worse than in any objective, and
 * better in one), the second what only the first one does, and so on. In a front those
 * come first that are nearest to the ideal point, which has the best value of the first
 * front in every objective; distances are Euclidean, each objective in units of the
 * first front's range (base/pareto.h); at equal distances the better one in the first
 * objective. So rank 1 is the knee of the first front. With
 * one objective it is the value that counts. */
#ifndef HPS_SEARCH_STANDING_H
#define HPS_SEARCH_STANDING_H

#include "search/search.h"

/* False, and an error of kind USAGE, where trials are judged by more than the metric:
 * "WHAT goes by one metric, and this search has several objectives". */
bool standing_metric_alone(const struct spec *s, const char *what, struct error *err);
/* Has it a place among the others, as far as its criteria go? */
bool trial_stands(const struct search *s, const struct trial *t);
/* Means of its criteria and their standard errors, from its runs, which are all OK;
 * nothing where the search has none. */
void trial_measure(const struct spec *s, struct trial *t, struct arena *a);
/* By how much the limit is exceeded by the trial's mean; <= 0: it holds. */
double trial_excess(const struct limit *l, const struct trial *t);
/* Does every limit hold? Also true where there are none. */
bool trial_feasible(const struct spec *s, const struct trial *t);
/* Objective k to be minimized. */
double trial_objective(const struct spec *s, const struct trial *t, size_t k);

/* Puts trials (n), all of which stand, in rank order, and fills front and violation. */
void standing_sort(const struct spec *s, struct trial **trials, size_t n);
/* Are two that are next to each other in that order of equal rank? */
bool standing_equal(const struct spec *s, const struct trial *a, const struct trial *b);
/* A trial has settled, and stands: the front of those that may be the best, and the
 * best of it. True: this one is on the front, or nearer to the limits than any before.
 */
bool standing_take(struct search *s, struct trial *t);

/* The first front, of trials in rank order: the first so many. 0 where there are not
 * several objectives, or nothing holds the limits. */
size_t standing_front(const struct spec *s, struct trial *const *order, size_t n);
/* Of the first front (n > 0) the trial that is best in objective k; among equals the
 * first in rank. */
const struct trial *standing_extreme(const struct spec *s, struct trial *const *front,
                                     size_t n, size_t k);
/* The volume that the first front dominates, in units in which each objective goes from
 * its worst (0) to its best (1) among the trials that hold the limits: 0 … 1; NaN:
 * there are fewer than two of these, or not several objectives. */
double standing_volume(const struct spec *s, struct trial *const *order, size_t n);

#endif
