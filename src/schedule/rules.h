/* The rules by name, and what they share: checks of arguments,
 * and tables for people. Only for the files of this room. */
#ifndef HPS_SCHEDULE_RULES_H
#define HPS_SCHEDULE_RULES_H

#include "schedule/schedule.h"

extern const struct rule_type rule_hyperband_wandb; /* "hyperband" */
extern const struct rule_type rule_hyperband;       /* "hyperband_brackets" */
extern const struct rule_type rule_asha;
extern const struct rule_type rule_median;
extern const struct rule_type rule_threshold;
extern const struct rule_type rule_patience;

/* False with an error that names the rule unless eta is finite and above 1. */
bool rule_check_eta(const char *rule, double eta, struct error *err);
/* The rungs of a rule that has none: no number, returns 0. */
size_t rule_no_rungs(const void *state, double *out, size_t max);

/* "the best 1/3" for eta 3, "the best 40 %" for 2.5. */
void str_best_share(struct str *out, double eta);

/* One line per rung: where, which share of all runs is left after it, what a run
 * stopped there has cost, and what all has cost per run that was started, if every rung
 * lets 1 in eta go on. */
struct rung_table {
	const double *rung; /* (n) */
	size_t n, shown;    /* shown < n: the rest is "and so on" */
	double eta;
	double full;      /* cost in percent of it; NaN: not known, cost in steps */
	const char *unit; /* head of the column of rungs: "step" */
};
void rung_table_text(const struct rung_table *t, struct str *out);

#endif
