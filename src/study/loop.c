#include "study/loop.h"
#include "base/clock.h"
#include "search/event.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>

enum { LAST_TRIES = 5 };

void loop_init(struct loop *l, struct fleet *fleet, const struct driver *driver,
               void *self)
{
	*l = (struct loop){.fleet = fleet,
	                   .driver = driver,
	                   .self = self,
	                   .retries = fleet->spec->retries,
	                   .tasks = mem_new(fleet->runner->slots, sizeof *l->tasks)};
}

void loop_free(struct loop *l)
{
	free(l->tasks);
	*l = (struct loop){0};
}

static void happen(struct loop *l, const struct task *t, struct event e)
{
	e.phase = t->phase;
	e.trial = t->key;
	e.run = (uint32_t)t->index;
	if (l->driver->happen) {
		l->driver->happen(l->self, &e);
		return;
	}
	e.time = clock_wall();
	run_apply(t->run, &e, t->metric->goal);
	if (e.kind == EVENT_START)
		pace_begun(&l->own, l->fleet->spec, t->run, e.time);
}

static double now(const struct loop *l)
{
	return l->driver->now ? l->driver->now(l->self) : clock_wall();
}

/* Seconds until a run may begin, by the rate of all. */
static double rate_wait(struct loop *l)
{
	const struct pace *p = l->driver->pace ? l->driver->pace(l->self) : &l->own;

	return pace_wait(p, now(l));
}

static bool commit(struct loop *l, bool sync_now, struct error *err)
{
	return !l->driver->commit || l->driver->commit(l->self, sync_now, err);
}

/* Can what could not be written be written later? Nothing is launched until then; what
 * runs goes on, and its lines wait in memory. */
static bool wait_for_room(struct loop *l, const struct error *err)
{
	if (l->driver->stuck(l->self) == EIO)
		return false;
	if (!l->full && l->driver->message)
		l->driver->message(l->self, err->text);
	l->full = true;
	return true;
}

static bool commit_or_wait(struct loop *l, struct error *err)
{
	if (!commit(l, false, err))
		return wait_for_room(l, err);
	l->full = false;
	return true;
}

/* Nothing runs any more; what found no room on the disk gets a few more chances. */
static bool last_commit(struct loop *l, struct error *err)
{
	while (l->tries < LAST_TRIES) {
		if (l->full || l->tries)
			poll(NULL, 0, 1000);
		l->tries++;
		if (commit(l, true, err)) {
			l->tries -= !l->full;
			return true;
		}
		if (l->driver->stuck(l->self) == EIO)
			return false;
	}
	return false;
}

static struct task *free_task(struct loop *l)
{
	struct task *t = l->tasks;

	while (t->busy)
		t++;
	return t;
}

/* A run that cannot begin for want of room is queued again. */
static void put_back(struct loop *l, struct task *t, const struct error *err)
{
	if (!l->full && l->driver->message)
		l->driver->message(l->self, err->text);
	l->full = true;
	t->busy = false;
	happen(l, t, (struct event){.kind = EVENT_CUT});
}

static bool start(struct loop *l, struct task *t, struct error *err)
{
	assert(t->run != NULL); /* the driver's task is whole */
	t->busy = true;
	fleet_keep_logs(l->fleet, t);
	happen(l, t,
	       (struct event){.kind = EVENT_START,
	                      .as.start = {.seed = t->run->seed,
	                                   .attempt = t->run->attempts + !t->adopt,
	                                   .budget = t->run->budget,
	                                   .keeps = t->run->n_reports > 0}});
	/* A look at the test data is on the disk before it happens. */
	if (!commit(l, t->phase == PHASE_TEST, err)) {
		if (l->driver->stuck(l->self) == EIO)
			return false;
		put_back(l, t, err);
		return true;
	}
	errno = 0;
	if (!fleet_start(l->fleet, t, err)) {
		if (errno != ENOSPC && errno != EDQUOT)
			return false;
		put_back(l, t, err);
		return true;
	}
	l->tries = 0;
	if (l->driver->started)
		l->driver->started(l->self, t);
	return true;
}

/* The next run is not to begin yet: by the rate, or, where the driver that it ended
 * under is gone, by its own back-off. Others are not asked for until then. */
static bool must_wait(struct loop *l, const struct task *t)
{
	double wait = fmax(rate_wait(l), pace_left(t->run, now(l)));

	l->hold = wait > 0 ? clock_now() + clock_nanoseconds(wait) : 0;
	return l->hold != 0;
}

static bool fill_slots(struct loop *l, struct error *err)
{
	while (!l->full && fleet_room(l->fleet) && clock_now() >= l->hold &&
	       !fleet_is_due(l->fleet)) {
		struct task *t = free_task(l);

		l->hold = 0;

		*t = (struct task){0};
		switch (l->driver->next(l->self, t, err)) {
		case NEXT_NONE: return true;
		case NEXT_ERROR: return false;
		case NEXT_TASK: break;
		}
		if (must_wait(l, t))
			return true;
		if (!start(l, t, err))
			return false;
	}
	return true;
}

static bool take_report(struct loop *l, const struct fleet_event *e, struct error *err)
{
	happen(l, e->task,
	       (struct event){.kind = EVENT_REPORT, .as.report = e->report});
	return !l->driver->reported ||
	       l->driver->reported(l->self, e->task, &e->report, err);
}

