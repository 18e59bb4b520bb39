/* The table of strategies, by itself: strategy.c has what they share. */
#include "strategy/strategy.h"

#include <string.h>

const struct strategy_type *const strategies[] = {&strategy_grid,
                                                  &strategy_random,
                                                  &strategy_sobol,
                                                  &strategy_bayes,
                                                  &strategy_list,
                                                  &strategy_pbt,
                                                  NULL};

const struct strategy_type *strategy_find(const char *name)
{
	for (size_t i = 0; strategies[i]; i++)
		if (strcmp(strategies[i]->name, name) == 0)
			return strategies[i];
	return NULL;
}
