/* A test set is a sample of what might have been asked. The difference of two
 * configurations, measured as the mean over training seeds and test items, has an error
 * from either; the two are crossed (every seed meets every item).
 *
 * With item outcomes: the variance of the mean is that of the seeds' means plus that of
 * the items' means, less what both hold (Cameron, Gelbach & Miller 2011, J. Bus. Econ.
 * Stat. 29, equation 2.11; Owen 2007, "The pigeonhole bootstrap"). With one seed and
 * 0/1 outcomes the items' part is McNemar's (b + c - (b - c)^2 / I) / I^2 (McNemar
 * 1947). Two items are added, in which each side alone is right, so that few or no
 * differing items are not taken for certainty (Agresti & Min 2005, Biometrics 61,
 * section 4.1).
 *
 * With counts alone nothing says which items differed: the two proportions are taken as
 * unpaired, which makes the interval too wide, never too narrow: p (1 - p) is the most
 * that the variance of an item's mean over the seeds can be. */
#ifndef HPS_BASE_ITEMS_H
#define HPS_BASE_ITEMS_H

#include "base/stat.h"

#include <stddef.h>

struct joint {
	double mean;
	double seeds, items; /* the two parts' variances of the mean */
	double df;           /* of the sum (Satterthwaite 1946); > 0 */
};
/* d: (seeds, items), row-major: outcome of the one less that of the other; range: of
 * one outcome, the largest less the smallest that any item had (1 for 0/1). seeds >= 1,
 * items >= 2. With one seed the seeds' part is 0, and the interval is over items only.
 */
struct joint items_paired(const double *d, size_t seeds, size_t items, double range);
/* d: the seeds' differences of proportions; p, q: the proportions themselves, means
 * over the seeds. */
struct joint items_unpaired(struct moments d, double p, double q, size_t items);
/* Half the width of the two-sided interval at level; of one part alone, and of both. */
double joint_half(struct joint j, double level);
double joint_seeds_half(struct joint j, double level, size_t seeds);
double joint_items_half(struct joint j, double level, size_t items);

#endif
