/* What an event does to a run. */
#include "base/mem.h"
#include "search/answers.h"
#include "search/event.h"
#include "search/pace.h"
#include "search/trial.h"

#include <math.h>
#include <string.h>

/* A run that reports without end keeps its beginning and its latest reports. */
static void keep_latest(struct run *r, struct report rep)
{
	struct report *latest = r->reports + RUN_REPORTS_MAX - RUN_REPORTS_LATEST;

	memmove(latest, latest + 1, (RUN_REPORTS_LATEST - 1) * sizeof *latest);
	latest[RUN_REPORTS_LATEST - 1] = rep;
}

static void begin(struct run *r, bool keeps)
{
	r->state = RUN_RUNNING;
	r->outcome = OUTCOME_NONE;
	r->value = (double)NAN;
	r->reason = r->host = NULL;
	r->items = NULL;
	steps_begin(&r->steps);
	r->goes_on = !r->wanted && (r->leg > 0 || keeps);
	if (r->goes_on)
		return;
	r->unread = 0;
	r->unread_example = NULL;
	if (r->wanted)
		return;
	r->metrics = NULL;
	r->note = NULL;
	r->steps = (struct step_order){0};
	r->n_reports = r->reports_total = 0;
	r->reduction = (struct reduction){.last = (double)NAN, .best = (double)NAN};
}

static void promote(struct run *r, double budget)
{
	r->state = RUN_QUEUED;
	r->leg++;
	r->budget = budget;
	r->before = (struct usage){r->wall, r->user, r->sys};
}

static void reduce(struct reduction *d, double value, enum goal goal)
{
	bool better = goal == GOAL_MINIMIZE ? value < d->best : value > d->best;

	if (isfinite(value) && (better || !isfinite(d->best) || !d->n))
		d->best = value;
	else if (!d->n)
		d->best = value;
	d->last = value;
	d->n++;
}

/* Reports that a launch is about to make again, the first of them `rep`; all, where it
 * is not told at which step. */
static void forget_from(struct run *r, struct report rep, enum goal goal)
{
	size_t n = 0;

	r->goes_on = false;
	r->reduction = (struct reduction){.last = (double)NAN, .best = (double)NAN};
	for (size_t i = 0; i < r->n_reports; i++)
		if (!rep.counted && !r->reports[i].counted &&
		    r->reports[i].step < rep.step) {
			r->reports[n++] = r->reports[i];
			reduce(&r->reduction, r->reports[i].value, goal);
		}
	r->n_reports = r->reports_total = n;
}

static void report(struct run *r, struct report rep, enum goal goal)
{
	if (r->wanted && !answers_news(r, &rep))
		return;
	r->cost += r->wanted ? rep.cost : 0;
	if (r->goes_on)
		forget_from(r, rep, goal);
	if (!rep.counted && !r->wanted)
		steps_take(&r->steps, rep.step);
	reduce(&r->reduction, rep.value, goal);
	r->reports_total++;
	if (r->n_reports >= RUN_REPORTS_MAX) {
		keep_latest(r, rep);
		return;
	}
	r->reports =
	    mem_room(r->reports, r->n_reports, &r->cap_reports, sizeof *r->reports);
	r->reports[r->n_reports++] = rep;
}

static void start(struct run *r, const struct event *e)
{
	if (e->as.start.leg)
		r->leg = e->as.start.leg;
	begin(r, e->as.start.keeps);
	if (e->as.start.seed != SEED_DERIVED)
		r->seed = e->as.start.seed;
	r->budget = e->as.start.budget;
	r->attempts = e->as.start.attempt;
	if (!isnan(e->time))
		r->started = e->time;
	r->had = r->n_reports;
	r->after = 0;
}

static void finish(struct run *r, const struct event *e)
{
	const struct run_end *end = e->as.end.facts;
	bool again = e->as.end.again, waits = again && e->as.end.wait > 0;

	r->state = waits ? RUN_RUNNING : again ? RUN_QUEUED : RUN_FINISHED;
	r->row = end->outcome == OUTCOME_PREEMPTED ? pace_row(r) : 0;
	r->after = waits ? e->time + e->as.end.wait : 0;
	r->over = r->attempts;
	r->outcome = end->outcome;
	r->value = end->value;
	r->exit = end->exit;
	r->signal = end->signal;
	r->wall = end->wall;
	r->user = end->user;
	r->sys = end->sys;
	r->maxrss = end->maxrss;
	r->cost = end->cost;
	r->failures = end->failures;
	r->reports_total = r->reduction.n = end->reports_total;
	r->reduction.last = end->last;
	r->reduction.best = end->best;
	r->reason = end->reason;
	r->host = end->host;
	r->unread = end->unread;
	r->unread_example = end->unread_example;
	r->items = end->items;
	r->metrics = end->metrics;
	r->note = end->note;
	r->steps = end->steps;
}

/* Until when a run of others is waited for. What was given up may be heard of. */
static void prolong(struct run *r, const struct event *e)
{
	if (e->kind == EVENT_END || e->kind == EVENT_PROMOTE) {
		r->due = 0;
	} else if (e->lease > 0 || e->kind == EVENT_START) {
		r->lease = e->lease;
		r->due = e->lease > 0 ? e->time + e->lease : 0;
	}
}

void run_apply(struct run *r, const struct event *e, enum goal goal)
{
	prolong(r, e);
	switch (e->kind) {
	case EVENT_START: start(r, e); break;
	case EVENT_REPORT: report(r, e->as.report, goal); break;
	case EVENT_END: finish(r, e); break;
	case EVENT_PROMOTE: promote(r, e->as.decision.budget); break;
	case EVENT_CUT:
		r->cost += e->as.cost;
		r->state = RUN_QUEUED;
		break;
	case EVENT_REQUEUE:
		r->state = RUN_QUEUED;
		r->failures = 0;
		r->after = 0;
		break;
	case EVENT_SEARCH:
	case EVENT_SESSION:
	case EVENT_WARM_START:
	case EVENT_TRIAL:
	case EVENT_REPEAT:
	case EVENT_OBSERVED:
	case EVENT_RUNG:
	case EVENT_LEAVE:
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_READING:
	case EVENT_TEST_USE:
	case EVENT_PURPOSE:
	case EVENT_FINISH: break;
	}
}

struct reduction run_reduction(const struct run *r, enum goal goal)
{
	struct reduction d = {.last = (double)NAN, .best = (double)NAN};

	for (size_t i = 0; i < r->n_reports; i++)
		reduce(&d, r->reports[i].value, goal);
	return d;
}
