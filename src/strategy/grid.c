/* Grid search: every cell once, the last parameter fastest (space->order), or in a
 * shuffled order. A cell is passed over when it violates a constraint, or when it
 * differs from an earlier one only in parameters that are not active. */
#include "base/rng.h"
#include "base/set.h"
#include "strategy/strategy.h"

#include <stdlib.h>

struct grid_state {
	const struct space *space;
	uint64_t seed, size;
	bool shuffle, plain;    /* plain: trial id = cell, nothing to pass over */
	unsigned half;          /* bits of half a Feistel block */
	uint64_t cursor, found; /* found cells that count lie before the cursor */
	const char *constraint; /* the last one that did not hold */
	struct arena scratch;
	const struct value **values; /* (n), malloc */
	struct set given;            /* space_hash of the points that come first */
};

static bool grid_init(void *state, const struct strategy_args *args, struct error *err)
{
	struct grid_state *s = state;

	s->space = args->space;
	s->seed = args->seed;
	s->shuffle = args->shuffle;
	if (!space_grid_size(s->space, &s->size, err))
		return false;
	s->plain = !s->space->n_constraints && !args->n_given;
	for (size_t i = 0; i < s->space->n; i++)
		s->plain = s->plain && !s->space->params[i].n_when;
	for (s->half = 1; s->size >> (2 * s->half);)
		s->half++;
	s->values = mem_new(s->space->n, sizeof(const struct value *));
	arena_new(&s->scratch, 1, 1);
	for (size_t i = 0; i < args->n_given; i++) {
		struct arena_mark mark = arena_mark(&s->scratch);

		space_decode(s->space, args->given[i], &s->scratch, s->values);
		set_add(&s->given, space_hash(s->space, s->values));
		arena_rewind(&s->scratch, mark);
	}
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

/* Each configuration has one cell that counts: that where every inactive parameter
 * stands at its first level. 0 if this is one; else how far it is to the next cell
 * where the first parameter that does not stand so is at its first level again. What
 * makes it inactive comes before it in space->order, so none of the cells between can
 * count. */
static uint64_t steps_to_canonical(const struct grid_state *s, uint64_t cell,
                                   const struct coord *point)
{
	uint64_t block = s->size;

	for (size_t k = 0; k < s->space->n; k++) {
		size_t i = s->space->order[k];

		if (!s->values[i] && point[i].level > 0)
			return block - cell % block;
		block /= param_grid_size(&s->space->params[i]);
	}
	return 0;
}

/* 0 when the cell is one to try; else how many cells to move on. */
static uint64_t steps_from(struct grid_state *s, uint64_t cell, struct coord *point)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	uint64_t steps;

	space_grid_point(s->space, cell, point);
	space_decode(s->space, point, &s->scratch, s->values);
	steps = steps_to_canonical(s, cell, point);
	if (!steps && set_has(&s->given, space_hash(s->space, s->values)))
		steps = 1;
	if (!steps && !space_feasible(s->space, s->values, &s->constraint))
		steps = 1;
	arena_rewind(&s->scratch, mark);
	/* In a shuffled order the neighbours are elsewhere. */
	return steps && s->shuffle ? 1 : steps;
}

static uint64_t cell_at(const struct grid_state *s, uint64_t place)
{
	return s->shuffle ? permute(s, place) : place;
}

static enum ask nothing_holds(const struct grid_state *s, struct error *err)
{
	error_set(err, ERROR_FILE,
	          "no cell of the grid holds the constraint \"%s\"\n"
	          "  help: widen it, or the values of the parameters that it names",
	          s->constraint ? s->constraint : "");
	return ASK_ERROR;
}

static enum ask grid_ask(void *state, const struct history *h, uint64_t id,
                         struct coord *out, const char **why, struct error *err)
{
	struct grid_state *s = state;

	(void)h;
	*why = "every cell of the grid has been tried";
	if (s->plain) {
		if (id >= s->size)
			return ASK_DONE;
		space_grid_point(s->space, cell_at(s, id), out);
		return ASK_POINT;
	}
	if (id < s->found)
		s->found = s->cursor = 0;
	while (s->cursor < s->size) {
		uint64_t steps = steps_from(s, cell_at(s, s->cursor), out);

		if (!steps && s->found == id)
			return ASK_POINT;
		s->found += !steps;
		s->cursor += steps ? steps : 1;
	}
	return s->found || s->given.n ? ASK_DONE : nothing_holds(s, err);
}

static void grid_fini(void *state)
{
	struct grid_state *s = state;

	arena_free(&s->scratch);
	set_free(&s->given);
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
