#include "strategy/unseen.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

enum { DUPLICATES_MAX = 1000, DRAWS_MAX = 100000 };

/* A space of up to this many configurations is searched for what is left of it; the
 * list of them then takes at the most 4 bytes times the second number. */
static const uint64_t cells_max = UINT64_C(1) << 20, entries_max = UINT64_C(1) << 24;

void unseen_init(struct unseen *f, const struct space *space)
{
	uint64_t cells = space_cardinality(space);

	*f = (struct unseen){.space = space};
	if (cells <= cells_max && cells * space->n <= entries_max)
		f->cells = cells;
	f->values = mem_new(space->n, sizeof(const struct value *));
	/* With a block at hand, marking and rewinding never gives it back. */
	arena_new(&f->scratch, 1, 1);
}

static void forget(struct unseen *f)
{
	set_free(&f->seen);
	f->taken = 0;
	f->listed = false;
	f->n_left = 0;
}

void unseen_free(struct unseen *f)
{
	forget(f);
	free(f->left);
	free(f->left_hash);
	arena_free(&f->scratch);
	free(f->values);
}

void unseen_begin(struct unseen *f, const struct history *h, uint64_t id)
{
	if (id < f->taken)
		forget(f);
	for (; f->taken < id && f->taken < h->n; f->taken++)
		set_add(&f->seen, space_hash(f->space, h->trials[f->taken].values));
	f->duplicates = f->infeasible = 0;
	f->pin = h->pin;
	f->pinned = h->pinned;
	f->id = id;
}

void unseen_pin(const struct unseen *f, struct coord *point)
{
	if (f->pin)
		f->pin(f->pinned, f->id, point);
}

static enum unseen_result look(struct unseen *f, const struct coord *point)
{
	struct arena_mark mark = arena_mark(&f->scratch);
	bool seen, feasible = true;

	space_decode(f->space, point, &f->scratch, f->values);
	seen = set_has(&f->seen, space_hash(f->space, f->values));
	if (!seen)
		feasible = space_feasible(f->space, f->values, &f->constraint);
	arena_rewind(&f->scratch, mark);
	f->duplicates += seen;
	f->infeasible += !feasible;
	return !seen && feasible ? UNSEEN_OK : UNSEEN_REFUSED;
}

enum unseen_result unseen_check(struct unseen *f, const struct coord *point)
{
	enum unseen_result r = look(f, point);

	if (r == UNSEEN_REFUSED && (f->duplicates >= DUPLICATES_MAX ||
	                            f->duplicates + f->infeasible >= DRAWS_MAX))
		return UNSEEN_GIVE_UP;
	return r;
}

static void cell_point(const struct space *s, const uint32_t *cell, struct coord *out)
{
	for (size_t i = 0; i < s->n; i++)
		out[i] = (struct coord){param_cardinality(&s->params[i])
		                            ? param_cell(&s->params[i], cell[i])
		                            : 0.5,
		                        -1};
}

/* The next combination of cells, the last of space->order fastest. An inactive
 * parameter stays at its first cell, so each configuration comes once; whether it is
 * active only hangs on what comes before it in that order. */
static bool next_cell(const struct unseen *f, uint32_t *cell)
{
	const struct space *s = f->space;

	for (size_t k = s->n; k-- > 0;) {
		size_t i = s->order[k];

		if (!f->values[i])
			continue;
		if (++cell[i] < param_cardinality(&s->params[i]))
			return true;
		cell[i] = 0;
	}
	return false;
}

static void add_left(struct unseen *f, const uint32_t *cell, uint64_t hash)
{
	size_t n = f->space->n;

	f->left_hash =
	    mem_room(f->left_hash, f->n_left, &f->cap_hash, sizeof *f->left_hash);
	f->left = mem_room(f->left, f->n_left, &f->cap_left, n * sizeof *f->left);
	memcpy(f->left + f->n_left * n, cell, n * sizeof *cell);
	f->left_hash[f->n_left++] = hash;
}

static void list_left(struct unseen *f, struct coord *point)
{
	uint32_t *cell = mem_new(f->space->n, sizeof *cell);
	struct arena_mark mark = arena_mark(&f->scratch);

	do {
		uint64_t hash;

		arena_rewind(&f->scratch, mark);
		cell_point(f->space, cell, point);
		space_decode(f->space, point, &f->scratch, f->values);
		hash = space_hash(f->space, f->values);
		if (!set_has(&f->seen, hash) &&
		    space_feasible(f->space, f->values, &f->constraint))
			add_left(f, cell, hash);
	} while (next_cell(f, cell));
	arena_rewind(&f->scratch, mark);
	free(cell);
	f->listed = true;
}

/* Strikes out what was tried since. */
static void shrink_left(struct unseen *f)
{
	size_t n = f->space->n, kept = 0;

	for (size_t k = 0; k < f->n_left; k++) {
		if (set_has(&f->seen, f->left_hash[k]))
			continue;
		memmove(f->left + kept * n, f->left + k * n, n * sizeof *f->left);
		f->left_hash[kept++] = f->left_hash[k];
	}
	f->n_left = kept;
}

static enum ask nothing_left(const struct unseen *f, const char **why,
                             struct error *err)
{
	bool found = f->cells ? f->seen.n : f->duplicates > f->infeasible;

	if (found) {
		*why = f->cells ? "every configuration of the space has been tried"
		                : "no configuration that is new was found in a "
		                  "thousand draws";
		return ASK_DONE;
	}
	if (f->cells)
		error_set(err, ERROR_FILE,
		          "no configuration of the space holds the constraint \"%s\"\n"
		          "  help: widen it, or the parameters that it names",
		          f->constraint ? f->constraint : "");
	else
		error_set(err, ERROR_FILE,
		          "no configuration that holds the constraint \"%s\" was found "
		          "in %llu draws\n"
		          "  help: widen it, or narrow the parameters that it names",
		          f->constraint ? f->constraint : "",
		          (unsigned long long)(f->infeasible + f->duplicates));
	return ASK_ERROR;
}

size_t unseen_left(struct unseen *f, struct coord *scratch)
{
	if (f->cells && !f->listed)
		list_left(f, scratch);
	shrink_left(f);
	return f->n_left;
}

void unseen_left_point(const struct unseen *f, size_t k, struct coord *out)
{
	cell_point(f->space, f->left + k * f->space->n, out);
}

enum ask unseen_leftover(struct unseen *f, uint64_t seed, uint64_t id,
                         struct coord *out, const char **why, struct error *err)
{
	size_t pick;

	if (!unseen_left(f, out))
		return nothing_left(f, why, err);
	pick = (size_t)rng_below(seed, id, RNG_PICK, 0, f->n_left);
	unseen_left_point(f, pick, out);
	return ASK_POINT;
}

enum ask unseen_draw(struct unseen *f, const struct history *h, uint64_t seed,
                     uint64_t id, struct coord *out, const char **why,
                     struct error *err)
{
	enum unseen_result r = UNSEEN_REFUSED;
	size_t n = f->space->n;

	unseen_begin(f, h, id);
	for (uint32_t attempt = 0; r == UNSEEN_REFUSED; attempt++) {
		for (size_t i = 0; i < n; i++)
			out[i] = (struct coord){
			    rng_unit(seed, id, RNG_POINT,
			             attempt * (uint32_t)n + (uint32_t)i),
			    -1};
		unseen_pin(f, out);
		r = unseen_check(f, out);
	}
	if (r == UNSEEN_OK)
		return ASK_POINT;
	return unseen_leftover(f, seed, id, out, why, err);
}
