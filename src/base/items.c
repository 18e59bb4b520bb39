#include "base/items.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Satterthwaite's degrees of freedom of a sum of two variances. */
static double satterthwaite(double a, double df_a, double b, double df_b)
{
	double parts = (a > 0 ? a * a / df_a : 0) + (b > 0 ? b * b / df_b : 0);

	return parts > 0 ? (a + b) * (a + b) / parts : df_a > 0 ? df_a : df_b;
}

/* Of the mean over items, from each item's mean over the seeds, two items added. */
static double variance_by_item(const double *d, size_t seeds, size_t items, double mean,
                               double range)
{
	double sum = range * range, n = (double)items + 2;

	for (size_t i = 0; i < items; i++) {
		double m = 0;

		for (size_t r = 0; r < seeds; r++)
			m += d[r * items + i] / (double)seeds;
		sum += (m - mean) * (m - mean);
	}
	return sum / (n * (n - 1));
}

/* What the two variances both hold: of single outcomes around their seed and item. */
static double variance_of_both(const double *d, size_t seeds, size_t items)
{
	double all = (double)seeds * (double)items, sum = 0;
	double *by_seed = mem_new(seeds, sizeof *by_seed);
	double *by_item = mem_new(items, sizeof *by_item), mean = 0;

	for (size_t r = 0; r < seeds; r++)
		for (size_t i = 0; i < items; i++) {
			by_seed[r] += d[r * items + i] / (double)items;
			by_item[i] += d[r * items + i] / (double)seeds;
			mean += d[r * items + i] / all;
		}
	for (size_t r = 0; r < seeds; r++)
		for (size_t i = 0; i < items; i++) {
			double e = d[r * items + i] - by_seed[r] - by_item[i] + mean;

			sum += e * e;
		}
	free(by_seed);
	free(by_item);
	return sum / (((double)seeds - 1) * ((double)items - 1)) / all;
}

struct joint items_paired(const double *d, size_t seeds, size_t items, double range)
{
	double *means = mem_new(seeds, sizeof *means);
	struct moments m;
	struct joint j;

	for (size_t r = 0; r < seeds; r++)
		means[r] = stat_of(&d[r * items], items).mean;
	m = stat_of(means, seeds);
	j = (struct joint){.mean = m.mean,
	                   .items = variance_by_item(d, seeds, items, m.mean, range)};
	if (seeds > 1) {
		j.seeds = m.variance / (double)seeds;
		j.items = fmax(0, j.items - variance_of_both(d, seeds, items));
	}
	j.df = satterthwaite(j.seeds, (double)seeds - 1, j.items, (double)items - 1);
	free(means);
	return j;
}

struct joint items_unpaired(struct moments d, double p, double q, size_t items)
{
	struct joint j = {.mean = d.mean,
	                  .seeds = d.n > 1 ? d.variance / (double)d.n : 0,
	                  .items = (p * (1 - p) + q * (1 - q)) / (double)items};

	j.df = satterthwaite(j.seeds, (double)d.n - 1, j.items, (double)items - 1);
	return j;
}

static double half(double variance, double df, double level)
{
	return variance > 0 ? stat_t_quantile((1 + level) / 2, df) * sqrt(variance) : 0;
}

double joint_half(struct joint j, double level)
{
	return half(j.seeds + j.items, j.df, level);
}

double joint_seeds_half(struct joint j, double level, size_t seeds)
{
	return half(j.seeds, (double)seeds - 1, level);
}

double joint_items_half(struct joint j, double level, size_t items)
{
	return half(j.items, (double)items - 1, level);
}
