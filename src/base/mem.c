#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BLOCK = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t data[];
};

__attribute__((noreturn)) static void out_of_memory(void)
{
	static const char text[] = "hpsearch: out of memory; a search that had begun is "
				   "saved, its command continues it\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(1);
	_exit(1);
}

static size_t product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX)
		out_of_memory();
	return bytes ? bytes : 1;
}

void *mem_new(size_t n, size_t size)
{
	void *p = calloc(1, product(n, size));

	if (!p)
		out_of_memory();
	return p;
}

void *mem_grow(void *block, size_t n, size_t size)
{
	void *p = realloc(block, product(n, size));

	if (!p)
		out_of_memory();
	return p;
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_new(n, 1), s, n);
}

void *mem_room(void *block, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return block;
	*cap = *cap ? 2 * *cap : 8;
	return mem_grow(block, *cap, size);
}

void *arena_new(struct arena *a, size_t n, size_t size)
{
	size_t bytes = product(n, size);
	struct arena_block *b = a->head;
	void *p;

	bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) *
	        sizeof(max_align_t);
	if (!b || b->size - b->used < bytes) {
		size_t want = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;

		b = malloc(sizeof *b + want);
		if (!b)
			out_of_memory();
		*b = (struct arena_block){.next = a->head, .size = want};
		a->head = b;
	}
	p = (char *)b->data + b->used;
	b->used += bytes;
	return memset(p, 0, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_new(a, n + 1, 1);

	memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_new(a, (size_t)(n < 0 ? 0 : n) + 1, 1);
	vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
	va_end(again);
	return p;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->head, a->head ? a->head->used : 0};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->head != m.head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	if (a->head)
		a->head->used = m.used;
}

void arena_free(struct arena *a)
{
	arena_rewind(a, (struct arena_mark){NULL, 0});
}
