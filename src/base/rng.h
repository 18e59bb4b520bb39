/* Counter-based random numbers: a pure function of (seed, trial, purpose, index), so
 * that nothing depends on the order in which trials finish and nothing needs saving.
 * Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
 * 1, 2, 3", section 3.3. Integer arithmetic: the same on every machine. */
#ifndef HPS_BASE_RNG_H
#define HPS_BASE_RNG_H

#include <stdint.h>

enum rng_purpose {
	RNG_POINT = 1,   /* coordinates of a random trial */
	RNG_SCRAMBLE,    /* scrambling of a quasi-random sequence */
	RNG_RUN_SEED,    /* seeds of the runs of the search */
	RNG_VERIFY_SEED, /* seeds of the verification: never those of the search */
	RNG_SHUFFLE,     /* order of a shuffled grid */
	RNG_PICK,        /* a choice among what is left of a finite space */
	RNG_CONTROL,     /* members of a control group */
	RNG_MODEL,       /* anything a model draws */
	RNG_BOOTSTRAP,   /* what a statistic draws to judge itself */
	RNG_COMPARE,     /* seeds of an ablation, a recheck: never those of before */
	RNG_EXPLOIT,     /* whom a member of a population copies */
	RNG_EXPLORE,     /* what becomes of the parameters that it copies */
	RNG_ITEMS,       /* which items are the test's, and the order of all */
	RNG_BACKOFF      /* how long who said "later" waits */
};

uint64_t rng_u64(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index);
/* In the open interval (0, 1): 53 bits, both ends excluded. */
double rng_unit(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index);
/* Uniform in 0 … n-1 (n > 0); its bias is below n / 2^64. */
uint64_t rng_below(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index,
                   uint64_t n);
/* The block function itself, for its known-answer test. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
