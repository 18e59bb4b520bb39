/* When a comparison of pairs that come in groups may stop, at an error rate that holds
 * for all its looks together.
 *
 * The pairs' differences are looked at after n_1 < n_2 < … pairs; at look k "better" is
 * said when Student's t of the differences reaches bound_k. The bounds spend a level:
 * the chance that look k is the first to say it, though there is no difference, is
 * spend_k (Lan & DeMets 1983, Biometrika 70, section 2). How a level is shared among
 * looks: nominal one-sided levels 1 - Phi(C (n_k / n_K)^(Delta - 1/2)), the family of
 * Wang & Tsiatis 1987, Biometrics 43, equation 2.1, with Delta = 0.4: larger ones
 * decide large effects a little sooner, smaller ones find more of the small effects.
 *
 * The law is that of t itself, at every n, and not that of its limit. Let S and Q be
 * the sum and the sum of squares of the first n differences, and R = S / sqrt(n Q), so
 * that t = R sqrt((n - 1) / (1 - R^2)). For normal differences of mean zero Q is
 * complete and sufficient for the variance and independent of R (Basu 1955), hence R_1,
 * R_2, … is a Markov chain: with m more differences R' = (R sqrt(n A) + B sqrt(m (1 -
 * A))) / sqrt(n + m), A ~ Beta(n/2, m/2) and B independent, B the R of m differences.
 * The chain is followed by recursive integration (Armitage, McPherson & Rowe 1969, J.
 * R. Statist. Soc. A 132, for the normal case), on a grid in asin R. */
#ifndef HPS_BASE_SEQUENTIAL_H
#define HPS_BASE_SEQUENTIAL_H

#include "base/stat.h"

#include <stdbool.h>
#include <stdint.h>

enum { SEQUENTIAL_LOOKS = 16 }; /* the most that one comparison may have */

struct look {
	size_t n;     /* pairs so far; at least 2, growing */
	double spend; /* chance of a false "better" at just this look, one-sided */
	double bound; /* of Student's t at n - 1 degrees of freedom */
	double level; /* the one-sided level of a single t test with this bound */
};

/* Fills n of the looks of a comparison that may take up to most pairs: four of equal
 * size where that leaves 5 or more pairs to each, else fewer of about 5. Returns how
 * many looks there are: 0 where most < 2. */
size_t sequential_plan(size_t most, struct look *looks);
/* Shares level among looks whose n is set: fills spend, whose sum is level. */
void sequential_share(struct look *looks, size_t k, double level);
/* Fills bound and level of looks[k], whose n and spend are set, given the k looks
 * before it, which are whole. A spend of 0 has no bound: INFINITY. */
void sequential_bound(struct look *looks, size_t k);
/* The chance that one of k looks (n and bound set) says "better" where there is no
 * difference. */
double sequential_error(const struct look *looks, size_t k);

/* The chance that a comparison that stands at s decides at n >= s.n pairs, either way,
 * where that takes a mean of half or more: half the width of the interval then, bound
 * sqrt(variance / n) or wider. It goes by what is seen so far: the sum of the pairs to
 * come is normal around (n - s.n) mean, with the error that the mean itself has after
 * s.n pairs (predictive power, Spiegelhalter, Freedman & Blackburn 1986, Controlled
 * Clinical Trials 7; without that error, conditional power gives up too early after
 * five pairs). */
double sequential_power(struct moments s, size_t n, double half);

/* What the use-th time (1, 2, …) that test data are met may spend, one-sided: 0.02,
 * then 0.0025, 0.00125, …, whose sum never reaches 0.025. */
double sequential_allowance(uint64_t use);

#endif
