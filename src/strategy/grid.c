/* Grid search: every cell once, the last parameter fastest, or in a shuffled order. A
 * cell is passed over when it violates a constraint, or when it differs from an earlier
 * one only in parameters that are not active. */
#include "base/rng.h"
#include "strategy/strategy.h"

#include <stdlib.h>

struct grid_state {
	const struct space *space;
	uint64_t seed, size;
	bool shuffle, plain;   /* plain: trial id = cell, nothing to pass over */
	unsigned half;         /* bits of half a Feistel block */
	uint64_t cursor, next; /* cells looked at for the trials below next */
	struct arena scratch;
	const struct value **values; /* (n), malloc */
};

static bool grid_init(void *state, const struct strategy_args *args, struct error *err)
{
	struct grid_state *s = state;

	s->space = args->space;
	s->seed = args->seed;
	s->shuffle = args->shuffle;
	if (!space_grid_size(s->space, &s->size, err))
		return false;
	s->plain = !s->space->n_constraints;
	for (size_t i = 0; i < s->space->n; i++)
		s->plain = s->plain && !s->space->params[i].n_when;
	for (s->half = 1; s->size >> (2 * s->half);)
		s->half++;
	s->values = mem_new(s->space->n, sizeof(const struct value *));
	return true;
}

/* A random permutation of 0 … size-1 without a table: a four-round Feistel network on
 * the next power of four, walked until it lands inside (Black & Rogaway 2002, "Ciphers
 * with arbitrary finite domains", section 5). */
static uint64_t permute(const struct grid_state *s, uint64_t x)
{
	uint64_t mask = (UINT64_C(1) << s->half) - 1;

	do {
		uint64_t left = x >> s->half, right = x & mask;

		for (uint32_t round = 0; round < 4; round++) {
			uint64_t f = rng_u64(s->seed, right, RNG_SHUFFLE, round) & mask;
			uint64_t old = right;

			right = left ^ f;
			left = old;
		}
		x = left << s->half | right;
	} while (x >= s->size);
	return x;
}

/* An inactive parameter must stand at its first level: so each configuration has one
 * cell. */
static bool canonical(const struct grid_state *s, const struct coord *point)
{
	for (size_t i = 0; i < s->space->n; i++)
		if (!s->values[i] && point[i].level > 0)
			return false;
	return true;
}

static bool cell_counts(struct grid_state *s, uint64_t cell, struct coord *point)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	bool ok;

	space_grid_point(s->space, cell, point);
	if (s->plain)
		return true;
	space_decode(s->space, point, &s->scratch, s->values);
	ok = canonical(s, point) && space_feasible(s->space, s->values, NULL);
	arena_rewind(&s->scratch, mark);
	return ok;
}

static uint64_t cell_at(const struct grid_state *s, uint64_t place)
{
	return s->shuffle ? permute(s, place) : place;
}

static enum ask grid_ask(void *state, const struct history *h, uint64_t id,
                         struct coord *out, const char **why, struct error *err)
{
	struct grid_state *s = state;

	(void)h;
	(void)err;
	*why = "every cell of the grid has been tried";
	if (s->plain) {
		if (id >= s->size)
			return ASK_DONE;
		space_grid_point(s->space, cell_at(s, id), out);
		return ASK_POINT;
	}
	if (id < s->next)
		s->next = s->cursor = 0;
	for (; s->cursor < s->size; s->cursor++)
		if (cell_counts(s, cell_at(s, s->cursor), out) && s->next++ == id) {
			s->cursor++;
			return ASK_POINT;
		}
	return ASK_DONE;
}

static void grid_fini(void *state)
{
	struct grid_state *s = state;

	arena_free(&s->scratch);
	free(s->values);
}

const struct strategy_type strategy_grid = {
    .name = "grid",
    .summary = "every combination once",
    .state_size = sizeof(struct grid_state),
    .init = grid_init,
    .ask = grid_ask,
    .fini = grid_fini,
};
