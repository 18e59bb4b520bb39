/* patience: ends a run that has not improved on its own best for so many reports: it
 * has converged, and its value counts as that of a run that came to its end. No other
 * run is looked at. Reports count, in the order of arrival. */
#include "schedule/rules.h"
#include "schedule/track.h"

#include <math.h>

struct patience {
	size_t patience, smooth;
	double min_steps;
};

static bool patience_init(void *state, const struct rule_args *a, struct error *err)
{
	struct patience *p = state;

	*p = (struct patience){
	    .patience = a->patience, .smooth = a->smooth, .min_steps = a->min_steps};
	if (a->patience)
		return true;
	return error_set(
	    err, ERROR_FILE,
	    "patience: say patience: the reports without a better value that "
	    "a run may make, at least 1");
}

static void patience_judge(const void *state, const struct curves *all, size_t which,
                           struct judgement *out)
{
	const struct patience *p = state;
	const struct curve *c = all->list[which];
	double best = (double)INFINITY;
	size_t at = 0;

	*out = judgement_none(rule_patience.name);
	if (c->control || c->n <= p->patience ||
	    c->points[c->n - 1].step < p->min_steps)
		return;
	for (size_t i = 0; i < c->n; i++) {
		double v = points_value(c->points, i, p->smooth);

		if (v < best) {
			best = v;
			at = i;
		}
	}
	out->step = c->points[c->n - 1].step;
	out->value = points_value(c->points, c->n - 1, p->smooth);
	out->threshold = best;
	out->peers = c->n - 1 - at;
	if (out->peers >= p->patience)
		out->decision = DECISION_STOP;
}

static void patience_describe(const void *state, struct str *out)
{
	const struct patience *p = state;

	str_addf(out,
	         "A run that has made %zu report%s without a better value of its own "
	         "has converged",
	         p->patience, str_plural(p->patience));
	if (p->smooth > 1)
		str_addf(out, " (mean of the last %zu)", p->smooth);
	if (!isnan(p->min_steps))
		str_addf(out, ", not before step %g", p->min_steps);
	str_add(out, ".\nIt is ended there, and ranked with its value.\n");
}

static struct rule_start patience_start(const void *state)
{
	const struct patience *p = state;

	return (struct rule_start){.step = fmax(p->min_steps, 0),
	                           .reports = p->patience + 1};
}

const struct rule_type rule_patience = {
    .name = "patience",
    .summary = "ends a run that has converged: no better value in some reports",
    .state_size = sizeof(struct patience),
    .init = patience_init,
    .judge = patience_judge,
    .describe = patience_describe,
    .start = patience_start,
    .rungs = rule_no_rungs,
};
