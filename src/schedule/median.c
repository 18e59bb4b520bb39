/* median: stops a run whose best value so far is worse than the median of the running
 * averages of the others up to the same step (Golovin, Solnik, Moitra, Kochanski,
 * Karro, Sculley 2017, "Google Vizier", section 3.2.2).
 *
 * Best against average, as there: both are smooth, and a jittery curve is judged by the
 * best that it can do. (Katib compares the first few reports alone, which later ones
 * cannot correct.) Peers are all other runs that have come as far, not only finished
 * ones, so that the rule works from the first hour on. */
#include "base/double.h"
#include "base/mem.h"
#include "schedule/rules.h"
#include "schedule/track.h"

#include <math.h>
#include <stdlib.h>

/* Without min_steps, the reports that a run makes in peace: Katib's start_step. */
enum { FIRST_REPORTS = 4, MIN_TRIALS = 5 };

struct median {
	double min_steps; /* NaN: a number of reports */
	size_t min_trials, smooth;
};

static bool median_init(void *state, const struct rule_args *a, struct error *err)
{
	struct median *m = state;

	(void)err;
	*m = (struct median){.min_steps = a->min_steps,
	                     .min_trials = a->min_trials ? a->min_trials : MIN_TRIALS,
	                     .smooth = a->smooth};
	if (isnan(m->min_steps) && !isnan(a->resource_max))
		m->min_steps = a->resource_max > 10 ? ceil(a->resource_max / 10)
		                                    : a->resource_max / 10;
	return true;
}

/* Every report up to the 32nd, then 16 in each doubling: averages move slowly, and each
 * test reads all runs. */
static bool is_due(size_t reports)
{
	size_t every = 1;

	while (reports / every >= 32)
		every *= 2;
	return reports % every == 0;
}

static double best_of(const struct track *t, size_t smooth, double *step)
{
	double best = (double)INFINITY;

	*step = t->points[t->n - 1].step;
	for (size_t i = 0; i < t->n; i++) {
		double v = points_value(t->points, i, smooth);

		if (v < best) {
			best = v;
			*step = t->points[i].step;
		}
	}
	return best;
}

/* False: this run has not come so far, or began later. */
static bool average_upto(const struct curve *c, double step, double *average)
{
	struct track t = track_of(c);
	size_t n = track_upto(&t, step);
	bool found = n > 0 && t.points[t.n - 1].step >= step;

	if (found)
		*average = track_mean(&t, n - 1);
	track_free(&t);
	return found;
}

static double median_of(double *x, size_t n)
{
	qsort(x, n, sizeof *x, double_compare);
	return n % 2 ? x[n / 2] : x[n / 2 - 1] / 2 + x[n / 2] / 2;
}

static void compare(const struct median *m, const struct curves *all, size_t which,
                    double step, struct judgement *out)
{
	double *averages = mem_new(all->n, sizeof *averages);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (i != which)
			n += average_upto(all->list[i], step, &averages[n]);
	out->peers = n;
	if (n >= m->min_trials && n > 0) {
		out->threshold = median_of(averages, n);
		if (out->value > out->threshold)
			out->decision = DECISION_STOP;
	}
	free(averages);
}

static void median_judge(const void *state, const struct curves *all, size_t which,
                         struct judgement *out)
{
	const struct median *m = state;
	const struct curve *c = all->list[which];
	struct track t;

	*out = judgement_none(rule_median.name);
	if (c->control || !c->n || !is_due(c->n))
		return;
	if (isnan(m->min_steps) ? c->n < FIRST_REPORTS
	                        : curve_reach(c, c->n) < m->min_steps)
		return;
	t = track_of(c);
	if (t.n) {
		out->value = best_of(&t, m->smooth, &out->step);
		compare(m, all, which, t.points[t.n - 1].step, out);
	}
	track_free(&t);
}

static void median_describe(const void *state, struct str *out)
{
	const struct median *m = state;

	str_add(out,
	        "A run is stopped when its best value so far is worse than the median "
	        "of the average\nvalues of the others up to the same step. ");
	if (isnan(m->min_steps))
		str_addf(out, "Never before its report %d", FIRST_REPORTS);
	else
		str_addf(out, "Never before step %.10g", m->min_steps);
	str_addf(out, ", nor with\nfewer than %zu other%s that came as far.\n",
	         m->min_trials, str_plural(m->min_trials));
}

static struct rule_start median_start(const void *state)
{
	const struct median *m = state;

	return (struct rule_start){.step = fmax(m->min_steps, 0),
	                           .reports = isnan(m->min_steps) ? FIRST_REPORTS : 0,
	                           .others = m->min_trials};
}

const struct rule_type rule_median = {
    .name = "median",
    .summary = "stops a run whose best is worse than the median average of the others",
    .state_size = sizeof(struct median),
    .init = median_init,
    .judge = median_judge,
    .describe = median_describe,
    .start = median_start,
    .rungs = rule_no_rungs,
};
