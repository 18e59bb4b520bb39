/* Noise of known laws for tests that simulate: a pure function of its arguments, so
 * that a test is the same at every run. */
#ifndef HPS_TESTS_NOISE_H
#define HPS_TESTS_NOISE_H

#include "base/rng.h"
#include "base/stat.h"

#include <math.h>

static inline double noise_normal(uint64_t seed, uint64_t i, uint32_t j)
{
	return stat_normal_quantile(rng_unit(seed, i, RNG_MODEL, j));
}

/* Student's t with 3 degrees of freedom: its distribution function has an inverse that
 * is slow, its definition is not. */
static inline double noise_t3(uint64_t seed, uint64_t i, uint32_t j)
{
	double sum = 0;

	for (uint32_t k = 1; k <= 3; k++) {
		double z = noise_normal(seed + 1000 * k, i, j);

		sum += z * z;
	}
	return noise_normal(seed, i, j) / sqrt(sum / 3);
}

static inline double noise_lognormal(uint64_t seed, uint64_t i, uint32_t j)
{
	return exp(noise_normal(seed, i, j));
}

#endif
