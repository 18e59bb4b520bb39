/* One parameter of the file: which distribution it is, by W&B's rules of inference and
 * our own keys, and whether its numbers make sense. */
#include "config/dialect.h"
#include "config/draft.h"
#include "config/scalar.h"
#include "config/spelling.h"
#include "space/family.h"

#include <math.h>
#include <string.h>

static const struct node *has(const struct draft *d, const char *key)
{
	return node_get(d->map, key);
}

/* Every key must be one that this kind of parameter uses. */
static bool only_keys(struct reading *r, const struct draft *d, const char *what,
                      const char *const *allowed, size_t n)
{
	for (size_t i = 0; i < d->map->n; i++) {
		const char *key = d->map->keys[i];
		bool ok = strcmp(key, "default") == 0 || strcmp(key, "when") == 0 ||
		          strcmp(key, "distribution") == 0 || spelling_is_key(key);

		for (size_t k = 0; k < n && !ok; k++)
			ok = strcmp(key, allowed[k]) == 0;
		if (ok)
			continue;
		return read_fails(r, d->map->key_at[i], NULL,
		                  "parameter %s: %s does not go with %s", d->p.name,
		                  key, what);
	}
	return true;
}

static void set_constant(struct reading *r, struct draft *d, const struct node *n)
{
	struct value *v = arena_new(r->a, 1, sizeof *v);

	*v = node_value(n, r->a);
	d->p.dist = DIST_CONSTANT;
	d->p.values = v;
	d->p.n_values = 1;
}

static bool constant(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"value", "idle"};

	if (!only_keys(r, d, "a constant", keys, ARRAY_LEN(keys)))
		return false;
	if (has(d, "idle") && !read_bool(r, has(d, "idle"), "idle", &d->p.idle))
		return false;
	if (!has(d, "value"))
		return read_fails(r, d->at, "as in {value: 3}",
		                  "parameter %s: a constant needs value:", d->p.name);
	set_constant(r, d, has(d, "value"));
	return true;
}

static bool read_probabilities(struct reading *r, struct draft *d,
                               const struct node *list)
{
	double *probs, sum = 0;

	if (list->kind != NODE_LIST || list->n != d->p.n_values)
		return read_fails(r, list->at, NULL,
		                  "parameter %s: probabilities must be a list as long "
		                  "as values (%zu)",
		                  d->p.name, d->p.n_values);
	probs = arena_new(r->a, list->n, sizeof *probs);
	for (size_t i = 0; i < list->n; i++) {
		if (!read_number(r, list->items[i], "a probability", &probs[i]))
			return false;
		if (!(probs[i] >= 0))
			return read_fails(r, list->items[i]->at, NULL,
			                  "a probability must not be negative");
		sum += probs[i];
	}
	/* W&B's test: math.isclose(sum, 1). */
	if (!(fabs(sum - 1) <= 1e-9 * fmax(sum, 1)))
		return read_fails(
		    r, list->at, NULL,
		    "parameter %s: the probabilities add up to %.10g, not to 1",
		    d->p.name, sum);
	d->p.probabilities = probs;
	return true;
}

static bool categorical(struct reading *r, struct draft *d, bool weighted)
{
	static const char *const keys[] = {"values", "probabilities"};
	const struct node *probs = has(d, "probabilities"), *list = has(d, "values");
	struct value *values;

	if (!only_keys(r, d, "values", keys, ARRAY_LEN(keys)))
		return false;
	if (!list)
		return read_fails(r, d->at, "as in {values: [16, 32, 64]}",
		                  "parameter %s: categorical needs values:", d->p.name);
	if (list->kind != NODE_LIST) {
		/* W&B refuses this one; what is meant is plain. */
		read_note(r, true, list->at,
		          "parameter %s: values is no list; taken as the one value",
		          d->p.name);
		set_constant(r, d, list);
		return !probs || read_probabilities(r, d, probs);
	}
	if (!list->n)
		return read_fails(r, list->at, NULL, "parameter %s: values is empty",
		                  d->p.name);
	if (weighted && !probs)
		return read_fails(r, d->at, "add probabilities: [...]",
		                  "parameter %s: categorical_w_probabilities needs "
		                  "probabilities:",
		                  d->p.name);
	values = arena_new(r->a, list->n, sizeof *values);
	for (size_t i = 0; i < list->n; i++)
		values[i] = node_value(list->items[i], r->a);
	d->p.dist = DIST_CATEGORICAL;
	d->p.values = values;
	d->p.n_values = list->n;
	return !probs || read_probabilities(r, d, probs);
}

static bool optional(struct reading *r, const struct draft *d, const char *key,
                     double *out)
{
	const struct node *n = has(d, key);

	return !n || read_number(r, n, key, out);
}

