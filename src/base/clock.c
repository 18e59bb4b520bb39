#include "base/clock.h"

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

const char *clock_iso(double wall, char buf[static 32])
{
	time_t sec = (time_t)wall;
	struct tm tm;

	if (!gmtime_r(&sec, &tm) || !strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, 32, "?");
	return buf;
}
