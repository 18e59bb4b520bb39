#include "space/param.h"

#include "base/set.h"
#include "space/family.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const dist_names[] = {
    [DIST_CONSTANT] = "constant",
    [DIST_CATEGORICAL] = "categorical",
    [DIST_INT_UNIFORM] = "int_uniform",
    [DIST_UNIFORM] = "uniform",
    [DIST_Q_UNIFORM] = "q_uniform",
    [DIST_LOG_UNIFORM] = "log_uniform",
    [DIST_Q_LOG_UNIFORM] = "q_log_uniform",
    [DIST_INV_LOG_UNIFORM] = "inv_log_uniform",
    [DIST_LOG_UNIFORM_VALUES] = "log_uniform_values",
    [DIST_Q_LOG_UNIFORM_VALUES] = "q_log_uniform_values",
    [DIST_INV_LOG_UNIFORM_VALUES] = "inv_log_uniform_values",
    [DIST_NORMAL] = "normal",
    [DIST_Q_NORMAL] = "q_normal",
    [DIST_LOG_NORMAL] = "log_normal",
    [DIST_Q_LOG_NORMAL] = "q_log_normal",
    [DIST_BETA] = "beta",
    [DIST_Q_BETA] = "q_beta",
};
const size_t dist_count = ARRAY_LEN(dist_names);

/* u stays this far from the ends, so that every quantile is finite. */
static const double u_least = 0x1p-53;

static const uint64_t cardinality_max = UINT64_C(1) << 32;
static const uint64_t grid_max = UINT64_C(1) << 53;

const char *dist_name(enum dist d)
{
	return dist_names[d];
}

bool dist_find(const char *name, enum dist *d)
{
	for (size_t i = 0; i < dist_count; i++)
		if (strcmp(name, dist_names[i]) == 0) {
			*d = (enum dist)i;
			return true;
		}
	/* W&B's other word for a categorical whose values have probabilities. */
	*d = DIST_CATEGORICAL;
	return strcmp(name, "categorical_w_probabilities") == 0;
}

bool dist_is_log(enum dist d)
{
	return strstr(dist_names[d], "log_") != NULL;
}

void param_finish(struct param *p, struct arena *a)
{
	size_t *distinct = arena_new(a, p->n_values, sizeof *distinct);
	struct set seen = {0};

	p->n_distinct = 0;
	for (size_t i = 0; i < p->n_values; i++)
		if ((!p->probabilities || p->probabilities[i] > 0) &&
		    (p->zip || set_add(&seen, value_hash(SET_HASH, &p->values[i]))))
			distinct[p->n_distinct++] = i;
	p->distinct = distinct;
	set_free(&seen);
}

/* x rounded, in decimal, nine digits below the scale. */
static double to_lattice(double x, double scale)
{
	char text[400];
	int place;

	if (!(scale > 0) || !isfinite(x) || !isfinite(scale))
		return x;
	place = (int)floor(log10(scale)) - 9;
	if (place > -300 && place <= 0) {
		snprintf(text, sizeof text, "%.*f", -place, x);
	} else {
		int digits = x == 0 ? 0 : (int)floor(log10(fabs(x))) - place;

		digits = digits < 0 ? 0 : digits > 17 ? 17 : digits;
		snprintf(text, sizeof text, "%.*e", digits, x);
	}
	return strtod(text, NULL);
}

static double short_number(double x)
{
	char text[40];

	snprintf(text, sizeof text, "%.14g", x);
	return strtod(text, NULL);
}

/* A sum of multiples of q without the dust of the arithmetic: 0.9 and 0, not
 * 0.8999999999999999 and 5.6e-17. */
static double without_dust(double x, double q)
{
	return short_number(to_lattice(x, q));
}

static double to_finite(double x)
{
	return fmin(fmax(x, -DBL_MAX), DBL_MAX);
}

/* The default is a value of the parameter, be it on the lattice or beside it. */
static double to_preset(const struct param *p, struct family f, double x)
{
	double preset;

	if (!p->preset || p->preset->kind == VALUE_BOOL ||
	    !value_number(p->preset, &preset))
		return x;
	return to_lattice(preset, family_scale(p, f, preset)) == x ? preset : x;
}

/* Are min and max values, not to be left? */
static bool has_own_ends(const struct param *p)
{
	return p->dist == DIST_UNIFORM || p->dist == DIST_LOG_UNIFORM_VALUES ||
	       p->dist == DIST_INV_LOG_UNIFORM_VALUES;
}

