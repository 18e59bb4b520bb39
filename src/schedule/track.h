/* A curve in the order of its steps, and where it stood at a rung. Everything here
 * takes a value that is not finite for INFINITY, the worst. */
#ifndef HPS_SCHEDULE_TRACK_H
#define HPS_SCHEDULE_TRACK_H

#include "schedule/schedule.h"

/* Steps strictly rising and finite, the last report of each. Borrows the points of a
 * rising curve, makes a sorted copy of others: track_free either. */
struct track {
	const struct curve_point *points; /* (n) */
	size_t n;
	struct curve_point *own;
};

struct track track_of(const struct curve *c);
void track_free(struct track *t);
/* Points up to the step and with it. By binary search. */
size_t track_upto(const struct track *t, double step);

/* points[i].value, or the mean of the last `smooth` values (fewer at the start). */
double points_value(const struct curve_point *points, size_t i, size_t smooth);
/* The mean of the values 0 … i. */
double track_mean(const struct track *t, size_t i);

/* The value at a rung is that of the first step at or beyond it; or the last one of a
 * run whose budget took it there although it reported nothing so far out (it reports
 * every second step, say). False: it has not come there. */
bool rung_value(const struct curve *c, double rung, size_t smooth, double *value,
                double *step);

/* One run at a rung. */
struct at_rung {
	double value, step;
	size_t curve; /* index in curves */
	uint64_t trial;
	size_t run;
};
int place_compare(const void *a, const void *b); /* for qsort: best first, then by id */

#endif
