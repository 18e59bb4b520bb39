#include "api/heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A block: its links, and from there on what is the caller's. */
struct block {
	struct heap_block links;
	max_align_t bytes[];
};

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
static void link_in(struct heap_block *b)
{
	*b = (struct heap_block){b, b};
	if (!current)
		return;
	b->next = current->blocks.next;
	b->before = &current->blocks;
	b->next->before = b->before->next = b;
}

static struct block *block_of(void *p)
{
	return (struct block *)(void *)((char *)p - offsetof(struct block, bytes));
}

void heap_drop(struct heap *h, struct heap_block *since)
{
	struct heap_block *b = h->blocks.next;

	h->blocks.next = since;
	since->before = &h->blocks;
	while (b != since) {
		struct heap_block *next = b->next;

		free(b);
		b = next;
	}
}

static bool fits(size_t n)
{
	if (n <= PTRDIFF_MAX - sizeof(struct block))
		return true;
	errno = ENOMEM;
	return false;
}

void *heap_malloc(size_t n)
{
	struct block *b = fits(n) ? malloc(sizeof *b + n) : NULL;

	if (!b)
		return NULL;
	link_in(&b->links);
	return b->bytes;
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
	struct block *b, *moved;
	bool alone;

	if (!p)
		return heap_malloc(n);
	b = block_of(p);
	alone = b->links.next == &b->links;
	moved = fits(n) ? realloc(b, sizeof *b + n) : NULL;
	if (!moved)
		return NULL;
	if (alone)
		moved->links.next = moved->links.before = &moved->links;
	moved->links.next->before = moved->links.before->next = &moved->links;
	return moved->bytes;
}

void heap_free(void *p)
{
	struct block *b;

	if (!p)
		return;
	b = block_of(p);
	b->links.next->before = b->links.before;
	b->links.before->next = b->links.next;
	free(b);
}
