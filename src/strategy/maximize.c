#include "strategy/maximize.h"
#include "base/rng.h"
#include "base/stat.h"
#include "strategy/sobol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	STARTS = 5,
	CLIMB = 25,        /* iterations by gradient */
	ROUNDS = 4,        /* of climbing and sweeping */
	SWEEPS = 10,       /* steps in one of them */
	TRIED_MAX = 400,   /* candidates looked at for the starts */
	LISTED_MAX = 2000, /* so few configurations left: score each */
	SWEPT_CELLS = 60,  /* with more, that many neighbours or others */
	NEIGHBOURS = 20,
	SWEEP_MAX = 2048,       /* points of one sweep */
	CONSTRAINED_TRIES = 20, /* draws for each candidate of a constrained space */
};

/* Closer starts, in r2, are taken for the same. */
static const double apart = 0.01, gain_least = 1e-6;

static double draw(struct maximize *m)
{
	return rng_unit(m->seed, m->id, RNG_MODEL, m->draws++);
}

/* Puts in their place the genes that are given. */
static void pin(const struct maximize *m, double *genes)
{
	for (size_t j = 0; j < m->encoding->d; j++)
		if (!isnan(m->pin[j]))
			genes[j] = m->pin[j];
}

/* What is given is what pinning changes. */
static void find_pins(struct maximize *m)
{
	const struct encoding *e = m->encoding;

	for (size_t i = 0; i < e->space->n; i++)
		m->point[i] = (struct coord){-1, -1};
	unseen_pin(m->fresh, m->point);
	for (size_t j = 0; j < e->d; j++) {
		double u = m->point[e->codes[j].param].u;

		m->pin[j] = u >= 0 ? encoding_gene(e, j, u) : (double)NAN;
	}
}

static void add(struct maximize *m, const double *genes)
{
	size_t d = m->encoding->d, width = m->encoding->width;

	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 256;
		m->genes = mem_grow(m->genes, m->cap * d, sizeof *m->genes);
		m->rows = mem_grow(m->rows, m->cap * width, sizeof *m->rows);
		m->score = mem_grow(m->score, m->cap, sizeof *m->score);
	}
	memcpy(m->genes + m->n * d, genes, d * sizeof *genes);
	pin(m, m->genes + m->n * d);
	encoding_row(m->encoding, m->genes + m->n * d, m->rows + m->n * width);
	m->n++;
}

static bool is_new(struct maximize *m, const double *genes)
{
	encoding_point(m->encoding, genes, m->point);
	return unseen_check(m->fresh, m->point) == UNSEEN_OK;
}

static bool worth(struct maximize *m, const double *genes)
{
	return !m->encoding->space->n_constraints || is_new(m, genes);
}

/* A scrambled Sobol sequence; where constraints hold for few points only, independent
 * draws go on for a while. */
static void add_global(struct maximize *m)
{
	const struct encoding *e = m->encoding;
	size_t d = e->d, enough = m->n + m->global;
	size_t tries =
	    e->space->n_constraints ? m->global * CONSTRAINED_TRIES : m->global;
	double *genes = mem_new(d, sizeof *genes);
	bool sobol = d <= SOBOL_DIMENSIONS;
	uint32_t *v = mem_new(sobol ? d * SOBOL_BITS : 0, sizeof *v);
	uint32_t *keys = mem_new(d, sizeof *keys);

	if (sobol)
		sobol_directions(d, v);
	for (size_t j = 0; j < d; j++)
		keys[j] = (uint32_t)rng_u64(m->seed, m->id, RNG_SCRAMBLE, (uint32_t)j);
	for (size_t i = 0; i < tries && m->n < enough; i++) {
		for (size_t j = 0; j < d; j++) {
			uint32_t x =
			    sobol ? sobol_coordinate(v + j * SOBOL_BITS, (uint32_t)i)
				  : 0;
			double u =
			    sobol ? ((double)sobol_scramble(x, keys[j]) + 0.5) * 0x1p-32
				  : draw(m);

			genes[j] = encoding_gene(
			    e, j, m->low[j] + u * (m->high[j] - m->low[j]));
		}
		pin(m, genes);
		if (worth(m, genes))
			add(m, genes);
	}
	free(genes);
	free(v);
	free(keys);
}

