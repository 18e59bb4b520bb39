/* Shares of variance against functions whose shares are known exactly, also where a
 * constraint makes parameters depend on each other. */
#include "report/shares.h"
#include "spaces.h"
#include "test.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Ishigami's function, and the product of two. */
static void two(void *self, const double *rows, size_t count, double *out,
                double *other)
{
	(void)self;
	for (size_t i = 0; i < count; i++) {
		double a = pi * (2 * rows[3 * i] - 1),
		       b = pi * (2 * rows[3 * i + 1] - 1);
		double c = pi * (2 * rows[3 * i + 2] - 1);

		out[i] = sin(a) + 7 * sin(b) * sin(b) + 0.1 * c * c * c * c * sin(a);
		other[i] = a * b;
	}
}

static void sum(void *self, const double *rows, size_t count, double *out,
                double *other)
{
	size_t d = *(size_t *)self;

	for (size_t i = 0; i < count; i++)
		out[i] = other[i] = rows[d * i] + rows[d * i + 1];
}

static void open_space(struct maker *m, struct encoding *e, size_t d, const char *limit)
{
	static const char *const names[] = {"a", "b", "c"};

	*m = (struct maker){0};
	for (size_t j = 0; j < d; j++)
		maker_range(m, names[j], DIST_UNIFORM, 0, 1);
	maker_finish(m);
	if (limit)
		maker_constrain(m, limit);
	encoding_init(e, &m->space, false, false);
}

static void close_space(struct maker *m, struct encoding *e)
{
	encoding_free(e);
	maker_free(m);
}

/* Homma & Saltelli 1996, equation 26. */
TEST(shares_of_ishigami_and_of_a_product)
{
	static const size_t pair[][2] = {{0, 2}, {0, 1}, {1, 2}};
	double p4 = pi * pi * pi * pi, p8 = p4 * p4, both[6], doubt;
	double va = 0.5 * (1 + 0.1 * p4 / 5) * (1 + 0.1 * p4 / 5), vb = 49.0 / 8;
	double vac = 0.01 * p8 * (1.0 / 18 - 1.0 / 50), v = va + vb + vac;
	struct share_set one[6];
	struct encoding e;
	struct shares s;
	struct maker m;

	open_space(&m, &e, 3, NULL);
	CHECK(shares_init(&s, &e, 16384, 1, 0));
	doubt = shares_of(&s, two, NULL, one, pair, 3, both);
	CHECK(doubt > 0);
	CHECK_DOUBLE(one[0].alone, va / v, 0.005);
	CHECK_DOUBLE(one[1].alone, vb / v, 0.005);
	CHECK_DOUBLE(one[2].alone, 0, 0.005);
	CHECK_DOUBLE(one[0].total, (va + vac) / v, 0.005);
	CHECK_DOUBLE(one[1].total, vb / v, 0.005);
	CHECK_DOUBLE(one[2].total, vac / v, 0.005);
	CHECK_DOUBLE(both[0], (va + vac) / v, 0.005);
	CHECK_DOUBLE(both[1], (va + vb) / v, 0.005);
	CHECK_DOUBLE(both[2], vb / v, 0.005);
	CHECK_DOUBLE(one[3].alone, 0, 0.005);
	CHECK_DOUBLE(one[3].total, 1, 0.005);
	CHECK_DOUBLE(one[5].total, 0, 0);
	CHECK_DOUBLE(both[4], 1, 0.005);
	shares_free(&s);
	close_space(&m, &e);
}

/* Uniform on a + b < 1: E[b | a] = (1 - a) / 2, so that E[a + b | a] = (1 + a) / 2 and,
 * with V(a) = 1/18 and V(a + b) = 1/18, alone is 1/4; V(a | b) = (1 - b)^2 / 12 has the
 * mean 1/24: total is 3/4. */
TEST(shares_over_what_holds_a_constraint)
{
	static const size_t pair[][2] = {{0, 1}};
	struct share_set one[6];
	struct encoding e;
	struct shares s;
	struct maker m;
	double both[2];

	open_space(&m, &e, 3, "a + b < 1");
	CHECK(shares_init(&s, &e, 16384, 1, 0));
	CHECK_DOUBLE(shares_of(&s, sum, &e.d, one, pair, 1, both), 0, 0);
	CHECK_DOUBLE(one[0].alone, 0.25, 0.03);
	CHECK_DOUBLE(one[1].alone, 0.25, 0.03);
	CHECK_DOUBLE(one[2].alone, 0, 0.03);
	CHECK_DOUBLE(one[0].total, 0.75, 0.03);
	CHECK_DOUBLE(one[1].total, 0.75, 0.03);
	CHECK_DOUBLE(one[2].total, 0, 0);
	CHECK_DOUBLE(both[0], 1, 0.03);
	shares_free(&s);
	close_space(&m, &e);
}

TEST(a_constraint_that_nothing_holds_is_noticed)
{
	struct encoding e;
	struct shares s;
	struct maker m;

	open_space(&m, &e, 2, "a + b < 0");
	CHECK(!shares_init(&s, &e, 64, 1, 0));
	shares_free(&s);
	close_space(&m, &e);
}

TEST_MAIN(shares_of_ishigami_and_of_a_product, shares_over_what_holds_a_constraint,
          a_constraint_that_nothing_holds_is_noticed)
