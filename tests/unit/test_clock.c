/* The calendar, there and back. */
#include "base/clock.h"
#include "test.h"

TEST(iso_there_and_back)
{
	static const double times[] = {0, 1, 951782400, 1795731987, 249999999999};
	char buf[32];

	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		CHECK(clock_from_iso(clock_iso(times[i], buf)) == times[i]);
	CHECK(clock_from_iso("2000-02-29T00:00:00Z") == 951782400);
}

TEST(what_is_no_time)
{
	static const char *const bad[] = {NULL,
	                                  "",
	                                  "?",
	                                  "2026-11-26",
	                                  "2026-11-26T10:00:00",
	                                  "2026-11-26T10:00:00Zz",
	                                  "2026-13-26T10:00:00Z",
	                                  "yesterday"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(isnan(clock_from_iso(bad[i])));
}

TEST(durations_that_are_too_long_stay_so)
{
	CHECK(clock_nanoseconds(0) == 0);
	CHECK(clock_nanoseconds(1.5) == 1500000000);
	CHECK(clock_nanoseconds(1e10) == INT64_MAX / 2);
	CHECK(clock_nanoseconds(1e300) == INT64_MAX / 2);
	CHECK(clock_milliseconds(INT64_MIN) == 0);
	CHECK(clock_milliseconds(-1) == 0);
	CHECK(clock_milliseconds(0) == 0);
	CHECK(clock_milliseconds(1) == 1);
	CHECK(clock_milliseconds(1000000) == 1);
	CHECK(clock_milliseconds(1000001) == 2);
	CHECK(clock_milliseconds(INT64_C(2147483647) * 1000000) == INT32_MAX);
	CHECK(clock_milliseconds(INT64_MAX) == INT32_MAX);
}

TEST_MAIN(iso_there_and_back, what_is_no_time, durations_that_are_too_long_stay_so)
