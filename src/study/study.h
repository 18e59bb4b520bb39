/* One search: its trials, and the loop that makes, runs and records them. */
#ifndef HPS_STUDY_STUDY_H
#define HPS_STUDY_STUDY_H

#include "early/monitor.h"
#include "record/journal.h"
#include "search/trial.h"
#include "search/verdict.h"
#include "search/warm.h"
#include "strategy/advice.h"
#include "study/fleet.h"

/* How a search ended, or why it is not finished. */
enum search_state {
	SEARCH_RUNNING,
	SEARCH_DONE,        /* the cap, the space or a stopping rule: see `why` */
	SEARCH_BUDGET,      /* budget.time or budget.cost is spent */
	SEARCH_INTERRUPTED, /* a signal: see `signal` */
	SEARCH_CONTRACT, /* the first finished run had no metric, or no such command */
	SEARCH_GUARD     /* the failure guard */
};
const char *search_state_name(enum search_state s);

/* Who wants to know what happens (the progress display). Any member may be NULL. */
struct observer {
	void *self;
	void (*started)(void *self, const struct trial *t, size_t run);
	void (*reported)(void *self, const struct trial *t, size_t run,
	                 const struct report *rep);
	void (*finished)(void *self, const struct trial *t, size_t run); /* a run */
	/* Queued again; NONE: it was cut short, through no fault of its own. */
	void (*retrying)(void *self, const struct trial *t, size_t run, enum outcome o);
	void (*winding_down)(void *self, enum fleet_stage stage);
	void (*verifying)(void *self, const struct verdict *v, enum phase phase,
	                  size_t done, size_t all);
	void (*tick)(void *self); /* about every `tick_every` ns, to redraw */
	int64_t tick_every;       /* 0: never */
	void (*message)(void *self, const char *text);
};

/* Where a search comes from: what its journal opens with and its results file carries.
 */
struct search_origin {
	const char *set[32]; /* --set texts */
	size_t n_set;
	const char *command; /* --command, or NULL */
	const char *chosen;  /* method: auto, the strategy that it is; NULL: not yet */
	uint64_t max_trials; /* -n of the latest session; 0: not given */
	const char *host, *git; /* "" when unknown; git of the first session */
	const char *version;    /* hpsearch's */
	double started;         /* seconds since 1970 */
	const char *yaml;       /* the file's text */
	const char *path;       /* the file's name as given */
};

struct study {
	const struct spec *spec;
	struct search_origin origin;
	const char *dir; /* the search's directory, absolute; NULL: none */
	const struct strategy_type *type;
	void *strategy;         /* its state */
	const char *chosen_why; /* one sentence, of a choice just made; else NULL */
	uint64_t cap;           /* trials at the most */
	size_t parallel;        /* runs at once */
	struct trial **trials;  /* (n), by id */
	struct seen *seen;      /* (n), what the strategy may know */
	size_t n, cap_trials;
	const struct coord
	    *baseline;           /* the defaults as a point; NULL: none are given */
	struct journal *journal; /* NULL: nothing is written */
	struct fleet fleet;
	struct observer watch;
	enum search_state state;
	const char *why; /* one sentence on how it ended */
	int signal;      /* the one that interrupted it */
	struct verdict verdict;
	struct warm warm;        /* what it starts from */
	struct advice advice;    /* at the end of a session */
	struct monitor *monitor; /* early stopping; NULL: none is asked for */

	/* running totals */
	uint64_t ok, finished; /* trials */
	uint64_t learnt;       /* sightings of trials so far */
	uint64_t runs_done;
	uint64_t outcomes[OUTCOME_PREEMPTED + 1]; /* trials by outcome */
	double cost;
	double elapsed_before; /* seconds of earlier sessions */
	int64_t started;       /* clock_now when it was begun or continued; 0: not */
	double
	    wall_epoch; /* clock_wall - clock_now when it was made: times in the journal
	                 * are of a stop-watch, whatever becomes of the clock */
	double ended;   /* seconds since 1970 of the last event */
	struct trial *best;  /* NULL: none yet */
	uint64_t since_best; /* trials finished after the best one */
	bool any_report;     /* some run has printed the metric */

