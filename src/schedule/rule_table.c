/* The rules, by name. */
#include "schedule/rules.h"

#include <string.h>

const struct rule_type *const rules[] = {
    &rule_hyperband_wandb, &rule_hyperband, &rule_asha, &rule_median,
    &rule_threshold,       &rule_patience,  NULL};

const struct rule_type *rule_find(const char *name)
{
	for (size_t i = 0; rules[i]; i++)
		if (strcmp(rules[i]->name, name) == 0)
			return rules[i];
	return NULL;
}
