#include "api/heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct heap *current;

void *heap_stderr, *heap_stdout;

void heap_init(struct heap *h)
{
	h->blocks = (struct heap_block){&h->blocks, &h->blocks};
}

struct heap *heap_use(struct heap *h)
{
	struct heap *before = current;

	current = h;
	return before;
}

/* Blocks of no heap are a ring by themselves. */
static void *link_in(struct heap_block *b)
{
	*b = (struct heap_block){b, b};
	if (current) {
		b->next = current->blocks.next;
		b->before = &current->blocks;
		b->next->before = b->before->next = b;
	}
	return b + 1;
}

static void unlink_block(const struct heap_block *b)
{
	b->next->before = b->before;
	b->before->next = b->next;
}

void heap_drop(struct heap *h, const struct heap_block *since)
{
	while (h->blocks.next != since) {
		struct heap_block *b = h->blocks.next;

		unlink_block(b);
		free(b);
	}
}

static bool fits(size_t n)
{
	if (n <= PTRDIFF_MAX - sizeof(struct heap_block))
		return true;
	errno = ENOMEM;
	return false;
}

void *heap_malloc(size_t n)
{
	struct heap_block *b = fits(n) ? malloc(sizeof *b + n) : NULL;

	return b ? link_in(b) : NULL;
}

void *heap_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *p = NULL;

	if (__builtin_mul_overflow(n, size, &bytes))
		errno = ENOMEM;
	else
		p = heap_malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

/* A block that grows keeps its place among the others. */
void *heap_realloc(void *p, size_t n)
{
	struct heap_block *b = p, *moved;
	bool alone;

	if (!p)
		return heap_malloc(n);
	b--;
	alone = b->next == b;
	moved = fits(n) ? realloc(b, sizeof *b + n) : NULL;
	if (!moved)
		return NULL;
	if (alone)
		moved->next = moved->before = moved;
	moved->next->before = moved->before->next = moved;
	return moved + 1;
}

void heap_free(void *p)
{
	struct heap_block *b = p;

	if (!p)
		return;
	unlink_block(--b);
	free(b);
}
