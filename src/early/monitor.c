#include "early/monitor.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool monitor_init(struct monitor *s, const struct spec *spec, struct arena *a,
                  struct error *err)
{
	const struct early *e = &spec->early;

	*s = (struct monitor){.spec = spec,
	                      .sign = metric_sign(&spec->metric),
	                      .full = early_full_budget(spec),
	                      .by_resource = e->resource != NULL,
	                      .repeats = spec->repeats,
	                      .arena = a};
	if (!early_rule_init(spec, a, &s->rule, err) ||
	    !early_shadow_init(spec, a, &s->shadow, err))
		return false;
	if (s->rule.type->remember)
		s->all.memory = s->rule.type->remember(s->rule.state);
	if (s->shadow.type->remember && e->control > 0)
		s->shadow_memory = s->shadow.type->remember(s->shadow.state);
	s->promote = s->rule.type->promote && e->mode == MODE_PROMOTE;
	return e->type == EARLY_THRESHOLD || !(e->has_min || e->has_max) ||
	       early_bound_init(spec, a, &s->bound, err);
}

static void free_watched(struct watched *w)
{
	free(w->points);
	free(w->told);
	free(w->milestones);
}

void monitor_free(struct monitor *s)
{
	for (size_t i = 0; i < s->all.n; i++)
		free_watched(s->runs[i]);
	if (s->all.memory)
		s->rule.type->forget(s->all.memory);
	if (s->shadow_memory)
		s->shadow.type->forget(s->shadow_memory);
	free(s->runs);
	free(s->list);
	free(s->log);
	*s = (struct monitor){0};
}

bool monitor_control(const struct spec *spec, uint64_t trial)
{
	return rng_unit(spec->seed, trial, RNG_CONTROL, 0) < spec->early.control;
}

static struct watched *watched_at(const struct monitor *s, uint64_t trial, size_t run)
{
	return s->runs[trial * s->repeats + run];
}

const struct watched *monitor_run(const struct monitor *s, uint64_t trial, size_t run)
{
	return watched_at(s, trial, run);
}

double monitor_first_budget(const struct monitor *s, uint64_t trial, size_t run)
{
	double budget = (double)INFINITY;

	if (!s->promote)
		return 0;
	if (run == 0 && !monitor_control(s->spec, trial))
		budget = s->rule.type->first_budget(s->rule.state, trial);
	return isfinite(budget) ? budget : s->full;
}

/* Taking events. */

static void add_run(struct monitor *s, uint64_t trial, size_t run)
{
	struct watched *w = arena_new(s->arena, 1, sizeof *w);
	size_t cap = s->cap;

	w->curve = (struct curve){.trial = trial,
	                          .run = run,
	                          .state = CURVE_RUNNING,
	                          .control = monitor_control(s->spec, trial),
	                          .budget = (double)INFINITY,
	                          .rising = true};
	w->races = run == 0 || !s->promote;
	s->runs = mem_room(s->runs, s->all.n, &s->cap, sizeof *s->runs);
	if (cap != s->cap)
		s->list = mem_grow(s->list, s->cap, sizeof *s->list);
	s->list[s->all.n] = &w->curve;
	s->runs[s->all.n++] = w;
	s->all.list = s->list;
}

static void start(struct watched *w, double budget, bool keeps)
{
	w->keeps = keeps;
	w->launched = w->fresh = true;
	w->judged = false;
	w->reports = 0;
	w->curve.state = CURVE_RUNNING;
	w->curve.budget = budget > 0 ? budget : (double)INFINITY;
}

/* A launch that begins before the end of the one before has begun again: what it will
 * report anew is taken out. */
static void forget_from(struct watched *w, double step)
{
	struct curve was = w->curve;

	w->curve.n = 0;
	w->curve.rising = true;
	for (size_t i = 0; i < was.n; i++)
		if (w->points[i].step < step) {
			w->told[w->curve.n] = w->told[i];
			curve_add(&w->curve, w->points, w->points[i].step,
			          w->points[i].value);
		}
}

/* Steps that a launch had taken when it first reported: it began at the last report
 * that it did not make again. */
static double first_way(const struct watched *w, double step)
{
	double from = w->curve.n ? w->points[w->curve.n - 1].step : 0;

	if (!w->races && step > w->before)
		return step - w->before;
	return step > from ? step - from : 0;
}

static void add_point(struct monitor *s, struct watched *w, double step,
                      const struct report *rep)
{
	if (w->fresh)
		forget_from(w, step);
	if (s->by_resource)
		w->steps += step;
	else if (w->fresh)
		w->steps += first_way(w, step);
	else if (step > w->before)
		w->steps += step - w->before;
	w->fresh = false;
	w->before = step;
	if (!w->races)
		return;
	w->points = mem_room(w->points, w->curve.n, &w->cap, sizeof *w->points);
	w->told = mem_room(w->told, w->curve.n, &w->cap_told, sizeof *w->told);
	w->told[w->curve.n] = rep->step;
	curve_add(&w->curve, w->points, step, s->sign * rep->value);
}

