#include "base/contour.h"
#include "base/mem.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The grid with a border of low points. Sides of its cells: 2 k to the next column, 2 k
 * + 1 to the next row, k the point that the side begins at. */
struct squares {
	const double *z;
	size_t nx, ny, h; /* h: ny + 2 */
	double level;
	size_t
	    *next; /* (sides) where the line goes on; SIZE_MAX: no line begins here */
};

static const size_t none = SIZE_MAX;

static double height(const struct squares *s, size_t i, size_t j)
{
	double z;

	if (i < 1 || j < 1 || i > s->nx || j > s->ny)
		return -(double)INFINITY;
	z = s->z[(i - 1) * s->ny + j - 1];
	return isnan(z) ? -(double)INFINITY : z;
}

static void join(struct squares *s, size_t i, size_t j)
{
	const size_t side[4] = {2 * (i * s->h + j), 2 * ((i + 1) * s->h + j) + 1,
	                        2 * (i * s->h + j + 1), 2 * (i * s->h + j) + 1};
	const double z[4] = {height(s, i, j), height(s, i + 1, j),
	                     height(s, i + 1, j + 1), height(s, i, j + 1)};
	bool in[4], centre = (z[0] + z[1] + z[2] + z[3]) / 4 >= s->level;
	size_t leaves[2] = {0}, enters[2] = {0}, n = 0, m = 0;

	for (size_t k = 0; k < 4; k++)
		in[k] = z[k] >= s->level;
	for (size_t k = 0; k < 4; k++) {
		if (in[k] && !in[(k + 1) % 4])
			leaves[n++] = k;
		if (!in[k] && in[(k + 1) % 4])
			enters[m++] = k;
	}
	if (n == 1 && m == 1)
		s->next[side[leaves[0]]] = side[enters[0]];
	for (size_t k = 0; n == 2 && k < 2; k++)
		s->next[side[leaves[k]]] = side[(leaves[k] + (centre ? 1 : 3)) % 4];
}

/* Where the level is passed on a side. */
static void place(const struct squares *s, size_t side, double at[2])
{
	size_t i = side / 2 / s->h, j = side / 2 % s->h, k = i + !(side & 1),
	       l = j + (side & 1);
	double a = height(s, i, j), b = height(s, k, l), t;

	if (isinf(a) || isinf(b))
		t = a > b ? 0 : 1;
	else
		t = (s->level - a) / (b - a);
	at[0] = (double)i - 1 + t * (double)(k - i);
	at[1] = (double)j - 1 + t * (double)(l - j);
}

static void walk(struct squares *s, size_t from, struct contour *out)
{
	for (size_t side = from; s->next[side] != none;) {
		size_t next = s->next[side];

		out->at = mem_room(out->at, out->n, &out->cap, sizeof *out->at);
		place(s, side, out->at[out->n++]);
		s->next[side] = none;
		side = next;
	}
	out->ends = mem_room(out->ends, out->loops, &out->cap_loops, sizeof *out->ends);
	out->ends[out->loops++] = out->n;
}

void contour_trace(const double *z, size_t nx, size_t ny, double level,
                   struct contour *out)
{
	size_t sides = 2 * (nx + 2) * (ny + 2);
	struct squares s = {.z = z,
	                    .nx = nx,
	                    .ny = ny,
	                    .h = ny + 2,
	                    .level = level,
	                    .next = mem_new(sides, sizeof(size_t))};

	out->n = out->loops = 0;
	for (size_t k = 0; k < sides; k++)
		s.next[k] = none;
	for (size_t i = 0; i <= nx; i++)
		for (size_t j = 0; j <= ny; j++)
			join(&s, i, j);
	for (size_t k = 0; k < sides; k++)
		if (s.next[k] != none)
			walk(&s, k, out);
	free(s.next);
}

void contour_free(struct contour *c)
{
	free(c->at);
	free(c->ends);
	*c = (struct contour){0};
}

static bool both(double a, double b, double edge)
{
	return fabs(a - edge) < 1e-9 && fabs(b - edge) < 1e-9;
}

bool contour_on_edge(const struct contour *c, size_t i, size_t next, size_t nx,
                     size_t ny)
{
	const double *p = c->at[i], *q = c->at[next];

	return both(p[0], q[0], 0) || both(p[1], q[1], 0) ||
	       both(p[0], q[0], (double)nx - 1) || both(p[1], q[1], (double)ny - 1);
}
