#include "base/effect.h"

#include <math.h>
#include <stdbool.h>

static bool tells(struct moments s, size_t n, double level)
{
	double df = (double)n - 1;

	return fabs(s.mean) * sqrt((double)n / s.variance) >=
	       stat_t_quantile(1 - level, df) + stat_t_quantile(0.8, df);
}

size_t effect_pairs(struct moments s, double level)
{
	size_t low = s.n < 2 ? 2 : s.n, high = EFFECT_PAIRS_MAX;

	if (s.n < 2 || !(fabs(s.mean) > 0) || !(s.variance > 0))
		return 0;
	/* More pairs tell more: tells() changes once. */
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (tells(s, middle, level))
			high = middle;
		else
			low = middle;
	}
	return high;
}
