#include "gp/target.h"
#include "base/double.h"
#include "base/elementary.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Values of so many times the size of others are of no use to tell those apart. */
static const double far = 1e3;
enum { NEAR_LEAST = 3, OTHERS_LEAST = 4 };

/* In [0, 1] up to the scale; halves, so that no difference overflows. */
static double unit(const struct target *t, double value)
{
	return (value / 2 - t->shift) / t->scale;
}

static double bounded(const struct target *t, double value)
{
	return fmin(fmax(unit(t, value), t->floor), t->cap);
}

double target_apply(const struct target *t, double value)
{
	return (bounded(t, value) - t->mean) / t->sd;
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
		t->mean += bounded(t, sorted[i]) / (double)n;
	for (size_t i = 0; i < n; i++) {
		double e = bounded(t, sorted[i]) - t->mean;

		sum += e * e;
	}
	t->sd = sum > 0 ? sqrt(sum / (double)n) : 1;
}

size_t target_alone(const double *sorted, size_t n)
{
	size_t i = 1;

	for (; i < NEAR_LEAST && i + OTHERS_LEAST <= n; i++) {
		const double *rest = sorted + i;
		double size = fmax(fabs(rest[0]), fabs(rest[(n - i) / 2]));

		if (size > 0 && (rest[0] / 2 - rest[-1] / 2) / far > size / 2)
			return i;
	}
	return 0;
}

double target_least(const struct target *t)
{
	return t->floor < 0 ? -(double)INFINITY : 2 * t->shift;
}

/* The k of the values that are finite; malloc. */
static double *finite_of(const double *value, size_t n, size_t *k)
{
	double *out = mem_new(n + 1, sizeof *out);

	*k = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i]))
			out[(*k)++] = value[i];
	return out;
}

/* Moments from sorted (k), which is freed; then what becomes of every value. */
static void finish(struct target *t, double *sorted, size_t k, const double *value,
                   size_t n, double *y)
{
	if (k) {
		find_moments(t, sorted, k);
		t->failed = fmax(target_apply(t, sorted[k - 1]), 0);
	}
	for (size_t i = 0; i < n; i++)
		y[i] = isfinite(value[i]) ? target_apply(t, value[i]) : t->failed;
	free(sorted);
}

struct target target_fit(const double *value, size_t n, double *y)
{
	struct target t = {.scale = 1, .cap = 1, .sd = 1, .floor = -(double)INFINITY};
	size_t k, alone;
	double *sorted = finite_of(value, n, &k);

	if (k) {
		qsort(sorted, k, sizeof *sorted, double_compare);
		alone = target_alone(sorted, k);
		t.floor = alone ? 0 : t.floor;
		find_scale(&t, sorted + alone, k - alone);
	}
	finish(&t, sorted, k, value, n, y);
	return t;
}

/* The middle of the sizes; 1 where that is nothing. */
static double size_of(const double *value, size_t n)
{
	size_t k;
	double *size = finite_of(value, n, &k), unit;

	for (size_t i = 0; i < k; i++)
		size[i] = fabs(size[i]);
	qsort(size, k, sizeof *size, double_compare);
	unit = k ? size[k / 2] : 1;
	free(size);
	return unit > 0 ? unit : 1;
}

double target_bound(const double *value, size_t n, double *y)
{
	double unit = size_of(value, n), mean = 0, sum = 0, worst = 0, sd;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(value[i]))
			continue;
		y[i] = portable_log1p(fabs(value[i]) / unit);
		y[i] = value[i] < 0 ? -y[i] : y[i];
		worst = k ? fmax(worst, y[i]) : y[i];
		mean += y[i];
		k++;
	}
	mean = k ? mean / (double)k : 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i]))
			sum += (y[i] - mean) * (y[i] - mean);
	sd = sum > 0 ? sqrt(sum / (double)k) : 1;
	for (size_t i = 0; i < n; i++)
		y[i] = ((isfinite(value[i]) ? y[i] : worst) - mean) / sd;
	return -mean / sd;
}

struct target target_fit_to(const double *value, size_t n, double most, double *y)
{
	struct target t = {.scale = 1, .cap = 1, .sd = 1, .floor = -(double)INFINITY};
	size_t k;
	double *sorted = finite_of(value, n, &k), range;

	if (k) {
		qsort(sorted, k, sizeof *sorted, double_compare);
		most = fmax(most, sorted[0] + 12 * above_least(sorted, k / 2));
		for (size_t i = 0; i < k; i++)
			sorted[i] = fmin(sorted[i], most);
		range = above_least(sorted, k - 1);
		t.shift = sorted[0] / 2;
		t.scale = range > 0 ? range : 1;
		t.cap = range > 0 ? 1 : (double)INFINITY;
	}
	finish(&t, sorted, k, value, n, y);
	return t;
}
