#include "report/shares.h"
#include "base/double.h"
#include "base/rng.h"
#include "strategy/sobol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draws of a point, or of the part of one that is not kept, before it is given up. */
enum { TRIES = 256 };

static bool holds(struct shares *s, const double *genes)
{
	const struct space *space = s->e->space;
	struct arena_mark mark = arena_mark(&s->scratch);
	struct coord *point = arena_new(&s->scratch, space->n, sizeof *point);
	const struct value **values = arena_new(&s->scratch, space->n, sizeof *values);
	bool ok;

	encoding_point(s->e, genes, point);
	space_decode(space, point, &s->scratch, values);
	ok = space_feasible(space, values, NULL);
	arena_rewind(&s->scratch, mark);
	return ok;
}

/* Coordinates j0 … j0 + d of a scrambled Sobol sequence; of those of its points that
 * hold the constraints the first n. */
static bool make_points(struct shares *s, size_t j0, double *genes)
{
	size_t d = s->e->d, k = 0;
	bool sobol = 2 * d <= SOBOL_DIMENSIONS;
	uint32_t *v = mem_new(2 * d * SOBOL_BITS, sizeof *v);

	if (sobol)
		sobol_directions(2 * d, v);
	for (uint32_t i = 0; k < s->n && i / TRIES < s->n; i++) {
		for (size_t j = 0; j < d; j++) {
			uint32_t c = (uint32_t)(j0 + j);
			uint32_t key =
			    (uint32_t)rng_u64(s->seed, s->id, RNG_SCRAMBLE, c);
			double u =
			    sobol ? ((double)sobol_scramble(
					 sobol_coordinate(v + c * SOBOL_BITS, i), key) +
			             0.5) *
					0x1p-32
				  : rng_unit(s->seed + s->id, i, RNG_MODEL, c);

			genes[k * d + j] = encoding_gene(s->e, j, u);
		}
		k += !s->e->space->n_constraints || holds(s, genes + k * d);
	}
	free(v);
	return k == s->n;
}

bool shares_init(struct shares *s, struct encoding *e, size_t n, uint64_t seed,
                 uint64_t id)
{
	*s = (struct shares){.e = e, .n = n, .seed = seed, .id = id};
	s->a = mem_new(3 * n * e->d, sizeof *s->a);
	s->b = s->a + n * e->d;
	s->rows = s->b + n * e->d;
	s->fa = mem_new(7 * n, sizeof *s->fa);
	s->fb = s->fa + 2 * n;
	s->fj = s->fb + 2 * n;
	s->sorted = s->fj + 2 * n;
	return make_points(s, 0, s->a) && make_points(s, e->d, s->b);
}

void shares_free(struct shares *s)
{
	free(s->a);
	free(s->fa);
	arena_free(&s->scratch);
	*s = (struct shares){0};
}

/* Draws anew, in genes, all that is not of `kept` (x, y) or, in turn, only that, until
 * the constraints hold. */
static void redraw(struct shares *s, uint64_t i, uint32_t block, size_t x, size_t y,
                   bool kept, const double *way_out, double *genes)
{
	size_t d = s->e->d;

	for (uint32_t tries = 0; tries < TRIES; tries++) {
		for (size_t j = 0; j < d; j++)
			if ((j == x || j == y) != kept)
				genes[j] = encoding_gene(
				    s->e, j,
				    rng_unit(s->seed + s->id, i, RNG_MODEL,
				             (block * TRIES + tries) * (uint32_t)d +
				                 (uint32_t)j));
		if (holds(s, genes))
			return;
	}
	memcpy(genes, way_out, d * sizeof *genes);
}

/* The points of one set with dimensions x and y (SIZE_MAX: none) from the other. */
static const double *mixed(struct shares *s, const double *most, const double *other,
                           size_t x, size_t y, bool kept)
{
	size_t d = s->e->d;
	double *genes = mem_new(d, sizeof *genes);
	uint32_t block = (uint32_t)(2 * (x * d + (y == SIZE_MAX ? x : y)) + kept);

	for (size_t i = 0; i < s->n; i++) {
		for (size_t j = 0; j < d; j++)
			genes[j] = (j == x || j == y ? other : most)[i * d + j];
		if (s->e->space->n_constraints && x != SIZE_MAX)
			redraw(s, i, block, x, y, kept, s->a + i * d, genes);
		encoding_row(s->e, genes, s->rows + i * d);
	}
	free(genes);
	return s->rows;
}

