#include "study/early.h"

#include <math.h>
#include <string.h>

static const char *rule_name(enum early_type type)
{
	static const char *const names[] = {[EARLY_NONE] = "",
	                                    [EARLY_WANDB_HYPERBAND] = "hyperband",
	                                    [EARLY_HYPERBAND] = "hyperband_brackets",
	                                    [EARLY_ASHA] = "asha",
	                                    [EARLY_MEDIAN] = "median",
	                                    [EARLY_THRESHOLD] = "threshold",
	                                    [EARLY_PATIENCE] = "patience"};

	return names[type];
}

/* Rules minimize: for a maximized metric the bounds change sides and sign. */
static void take_bounds(const struct spec *spec, struct rule_args *args)
{
	const struct early *e = &spec->early;
	bool minimize = spec->metric.goal == GOAL_MINIMIZE;

	args->has_min = minimize ? e->has_min : e->has_max;
	args->has_max = minimize ? e->has_max : e->has_min;
	args->min = minimize ? e->min : -e->max;
	args->max = minimize ? e->max : -e->min;
}

static struct rule_args arguments(const struct spec *spec)
{
	const struct early *e = &spec->early;
	struct rule_args args = {
	    .min_iter = e->min_iter,
	    .max_iter = e->max_iter,
	    .s = e->s,
	    .eta = e->eta,
	    .strict = e->strict,
	    .min_steps = e->min_steps,
	    .grace = e->resource ? e->resource_min : e->grace,
	    .min_trials = e->min_trials,
	    .smooth = e->smooth,
	    .patience = e->patience,
	    .promote = e->resource || (e->mode && strcmp(e->mode, "promote") == 0),
	    .resource_max = e->resource ? e->resource_max : (double)NAN};

	take_bounds(spec, &args);
	return args;
}

bool early_rule_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                     struct error *err)
{
	struct rule_args args = arguments(spec);
	struct error why;

	out->type = rule_find(rule_name(spec->early.type));
	out->state = arena_new(a, 1, out->type->state_size);
	if (out->type->init(out->state, &args, &why))
		return true;
	return yaml_error(&spec->yaml, spec->early.at, NULL, err, "early_terminate: %s",
	                  why.text);
}
