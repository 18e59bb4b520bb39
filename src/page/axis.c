#include "base/double.h"
#include "base/stat.h"
#include "page/chart.h"
#include "report/text.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond so many times the distance from the best to the ninth decile. */
static const double far_out = 2;
static const double log_ratio = 60;

static void clip(struct axis *a, const double *x, size_t n, double worse)
{
	size_t tenth = (n - 1) / 10;
	double edge;

	if (!(fabs(worse) > 0) || n < 10)
		return;
	if (worse > 0) {
		edge = x[n - 1 - tenth] + far_out * (x[n - 1 - tenth] - x[0]);
		a->clipped = a->high > edge && edge > x[0];
		a->high = a->clipped ? edge : a->high;
	} else {
		edge = x[tenth] - far_out * (x[n - 1] - x[tenth]);
		a->clipped = a->low < edge && edge < x[n - 1];
		a->low = a->clipped ? edge : a->low;
	}
}

void axis_fit(struct axis *a, const double *values, size_t n, double worse)
{
	double *x = mem_new(n + 1, sizeof *x), room;
	size_t k = stat_finite(values, n, x);

	qsort(x, k, sizeof *x, double_compare);
	a->low = 0;
	a->high = 1;
	if (k) {
		a->low = x[0];
		a->high = x[k - 1];
		a->log = a->low > 0 && log(a->high) - log(a->low) > log(log_ratio);
		if (!a->log)
			clip(a, x, k, worse);
		room = 0.04 * (a->high - a->low);
		if (!(room > 0))
			room = fabs(a->low) > 0 ? 0.05 * fabs(a->low) : 1;
		if (!isfinite(room))
			room = 0;
		if (a->log) {
			room = exp(0.04 * (log(a->high) - log(a->low)));
			a->low = fmax(a->low / room, DBL_MIN);
			a->high = fmin(a->high * room, DBL_MAX);
		} else {
			a->low -= room;
			a->high += room;
		}
	}
	free(x);
}

void axis_names(struct axis *a, const char *const *names, size_t n)
{
	a->names = names;
	a->n_names = n;
	a->low = -0.5;
	a->high = (double)n - 0.5;
}

/* In logarithms and halves: from 1e-300 to 1e300 a ratio or a difference is no number.
 */
double axis_at(const struct axis *a, double x)
{
	double u = a->log ? (log(x) - log(a->low)) / (log(a->high) - log(a->low))
	                  : (x / 2 - a->low / 2) / (a->high / 2 - a->low / 2);

	if (isnan(u))
		return 0;
	return fmin(fmax(u, 0), 1);
}

double axis_value(const struct axis *a, double u)
{
	if (a->log)
		return exp(log(a->low) + u * (log(a->high) - log(a->low)));
	return (1 - u) * a->low + u * a->high;
}

static size_t log_ticks(const struct axis *a, size_t most, double *out)
{
	static const double few[] = {1, 2, 5};
	double first = floor(log10(a->low)), last = ceil(log10(a->high));
	double every = fmax(1, ceil((last - first) / (double)most));
	size_t n = 0, per = (last - first) * 3 <= (double)most ? 3 : 1;

	for (size_t i = 0; i <= most; i++)
		for (size_t k = 0; k < per; k++) {
			double x = few[k] * pow(10, first + (double)i * every);

			if (x >= a->low && x <= a->high && n < TICKS_MAX)
				out[n++] = x;
		}
	return n;
}

static size_t linear_ticks(const struct axis *a, size_t most, double *out)
{
	double raw = a->high / (double)most - a->low / (double)most;
	double unit = pow(10, floor(log10(raw)));
	double step = unit * (raw / unit > 5   ? 10
	                      : raw / unit > 2 ? 5
	                      : raw / unit > 1 ? 2
	                                       : 1);
	double first = ceil(a->low / step);
	size_t n = 0;

	if (!(step > 0) || !isfinite(step))
		return 0;
	while (n < TICKS_MAX && (first + (double)n) * step <= a->high) {
		out[n] = (first + (double)n) * step;
		n++;
	}
	return n;
}

size_t axis_ticks(const struct axis *a, size_t most, double *out)
{
	size_t n = 0;

	if (a->bare)
		return 0;
	most = most < 2 ? 2 : most > TICKS_MAX ? TICKS_MAX : most;
	if (a->names) {
		size_t every = (a->n_names + TICKS_MAX - 1) / TICKS_MAX;

		for (size_t i = 0; i < a->n_names && n < TICKS_MAX; i += every)
			out[n++] = (double)i;
		return n;
	}
	if (a->log)
		n = log_ticks(a, most, out);
	return n >= 2 ? n : linear_ticks(a, most, out);
}

void axis_label(const struct axis *a, double x, struct str *out)
{
	if (a->names)
		text_cut(out, a->names[(size_t)x], 34);
	else if (!a->log && fabs(x) < 1e-12 * a->high - 1e-12 * a->low)
		str_addc(out, '0');
	else
		str_addf(out, "%.6g", x);
}
