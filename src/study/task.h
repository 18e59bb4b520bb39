/* A task, from (values, seed, folder) to a job: its words, its environment, what stands
 * in its folder before it begins. */
#ifndef HPS_STUDY_TASK_H
#define HPS_STUDY_TASK_H

#include "search/trial.h"
#include "study/answering.h"

struct fleet;

/* One execution. The owner keeps it alive until its FLEET_FINISHED, FLEET_STOPPED or
 * FLEET_CUT. */
struct task {
	const struct trial *trial; /* whose values; its id is what the child is told */
	uint64_t key;              /* of its trial or candidate, in events */
	enum phase phase;
	size_t index;                  /* number of the run in its trial */
	struct run *run;               /* events of the task are applied to it */
	const struct command *command; /* as written; macros are expanded here */
	const struct metric *metric;
	enum texts texts; /* of the search, as far as that is known */
	bool judged;      /* its end is decided: reports come as FLEET_LATE */
	bool stopped;     /* by fleet_stop */
	char folder[64];  /* below the fleet's directory: "trials/0017/r0" */
	struct answer_trouble trouble; /* of a run with items */
	bool busy;                     /* from its start to its end */
	int64_t due; /* held: when (clock_now) it may be launched; 0: it is not */
	bool adopt;  /* it may still be under way, for an earlier driver: see
	              * fleet_keep_logs */
};

/* Names the folder, by phase, key and index. */
void task_folder(struct task *t);
/* A file of the folder, as we see it. */
const char *task_path(const struct fleet *f, const struct task *t, const char *file,
                      struct arena *a);
/* The words of the command that a task would run; for --dry-run and cmd. */
const char *const *task_argv(const struct fleet *f, const struct task *t,
                             struct arena *a, struct error *err);
/* What is started in a slot, all but its ticket; in f->scratch. Prepares the folder
 * (config.json, cmd), unless an earlier driver has. */
bool task_job(struct fleet *f, const struct task *t, size_t slot, struct job *job,
              struct error *err);
/* A run's YAML as JSON, for metric.file. */
bool task_yaml(const char *text, size_t n, struct str *out);

#endif
