/* threshold: stops a run whose value leaves a range that the file gives. No other run
 * is looked at. */
#include "schedule/rules.h"
#include "schedule/track.h"

#include <math.h>

struct threshold {
	double min, max; /* -INFINITY, INFINITY where not given */
	double min_steps;
	size_t smooth;
};

static bool threshold_init(void *state, const struct rule_args *a, struct error *err)
{
	struct threshold *t = state;

	*t = (struct threshold){.min = a->has_min ? a->min : (double)-INFINITY,
	                        .max = a->has_max ? a->max : (double)INFINITY,
	                        .min_steps = a->min_steps,
	                        .smooth = a->smooth};
	if (!a->has_min && !a->has_max)
		return error_set(
		    err, ERROR_FILE,
		    "threshold: say min, max or both: a run whose value is "
		    "beyond is stopped");
	if (!(t->min < t->max))
		return error_set(
		    err, ERROR_FILE,
		    "threshold: min must be below max, or every run is stopped");
	return true;
}

static void threshold_judge(const void *state, const struct curves *all, size_t which,
                            struct judgement *out)
{
	const struct threshold *t = state;
	const struct curve *c = all->list[which];
	double value;

	*out = judgement_none(rule_threshold.name);
	if (c->control || !c->n || c->points[c->n - 1].step < t->min_steps)
		return;
	value = points_value(c->points, c->n - 1, t->smooth);
	out->step = c->points[c->n - 1].step;
	out->value = value;
	if (value >= t->min && value <= t->max)
		return;
	out->threshold = value < t->min ? t->min : t->max;
	out->decision = DECISION_STOP;
}

/* In the minimized form, as everything here: the caller knows the goal. */
static void threshold_describe(const void *state, struct str *out)
{
	const struct threshold *t = state;

	str_add(out, "A run is stopped at once when its value is beyond the limit");
	if (isfinite(t->min) && isfinite(t->max))
		str_add(out, "s");
	if (t->smooth > 1)
		str_addf(out, " (mean of its last %zu)", t->smooth);
	if (!isnan(t->min_steps))
		str_addf(out, ", from step %g on", t->min_steps);
	str_add(out, ".\n");
}

static struct rule_start threshold_start(const void *state)
{
	const struct threshold *t = state;

	return (struct rule_start){.step = fmax(t->min_steps, 0)};
}

const struct rule_type rule_threshold = {
    .name = "threshold",
    .summary = "stops a run whose value is beyond min or max",
    .state_size = sizeof(struct threshold),
    .init = threshold_init,
    .judge = threshold_judge,
    .describe = threshold_describe,
    .start = threshold_start,
    .rungs = rule_no_rungs,
};
