/* Contours of surfaces whose contours are known. */
#include "base/contour.h"
#include "test.h"

enum { N = 9 };

/* The loops on which what is high lies to the left count for it, the others against. */
static double area(const struct contour *c)
{
	double twice = 0;

	for (size_t k = 0, from = 0; k < c->loops; from = c->ends[k++])
		for (size_t i = from; i < c->ends[k]; i++) {
			size_t next = i + 1 < c->ends[k] ? i + 1 : from;

			twice +=
			    c->at[i][0] * c->at[next][1] - c->at[next][0] * c->at[i][1];
		}
	return twice / 2;
}

static double area_of(const double *z, size_t nx, size_t ny, double level,
                      size_t *loops)
{
	struct contour c = {0};
	double a;

	contour_trace(z, nx, ny, level, &c);
	a = area(&c);
	*loops = c.loops;
	contour_free(&c);
	return a;
}

TEST(a_plane_is_cut_exactly)
{
	double z[N * N];
	size_t loops;

	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			z[i * N + j] = (double)i + 2 * (double)j;
	/* Of the square of side 8 above x + 2 y = 3.5 all but a triangle of 3.5
	 * by 1.75. */
	CHECK_DOUBLE(area_of(z, N, N, 3.5, &loops), 64 - 3.5 * 1.75 / 2, 1e-12);
	CHECK(loops == 1);
	CHECK_DOUBLE(area_of(z, N, N, 12, &loops), 8 * (2.0 + 6) / 2, 1e-12);
	CHECK_DOUBLE(area_of(z, N, N, -1, &loops), 64, 1e-12);
	CHECK(loops == 1);
	CHECK_DOUBLE(area_of(z, N, N, 25, &loops), 0, 1e-12);
	CHECK(loops == 0);
}

TEST(a_ring_has_a_hole)
{
	double z[N * N];
	struct contour c = {0};
	size_t inner = 0;

	/* Pyramids on squares: height 4 - the larger of the distances, then folded. */
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			z[i * N + j] =
			    -fabs(fmax(fabs((double)i - 4), fabs((double)j - 4)) - 2);
	contour_trace(z, N, N, -0.5, &c);
	CHECK(c.loops == 2);
	/* Squares of side 5 and 3, each with its four corners cut: there the grid's
	 * point at the corner is alone above (or below) and the cut is half a step by
	 * half. */
	CHECK_DOUBLE(area(&c), (25 - 4 * 0.125) - (9 - 4 * 0.125), 1e-9);
	for (size_t i = 0; i < c.n; i++)
		inner += fmax(fabs(c.at[i][0] - 4), fabs(c.at[i][1] - 4)) < 1.75;
	CHECK(inner > 0 && inner < c.n);
	for (size_t i = 0; i + 1 < c.n; i++)
		CHECK(!contour_on_edge(&c, i, i + 1, N, N));
	contour_free(&c);
}

TEST(a_saddle_is_told_by_its_middle)
{
	const double joined[] = {1, -0.5, -0.5, 1}, apart[] = {0.5, -1, -1, 0.5};
	size_t loops;

	area_of(joined, 2, 2, 0, &loops);
	CHECK(loops == 1);
	area_of(apart, 2, 2, 0, &loops);
	CHECK(loops == 2);
}

TEST(the_edge_of_the_grid_is_known)
{
	const double z[] = {1, 1, 0, 0}; /* the first column is high */
	struct contour c = {0};
	size_t on = 0;

	contour_trace(z, 2, 2, 0.5, &c);
	CHECK(c.loops == 1);
	for (size_t i = 0; i < c.n; i++)
		on += contour_on_edge(&c, i, (i + 1) % c.n, 2, 2);
	CHECK(on + 1 == c.n); /* all but the line at one half */
	CHECK_DOUBLE(area(&c), 0.5, 1e-12);
	contour_free(&c);
}

TEST(what_is_no_number_is_low)
{
	double z[N * N], hole;
	size_t loops;

	for (size_t i = 0; i < (size_t)N * N; i++)
		z[i] = 1;
	z[4 * N + 4] = (double)NAN;
	hole = 64 - area_of(z, N, N, 0, &loops);
	CHECK(loops == 2);
	CHECK_DOUBLE(hole, 2, 1e-12); /* of the four squares around it, half of each */
	CHECK_DOUBLE(area_of(z, 1, N, 0, &loops), 0, 1e-12);
	CHECK_DOUBLE(area_of(z, 0, 0, 0, &loops), 0, 1e-12);
	CHECK(loops == 0);
}

TEST_MAIN(a_plane_is_cut_exactly, a_ring_has_a_hole, a_saddle_is_told_by_its_middle,
          the_edge_of_the_grid_is_known, what_is_no_number_is_low)
