#include "base/pareto.h"
#include "base/mem.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool pareto_dominates(const double *a, const double *b, size_t m)
{
	bool better = false;

	for (size_t k = 0; k < m; k++) {
		if (a[k] > b[k])
			return false;
		better = better || a[k] < b[k];
	}
	return better;
}

/* Rows and how many numbers they have. */
struct table {
	const double *y;
	size_t m;
};

static int by_numbers(const void *a, const void *b, void *rows)
{
	const struct table *r = rows;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const double *x = r->y + i * r->m, *y = r->y + j * r->m;

	for (size_t k = 0; k < r->m; k++)
		if (x[k] < y[k] || x[k] > y[k])
			return x[k] < y[k] ? -1 : 1;
	return (i > j) - (i < j);
}

/* The rows in the order of their numbers, the first number first; malloc. No row is
 * dominated by one behind it. */
static size_t *in_order(const double *y, size_t n, size_t m)
{
	size_t *order = mem_new(n + 1, sizeof *order);
	struct table rows = {y, m};

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (n > 1)
		qsort_r(order, n, sizeof *order, by_numbers, &rows);
	return order;
}

void pareto_sort(const double *y, size_t n, size_t m, size_t *front)
{
	size_t *order = in_order(y, n, m), fronts = 0;
	/* Members of each front as a list, latest first: those are the likeliest to
	 * dominate. */
	size_t *last = mem_new(n + 1, sizeof *last),
	       *before = mem_new(n + 1, sizeof *last);

	for (size_t i = 0; i < n; i++) {
		size_t row = order[i], f = 0;

		for (; f < fronts; f++) {
			size_t at = last[f];

			while (at != SIZE_MAX &&
			       !pareto_dominates(y + at * m, y + row * m, m))
				at = before[at];
			if (at == SIZE_MAX)
				break;
		}
		before[row] = f < fronts ? last[f] : SIZE_MAX;
		last[f] = row;
		fronts += f == fronts;
		front[row] = f + 1;
	}
	free(order);
	free(last);
	free(before);
}

void pareto_range(const double *y, size_t n, size_t m, double *low, double *high)
{
	for (size_t k = 0; k < m; k++) {
		low[k] = high[k] = y[k];
		for (size_t i = 1; i < n; i++) {
			low[k] = fmin(low[k], y[i * m + k]);
			high[k] = fmax(high[k], y[i * m + k]);
		}
	}
}

double pareto_distance(const double *y, size_t m, const double *low, const double *high)
{
	double sum = 0;

	for (size_t k = 0; k < m; k++) {
		/* Halves, so that no difference of two numbers overflows. */
		double unit = high[k] / 2 - low[k] / 2;
		double d = (y[k] / 2 - low[k] / 2) / (unit > 0 ? unit : 0.5);

		sum += d * d;
	}
	return sum;
}

/* Those of the rows that are below ref, in the order of the last number: (*n,
 * PARETO_MAX), malloc. */
static double *below(const double *y, size_t *n, size_t m, const double *ref)
{
	double *out = mem_new(*n * PARETO_MAX + 1, sizeof *out);
	double *key = mem_new(*n * (PARETO_MAX + 1) + 1, sizeof *key);
	size_t *order, count = 0;

	/* The number that sorts comes first. */
	for (size_t i = 0; i < *n; i++) {
		bool inside = true;

		for (size_t k = 0; k < m; k++)
			inside = inside && y[i * m + k] < ref[k];
		if (!inside)
			continue;
		key[count * (m + 1)] = y[i * m + m - 1];
		memcpy(key + count * (m + 1) + 1, y + i * m, m * sizeof *key);
		count++;
	}
	order = in_order(key, count, m + 1);
	for (size_t i = 0; i < count; i++)
		memcpy(out + i * PARETO_MAX, key + order[i] * (m + 1) + 1,
		       m * sizeof *out);
	free(order);
	free(key);
	*n = count;
	return out;
}

/* A stair: where the first number is in [low, high), the second is free below top; that
 * has been so from `from` of the third number on. */
struct strip {
	double low, high, top, from;
};

