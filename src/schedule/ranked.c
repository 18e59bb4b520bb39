#include "schedule/ranked.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_MAX = 256 };

/* The block where a place is or belongs: the first that ends with no better one. */
static size_t block_of(const struct ranked *p, const struct at_rung *x)
{
	size_t low = 0, high = p->n_blocks;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct ranked_block *b = &p->blocks[mid];

		if (place_compare(&b->at[b->n - 1], x) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low == p->n_blocks && low ? low - 1 : low;
}

/* The first in a block that is not better. */
static size_t slot_of(const struct ranked_block *b, const struct at_rung *x)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (place_compare(&b->at[mid], x) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct ranked_block *insert_block(struct ranked *p, size_t at)
{
	p->blocks = mem_room(p->blocks, p->n_blocks, &p->cap, sizeof *p->blocks);
	memmove(p->blocks + at + 1, p->blocks + at,
	        (p->n_blocks - at) * sizeof *p->blocks);
	p->n_blocks++;
	p->blocks[at] =
	    (struct ranked_block){.at = mem_new(BLOCK_MAX, sizeof(struct at_rung))};
	return &p->blocks[at];
}

static void split(struct ranked *p, size_t at)
{
	struct ranked_block *upper = insert_block(p, at + 1), *b = &p->blocks[at];

	upper->n = b->n / 2;
	b->n -= upper->n;
	memcpy(upper->at, b->at + b->n, upper->n * sizeof *b->at);
}

void ranked_add(struct ranked *p, const struct at_rung *x)
{
	size_t k = block_of(p, x), i;
	struct ranked_block *b;

	if (!p->n_blocks)
		insert_block(p, 0);
	if (p->blocks[k].n == BLOCK_MAX) {
		split(p, k);
		k = block_of(p, x);
	}
	b = &p->blocks[k];
	i = slot_of(b, x);
	memmove(b->at + i + 1, b->at + i, (b->n - i) * sizeof *b->at);
	b->at[i] = *x;
	b->n++;
	p->n++;
}

void ranked_remove(struct ranked *p, const struct at_rung *x)
{
	size_t k = block_of(p, x);
	struct ranked_block *b = &p->blocks[k];
	size_t i = slot_of(b, x);

	b->n--;
	p->n--;
	memmove(b->at + i, b->at + i + 1, (b->n - i) * sizeof *b->at);
	if (b->n)
		return;
	free(b->at);
	p->n_blocks--;
	memmove(b, b + 1, (p->n_blocks - k) * sizeof *b);
}

const struct at_rung *ranked_get(const struct ranked *p, size_t i)
{
	const struct ranked_block *b = p->blocks;

	for (; i >= b->n; b++)
		i -= b->n;
	return &b->at[i];
}

size_t ranked_before(const struct ranked *p, const struct at_rung *x)
{
	size_t k = block_of(p, x), n = 0;

	if (!p->n)
		return 0;
	for (size_t i = 0; i < k; i++)
		n += p->blocks[i].n;
	return n + slot_of(&p->blocks[k], x);
}

void ranked_free(struct ranked *p)
{
	for (size_t i = 0; i < p->n_blocks; i++)
		free(p->blocks[i].at);
	free(p->blocks);
	*p = (struct ranked){0};
}