/* A model that looks for the end or the middle of a range comes only so near to it. */
static double to_landmark(double u)
{
	static const double near = 0x1p-30;

	if (u <= near)
		return 0;
	return u >= 1 - near ? 1 : fabs(u - 0.5) <= near ? 0.5 : u;
}

static double on_lattice(const struct param *p, struct family f, double u)
{
	double x = to_finite(family_quantile(p, f, u));

	x = to_preset(p, f, to_finite(to_lattice(x, family_scale(p, f, x))));
	return has_own_ends(p) ? fmin(fmax(x, p->min), p->max) : x;
}

static double continuous(const struct param *p, struct family f, double u)
{
	double mark = p->v1 ? u : to_landmark(u), x = on_lattice(p, f, u), preset;

	if (p->preset && value_number(p->preset, &preset) && !(x < preset) &&
	    !(x > preset))
		return x;
	if (mark > 0 && mark < 1)
		return on_lattice(p, f, mark);
	return !has_own_ends(p) ? x : mark <= 0 ? p->min : p->max;
}

/* The multiples of q that can come out; false where there is no end to them. One that
 * only rounding at the very edge of the range could give does not count. */
static bool multiples(const struct param *p, struct family f, double *first,
                      double *last)
{
	double low = f.kind == BETA ? 0 : family_lower(f) / p->q;
	double high = (f.kind == BETA ? 1 : family_upper(f)) / p->q;

	if (p->clip)
		return param_clip_range(p, first, last);
	*first = floor(low + 0.5 + family_slack(low));
	*last = fmax(*first, ceil(high - 0.5 - family_slack(high)));
	return family_bounded(f) || f.kind == BETA;
}

bool param_multiples(const struct param *p, double *first, double *last)
{
	struct family f = family_of(p);

	return f.q && multiples(p, f, first, last);
}

/* Which multiple of q. */
static double multiple(const struct param *p, struct family f, double u)
{
	double k, first, last;
	bool ends = multiples(p, f, &first, &last);

	if (ends && p->clip && f.kind == LINEAR)
		k = first + floor(u * (last - first + 1));
	else
		k = nearbyint(to_finite(family_quantile(p, f, u)) / p->q);
	return ends ? fmin(fmax(k, first), last) : k;
}

/* A value of a distribution with steps. */
static struct value stepped(const struct param *p, double x)
{
	x = without_dust(to_finite(x), p->q) + 0.0; /* no negative zero */
	if (p->q_int && x == floor(x) && fabs(x) < 0x1p53)
		return value_int((int64_t)x);
	return value_float(to_finite(x));
}

static size_t category(const struct param *p, double u)
{
	double sum = 0;
	size_t i;

	if (!p->probabilities) {
		i = (size_t)ceil(u * (double)p->n_values);
		return i ? (i <= p->n_values ? i - 1 : p->n_values - 1) : 0;
	}
	for (i = 0; i + 1 < p->n_values; i++) {
		sum += p->probabilities[i];
		if (u < sum)
			return i;
	}
	/* Rounding may leave the sum short of one: the last that can occur. */
	while (i && p->probabilities[i] <= 0)
		i--;
	return i;
}

size_t param_row(const struct param *p, double u, int64_t level)
{
	return level >= 0 ? p->distinct[level] : category(p, u);
}

static int64_t integer(const struct param *p, double u)
{
	double x = ceil(p->min - 1 + u * (p->max - p->min + 1));

	return (int64_t)fmin(fmax(x, p->min), p->max);
}

void param_decode(const struct param *p, double u, struct arena *a, struct value *out)
{
	struct family f = family_of(p);

	(void)a;
	assert(u > 0 && u < 1);
	if (p->dist == DIST_CONSTANT)
		*out = p->values[0];
	else if (p->dist == DIST_CATEGORICAL)
		*out = p->values[category(p, u)];
	else if (p->dist == DIST_INT_UNIFORM)
		*out = value_int(integer(p, u));
	else if (f.q)
		*out = stepped(p, multiple(p, f, u) * p->q);
	else
		*out = value_float(continuous(p, f, u));
}

static double inside(double u)
{
	return fmin(fmax(u, u_least), 1 - u_least);
}

static double category_cell(const struct param *p, size_t i)
{
	double before = 0;

	if (!p->probabilities)
		return ((double)i + 0.5) / (double)p->n_values;
	for (size_t k = 0; k < i; k++)
		before += p->probabilities[k];
	return inside(before + 0.5 * p->probabilities[i]);
}

