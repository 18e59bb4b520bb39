/* A test set is a sample of what might have been asked. The difference of two
 * configurations, measured as the mean over training seeds and test items, has an error
 * from either; the two are crossed (every seed meets every item).
 *
 * With item outcomes: the variance of the mean is that of the seeds' means plus that of
 * the items' means, less what both hold (Cameron, Gelbach & Miller 2011, J. Bus. Econ.
 * Stat. 29, equation 2.11; Owen 2007, "The pigeonhole bootstrap"). With one seed and
 * 0/1 outcomes the items' part is McNemar's (b + c - (b - c)^2 / I) / I^2 (McNemar
 * 1947). Two items are added, in which each side alone is right by halves, so that few
 * or no differing items are not taken for certainty (Agresti & Min 2005, Biometrics 61,
 * section 4.1).
 *
 * Where nothing says which items differed, the two sides are taken as unpaired, each
 * with one item right and one wrong added (Agresti & Caffo 2000, Am. Stat. 54, section
 * 2). That makes the interval too wide, never too narrow, where items that are hard for
 * the one are hard for the other: the variance between the items of one run is the most
 * that the variance of an item's mean over the seeds can be. */
#ifndef HPS_BASE_ITEMS_H
#define HPS_BASE_ITEMS_H

#include "base/stat.h"

#include <stddef.h>

/* Outcomes by (seed, item), seed after seed, as what is needed of them: */
struct crossed {
	size_t items, seeds;
	double range;   /* of one outcome, the largest less the smallest that any item
	                   had (1 for 0/1) */
	double *sum;    /* (items), over the seeds; malloc */
	double squares; /* of all outcomes … */
	double by_seed; /* … and of the seeds' means */
};
/* items >= 2. */
void crossed_init(struct crossed *c, size_t items, double range);
void crossed_free(struct crossed *c);
/* One seed more: x, (items), outcome of the one less that of the other. */
void crossed_add(struct crossed *c, const double *x);
/* The items' part of the variance of the mean over all of them; seeds >= 1. With one
 * seed nothing tells the item from what seed and item have together: all of it. */
double crossed_variance(const struct crossed *c);

/* The same of one side alone: its items, and mean, variance and limits of their
 * outcomes in a run. */
double items_alone(size_t items, double mean, double variance, double low, double high);

struct joint {
	double seeds, items;       /* the two parts' variances of the mean */
	double df_seeds, df_items; /* 0: that part is not known */
};
/* d: the seeds' differences; variance: the items' part, of so many items. With one
 * seed the seeds' part is 0, and the interval is over items only. */
struct joint joint_of(struct moments d, double variance, size_t items);
/* Half the width of the two-sided interval at level: of both, by Student's t with
 * Satterthwaite's degrees of freedom (1946) and never less than of the seeds alone; of
 * one part. */
double joint_half(struct joint j, double level);
double joint_seeds_half(struct joint j, double level);
double joint_items_half(struct joint j, double level);

#endif
