/* A configuration as the model sees it: each kind of parameter, by the rules of
 * encode.h, and back. */
#include "gp/kernel.h"
#include "spaces.h"
#include "strategy/encode.h"
#include "test.h"

enum { MOST = 8 };

struct rig {
	struct maker m;
	struct encoding e;
	double genes[MOST], row[MOST];
};

static void begin(struct rig *r, bool curves, bool tasks)
{
	maker_finish(&r->m);
	encoding_init(&r->e, &r->m.space, curves, tasks);
}

static void end(struct rig *r)
{
	encoding_free(&r->e);
	maker_free(&r->m);
}

/* The row of the point at these u, one per parameter. */
static const double *row_at(struct rig *r, const double *u)
{
	struct coord point[MOST] = {{0}};
	const struct value *values[MOST];

	for (size_t i = 0; i < r->m.space.n; i++)
		point[i] = (struct coord){u[i], -1};
	space_decode(&r->m.space, point, &r->m.a, values);
	encoding_genes(&r->e, point, values, r->genes);
	encoding_row(&r->e, r->genes, r->row);
	return r->row;
}

TEST(each_kind_of_parameter)
{
	struct rig r = {0};
	const double *row;

	maker_range(&r.m, "a", DIST_LOG_UNIFORM, 1e-4, 1);
	maker_steps(&r.m, "b", DIST_INT_UNIFORM, 1, 4, 1);
	maker_choice(&r.m, "c", "64 16 32");
	maker_choice(&r.m, "d", "16 32");
	maker_choice(&r.m, "e", "sgd adam lion");
	maker_choice(&r.m, "f", "1");
	begin(&r, false, false);
	CHECK_INT(r.e.d, 5); /* what has but one value is left out */
	CHECK_INT(r.e.width, 5);
	CHECK_INT(r.e.fidelity, SIZE_MAX);
	CHECK_INT(r.e.task, SIZE_MAX);
	CHECK_INT(r.e.dim_of[4], 4);
	CHECK_INT(r.e.dim_of[5], SIZE_MAX);
	CHECK(!r.e.conditional);
	for (size_t j = 0; j < 5; j++) {
		CHECK_INT(r.e.dims[j].kind, j < 3 ? GP_NUMBER : GP_CATEGORY);
		CHECK(!r.e.dims[j].optional);
	}
	row = row_at(&r, (const double[]){0.3, 0.6, 0.1, 0.9, 0.5, 0.5});
	CHECK_DOUBLE(row[0], 0.3, 0);
	CHECK_DOUBLE(row[1], 0.625, 1e-15);   /* 3: the middle of [0.5, 0.75] */
	CHECK_DOUBLE(row[2], 2.5 / 3, 1e-15); /* 64 is the largest of three */
	CHECK_DOUBLE(row[3], 1, 0);           /* two have no order: the second */
	CHECK_DOUBLE(row[4], 1, 0);
	row = row_at(&r, (const double[]){0.3, 0.1, 0.5, 0.1, 0.9, 0.5});
	CHECK_DOUBLE(row[1], 0.125, 1e-15);
	CHECK_DOUBLE(row[2], 0.5 / 3, 1e-15);
	CHECK_DOUBLE(row[3], 0, 0);
	CHECK_DOUBLE(row[4], 2, 0);
	end(&r);
}

/* Numbers that no double tells apart stand as they are written. */
TEST(equal_numbers_keep_their_order)
{
	struct rig r = {0};
	const struct value values[] = {value_int(INT64_C(9007199254740993)),
	                               value_int(INT64_C(9007199254740992)),
	                               value_int(3)};

	maker_choice(&r.m, "n", "1 2 3")->values = values;
	begin(&r, false, false);
	CHECK_DOUBLE(row_at(&r, (const double[]){0.1})[0], 1.5 / 3, 1e-15);
	CHECK_DOUBLE(row_at(&r, (const double[]){0.5})[0], 2.5 / 3, 1e-15);
	CHECK_DOUBLE(row_at(&r, (const double[]){0.9})[0], 0.5 / 3, 1e-15);
	end(&r);
}

/* What hangs on another is absent where that has another value, and so is what hangs
 * on it. */
