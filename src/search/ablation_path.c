#include "search/ablation_path.h"
#include "base/stat.h"

#include <math.h>
#include <stdlib.h>

static const double level_of_races = 0.05; /* one-sided, of each candidate */
enum { MERGES_TRIED = 4096 };

enum cell ablation_cell(const struct ablation_walk *w, uint64_t mask, size_t row,
                        double *value)
{
	return w->runs->cell(w->runs->self, mask, row, value);
}

bool ablation_need(struct ablation_walk *w, uint64_t mask, size_t row, double *value)
{
	struct ablation *o = w->out;
	enum cell c = ablation_cell(w, mask, row, value);

	if (c == CELL_FAILED)
		*value = (double)NAN;
	if (c != CELL_MISSING)
		return true;
	for (size_t i = 0; i < o->n_needs; i++)
		if (o->needs[i].mask == mask && o->needs[i].row == row)
			return false;
	if (o->n_needs == o->cap_needs) {
		size_t cap = o->cap_needs ? 2 * o->cap_needs : 64;
		struct ablation_need *more = arena_new(w->a, cap, sizeof *more);

		for (size_t i = 0; i < o->n_needs; i++)
			more[i] = o->needs[i];
		o->needs = more;
		o->cap_needs = cap;
	}
	o->needs[o->n_needs++] = (struct ablation_need){mask, row};
	return false;
}

bool ablation_need_rows(struct ablation_walk *w, uint64_t mask, size_t first, size_t n,
                        double *out)
{
	bool all = true;

	for (size_t r = 0; r < n; r++)
		all &= ablation_need(w, mask, first + r, &out[r]);
	return all;
}

/* Where the seed has no part, one row serves all. */
static size_t race_row(const struct ablation_walk *w)
{
	return w->out->exact ? ABLATION_RACE : 0;
}

struct runner_up {
	uint64_t moved, mask;
	double y[ABLATION_RACE];
	size_t failed;
	double mean; /* of what ended well; NaN: nothing did */
	bool out;
};

static void summarise(struct runner_up *c, size_t rows)
{
	double ok[ABLATION_RACE];
	size_t n = stat_finite(c->y, rows, ok);

	c->failed = rows - n;
	c->mean = n ? stat_of(ok, n).mean : (double)NAN;
}

static bool leads(const struct runner_up *a, const struct runner_up *b)
{
	if (a->failed != b->failed)
		return a->failed < b->failed;
	return a->mean < b->mean;
}

static struct runner_up *leader(struct runner_up *c, size_t n)
{
	struct runner_up *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (!c[i].out && (!best || leads(&c[i], best)))
			best = &c[i];
	return best;
}

static bool clearly_worse(const struct runner_up *c, const struct runner_up *lead,
                          size_t rows)
{
	double d[ABLATION_RACE], both[ABLATION_RACE];
	struct moments m;

	for (size_t r = 0; r < rows; r++)
		d[r] = c->y[r] - lead->y[r];
	m = stat_of(both, stat_finite(d, rows, both));
	if (m.n < 2)
		return c->failed > lead->failed;
	return m.mean - stat_half_width(m, 1 - 2 * level_of_races) > 0;
}

static bool race(struct ablation_walk *w, struct runner_up *c, size_t n, size_t *winner)
{
	static const size_t laps[] = {ABLATION_RACE / 2, ABLATION_RACE};
	struct runner_up *lead = &c[0];

	for (size_t lap = 0; n > 1 && lap < ARRAY_LEN(laps); lap++) {
		size_t rows = w->out->exact ? 1 : laps[lap], left = 0;
		bool all = true;

		for (size_t i = 0; i < n; i++)
			if (!c[i].out)
				all &= ablation_need_rows(w, c[i].mask, race_row(w),
				                          rows, c[i].y);
		if (!all)
			return false;
		for (size_t i = 0; i < n; i++)
			summarise(&c[i], rows);
		lead = leader(c, n);
		for (size_t i = 0; i < n; i++) {
			c[i].out = c[i].out || (&c[i] != lead && rows > 1 &&
			                        clearly_worse(&c[i], lead, rows));
			left += !c[i].out;
		}
		if (left < 2 || w->out->exact)
			break;
	}
	*winner = (size_t)(lead - c);
	return true;
}

/* Paths. */

/* The next sets of k of the changes that are left, feasible ones only. */
struct combination {
	size_t bits[ABLATION_CHANGES]; /* (n) left */
	size_t n, k;
	size_t at[ABLATION_CHANGES]; /* (k) rising indices in bits */
};

static bool next_combination(struct combination *c)
{
	size_t i = c->k;

	while (i > 0 && c->at[i - 1] == c->n - c->k + i - 1)
		i--;
	if (!i)
		return false;
	c->at[i - 1]++;
	for (; i < c->k; i++)
		c->at[i] = c->at[i - 1] + 1;
	return true;
}

static size_t candidates_of(const struct ablation_walk *w, uint64_t from,
                            struct combination *c, size_t *tried, struct runner_up *out,
                            size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < c->k; i++)
		c->at[i] = i;
	do {
		uint64_t moved = 0;

		for (size_t i = 0; i < c->k; i++)
			moved |= UINT64_C(1) << c->bits[c->at[i]];
		++*tried;
		if (w->runs->feasible(w->runs->self, from ^ moved))
			out[n++] =
			    (struct runner_up){.moved = moved, .mask = from ^ moved};
	} while (n < cap && *tried < MERGES_TRIED && next_combination(c));
	return n;
}

/* Single changes where the constraints allow any; else pairs, triples, … of them; and
 * at last all that are left. */
static size_t candidates(const struct ablation_walk *w, uint64_t from, uint64_t to,
                         struct runner_up *out, size_t cap)
{
	struct combination c = {0};
	size_t tried = 0, n = 0;

	for (size_t i = 0; i < w->p->n; i++)
		if ((from ^ to) >> i & 1)
			c.bits[c.n++] = i;
	for (c.k = 1; c.k < c.n && !n && tried < MERGES_TRIED; c.k++)
		n = candidates_of(w, from, &c, &tried, out, cap);
	if (!n)
		out[n++] = (struct runner_up){.moved = from ^ to, .mask = to};
	return n;
}

bool ablation_walk_path(struct ablation_walk *w, uint64_t from, uint64_t to,
                        struct ablation_path *path)
{
	struct runner_up *c = arena_new(w->a, ABLATION_CHANGES, sizeof *c);

	path->steps = arena_new(w->a, w->p->n, sizeof *path->steps);
	while (from != to) {
		size_t n = candidates(w, from, to, c, ABLATION_CHANGES), best = 0;

		if (!race(w, c, n, &best))
			return false;
		from = c[best].mask;
		path->steps[path->n++] =
		    (struct ablation_step){.moved = c[best].moved, .mask = from};
	}
	return true;
}