/* The value of a curve at its end, minimized and smoothed. */
static double value_of(const struct monitor *s, const struct curve *c)
{
	return curve_value(c, s->spec->early.smooth);
}

void monitor_seen(const struct monitor *s, const struct trial *t,
                  struct observation *end)
{
	if (s->all.n <= t->id * t->n_runs)
		return;
	for (size_t r = 0; r < t->n_runs; r++) {
		const struct curve *c = &watched_at(s, t->id, r)->curve;

		if (!c->n || (t->outcome == OUTCOME_STOPPED &&
		              t->runs[r].outcome != OUTCOME_STOPPED))
			continue;
		end->step = c->points[c->n - 1].step;
		if (t->outcome == OUTCOME_STOPPED) {
			end->value = value_of(s, c);
			end->n_runs = 1;
		}
		return;
	}
}

bool monitor_milestone(const struct monitor *s, uint64_t trial, struct observation *out)
{
	const struct watched *w = watched_at(s, trial, 0);
	const struct milestone *g;

	if (!w->at_milestone)
		return false;
	g = &w->milestones[w->n_milestones - 1];
	*out = (struct observation){.state = KNOWN_PENDING,
	                            .value = g->value,
	                            .stderr_ = (double)NAN,
	                            .step = g->step,
	                            .n_runs = 1};
	return true;
}

/* The next step at which a run is looked at; INFINITY: none. */
static double next_mark(const struct monitor *s, double last)
{
	double mark = isfinite(s->full) ? s->full / 9 : 1;

	while (mark <= last)
		mark *= 3;
	return mark < s->full || isnan(s->full) ? mark : (double)INFINITY;
}

static void take_milestone(struct monitor *s, struct watched *w, double step)
{
	double last = w->n_milestones ? w->milestones[w->n_milestones - 1].step : 0;

	if (!w->races || !(step >= next_mark(s, last)) || step >= s->full)
		return;
	w->milestones = mem_room(w->milestones, w->n_milestones, &w->cap_milestones,
	                         sizeof *w->milestones);
	w->milestones[w->n_milestones++] =
	    (struct milestone){.step = step, .value = value_of(s, &w->curve)};
	w->at_milestone = true;
}

/* Where on the curve a report stands; NaN: nowhere. */
static double place_of(const struct monitor *s, const struct watched *w, double step)
{
	if (s->by_resource || isfinite(step))
		return step;
	if (!s->spec->early.step)
		return w->reports;
	return s->spec->early.type == EARLY_WANDB_HYPERBAND ? w->before : (double)NAN;
}

/* Has it come as far as a full run does? */
static bool is_complete(const struct monitor *s, const struct watched *w)
{
	double reach = w->on_curve ? w->at : (double)-INFINITY;

	return fmax(reach, curve_reach(&w->curve, w->curve.n)) >= s->full;
}

/* Would the rule have stopped this member of the control group? */
static void ask_shadow(struct monitor *s, struct watched *w, size_t which)
{
	struct curve as_others = w->curve;
	struct curves all = s->all;
	struct judgement j;

	if (!w->curve.control || !w->races || is_complete(s, w) ||
	    w->would.decision != DECISION_CONTINUE)
		return;
	as_others.control = false;
	s->list[which] = &as_others;
	all.memory = s->shadow_memory;
	s->shadow.type->judge(s->shadow.state, &all, which, &j);
	s->list[which] = &w->curve;
	if (j.decision == DECISION_STOP)
		w->would = j;
}

/* Reports of earlier launches from before that step; none, where it is not told. */
static double count_before(const struct watched *w, double step)
{
	double n = 0;

	for (size_t i = 0; i < w->curve.n; i++)
		n += w->told[i] < step;
	return n;
}

static void take_report(struct monitor *s, struct watched *w, const struct event *e)
{
	double step = (double)NAN;

	if (w->fresh && w->keeps && !s->spec->early.step && !s->by_resource)
		w->reports = count_before(w, e->as.report.step);
	w->reports++;
	w->at_milestone = false;
	w->latest = e->as.report.value;
	step = place_of(
	    s, w, s->spec->early.step || s->by_resource ? e->as.report.step : step);
	w->on_curve = isfinite(step);
	w->at = step;
	if (!w->on_curve)
		return;
	add_point(s, w, step, &e->as.report);
	take_milestone(s, w, step);
	ask_shadow(s, w, e->trial * s->repeats + e->run);
}

static void end(struct watched *w, enum outcome outcome)
{
	w->curve.state = outcome == OUTCOME_OK        ? CURVE_DONE
	                 : outcome != OUTCOME_STOPPED ? CURVE_FAILED
	                 : w->paused                  ? CURVE_PAUSED
	                                              : CURVE_STOPPED;
}

