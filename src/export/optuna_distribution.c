#include "export/optuna_distribution.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double normal_reach = 3; /* standard deviations */

/* 0.30000000000000004 as the 0.3 that was meant. */
static double tidy(double x)
{
	char text[32];

	snprintf(text, sizeof text, "%.15g", x);
	return strtod(text, NULL);
}

/* Ends and scale of what a parameter's distribution covers. */
static void set_range(struct distribution *d, const struct param *p)
{
	double reach = normal_reach * p->sigma;

	d->low = p->min;
	d->high = p->max;
	switch (p->dist) {
	case DIST_LOG_UNIFORM:
	case DIST_Q_LOG_UNIFORM:
		d->low = exp(p->min);
		d->high = exp(p->max);
		d->log = true;
		return;
	case DIST_INV_LOG_UNIFORM:
		d->low = exp(-p->max);
		d->high = exp(-p->min);
		d->log = true;
		return;
	case DIST_LOG_UNIFORM_VALUES:
	case DIST_Q_LOG_UNIFORM_VALUES:
	case DIST_INV_LOG_UNIFORM_VALUES: d->log = true; return;
	case DIST_NORMAL:
	case DIST_Q_NORMAL:
		d->low = p->mu - reach;
		d->high = p->mu + reach;
		d->lost = "a normal distribution is written as a range of three "
			  "standard deviations";
		return;
	case DIST_LOG_NORMAL:
	case DIST_Q_LOG_NORMAL:
		d->low = exp(p->mu - reach);
		d->high = exp(p->mu + reach);
		d->log = true;
		d->lost = "a log-normal distribution is written as a range of three "
			  "standard deviations";
		return;
	case DIST_BETA:
	case DIST_Q_BETA:
		d->low = 0;
		d->high = 1;
		d->lost = "a beta distribution is written as uniform";
		return;
	case DIST_CONSTANT:
	case DIST_CATEGORICAL:
	case DIST_INT_UNIFORM:
	case DIST_UNIFORM:
	case DIST_Q_UNIFORM:
	default: return;
	}
}

static void set_steps(struct distribution *d, const struct param *p)
{
	double first = 0, last = 0;

	if (!param_multiples(p, &first, &last)) {
		first = ceil(d->low / p->q);
		last = floor(d->high / p->q);
	}
	d->low = tidy(first * p->q);
	d->high = tidy(last * p->q);
	d->step = p->q;
}

/* Every value that was tried lies in it. */
static void widen(struct distribution *d, const struct search *s, size_t param)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = s->trials[i]->values[param];
		double x;

		if (!v || !value_number(v, &x))
			continue;
		d->low = fmin(d->low, x);
		d->high = fmax(d->high, x);
	}
}

/* Optuna has no steps on a log scale, and no log scale at zero. */
static void settle_scale(struct distribution *d)
{
	bool whole = d->kind == DISTRIBUTION_INT;

	if (d->log && !(d->low > 0 && (!whole || d->low >= 1)))
		d->log = false;
	if (!d->log)
		return;
	if (d->step != 0 && !(whole && d->step == 1) && !d->lost)
		d->lost = "Optuna has no steps on a log scale: they are left out";
	d->step = 0;
}

void distribution_of(const struct search *s, size_t param, struct distribution *out)
{
	const struct param *p = &s->spec->space.params[param];
	bool steps = strncmp(dist_name(p->dist), "q_", 2) == 0;

	*out = (struct distribution){.param = p};
	if (p->dist == DIST_CONSTANT || p->dist == DIST_CATEGORICAL) {
		if (p->probabilities)
			out->lost = "Optuna's choices have no probabilities";
		return;
	}
	out->kind = p->dist == DIST_INT_UNIFORM || (steps && p->q_int)
	                ? DISTRIBUTION_INT
	                : DISTRIBUTION_FLOAT;
	set_range(out, p);
	if (steps)
		set_steps(out, p);
	widen(out, s, param);
	settle_scale(out);
}

void distribution_value(const struct value *v, struct str *out)
{
	struct str inner = {0};

	value_json(v, &inner, true);
	if (v->kind == VALUE_LIST || v->kind == VALUE_MAP)
		str_json(out, inner.s, inner.len, true);
	else
		str_add(out, str_text(&inner));
	str_free(&inner);
}

static void add_choices(const struct param *p, struct str *out)
{
	str_add(out, "{\"name\": \"CategoricalDistribution\", \"attributes\": "
	             "{\"choices\": [");
	for (size_t i = 0; i < p->n_values; i++) {
		str_add(out, i ? ", " : "");
		distribution_value(&p->values[i], out);
	}
	str_add(out, "]}}");
}

void distribution_json(const struct distribution *d, struct str *out)
{
	bool whole = d->kind == DISTRIBUTION_INT;

	if (d->kind == DISTRIBUTION_CHOICES) {
		add_choices(d->param, out);
		return;
	}
	str_addf(out, "{\"name\": \"%sDistribution\", \"attributes\": {\"low\": ",
	         whole ? "Int" : "Float");
	str_double(out, d->low);
	str_add(out, ", \"high\": ");
	str_double(out, d->high);
	str_addf(out, ", \"log\": %s, \"step\": ", d->log ? "true" : "false");
	if (d->step != 0)
		str_double(out, d->step);
	else
		str_add(out, whole ? "1" : "null");
	str_add(out, "}}");
}

double distribution_inner(const struct distribution *d, const struct value *v)
{
	double x = (double)NAN;

	if (d->kind != DISTRIBUTION_CHOICES) {
		value_number(v, &x);
		return x;
	}
	for (size_t i = 0; i < d->param->n_values; i++)
		if (value_equal(&d->param->values[i], v))
			return (double)i;
	return x;
}
