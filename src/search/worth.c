#include "search/worth.h"
#include "base/double.h"
#include "base/seeds.h"

#include <math.h>
#include <stdlib.h>

size_t candidate_values(const struct spec *by, const struct candidate *c,
                        enum phase phase, size_t criterion, double *out)
{
	size_t n = 0;

	for (size_t r = 0; r < c->n_runs[phase]; r++) {
		double y = run_is_ok(c->runs[phase][r])
		               ? run_criterion(by, c->runs[phase][r], criterion)
		               : (double)NAN;

		if (isfinite(y))
			out[n++] = y;
	}
	return n;
}

double *candidate_room(const struct candidate *c, enum phase phase, struct arena *a)
{
	return arena_new(a, c->n_runs[phase] + 1, sizeof(double));
}

struct worth worth_of(struct moments m, double *y, double level, bool seedless,
                      bool skewed)
{
	struct worth e = {.value = (double)NAN,
	                  .low = (double)NAN,
	                  .high = (double)NAN,
	                  .level = level};
	double half = stat_half_width(m, level);

	if (!m.n)
		return e;
	e.value = m.mean;
	if (m.n < 2 || seedless)
		return e;
	e.low = m.mean - half;
	e.high = m.mean + half;
	if (!skewed || m.n < 5)
		return e;
	e.median = true;
	qsort(y, m.n, sizeof *y, double_compare);
	e.value = seeds_median(y, m.n);
	e.level = seeds_median_interval(y, m.n, level, &e.low, &e.high);
	return e;
}
