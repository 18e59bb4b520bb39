/* The memory of one search of the library, on a list: so what a call had allocated when
 * memory ran out can be found again. In the library's objects malloc, calloc, realloc
 * and free are these (src/api/lib.mk has the linker see to that); the program has
 * nothing of it. */
#ifndef HPS_API_HEAP_H
#define HPS_API_HEAP_H

#include <stddef.h>

/* In front of every block's bytes; also the head of a heap's ring, without any. */
struct heap_block {
	struct heap_block *next, *before;
};

struct heap {
	struct heap_block blocks; /* the head of a ring, the latest block next */
};

void heap_init(struct heap *h);
/* Blocks that this thread allocates from now on are of this heap (NULL: of none).
 * Returns the one before. */
struct heap *heap_use(struct heap *h);
/* Frees what was allocated since the block was the latest one; h->blocks: everything.
 */
void heap_drop(struct heap *h, struct heap_block *since);

/* stderr and stdout are these: GSL's default handler, which is never asked, would
 * print.
 */
extern void *heap_stderr, *heap_stdout;

void *heap_malloc(size_t n);
void *heap_calloc(size_t n, size_t size);
void *heap_realloc(void *p, size_t n);
void heap_free(void *p);

#endif