static bool moments(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"mu", "sigma", "q"};
	/* u stays 2^-53 away from 0 and 1: the normal quantile, below 8.3. */
	const double reach = 8.3;
	bool log = d->p.dist == DIST_LOG_NORMAL || d->p.dist == DIST_Q_LOG_NORMAL;
	double high;

	d->p.mu = 0;
	d->p.sigma = 1;
	if (!only_keys(r, d, dist_name(d->p.dist), keys, ARRAY_LEN(keys)) ||
	    !optional(r, d, "mu", &d->p.mu) || !optional(r, d, "sigma", &d->p.sigma))
		return false;
	if (!(d->p.sigma >= 0))
		return read_fails(r, has(d, "sigma")->at, NULL,
		                  "parameter %s: sigma must not be negative",
		                  d->p.name);
	high = fabs(d->p.mu) + reach * d->p.sigma;
	if (!isfinite(log ? exp(high) : high))
		return read_fails(r, d->at, NULL,
		                  "parameter %s: its values can become infinite",
		                  d->p.name);
	return true;
}

static bool shapes(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"a", "b", "q"};
	/* Beyond these the quantile is not to be had, or always 0 or 1. */
	const double least = 1e-3, most = 1e6;

	d->p.a = d->p.b = 1;
	if (!only_keys(r, d, dist_name(d->p.dist), keys, ARRAY_LEN(keys)) ||
	    !optional(r, d, "a", &d->p.a) || !optional(r, d, "b", &d->p.b))
		return false;
	if (!(fmin(d->p.a, d->p.b) >= least && fmax(d->p.a, d->p.b) <= most))
		return read_fails(r, d->at, NULL,
		                  "parameter %s: a and b must lie between %g and %g",
		                  d->p.name, least, most);
	return true;
}

/* Ranges. */

static bool is_exponential(enum dist k)
{
	return k == DIST_LOG_UNIFORM || k == DIST_Q_LOG_UNIFORM ||
	       k == DIST_INV_LOG_UNIFORM;
}

static bool is_log_of_values(enum dist k)
{
	return k == DIST_LOG_UNIFORM_VALUES || k == DIST_Q_LOG_UNIFORM_VALUES ||
	       k == DIST_INV_LOG_UNIFORM_VALUES;
}

/* log_uniform's bounds are exponents: say what that comes to. */
static bool check_exponents(struct reading *r, const struct draft *d)
{
	bool inverse = d->p.dist == DIST_INV_LOG_UNIFORM;
	double low = inverse ? exp(-d->p.max) : exp(d->p.min);
	double high = inverse ? exp(-d->p.min) : exp(d->p.max);
	const char *name = dist_name(d->p.dist);

	if (!(low > 0) || !isfinite(high))
		return read_fails(
		    r, has(d, low > 0 ? "max" : "min")->at,
		    arena_printf(r->a,
		                 "for bounds that are values write "
		                 "distribution: %s_values",
		                 name),
		    "parameter %s: the bounds of %s are exponents, and e to "
		    "these is out of reach",
		    d->p.name, name);
	/* Learning rates and the like, written as values: e to these is about 1. */
	read_note(
	    r, d->p.min > 0 && d->p.max <= 1, d->at,
	    "parameter %s: the bounds of %s are exponents: it ranges from %.4g to "
	    "%.4g; for bounds that are values write %s_values",
	    d->p.name, name, low, high, name);
	return true;
}

/* The value of a bound, quotes or not. */
static struct value bound_value(const struct node *n)
{
	struct value v = n->value;

	if (v.kind == VALUE_STRING)
		scalar_number(n->text, &v);
	return v;
}

static bool is_int(const struct node *n)
{
	return n && n->kind == NODE_SCALAR && bound_value(n).kind == VALUE_INT;
}

static bool whole_bound(struct reading *r, const struct draft *d, const struct node *n,
                        double x)
{
	if (!is_int(n))
		return read_fails(r, n->at,
		                  x == floor(x) && fabs(x) < 1e15
		                      ? arena_printf(r->a, "write %.0f", x)
		                      : "for fractions write distribution: uniform",
		                  "parameter %s: int_uniform needs whole numbers",
		                  d->p.name);
	return fabs(x) <= 0x1p53 ||
	       read_fails(r, n->at, NULL, "parameter %s: %s is beyond 2^53", d->p.name,
	                  n->text);
}

static bool check_order(struct reading *r, const struct draft *d)
{
	const struct node *min = has(d, "min");

	if (d->p.min > d->p.max)
		return read_fails(r, min->at, "swap them",
		                  "parameter %s: min (%g) is above max (%g)", d->p.name,
		                  d->p.min, d->p.max);
	if (!(d->p.min < d->p.max))
		return read_fails(
		    r, min->at,
		    arena_printf(r->a, "for one value write value: %s", min->text),
		    "parameter %s: min and max are the same", d->p.name);
	return isfinite(d->p.max - d->p.min) ||
	       read_fails(r, min->at, NULL, "parameter %s: the range is too wide",
	                  d->p.name);
}

