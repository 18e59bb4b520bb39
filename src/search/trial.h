/* A trial (one configuration) and its runs (one execution each, with one seed). There
 * is no place here for a test metric: what a strategy can reach never holds one. */
#ifndef HPS_SEARCH_TRIAL_H
#define HPS_SEARCH_TRIAL_H

#include "config/spec.h"
#include "run/runner.h"
#include "search/steps.h"
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

/* What a run is for: the search, or one of the two parts of its verification. */
enum phase { PHASE_SEARCH, PHASE_RERUN, PHASE_TEST, PHASES };
const char *phase_name(enum phase p); /* "search", "rerun", "test" */

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_FINISHED };

/* Reports kept per run; beyond that the first ones and the latest. */
enum { RUN_REPORTS_MAX = 10000, RUN_REPORTS_LATEST = 1024 };

struct run {
	enum run_state state;
	bool extra;   /* its trial is what the others say until it has ended */
	size_t asked; /* 1 + its place in search.repeats; 0: there from the beginning */
	uint64_t seed;
	unsigned attempts; /* starts so far */
	unsigned over;     /* the latest attempt whose end is known; 0: none */
	unsigned failures; /* attempts that ended in a failure */
	enum outcome outcome;
	double value; /* the metric, reduced; NaN without one */
	int exit, signal;
	double wall, user, sys;
	int64_t maxrss;
	double cost;
	const char *reason; /* in a few words; NULL: none */
	const char *host;   /* where it ran; NULL: where its driver did */
	double started;     /* seconds since 1970; 0: never */
	double budget;      /* steps it is told to take; 0: it is told nothing */
	unsigned leg;       /* promotions so far: it goes on where it was paused */
	bool goes_on;       /* launched again, and has not reported since */
	double lease, due;  /* launched by others: seconds, and since 1970 when it is
	                     * given up; 0: never, or it is over */
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
	struct step_order steps;    /* of its reports */
	size_t unread;              /* lines that held no number for the metric */
	const char *unread_example; /* the first of them; NULL: none */
	const struct scores *items; /* of a test that ended ok; NULL: none */
	const struct series_set
	    *metrics;     /* every number beside the metric; NULL: none */
	const char *note; /* what it said in words, a line each; NULL: nothing */
	size_t from,
	    wanted; /* items: see search/answers.h; wanted 0: it is asked none */
	/* Back-off (search/pace.h): launches in a row that ended with "later", reports
	 * there were when the latest began, and when the next may begin, in seconds
	 * since 1970; 0: at any time. Until then the run is RUNNING: it has its slot.
	 */
	unsigned row;
	size_t had;
	double after;
};

/* How a run ended: the facts that its END carries, over all its launches. */
struct run_end {
	enum outcome outcome;
	double value; /* NaN without the metric */
	int exit, signal;
	double wall, user, sys; /* seconds */
	int64_t maxrss;         /* bytes */
	double cost;
	unsigned failures;
	size_t reports_total;
	double last, best; /* of the metric; NaN without one */
	const char *reason, *host;
	size_t unread;                    /* as in struct run … */
	const char *unread_example;       /* … */
	const struct scores *items;       /* … */
	const struct series_set *metrics; /* … */
	const char *note;                 /* … */
	struct step_order steps;
};

/* Why a trial left the race of items (search/race.h), and when. */
struct leaving {
	uint64_t leader; /* itself: it has not left, but its race has ended early */
	size_t items;    /* that both had answered; of itself: it had */
	double behind; /* the leader's mean over them less its own, in the direction of
	                * the goal: above 0 is worse */
	double at_least; /* and in the population, as sure as level says */
	double level;
};

enum origin {
	ORIGIN_STRATEGY,
	ORIGIN_BASELINE,
	ORIGIN_WARM_START,
	ORIGIN_POINT, /* of the file's list */
	ORIGIN_ADDED  /* by hpsearch add */
};
const char *origin_name(enum origin o);
/* Whatever is none is the strategy's. */
enum origin origin_find(const char *name);

