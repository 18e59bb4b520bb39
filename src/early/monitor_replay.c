/* Every decision of a log made again, from the events before it. */
#include "base/double.h"
#include "early/monitor.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct rederivation {
	struct monitor monitor;
	struct arena arena;
	const struct event *log;
	size_t n, at;
	struct judgement owed; /* what must be decided next; else CONTINUE */
	uint64_t owed_trial;
	size_t owed_run;
	struct str *difference;
};

__attribute__((format(printf, 2, 3))) static bool differs(struct rederivation *r,
                                                          const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->at < r->n && r->log[r->at].kind != EVENT_SESSION)
		str_addf(r->difference, "trial %llu, run %u: ",
		         (unsigned long long)r->log[r->at].trial, r->log[r->at].run);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	str_add(r->difference, text);
	return false;
}

static bool same_judgement(const struct judgement *a, const struct judgement *b)
{
	return a->decision == b->decision && strcmp(a->rule, b->rule) == 0 &&
	       double_same(a->rung, b->rung) && double_same(a->step, b->step) &&
	       double_same(a->value, b->value) &&
	       double_same(a->threshold, b->threshold) && a->peers == b->peers;
}

static bool wrong_reason(struct rederivation *r, const struct judgement *recorded,
                         const struct judgement *derived)
{
	differs(r, "recorded: ");
	monitor_reason(&r->monitor, recorded, r->difference);
	str_add(r->difference, "; its reports give: ");
	monitor_reason(&r->monitor, derived, r->difference);
	return false;
}

static bool owes(const struct rederivation *r)
{
	return r->owed.decision != DECISION_CONTINUE;
}

/* A driver that was killed between a report and what follows from it decides nothing:
 * the run is launched again. */
static bool check_debt(struct rederivation *r, const struct event *e)
{
	if (!owes(r) || e->kind == EVENT_SESSION ||
	    ((e->kind == EVENT_STOP || e->kind == EVENT_PAUSE) &&
	     e->trial == r->owed_trial && e->run == r->owed_run))
		return true;
	str_addf(r->difference,
	         "trial %llu, run %zu: recorded as going on; its reports say: ",
	         (unsigned long long)r->owed_trial, r->owed_run);
	monitor_reason(&r->monitor, &r->owed, r->difference);
	return false;
}

/* Version 0.1.0 asked the rule about complete runs as well: what it decided then is
 * held to its rule. */
static void judge_complete(struct rederivation *r, const struct event *e,
                           struct judgement *derived)
{
	r->monitor.judges_complete = true;
	if (monitor_judge(&r->monitor, e->trial, e->run, derived) ==
	        DECISION_CONTINUE &&
	    e->kind == EVENT_PAUSE)
		monitor_judge_end(&r->monitor, e->trial, e->run, derived);
	r->monitor.judges_complete = false;
}

static bool check_decided(struct rederivation *r, const struct event *e)
{
	struct judgement derived = r->owed;

	if (!owes(r) && e->kind == EVENT_PAUSE)
		monitor_judge_end(&r->monitor, e->trial, e->run, &derived);
	if (derived.decision == DECISION_CONTINUE)
		judge_complete(r, e, &derived);
	if (derived.decision == DECISION_CONTINUE) {
		differs(r, "recorded: ");
		monitor_reason(&r->monitor, e->as.decision.why, r->difference);
		str_add(r->difference, "; its reports give no reason for it");
		return false;
	}
	r->owed.decision = DECISION_CONTINUE;
	return same_judgement(e->as.decision.why, &derived) ||
	       wrong_reason(r, e->as.decision.why, &derived);
}

static bool check_promotion(struct rederivation *r, const struct event *e)
{
	struct promotion p;
	const struct curve *c;

	if (!monitor_promotion(&r->monitor, e->as.decision.last, &p))
		return differs(r, "recorded as promoted; no run had earned it");
	c = r->monitor.all.list[p.curve];
	if (c->trial != e->trial || c->run != e->run)
		return differs(r,
		               "recorded as promoted; trial %llu, run %zu was before "
		               "it",
		               (unsigned long long)c->trial, c->run);
	if (p.budget != e->as.decision.budget)
		return differs(r, "promoted to step %g; the rule says %g",
		               e->as.decision.budget, p.budget);
	return same_judgement(e->as.decision.why, &p.why) ||
	       wrong_reason(r, e->as.decision.why, &p.why);
}

