/* Is the mean of bounded differences above a value, at whatever time one looks?
 *
 * x_1, x_2, … in [-1, 1], each of mean m given those before it (independent draws, or a
 * random sample of a population taken one by one). Whoever bets the share f of what he
 * has that the mean is above m multiplies it by 1 + f (x - m) / (1 + m): never below 0,
 * and a fair game where the mean is m, a losing one where it is less. So is the mean of
 * several such fortunes, each with a share of its own: if the mean is at most m, the
 * chance that it ever reaches 1/level is at most level (Ville 1939; betting on means of
 * bounded variables: Waudby-Smith & Ramdas 2023, J. R. Statist. Soc. B 86, sections 3
 * and 4; mixtures of constant shares: Cover 1991, "Universal portfolios", Mathematical
 * Finance 1). Nothing is assumed of the variance or of the shape, and the number of
 * looks has no price. The order of the x makes no difference to the result. */
#ifndef HPS_BASE_BETTING_H
#define HPS_BASE_BETTING_H

#include <stdbool.h>
#include <stddef.h>

/* log of the fortune of one who began with 1 and bet on x (n), each in [-1, 1], that
 * their mean is above m, -1 < m < 1. The same bits on every machine. */
double betting_log(const double *x, size_t n, double m);
/* Is it at least target, of a bet on a mean above 0? Where it is far from that, it says
 * so at a small part of the price. */
bool betting_reaches(const double *x, size_t n, double target);
/* The largest m in [-1, 1) for which the fortune reaches 1/level, to 1e-6; -1 where it
 * does for none: the mean is above it, with a chance of error of at most level for all
 * n together. */
double betting_lower(const double *x, size_t n, double level);

#endif
