/* The Sobol sequence by itself, for its tests and for whoever needs quasi-random
 * points. */
#ifndef HPS_STRATEGY_SOBOL_H
#define HPS_STRATEGY_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { SOBOL_DIMENSIONS = 1111, SOBOL_BITS = 32 };

extern const uint16_t sobol_table[];

/* The direction numbers v_1 … v_32 of dimensions 0 … n-1 (n <= SOBOL_DIMENSIONS) as
 * 32-bit fractions, into v (n, SOBOL_BITS), row-major: Joe & Kuo 2008, equation 2. */
void sobol_directions(size_t n, uint32_t *v);
/* Coordinate of point `index` in one dimension, whose directions are v (SOBOL_BITS). */
uint32_t sobol_coordinate(const uint32_t *v, uint32_t index);
/* Owen's nested uniform scrambling (Owen 1995) by a hash that only lets higher bits
 * decide over lower ones: Laine & Karras 2011, with the constants of Burley 2020,
 * listing 2. */
uint32_t sobol_scramble(uint32_t x, uint32_t seed);

#endif
