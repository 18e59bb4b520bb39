/* Numbers as people see them. */
#include "report/text.h"
#include "test.h"

static void check_number(double x, const char *want)
{
	struct str s = {0};

	text_number(&s, x);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

static void check_interval(double mean, double half, const char *want)
{
	struct str s = {0};

	text_interval(&s, mean, half);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

static void check_range(double value, double low, double high, const char *want)
{
	struct str s = {0};

	text_range(&s, value, low, high);
	CHECK_STR(str_text(&s), want);
	str_free(&s);
}

TEST(numbers)
{
	check_number(0.19231249, "0.192312");
	check_number(1e-5, "1e-05");
	check_number((double)NAN, "nan");
	check_number(-(double)INFINITY, "-inf");
}

TEST(intervals)
{
	check_interval(0.20112, 0.0034, "0.2011 ± 0.0034");
	check_interval(0.20112, (double)NAN, "0.20112");
	check_interval(123.4, 56, "123 ± 56");
	check_interval(1e12, 1, "1e+12 ± 1");
	check_range(0.20112, 0.19634, 0.22311, "0.201 (0.196 to 0.223)");
	check_range(-0.0001, -0.9, 0.42, "0.00 (-0.90 to 0.42)");
	check_range(1234.5, 1200, 1400, "1234 (1200 to 1400)");
	check_range(0.5, 0.5, 0.5, "0.5 (0.5 to 0.5)");
	check_range(1e12, 9e11, 2e12, "1e+12 (9e+11 to 2e+12)");
}

TEST(zero_has_no_sign)
{
	check_number(-0.0, "0");
	check_number(-1e-300, "-1e-300");
	check_interval(-0.0, 0.1, "0.00 ± 0.10");
	check_interval(-1e-12, 0.1, "0.00 ± 0.10");
	check_interval(-0.004, 0.1, "0.00 ± 0.10");
	check_interval(-0.006, 0.1, "-0.01 ± 0.10");
	check_interval(-0.0, 16, "0 ± 16");
	check_interval(-1e-12, 0, "-1e-12 ± 0");
	check_interval(0.5, 0, "0.5 ± 0");
}

TEST_MAIN(numbers, intervals, zero_has_no_sign)
