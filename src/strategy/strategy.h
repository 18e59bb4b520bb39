/* What a strategy is: a function from the history to the next point. Its state is only
 * a cache: thrown away and made again by init, it must give the same answers. So resume
 * is replay, and no strategy has a file format. */
#ifndef HPS_STRATEGY_STRATEGY_H
#define HPS_STRATEGY_STRATEGY_H

#include "base/error.h"
#include "space/space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum known_state {
	KNOWN_PENDING, /* under way: value, if any, is what it had reached at `step` */
	KNOWN_OK,      /* value is the mean over its runs */
	KNOWN_STOPPED, /* stopped early or paused: value is what it had reached, at
	                 `step` */
	KNOWN_INFEASIBLE,
	KNOWN_FAILED /* anything else; no value */
};

const char *known_state_name(enum known_state s);
bool known_state_find(const char *name, enum known_state *out);

/* One thing that was learnt of a trial. */
struct observation {
	uint64_t order; /* it was the order-th in the search, from 1 */
	enum known_state state;
	double value; /* to be minimized: negated where the goal is maximize; or NaN */
	double stderr_; /* of value over repeats; NaN with one run */
	double step;    /* of value; NaN: not known */
	size_t n_runs;  /* finished runs behind value */
	/* Further objectives, to be minimized, then by how much each limit is exceeded
	 * (<= 0: it holds); behind these as many standard errors. OK only; NULL: there
	 * are none. */
	const double *further;
	double cost; /* what its runs say that they have cost; 0: nothing */
	double wall; /* seconds that its runs took; 0: not known */
};

/* How much account a choice takes of what a trial would cost. */
struct thrift {
	double weight; /* 0 … 1: the power of the cost */
	bool of_time;  /* the cost is the time that its runs take, not what they say */
};

/* Where trials go on from one another (method: pbt): of which member of the population
 * a trial is the next interval, and whose checkpoint it begins with. */
struct lineage {
	bool is;      /* false: the search has no population, the rest means nothing */
	bool goes_on; /* false: it is the first of its member, from nothing */
	uint64_t member; /* from 0 */
	uint64_t from;   /* goes_on: the trial whose folder it begins with a copy of */
};

/* What a strategy may know of a trial. No test metric, no process, no file. Nothing
 * that was learnt is taken back: a trial that goes on, or gets another chance, has a
 * observation more. */
struct known {
	const struct coord *point;         /* (space->n) */
	const struct value *const *values; /* (space->n), NULL = inactive */
	struct observation *observations;  /* (n), order rising */
	size_t n;
	struct lineage line;
};

/* Every trial with an id below n, in id order. A proposal may depend on those
 * observations alone whose order is 1 … known_upto, even though more is known since: so
 * a proposal can be made again later. */
struct history {
	const struct known *trials; /* (n) */
	size_t n;
	uint64_t known_upto;
	struct thrift thrift;
	/* Some coordinates of trial id may be given, not chosen; NULL: none are. */
	void (*pin)(const void *self, uint64_t id, struct coord *point);
	const void *pinned; /* its self */
};

/* The state of a trial as a proposal may know it, PENDING when it knows nothing; and
 * the observation that says so, unless NULL. */
enum known_state history_state(const struct history *h, uint64_t id,
                               const struct observation **last);

enum ask { ASK_POINT, ASK_WAIT, ASK_DONE, ASK_ERROR };

/* A trial of an earlier search, placed in this space. */
struct earlier {
	const struct coord *point;         /* (space->n) */
	const struct value *const *values; /* (space->n), NULL = inactive */
	double value; /* to be minimized, in the units of its own search; NaN: failed */
	double stderr_; /* as in a observation */
	size_t n_runs;
	size_t source; /* which search, from 0 */
};

/* The pbt block: members that train in intervals, and what happens between two. */
struct population {
	size_t members;            /* 0: there is none */
	uint64_t interval, length; /* steps: of an interval, of a whole training */
	double quantile;           /* share of the members that copy, and are copied */
	double resample;     /* probability that a parameter is drawn afresh … */
	double low, high;    /* … or else multiplied by one of these */
	const bool *mutates; /* (space->n): which parameters change; NULL: all */
};

struct search;

struct strategy_args {
	const struct space *space;
	uint64_t seed;
	uint64_t budget; /* trials asked for; 0 = no limit */
	size_t parallel;
	bool shuffle; /* grid: visit the cells in a random order */
	bool curves;  /* trials may be seen at a part of their length … */
	double full;  /* … which is so many steps; NaN: not known */
	const struct earlier *earlier; /* (n_earlier), by source; outlive the state */
	size_t n_earlier, n_sources;
	size_t n_objectives, n_limits;    /* as in struct observation; 0 or 1: one */
	const struct coord *const *given; /* (n_given) points that are tried first */
	size_t n_given;
	struct population population;
	const struct search *search; /* for a strategy from outside; no other looks */
};

/* What a strategy thought when it proposed a trial; values as in struct known. */
struct belief {
	enum {
		BELIEF_NONE,    /* it thinks nothing of values */
		BELIEF_DESIGN,  /* even coverage, too little is known yet */
		BELIEF_MODEL,   /* the highest expected improvement */
		BELIEF_FRONT,   /* the same of several objectives, or within limits */
		BELIEF_FALLBACK /* the model found nothing new: an independent draw */
	} how;
	size_t known, pending; /* trials */
	/* FRONT only: of the first objective mean and sd, as of MODEL; and */
	double holds;   /* the probability that the limits hold; 1: there are none */
	size_t n_front; /* trials on the front as the models see it */
	/* MODEL only: */
	double mean, sd;       /* of the value at the point */
	double incumbent;      /* the least mean at a finished trial … */
	uint64_t incumbent_id; /* … this one */
	double improvement;    /* expected, below the incumbent */
	double cost;           /* expected; … */
	struct thrift thrift;  /* … weight 0: it had no part in the choice */
	size_t n_near;         /* the finished trials most alike, */
	struct {
		uint64_t id;
		double correlation; /* by the kernel */
	} near[3];
};

struct strategy_type {
	const char *name;    /* the word in the YAML file */
	const char *summary; /* one line for --help */
	bool adaptive;     /* proposals depend on values, not only on (seed, id) and on
	                    * the points of the trials before */
	size_t state_size; /* bytes of zeroed private state */
	bool (*init)(void *state, const struct strategy_args *args, struct error *err);
	/* The point of trial `id` (space->n coords). h holds at least the trials below
	 * id. WAIT: nothing useful until something finishes. DONE: exhausted; *why is
	 * set to a sentence. Proposed points hold every constraint; random and sobol
	 * repeat no earlier configuration of h. */
	enum ask (*ask)(void *state, const struct history *h, uint64_t id,
	                struct coord *out, const char **why, struct error *err);
	/* What was behind the proposal of trial id, made again; NULL: nothing is to be
	 * said. */
	void (*explain)(void *state, const struct history *h, uint64_t id,
	                struct belief *out);
	/* NULL, or what was behind the point that ask has given last; kept, so that it
	 * costs nothing. */
	const struct belief *(*latest)(const void *state);
	/* NULL, or where the point that ask has given last goes on from. */
	struct lineage (*lineage)(const void *state);
	void (*fini)(void *state); /* NULL when there is nothing to release */
};

extern const struct strategy_type strategy_grid, strategy_list, strategy_random,
    strategy_sobol, strategy_bayes, strategy_pbt;

extern const struct strategy_type *const strategies[];       /* NULL-terminated */
const struct strategy_type *strategy_find(const char *name); /* NULL: not there (yet) */

#endif