static bool check_start(struct rederivation *r, const struct event *e)
{
	const struct watched *w = monitor_run(&r->monitor, e->trial, e->run);
	double budget = monitor_first_budget(&r->monitor, e->trial, e->run);

	if (w->launched && isfinite(w->curve.budget))
		budget = w->curve.budget;
	return e->as.start.budget == budget ||
	       differs(r, "started with a budget of %g steps; the rule says %g",
	               e->as.start.budget, budget);
}

static bool check_trial(struct rederivation *r)
{
	struct promotion p;
	const struct curve *c;

	if (!monitor_promotion(&r->monitor, false, &p))
		return true;
	c = r->monitor.all.list[p.curve];
	return differs(r, "is new, where trial %llu, run %zu had earned its promotion",
	               (unsigned long long)c->trial, c->run);
}

static bool check_end(struct rederivation *r, const struct event *e)
{
	const struct watched *w = monitor_run(&r->monitor, e->trial, e->run);
	struct judgement j;

	if (e->as.end.outcome == OUTCOME_STOPPED && !w->judged)
		return differs(r, "recorded as stopped; nobody decided that");
	if (e->as.end.outcome == OUTCOME_OK && w->judged &&
	    !judgement_converged(w->why))
		return differs(r, "recorded as ok; it was to be stopped");
	if (e->as.end.outcome == OUTCOME_OK &&
	    monitor_judge_end(&r->monitor, e->trial, e->run, &j) == DECISION_PAUSE)
		return differs(r, "recorded as ok; its budget was not the full one");
	return true;
}

/* Is there such a run, and may the event come now? */
static bool fits(struct rederivation *r, const struct event *e)
{
	const struct monitor *s = &r->monitor;
	size_t trials = s->all.n / s->repeats;

	if (e->kind == EVENT_SESSION)
		return true;
	if (e->kind == EVENT_TRIAL ? e->trial != trials
	                           : e->trial >= trials || e->run >= s->repeats)
		return differs(r, "an event of a run that is not there");
	if (e->kind == EVENT_REPORT && monitor_run(s, e->trial, e->run)->judged)
		return differs(r, "a report after its end was decided");
	return true;
}

static bool check_event(struct rederivation *r, const struct event *e)
{
	switch (e->kind) {
	case EVENT_SESSION: r->owed.decision = DECISION_CONTINUE; return true;
	case EVENT_TRIAL: return check_trial(r);
	case EVENT_START: return check_start(r, e);
	case EVENT_STOP:
	case EVENT_PAUSE: return check_decided(r, e);
	case EVENT_PROMOTE: return check_promotion(r, e);
	case EVENT_END: return check_end(r, e);
	case EVENT_REPORT:
	case EVENT_SEARCH:
	case EVENT_WARM_START:
	case EVENT_REPEAT:
	case EVENT_OBSERVED:
	case EVENT_RUNG:
	case EVENT_LEAVE:
	case EVENT_CUT:
	case EVENT_READING:
	case EVENT_TEST_USE:
	case EVENT_PURPOSE:
	case EVENT_REQUEUE:
	case EVENT_FINISH: return true;
	}
	return true;
}

static bool all_follows(struct rederivation *r, size_t *decisions)
{
	for (r->at = 0; r->at < r->n; r->at++) {
		const struct event *e = &r->log[r->at];

		if (!check_debt(r, e) || !fits(r, e) || !check_event(r, e))
			return false;
		*decisions += event_is_decision(e->kind);
		monitor_take(&r->monitor, e);
		if (e->kind != EVENT_REPORT)
			continue;
		r->owed_trial = e->trial;
		r->owed_run = e->run;
		monitor_judge(&r->monitor, e->trial, e->run, &r->owed);
	}
	return true;
}

bool monitor_replay(const struct spec *spec, const struct event *log, size_t n,
                    size_t *decisions, struct str *difference, struct error *err)
{
	struct rederivation r = {.log = log, .n = n, .difference = difference};
	bool ok = monitor_init(&r.monitor, spec, &r.arena, err);

	*decisions = 0;
	if (ok)
		all_follows(&r, decisions);
	monitor_free(&r.monitor);
	arena_free(&r.arena);
	return ok;
}