/* Is one that has to wait to be launched then? */
static bool is_wanted(const struct loop *l, const struct task *t)
{
	return !l->driver->wanted || l->driver->wanted(l->self, t);
}

/* It keeps its slot: who is told that there is too much to do does not send others. */
static void hold(struct loop *l, struct task *t, double wait)
{
	t->busy = true;
	fleet_hold(l->fleet, t, clock_now() + clock_nanoseconds(wait));
}

static bool take_due(struct loop *l, struct task *t, struct error *err)
{
	double wait = l->full ? 1 : rate_wait(l);

	t->judged = false;
	t->trouble = (struct answer_trouble){0};
	if (wait > 0) {
		hold(l, t, wait);
	} else if (is_wanted(l, t)) {
		return start(l, t, err);
	} else {
		t->busy = false;
		happen(l, t, (struct event){.kind = EVENT_CUT});
	}
	return true;
}

static void take_end(struct loop *l, const struct fleet_event *e)
{
	struct task *t = e->task;
	struct run_end end = e->end;
	double wait = 0;
	bool again;

	if (l->driver->conclude)
		l->driver->conclude(l->self, t, &end);
	again = run_again(t->run, e->result, l->retries, &end);
	if (again && end.outcome == OUTCOME_PREEMPTED && !e->result->taken)
		wait = pace_backoff(l->fleet->spec, t->run, t->key);
	t->busy = false;
	happen(l, t,
	       (struct event){.kind = EVENT_END,
	                      .as.end = {.facts = &end,
	                                 .outcome = end.outcome,
	                                 .again = again,
	                                 .wait = wait}});
	if (wait > 0 && is_wanted(l, t))
		hold(l, t, wait);
	else if (wait > 0)
		happen(l, t, (struct event){.kind = EVENT_CUT});
	if (l->driver->ended)
		l->driver->ended(l->self, t, e->result, again);
}

static void take_cut(struct loop *l, const struct fleet_event *e)
{
	e->task->busy = false;
	happen(l, e->task,
	       (struct event){.kind = EVENT_CUT, .as.cost = e->result->cost});
	if (l->driver->cut)
		l->driver->cut(l->self, e->task, e->result);
}

static bool take(struct loop *l, const struct fleet_event *e, struct error *err)
{
	const struct driver *d = l->driver;

	switch (e->kind) {
	case FLEET_REPORT: return take_report(l, e, err);
	case FLEET_LATE:
		if (d->late)
			d->late(l->self, e->task, &e->report);
		break;
	case FLEET_STOPPED:
	case FLEET_FINISHED: take_end(l, e); break;
	case FLEET_DUE: return take_due(l, e->task, err);
	case FLEET_CUT: take_cut(l, e); break;
	case FLEET_SIGNAL:
		if (d->signalled)
			d->signalled(l->self);
		break;
	case FLEET_TICK:
		if (d->tick)
			d->tick(l->self);
		break;
	}
	return true;
}

static int64_t next_deadline(const struct loop *l)
{
	int64_t at = l->driver->deadline ? l->driver->deadline(l->self) : INT64_MAX;
	int64_t retry = clock_now() + CLOCK_SECOND;
	int stuck = l->driver->stuck ? l->driver->stuck(l->self) : 0;

	at = l->hold && l->hold < at ? l->hold : at;

	return stuck && stuck != EIO && retry < at ? retry : at;
}

/* Agents that will have nothing to do are not asked for. */
static size_t expect(const struct loop *l)
{
	const struct runner *r = l->fleet->runner;
	size_t left = SIZE_MAX;

	if (!r->type->expect)
		return left;
	left = l->driver->left ? l->driver->left(l->self) : left;
	r->type->expect(r->self, left);
	return left;
}

/* Nothing runs, and as far as is known nothing will: no agent is waited for to learn
 * what the driver makes of that. Does it go on all the same? */
static bool goes_on(struct loop *l, bool *more, struct error *err)
{
	struct task *t = free_task(l);
	enum next next;

	*t = (struct task){0};
	next = l->driver->next(l->self, t, err);
	*more = next == NEXT_TASK;
	return next == NEXT_NONE || (next == NEXT_TASK && start(l, t, err));
}

bool loop_run(struct loop *l, struct error *err)
{
	for (;;) {
		struct fleet_event e;
		bool waits, holds, more = false;

		if (!fill_slots(l, err))
			return false;
		if (l->fleet->left)
			return commit(l, true, err);
		holds = l->hold && l->fleet->stage == FLEET_OPEN;
		waits = fleet_expects(l->fleet) || holds;
		if (!expect(l) && !holds && waits && !l->full && !l->fleet->busy) {
			if (!goes_on(l, &more, err))
				return false;
			waits = more;
		}
		if (!l->fleet->busy && (l->full || !waits)) {
			if (!last_commit(l, err))
				return false;
			if (!l->full)
				return true;
			l->full = false; /* there is room again */
			continue;
		}
		if (!fleet_wait(l->fleet, next_deadline(l), &e, err) ||
		    !take(l, &e, err) || !commit_or_wait(l, err) ||
		    (l->driver->turned && !l->driver->turned(l->self, err)))
			return false;
	}
}
