#include "base/clock.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

double clock_wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int64_t clock_nanoseconds(double seconds)
{
	return seconds > 4e9 ? INT64_MAX / 2 : (int64_t)(seconds * 1e9);
}

int clock_milliseconds(int64_t ns)
{
	int64_t ms = ns / 1000000 + (ns % 1000000 > 0);

	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

static int64_t real_now(void *self)
{
	(void)self;
	return clock_now();
}

static double real_wall(void *self)
{
	(void)self;
	return clock_wall();
}

const struct clock clock_real = {.now = real_now, .wall = real_wall};

const char *clock_iso(double wall, char buf[static 32])
{
	/* Beyond the year 9999 on either side, or no number: not a time of ours. */
	bool sane = fabs(wall) < 2.5e11;
	time_t sec = sane ? (time_t)floor(wall) : 0;
	struct tm tm;

	if (!sane || !gmtime_r(&sec, &tm) ||
	    !strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, 32, "?");
	return buf;
}

double clock_from_iso(const char *text)
{
	struct tm tm = {0};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	return end && !*end ? (double)timegm(&tm) : (double)NAN;
}
