#include "base/fisher.h"

#include <math.h>

/* lgamma sets a global sign, lgamma_r does not. */
static double log_choose(size_t n, size_t k)
{
	int sign;

	return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
	       lgamma_r((double)(n - k) + 1, &sign);
}

/* P(x of the first's n runs end well | all of them that do). */
static double chance(size_t x, size_t n, size_t other_n, size_t all_ok)
{
	return exp(log_choose(n, x) + log_choose(other_n, all_ok - x) -
	           log_choose(n + other_n, all_ok));
}

double fisher_greater(size_t ok, size_t n, size_t other_ok, size_t other_n)
{
	size_t all = ok + other_ok, most = all < n ? all : n;
	double sum = 0;

	for (size_t x = ok; x <= most; x++)
		sum += chance(x, n, other_n, all);
	return fmin(1, sum);
}

double fisher_both(size_t ok, size_t n, size_t other_ok, size_t other_n)
{
	size_t all = ok + other_ok, most = all < n ? all : n;
	/* Tables that are as likely but for rounding count as such. */
	double limit = chance(ok, n, other_n, all) * (1 + 1e-9), sum = 0;

	for (size_t x = all > other_n ? all - other_n : 0; x <= most; x++) {
		double p = chance(x, n, other_n, all);

		if (p <= limit)
			sum += p;
	}
	return fmin(1, sum);
}
