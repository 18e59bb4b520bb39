#include "base/rng.h"

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53U * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57U * c2;
		uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		uint32_t n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;

		c1 = (uint32_t)p1;
		c3 = (uint32_t)p0;
		c0 = n0;
		c2 = n2;
		k0 += 0x9E3779B9U;
		k1 += 0xBB67AE85U;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

uint64_t rng_u64(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index)
{
	const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	const uint32_t counter[4] = {(uint32_t)trial, (uint32_t)(trial >> 32),
	                             (uint32_t)p, index};
	uint32_t out[4];

	rng_philox(counter, key, out);
	return (uint64_t)out[1] << 32 | out[0];
}

double rng_unit(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index)
{
	return ((double)(rng_u64(seed, trial, p, index) >> 12) + 0.5) * 0x1p-52;
}

__extension__ typedef unsigned __int128 u128;

uint64_t rng_below(uint64_t seed, uint64_t trial, enum rng_purpose p, uint32_t index,
                   uint64_t n)
{
	return (uint64_t)(((u128)rng_u64(seed, trial, p, index) * n) >> 64);
}
