/* hyperband, as a W&B sweep means it: bands count the values that a run has logged, and
 * a run is tested at the largest band it has reached, against a value of all runs
 * there. It is tested again at every report, as W&B does every few minutes: a run that
 * passed may be stopped when better ones follow. min_steps and min_trials, which W&B
 * does not know, are respected where the file has them. */
#include "base/double.h"
#include "base/mem.h"
#include "schedule/rules.h"
#include "schedule/track.h"

#include <math.h>
#include <stdlib.h>

enum { BAND_MAX = 100 };

struct wandb {
	double band[BAND_MAX]; /* (n), rising; counts */
	size_t n;
	double eta, full; /* full: max_iter, or NaN */
	bool strict;
	double min_steps;
	size_t min_trials;
};

static bool is_count(double x)
{
	return isfinite(x) && x >= 1 && x == floor(x);
}

/* max_iter / eta, / eta^2, … s of them, as long as they are at least 1. */
static bool bands_from_max(struct wandb *w, const struct rule_args *a,
                           struct error *err)
{
	double b = a->max_iter;

	if (!is_count(a->max_iter) || !is_count(a->s))
		return error_set(
		    err, ERROR_FILE,
		    "hyperband: max_iter and s must be whole numbers from 1 "
		    "on, both of them (or give min_iter alone)");
	for (; (double)w->n < a->s && w->n < BAND_MAX && b / a->eta >= 1; w->n++) {
		b /= a->eta;
		w->band[w->n] = floor(b);
	}
	if (!w->n)
		return error_set(
		    err, ERROR_FILE,
		    "hyperband: max_iter %g, eta %g and s %g leave no band\n"
		    "  help: raise max_iter above eta",
		    a->max_iter, a->eta, a->s);
	qsort(w->band, w->n, sizeof *w->band, double_compare);
	w->full = a->max_iter;
	return true;
}

static bool bands_from_min(struct wandb *w, const struct rule_args *a,
                           struct error *err)
{
	if (!is_count(a->min_iter))
		return error_set(
		    err, ERROR_FILE,
		    "hyperband: min_iter must be a whole number from 1 on");
	for (double b = a->min_iter; w->n < BAND_MAX; b *= a->eta)
		w->band[w->n++] = floor(b);
	return true;
}

static bool wandb_init(void *state, const struct rule_args *a, struct error *err)
{
	struct wandb *w = state;

	*w = (struct wandb){.eta = a->eta,
	                    .full = (double)NAN,
	                    .strict = a->strict,
	                    .min_steps = a->min_steps,
	                    .min_trials = a->min_trials};
	if (!rule_check_eta(rule_hyperband_wandb.name, a->eta, err))
		return false;
	if (!isnan(a->max_iter))
		return bands_from_max(w, a, err);
	if (!isnan(a->min_iter))
		return bands_from_min(w, a, err);
	return error_set(
	    err, ERROR_FILE,
	    "hyperband: say min_iter, or max_iter and s\n"
	    "  help: min_iter: 3 compares the runs after 3, 9, 27, … values");
}

/* A finite sum means that every value up to it is finite: then counts are indices. */
static bool all_finite(const struct curve *c, size_t n)
{
	return c->rising && isfinite(c->points[n - 1].sum);
}

static size_t count_finite(const struct curve *c)
{
	size_t n = 0;

	if (!c->n || all_finite(c, c->n))
		return c->n;
	for (size_t i = 0; i < c->n; i++)
		n += isfinite(c->points[i].value) ? 1 : 0;
	return n;
}

/* The point of the n-th finite value (n > 0); NULL when there are fewer. */
static const struct curve_point *nth_finite(const struct curve *c, size_t n)
{
	if (n > c->n)
		return NULL;
	if (all_finite(c, n))
		return &c->points[n - 1];
	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->points[i].value) && --n == 0)
			return &c->points[i];
	return NULL;
}

