/* The one loop over a fleet: tasks are asked for while there is room, started, watched,
 * and what happens to them is made an event. The search, its verification, `reproduce`
 * and `check --run` drive it; retries, a full disk and signals are the same in all.
 *
 *   loop_init, loop_run, loop_free
 */
#ifndef HPS_STUDY_LOOP_H
#define HPS_STUDY_LOOP_H

#include "search/pace.h"
#include "study/fleet.h"

enum next { NEXT_TASK, NEXT_NONE, NEXT_ERROR };

/* What a driver does; any but next may be NULL. */
struct driver {
	/* The next run to start, into *t (all but busy). NONE: none now; when none runs
	 * either, the loop is at its end. */
	enum next (*next)(void *self, struct task *t, struct error *err);
	/* Writes an event of a task down and applies it; NULL: run_apply to its run. */
	void (*happen)(void *self, const struct event *e);
	/* See study/apply.h: study_commit, study_stuck. */
	bool (*commit)(void *self, bool sync_now, struct error *err);
	int (*stuck)(void *self);
	void (*started)(void *self, struct task *t);
	/* Behind a report, which has happened: may judge the task. */
	bool (*reported)(void *self, struct task *t, const struct report *rep,
	                 struct error *err);
	void (*late)(void *self, struct task *t, const struct report *rep);
	/* Before the end of a task happens: its outcome, where it has a say in it. */
	void (*conclude)(void *self, struct task *t, struct run_end *end);
	/* Behind it. again: the run is queued once more. */
	void (*ended)(void *self, struct task *t, const struct run_result *res,
	              bool again);
	void (*cut)(void *self, struct task *t, const struct run_result *res);
	void (*signalled)(void *self);
	void (*tick)(void *self);
	/* When tick is due, or anything else of the driver's; INT64_MAX: never. */
	int64_t (*deadline)(void *self);
	/* No more than so many runs may yet begin. NULL: that is not known. */
	size_t (*left)(void *self);
	/* The time that back-off and rate are told by, and the rate's state
	 * (search/pace.h); NULL: the clock on the wall, and one of the loop's own. */
	double (*now)(void *self);
	struct pace *(*pace)(void *self);
	/* Is a task that has to wait, or has waited, still to run? NULL: it is. */
	bool (*wanted)(void *self, const struct task *t);
	/* At the end of every turn. */
	bool (*turned)(void *self, struct error *err);
	void (*message)(void *self, const char *text);
};

struct loop {
	struct fleet *fleet;
	const struct driver *driver;
	void *self;         /* the driver's */
	struct task *tasks; /* (fleet->runner->slots) */
	size_t retries;     /* of a run that fails */
	struct pace own;
	int64_t hold;   /* no run begins before (clock_now); 0: they may */
	bool full;      /* the disk: nothing is launched until it has room */
	unsigned tries; /* to write something, since the last start */
};

void loop_init(struct loop *l, struct fleet *fleet, const struct driver *driver,
               void *self);
void loop_free(struct loop *l);
/* Until there is nothing to start and nothing runs. False: the machine failed; whatever
 * was finished has happened. */
bool loop_run(struct loop *l, struct error *err);

#endif