struct trial {
	uint64_t id;
	enum origin origin;
	const char *label;                 /* its name; NULL: none */
	uint64_t added;                    /* ADDED: the line that said it, from 1 */
	const struct coord *point;         /* (space.n) */
	const struct value *const *values; /* (space.n), NULL = inactive */
	struct run *runs;                  /* (n_runs), arena */
	size_t n_runs;
	uint64_t known_upto;     /* the proposal knew the observations 1 … known_upto
	                            (strategy.h) */
	struct thrift thrift;    /* … and took this much account of costs */
	struct lineage line;     /* of a population: search/lineage.h */
	uint64_t interval, root; /* … which of its member's it is, from 0; the trial
	                          * that began what it goes on with: itself, if none */
	uint64_t order; /* of the observation of its end (deterministic: id + 1); 0: it
	                 * has not ended */
	enum outcome outcome;   /* of the whole; NONE while it is not finished */
	double value;           /* mean over its runs when OK; NaN else */
	double stderr_;         /* NaN with one run */
	const double *criteria; /* (2 n_criteria), OK only: means, then their standard
	                         * errors; NULL: it has none */
	const double *further;  /* of those what a strategy may know, as in a struct
	                         * observation */
	uint64_t front;         /* of several objectives, from 1; 0: it has none … */
	double violation;       /* … of limits, 0: they hold (search/standing.h) */
	const char *code; /* what its latest launch trained with; NULL: not said */
	uint64_t rank;    /* from 1, equal values sharing one; 0: not ranked */
	const char *reason;
	const struct leaving *left; /* the race of items (search/race.h); NULL: it has
	                             * not */
};

/* The facts of a run whose launch is over; the reason (may stay NULL) is put into arena
 * a. metric: what it was to print (no name: a search without one calls exit 0 OK). */
struct run_end run_conclude(const struct run *r, const struct run_result *res,
                            const struct metric *m, const struct spec *s,
                            struct arena *a);
/* The numbers beside the metric that a run has said by the end of this launch (log and
 * note: what was said in it; NULL: nothing), into *end; points: curves may have so
 * many. */
void run_measure(const struct run *r, const struct series_log *log, const char *note,
                 size_t points, struct run_end *end, struct arena *a);
/* Of a run that ended well: the outcome is another one where a criterion was not said,
 * or is not finite. A test has to say the objectives alone. */
void run_criteria(const struct spec *s, enum phase phase, struct run_end *end,
                  struct arena *a);
/* The first criterion that the numbers of a run of the search lack; NULL: it has them
 * all. The metric is not looked for. */
const char *run_lacks(const struct spec *s, const struct series_set *set);
/* What a run says of a criterion, the metric (0) reduced; NaN: nothing. */
double run_criterion(const struct spec *s, const struct run *r, size_t criterion);
/* How many points a curve of a trial's run may have: the more trials, the fewer, so
 * that the whole stays bounded: SERIES_POINTS of the first 1000 trials, 20 of those up
 * to 10000, and none beyond. */
size_t trial_points(uint64_t trial);
/* The facts as they stand in a finished run. */
struct run_end run_facts(const struct run *r);
/* What an event (search/event.h) of this run, of any phase, does to it: START makes it
 * ready (what it reported before counts where it goes on from a checkpoint, up to the
 * step where that turns out to begin; a training that begins again begins at or before
 * the first step that it reported), REPORT adds a report (bounded), END, CUT,
 * REQUEUE and PROMOTE give it its new state. */
struct event;
void run_apply(struct run *r, const struct event *e, enum goal goal);
/* What its kept reports give; all of them, where reports_total says no more. */
struct reduction run_reduction(const struct run *r, enum goal goal);
/* The metric of a finished run by the reduce rule; NaN where there is none. */
double run_value(const struct run *r, const struct metric *m);
/* Shall a run that ended so be queued once more? Counts the failure in *end; a run that
 * was pre-empted too often has failed. The one rule, whatever the run is for. */
bool run_again(const struct run *r, const struct run_result *res, size_t retries,
               struct run_end *end);
/* failed, timeout, killed, oom, no_metric: what the failure guard counts. */
bool outcome_is_failure(enum outcome o);
/* Outcome, value, stderr and reason of a trial from its runs. True when it is finished:
 * all runs but extra ones are, or one of them is not ok. */
bool trial_settle(struct trial *t);
/* It has ended ok; it has ended otherwise. */
bool run_is_ok(const struct run *r);
bool run_is_bad(const struct run *r);
/* Its runs that are over, and those that have ended ok. */
size_t trial_runs_over(const struct trial *t);
size_t trial_runs_ok(const struct trial *t);
/* Seconds that its runs took, all together; what they cost. */
double trial_wall(const struct trial *t);
double trial_cost(const struct trial *t);

/* The seed of run r of a trial, of repetition r of the verification (the same for every
 * candidate: paired). In 0 … 2^31-1, since NumPy and others take no more. */
uint64_t seed_of_run(uint64_t seed, uint64_t trial, uint64_t run);
uint64_t seed_of_verification(uint64_t seed, uint64_t run);
/* The seed of a row of an ablation (0) or of the number-th recheck: every configuration
 * has the same, and no other session of either. */
uint64_t seed_of_comparison(uint64_t seed, uint64_t number, uint64_t row);
/* No seed is that large: a START that does not name its own. */
#define SEED_DERIVED UINT64_MAX

#endif