static void take_decision(struct watched *w, const struct event *e)
{
	w->judged = e->kind != EVENT_PROMOTE;
	w->paused = e->kind == EVENT_PAUSE;
	w->why = e->as.decision.why;
	if (e->kind == EVENT_STOP)
		w->curve.state = CURVE_STOPPED;
	if (e->kind != EVENT_PROMOTE)
		return;
	w->curve.state = CURVE_RUNNING;
	w->curve.budget = e->as.decision.budget;
}

static void tell_rules(struct monitor *s, size_t which)
{
	if (s->all.memory)
		s->rule.type->changed(s->all.memory, which);
	if (s->shadow_memory)
		s->shadow.type->changed(s->shadow_memory, which);
}

void monitor_take(struct monitor *s, const struct event *e)
{
	size_t which = e->trial * s->repeats + e->run;
	struct watched *w;

	s->log = mem_room(s->log, s->n_log, &s->cap_log, sizeof *s->log);
	s->log[s->n_log] = *e;
	if (e->kind == EVENT_END)
		s->log[s->n_log].as.end.facts = NULL;
	s->n_log++;
	if (e->kind == EVENT_TRIAL)
		for (size_t r = 0; r < s->repeats; r++)
			add_run(s, e->trial, r);
	if (e->kind == EVENT_TRIAL || e->kind == EVENT_SESSION)
		return;
	w = s->runs[which];
	tell_rules(s, which);
	if (e->kind == EVENT_START)
		start(w, e->as.start.budget, e->as.start.keeps);
	else if (e->kind == EVENT_REPORT)
		take_report(s, w, e);
	else if (e->kind == EVENT_END)
		end(w, e->as.end.outcome);
	else
		take_decision(w, e);
	tell_rules(s, which);
}

/* Asking. */

static enum decision answer(const struct monitor *s, struct judgement *out)
{
	out->value *= s->sign;
	out->threshold *= s->sign;
	return out->decision;
}

/* The latest report alone, as a curve: what a line without a step is judged by. */
static struct curve latest_of(const struct monitor *s, const struct watched *w,
                              struct curve_point *room)
{
	struct curve c = {.trial = w->curve.trial,
	                  .run = w->curve.run,
	                  .control = w->curve.control,
	                  .budget = w->curve.budget,
	                  .rising = true};

	curve_add(&c, room, w->on_curve ? w->at : w->reports, s->sign * w->latest);
	return c;
}

static enum decision judge_bound(const struct monitor *s, const struct watched *w,
                                 const struct curve *latest, struct judgement *out)
{
	const struct curve *alone = w->on_curve && w->races ? &w->curve : latest;

	s->bound.type->judge(s->bound.state, &(struct curves){.list = &alone, .n = 1},
	                     0, out);
	return out->decision;
}

enum decision monitor_judge(const struct monitor *s, uint64_t trial, size_t run,
                            struct judgement *out)
{
	const struct watched *w = watched_at(s, trial, run);
	struct curve_point room;
	struct curve latest = latest_of(s, w, &room);

	if (!s->judges_complete && is_complete(s, w)) {
		*out = judgement_none(s->rule.type->name);
		return DECISION_CONTINUE;
	}
	if (judge_divergence(&latest, out) ||
	    (s->bound.type && judge_bound(s, w, &latest, out) == DECISION_STOP))
		return answer(s, out);
	if (!w->on_curve || !w->races) {
		out->decision = DECISION_CONTINUE;
		return DECISION_CONTINUE;
	}
	s->rule.type->judge(s->rule.state, &s->all, trial * s->repeats + run, out);
	return answer(s, out);
}

enum decision monitor_judge_end(const struct monitor *s, uint64_t trial, size_t run,
                                struct judgement *out)
{
	const struct watched *w = watched_at(s, trial, run);
	const struct curve *c = &w->curve;

	*out = judgement_none(s->rule.type->name);
	out->rung = c->budget;
	if (!s->promote || !w->races || c->control || !(c->budget < s->full) || !c->n ||
	    (!s->judges_complete && is_complete(s, w)))
		return DECISION_CONTINUE;
	out->decision = DECISION_PAUSE;
	out->step = c->points[c->n - 1].step;
	out->value = c->points[c->n - 1].value;
	return answer(s, out);
}

bool monitor_promotion(const struct monitor *s, bool last, struct promotion *out)
{
	struct curves all = s->all;

	all.last = last;
	if (!s->promote || !s->rule.type->promote(s->rule.state, &all, out))
		return false;
	if (!isfinite(out->budget))
		out->budget = s->full;
	answer(s, &out->why);
	return true;
}

void monitor_reason(const struct monitor *s, const struct judgement *j, struct str *out)
{
	struct judgement minimized = *j;

	answer(s, &minimized);
	judgement_text(&minimized, s->sign, out);
}
