#include "base/selection.h"
#include "base/double.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stat.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 1000 };

/* What is known of the candidates, and room for one draw. */
struct choices {
	const double *y;
	size_t k, n;
	double *mean, *error; /* (k) error: standard errors */
	double *g, *drawn;    /* (n), (k) */
	double *pivot;        /* (2 DRAWS) errors of chosen means, studentized */
	double sum;           /* of these errors, negated: of how lucky they were */
};

static size_t best_of(const double *mean, size_t k)
{
	size_t best = 0;

	for (size_t i = 1; i < k; i++)
		if (mean[i] < mean[best])
			best = i;
	return best;
}

static double draw_normal(uint64_t seed, uint32_t d, size_t i)
{
	return stat_normal_quantile(rng_unit(seed, d, RNG_BOOTSTRAP, (uint32_t)i));
}

/* How far a standard error from n values is off, as a factor. */
static double draw_error(uint64_t seed, uint32_t d, size_t n)
{
	double squares = 0;

	for (size_t i = 1; i < n; i++) {
		double g = draw_normal(seed, d, n + i);

		squares += g * g;
	}
	return sqrt(squares / ((double)n - 1));
}

/* One choice among new means. */
static void choose(struct choices *c, double sign, double factor, double *pivot)
{
	double scale = sign / sqrt((double)c->n * ((double)c->n - 1)), lucky;
	size_t best;

	for (size_t i = 0; i < c->k; i++) {
		c->drawn[i] = c->mean[i];
		for (size_t r = 0; r < c->n; r++)
			c->drawn[i] +=
			    scale * c->g[r] * (c->y[i * c->n + r] - c->mean[i]);
	}
	best = best_of(c->drawn, c->k);
	lucky = c->mean[best] - c->drawn[best];
	c->sum += lucky;
	/* One without any spread is exactly as good as it looks. */
	*pivot = c->error[best] > 0 ? lucky / (factor * c->error[best]) : 0;
}

/* Both signs of the same normals are drawn, which halves the noise of the average at no
 * cost. */
static void choose_often(struct choices *c, uint64_t seed)
{
	for (uint32_t d = 0; d < DRAWS; d++) {
		double factor = draw_error(seed, d, c->n);

		for (size_t r = 0; r < c->n; r++)
			c->g[r] = draw_normal(seed, d, r);
		choose(c, 1, factor, &c->pivot[2 * (size_t)d]);
		choose(c, -1, factor, &c->pivot[2 * (size_t)d + 1]);
	}
	qsort(c->pivot, 2 * DRAWS, sizeof *c->pivot, double_compare);
}

struct selection selection_of(const double *y, size_t k, size_t n, double level,
                              uint64_t seed)
{
	struct choices c = {.y = y, .k = k, .n = n};
	struct selection s = {0};
	double error;

	c.mean = mem_new(2 * k, sizeof *c.mean);
	c.error = c.mean + k;
	for (size_t i = 0; i < k; i++) {
		struct moments m = stat_of(&y[i * n], n);

		c.mean[i] = m.mean;
		c.error[i] = stat_stderr(m);
	}
	error = c.error[best_of(c.mean, k)];
	s.below = s.above = stat_t_quantile((1 + level) / 2, (double)n - 1) * error;
	if (k > 1) {
		c.g = mem_new(n + k, sizeof *c.g);
		c.drawn = c.g + n;
		c.pivot = mem_new(2 * DRAWS, sizeof *c.pivot);
		choose_often(&c, seed);
		s.optimism = fmax(0, c.sum / (2 * DRAWS));
		s.below = sqrt(s.below * s.below + s.optimism * s.optimism);
		s.above = c.pivot[(size_t)((1 + level) / 2 * (2 * DRAWS - 1))] * error;
		s.above = fmax(s.above - s.optimism, 0);
	}
	free(c.pivot);
	free(c.g);
	free(c.mean);
	return s;
}
