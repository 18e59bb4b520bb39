#include "gp/target.h"
#include "base/double.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Values of so many times the size of others are of no use to tell those apart. */
static const double far = 1e3;
enum { NEAR_LEAST = 3 };

/* In [0, 1] up to the scale; halves, so that no difference overflows. */
static double unit(const struct target *t, double value)
{
	return (value / 2 - t->shift) / t->scale;
}

double target_apply(const struct target *t, double value)
{
	return (fmin(unit(t, value), t->cap) - t->mean) / t->sd;
}

double target_undo(const struct target *t, double y)
{
	return 2 * ((y * t->sd + t->mean) * t->scale + t->shift);
}

bool target_noise(const struct target *t, double stderr_)
{
	return isfinite(stderr_) && stderr_ / (2 * t->scale * t->sd) < far;
}

/* Half the distance from the least value, which no two doubles make overflow. */
static double above_least(const double *sorted, size_t i)
{
	return sorted[i] / 2 - sorted[0] / 2;
}

/* How many of the sorted values are of one order, where those are fewer than half:
 * those before the first that lies out of all proportion to them. */
static size_t count_near(const double *sorted, size_t n)
{
	size_t i = n / 8 < NEAR_LEAST ? NEAR_LEAST : n / 8;

	for (; i <= n / 2 && i < n; i++)
		if (above_least(sorted, i - 1) > 0 &&
		    above_least(sorted, i) / far >
		        fmax(above_least(sorted, i - 1),
		             fmax(fabs(sorted[0]), fabs(sorted[i - 1])) / 2))
			return i;
	return n;
}

/* In halves above the least. */
static double find_cap(const double *sorted, size_t n)
{
	size_t near = count_near(sorted, n);
	double median = near % 2 ? above_least(sorted, near / 2)
	                         : (above_least(sorted, near / 2 - 1) / 2 +
	                            above_least(sorted, near / 2) / 2);

	return median > 0 ? 6 * median : above_least(sorted, near - 1);
}

/* The scale is the range, unless that is so much above the cap that what is below would
 * be lost on it. */
static void find_scale(struct target *t, const double *sorted, size_t n)
{
	double range = above_least(sorted, n - 1), cap = find_cap(sorted, n);

	t->shift = sorted[0] / 2;
	if (range > 0) /* and not halves of the least number */
		t->scale = range / far > cap ? cap : range;
	t->cap = cap > 0 ? cap / t->scale : 1;
}

static void find_moments(struct target *t, const double *sorted, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		t->mean += fmin(unit(t, sorted[i]), t->cap) / (double)n;
	for (size_t i = 0; i < n; i++) {
		double e = fmin(unit(t, sorted[i]), t->cap) - t->mean;

		sum += e * e;
	}
	t->sd = sum > 0 ? sqrt(sum / (double)n) : 1;
}

struct target target_fit(const double *value, size_t n, double *y)
{
	struct target t = {.scale = 1, .cap = 1, .sd = 1};
	double *sorted = mem_new(n, sizeof *sorted);
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i]))
			sorted[k++] = value[i];
	if (k)
		qsort(sorted, k, sizeof *sorted, double_compare);
	if (k) {
		find_scale(&t, sorted, k);
		find_moments(&t, sorted, k);
		t.failed = fmax(target_apply(&t, sorted[k - 1]), 0);
	}
	for (size_t i = 0; i < n; i++)
		y[i] = isfinite(value[i]) ? target_apply(&t, value[i]) : t.failed;
	free(sorted);
	return t;
}