struct stairs {
	struct strip *list; /* (n) from left to right */
	size_t n, cap;
};

static void stairs_begin(struct stairs *s, const double *ref, double from)
{
	s->list = mem_room(s->list, 0, &s->cap, sizeof *s->list);
	s->list[0] = (struct strip){-(double)INFINITY, ref[0], ref[1], from};
	s->n = 1;
}

static void put_strip(struct stairs *s, size_t at, struct strip strip)
{
	s->list = mem_room(s->list, s->n, &s->cap, sizeof *s->list);
	memmove(s->list + at + 1, s->list + at, (s->n - at) * sizeof *s->list);
	s->list[at] = strip;
	s->n++;
}

static void add_box(struct pareto_boxes *out, const struct strip *s, double to)
{
	if (!out || !(to > s->from))
		return;
	out->list = mem_room(out->list, out->n, &out->cap, sizeof *out->list);
	out->list[out->n++] = (struct pareto_box){{s->low, -(double)INFINITY, s->from},
	                                          {s->high, s->top, to}};
}

/* From `from` on p (2) dominates what is above and right of it: the stairs that reach
 * into that end, as boxes of out (NULL: none are asked for), and one that is lower
 * begins. Returns the area that is lost. */
static double stairs_lower(struct stairs *s, const double *p, double from,
                           struct pareto_boxes *out)
{
	size_t first = 0, end;
	double lost = 0;

	while (first < s->n && s->list[first].high <= p[0])
		first++;
	for (end = first; end < s->n && s->list[end].top > p[1]; end++) {
		const struct strip *t = &s->list[end];

		lost += (t->high - fmax(t->low, p[0])) * (t->top - p[1]);
		add_box(out, t, from);
	}
	if (first == end)
		return 0;
	if (s->list[first].low < p[0]) {
		struct strip left = s->list[first];

		left.high = p[0];
		left.from = from;
		s->list[first].low = p[0];
		put_strip(s, first++, left);
		end++;
	}
	s->list[first] =
	    (struct strip){s->list[first].low, s->list[end - 1].high, p[1], from};
	memmove(s->list + first + 1, s->list + end, (s->n - end) * sizeof *s->list);
	s->n -= end - first - 1;
	return lost;
}

static double length(const double *y, size_t n, double ref)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, ref - y[i]);
	return most;
}

double pareto_volume(const double *y, size_t n, size_t m, const double *ref)
{
	struct stairs s = {0};
	double *rows, area = 0, volume = 0;

	if (m == 1)
		return length(y, n, ref[0]);
	rows = below(y, &n, m, ref);
	stairs_begin(&s, ref, 0);
	for (size_t i = 0; i < n; i++) {
		const double *p = rows + i * PARETO_MAX;
		double next = m == 3 && i + 1 < n ? p[PARETO_MAX + 2] : ref[m - 1];

		area += stairs_lower(&s, p, 0, NULL);
		if (m == 3)
			volume += area * (next - p[2]);
	}
	free(rows);
	free(s.list);
	return m == 3 ? volume : area;
}

void pareto_boxes(const double *y, size_t n, size_t m, const double *ref,
                  struct pareto_boxes *out)
{
	struct stairs s = {0};
	double *rows = below(y, &n, m, ref);
	double wide[PARETO_MAX] = {ref[0], m > 1 ? ref[1] : 1, m > 2 ? ref[2] : 1};
	double from = m > 2 ? -(double)INFINITY : 0;

	*out = (struct pareto_boxes){0};
	stairs_begin(&s, wide, from);
	for (size_t i = 0; i < n; i++) {
		const double *p = rows + i * PARETO_MAX;
		const double flat[2] = {p[0], m > 1 ? p[1] : -(double)INFINITY};

		stairs_lower(&s, flat, m > 2 ? p[2] : from, out);
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.list[i].top > -(double)INFINITY)
			add_box(out, &s.list[i], wide[2]);
	free(rows);
	free(s.list);
}

void pareto_boxes_free(struct pareto_boxes *b)
{
	free(b->list);
	*b = (struct pareto_boxes){0};
}
