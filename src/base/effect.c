#include "base/effect.h"

#include <math.h>
#include <stdbool.h>

static const double power = 0.8;

static bool tells(struct moments s, double items, size_t n, double level)
{
	double df = (double)n - 1, seeds = s.variance / (double)n;

	return fabs(s.mean) >= stat_t_quantile(1 - level, df) * sqrt(seeds + items) +
	                           stat_t_quantile(power, df) * sqrt(seeds);
}

size_t effect_pairs(struct moments s, double items, double level)
{
	size_t low = s.n < 2 ? 2 : s.n, high = EFFECT_PAIRS_MAX;

	if (s.n < 2 || !(fabs(s.mean) > 0) || !(s.variance > 0))
		return 0;
	/* More pairs tell more: tells() changes once. */
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (tells(s, items, middle, level))
			high = middle;
		else
			low = middle;
	}
	return high;
}

double effect_items(double mean, double items, size_t n, double level)
{
	double z = stat_normal_quantile(1 - level) + stat_normal_quantile(power);

	if (!(fabs(mean) > 0))
		return 0;
	return fmin(1e15, ceil((double)n * items * z * z / (mean * mean)));
}
