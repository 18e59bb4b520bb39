#include "strategy/optima.h"
#include "base/rng.h"
#include "gp/sample.h"
#include "gp/slice.h"
#include "strategy/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	MODELLED_MAX = 300,
	FIT_STEPS = 50,
	BURN = 2,
	WALKS = 8, /* draws of the kernel's parameters … */
	FUNCS = 6, /* … and of functions for each, which have a mirror image each */
	DRAWS = 2 * WALKS * FUNCS,
	EVEN = 1536,  /* candidates all over the space */
	AROUND = 512, /* and around the best data */
	BEST_OF = 8,
	STEPS = 64, /* tries around the best so far … */
	ROUNDS = 4  /* … each time half as far */
};

struct work {
	struct dataset l;
	struct encoding e;
	struct optima *out;
	const struct optima_at *at;
	size_t place;
	size_t *levels; /* (d) */
	struct candidates {
		double *genes; /* (n, d) data among them */
		double *rows;  /* (n, d) */
		size_t n;
	} * of;        /* (places) */
	double *value; /* (2, n) of the most */
	struct coord *point;
	struct arena scratch;
	uint64_t seed, draws;
};

static double draw(struct work *w)
{
	return rng_unit(w->seed, w->draws++, RNG_MODEL, UINT32_C(0x0f71));
}

/* Holds every constraint? The row of the genes as well. */
static bool feasible(struct work *w, const double *genes, double *row)
{
	const struct space *sp = w->e.space;
	struct arena_mark mark = arena_mark(&w->scratch);
	const struct value **values = arena_new(&w->scratch, sp->n, sizeof *values);
	bool ok;

	encoding_point(&w->e, genes, w->point);
	space_decode(sp, w->point, &w->scratch, values);
	ok = space_feasible(sp, values, NULL);
	arena_rewind(&w->scratch, mark);
	if (ok)
		encoding_row(&w->e, genes, row);
	return ok;
}

/* Puts what is given in its place. */
static void give(struct work *w, double *genes)
{
	const struct optima_at *at = w->at;

	for (size_t i = 0; at && i < at->n_params; i++) {
		size_t j = w->e.dim_of[at->params[i]];

		if (j != SIZE_MAX)
			genes[j] =
			    encoding_gene(&w->e, j, at->u[w->place * at->n_params + i]);
	}
}

/* Genes near to others: one in three moves, a number by up to `far`. */
static void step(struct work *w, const double *from, double far, double *genes)
{
	size_t d = w->e.d, always = (size_t)((double)d * draw(w));

	for (size_t j = 0; j < d; j++) {
		const struct coding *c = &w->e.codes[j];
		double u = c->n_cells ? c->u[(size_t)from[j]] : from[j];

		genes[j] = from[j];
		if (j != always && draw(w) > 1.0 / 3)
			continue;
		if (c->n_cells && w->e.dims[j].kind == GP_CATEGORY)
			u = draw(w);
		else
			u = fmin(fmax(u + far * (2 * draw(w) - 1), 0), 1);
		genes[j] = encoding_gene(&w->e, j, u);
	}
	give(w, genes);
}

static void even(struct work *w, double *genes)
{
	for (size_t j = 0; j < w->e.d; j++)
		genes[j] = encoding_gene(&w->e, j, draw(w));
}

/* The data, points all over the space, and points near to the best data; at one place
 * of what is given. */
static void make_candidates(struct work *w, struct candidates *c)
{
	const struct dataset *l = &w->l;
	size_t d = w->e.d, best = l->n < BEST_OF ? l->n : BEST_OF, *order;
	double *value = dataset_values(l, l->n);

	order = dataset_sorted(value, l->n);
	c->genes = mem_new((l->n + EVEN + AROUND) * d, sizeof *c->genes);
	c->rows = mem_new((l->n + EVEN + AROUND) * d, sizeof *c->rows);
	for (size_t i = 0; i < l->n + EVEN + AROUND; i++) {
		double *genes = c->genes + c->n * d;

		if (i < l->n)
			memcpy(genes, dataset_genes(l, i), d * sizeof *genes);
		else if (i < l->n + EVEN)
			even(w, genes);
		else
			step(w, dataset_genes(l, order[i % best]), 0.1, genes);
		give(w, genes);
		c->n += feasible(w, genes, c->rows + c->n * d);
	}
	free(order);
	free(value);
}

/* One of the draw's two functions at rows. */
static void evaluate(const struct gp_sample *f, const double *rows, size_t n,
                     bool mirrored, double *out)
{
	double *other = mem_new(n + 1, sizeof *other);

	gp_sample_values(f, rows, n, mirrored ? other : out, mirrored ? out : other);
	free(other);
}

/* Goes down from genes, a candidate of that value. */
static void descend(struct work *w, const struct gp_sample *f, bool mirrored,
                    double *genes, double value)
{
	size_t d = w->e.d;
	double *tries = mem_new(2 * STEPS * d + STEPS, sizeof *tries);
	double *rows = tries + STEPS * d, *v = rows + STEPS * d, far = 0.2;

	for (int round = 0; round < ROUNDS; round++, far /= 2) {
		size_t n = 0, best = SIZE_MAX;

		for (size_t i = 0; i < STEPS; i++) {
			step(w, genes, far, tries + n * d);
			n += feasible(w, tries + n * d, rows + n * d);
		}
		if (!n)
			continue;
		evaluate(f, rows, n, mirrored, v);
		for (size_t i = 0; i < n; i++)
			if (v[i] < value) {
				value = v[i];
				best = i;
			}
		if (best != SIZE_MAX)
			memcpy(genes, tries + best * d, d * sizeof *genes);
	}
	free(tries);
}

