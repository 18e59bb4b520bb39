/* Counter-based random numbers: the published vectors, ranges, independence of order.
 */
#include "base/rng.h"
#include "test.h"

struct vector {
	uint32_t counter[4], key[2], out[4];
};

/* Salmon et al. 2011, the known answers of Philox4x32-10. */
static const struct vector known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(philox_gives_the_published_answers)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		uint32_t out[4];

		rng_philox(known[i].counter, known[i].key, out);
		for (int w = 0; w < 4; w++)
			CHECK_INT(out[w], known[i].out[w]);
	}
}

TEST(every_argument_matters)
{
	uint64_t x = rng_u64(1, 2, RNG_POINT, 3);

	CHECK(x == rng_u64(1, 2, RNG_POINT, 3));
	CHECK(x != rng_u64(2, 2, RNG_POINT, 3));
	CHECK(x != rng_u64(1 | UINT64_C(1) << 32, 2, RNG_POINT, 3));
	CHECK(x != rng_u64(1, 3, RNG_POINT, 3));
	CHECK(x != rng_u64(1, 2 | UINT64_C(1) << 32, RNG_POINT, 3));
	CHECK(x != rng_u64(1, 2, RNG_SCRAMBLE, 3));
	CHECK(x != rng_u64(1, 2, RNG_POINT, 4));
}

/* A stored search must be re-derived from its seed for ever: these may never change. */
TEST(the_stream_stays_what_it_is)
{
	CHECK(rng_u64(0, 0, RNG_POINT, 0) == UINT64_C(0xf08d6eaa844515e1));
	CHECK(rng_u64(42, 7, RNG_RUN_SEED, 1) == UINT64_C(0x187bf7ff2361d9fb));
	CHECK_DOUBLE(rng_unit(42, 7, RNG_RUN_SEED, 1), 0x1.87bf7ff2361d8p-4, 0);
	CHECK_INT(rng_below(42, 7, RNG_PICK, 1, 1000), 28);
}

TEST(units_are_inside_and_uniform)
{
	double sum = 0, squares = 0, least = 1, most = 0;
	int n = 200000;

	for (int i = 0; i < n; i++) {
		double u = rng_unit(9, (uint64_t)i, RNG_POINT, 0);

		least = u < least ? u : least;
		most = u > most ? u : most;
		sum += u;
		squares += (u - 0.5) * (u - 0.5);
	}
	CHECK(least > 0 && most < 1);
	CHECK(least < 1e-4 && most > 1 - 1e-4);
	/* Five standard errors. */
	CHECK_DOUBLE(sum / n, 0.5, 5 * sqrt(1.0 / 12 / n));
	CHECK_DOUBLE(squares / n, 1.0 / 12, 5 * sqrt(1.0 / 180 / n));
}

TEST(below_stays_below_and_is_uniform)
{
	int counts[7] = {0};
	double chi2 = 0;

	for (uint32_t i = 0; i < 70000; i++)
		counts[rng_below(3, 4, RNG_PICK, i, 7)]++;
	for (int k = 0; k < 7; k++)
		chi2 += (counts[k] - 10000.0) * (counts[k] - 10000.0) / 10000;
	CHECK(chi2 < 30); /* 6 degrees of freedom: one in 25,000 */
	CHECK_INT(rng_below(3, 4, RNG_PICK, 0, 1), 0);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK(rng_below(3, 4, RNG_PICK, i, UINT64_MAX) < UINT64_MAX);
}

TEST_MAIN(philox_gives_the_published_answers, every_argument_matters,
          the_stream_stays_what_it_is, units_are_inside_and_uniform,
          below_stays_below_and_is_uniform)