/* A normal step, reflected at the ends, where it stays half of the time that it gets
 * there. */
static double step(struct maximize *m, double z, double sd)
{
	double to = z + sd * stat_normal_quantile(draw(m));

	if (to >= 0 && to <= 1)
		return to;
	if (draw(m) < 0.5)
		return to < 0 ? 0 : 1;
	to = to < 0 ? -to : 2 - to;
	return fmin(fmax(to, 0), 1);
}

/* The cell of an ordered list at a position, other than the one it was. */
static double cell_at(const struct coding *c, double was, double position)
{
	double least = (double)INFINITY, to = was;

	for (size_t k = 0; k < c->n_cells; k++) {
		double far = fabs(c->position[k] - position);

		if (far < least && fabs((double)k - was) > 0) {
			least = far;
			to = (double)k;
		}
	}
	return to;
}

static double mutated(struct maximize *m, size_t j, double gene, double sd)
{
	const struct coding *c = &m->encoding->codes[j];
	double other;

	if (!c->n_cells)
		return step(m, gene, sd);
	if (c->relaxed)
		return encoding_gene(m->encoding, j, step(m, c->u[(size_t)gene], sd));
	if (c->position)
		return cell_at(c, gene, step(m, c->position[(size_t)gene], sd));
	other = floor(draw(m) * (double)(c->n_cells - 1));
	return other + (other >= gene);
}

static void add_local(struct maximize *m)
{
	struct encoding *e = m->encoding;
	size_t d = e->d, enough = m->n + m->local;
	size_t tries = e->space->n_constraints ? 4 * m->local : m->local;
	double *genes = mem_new(d + e->width, sizeof *genes), *row = genes + d;

	for (size_t i = 0; i < tries && m->n < enough; i++) {
		const double *from = m->best + i % m->n_best * d;
		double sd = i / m->n_best % 2 ? 0.03 : 0.1, share;
		size_t active = 0, moved = 0;

		memcpy(genes, from, d * sizeof *genes);
		encoding_row(e, genes, row);
		for (size_t j = 0; j < d; j++)
			active += row[j] >= 0;
		share = draw(m) < 0.3 || active <= 3 ? 1 : 3 / (double)active;
		for (size_t j = 0; j < d; j++)
			if (row[j] >= 0 && draw(m) < share) {
				genes[j] = mutated(m, j, genes[j], sd);
				moved++;
			}
		pin(m, genes);
		if (moved && worth(m, genes))
			add(m, genes);
	}
	free(genes);
}

static int by_score(const void *a, const void *b, void *score)
{
	const double *s = score;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (s[i] > s[k] || s[i] < s[k])
		return s[i] > s[k] ? -1 : 1;
	return (i > k) - (i < k);
}

/* The candidates from `first` on, best first; (n - first), malloc. */
static size_t *sorted(struct maximize *m, size_t first)
{
	size_t n = m->n - first, *order = mem_new(n, sizeof *order);

	acquisition_values(m->acquisition, m->rows + first * m->encoding->width, n,
	                   m->score + first);
	for (size_t i = 0; i < n; i++) {
		order[i] = first + i;
		if (isnan(m->score[first + i]))
			m->score[first + i] = -(double)INFINITY;
	}
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_score, m->score);
	return order;
}

/* Where a climb began, and where it has come to. */
struct climb {
	double *genes, *row; /* (d), (width) */
	double score;
	bool fresh; /* may be proposed */
};

static bool far_from_all(const struct maximize *m, const struct climb *p, size_t n,
                         const double *row)
{
	const struct gp *g = m->acquisition->g;

	for (size_t i = 0; i < n; i++)
		if (kernel_distance(&g->kernel, p[i].row, row) < apart)
			return false;
	return true;
}

