/* Early stopping in the loop: from a report to a decision in the journal, from there to
 * the end of a run. Every function does nothing where the file asks for no rule. */
#ifndef HPS_STUDY_STOPPING_H
#define HPS_STUDY_STOPPING_H

#include "base/json.h"
#include "study/study.h"

bool stopping_init(struct study *s, struct error *err);

/* A report of a task, already in the journal: asks the rule; a stop is written, and the
 * task told, in that order. */
bool stopping_report(struct study *s, struct task *t, struct error *err);
/* A report behind the decision: a run that goes on beyond its budget is stopped. */
void stopping_late(struct study *s, struct task *t, const struct report *rep);
/* Has a rule stopped it for good? */
bool stopping_stopped(const struct study *s, const struct trial *t, size_t run);
/* The run is over, by itself or stopped: its outcome, where a decision or its budget
 * has a say in it. */
void stopping_end(struct study *s, struct task *t);
/* The next paused run that goes on, queued; NULL: none. last: nothing runs and no new
 * trial will come. */
struct trial *stopping_promote(struct study *s, bool last);

/* Completes the last sighting of a trial: how far it had come; a trial that was stopped
 * or paused: what it had reached. */
void stopping_seen(const struct study *s, const struct trial *t, struct sighting *end);
/* After a report of run 0: a sighting, where the curve has come to a mark. */
void stopping_learn(struct study *s, struct trial *t);

/* Reading a journal: a decision; then what was decided but not over when it ended. */
bool stopping_apply(struct study *s, struct trial *t, size_t run, const cJSON *e,
                    struct error *err);
void stopping_resume(struct study *s);

/* A decision as members of a JSON object, and back; values in the metric's sign. */
void judgement_json(const struct judgement *j, struct str *out);
bool judgement_read(const cJSON *e, enum decision decision, struct arena *a,
                    struct judgement *out);
void stopping_write_decision(const struct monitor_event *e, struct str *out);
bool stopping_read_decision(const cJSON *e, struct arena *a, struct monitor_event *out,
                            struct error *err);

/* Fills in the outcome and the reason (in arena a) of a run that a decision ended; one
 * that had converged, and has its value, is ok. */
void decision_conclude(const struct study *s, struct run *r,
                       const struct judgement *why, struct arena *a);
/* The decision that ended a run, or NULL. */
const struct judgement *decision_why(const struct study *s, const struct trial *t,
                                     size_t run);
/* The member "early_terminate" of a results file, behind a comma, where there is a
 * screen: what it came to, and the log from which every decision can be made again, up
 * to its bracket; its event i; and all of it read back. */
void stopping_results(const struct study *s, struct str *out);
void stopping_results_event(const struct study *s, size_t i, struct str *out);
bool stopping_load(struct study *s, const cJSON *early, struct error *err);

/* What it came to, for the summary. */
struct savings {
	uint64_t runs;            /* watched and over */
	uint64_t stopped;         /* for good */
	uint64_t converged;       /* ended by patience, and ok */
	uint64_t paused;          /* never promoted again */
	uint64_t promotions;      /* all of them */
	double steps, full_steps; /* taken; had every run gone to its end. NaN: it is
	                           * not known how long a run is */
	double wall, full_wall;   /* the same in seconds, extrapolated */
	/* the control group */
	uint64_t control, control_ok, would_stop, would_win;
	/* do the first rung and the end agree? */
	double low, high, correlation; /* the largest steps compared; NaN: too few */
	size_t pairs;
};
struct savings savings_of(const struct study *s);

#endif