TEST(what_is_inactive_is_absent)
{
	struct rig r = {0};
	const double *row;

	maker_choice(&r.m, "a", "sgd adam lion");
	maker_choice(&r.m, "b", "on off");
	maker_range(&r.m, "c", DIST_UNIFORM, 0, 1);
	maker_range(&r.m, "d", DIST_UNIFORM, 0, 1);
	maker_when(&r.m, "b", "a", "adam lion");
	maker_when(&r.m, "c", "b", "on");
	begin(&r, false, false);
	CHECK(r.e.conditional);
	CHECK(!r.e.dims[0].optional && r.e.dims[1].optional && r.e.dims[2].optional &&
	      !r.e.dims[3].optional);
	row = row_at(&r, (const double[]){0.1, 0.2, 0.3, 0.4});
	CHECK_DOUBLE(row[1], GP_ABSENT, 0);
	CHECK_DOUBLE(row[2], GP_ABSENT, 0);
	CHECK_DOUBLE(row[3], 0.4, 0);
	row = row_at(&r, (const double[]){0.5, 0.2, 0.3, 0.4});
	CHECK_DOUBLE(row[1], 0, 0);
	CHECK_DOUBLE(row[2], 0.3, 0);
	row = row_at(&r, (const double[]){0.9, 0.7, 0.3, 0.4});
	CHECK_DOUBLE(row[1], 1, 0);
	CHECK_DOUBLE(row[2], GP_ABSENT, 0);
	end(&r);
}

/* At its full length, of this search. */
TEST(length_and_search_come_last)
{
	struct rig r = {0};
	const double *row;

	maker_range(&r.m, "a", DIST_UNIFORM, 0, 1);
	begin(&r, true, true);
	CHECK_INT(r.e.width, 3);
	CHECK_INT(r.e.fidelity, 1);
	CHECK_INT(r.e.task, 2);
	CHECK_INT(r.e.dims[1].kind, GP_NUMBER);
	CHECK_INT(r.e.dims[2].kind, GP_CATEGORY);
	row = row_at(&r, (const double[]){0.25});
	CHECK_DOUBLE(row[0], 0.25, 0);
	CHECK_DOUBLE(row[1], 1, 0);
	CHECK_DOUBLE(row[2], 0, 0);
	end(&r);
	r = (struct rig){0};
	maker_range(&r.m, "a", DIST_UNIFORM, 0, 1);
	begin(&r, false, true);
	CHECK_INT(r.e.width, 2);
	CHECK_INT(r.e.task, 1);
	end(&r);
}

TEST(points_are_found_again)
{
	struct rig r = {0};
	struct coord point[3];

	maker_range(&r.m, "a", DIST_UNIFORM, 0, 1);
	maker_steps(&r.m, "b", DIST_INT_UNIFORM, 1, 4, 1);
	maker_choice(&r.m, "c", "sgd adam lion");
	begin(&r, false, false);
	(void)row_at(&r, (const double[]){1.0 / 3, 0.55, 0.8});
	encoding_point(&r.e, r.genes, point);
	/* On multiples of 2^-30, in the middle of one. */
	CHECK_DOUBLE(point[0].u, (floor(0x1p30 / 3) + 0.5) * 0x1p-30, 0);
	CHECK_DOUBLE(point[1].u, 0.625, 1e-15);
	CHECK_DOUBLE(point[2].u, 2.5 / 3, 1e-15);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(point[i].level, -1);
	CHECK_DOUBLE(encoding_gene(&r.e, 1, 0), 0, 0);
	CHECK_DOUBLE(encoding_gene(&r.e, 1, 0.49), 1, 0);
	CHECK_DOUBLE(encoding_gene(&r.e, 1, 0.51), 2, 0);
	CHECK_DOUBLE(encoding_gene(&r.e, 1, 1), 3, 0);
	r.genes[0] = 1;
	encoding_point(&r.e, r.genes, point);
	CHECK_DOUBLE(point[0].u, 1 - 0x1p-31, 0);
	end(&r);
}

TEST_MAIN(each_kind_of_parameter, equal_numbers_keep_their_order,
          what_is_inactive_is_absent, length_and_search_come_last,
          points_are_found_again)