static bool bounds(struct reading *r, struct draft *d)
{
	static const char *const keys[] = {"min", "max", "q", "log"};
	const struct node *min = has(d, "min"), *max = has(d, "max");

	if (!only_keys(r, d,
	               has(d, "distribution") ? dist_name(d->p.dist) : "min and max",
	               keys, ARRAY_LEN(keys)))
		return false;
	if (!min || !max)
		return read_fails(r, d->at, NULL, "parameter %s: %s is missing",
		                  d->p.name, min ? "max" : "min");
	if (!read_number(r, min, "min", &d->p.min) ||
	    !read_number(r, max, "max", &d->p.max) || !check_order(r, d))
		return false;
	if (d->p.dist == DIST_INT_UNIFORM)
		return whole_bound(r, d, min, d->p.min) &&
		       whole_bound(r, d, max, d->p.max);
	if (is_log_of_values(d->p.dist) && !(d->p.min > 0))
		return read_fails(r, min->at, NULL,
		                  "parameter %s: on a log scale min must be above 0",
		                  d->p.name);
	return !is_exponential(d->p.dist) || check_exponents(r, d);
}

/* The largest value, without regard to its sign. */
static double largest(const struct param *p)
{
	if (is_exponential(p->dist))
		return exp(fmax(fabs(p->min), fabs(p->max)));
	if (p->dist == DIST_Q_NORMAL)
		return fabs(p->mu) + 8.3 * p->sigma;
	if (p->dist == DIST_Q_LOG_NORMAL)
		return exp(fabs(p->mu) + 8.3 * p->sigma);
	return p->dist == DIST_Q_BETA ? 1 : fmax(fabs(p->min), fabs(p->max));
}

/* W&B rounds to multiples of q and clips nothing. */
static void note_outside(struct reading *r, const struct draft *d)
{
	double low, high;
	bool below, above;

	if (!param_multiples(&d->p, &low, &high) || d->p.clip || !has(d, "min") ||
	    is_exponential(d->p.dist))
		return;
	low *= d->p.q;
	high *= d->p.q;
	below = low < d->p.min - 1e-9 * d->p.q;
	above = high > d->p.max + 1e-9 * d->p.q;
	if (below || above)
		read_note(
		    r, false, d->at,
		    "parameter %s: %s rounds to %g, %s, as W&B does; {min: %g, max: "
		    "%g, q: %g%s} without distribution has the multiples inside",
		    d->p.name, dist_name(d->p.dist), below ? low : high,
		    below ? "below min" : "above max", d->p.min, d->p.max, d->p.q,
		    is_log_of_values(d->p.dist) ? ", log: true" : "");
}

static bool step(struct reading *r, struct draft *d)
{
	const struct node *q = has(d, "q");
	double first, last;

	d->p.q = 1;
	if (q && strncmp(dist_name(d->p.dist), "q_", 2) != 0)
		return read_fails(r, q->at,
		                  "leave distribution out, or take its q_ form",
		                  "parameter %s: q does not go with %s", d->p.name,
		                  dist_name(d->p.dist));
	if (q && !read_number(r, q, "q", &d->p.q))
		return false;
	if (!(d->p.q > 0))
		return read_fails(r, q->at, NULL, "parameter %s: q must be above 0",
		                  d->p.name);
	d->p.q_int = d->p.q_int || is_int(q);
	if (strncmp(dist_name(d->p.dist), "q_", 2) != 0)
		return true;
	if (!(largest(&d->p) / d->p.q <= 0x1p53))
		return read_fails(r, q ? q->at : d->at, NULL,
		                  "parameter %s: q is too small for the range",
		                  d->p.name);
	note_outside(r, d);
	if (d->p.clip && !param_clip_range(&d->p, &first, &last))
		return read_fails(
		    r, q->at, NULL,
		    "parameter %s: no multiple of q (%g) lies between min and max",
		    d->p.name, d->p.q);
	return true;
}

/* What min, max, log and q without `distribution:` stand for. */
static bool native_range(struct reading *r, struct draft *d, bool log)
{
	bool low = is_int(has(d, "min")), high = is_int(has(d, "max"));
	bool whole = low && high, q = has(d, "q") != NULL;

	d->p.clip = q || (log && whole);
	d->p.q_int = !q && log && whole;
	if (log)
		d->p.dist =
		    d->p.clip ? DIST_Q_LOG_UNIFORM_VALUES : DIST_LOG_UNIFORM_VALUES;
	else
		d->p.dist = q       ? DIST_Q_UNIFORM
		            : whole ? DIST_INT_UNIFORM
		                    : DIST_UNIFORM;
	if (!bounds(r, d))
		return false;
	if (!q && low != high && d->p.dist == DIST_UNIFORM)
		read_note(r, false, d->at,
		          "parameter %s: one bound is whole and one is not; taken as "
		          "uniform",
		          d->p.name);
	return step(r, d);
}

