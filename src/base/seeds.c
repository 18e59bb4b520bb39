#include "base/seeds.h"
#include "base/stat.h"

#include <math.h>

bool seeds_agree(const double *y, size_t n, double spread)
{
	double low = y[0], high = y[0];

	for (size_t i = 1; i < n; i++) {
		low = fmin(low, y[i]);
		high = fmax(high, y[i]);
	}
	return high - low <=
	       (spread > 0 ? 1e-5 * spread : 1e-12 * fmax(fabs(low), fabs(high)));
}

void skewness_add(struct skewness *s, const double *y, size_t n)
{
	struct moments m = stat_of(y, n);
	double sd = sqrt(m.variance * ((double)n - 1) / (double)n);

	if (n < 3 || !(sd > 0) || !isfinite(sd))
		return;
	for (size_t i = 0; i < n; i++)
		s->sum += pow((y[i] - m.mean) / sd, 3);
	s->n += n;
}

double skewness_of(const struct skewness *s)
{
	return s->n ? s->sum / (double)s->n : (double)NAN;
}

bool skewness_matters(const struct skewness *s)
{
	return fabs(skewness_of(s)) > 0.2;
}

/* How often the d-th smallest and the d-th largest of n hold the median between them:
 * 1 - 2 P(Binomial(n, 1/2) < d). */
static double holds(size_t n, size_t d)
{
	double a = (double)d, b = (double)(n - d) + 1;

	return 1 - 2 * (1 - stat_beta_cdf(0.5, a, b));
}

double seeds_median_interval(const double *y, size_t n, double level, double *low,
                             double *high)
{
	size_t d = 1;
	double outer, inner, share, weight;

	*low = y[0];
	*high = y[n - 1];
	if (holds(n, 1) <= level)
		return holds(n, 1);
	while (holds(n, d + 1) > level)
		d++;
	outer = holds(n, d);
	inner = holds(n, d + 1);
	share = (outer - level) / (outer - inner);
	weight =
	    (double)(n - d) * share / ((double)d + ((double)n - 2 * (double)d) * share);
	*low = y[d - 1] + weight * (y[d] - y[d - 1]);
	*high = y[n - d] - weight * (y[n - d] - y[n - d - 1]);
	return level;
}

double seeds_median(const double *y, size_t n)
{
	return n % 2 ? y[n / 2] : y[n / 2 - 1] + (y[n / 2] - y[n / 2 - 1]) / 2;
}
