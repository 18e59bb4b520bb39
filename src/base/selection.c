#include "base/selection.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 1000 };
/* Found by simulation over normal, t3, unequal and shared noise, 3 to 10 seeds, 4 and
 * 11 candidates: tests/bench/trust.py prints the coverage. */
static const double doubt = 0.1;

static size_t best_of(const double *mean, size_t k)
{
	size_t best = 0;

	for (size_t i = 1; i < k; i++)
		if (mean[i] < mean[best])
			best = i;
	return best;
}

/* One draw of all means; both signs of the same normals are drawn, which halves the
 * noise of the average at no cost. */
static double one_draw(const double *y, const double *mean, size_t k, size_t n,
                       const double *g, double sign, double *drawn)
{
	double scale = sign / sqrt((double)n * ((double)n - 1));
	size_t best;

	for (size_t i = 0; i < k; i++) {
		drawn[i] = mean[i];
		for (size_t r = 0; r < n; r++)
			drawn[i] += scale * g[r] * (y[i * n + r] - mean[i]);
	}
	best = best_of(drawn, k);
	return mean[best] - drawn[best];
}

static double optimism_of(const double *y, const double *mean, size_t k, size_t n,
                          uint64_t seed)
{
	double *g = mem_new(n, sizeof *g), *drawn = mem_new(k, sizeof *drawn), sum = 0;

	for (uint32_t d = 0; d < DRAWS; d++) {
		for (size_t r = 0; r < n; r++)
			g[r] = stat_normal_quantile(
			    rng_unit(seed, d, RNG_BOOTSTRAP, (uint32_t)r));
		sum += one_draw(y, mean, k, n, g, 1, drawn) +
		       one_draw(y, mean, k, n, g, -1, drawn);
	}
	free(g);
	free(drawn);
	return fmax(0, sum / (2 * DRAWS));
}

struct selection selection_of(const double *y, size_t k, size_t n, double level,
                              uint64_t seed)
{
	double *mean = mem_new(k, sizeof *mean), t;
	struct selection s = {0};
	struct moments winner;

	for (size_t i = 0; i < k; i++)
		mean[i] = stat_of(&y[i * n], n).mean;
	winner = stat_of(&y[best_of(mean, k) * n], n);
	if (k > 1)
		s.optimism = optimism_of(y, mean, k, n, seed);
	t = stat_t_quantile((1 + level) / 2, (double)n - 1);
	s.half =
	    t * sqrt(winner.variance / (double)n + doubt * s.optimism * s.optimism);
	free(mean);
	return s;
}