/* The middle of the u that decode to multiple k of q. */
static double multiple_cell(const struct param *p, struct family f, double k)
{
	double first, last, low, high;

	if (p->clip && f.kind == LINEAR && param_clip_range(p, &first, &last))
		return inside((k - first + 0.5) / (last - first + 1));
	low = inside(family_cdf(p, f, (k - 0.5) * p->q));
	high = inside(family_cdf(p, f, (k + 0.5) * p->q));
	if (p->clip && param_clip_range(p, &first, &last)) {
		low = k <= first ? u_least : low;
		high = k >= last ? 1 - u_least : high;
	}
	return 0.5 * (low + high);
}

/* Is x between the values at the two ends of (0, 1), give or take the lattice? */
static bool reachable(const struct param *p, struct family f, double x)
{
	double low =
	    family_bounded(f) ? family_lower(f) : family_quantile(p, f, u_least);
	double high =
	    family_bounded(f) ? family_upper(f) : family_quantile(p, f, 1 - u_least);
	double give = 1e-9 * family_scale(p, f, x);

	return x >= low - give && x <= high + give;
}

/* Is x the number y but for a rounding error of the given size? */
static bool is_about(const struct value *x, const struct value *y, double relative,
                     double size)
{
	double a, b;

	if (x->kind == VALUE_BOOL || y->kind == VALUE_BOOL || !value_number(x, &a) ||
	    !value_number(y, &b))
		return value_equal(x, y);
	return fabs(a - b) <= relative * (size > 0 ? size : fmax(fabs(a), fabs(b)));
}

static bool encode_listed(const struct param *p, const struct value *v, double *u)
{
	for (int exact = 1; exact >= 0; exact--)
		for (size_t i = 0; i < p->n_values; i++)
			if ((exact ? value_equal(&p->values[i], v)
			           : is_about(&p->values[i], v, 1e-12, 0)) &&
			    (!p->probabilities || p->probabilities[i] > 0)) {
				*u = category_cell(p, i);
				return true;
			}
	return false;
}

/* A u whose value is nearest to x. */
static double nearest_u(const struct param *p, struct family f, double x)
{
	double first, last, k;

	if (p->dist == DIST_INT_UNIFORM)
		return inside((nearbyint(x) - p->min + 0.5) / (p->max - p->min + 1));
	if (!f.q)
		return inside(family_cdf(p, f, x));
	k = nearbyint(x / p->q);
	if (multiples(p, f, &first, &last))
		k = fmin(fmax(k, first), last);
	return multiple_cell(p, f, k);
}

static bool is_listed(const struct param *p)
{
	return p->dist == DIST_CONSTANT || p->dist == DIST_CATEGORICAL;
}

bool param_encode(const struct param *p, const struct value *v, double *u)
{
	struct family f = family_of(p);
	struct value back;
	double x;

	if (is_listed(p))
		return encode_listed(p, v, u);
	if ((v->kind != VALUE_INT && v->kind != VALUE_FLOAT) || !value_number(v, &x))
		return false;
	*u = nearest_u(p, f, x);
	if (!f.q && p->dist != DIST_INT_UNIFORM)
		return reachable(p, f, x);
	param_decode(p, *u, NULL, &back);
	return is_about(&back, v, 1e-9, f.q ? p->q : 1);
}

double param_middle(const struct param *p)
{
	struct family f = family_of(p);

	/* Whole cells reach half a step beyond the range, which is more below. */
	return f.q && p->clip && f.kind == LOG && !p->v1
	           ? nearest_u(p, f, sqrt(p->min) * sqrt(p->max))
	           : 0.5;
}

/* Of the listed texts, the one that was meant. */
static bool nearest_text(const struct param *p, const char *text, struct value *out)
{
	const char **texts = mem_new(p->n_values, sizeof *texts), *near;
	size_t n = 0;

	for (size_t i = 0; i < p->n_values; i++)
		if (p->values[i].kind == VALUE_STRING)
			texts[n++] = p->values[i].string;
	near = n ? str_nearest(text, texts, n) : NULL;
	free(texts);
	if (near)
		*out = (struct value){.kind = VALUE_STRING, .string = near};
	return near != NULL;
}

bool param_nearest(const struct param *p, const struct value *v, struct value *out)
{
	double x, y, best = (double)INFINITY;

	if (v->kind == VALUE_STRING && is_listed(p) && p->n_values)
		return nearest_text(p, v->string, out);
	if (!value_number(v, &x))
		return false;
	for (size_t i = 0; is_listed(p) && i < p->n_values; i++)
		if (value_number(&p->values[i], &y) && fabs(x - y) < best) {
			best = fabs(x - y);
			*out = p->values[i];
		}
	if (is_listed(p))
		return isfinite(best);
	param_decode(p, nearest_u(p, family_of(p), x), NULL, out);
	return true;
}

