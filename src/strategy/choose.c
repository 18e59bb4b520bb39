#include "strategy/choose.h"

const struct strategy_type *strategy_choose(const struct strategy_args *args,
                                            bool has_metric, struct str *why)
{
	uint64_t cells = space_cardinality(args->space), budget = args->budget;
	size_t d = 0;

	for (size_t i = 0; i < args->space->n; i++)
		d += param_cardinality(&args->space->params[i]) != 1;
	if (!has_metric) {
		str_add(why, "there is no metric to learn from");
		return &strategy_sobol;
	}
	if (cells && (!budget || cells <= budget)) {
		str_addf(why, "all %llu configurations can be tried",
		         (unsigned long long)cells);
		return &strategy_sobol;
	}
	if (budget && budget <= d + 2) {
		str_addf(why, "%llu trials of %zu parameters are too few to learn from",
		         (unsigned long long)budget, d);
		return &strategy_sobol;
	}
	if (budget && args->parallel >= budget) {
		str_add(why, "all trials run at once, none can learn from another");
		return &strategy_sobol;
	}
	str_addf(why, "%zu parameters and ", d);
	if (budget)
		str_addf(why, "%llu trials", (unsigned long long)budget);
	else
		str_add(why, "any number of trials");
	str_add(why, " leave something to learn");
	return &strategy_bayes;
}
