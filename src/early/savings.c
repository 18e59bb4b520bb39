/* What early stopping came to: what it saved, and what the control group says it lost.
 */
#include "study/stopping.h"

#include <math.h>

static const struct run *run_of(const struct study *s, const struct watched *w)
{
	return &s->trials[w->curve.trial]->runs[w->curve.run];
}

/* Steps of a full run: as the file says, else the longest that came to its end. */
static double full_steps(const struct study *s)
{
	const struct monitor *sc = s->monitor;
	double most = (double)NAN;

	if (!isnan(sc->full))
		return sc->full;
	for (size_t i = 0; i < sc->all.n; i++)
		if (sc->runs[i]->curve.state == CURVE_DONE && !sc->runs[i]->judged &&
		    sc->runs[i]->before > 0)
			most = fmax(most, sc->runs[i]->before);
	return most;
}

static bool is_over(const struct run *r)
{
	return r->state == RUN_FINISHED &&
	       (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_STOPPED ||
	        r->outcome == OUTCOME_DIVERGED);
}

/* Seconds that a step takes, of runs that came to their end. */
static double step_wall(const struct study *s)
{
	double wall = 0, steps = 0;

	for (size_t i = 0; i < s->monitor->all.n; i++) {
		const struct watched *w = s->monitor->runs[i];

		if (w->curve.state != CURVE_DONE || !(w->steps > 0))
			continue;
		wall += run_of(s, w)->wall;
		steps += w->steps;
	}
	return steps > 0 ? wall / steps : (double)NAN;
}

static void add_run(const struct study *s, const struct watched *w, double full,
                    double each, struct savings *out)
{
	const struct run *r = run_of(s, w);
	double reach = fmax(w->before, 0);

	out->promotions += r->leg;
	if (!is_over(r) || !(w->steps > 0))
		return;
	out->runs++;
	out->converged += w->judged && r->outcome == OUTCOME_OK;
	out->stopped += w->judged && !w->paused && r->outcome != OUTCOME_OK;
	out->paused += w->judged && w->paused;
	out->steps += w->steps;
	out->full_steps += w->judged ? fmax(full, reach) : reach;
	out->wall += r->wall;
	out->full_wall += r->wall + (w->judged ? each * fmax(full - reach, 0) : 0);
}

/* The best value among trials that the rule would have let through. */
static double best_let_through(const struct study *s)
{
	double best = (double)INFINITY;

	for (size_t i = 0; i < s->n; i++) {
		const struct watched *w = monitor_run(s->monitor, i, 0);

		if (s->trials[i]->outcome == OUTCOME_OK &&
		    !(w->curve.control && w->would.decision == DECISION_STOP))
			best = fmin(best, s->monitor->sign * s->trials[i]->value);
	}
	return best;
}

static void add_control(const struct study *s, struct savings *out)
{
	double best = best_let_through(s);

	for (size_t i = 0; i < s->n; i++) {
		const struct watched *w = monitor_run(s->monitor, i, 0);
		const struct trial *t = s->trials[i];
		bool would = w->would.decision == DECISION_STOP;

		if (!w->curve.control)
			continue;
		out->control++;
		if (t->outcome != OUTCOME_OK)
			continue;
		out->control_ok++;
		out->would_stop += would;
		out->would_win += would && s->monitor->sign * t->value < best;
	}
}

struct savings savings_of(const struct study *s)
{
	struct savings out = {.correlation = (double)NAN};
	const struct monitor *sc = s->monitor;
	double rungs[1], full, each;

	if (!sc)
		return out;
	full = full_steps(s);
	each = step_wall(s);
	for (size_t i = 0; i < sc->all.n; i++)
		add_run(s, sc->runs[i], full, each, &out);
	if (isnan(full))
		out.full_steps = out.full_wall = (double)NAN;
	add_control(s, &out);
	if (!isnan(full) && sc->rule.type->rungs(sc->rule.state, rungs, 1)) {
		out.low = rungs[0];
		out.high = full;
		out.correlation =
		    rung_correlation(&sc->all, &out.low, &out.high, &out.pairs);
	}
	return out;
}
