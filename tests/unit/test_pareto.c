/* Fronts, what they cover and what is left, against fronts worked out by hand. */
#include "base/pareto.h"
#include "base/rng.h"
#include "test.h"

TEST(one_dominates_another)
{
	static const double a[] = {1, 2, 3}, b[] = {1, 2, 4}, c[] = {0, 3, 3};

	CHECK(pareto_dominates(a, b, 3));
	CHECK(!pareto_dominates(b, a, 3));
	CHECK(!pareto_dominates(a, a, 3));
	CHECK(!pareto_dominates(a, c, 3) && !pareto_dominates(c, a, 3));
	CHECK(!pareto_dominates(a, b, 2));
}

TEST(front_by_front)
{
	/* 0 1 2 are not dominated; 3 and 4 by those alone; 5 by 3 too; 6 equals 0. */
	static const double y[] = {1, 5, 2, 3, 4, 1, 3, 4, 5, 2, 6, 6, 1, 5};
	static const size_t right[] = {1, 1, 1, 2, 2, 3, 1};
	size_t front[7];

	pareto_sort(y, 7, 2, front);
	for (size_t i = 0; i < 7; i++)
		CHECK_INT(front[i], right[i]);
	pareto_sort(y, 0, 2, front);
	pareto_sort(y, 3, 1, front); /* 1 5 2: three values in a row */
	CHECK_INT(front[0], 1);
	CHECK_INT(front[1], 3);
	CHECK_INT(front[2], 2);
}

/* The definition: front f is what none of the rest dominates, once those before are
 * gone. */
TEST(fronts_are_those_of_the_definition)
{
	enum { N = 120 };
	double y[N * 3];
	size_t front[N];

	for (size_t m = 1; m <= 3; m++) {
		for (size_t i = 0; i < N * m; i++)
			y[i] = (double)rng_below(7, i, RNG_PICK, (uint32_t)m, 9);
		pareto_sort(y, N, m, front);
		for (size_t i = 0; i < N; i++) {
			size_t above = 0;

			for (size_t j = 0; j < N; j++)
				if (pareto_dominates(y + j * m, y + i * m, m) &&
				    front[j] > above)
					above = front[j];
			CHECK_INT(front[i], above + 1);
		}
	}
}

TEST(volumes_worked_out_by_hand)
{
	/* A stair of three: 1 x 3 + 1 x 4 + 2 x 5 … below (6, 6), and one dominated. */
	static const double y[] = {1, 5, 2, 3, 4, 1, 4, 4}, ref[] = {6, 6};
	/* Three cubes' corners. */
	static const double z[] = {0, 0, 2, 0, 2, 0, 2, 0, 0}, top[] = {3, 3, 3};
	static const double one[] = {1, 1, 1};

	CHECK_DOUBLE(pareto_volume(y, 4, 2, ref), 1 * 1 + 2 * 3 + 2 * 5, 0);
	CHECK_DOUBLE(pareto_volume(y, 1, 2, ref), 5, 0);
	CHECK_DOUBLE(pareto_volume(y, 0, 2, ref), 0, 0);
	CHECK_DOUBLE(pareto_volume(y, 3, 1, (const double[]){6}), 5, 0);
	/* 3 3 1 + 3 1 3 + 1 3 3, less what two have in common (3 1 1, 1 3 1, 1 1 3),
	 * and once what all three have. */
	CHECK_DOUBLE(pareto_volume(z, 3, 3, top), 27 - 9 + 1, 0);
	CHECK_DOUBLE(pareto_volume(one, 1, 3, top), 8, 0);
	/* Beyond the reference point nothing counts. */
	CHECK_DOUBLE(pareto_volume((const double[]){7, 0}, 1, 2, ref), 0, 0);
	CHECK_DOUBLE(pareto_volume((const double[]){6, 0}, 1, 2, ref), 0, 0);
}

static double box_volume(const struct pareto_box *b, size_t m, double floor)
{
	double v = 1;

	for (size_t k = 0; k < m; k++) {
		double low = b->low[k] < floor ? floor : b->low[k];

		v *= b->high[k] - low;
	}
	return v;
}

/* With what is dominated the boxes fill the cube from 0 to the reference, and overlap
 * nowhere: each point of a fine grid lies in one box, or is dominated. */
TEST(boxes_are_what_is_left)
{
	enum { N = 40 };
	double y[N * 3], ref[3] = {1, 1, 1};

	for (size_t m = 1; m <= 3; m++)
		for (size_t n = 0; n <= N; n += 8) {
			struct pareto_boxes b;
			double sum = 0;
			bool right = true;

			for (size_t i = 0; i < n * m; i++)
				y[i] = rng_unit(3, i, RNG_PICK, (uint32_t)n);
			pareto_boxes(y, n, m, ref, &b);
			CHECK(b.n <= 2 * n + 1);
			for (size_t i = 0; i < b.n; i++)
				sum += box_volume(&b.list[i], m, 0);
			CHECK_DOUBLE(sum + pareto_volume(y, n, m, ref), 1, 1e-12);
			for (size_t i = 0; i < 1000; i++) {
				double p[3];
				size_t in = 0, by = 0;

				for (size_t k = 0; k < m; k++)
					p[k] = rng_unit(4, i, RNG_PICK, (uint32_t)k);
				for (size_t k = 0; k < b.n; k++) {
					bool inside = true;

					for (size_t d = 0; d < m; d++)
						inside = inside &&
						         p[d] > b.list[k].low[d] &&
						         p[d] < b.list[k].high[d];
					in += inside;
				}
				for (size_t k = 0; k < n; k++)
					by += pareto_dominates(y + k * m, p, m);
				right = right && in == (by == 0);
			}
			CHECK(right);
			pareto_boxes_free(&b);
		}
}

TEST(the_knee_is_nearest_to_the_ideal)
{
	static const double y[] = {0, 10, 1, 2, 4, 0};
	double low[2], high[2];

	pareto_range(y, 3, 2, low, high);
	CHECK_DOUBLE(low[0], 0, 0);
	CHECK_DOUBLE(high[1], 10, 0);
	CHECK_DOUBLE(pareto_distance(y, 2, low, high), 1, 0);
	CHECK_DOUBLE(pareto_distance(y + 2, 2, low, high), 0.0625 + 0.04, 1e-15);
	CHECK_DOUBLE(pareto_distance(y + 4, 2, low, high), 1, 0);
	CHECK_DOUBLE(pareto_distance(y, 2, low, low), 100, 0);
}

TEST_MAIN(one_dominates_another, front_by_front, fronts_are_those_of_the_definition,
          volumes_worked_out_by_hand, boxes_are_what_is_left,
          the_knee_is_nearest_to_the_ideal)
