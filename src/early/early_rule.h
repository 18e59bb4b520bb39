/* The early_terminate block as a rule of the schedule room. */
#ifndef HPS_EARLY_EARLY_RULE_H
#define HPS_EARLY_EARLY_RULE_H

#include "config/spec.h"
#include "schedule/schedule.h"

struct early_rule {
	const struct rule_type *type;
	void *state; /* in the arena that was given */
};

/* The rule that the file asks for, its arguments checked; ERROR_FILE with the block's
 * place when they do not go together. Call only where spec->early.type is not
 * EARLY_NONE. */
bool early_rule_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                     struct error *err);
/* The same in its stopping form: what a control group is measured by. */
bool early_shadow_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                       struct error *err);
/* The block's min: and max: as a rule of their own. */
bool early_bound_init(const struct spec *spec, struct arena *a, struct early_rule *out,
                      struct error *err);

/* Steps of a full run where the file says so, else NaN. */
double early_full_budget(const struct spec *spec);
/* The budget that a run which is to go to its end is told; 0: it is told none, since
 * this search does not promote. */
double early_run_budget(const struct spec *spec);

#endif
