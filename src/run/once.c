#include "run/once.h"

#include "base/mem.h"

#include <stdlib.h>

static struct once_said *place(const struct once_table *t, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (t->cap - 1);

	while (t->list[i].key && t->list[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->list[i];
}

static void grow(struct once_table *t)
{
	struct once_table bigger = {.n = t->n, .cap = t->cap ? 2 * t->cap : 16};

	bigger.list = mem_new(bigger.cap, sizeof *bigger.list);
	for (size_t i = 0; i < t->cap; i++)
		if (t->list[i].key)
			*place(&bigger, t->list[i].key) = t->list[i];
	free(t->list);
	*t = bigger;
}

/* A full table becomes the one before; what is asked for again moves on from there. */
static struct once_said *find(struct once *o, uint64_t key)
{
	struct once_said *said;

	if (o->now.n == ONCE_MAX) {
		free(o->before.list);
		o->before = o->now;
		o->now = (struct once_table){0};
	}
	if (4 * o->now.n >= 3 * o->now.cap)
		grow(&o->now);
	said = place(&o->now, key);
	if (said->key)
		return said;
	if (o->before.cap)
		*said = *place(&o->before, key);
	said->key = key;
	o->now.n++;
	return said;
}

bool once_says(struct once *o, size_t stream, uint64_t key)
{
	struct once_said *said = find(o, key + !key);
	uint32_t most = 0;

	for (size_t i = 0; i < ONCE_STREAMS; i++)
		most = said->times[i] > most ? said->times[i] : most;
	said->times[stream] += said->times[stream] < UINT32_MAX;
	return said->times[stream] > most;
}

void once_free(struct once *o)
{
	free(o->now.list);
	free(o->before.list);
	*o = (struct once){0};
}
