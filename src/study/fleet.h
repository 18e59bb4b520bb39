/* Executions on their way: from (values, seed, folder) to a job, its events, and an
 * outcome. The search, the verification and `reproduce` all run their trainings through
 * a fleet; what they do with an outcome is theirs.
 *
 * Pull: fleet_start while there is room, then fleet_wait for one event. */
#ifndef HPS_STUDY_FLEET_H
#define HPS_STUDY_FLEET_H

#include "search/trial.h"

/* One execution. The owner keeps it alive until its TASK_FINISHED. */
struct task {
	const struct trial *trial; /* whose values; its id is what the child is told */
	size_t index;              /* number of the run in its trial */
	struct run *run;           /* filled in: reports, outcome, value, measures */
	const struct command *command; /* as written; macros are expanded here */
	const struct metric *metric;
	const char *split; /* HPSEARCH_SPLIT: "valid" or "test" */
	bool judged;       /* its end is decided: reports come as FLEET_LATE */
	bool stopped;      /* by fleet_stop */
	char folder[64];   /* below the fleet's directory: "trials/0017/r0" */
	void *owner;       /* for the caller */
};

enum fleet_event_kind {
	FLEET_REPORT,   /* task->run has the report already */
	FLEET_LATE,     /* a report of a task whose end is decided; its run is as before
	                 */
	FLEET_FINISHED, /* task->run has outcome, value and measures */
	FLEET_STOPPED,  /* it was stopped (and may have ended by itself just then):
	                 * task->run has value and measures, the outcome is the owner's
	                 */
	FLEET_CUT,      /* we ended it (winding down): its run is QUEUED again */
	FLEET_SIGNAL,   /* a signal; the fleet has acted on it: see stage */
	FLEET_TICK      /* the deadline passed */
};

/* What signals have asked for so far. */
enum fleet_stage { FLEET_OPEN, FLEET_DRAIN, FLEET_STOP, FLEET_KILL };

struct fleet_event {
	enum fleet_event_kind kind;
	struct task *task;
	struct report report;
	const struct run_result *result; /* FINISHED, CUT; valid until the next wait */
	int signal;
};

struct fleet {
	const struct spec *spec;
	struct runner *runner;
	const char *dir;     /* absolute; NULL: folders are not written (tests) */
	const char *cwd;     /* absolute: where the commands run */
	struct task **slots; /* (runner->slots), NULL = free */
	uint64_t *tickets;   /* (runner->slots) */
	uint64_t next_ticket;
	size_t busy;
	bool held; /* the machine failed a run: none begins until another has ended */
	enum fleet_stage stage;
	int signal; /* the first that asked us to end */
	struct arena scratch;
	struct arena *arena; /* for reasons; the study's */
	struct runner_event event;
};

void fleet_init(struct fleet *f, const struct spec *spec, struct runner *runner,
                const char *dir, struct arena *arena);
void fleet_free(struct fleet *f);

bool fleet_room(const struct fleet *f);
/* The caller has journalled the start. Prepares the folder (config.json, cmd), expands
 * the command, starts it. */
bool fleet_start(struct fleet *f, struct task *t, struct error *err);
/* Marks the run as started: attempt, time, reports reset. Call before journalling it.
 */
void fleet_begin(struct task *t);
/* Asks for the end of one task, whose FLEET_STOPPED comes later. */
void fleet_stop(struct fleet *f, struct task *t);
bool fleet_wait(struct fleet *f, int64_t deadline, struct fleet_event *out,
                struct error *err);
/* Moves to a stage at least: STOP and KILL reach every running task. */
void fleet_wind_down(struct fleet *f, enum fleet_stage stage);

/* The words of the command that a task would run; for --dry-run and cmd. */
const char *const *fleet_argv(const struct fleet *f, const struct task *t,
                              struct arena *a, struct error *err);

#endif