static bool by_distribution(struct reading *r, struct draft *d, bool log)
{
	const struct node *word = has(d, "distribution");
	const char *text;

	if (!read_string(r, word, "distribution", &text))
		return false;
	if (!dist_find(text, &d->p.dist)) {
		const char *near = dialect_distribution(text);

		if (!near)
			near = read_nearest(r, text, dist_names, dist_count);

		return read_fails(
		    r, word->at,
		    near ? near
			 : "uniform, int_uniform, log_uniform_values, normal, "
			   "categorical, constant and their q_ forms",
		    "parameter %s: there is no distribution %s", d->p.name, text);
	}
	if (log && d->p.dist != DIST_LOG_UNIFORM_VALUES)
		return read_fails(r, has(d, "log")->at,
		                  "leave distribution out, or write log_uniform_values",
		                  "parameter %s: log does not go with distribution",
		                  d->p.name);
	switch (d->p.dist) {
	case DIST_CONSTANT: return constant(r, d);
	case DIST_CATEGORICAL:
		return categorical(r, d,
		                   strcmp(text, dist_name(DIST_CATEGORICAL)) != 0);
	case DIST_NORMAL:
	case DIST_Q_NORMAL:
	case DIST_LOG_NORMAL:
	case DIST_Q_LOG_NORMAL: return moments(r, d) && step(r, d);
	case DIST_BETA:
	case DIST_Q_BETA: return shapes(r, d) && step(r, d);
	case DIST_INT_UNIFORM:
	case DIST_UNIFORM:
	case DIST_Q_UNIFORM:
	case DIST_LOG_UNIFORM:
	case DIST_Q_LOG_UNIFORM:
	case DIST_INV_LOG_UNIFORM:
	case DIST_LOG_UNIFORM_VALUES:
	case DIST_Q_LOG_UNIFORM_VALUES:
	case DIST_INV_LOG_UNIFORM_VALUES: break;
	}
	return bounds(r, d) && step(r, d);
}

static bool by_keys(struct reading *r, struct draft *d, bool log)
{
	if (has(d, "value"))
		return constant(r, d);
	if (has(d, "values"))
		return categorical(r, d, false);
	if (has(d, "min") || has(d, "max"))
		return native_range(r, d, log);
	if (has(d, "mu") || has(d, "sigma"))
		return read_fails(r, d->at, "add distribution: normal",
		                  "parameter %s: mu and sigma need a distribution",
		                  d->p.name);
	return read_fails(r, d->at, "give it value:, values: [...] or min: and max:",
	                  "parameter %s says nothing about what it may be", d->p.name);
}

static bool read_default(struct reading *r, struct draft *d)
{
	const struct node *n = has(d, "default");
	struct str what = {0}, help = {0};
	struct value *v, number;
	bool quotes;
	double u;

	if (!n)
		return true;
	v = arena_new(r->a, 1, sizeof *v);
	*v = node_value(n, r->a);
	if (v->kind == VALUE_STRING && d->p.dist != DIST_CONSTANT &&
	    d->p.dist != DIST_CATEGORICAL && scalar_number(n->text, v))
		read_note(r, false, n->at,
		          "default is in quotes; taken as the number %s", n->text);
	d->p.preset = v;
	if (param_encode(&d->p, v, &u))
		return true;
	d->p.preset = NULL;
	param_describe(&d->p, &what);
	quotes = v->kind == VALUE_STRING && scalar_number(v->string, &number) &&
	         param_encode(&d->p, &number, &u);
	if (quotes)
		str_add(&help, "leave the quotes out");
	else if (param_nearest(&d->p, v, &number)) {
		str_add(&help, number.kind == VALUE_STRING
		                   ? "did you mean "
		                   : "the nearest that it can be is ");
		value_text(&number, &help);
		str_add(&help, number.kind == VALUE_STRING ? "?" : "");
	}
	read_fails(r, n->at, help.len ? str_text(&help) : NULL,
	           "parameter %s: it can never be its default (it is %s)", d->p.name,
	           str_text(&what));
	str_free(&what);
	str_free(&help);
	return false;
}

bool draft_read(struct reading *r, struct draft *d)
{
	const struct node *n;
	bool log = false;

	if (!draft_borrowed(r, d))
		return false;
	n = has(d, "log");
	if (!draft_known_keys(r, d))
		return false;
	if (n && !read_bool(r, n, "log", &log))
		return false;
	return (has(d, "distribution") ? by_distribution(r, d, log)
	                               : by_keys(r, d, log)) &&
	       read_default(r, d) && draft_read_spelling(r, d);
}
