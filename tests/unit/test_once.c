/* What several streams say counts as often as the stream that says it most. */
#include "run/once.h"
#include "test.h"

#include <malloc.h>

/* Keys that are told apart, 0 among them. */
static uint64_t key_of(uint64_t i)
{
	return i * UINT64_C(0x2545f4914f6cdd1d);
}

TEST(a_thing_counts_as_often_as_one_stream_says_it)
{
	struct once o = {0};

	for (uint64_t key = 0; key < 4; key += 2) {
		CHECK(once_says(&o, 0, key));
		CHECK(!once_says(&o, 1, key)); /* its echo */
		CHECK(!once_says(&o, 2, key));
		CHECK(once_says(&o, 2, key)); /* a second time */
		CHECK(!once_says(&o, 0, key));
		CHECK(!once_says(&o, 1, key));
		CHECK(once_says(&o, 0, key));
	}
	once_free(&o);
	CHECK(once_says(&o, 1, 1)); /* nothing was said */
	once_free(&o);
}

/* However many there are, none is taken for another. */
TEST(the_latest_things_are_known)
{
	struct once o = {0};
	size_t news = 0, echoes = 0;

	for (uint64_t i = 0; i < ONCE_MAX; i++)
		news += once_says(&o, 0, key_of(i));
	for (uint64_t i = 0; i < ONCE_MAX; i++)
		echoes += !once_says(&o, 1, key_of(i));
	CHECK_INT(news, ONCE_MAX);
	CHECK_INT(echoes, ONCE_MAX);
	/* One more, and the first are in the table before, with their counts. */
	CHECK(once_says(&o, 0, key_of(ONCE_MAX)));
	CHECK(!once_says(&o, 2, key_of(0)));
	CHECK(once_says(&o, 2, key_of(0)));
	CHECK(!once_says(&o, 1, key_of(0)));
	/* Two tables full of others, and it is forgotten. */
	for (uint64_t i = 1; i < 2 * ONCE_MAX; i++)
		once_says(&o, 0, key_of(ONCE_MAX + i));
	CHECK(once_says(&o, 1, key_of(0)));
	once_free(&o);
}

/* A table is three quarters full before it grows to twice its size. */
TEST(a_table_is_no_larger_than_it_has_to_be)
{
	struct once o = {0};
	size_t cap = 16;

	for (uint64_t n = 1; n < 1000; n++) {
		once_says(&o, 0, key_of(n));
		cap = n > 3 * cap / 4 ? 2 * cap : cap;
		CHECK_INT(o.now.cap, cap);
	}
	once_free(&o);
}

TEST(what_it_held_is_given_back)
{
	struct once o = {0};
	size_t held[2];

	/* Twice, for the allocator keeps small blocks of the first time. */
	for (int round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < 4 * ONCE_MAX; i++)
			once_says(&o, 0, key_of(i));
		once_free(&o);
		held[round] = mallinfo2().uordblks + mallinfo2().hblkhd;
	}
	CHECK_INT(held[1], held[0]);
}

TEST_MAIN(a_thing_counts_as_often_as_one_stream_says_it, the_latest_things_are_known,
          a_table_is_no_larger_than_it_has_to_be, what_it_held_is_given_back)
