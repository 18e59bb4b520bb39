/* Executions on their way: from (values, seed, folder) to a job, its events, and an
 * outcome. The search, the verification and `reproduce` all run their trainings through
 * a fleet; what they do with an outcome is theirs.
 *
 * Pull: fleet_start while there is room, then fleet_wait for one event. */
#ifndef HPS_STUDY_FLEET_H
#define HPS_STUDY_FLEET_H

#include "study/task.h"

enum fleet_event_kind {
	FLEET_REPORT,   /* it printed the metric */
	FLEET_LATE,     /* the same of a task whose end is decided: it does not count */
	FLEET_FINISHED, /* it ended by itself: see end */
	FLEET_STOPPED,  /* it was stopped (and may have ended by itself just then): see
	                 * end, whose outcome is the owner's to say */
	FLEET_DUE,      /* one that was held may be launched, and is held no more */
	FLEET_CUT,    /* we ended it (winding down), or the machine failed: once more */
	FLEET_SIGNAL, /* a signal; the fleet has acted on it: see stage */
	FLEET_TICK    /* the deadline passed */
};

/* What signals have asked for so far. */
enum fleet_stage { FLEET_OPEN, FLEET_DRAIN, FLEET_STOP, FLEET_KILL };

struct fleet_event {
	enum fleet_event_kind kind;
	struct task *task;
	struct report report;
	struct run_end end; /* FINISHED, STOPPED */
	const struct run_result
	    *result; /* FINISHED, STOPPED, CUT; until the next wait */
	int signal;
};

struct fleet {
	const struct spec *spec;
	struct runner *runner;
	const char *dir;     /* absolute; NULL: folders are not written (tests) */
	const char *cwd;     /* absolute: where we are */
	const char *home;    /* absolute: where the commands run */
	struct task **slots; /* (runner->slots), NULL = free */
	uint64_t *tickets;   /* (runner->slots) */
	uint64_t next_ticket;
	size_t busy;
	bool equipped; /* what scripts of other trackers need is in dir */
	bool held; /* the machine failed a run: none begins until another has ended */
	enum fleet_stage stage;
	bool left;  /* what runs was let go: another driver will adopt it */
	int signal; /* the first that asked us to end */
	struct arena scratch;
	struct arena *arena; /* for reasons; the search's */
	struct runner_event event;
};

void fleet_init(struct fleet *f, const struct spec *spec, struct runner *runner,
                const char *dir, struct arena *arena);
void fleet_free(struct fleet *f);

bool fleet_room(const struct fleet *f);
/* Nothing runs, and there is no room yet: agents are being started. */
bool fleet_expects(const struct fleet *f);
/* Before a run is started: logs of its earlier attempts get the attempt's number. From
 * then on a log without one is of the attempt that the journal has last. Not where the
 * runner still has that attempt, and will adopt it. */
void fleet_keep_logs(const struct fleet *f, struct task *t);
/* The run has been started (EVENT_START), and that is written down. Prepares the folder
 * (config.json, cmd), expands the command, starts it. */
bool fleet_start(struct fleet *f, struct task *t, struct error *err);
/* A task that is not to be launched before `due` (clock_now) takes a slot and waits in
 * it: FLEET_DUE comes then; FLEET_STOPPED, FLEET_CUT at once where it is stopped, or
 * nothing new is to begin. */
void fleet_hold(struct fleet *f, struct task *t, int64_t due);
/* Is the time of one that is held over? */
bool fleet_is_due(const struct fleet *f);
/* Asks for the end of one task, whose FLEET_STOPPED comes later. */
void fleet_stop(struct fleet *f, struct task *t);
bool fleet_wait(struct fleet *f, int64_t deadline, struct fleet_event *out,
                struct error *err);
/* Moves to a stage at least: STOP and KILL reach every running task. */
void fleet_wind_down(struct fleet *f, enum fleet_stage stage);

#endif
