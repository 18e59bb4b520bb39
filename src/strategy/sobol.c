/* Quasi-random search: a scrambled Sobol sequence, which fills the space more evenly
 * than independent draws; points that repeat a configuration or violate a constraint
 * are passed over. */
#include "strategy/sobol.h"
#include "base/rng.h"
#include "strategy/unseen.h"

#include <stdlib.h>

void sobol_directions(size_t n, uint32_t *v)
{
	const uint16_t *row = sobol_table;

	for (size_t d = 0; d < n; d++, v += SOBOL_BITS) {
		unsigned s, a;

		if (!d) {
			for (unsigned j = 0; j < SOBOL_BITS; j++)
				v[j] = UINT32_C(1) << (31 - j);
			continue;
		}
		s = *row++;
		a = *row++;
		for (unsigned j = 0; j < s; j++)
			v[j] = (uint32_t)*row++ << (31 - j);
		for (unsigned j = s; j < SOBOL_BITS; j++) {
			v[j] = v[j - s] ^ v[j - s] >> s;
			for (unsigned k = 1; k < s; k++)
				if (a >> (s - 1 - k) & 1)
					v[j] ^= v[j - k];
		}
	}
}

uint32_t sobol_coordinate(const uint32_t *v, uint32_t index)
{
	uint32_t x = 0;

	for (; index; index >>= 1, v++)
		if (index & 1)
			x ^= *v;
	return x;
}

static uint32_t reverse_bits(uint32_t x)
{
	x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
	x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
	x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(x);
}

uint32_t sobol_scramble(uint32_t x, uint32_t seed)
{
	x = reverse_bits(x);
	x += seed;
	x ^= x * 0x6c50b47cU;
	x ^= x * 0xb82f1e52U;
	x ^= x * 0xc7afe638U;
	x ^= x * 0x8d22f6e6U;
	return reverse_bits(x);
}

struct sobol_state {
	uint64_t seed;
	struct unseen fresh;
	size_t *dimension; /* (n) of the sequence; constants have none: SIZE_MAX */
	uint32_t *v;       /* (dimensions, SOBOL_BITS) */
	uint32_t *keys;    /* (dimensions) of the scrambling */
	/* Trials below `next` took the points before `index`. What trial `next` would
	 * get is kept in `found`, once it was looked for. */
	uint64_t index, next, found;
	enum unseen_result result;
	bool looked;
};

static bool sobol_init(void *state, const struct strategy_args *args, struct error *err)
{
	struct sobol_state *s = state;
	size_t n = args->space->n, used = 0;

	s->seed = args->seed;
	unseen_init(&s->fresh, args->space);
	s->dimension = mem_new(n, sizeof *s->dimension);
	for (size_t i = 0; i < n; i++)
		s->dimension[i] =
		    args->space->params[i].dist == DIST_CONSTANT ? SIZE_MAX : used++;
	if (used > SOBOL_DIMENSIONS)
		return error_set(
		    err, ERROR_FILE,
		    "method: sobol takes up to %d parameters, this file has %zu\n"
		    "  help: write method: random",
		    SOBOL_DIMENSIONS, used);
	s->v = mem_new(used * SOBOL_BITS, sizeof *s->v);
	s->keys = mem_new(used, sizeof *s->keys);
	sobol_directions(used, s->v);
	for (size_t d = 0; d < used; d++)
		s->keys[d] = (uint32_t)rng_u64(s->seed, 0, RNG_SCRAMBLE, (uint32_t)d);
	return true;
}

static void point_at(const struct sobol_state *s, uint64_t index, struct coord *out)
{
	for (size_t i = 0; i < s->fresh.space->n; i++) {
		size_t d = s->dimension[i];
		uint32_t x;

		out[i] = (struct coord){0.5, -1};
		if (d == SIZE_MAX)
			continue;
		x = sobol_coordinate(s->v + d * SOBOL_BITS, (uint32_t)index);
		out[i].u = ((double)sobol_scramble(x, s->keys[d]) + 0.5) * 0x1p-32;
	}
}

/* The first point of the sequence, from index on, that trial `next` can have. */
static enum unseen_result look(struct sobol_state *s, const struct history *h,
                               struct coord *out)
{
	if (s->looked) {
		point_at(s, s->found, out);
		unseen_pin(&s->fresh, out);
		return s->result;
	}
	unseen_begin(&s->fresh, h, s->next);
	s->result = UNSEEN_GIVE_UP; /* at the end of the sequence */
	for (s->found = s->index; s->found <= UINT32_MAX; s->found++) {
		point_at(s, s->found, out);
		unseen_pin(&s->fresh, out);
		s->result = unseen_check(&s->fresh, out);
		if (s->result != UNSEEN_REFUSED)
			break;
	}
	s->looked = true;
	return s->result;
}

static bool same_point(const struct sobol_state *s, const struct coord *a,
                       const struct coord *b)
{
	for (size_t i = 0; i < s->fresh.space->n; i++)
		if (a[i].u < b[i].u || a[i].u > b[i].u || b[i].level >= 0)
			return false;
	return true;
}

/* Walks the sequence over the trials that are there, which is a step as the search goes
 * on, and the whole way with a new state. A trial whose point is not of the sequence
 * (the defaults, or what was left of a finite space) took no index. */
static void catch_up(struct sobol_state *s, const struct history *h, uint64_t id,
                     struct coord *out)
{
	if (id < s->next) {
		s->index = s->next = 0;
		s->looked = false;
	}
	for (; s->next < id && s->next < h->n; s->next++) {
		if (look(s, h, out) == UNSEEN_OK &&
		    same_point(s, out, h->trials[s->next].point))
			s->index = s->found + 1;
		s->looked = false;
	}
}

static enum ask sobol_ask(void *state, const struct history *h, uint64_t id,
                          struct coord *out, const char **why, struct error *err)
{
	struct sobol_state *s = state;

	catch_up(s, h, id, out);
	if (look(s, h, out) == UNSEEN_OK)
		return ASK_POINT;
	return unseen_leftover(&s->fresh, s->seed, id, out, why, err);
}

static void sobol_fini(void *state)
{
	struct sobol_state *s = state;

	unseen_free(&s->fresh);
	free(s->dimension);
	free(s->v);
	free(s->keys);
}

const struct strategy_type strategy_sobol = {
    .name = "sobol",
    .summary = "a scrambled Sobol sequence: even coverage, none repeated",
    .state_size = sizeof(struct sobol_state),
    .init = sobol_init,
    .ask = sobol_ask,
    .fini = sobol_fini,
};
