/* Time: a monotonic clock for durations and deadlines, the calendar for records. */
#ifndef HPS_BASE_CLOCK_H
#define HPS_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)

int64_t clock_now(void); /* nanoseconds, monotonic */
double clock_wall(void); /* seconds since 1970 */
/* Seconds in nanoseconds; of more than they hold, half of that: times can be added. */
int64_t clock_nanoseconds(double seconds);
/* Nanoseconds as poll(2) takes them: in whole milliseconds, no fewer; 0 for what is
 * past, the most that it takes for more. */
int clock_milliseconds(int64_t ns);
/* Both behind a narrow door: who measures a search's time takes them from here, so that
 * a test can set its clock. */
struct clock {
	int64_t (*now)(void *self);
	double (*wall)(void *self);
	void *self;
};
extern const struct clock clock_real;
/* "2031-05-06T07:08:09Z" for seconds since 1970, into buf. Returns buf. */
const char *clock_iso(double wall, char buf[static 32]);
/* The other way round; NaN where text is NULL or no such time. */
double clock_from_iso(const char *text);

#endif
