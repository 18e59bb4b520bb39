/* Blocks and arenas: zeroed, aligned, apart; the end when there is no memory. */
#include "base/mem.h"
#include "test.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static bool all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

TEST(blocks_are_zeroed_and_never_null)
{
	char *p = mem_new(1000, 3), *none = mem_new(0, 8);

	CHECK(all_zero(p, 3000));
	CHECK(none != NULL);
	p = mem_grow(p, 5000, 2);
	CHECK(all_zero(p, 3000));
	free(p);
	free(none);
}

TEST(room_is_made_when_it_is_full)
{
	int *v = NULL;
	size_t cap = 0;

	for (int i = 0; i < 1000; i++) {
		size_t before = cap;

		v = mem_room(v, (size_t)i, &cap, sizeof *v);
		CHECK(cap > (size_t)i);
		CHECK(cap == before || (size_t)i == before);
		v[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		CHECK_INT(v[i], i);
	free(v);
}

TEST(copies_are_their_own)
{
	char text[] = "abc", *copy = mem_strdup(text);
	struct arena a = {0};
	char *in = arena_strdup(&a, text), *part = arena_strndup(&a, text, 2);

	text[0] = 'x';
	CHECK_STR(copy, "abc");
	CHECK_STR(in, "abc");
	CHECK_STR(part, "ab");
	CHECK_STR(arena_strndup(&a, "a\0b", 0), "");
	free(copy);
	arena_free(&a);
}

TEST(arena_pieces_are_zeroed_aligned_and_apart)
{
	struct arena a = {0};
	char *p[500];

	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		p[i] = arena_new(&a, i, 3);
		CHECK((uintptr_t)p[i] % _Alignof(max_align_t) == 0);
		CHECK(all_zero(p[i], 3 * i));
		memset(p[i], (int)(i % 250) + 1, 3 * i);
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		for (size_t j = 0; j < 3 * i; j++)
			if (p[i][j] != (char)((i % 250) + 1)) {
				CHECK_INT(p[i][j], (i % 250) + 1);
				j = 3 * i;
			}
	arena_free(&a);
	CHECK(a.head == NULL);
}

TEST(a_piece_may_be_larger_than_a_block)
{
	struct arena a = {0};
	char *small = arena_strdup(&a, "before"), *big = arena_new(&a, 1 << 20, 1);
	char *after = arena_strdup(&a, "after");

	CHECK(all_zero(big, 1 << 20));
	memset(big, 7, 1 << 20);
	CHECK_STR(small, "before");
	CHECK_STR(after, "after");
	arena_free(&a);
}

TEST(rewinding_keeps_what_was_before)
{
	struct arena a = {0};
	struct arena_mark empty = arena_mark(&a), m;
	char *kept = arena_strdup(&a, "kept"), *first, *again;

	m = arena_mark(&a);
	first = arena_strdup(&a, "dirty");
	for (int i = 0; i < 100; i++)
		memset(arena_new(&a, 4096, 1), 0xff, 4096);
	arena_rewind(&a, m);
	again = arena_new(&a, 6, 1);
	CHECK(again == first);
	CHECK(all_zero(again, 6));
	CHECK_STR(kept, "kept");
	arena_rewind(&a, empty);
	CHECK(a.head == NULL);
}

TEST(arena_texts_are_formatted)
{
	struct arena a = {0};
	char *big = arena_printf(&a, "%0*d|", 100000, 7);

	CHECK_STR(arena_printf(&a, "%d-%s", 5, "x"), "5-x");
	CHECK_STR(arena_printf(&a, "%s", ""), "");
	CHECK_INT(strlen(big), 100001);
	CHECK_STR(big + 99998, "07|");
	arena_free(&a);
}

/* What is done when n * size bytes are asked for: how often each hold was released, in
 * digits of their order; "" when there was memory. */
struct attempt {
	jmp_buf back;
	char said[16];
};

static void jump(void *self)
{
	struct attempt *a = self;

	longjmp(a->back, 1);
}

static void say_one(void *what)
{
	strcat(what, "1");
}

static void say_two(void *what)
{
	strcat(what, "2");
}

static bool greedy(struct attempt *a, size_t n, size_t size)
{
	struct mem_policy before = mem_policy((struct mem_policy){jump, a});
	struct mem_hold first, second, gone;
	bool there;

	*a->said = '\0';
	there = !setjmp(a->back);
	if (there) {
		mem_hold(&first, say_one, a->said);
		mem_hold(&gone, say_one, a->said);
		mem_let_go(&gone);
		mem_hold(&second, say_two, a->said);
		free(mem_new(n, size));
		mem_let_go(&second);
		mem_let_go(&first);
	}
	mem_policy(before);
	return there;
}

TEST(too_much_releases_what_is_held_and_jumps)
{
	struct attempt a;

	CHECK(!greedy(&a, SIZE_MAX / 2, 4));
	CHECK_STR(a.said, "21");
	CHECK(!greedy(&a, (size_t)PTRDIFF_MAX + 1, 1));
	CHECK_STR(a.said, "21");
	CHECK(greedy(&a, 16, 16));
	CHECK_STR(a.said, "");
}

TEST_MAIN(blocks_are_zeroed_and_never_null, room_is_made_when_it_is_full,
          copies_are_their_own, arena_pieces_are_zeroed_aligned_and_apart,
          a_piece_may_be_larger_than_a_block, rewinding_keeps_what_was_before,
          arena_texts_are_formatted, too_much_releases_what_is_held_and_jumps)