/* What both sets gave for one function, less its mean, of what is below a cap. */
struct centred {
	const double *a, *b, *j;
	size_t n;
	double cap, mean, variance;
};

static struct centred centre(const struct shares *s, size_t function, double cap)
{
	size_t at = function * s->n;
	struct centred c = {
	    .a = s->fa + at, .b = s->fb + at, .j = s->fj + at, .n = s->n, .cap = cap};

	for (size_t i = 0; i < c.n; i++)
		c.mean += (fmin(c.a[i], cap) + fmin(c.b[i], cap)) / (double)(2 * c.n);
	for (size_t i = 0; i < c.n; i++) {
		double a = fmin(c.a[i], cap) - c.mean, b = fmin(c.b[i], cap) - c.mean;

		c.variance += (a * a + b * b) / (double)(2 * c.n);
	}
	return c;
}

/* Formula b: `like` shares with j what is asked about, `unlike` nothing of it. */
static double closed(const struct centred *c, const double *like, const double *unlike)
{
	double sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += (like[i] - c->mean) * (c->j[i] - unlike[i]);
	return c->variance > 0 ? sum / (double)c->n / c->variance : 0;
}

static double total(const struct centred *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		double e = fmin(c->a[i], c->cap) - fmin(c->j[i], c->cap);

		sum += e * e;
	}
	return c->variance > 0 ? sum / (double)(2 * c->n) / c->variance : 0;
}

static void ask(struct shares *s, share_function *f, void *self, const double *rows,
                double *out)
{
	f(self, rows, s->n, out, out + s->n);
}

/* The tenth that is best is all alike where the cap is the least. */
static struct centred centre_good(struct shares *s, size_t function)
{
	struct centred good;

	memcpy(s->sorted, s->fa + function * s->n, s->n * sizeof *s->sorted);
	qsort(s->sorted, s->n, sizeof *s->sorted, double_compare);
	good = centre(s, function, s->sorted[s->n / 10]);
	if (!(s->sorted[0] < s->sorted[s->n / 10]))
		good.variance = 0;
	return good;
}

/* By how much two functions differ: the mean square of half of that. */
static double half_distance(const struct shares *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		double e = (s->fa[i] - s->fa[s->n + i]) / 2;

		sum += e * e;
	}
	return sum / (double)s->n;
}

double shares_of(struct shares *s, share_function *f, void *self, struct share_set *out,
                 const size_t (*pair)[2], size_t n_pairs, double *pairs)
{
	struct centred all[2], good[2];
	size_t d = s->e->d;
	double doubt;

	ask(s, f, self, mixed(s, s->a, s->a, SIZE_MAX, SIZE_MAX, true), s->fa);
	ask(s, f, self, mixed(s, s->b, s->b, SIZE_MAX, SIZE_MAX, true), s->fb);
	for (size_t k = 0; k < 2; k++) {
		all[k] = centre(s, k, (double)INFINITY);
		good[k] = centre_good(s, k);
	}
	doubt = half_distance(s) / fmax(all[0].variance, 1e-300);
	for (size_t j = 0; j < d; j++) {
		ask(s, f, self, mixed(s, s->a, s->b, j, SIZE_MAX, false), s->fj);
		for (size_t k = 0; k < 2; k++) {
			out[k * d + j].total = total(&all[k]);
			out[k * d + j].best =
			    good[k].variance > 0 ? total(&good[k]) : (double)NAN;
			out[k * d + j].alone = closed(&all[k], all[k].b, all[k].a);
		}
		if (!s->e->space->n_constraints)
			continue;
		ask(s, f, self, mixed(s, s->b, s->a, j, SIZE_MAX, true), s->fj);
		for (size_t k = 0; k < 2; k++)
			out[k * d + j].alone = closed(&all[k], all[k].a, all[k].b);
	}
	for (size_t i = 0; i < n_pairs; i++) {
		ask(s, f, self, mixed(s, s->b, s->a, pair[i][0], pair[i][1], true),
		    s->fj);
		for (size_t k = 0; k < 2; k++)
			pairs[k * n_pairs + i] = closed(&all[k], all[k].a, all[k].b);
	}
	return doubt;
}