static void put(struct maximize *m, struct climb *p, const double *genes, double score,
                bool fresh)
{
	memcpy(p->genes, genes, m->encoding->d * sizeof *genes);
	pin(m, p->genes);
	encoding_row(m->encoding, p->genes, p->row);
	p->score = score;
	p->fresh = fresh;
}

/* The best candidates that are new and not all in one spot; and the best configuration
 * so far, which is not new but whose surroundings may be. */
static size_t find_starts(struct maximize *m, struct climb *p)
{
	size_t d = m->encoding->d, *order = sorted(m, 0), n = 0;

	for (size_t i = 0; i < m->n && i < TRIED_MAX && n < STARTS; i++) {
		size_t c = order[i];

		if (far_from_all(m, p, n, m->rows + c * m->encoding->width) &&
		    is_new(m, m->genes + c * d))
			put(m, &p[n++], m->genes + c * d, m->score[c], true);
	}
	free(order);
	if (m->n_best) {
		put(m, &p[n], m->best, 0, false);
		p[n].score = acquisition_at(m->acquisition, p[n].row, NULL);
		n++;
	}
	return n;
}

/* Goes to genes if that is better and allowed. */
static bool move_to(struct maximize *m, struct climb *p, const double *genes,
                    double *row)
{
	double score;

	encoding_row(m->encoding, genes, row);
	score = acquisition_at(m->acquisition, row, NULL);
	if (!(score > p->score) || !is_new(m, genes))
		return false;
	put(m, p, genes, score, true);
	return true;
}

static void climb(struct maximize *m, struct climb *p, double *scratch)
{
	struct encoding *e = m->encoding;
	size_t d = e->d, w = e->width;
	double *row = scratch, *genes = scratch + w, *low = scratch + 2 * w;
	double *high = scratch + 3 * w, *from = scratch + 4 * w;
	bool *loose = mem_new(w, sizeof *loose), any = false;

	for (size_t j = 0; j < d; j++) {
		loose[j] =
		    (!e->codes[j].n_cells || e->codes[j].relaxed) && p->row[j] >= 0;
		any = any || loose[j];
		low[j] = m->low[j];
		high[j] = m->high[j];
	}
	memcpy(row, p->row, w * sizeof *row);
	memcpy(from, p->row, w * sizeof *row);
	if (any)
		acquisition_climb(m->acquisition, row, loose, low, high, CLIMB);
	/* A constraint may stand in the way: then part of it. */
	for (double part = 1; any && part > 0.01; part *= 0.5) {
		memcpy(genes, p->genes, d * sizeof *genes);
		for (size_t j = 0; j < d; j++)
			if (loose[j])
				genes[j] = encoding_gene(
				    e, j, from[j] + part * (row[j] - from[j]));
		if (move_to(m, p, genes, low) || !e->space->n_constraints)
			break;
	}
	free(loose);
}

/* The other values of dimension j, in the place of p's. */
static void add_values(struct maximize *m, const struct climb *p, size_t j,
                       double *genes)
{
	const struct coding *c = &m->encoding->codes[j];
	size_t was = (size_t)p->genes[j], n = c->n_cells, at = 0;

	memcpy(genes, p->genes, m->encoding->d * sizeof *genes);
	if (n <= SWEPT_CELLS) {
		for (size_t k = 0; k < n; k++) {
			genes[j] = (double)k;
			if (k != was)
				add(m, genes);
		}
		return;
	}
	while (c->position && c->by_u[at] != was)
		at++;
	for (size_t k = 0; k < 2 * NEIGHBOURS; k++) {
		size_t side = k / 2 + 1;

		if (!c->position)
			genes[j] = floor(draw(m) * (double)n);
		else if (k % 2 && at + side < n)
			genes[j] = (double)c->by_u[at + side];
		else if (k % 2 == 0 && at >= side)
			genes[j] = (double)c->by_u[at - side];
		else
			continue;
		add(m, genes);
	}
}

/* Every value of every parameter with cells; the best change of one is taken, until
 * none helps. */
