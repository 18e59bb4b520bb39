#include "base/items.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void crossed_init(struct crossed *c, size_t items, double range)
{
	*c = (struct crossed){
	    .items = items, .range = range, .sum = mem_new(items, sizeof *c->sum)};
}

void crossed_free(struct crossed *c)
{
	free(c->sum);
	*c = (struct crossed){0};
}

void crossed_add(struct crossed *c, const double *x)
{
	double mean = 0;

	for (size_t i = 0; i < c->items; i++) {
		c->sum[i] += x[i];
		c->squares += x[i] * x[i];
		mean += x[i] / (double)c->items;
	}
	c->by_seed += mean * mean;
	c->seeds++;
}

double crossed_variance(const struct crossed *c)
{
	double seeds = (double)c->seeds, items = (double)c->items, mean = 0;
	double around = 0, squares = 0, added = items + 2, both;

	for (size_t i = 0; i < c->items; i++)
		mean += c->sum[i] / seeds / items;
	for (size_t i = 0; i < c->items; i++) {
		double m = c->sum[i] / seeds;

		around += (m - mean) * (m - mean);
		squares += m * m;
	}
	around = (around + c->range * c->range) / (added * (added - 1));
	if (c->seeds < 2)
		return around;
	/* Of single outcomes around their seed and item. */
	both = c->squares - items * c->by_seed - seeds * squares +
	       seeds * items * mean * mean;
	return fmax(0, around - both / ((seeds - 1) * (items - 1) * seeds * items));
}

double items_alone(size_t items, double mean, double variance, double low, double high)
{
	double n = (double)items, m = (n * mean + low + high) / (n + 2);
	double around = n * (variance + (mean - m) * (mean - m)) +
	                (low - m) * (low - m) + (high - m) * (high - m);

	return around / ((n + 2) * (n + 2));
}

struct joint joint_of(struct moments d, double variance, size_t items)
{
	bool several = d.n > 1;

	return (struct joint){.seeds = several ? d.variance / (double)d.n : 0,
	                      .items = variance,
	                      .df_seeds = several ? (double)d.n - 1 : 0,
	                      .df_items = items > 1 ? (double)items - 1 : 0};
}

static double half(double variance, double df, double level)
{
	if (!(df > 0))
		return (double)NAN;
	return variance > 0 ? stat_t_quantile((1 + level) / 2, df) * sqrt(variance) : 0;
}

/* Satterthwaite's degrees of freedom of the sum of the two variances. */
static double df_of(struct joint j)
{
	double parts = 0;

	if (j.df_seeds > 0)
		parts += j.seeds * j.seeds / j.df_seeds;
	if (j.df_items > 0)
		parts += j.items * j.items / j.df_items;
	return parts > 0 ? (j.seeds + j.items) * (j.seeds + j.items) / parts
	                 : fmax(j.df_seeds, j.df_items);
}

double joint_half(struct joint j, double level)
{
	return fmax(half(j.seeds + j.items, df_of(j), level),
	            joint_seeds_half(j, level));
}

double joint_seeds_half(struct joint j, double level)
{
	return half(j.seeds, j.df_seeds, level);
}

double joint_items_half(struct joint j, double level)
{
	return half(j.items, j.df_items, level);
}
