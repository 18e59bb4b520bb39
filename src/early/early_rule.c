#include "early/early_rule.h"

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
	struct rule_args args = {.min_iter = e->min_iter,
	                         .max_iter = e->max_iter,
	                         .s = e->s,
	                         .eta = e->eta,
	                         .strict = e->strict,
	                         .min_steps = e->min_steps,
	                         .grace = e->resource ? e->resource_min : e->grace,
	                         .min_trials = e->min_trials,
	                         .smooth = e->smooth,
	                         .patience = e->patience,
	                         .promote = e->resource || e->mode == MODE_PROMOTE,
	                         .resource_max =
	                             e->resource ? e->resource_max : (double)NAN};

	take_bounds(spec, &args);
	return args;
}

static bool init(const struct spec *spec, const struct rule_type *type,
                 const struct rule_args *args, struct arena *a, struct early_rule *out,
                 struct error *err)
{
	struct error why;

	out->type = type;
	out->state = arena_new(a, 1, type->state_size);
	if (type->init(out->state, args, &why))
		return true;
	return yaml_error(&spec->yaml, spec->early.at, NULL, err, "early_terminate: %s",
	                  why.text);
}

bool early_rule_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                     struct error *err)
{
	struct rule_args args = arguments(spec);

	return init(spec, rule_find(rule_name(spec->early.type)), &args, a, out, err);
}

bool early_shadow_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                       struct error *err)
{
	struct rule_args args = arguments(spec);

	args.promote = false;
	return init(spec, rule_find(rule_name(spec->early.type)), &args, a, out, err);
}

bool early_bound_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                      struct error *err)
{
	struct rule_args args = arguments(spec);

	return init(spec, rule_find("threshold"), &args, a, out, err);
}

double early_full_budget(const struct spec *spec)
{
	const struct early *e = &spec->early;

	if (e->type == EARLY_NONE)
		return (double)NAN;
	return e->resource ? e->resource_max : e->max_iter;
}

double early_run_budget(const struct spec *spec)
{
	const struct early *e = &spec->early;

	return e->type != EARLY_NONE && e->mode == MODE_PROMOTE
	           ? early_full_budget(spec)
	           : 0;
}
