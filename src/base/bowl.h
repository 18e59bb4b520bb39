/* Where the minimum lies at each of several places (sizes), of values that were
 * measured at points of the unit cube there: a quadratic by weighted least squares, in
 * which every place has its own level and gradient and all share one curvature,
 *
 *     y = a_k + g_k' t + t' H t / 2 + s' z,     the minimum at -H^-1 g_k,
 *
 * z being what else differs (words, as zeros and ones). Only what is near to the best
 * counts: by exp(-(y - best_k) / delta_k) up to 3 delta_k, delta_k half of the excess
 * that a quarter of the place's values have, or as many as the coefficients need, and
 * three standard deviations of what the fit leaves at the least. Where there are too
 * few values for it, H is diagonal. A number along which there is no minimum is left
 * out of the fit, and said.
 *
 * What the minima are uncertain by is the spread over samples of a wild bootstrap: what
 * the fit left of each value, with a sign that is drawn (Liu 1988, section 2; Davidson
 * & Flachaire 2008, the two-point distribution), the points as they are. A bootstrap of
 * pairs leaves too few values at a place with eight. */
#ifndef HPS_BASE_BOWL_H
#define HPS_BASE_BOWL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BOWL_DRAWS = 200, BOWL_COEFFICIENTS = 400 };

struct bowl_data {
	size_t n, d, places, extra;
	const size_t *place; /* (n) */
	const double *t;     /* (n, d) */
	const double *z;     /* (n, extra) */
	const double *y;     /* (n) less is better */
};

struct bowl {
	size_t d, places;
	bool *has;   /* (d) there is a minimum along it */
	double *at;  /* (places, d) in -0.5 … 1.5 */
	double *cov; /* (d, places, places) */
	size_t used; /* values that count */
	double left; /* standard deviation of what is left */
	size_t lost; /* of BOWL_DRAWS: samples without a minimum */
};

/* False: fewer values that count than coefficients, whatever is left out. */
bool bowl_fit(const struct bowl_data *data, uint64_t seed, struct bowl *out);
void bowl_free(struct bowl *b);

#endif
