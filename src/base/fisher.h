/* Is it more than luck that one configuration trains and another does not? Fisher's
 * exact test of two proportions (Fisher 1934, Statistical Methods for Research Workers,
 * 5th ed., section 21.02): given how many of all runs ended well, the number among the
 * first configuration's runs is hypergeometric if there is no difference. */
#ifndef HPS_BASE_FISHER_H
#define HPS_BASE_FISHER_H

#include <stddef.h>

/* P(as many or more of the first's n runs end well as ok did), one-sided; ok <= n and
 * other_ok <= other_n. 1 where a side has no runs. */
double fisher_greater(size_t ok, size_t n, size_t other_ok, size_t other_n);
/* P(a table that is no more likely than this one), two-sided. */
double fisher_both(size_t ok, size_t n, size_t other_ok, size_t other_n);

#endif
