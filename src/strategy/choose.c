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
		str_addf(why,
		         cells == 1 ? "its %llu configuration can be tried"
		                    : "all %llu configurations can be tried",
		         (unsigned long long)cells);
		return &strategy_sobol;
	}
	if (budget && budget <= d + 2) {
		str_addf(why,
		         "%llu trial%s of %zu parameter%s %s too few to learn from",
		         (unsigned long long)budget, str_plural(budget), d,
		         str_plural(d), budget == 1 ? "is" : "are");
		return &strategy_sobol;
	}
	if (budget && args->parallel >= budget) {
		str_add(why, "all trials run at once, none can learn from another");
		return &strategy_sobol;
	}
	str_count(why, d, "parameter");
	str_add(why, " and ");
	if (budget)
		str_count(why, budget, "trial");
	else
		str_add(why, "any number of trials");
	str_add(why, " leave something to learn");
	return &strategy_bayes;
}