static uint64_t count(double n, uint64_t most)
{
	return n >= 1 && n <= (double)most ? (uint64_t)n : 0;
}

uint64_t param_cardinality(const struct param *p)
{
	struct family f = family_of(p);
	double first, last;

	if (p->dist == DIST_CONSTANT)
		return 1;
	if (p->dist == DIST_CATEGORICAL)
		return p->n_distinct;
	if (p->dist == DIST_INT_UNIFORM)
		return count(p->max - p->min + 1, cardinality_max);
	if (f.q && multiples(p, f, &first, &last))
		return count(last - first + 1, cardinality_max);
	return 0;
}

double param_cell(const struct param *p, uint64_t k)
{
	struct family f = family_of(p);
	double first = 0, last;

	if (p->dist == DIST_CONSTANT)
		return 0.5;
	if (p->dist == DIST_CATEGORICAL)
		return category_cell(p, p->distinct[k]);
	if (p->dist == DIST_INT_UNIFORM)
		return inside(((double)k + 0.5) / (p->max - p->min + 1));
	if (!multiples(p, f, &first, &last))
		return 0.5;
	return multiple_cell(p, f, first + (double)k);
}

uint64_t param_grid_size(const struct param *p)
{
	double first, last;

	if (p->dist == DIST_CONSTANT)
		return 1;
	if (p->dist == DIST_CATEGORICAL)
		return p->probabilities ? 0 : p->n_distinct;
	if (p->dist == DIST_INT_UNIFORM)
		return count(p->max - p->min + 1, grid_max);
	if (p->clip)
		return param_clip_range(p, &first, &last)
		           ? count(last - first + 1, grid_max)
		           : 0;
	if (p->dist != DIST_Q_UNIFORM)
		return 0;
	last = (p->max - p->min) / p->q;
	return count(ceil(last - family_slack(last)), grid_max);
}

void param_grid_value(const struct param *p, uint64_t level, struct arena *a,
                      struct value *out)
{
	double first, last;

	(void)a;
	if (p->dist == DIST_CONSTANT)
		*out = p->values[0];
	else if (p->dist == DIST_CATEGORICAL)
		*out = p->values[p->distinct[level]];
	else if (p->dist == DIST_INT_UNIFORM)
		*out = value_int((int64_t)(p->min + (double)level));
	else if (p->clip && param_clip_range(p, &first, &last))
		*out = stepped(p, (first + (double)level) * p->q);
	else
		*out = stepped(p, p->min + (double)level * p->q);
}

static void describe_values(const struct param *p, struct str *out)
{
	enum { SHOWN = 8 };

	for (size_t i = 0; i < p->n_values && i < SHOWN; i++) {
		str_add(out, i ? ", " : " ");
		value_text(&p->values[i], out);
		if (p->probabilities) {
			str_add(out, " (");
			str_double(out, p->probabilities[i]);
			str_addc(out, ')');
		}
	}
	if (p->n_values > SHOWN)
		str_addf(out, ", … %zu values", p->n_values);
}

static void describe_numbers(const struct param *p, struct str *out)
{
	struct family f = family_of(p);
	const char *names[2] = {" ", " … "};
	double numbers[2] = {family_lower(f), family_upper(f)};

	if (p->dist == DIST_INT_UNIFORM || p->clip) {
		numbers[0] = p->min;
		numbers[1] = p->max;
	}
	if (f.kind == NORMAL || f.kind == LOG_NORMAL) {
		names[0] = " mu ";
		names[1] = ", sigma ";
		numbers[0] = p->mu;
		numbers[1] = p->sigma;
	} else if (f.kind == BETA) {
		names[0] = " a ";
		names[1] = ", b ";
		numbers[0] = p->a;
		numbers[1] = p->b;
	}
	for (int i = 0; i < 2; i++) {
		str_add(out, names[i]);
		str_double(out, short_number(numbers[i]));
	}
	if (f.q) {
		str_add(out, ", q ");
		str_double(out, p->q);
	}
}

void param_describe(const struct param *p, struct str *out)
{
	str_add(out, dist_name(p->dist));
	if (p->dist == DIST_CONSTANT || p->dist == DIST_CATEGORICAL)
		describe_values(p, out);
	else
		describe_numbers(p, out);
	if (p->preset && p->dist != DIST_CONSTANT) {
		str_add(out, ", default ");
		value_text(p->preset, out);
	}
}
