#include "gp/target.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In [0, 1] whatever the magnitude: halves, so that no difference overflows. */
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

static void find_cap(struct target *t, const double *sorted, size_t n)
{
	double median = n % 2
	                    ? unit(t, sorted[n / 2])
	                    : (unit(t, sorted[n / 2 - 1]) + unit(t, sorted[n / 2])) / 2;

	t->cap = median > 0 ? median + 5 * median : 1;
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
		qsort(sorted, k, sizeof *sorted, ascending);
	if (k && sorted[0] < sorted[k - 1]) {
		t.shift = sorted[0] / 2;
		t.scale = sorted[k - 1] / 2 - t.shift;
		if (!(t.scale > 0)) /* halves of the least number */
			t.scale = 1;
	} else if (k) {
		t.shift = sorted[0] / 2;
	}
	if (k) {
		find_cap(&t, sorted, k);
		find_moments(&t, sorted, k);
		t.failed = fmax(target_apply(&t, sorted[k - 1]), 0);
	}
	for (size_t i = 0; i < n; i++)
		y[i] = isfinite(value[i]) ? target_apply(&t, value[i]) : t.failed;
	free(sorted);
	return t;
}
