/* Blocks and arenas: zeroed, aligned, apart; the end when there is no memory. */
#include "base/mem.h"
#include "test.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* What a child says and its exit status when it asks for n * size bytes. */
static int greedy(size_t n, size_t size, char *said, size_t room)
{
	int fd[2], status = -1;
	ssize_t got;
	pid_t pid;

	fflush(stdout);
	if (pipe(fd) || (pid = fork()) < 0)
		return -1;
	if (!pid) {
		dup2(fd[1], STDERR_FILENO);
		free(mem_new(n, size));
		_exit(0);
	}
	close(fd[1]);
	got = read(fd[0], said, room - 1);
	said[got > 0 ? got : 0] = '\0';
	close(fd[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(too_much_ends_the_program_with_a_sentence)
{
	char said[256];

	CHECK_INT(greedy(SIZE_MAX / 2, 4, said, sizeof said), 1);
	CHECK(strstr(said, "out of memory") != NULL);
	CHECK_INT(greedy((size_t)PTRDIFF_MAX + 1, 1, said, sizeof said), 1);
	CHECK(strstr(said, "out of memory") != NULL);
	CHECK_INT(greedy(16, 16, said, sizeof said), 0);
	CHECK_STR(said, "");
}

TEST_MAIN(blocks_are_zeroed_and_never_null, room_is_made_when_it_is_full,
          copies_are_their_own, arena_pieces_are_zeroed_aligned_and_apart,
          a_piece_may_be_larger_than_a_block, rewinding_keeps_what_was_before,
          arena_texts_are_formatted, too_much_ends_the_program_with_a_sentence)