static const struct curve_point *best_finite(const struct curve *c)
{
	const struct curve_point *best = NULL;

	for (size_t i = 0; i < c->n; i++)
		if (isfinite(c->points[i].value) &&
		    (!best || c->points[i].value < best->value))
			best = &c->points[i];
	return best;
}

/* W&B multiplies by 1 / eta, which is not always the same as dividing by eta. */
static size_t threshold_index(const struct wandb *w, size_t n)
{
	size_t i = (size_t)(1 / w->eta * (double)n);

	return i < n ? i : n - 1;
}

static double threshold_at(const struct wandb *w, const struct curves *all, size_t band)
{
	double *values = mem_new(all->n, sizeof *values), threshold;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct curve_point *p = nth_finite(all->list[i], band);

		if (p)
			values[n++] = p->value;
	}
	qsort(values, n, sizeof *values, double_compare);
	threshold = n ? values[threshold_index(w, n)] : (double)INFINITY;
	free(values);
	return threshold;
}

/* The largest band that a run with so many values has reached; 0: none. */
static size_t band_reached(const struct wandb *w, size_t values)
{
	size_t band = 0;

	for (size_t i = 0; i < w->n && w->band[i] <= (double)values; i++)
		band = (size_t)w->band[i];
	return band;
}

/* The sorting is only for the number that is shown: the decision needs a count. */
static void wandb_judge(const void *state, const struct curves *all, size_t which,
                        struct judgement *out)
{
	const struct wandb *w = state;
	const struct curve *c = all->list[which];
	size_t band = band_reached(w, count_finite(c)), n = 0, better = 0;
	const struct curve_point *mine;

	*out = judgement_none(rule_hyperband_wandb.name);
	if (c->control || !band || curve_reach(c, c->n) < w->min_steps)
		return;
	mine = w->strict ? nth_finite(c, band) : best_finite(c);
	if (!mine)
		return;
	for (size_t i = 0; i < all->n; i++) {
		const struct curve_point *p = nth_finite(all->list[i], band);

		n += p != NULL;
		better += p && p->value < mine->value;
	}
	out->rung = (double)band;
	out->step = mine->step;
	out->value = mine->value;
	out->peers = n;
	if (n <= w->min_trials || better <= threshold_index(w, n))
		return;
	out->threshold = threshold_at(w, all, band);
	out->decision = DECISION_STOP;
}

static void wandb_describe(const void *state, struct str *out)
{
	const struct wandb *w = state;
	struct rung_table t = {.rung = w->band,
	                       .n = w->n,
	                       .shown = isnan(w->full) && w->n > 5 ? 5 : w->n,
	                       .eta = w->eta,
	                       .full = w->full,
	                       .unit = "values"};

	str_addf(
	    out,
	    "As W&B does it: bands count the values that a run has logged, not steps.\n"
	    "At its last band, a run is stopped when its %s is worse than ",
	    w->strict ? "value there" : "best value so far");
	str_best_share(out, w->eta);
	str_add(out, "\n(and one more) of all runs that came there.\n");
	rung_table_text(&t, out);
}

static size_t wandb_rungs(const void *state, double *out, size_t max)
{
	const struct wandb *w = state;
	size_t n = w->n < max ? w->n : max;

	for (size_t i = 0; i < n; i++)
		out[i] = w->band[i];
	return n;
}

static struct rule_start wandb_start(const void *state)
{
	const struct wandb *w = state;

	return (struct rule_start){.step = fmax(w->min_steps, 0),
	                           .reports = (size_t)w->band[0],
	                           .others = w->min_trials};
}

const struct rule_type rule_hyperband_wandb = {
    .name = "hyperband",
    .summary =
	"as in a W&B sweep: bands of logged values, from min_iter or max_iter and s",
    .state_size = sizeof(struct wandb),
    .init = wandb_init,
    .judge = wandb_judge,
    .describe = wandb_describe,
    .start = wandb_start,
    .rungs = wandb_rungs,
};
