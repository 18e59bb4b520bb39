#include "strategy/fresh.h"
#include "base/rng.h"

#include <stdlib.h>

enum { DUPLICATES_MAX = 1000, DRAWS_MAX = 100000 };

/* A space of up to this many cells is searched for what is left of it. */
static const uint64_t enumerable = UINT64_C(1) << 20;

void fresh_init(struct fresh *f, const struct space *space)
{
	*f = (struct fresh){.space = space};
	f->values = mem_new(space->n, sizeof(const struct value *));
}

void fresh_free(struct fresh *f)
{
	set_free(&f->seen);
	arena_free(&f->scratch);
	free(f->values);
}

void fresh_begin(struct fresh *f, const struct history *h, uint64_t id)
{
	for (; f->taken < id && f->taken < h->n; f->taken++)
		set_add(&f->seen, space_hash(f->space, h->trials[f->taken].values));
	f->duplicates = f->infeasible = 0;
}

static enum fresh_result look(struct fresh *f, const struct coord *point)
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
	return !seen && feasible ? FRESH_OK : FRESH_REFUSED;
}

enum fresh_result fresh_check(struct fresh *f, const struct coord *point)
{
	enum fresh_result r = look(f, point);

	if (r == FRESH_REFUSED && (f->duplicates >= DUPLICATES_MAX ||
	                           f->duplicates + f->infeasible >= DRAWS_MAX))
		return FRESH_GIVE_UP;
	return r;
}

/* Number of cells of the unit cube; 0 when there are too many to visit. */
static uint64_t cells(const struct space *s)
{
	uint64_t product = 1;

	for (size_t i = 0; i < s->n; i++) {
		uint64_t n = param_cardinality(&s->params[i]);

		if (!n || n > enumerable)
			return 0;
		product *= n;
		if (product > enumerable)
			return 0;
	}
	return product;
}

static void cell_point(const struct space *s, uint64_t cell, struct coord *out)
{
	for (size_t i = s->n; i-- > 0;) {
		uint64_t n = param_cardinality(&s->params[i]);

		out[i] = (struct coord){param_cell(&s->params[i], cell % n), -1};
		cell /= n;
	}
}

/* Visits every cell whose configuration is new (each configuration once, though
 * conditions give it several cells); returns how many, the stop-th one being left in
 * out. */
static uint64_t visit_left(struct fresh *f, uint64_t n, uint64_t stop,
                           struct coord *out)
{
	struct set met = {0};
	uint64_t found = 0;

	for (uint64_t cell = 0; cell < n && found <= stop; cell++) {
		struct arena_mark mark = arena_mark(&f->scratch);
		uint64_t hash;

		cell_point(f->space, cell, out);
		space_decode(f->space, out, &f->scratch, f->values);
		hash = space_hash(f->space, f->values);
		found += !set_has(&f->seen, hash) && set_add(&met, hash) &&
		         space_feasible(f->space, f->values, NULL);
		arena_rewind(&f->scratch, mark);
	}
	set_free(&met);
	return found;
}

enum ask fresh_leftover(struct fresh *f, uint64_t seed, uint64_t id, struct coord *out,
                        const char **why, struct error *err)
{
	uint64_t n = cells(f->space), left;

	if (n) {
		left = visit_left(f, n, UINT64_MAX - 1, out);
		if (left) {
			visit_left(f, n, rng_below(seed, id, RNG_PICK, 0, left), out);
			return ASK_POINT;
		}
		if (f->seen.n) {
			*why = "every configuration of the space has been tried";
			return ASK_DONE;
		}
	}
	if (f->duplicates > f->infeasible) {
		*why = "no configuration that is new was found in a thousand draws";
		return ASK_DONE;
	}
	error_set(err, ERROR_FILE,
	          "no configuration that holds the constraint \"%s\" was found in %llu "
	          "draws\n"
	          "  help: widen it, or narrow the parameters that it names",
	          f->constraint ? f->constraint : "",
	          (unsigned long long)(f->infeasible + f->duplicates));
	return ASK_ERROR;
}
