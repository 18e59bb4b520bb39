#include "space/family.h"

#include "base/elementary.h"
#include "base/stat.h"

#include <math.h>

double family_slack(double steps)
{
	return fmin(1e-9 * fmax(1, fabs(steps)), 1e-3);
}

bool param_clip_range(const struct param *p, double *first, double *last)
{
	double low = p->min / p->q, high = p->max / p->q;

	*first = ceil(low - family_slack(low));
	*last = floor(high + family_slack(high));
	/* On a log scale there is no zero. */
	if (p->dist == DIST_Q_LOG_UNIFORM_VALUES)
		*first = fmax(*first, 1);
	return *first <= *last;
}

struct family family_of(const struct param *p)
{
	static const struct family families[] = {
	    [DIST_Q_UNIFORM] = {.q = true},
	    [DIST_LOG_UNIFORM] = {LOG, .q = false},
	    [DIST_Q_LOG_UNIFORM] = {LOG, .q = true},
	    [DIST_INV_LOG_UNIFORM] = {LOG, .q = false},
	    [DIST_LOG_UNIFORM_VALUES] = {LOG, .q = false},
	    [DIST_Q_LOG_UNIFORM_VALUES] = {LOG, .q = true},
	    [DIST_INV_LOG_UNIFORM_VALUES] = {LOG, .q = false},
	    [DIST_NORMAL] = {NORMAL, .q = false},
	    [DIST_Q_NORMAL] = {NORMAL, .q = true},
	    [DIST_LOG_NORMAL] = {LOG_NORMAL, .q = false},
	    [DIST_Q_LOG_NORMAL] = {LOG_NORMAL, .q = true},
	    [DIST_BETA] = {BETA, .q = false},
	    [DIST_Q_BETA] = {BETA, .q = true},
	};
	struct family f = families[p->dist];
	bool exponents = p->dist == DIST_LOG_UNIFORM || p->dist == DIST_Q_LOG_UNIFORM;
	double first, last;

	f.low = f.kind == LOG && !exponents ? portable_log(p->min) : p->min;
	f.high = f.kind == LOG && !exponents ? portable_log(p->max) : p->max;
	if (p->dist == DIST_INV_LOG_UNIFORM) {
		f.low = -p->max;
		f.high = -p->min;
	}
	if (f.kind == LOG && p->clip && !p->v1 && param_clip_range(p, &first, &last)) {
		f.low = log((first - 0.5) * p->q);
		f.high = log((last + 0.5) * p->q);
	}
	return f;
}

/* GSL's inverse does not converge for every shape (beta(5, 1000) at u = 0.99); its
 * CDF does. */
static double beta_quantile(double u, double a, double b)
{
	double x = stat_beta_quantile(u, a, b), low = 0, high = 1;

	if (x >= 0 && x <= 1)
		return x;
	for (int i = 0; i < 60; i++) {
		x = 0.5 * (low + high);
		if (stat_beta_cdf(x, a, b) < u)
			low = x;
		else
			high = x;
	}
	return x;
}

double family_quantile(const struct param *p, struct family f, double u)
{
	double x = 0;

	switch (f.kind) {
	case LINEAR:
	case LOG: x = f.low + u * (f.high - f.low); break;
	case NORMAL:
	case LOG_NORMAL: x = p->mu + p->sigma * stat_normal_quantile(u); break;
	case BETA: return beta_quantile(u, p->a, p->b);
	}
	return f.kind == LOG || f.kind == LOG_NORMAL ? portable_exp(x) : x;
}

double family_cdf(const struct param *p, struct family f, double x)
{
	if (f.kind == BETA)
		return x <= 0 ? 0 : x >= 1 ? 1 : stat_beta_cdf(x, p->a, p->b);
	if (f.kind == LOG || f.kind == LOG_NORMAL)
		x = x > 0 ? portable_log(x) : -(double)INFINITY;
	if (f.kind == NORMAL || f.kind == LOG_NORMAL)
		return p->sigma > 0 ? stat_normal_cdf((x - p->mu) / p->sigma)
		                    : x >= p->mu;
	return (x - f.low) / (f.high - f.low);
}

double family_scale(const struct param *p, struct family f, double x)
{
	switch (f.kind) {
	case LINEAR: return f.high - f.low;
	case LOG: return fmin(x, portable_exp(f.high) - portable_exp(f.low));
	case NORMAL: return p->sigma > 0 ? p->sigma : 1;
	case LOG_NORMAL: return p->sigma > 0 ? x * fmin(1, p->sigma) : x;
	case BETA: break;
	}
	return 1;
}

bool family_bounded(struct family f)
{
	return f.kind == LINEAR || f.kind == LOG;
}

double family_lower(struct family f)
{
	return f.kind == LOG ? portable_exp(f.low) : f.low;
}

double family_upper(struct family f)
{
	return f.kind == LOG ? portable_exp(f.high) : f.high;
}
