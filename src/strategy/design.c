#include "strategy/design.h"
#include "base/rng.h"
#include "strategy/sobol.h"

#include <assert.h>
#include <stdlib.h>

enum { LEAST = 5, MOST = 8, BRANCHES_MAX = 16 };

static void find_branch(struct design *g)
{
	const struct encoding *e = g->encoding;
	size_t most = 1;

	g->branch = SIZE_MAX;
	for (size_t i = 0; i < e->space->n; i++)
		for (size_t k = 0; k < e->space->params[i].n_when; k++) {
			size_t j = e->dim_of[e->space->params[i].when[k].param];
			size_t n = j == SIZE_MAX ? 0 : e->codes[j].n_cells;

			if (n > most && n <= BRANCHES_MAX) {
				most = n;
				g->branch = j;
			}
		}
	if (g->branch != SIZE_MAX && g->n < 2 * most)
		g->n = 2 * most;
}

void design_init(struct design *g, struct encoding *e, uint64_t seed)
{
	*g = (struct design){.encoding = e, .seed = seed, .n = e->d + 1};
	g->n = g->n < LEAST ? LEAST : g->n > MOST ? MOST : g->n;
	find_branch(g);
	g->genes = mem_new(e->d, sizeof *g->genes);
	if (e->d > SOBOL_DIMENSIONS)
		return;
	g->v = mem_new(e->d * SOBOL_BITS, sizeof *g->v);
	sobol_directions(e->d, g->v);
}

void design_free(struct design *g)
{
	free(g->v);
	free(g->genes);
	*g = (struct design){0};
}

/* Of a scrambled sequence, point id; when that is taken, independent draws. */
static double coordinate(const struct design *g, uint64_t id, uint32_t attempt,
                         size_t j)
{
	uint32_t x;

	if (attempt || !g->v)
		return rng_unit(g->seed, id, RNG_POINT,
		                attempt * (uint32_t)g->encoding->d + (uint32_t)j);
	x = sobol_coordinate(g->v + j * SOBOL_BITS, (uint32_t)id);
	x = sobol_scramble(x, (uint32_t)rng_u64(g->seed, 0, RNG_SCRAMBLE, (uint32_t)j));
	return ((double)x + 0.5) * 0x1p-32;
}

/* The branches in turn, in an order of the seed's. */
static size_t branch_of(const struct design *g, uint64_t id)
{
	size_t n = g->encoding->codes[g->branch].n_cells, order[BRANCHES_MAX];

	assert(n && n <= BRANCHES_MAX);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i-- > 1;) {
		size_t k =
		    (size_t)rng_below(g->seed, 0, RNG_SHUFFLE, (uint32_t)i, i + 1);
		size_t was = order[i];

		order[i] = order[k];
		order[k] = was;
	}
	return order[id % n];
}

static void make(const struct design *g, uint64_t id, uint32_t attempt)
{
	const struct encoding *e = g->encoding;

	for (size_t j = 0; j < e->d; j++) {
		bool centre =
		    !id && !attempt && (!e->codes[j].n_cells || e->codes[j].position);

		g->genes[j] =
		    encoding_gene(e, j, centre ? 0.5 : coordinate(g, id, attempt, j));
	}
	if (g->branch != SIZE_MAX)
		g->genes[g->branch] = (double)branch_of(g, id + attempt);
}

enum ask design_ask(struct design *g, struct unseen *f, uint64_t id, struct coord *out,
                    const char **why, struct error *err)
{
	enum unseen_result r = UNSEEN_REFUSED;

	for (uint32_t attempt = 0; r == UNSEEN_REFUSED; attempt++) {
		make(g, id, attempt);
		encoding_point(g->encoding, g->genes, out);
		unseen_pin(f, out);
		r = unseen_check(f, out);
	}
	if (r == UNSEEN_OK)
		return ASK_POINT;
	return unseen_leftover(f, g->seed, id, out, why, err);
}