static void keep(struct work *w, const double *genes, size_t draw)
{
	struct optima *o = w->out;
	const struct space *sp = w->e.space;
	const struct value **values = arena_new(&o->arena, sp->n, sizeof *values);

	encoding_point(&w->e, genes, w->point);
	space_decode(sp, w->point, &o->arena, values);
	o->values[draw * o->places + w->place] = values;
}

static void take(struct work *w, const struct gp_sample *f, bool mirrored)
{
	const struct candidates *c = &w->of[w->place];
	size_t d = w->e.d, best = 0;
	const double *v = w->value + (mirrored ? c->n : 0);
	double *genes = mem_new(d, sizeof *genes);

	for (size_t i = 1; i < c->n; i++)
		if (v[i] < v[best])
			best = i;
	memcpy(genes, c->genes + best * d, d * sizeof *genes);
	descend(w, f, mirrored, genes, v[best]);
	keep(w, genes, w->out->n + mirrored);
	free(genes);
}

static void draw_all(struct work *w)
{
	struct gp_walk walk;

	gp_walk_init(&walk, &w->l.gp, w->l.gp.theta, w->seed, 0);
	for (int i = 0; i < BURN; i++)
		gp_walk_step(&walk);
	for (uint64_t k = 0; k < (uint64_t)WALKS * FUNCS; k++) {
		struct gp_sample f;

		if (k % FUNCS == 0) {
			gp_walk_step(&walk);
			gp_factor(&w->l.gp, walk.theta);
		}
		gp_sample_init(&f, &w->l.gp, w->levels, w->seed, k);
		for (w->place = 0; w->place < w->out->places; w->place++) {
			const struct candidates *c = &w->of[w->place];

			gp_sample_values(&f, c->rows, c->n, w->value, w->value + c->n);
			take(w, &f, false);
			take(w, &f, true);
		}
		w->out->n += 2;
		gp_sample_free(&f);
	}
	gp_walk_free(&walk);
}

/* Only trials that have a value: one that failed is no place for an optimum, and no
 * number either. */
static void gather(struct work *w, const struct history *h)
{
	struct known *seen = mem_new(h->n + 1, sizeof *seen);
	struct observation *end = mem_new(h->n + 1, sizeof *end);

	for (size_t i = 0; i < h->n; i++) {
		const struct observation *last;

		seen[i] = h->trials[i];
		seen[i].n = 0;
		if (history_state(h, i, &last) != KNOWN_OK || !isfinite(last->value))
			continue;
		end[i] = *last;
		seen[i].observations = &end[i];
		seen[i].n = 1;
	}
	dataset_gather(
	    &w->l,
	    &(struct history){.trials = seen, .n = h->n, .known_upto = UINT64_MAX},
	    h->n);
	free(seen);
	free(end);
}

static void fit(struct dataset *l)
{
	static const double nu[] = {0.0025, 0.05, 0.5};
	struct gp *g = &l->gp;

	dataset_look_at(l, l->n, MODELLED_MAX, MODELLED_MAX / 3, 0, NULL);
	dataset_load(l, l->n);
	if (g->prior.sd[g->d + 1] > 1)
		gp_noise_prior(g, -3, 2.5);
	gp_fit_from(g, nu, ARRAY_LEN(nu), FIT_STEPS);
}

/* False: at some place nothing holds the constraints. */
static bool prepare(struct work *w)
{
	size_t most = 0;

	w->levels = mem_new(w->e.d, sizeof *w->levels);
	for (size_t j = 0; j < w->e.d; j++)
		w->levels[j] = w->e.codes[j].n_cells;
	w->of = mem_new(w->out->places, sizeof *w->of);
	for (w->place = 0; w->place < w->out->places; w->place++) {
		make_candidates(w, &w->of[w->place]);
		if (!w->of[w->place].n)
			return false;
		most = w->of[w->place].n > most ? w->of[w->place].n : most;
	}
	w->value = mem_new(2 * most, sizeof *w->value);
	return true;
}

void optima_find(const struct space *space, const struct history *h,
                 const struct optima_at *at, uint64_t seed, struct optima *out)
{
	struct work w = {.out = out, .seed = seed, .at = at};

	*out = (struct optima){.places = at ? at->n : 1};
	encoding_init(&w.e, space, false, false);
	dataset_init(&w.l, &w.e, (double)NAN, seed);
	w.point = mem_new(space->n, sizeof *w.point);
	gather(&w, h);
	out->trials = w.l.n;
	if (w.l.n >= OPTIMA_TRIALS && w.e.d) {
		out->values = mem_new(DRAWS * out->places, sizeof *out->values);
		fit(&w.l);
		out->r2 = gp_r_squared(&w.l.gp);
		if (prepare(&w))
			draw_all(&w);
	}
	for (size_t i = 0; w.of && i < out->places; i++) {
		free(w.of[i].genes);
		free(w.of[i].rows);
	}
	free(w.of);
	free(w.levels);
	free(w.point);
	free(w.value);
	arena_free(&w.scratch);
	dataset_free(&w.l);
	encoding_free(&w.e);
}

void optima_free(struct optima *o)
{
	free(o->values);
	arena_free(&o->arena);
	*o = (struct optima){0};
}