	/* private to study/ */
	uint64_t advised;    /* stop: auto: trials when that was last asked */
	const char *no_more; /* why no further trial is proposed; NULL: it is */
	size_t first_open;   /* every trial below is settled */
	uint64_t *open;      /* (n_open) ids of those that are not, rising */
	size_t n_open, cap_open;
	/* of the failure guard */
	uint64_t session_failures, session_stopped, session_runs;
	struct first_run {
		const struct trial *trial; /* NULL: none yet */
		size_t run;
		const char *shown;     /* what it printed, and where */
	} first_failed, first_stopped; /* of this session */
	bool finish_recorded;
	double session_start, last_time; /* while a journal is read */
	struct task *tasks;              /* (slots) */
	int64_t sync_at, write_at;       /* when the journal, the results are due */
	int64_t write_cost;
	struct str line;
	struct arena arena; /* study lifetime */
	struct arena scratch;
};

struct study_options {
	const char *dir; /* NULL: nothing is written (tests, --dry-run) */
	struct search_origin origin;
	uint64_t max_trials; /* 0: as in the spec */
	struct observer watch;
};

/* Prepares an empty search: strategy, baseline, cap. Refuses what is not built yet. */
bool study_init(struct study *s, const struct spec *spec, const struct study_options *o,
                struct error *err);
void study_free(struct study *s);
/* method: auto was found to be this when the search began (NULL: not recorded). */
bool study_choose(struct study *s, const char *chosen, struct error *err);

/* s->warm is complete: the strategy begins again with it. */
bool study_warm(struct study *s, struct error *err);

/* Opens the directory for writing: a new journal, or the one that is there, whose
 * trials are taken over (a run that was under way is queued again). The lock must be
 * held. A search of another file is refused, with the difference and the way out. */
bool study_open(struct study *s, bool retry_failed, struct error *err);
/* Only reads: the journal of s->dir into the trials. */
bool study_load(struct study *s, struct error *err);

/* The spec that an origin stands for (its yaml, path, set, command). */
bool origin_spec(const struct search_origin *o, struct spec *spec, struct arena *a,
                 struct error *err);
/* The origin that a journal's "search" event, or the like, carries; all in arena a. */
bool origin_read(const cJSON *event, struct search_origin *o, struct arena *a,
                 struct error *err);

/* Runs it until it ends (s->state, s->why). False only when the machine fails: whatever
 * was finished is in the journal. */
bool study_run(struct study *s, struct runner *r, struct error *err);

/* The strategy's next trial, appended to trials, not journalled; for the loop,
 * --dry-run and replay. *why: the sentence that goes with DONE. */
enum ask study_propose(struct study *s, struct trial **out, const char **why,
                       struct error *err);
/* The same for a strategy that knows the sightings 1 … seen. */
enum ask study_propose_at(struct study *s, uint64_t seen, double cost_weight,
                          struct trial **out, const char **why, struct error *err);
/* How many trials had finished, as far as the proposal of t knew. */
size_t study_known(const struct study *s, const struct trial *t);
/* What was behind the proposal of a trial; values in the metric's own sense. */
void study_explain(const struct study *s, const struct trial *t, struct belief *out);
/* Adds a trial with a known point (from a journal or a results file). */
struct trial *search_add(struct study *s, const struct coord *point, enum origin origin,
                         uint64_t seen);
/* 1, or -1 where the metric is maximized: values times this are minimized. */
double search_sign(const struct study *s);
/* The strategy may know this of a trial from now on; order is given to it unless it has
 * one. */
void search_learn(struct study *s, struct trial *t, struct sighting sighting);
/* Takes a settled trial into totals, best and the strategy's view. */
void search_settle(struct study *s, struct trial *t);
/* Runs that were under way when a session ended are to be done again; a trial that
 * waited only for such a run to be a failed one is settled. */
void search_requeue_interrupted(struct study *s);
/* The opposite, when a settled trial gets another chance (--retry-failed). */
void search_reopen(struct study *s, struct trial *t);

/* Fills rank of every trial and returns the trials in rank order, (n) in arena a: ok
 * ones by value (equal ones by id, and sharing a rank), then the others by id. */
struct trial **search_rank(struct study *s, struct arena *a);
double search_elapsed(const struct study *s); /* seconds, over all sessions */
double search_now(const struct study *s);     /* seconds since 1970, see wall_epoch */
/* Exit code of a search in this state, before any verdict: 0, 3, 4, 6, 128 + signal. */
int study_exit(const struct study *s);
/* Journal trouble: flush, and sync when the policy says so. */
bool study_commit(struct study *s, bool sync_now, struct error *err);

#endif