static void sweep(struct maximize *m, struct climb *p, double *scratch)
{
	size_t d = m->encoding->d, first = m->n;
	bool better = true;

	for (int i = 0; i < SWEEPS && better; i++) {
		size_t *order;

		better = false;
		m->n = first;
		for (size_t j = 0; j < d && m->n < first + SWEEP_MAX; j++)
			if (m->encoding->codes[j].n_cells && p->row[j] >= 0)
				add_values(m, p, j, scratch);
		order = sorted(m, first);
		for (size_t k = 0; k < m->n - first && k < TRIED_MAX && !better; k++) {
			size_t c = order[k];

			if (!(m->score[c] > p->score + gain_least))
				break;
			memcpy(scratch, m->genes + c * d, d * sizeof *scratch);
			if (is_new(m, scratch)) {
				put(m, p, scratch, m->score[c], true);
				better = true;
			}
		}
		free(order);
	}
	m->n = first;
}

static void refine(struct maximize *m, struct climb *p)
{
	double *scratch = mem_new(5 * m->encoding->width, sizeof *scratch);

	for (int i = 0; i < ROUNDS; i++) {
		double before = p->score;

		climb(m, p, scratch);
		sweep(m, p, scratch);
		if (p->score - before <= gain_least)
			break;
	}
	free(scratch);
}

static bool choose(struct maximize *m, double *genes, double *score)
{
	size_t d = m->encoding->d, n, best = SIZE_MAX;
	struct climb p[STARTS + 1];
	size_t both = d + m->encoding->width;
	double *block = mem_new((STARTS + 1) * both, sizeof *block);

	for (size_t i = 0; i <= STARTS; i++) {
		p[i].genes = block + i * both;
		p[i].row = p[i].genes + d;
	}
	n = find_starts(m, p);
	for (size_t i = 0; i < n; i++) {
		refine(m, &p[i]);
		if (p[i].fresh && (best == SIZE_MAX || p[i].score > p[best].score))
			best = i;
	}
	if (best != SIZE_MAX) {
		memcpy(genes, p[best].genes, d * sizeof *genes);
		*score = p[best].score;
	}
	free(block);
	return best != SIZE_MAX;
}

/* Has it the genes that are given? */
static bool is_pinned(const struct maximize *m, const double *genes)
{
	for (size_t j = 0; j < m->encoding->d; j++)
		if (!isnan(m->pin[j]) && fabs(genes[j] - m->pin[j]) > 0)
			return false;
	return true;
}

/* Few configurations are left: each of them is a candidate. */
static bool choose_listed(struct maximize *m, size_t left, double *genes, double *score)
{
	struct encoding *e = m->encoding;
	const struct value **values = mem_new(e->space->n, sizeof *values);
	struct arena a = {0};
	size_t *order;

	for (size_t i = 0; i < left; i++) {
		unseen_left_point(m->fresh, i, m->point);
		space_decode(e->space, m->point, &a, values);
		encoding_genes(e, m->point, values, genes);
		if (is_pinned(m, genes))
			add(m, genes);
	}
	order = sorted(m, 0);
	if (m->n) {
		memcpy(genes, m->genes + order[0] * e->d, e->d * sizeof *genes);
		*score = m->score[order[0]];
	}
	free(order);
	free(values);
	arena_free(&a);
	return m->n > 0;
}

bool maximize_run(struct maximize *m, double *genes, double *score)
{
	bool found;

	m->point = mem_new(m->encoding->space->n, sizeof *m->point);
	m->pin = mem_new(m->encoding->d + 1, sizeof *m->pin);
	find_pins(m);
	if (m->fresh->cells && m->fresh->cells <= LISTED_MAX) {
		found = choose_listed(m, unseen_left(m->fresh, m->point), genes, score);
	} else {
		add_global(m);
		if (m->n_best)
			add_local(m);
		found = choose(m, genes, score);
	}
	free(m->point);
	free(m->pin);
	free(m->genes);
	free(m->rows);
	free(m->score);
	return found;
}
