/* hyperband_brackets: Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar 2017,
 * Algorithm 1) without its barriers: every bracket is an asha of its own, from the most
 * eager, whose first rung is the lowest, to the last, whose runs are never stopped; so
 * a part of the trials is safe from a rung that says nothing of the end.
 *
 * Of the paper: bracket s begins with n = ceil((s_max + 1) eta^s / (s + 1)) runs at
 * r = R eta^-s. Trials are dealt to the brackets in proportion to these n. */
#include "schedule/ladder.h"

#include <math.h>

/* s_max + 1 brackets; bracket index b has s = s_max - b rungs below the full budget. */
static double bracket_runs(const struct ladder *l, size_t b)
{
	double s = (double)(l->n - b);
	double n = (double)(l->n + 1) / (s + 1) * pow(l->eta, s);

	return ceil(n * (1 - 1e-9));
}

static bool hyperband_init(void *state, const struct rule_args *args, struct error *err)
{
	struct ladder *l = state;
	double weight[LADDER_MAX + 1];

	if (!ladder_init(l, rule_hyperband.name, args, err) || !ladder_hang(l, err))
		return false;
	for (size_t b = 0; b <= l->n; b++)
		weight[b] = bracket_runs(l, b);
	ladder_deal(l, weight, l->n + 1);
	return true;
}

/* How many of them come to rung i >= b, or to the end: floor(n eta^-(i - b)). */
static double runs_at(const struct ladder *l, size_t b, size_t i)
{
	return floor(bracket_runs(l, b) * pow(l->eta, -(double)(i - b)) + 1e-9);
}

/* Steps that the n runs of a bracket take together when it is full. */
static double bracket_steps(const struct ladder *l, size_t b)
{
	double before = 0, sum = 0;

	for (size_t i = b; i <= l->n; i++) {
		double to = i < l->n ? l->rung[i] : l->full;

		sum += runs_at(l, b, i) * (to - before);
		before = to;
	}
	return sum;
}

static void bracket_text(const struct ladder *l, size_t b, struct str *out)
{
	for (size_t i = b; i <= l->n; i++)
		str_addf(out, "%s%.0f to step %.10g", i == b ? "" : ", ",
		         runs_at(l, b, i), i < l->n ? l->rung[i] : l->full);
}

static void hyperband_describe(const void *state, struct str *out)
{
	const struct ladder *l = state;
	double total = 0, steps = 0;

	for (size_t b = 0; b <= l->n; b++) {
		total += bracket_runs(l, b);
		steps += bracket_steps(l, b);
	}
	str_addf(out, "%s %zu bracket%s; at each rung ",
	         l->promote ? "Runs are paused at rungs;"
	                    : "Runs are stopped at rungs;",
	         l->n + 1, l->n ? "s, each a race of its own" : "");
	str_best_share(out, l->eta);
	str_add(out, " go on.\nbracket  trials   cost  a full bracket\n");
	for (size_t b = 0; b <= l->n; b++) {
		double n = bracket_runs(l, b);

		str_addf(out, "%7zu  %4.0f %%  %3.0f %%  ", l->n - b, 100 * n / total,
		         100 * bracket_steps(l, b) / (n * l->full));
		bracket_text(l, b, out);
		str_addc(out, '\n');
	}
	str_addf(out,
	         "together 100 %%  %3.0f %%  of running every trial to step %.10g\n",
	         100 * steps / (total * l->full), l->full);
}

const struct rule_type rule_hyperband = {
    .name = "hyperband_brackets",
    .summary = "asha from several first rungs at once, one of them never stopping",
    .state_size = sizeof(struct ladder),
    .init = hyperband_init,
    .judge = ladder_judge,
    .promote = ladder_promote,
    .first_budget = ladder_first_budget,
    .describe = hyperband_describe,
    .start = ladder_start,
    .rungs = ladder_rungs,
    .remember = ladder_remember,
    .changed = ladder_changed,
    .forget = ladder_forget,
};
