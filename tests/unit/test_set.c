/* The set of keys, against a plain list; the hash, against its published values. */
#include "base/rng.h"
#include "base/set.h"
#include "test.h"

TEST(an_empty_set_has_nothing)
{
	struct set s = {0};

	CHECK(!set_has(&s, 0));
	CHECK(!set_has(&s, 7));
	set_free(&s);
}

TEST(keys_are_there_once)
{
	struct set s = {0};
	const uint64_t odd[] = {0, 1, UINT64_MAX, UINT64_C(0x9e3779b97f4a7c15),
	                        UINT64_C(1) << 63};

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		CHECK(!set_has(&s, odd[i]));
		CHECK(set_add(&s, odd[i]));
		CHECK(!set_add(&s, odd[i]));
		CHECK(set_has(&s, odd[i]));
	}
	CHECK_INT(s.n, 5);
	set_free(&s);
	CHECK(!set_has(&s, 0));
	CHECK(set_add(&s, 0));
	CHECK(!set_has(&s, UINT64_C(0x9e3779b97f4a7c15)));
	set_free(&s);
}

TEST(many_keys)
{
	struct set s = {0};

	/* Small numbers, multiples of a large power of two, and random ones. */
	for (uint64_t i = 0; i < 20000; i++) {
		CHECK(set_add(&s, 2 * i));
		CHECK(set_add(&s, (2 * i + 1) << 40));
		CHECK(set_add(&s, rng_u64(1, i, RNG_PICK, 0) | 1));
	}
	CHECK_INT(s.n, 60000);
	for (uint64_t i = 0; i < 20000; i++) {
		CHECK(set_has(&s, 2 * i));
		CHECK(!set_has(&s, 2 * i + 1));
		CHECK(set_has(&s, (2 * i + 1) << 40));
		CHECK(set_has(&s, rng_u64(1, i, RNG_PICK, 0) | 1));
	}
	CHECK(s.cap >= s.n && s.cap <= 4 * s.n);
	set_free(&s);
}

TEST(the_hash_is_fnv1a)
{
	CHECK(set_hash(SET_HASH, "", 0) == UINT64_C(0xcbf29ce484222325));
	CHECK(set_hash(SET_HASH, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	CHECK(set_hash(SET_HASH, "foobar", 6) == UINT64_C(0x85944171f73967e8));
	CHECK(set_hash(set_hash(SET_HASH, "foo", 3), "bar", 3) ==
	      set_hash(SET_HASH, "foobar", 6));
}

TEST_MAIN(an_empty_set_has_nothing, keys_are_there_once, many_keys, the_hash_is_fnv1a)
