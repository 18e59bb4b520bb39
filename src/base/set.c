#include "base/set.h"
#include "base/mem.h"

#include <stdlib.h>

static size_t place(const struct set *s, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (s->cap - 1);

	while (s->keys[i] && s->keys[i] != key)
		i = (i + 1) & (s->cap - 1);
	return i;
}

bool set_has(const struct set *s, uint64_t key)
{
	return key ? s->cap && s->keys[place(s, key)] : s->zero;
}

static void grow(struct set *s)
{
	struct set bigger = {
	    .n = s->n, .cap = s->cap ? 2 * s->cap : 64, .zero = s->zero};

	bigger.keys = mem_new(bigger.cap, sizeof *bigger.keys);
	for (size_t i = 0; i < s->cap; i++)
		if (s->keys[i])
			bigger.keys[place(&bigger, s->keys[i])] = s->keys[i];
	free(s->keys);
	*s = bigger;
}

static bool add_zero(struct set *s)
{
	bool fresh = !s->zero;

	s->zero = true;
	s->n += fresh;
	return fresh;
}

bool set_add(struct set *s, uint64_t key)
{
	size_t i;

	if (!key)
		return add_zero(s);
	if (4 * s->n >= 3 * s->cap)
		grow(s);
	i = place(s, key);
	if (s->keys[i])
		return false;
	s->keys[i] = key;
	s->n++;
	return true;
}

void set_free(struct set *s)
{
	free(s->keys);
	*s = (struct set){0};
}

uint64_t set_hash(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (; n; n--, p++)
		h = (h ^ *p) * UINT64_C(0x100000001b3);
	return h;
}
