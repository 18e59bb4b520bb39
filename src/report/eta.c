#include "report/eta.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Rounds of equal runs beyond these do not change which slot is free first. */
enum { ROUNDS = 4 };

static size_t first_free(const double *at, size_t n)
{
	size_t first = 0;

	for (size_t i = 1; i < n; i++)
		if (at[i] < at[first])
			first = i;
	return first;
}

/* When the last of `left` equal runs ends; at[]: when each slot is free. */
static double makespan(double *at, size_t slots, double left, double each)
{
	double whole = floor(left / (double)slots) - ROUNDS, end = 0;

	if (whole > 0)
		left -= whole * (double)slots;
	for (size_t n = (size_t)fmax(left, 0); n; n--)
		at[first_free(at, slots)] += each;
	for (size_t i = 0; i < slots; i++)
		end = fmax(end, at[i]);
	return end + (whole > 0 ? whole * each : 0);
}

struct eta eta_of(struct moments durations, const double *taken, size_t running,
                  double left, size_t slots)
{
	struct eta e = {0};
	double n = (double)durations.n, runs = left + (double)running, half, *at;

	if (!durations.n || !(runs > 0))
		return e;
	at = mem_new(slots > running ? slots : running, sizeof *at);
	for (size_t i = 0; i < running; i++)
		at[i] = fmax(durations.mean - taken[i], 0);
	e.known = true;
	e.mean = makespan(at, slots > running ? slots : running, left, durations.mean);
	free(at);
	if (durations.n < 3)
		return e;
	half = stat_t_quantile(0.95, n - 1) * sqrt(durations.variance) / (double)slots *
	       sqrt(runs + runs * runs / n);
	e.interval = isfinite(half);
	e.low = fmax(e.mean - half, 0);
	e.high = e.mean + half;
	return e;
}
