#include "search/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMBINATIONS_MAX = 32 };

struct size_combination {
	size_t level[2]; /* of each of the two lists */
	double cost, share;
	uint64_t trials;
};

static double number_of(const struct value *v)
{
	double x = 1;

	value_number(v, &x);
	return x;
}

static int by_cost(const void *a, const void *b)
{
	const struct size_combination *x = a, *y = b;

	if (x->cost < y->cost || x->cost > y->cost)
		return x->cost < y->cost ? -1 : 1;
	return (x->level[0] > y->level[0]) - (x->level[0] < y->level[0]);
}

size_t sizes_count(const struct spec *s)
{
	size_t n = s->scale.n ? 1 : 0;

	for (size_t i = 0; i < s->scale.n; i++)
		n *= s->scale.sizes[i].n;
	return n < COMBINATIONS_MAX ? n : COMBINATIONS_MAX;
}

/* Trials until each has had its first ones. */
static uint64_t screened(const struct spec *s)
{
	size_t n = sizes_count(s);

	return n ? SIZES_FIRST + SIZES_OTHERS * (n - 1) : 0;
}

static size_t list_combinations(const struct spec *s, struct size_combination *p)
{
	size_t n = sizes_count(s);
	double sum = 0;

	for (size_t k = 0; k < n; k++) {
		const struct scale_size *a = &s->scale.sizes[0], *b = a + 1;

		p[k] = (struct size_combination){.level = {k % a->n, k / a->n}};
		p[k].cost = number_of(&a->values[p[k].level[0]]);
		if (s->scale.n > 1)
			p[k].cost *= number_of(&b->values[p[k].level[1]]);
		p[k].share = 1 / sqrt(p[k].cost);
		sum += p[k].share;
	}
	for (size_t k = 0; k < n; k++)
		p[k].share /= sum;
	if (n > 1)
		qsort(p, n, sizeof *p, by_cost);
	return n;
}

/* The one that is furthest behind its share. */
static size_t next_combination(struct size_combination *p, size_t n, uint64_t trial)
{
	size_t best = 0;
	double most = -(double)INFINITY;

	for (size_t k = 0; k < n; k++) {
		double behind = p[k].share * (double)(trial + 1) - (double)p[k].trials;

		if (behind > most) {
			most = behind;
			best = k;
		}
	}
	return best;
}

void sizes_pin(const struct spec *s, uint64_t trial, struct coord *point)
{
	struct size_combination p[COMBINATIONS_MAX];
	size_t n = list_combinations(s, p), at = 0;

	if (!n)
		return;
	if (trial < screened(s)) {
		at = trial < SIZES_FIRST
		         ? 0
		         : 1 + (size_t)(trial - SIZES_FIRST) / SIZES_OTHERS;
	} else {
		for (size_t k = 0; k < n; k++)
			p[k].trials = k ? SIZES_OTHERS : SIZES_FIRST;
		for (uint64_t t = screened(s); t <= trial; t++) {
			at = next_combination(p, n, t);
			p[at].trials++;
		}
	}
	for (size_t i = 0; i < s->scale.n; i++) {
		const struct scale_size *size = &s->scale.sizes[i];
		size_t j = space_find(&s->space, size->name);
		struct coord c = {0.5, -1};

		if (j == SIZE_MAX)
			continue;
		param_encode(&s->space.params[j], &size->values[p[at].level[i]], &c.u);
		point[j] = c;
	}
}

void sizes_text(const struct spec *s, struct str *out)
{
	struct size_combination p[COMBINATIONS_MAX];
	size_t n = list_combinations(s, p);

	for (size_t i = 0; i < s->scale.n; i++) {
		const struct scale_size *size = &s->scale.sizes[i];

		str_addf(out, "%s%s ", i ? " x " : "", size->name);
		for (size_t k = 0; k < size->n; k++) {
			str_add(out, k ? ", " : "");
			value_text(&size->values[k], out);
		}
		str_addf(out, ", to %.6g", size->target);
	}
	str_addf(out,
	         "; the smallest first: %d trials, %d at each of the others, then ",
	         SIZES_FIRST, SIZES_OTHERS);
	for (size_t k = 0; k < n && k < 8; k++)
		str_addf(out, "%s%.0f %%", k ? ", " : "", 100 * p[k].share);
	str_add(out, n > 8 ? " …" : "");
}
