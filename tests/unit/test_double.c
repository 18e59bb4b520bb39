/* Doubles beside each other. */
#include "base/double.h"
#include "test.h"

#include <math.h>

TEST(the_least_comes_first)
{
	double x[] = {2, -HUGE_VAL, 0.5, HUGE_VAL, -1, 0.5};
	static const double sorted[] = {-HUGE_VAL, -1, 0.5, 0.5, 2, HUGE_VAL};

	qsort(x, 6, sizeof *x, double_compare);
	for (size_t i = 0; i < 6; i++)
		CHECK(x[i] == sorted[i]);
	CHECK_INT(double_compare(&x[2], &x[3]), 0);
	CHECK_INT(double_compare(&x[4], &x[3]), 1);
	CHECK_INT(double_compare(&x[3], &x[4]), -1);
}

TEST(the_same_to_the_last_bit)
{
	CHECK(double_same(0.1, 0.1));
	CHECK(!double_same(0.1, nextafter(0.1, 1)));
	CHECK(!double_same(0.0, -0.0));
	CHECK(double_same((double)NAN, -(double)NAN));
	CHECK(!double_same((double)NAN, 0));
	CHECK(double_same(-(double)INFINITY, -(double)INFINITY));
	CHECK(!double_same((double)INFINITY, -(double)INFINITY));
}

TEST_MAIN(the_least_comes_first, the_same_to_the_last_bit)
