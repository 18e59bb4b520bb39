#include "early/savings.h"

#include <math.h>
#include <stdlib.h>

/* Of intervals. */
static const double level = 0.95;

static const struct run *run_of(const struct search *s, const struct watched *w)
{
	return &s->trials[w->curve.trial]->runs[w->curve.run];
}

/* Steps of a full run: as the file says, else the longest that came to its end. */
static double full_steps(const struct monitor *m)
{
	double most = (double)NAN;

	if (!isnan(m->full))
		return m->full;
	for (size_t i = 0; i < m->all.n; i++)
		if (m->runs[i]->curve.state == CURVE_DONE && !m->runs[i]->judged &&
		    m->runs[i]->before > 0)
			most = fmax(most, m->runs[i]->before);
	return most;
}

static bool is_over(const struct run *r)
{
	return r->state == RUN_FINISHED &&
	       (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_STOPPED ||
	        r->outcome == OUTCOME_DIVERGED);
}

/* Seconds that a step takes, of runs that came to their end. */
static double step_wall(const struct search *s, const struct monitor *m)
{
	double wall = 0, steps = 0;

	for (size_t i = 0; i < m->all.n; i++) {
		const struct watched *w = m->runs[i];

		if (w->curve.state != CURVE_DONE || !(w->steps > 0))
			continue;
		wall += run_of(s, w)->wall;
		steps += w->steps;
	}
	return steps > 0 ? wall / steps : (double)NAN;
}

/* Steps that are no measure of how far a run came. */
static bool is_odd(const struct run *r)
{
	if (r->steps.trouble == STEPS_FALL || r->steps.trouble == STEPS_JUMP)
		return true;
	for (size_t i = 0; i < r->n_reports; i++)
		if (!r->reports[i].counted && r->reports[i].step < 0)
			return true;
	return false;
}

static void add_run(const struct search *s, const struct watched *w, double full,
                    double each, struct savings *out)
{
	const struct run *r = run_of(s, w);
	double reach = fmax(w->before, 0);

	out->promotions += r->leg;
	if (!is_over(r) || !(w->steps > 0))
		return;
	out->runs++;
	out->odd |= s->spec->early.step && is_odd(r);
	out->converged += w->judged && r->outcome == OUTCOME_OK;
	out->stopped += w->judged && !w->paused && r->outcome != OUTCOME_OK;
	out->paused += w->judged && w->paused;
	out->steps += w->steps;
	out->full_steps += w->judged ? fmax(full, reach) : reach;
	out->wall += r->wall;
	out->full_wall += r->wall + (w->judged ? each * fmax(full - reach, 0) : 0);
}

/* The best value among trials that the rule would have let through. */
static double best_let_through(const struct search *s, const struct monitor *m)
{
	double best = (double)INFINITY;

	for (size_t i = 0; i < s->n; i++) {
		const struct watched *w = monitor_run(m, i, 0);

		if (s->trials[i]->outcome == OUTCOME_OK &&
		    !(w->curve.control && w->would.decision == DECISION_STOP))
			best = fmin(best, m->sign * s->trials[i]->value);
	}
	return best;
}

static void add_control(const struct search *s, const struct monitor *m,
                        struct savings *out)
{
	double best = best_let_through(s, m);

	for (size_t i = 0; i < s->n; i++) {
		const struct watched *w = monitor_run(m, i, 0);
		const struct trial *t = s->trials[i];
		bool would = w->would.decision == DECISION_STOP;

		if (!w->curve.control)
			continue;
		out->control++;
		if (t->outcome != OUTCOME_OK)
			continue;
		out->control_ok++;
		out->would_stop += would;
		out->would_win += would && m->sign * t->value < best;
	}
	out->loss = stat_share((size_t)out->would_win, (size_t)out->would_stop, level);
}

/* Of run i: it came to its end, and the rule let it; a member of the control group that
 * it would not have let; stopped by it. */
enum fate { FATE_OTHER, FATE_KEPT, FATE_SPARED, FATE_STOPPED };

static enum fate fate_of(const struct monitor *m, size_t i)
{
	const struct watched *w = m->runs[i];

	if (w->judged && !w->curve.control)
		return FATE_STOPPED;
	if (w->curve.state != CURVE_DONE)
		return FATE_OTHER;
	if (w->curve.control && (m->promote || w->would.decision == DECISION_STOP))
		return FATE_SPARED;
	return m->promote ? FATE_OTHER : FATE_KEPT;
}

/* What each run counts: the spared ones for all that the rule stopped as well. False:
 * nobody stands for those. */
static bool find_weights(const struct monitor *m, double *weight)
{
	size_t n = m->all.n, count[FATE_STOPPED + 1] = {0};

	for (size_t i = 0; i < n; i++)
		count[fate_of(m, i)]++;
	for (size_t i = 0; i < n; i++) {
		enum fate f = fate_of(m, i);

		weight[i] = f == FATE_KEPT || f == FATE_SPARED;
		if (f == FATE_SPARED && !m->promote)
			weight[i] +=
			    (double)count[FATE_STOPPED] / (double)count[FATE_SPARED];
	}
	return count[FATE_SPARED] || !count[FATE_STOPPED];
}

static void add_agreement(const struct monitor *m, struct savings *out)
{
	const struct curves *all = &m->all;
	double *weight = mem_new(all->n, sizeof *weight);

	if (find_weights(m, weight))
		out->correlation = rung_correlation(all, out->low, out->high, weight,
		                                    &out->pairs, &out->effective);
	if (!isnan(out->correlation))
		out->agreement = correlation_interval(out->correlation, out->effective);
	free(weight);
}

struct savings savings_of(const struct search *s, const struct monitor *m)
{
	struct savings out = {.correlation = (double)NAN};
	double rungs[1], full, each;

	if (!m)
		return out;
	full = full_steps(m);
	each = step_wall(s, m);
	for (size_t i = 0; i < m->all.n; i++)
		add_run(s, m->runs[i], full, each, &out);
	if (isnan(full))
		out.full_steps = out.full_wall = (double)NAN;
	add_control(s, m, &out);
	if (!isnan(full) && m->rule.type->rungs(m->rule.state, rungs, 1)) {
		out.low = rungs[0];
		out.high = full;
		add_agreement(m, &out);
	}
	return out;
}
