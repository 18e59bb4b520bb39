/* Every decision of a log made again, from the events before it. */
#include "study/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct replaying {
	struct screen screen;
	struct arena arena;
	const struct screen_event *log;
	size_t n, at;
	struct judgement owed; /* what must be decided next; else CONTINUE */
	uint64_t owed_trial;
	size_t owed_run;
	struct str *difference;
};

__attribute__((format(printf, 2, 3))) static bool differs(struct replaying *r,
                                                          const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->at < r->n && r->log[r->at].kind != SCREEN_SESSION)
		str_addf(r->difference, "trial %llu, run %u: ",
		         (unsigned long long)r->log[r->at].trial, r->log[r->at].run);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	str_add(r->difference, text);
	return false;
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static bool same_judgement(const struct judgement *a, const struct judgement *b)
{
	return a->decision == b->decision && strcmp(a->rule, b->rule) == 0 &&
	       same(a->rung, b->rung) && same(a->step, b->step) &&
	       same(a->value, b->value) && same(a->threshold, b->threshold) &&
	       a->peers == b->peers;
}

static bool wrong_reason(struct replaying *r, const struct judgement *recorded,
                         const struct judgement *derived)
{
	differs(r, "recorded: ");
	screen_reason(&r->screen, recorded, r->difference);
	str_add(r->difference, "; its reports give: ");
	screen_reason(&r->screen, derived, r->difference);
	return false;
}

static bool owes(const struct replaying *r)
{
	return r->owed.decision != DECISION_CONTINUE;
}

/* A driver that was killed between a report and what follows from it decides nothing:
 * the run is launched again. */
static bool check_debt(struct replaying *r, const struct screen_event *e)
{
	if (!owes(r) || e->kind == SCREEN_SESSION ||
	    ((e->kind == SCREEN_STOP || e->kind == SCREEN_PAUSE) &&
	     e->trial == r->owed_trial && e->run == r->owed_run))
		return true;
	str_addf(r->difference,
	         "trial %llu, run %zu: recorded as going on; its reports say: ",
	         (unsigned long long)r->owed_trial, r->owed_run);
	screen_reason(&r->screen, &r->owed, r->difference);
	return false;
}

static bool check_decided(struct replaying *r, const struct screen_event *e)
{
	struct judgement derived = r->owed;

	if (!owes(r) && e->kind == SCREEN_PAUSE)
		screen_judge_end(&r->screen, e->trial, e->run, &derived);
	if (derived.decision == DECISION_CONTINUE) {
		differs(r, "recorded: ");
		screen_reason(&r->screen, e->why, r->difference);
		str_add(r->difference, "; its reports give no reason for it");
		return false;
	}
	r->owed.decision = DECISION_CONTINUE;
	return same_judgement(e->why, &derived) || wrong_reason(r, e->why, &derived);
}

static bool check_promotion(struct replaying *r, const struct screen_event *e)
{
	struct promotion p;
	const struct curve *c;

	if (!screen_promotion(&r->screen, e->last, &p))
		return differs(r, "recorded as promoted; no run had earned it");
	c = r->screen.all.list[p.curve];
	if (c->trial != e->trial || c->run != e->run)
		return differs(r,
		               "recorded as promoted; trial %llu, run %zu was before "
		               "it",
		               (unsigned long long)c->trial, c->run);
	if (p.budget != e->step)
		return differs(r, "promoted to step %g; the rule says %g", e->step,
		               p.budget);
	return same_judgement(e->why, &p.why) || wrong_reason(r, e->why, &p.why);
}

static bool check_start(struct replaying *r, const struct screen_event *e)
{
	const struct watched *w = screen_run(&r->screen, e->trial, e->run);
	double budget = screen_first_budget(&r->screen, e->trial, e->run);

	if (w->launched && isfinite(w->curve.budget))
		budget = w->curve.budget;
	return e->step == budget ||
	       differs(r, "started with a budget of %g steps; the rule says %g",
	               e->step, budget);
}

static bool check_trial(struct replaying *r)
{
	struct promotion p;
	const struct curve *c;

	if (!screen_promotion(&r->screen, false, &p))
		return true;
	c = r->screen.all.list[p.curve];
	return differs(r, "is new, where trial %llu, run %zu had earned its promotion",
	               (unsigned long long)c->trial, c->run);
}

static bool check_end(struct replaying *r, const struct screen_event *e)
{
	const struct watched *w = screen_run(&r->screen, e->trial, e->run);
	struct judgement j;

	if (e->outcome == OUTCOME_STOPPED && !w->judged)
		return differs(r, "recorded as stopped; nobody decided that");
	if (e->outcome == OUTCOME_OK && w->judged)
		return differs(r, "recorded as ok; it was to be stopped");
	if (e->outcome == OUTCOME_OK &&
	    screen_judge_end(&r->screen, e->trial, e->run, &j) == DECISION_PAUSE)
		return differs(r, "recorded as ok; its budget was not the full one");
	return true;
}

/* Is there such a run, and may the event come now? */
static bool fits(struct replaying *r, const struct screen_event *e)
{
	const struct screen *s = &r->screen;
	size_t trials = s->all.n / s->repeats;

	if (e->kind == SCREEN_SESSION)
		return true;
	if (e->kind == SCREEN_TRIAL ? e->trial != trials
	                            : e->trial >= trials || e->run >= s->repeats)
		return differs(r, "an event of a run that is not there");
	if (e->kind == SCREEN_REPORT && screen_run(s, e->trial, e->run)->judged)
		return differs(r, "a report after its end was decided");
	return true;
}

static bool check_event(struct replaying *r, const struct screen_event *e)
{
	switch (e->kind) {
	case SCREEN_SESSION: r->owed.decision = DECISION_CONTINUE; return true;
	case SCREEN_TRIAL: return check_trial(r);
	case SCREEN_START: return check_start(r, e);
	case SCREEN_STOP:
	case SCREEN_PAUSE: return check_decided(r, e);
	case SCREEN_PROMOTE: return check_promotion(r, e);
	case SCREEN_END: return check_end(r, e);
	case SCREEN_REPORT: return true;
	}
	return true;
}

static bool replay(struct replaying *r, size_t *decisions)
{
	for (r->at = 0; r->at < r->n; r->at++) {
		const struct screen_event *e = &r->log[r->at];

		if (!check_debt(r, e) || !fits(r, e) || !check_event(r, e))
			return false;
		*decisions += e->kind == SCREEN_STOP || e->kind == SCREEN_PAUSE ||
		              e->kind == SCREEN_PROMOTE;
		screen_take(&r->screen, e);
		if (e->kind != SCREEN_REPORT)
			continue;
		r->owed_trial = e->trial;
		r->owed_run = e->run;
		screen_judge(&r->screen, e->trial, e->run, &r->owed);
	}
	return true;
}

bool screen_replay(const struct spec *spec, const struct screen_event *log, size_t n,
                   size_t *decisions, struct str *difference, struct error *err)
{
	struct replaying r = {.log = log, .n = n, .difference = difference};
	bool ok = screen_init(&r.screen, spec, &r.arena, err);

	*decisions = 0;
	if (ok)
		replay(&r, decisions);
	screen_free(&r.screen);
	arena_free(&r.arena);
	return ok;
}
