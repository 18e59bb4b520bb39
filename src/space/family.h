/* What the distributions of numbers have in common: a continuous quantile and its
 * inverse, five of them, with steps or without. */
#ifndef HPS_SPACE_FAMILY_H
#define HPS_SPACE_FAMILY_H

#include "space/param.h"

enum kind { LINEAR, LOG, NORMAL, LOG_NORMAL, BETA };

struct family {
	enum kind kind;
	bool q;
	double low, high; /* LINEAR: values; LOG: natural logarithms */
};

struct family family_of(const struct param *p);

/* The value at u, before it is rounded to steps or digits (0 < u < 1), and where a
 * value lies. */
double family_quantile(const struct param *p, struct family f, double u);
double family_cdf(const struct param *p, struct family f, double x);

/* The length against which a value's precision counts. */
double family_scale(const struct param *p, struct family f, double x);

/* Has it ends? Then they are these, in values, whatever they were written as. */
bool family_bounded(struct family f);
double family_lower(struct family f);
double family_upper(struct family f);

/* With clip: the multiples first * q … last * q lie inside [min, max]. False: none
 * does. */
bool param_clip_range(const struct param *p, double *first, double *last);

/* How far a bound, counted in steps, may lie from the whole number that it means. */
double family_slack(double steps);

#endif
