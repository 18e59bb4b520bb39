/* Logarithms of normal densities and probabilities, and what comes of them, without
 * overflow or cancellation (Ament, Daulton, Eriksson, Balandat & Bakshy 2023,
 * "Unexpected improvements to expected improvement", equations 8 and 9). */
#ifndef HPS_GP_NORMAL_H
#define HPS_GP_NORMAL_H

static const double log_sqrt_2pi = 0.91893853320467274178;
static const double variance_least = 1e-14;

/* log(1 - exp(x)), x < 0. */
double log1mexp(double x);
/* log h(z), h(z) = phi(z) + z Phi(z), and its derivative Phi(z) / h(z); no overflow or
 * cancellation for any z. */
double log_h(double z, double *slope);
/* log Phi(z) and its derivative. */
double log_phi(double z, double *slope);

#endif
