/* A trial (one configuration) and its runs (one execution each, with one seed). There
 * is no place here for a test metric: what a strategy can reach never holds one. */
#ifndef HPS_SEARCH_TRIAL_H
#define HPS_SEARCH_TRIAL_H

#include "config/spec.h"
#include "run/runner.h"
#include "strategy/strategy.h"

enum outcome {
	OUTCOME_NONE, /* not finished */
	OUTCOME_OK,
	OUTCOME_STOPPED, /* by an early-stopping rule */
	OUTCOME_FAILED,  /* non-zero exit */
	OUTCOME_TIMEOUT,
	OUTCOME_KILLED, /* by a signal that was not ours */
	OUTCOME_OOM,    /* SIGKILL that was not ours, or it said so */
	OUTCOME_NO_METRIC,
	OUTCOME_DIVERGED, /* the metric is not finite */
	OUTCOME_INFEASIBLE,
	OUTCOME_PREEMPTED /* exit 75: queued again */
};
const char *outcome_name(enum outcome o);
bool outcome_find(const char *name, enum outcome *o);

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_FINISHED };

/* Reports kept per run; beyond that the first ones and the latest. */
enum { RUN_REPORTS_MAX = 10000, RUN_REPORTS_LATEST = 1024 };

struct run {
	enum run_state state;
	uint64_t seed;
	unsigned attempts; /* starts so far */
	unsigned failures; /* attempts that ended in a failure */
	enum outcome outcome;
	double value; /* the metric, reduced; NaN without one */
	int exit, signal;
	double wall, user, sys;
	int64_t maxrss;
	double cost;
	const char *reason; /* in a few words; NULL: none */
	double started;     /* seconds since 1970; 0: never */
	double budget;      /* steps it is told to take; 0: it is told nothing */
	unsigned leg;       /* promotions so far: it goes on where it was paused */
	bool goes_on;       /* launched again so, and has not reported since */
	struct usage {
		double wall, user, sys;
	} before; /* of the legs that are over, in wall, user and sys too */
	struct report *reports; /* (n_reports), malloc */
	size_t n_reports, cap_reports;
	size_t reports_total; /* including those not kept */
	struct reduction {    /* the metric over all reports of this attempt */
		double last, best;
		size_t n; /* finite and not */
	} reduction;
};

enum origin { ORIGIN_STRATEGY, ORIGIN_BASELINE, ORIGIN_WARM_START };
const char *origin_name(enum origin o);
/* Whatever is none is the strategy's. */
enum origin origin_find(const char *name);

struct trial {
	uint64_t id;
	enum origin origin;
	const struct coord *point;         /* (space.n) */
	const struct value *const *values; /* (space.n), NULL = inactive */
	struct run *runs;                  /* (n_runs), arena */
	size_t n_runs;
	uint64_t seen; /* the proposal knew the sightings 1 … seen (strategy.h) */
	double cost_weight; /* … and took this much account of costs */
	uint64_t order;     /* of the sighting of its end (deterministic: id + 1); 0: it
	                     * has not ended */
	enum outcome outcome; /* of the whole; NONE while it is not finished */
	double value;         /* mean over its runs when OK; NaN else */
	double stderr_;       /* NaN with one run */
	uint64_t rank;        /* from 1, equal values sharing one; 0: not ranked */
	const char *reason;
};

/* Draws a run's outcome from the facts. metric_wanted: a search without one calls exit
 * 0 OK. The reason (may stay NULL) is put into arena a. */
enum outcome run_classify(const struct run *r, const struct run_result *res,
                          const struct spec *s, struct arena *a, const char **reason);
/* Makes a run ready for a launch: what it reported before counts only where it goes on
 * from a checkpoint (leg > 0), up to the step where that turns out to begin. */
void run_begin(struct run *r);
/* The next leg of a paused run. */
void run_promote(struct run *r, double budget);
/* Takes a report into the run (bounded). */
void run_report(struct run *r, struct report rep, enum goal goal);
/* The metric of a finished run by the reduce rule; NaN where there is none. */
double run_value(const struct run *r, const struct metric *m);
/* Outcome, value, stderr and reason of a trial from its runs. True when it is finished:
 * all runs are, or one of them is not ok. */
bool trial_settle(struct trial *t);

/* The seed of run r of a trial, of repetition r of the verification (the same for every
 * candidate: paired). In 0 … 2^31-1, since NumPy and others take no more. */
uint64_t seed_of_run(uint64_t seed, uint64_t trial, uint64_t run);
uint64_t seed_of_verification(uint64_t seed, uint64_t run);

#endif
