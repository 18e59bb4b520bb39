/* asha: asynchronous successive halving (Li et al. 2020, Algorithm 2) with one ladder,
 * rungs grace, grace eta, grace eta^2, …
 *
 * Stopping: a run that crosses a rung goes on when it is among the best floor(n / eta),
 * or the best, of the n that have come there, itself included; with fewer than eta
 * others to compare with (min_trials), it goes on in any case: of so few, the luck of a
 * seed would decide. Promotion: the paper's own form. */
#include "schedule/ladder.h"

#include <math.h>

static bool asha_init(void *state, const struct rule_args *args, struct error *err)
{
	struct ladder *l = state;

	return ladder_init(l, rule_asha.name, args, err) && ladder_rise(l, err);
}

static void asha_describe(const void *state, struct str *out)
{
	const struct ladder *l = state;
	struct rung_table t = {.rung = l->rung,
	                       .n = l->n,
	                       .shown = isnan(l->full) && l->n > 5 ? 5 : l->n,
	                       .eta = l->eta,
	                       .full = l->full,
	                       .unit = "step"};

	if (l->promote)
		str_add(out, "Every run is paused at a rung; ");
	else
		str_add(out, "A run is compared when it crosses a rung; ");
	str_best_share(out, l->eta);
	str_add(out, " of the runs that came there go on");
	if (l->promote)
		str_add(out, " from there.\n");
	else
		str_addf(
		    out,
		    ",\nthe others are stopped. With fewer than %zu other%s at the "
		    "rung it always goes on.\n",
		    l->min_trials, str_plural(l->min_trials));
	rung_table_text(&t, out);
}

const struct rule_type rule_asha = {
    .name = "asha",
    .summary = "the best 1/eta of each rung go on, without waiting for one another",
    .state_size = sizeof(struct ladder),
    .init = asha_init,
    .judge = ladder_judge,
    .promote = ladder_promote,
    .first_budget = ladder_first_budget,
    .describe = asha_describe,
    .start = ladder_start,
    .rungs = ladder_rungs,
    .remember = ladder_remember,
    .changed = ladder_changed,
    .forget = ladder_forget,
};
