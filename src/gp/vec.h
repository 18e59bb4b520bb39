/* Eight doubles at a time, for the inner loops of gp/ only. Every operation is IEEE
 * arithmetic on single elements in a fixed order and nothing is contracted, so that a
 * result does not depend on how wide the machine's registers are: the clones that the
 * compiler makes for wider ones give the same bits. */
#ifndef HPS_GP_VEC_H
#define HPS_GP_VEC_H

#include <stddef.h>
#include <stdint.h>

enum { VEC = 8 };

typedef double vec __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t vec_bits __attribute__((vector_size(64), aligned(8), may_alias));
/* Where bits are added up: these may wrap round. */
typedef uint64_t vec_words __attribute__((vector_size(64), aligned(8), may_alias));

/* VEC_TARGET: one target instead, for the test that compares them. */
#if defined VEC_TARGET
#define VEC_CLONES __attribute__((target(VEC_TARGET)))
#elif defined __x86_64__ && defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__ &&   \
    !defined __FUZZ__
#define VEC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VEC_CLONES
#endif
#define VEC_INLINE static inline __attribute__((always_inline))

/* n rounded up to whole vectors. */
static inline size_t vec_room(size_t n)
{
	return (n + VEC - 1) / VEC * VEC;
}

/* exp(*x), to about one unit in the last place, for x <= 709; below -708 as at -708
 * (3e-308). Cody & Waite 1980, chapter 6: x = k ln 2 + r, here with Taylor's
 * polynomial. */
VEC_INLINE void vec_exp(vec *x)
{
	const vec least = {-708, -708, -708, -708, -708, -708, -708, -708};
	vec_bits low = *x < least;
	vec v = (vec)(((vec_bits)*x & ~low) | ((vec_bits)least & low));
	vec t = v * 0x1.71547652b82fep0 + 0x1.8p52, k = t - 0x1.8p52;
	vec r = v - k * 0x1.62e42feep-1 - k * 0x1.a39ef35793c76p-33;
	vec p = r * (1.0 / 6227020800) + 1.0 / 479001600;

	p = p * r + 1.0 / 39916800;
	p = p * r + 1.0 / 3628800;
	p = p * r + 1.0 / 362880;
	p = p * r + 1.0 / 40320;
	p = p * r + 1.0 / 5040;
	p = p * r + 1.0 / 720;
	p = p * r + 1.0 / 120;
	p = p * r + 1.0 / 24;
	p = p * r + 1.0 / 6;
	p = p * r + 0.5;
	p = p * r + 1;
	p = p * r + 1;
	*x = p * (vec)(((vec_bits)t << 52) + ((int64_t)1023 << 52));
}

/* log((1 + *s) / (1 - *s)), bit for bit as base/elementary has it. */
VEC_INLINE void vec_twice_atanh(vec *s)
{
	vec s2 = *s * *s, p = s2 * (1.0 / 23) + 1.0 / 21;

	p = p * s2 + 1.0 / 19;
	p = p * s2 + 1.0 / 17;
	p = p * s2 + 1.0 / 15;
	p = p * s2 + 1.0 / 13;
	p = p * s2 + 1.0 / 11;
	p = p * s2 + 1.0 / 9;
	p = p * s2 + 1.0 / 7;
	p = p * s2 + 1.0 / 5;
	p = p * s2 + 1.0 / 3;
	*s = 2 * *s + 2 * *s * s2 * p;
}

/* A normal, positive x = 2^k m with m around 1: *k, and in the place of x log(m), the
 * series of the inverse hyperbolic tangent of (m - 1) / (m + 1). */
VEC_INLINE void vec_split_log(vec *x, vec *k)
{
	const uint64_t half = UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
	const int64_t big = INT64_C(0x4338000000000000);    /* 1.5 * 2^52 */
	/* The exponent of x / sqrt(1/2), rounded down, in its place. */
	vec_bits e = (vec_bits)((vec_words)*x - half) & -((int64_t)1 << 52);
	vec m = (vec)((vec_words)*x - (vec_words)e);

	*k = (vec)((e >> 52) + big) - 0x1.8p52;
	*x = (m - 1) / (m + 1);
	vec_twice_atanh(x);
}

VEC_INLINE void vec_log(vec *x)
{
	vec k;

	vec_split_log(x, &k);
	*x = k * 0x1.62e42fefa39efp-1 + *x;
}

/* log(*x) of normal, positive x, and exp(*x) of |x| <= 690, bit for bit as
 * base/elementary has them. */
VEC_INLINE void vec_portable_log(vec *x)
{
	vec k;

	vec_split_log(x, &k);
	*x = k * 0x1.62e42feep-1 + (*x + k * 0x1.a39ef35793c76p-33);
}

VEC_INLINE void vec_portable_exp(vec *x)
{
	const vec one = {1, 1, 1, 1, 1, 1, 1, 1};
	vec t = *x * 0x1.71547652b82fep0 + 0.5, k = (t + 0x1.8p52) - 0x1.8p52, r, p;

	k -= (vec)((vec_bits)one & (k > t)); /* rounded down, not to the nearest */
	r = (*x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
	p = r * (1.0 / 87178291200) + 1.0 / 6227020800;
	p = p * r + 1.0 / 479001600;
	p = p * r + 1.0 / 39916800;
	p = p * r + 1.0 / 3628800;
	p = p * r + 1.0 / 362880;
	p = p * r + 1.0 / 40320;
	p = p * r + 1.0 / 5040;
	p = p * r + 1.0 / 720;
	p = p * r + 1.0 / 120;
	p = p * r + 1.0 / 24;
	p = p * r + 1.0 / 6;
	p = p * r + 0.5;
	p = 1 + (r + r * r * p);
	*x = p * (vec)(((vec_words)(k + 0x1.8p52) << 52) + ((uint64_t)1023 << 52));
}

#endif
