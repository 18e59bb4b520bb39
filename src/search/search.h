/* A search as it stands: its trials and what they came to. Nothing here writes,
 * launches or asks; it is changed by events alone (study/apply.h), and these functions
 * are what an event is made of. */
#ifndef HPS_SEARCH_SEARCH_H
#define HPS_SEARCH_SEARCH_H

#include "base/clock.h"
#include "base/file.h"
#include "search/event.h"
#include "search/pace.h"
#include "search/verdict.h"
#include "strategy/advice.h"

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
bool search_state_find(const char *name, enum search_state *out);

struct search {
	const struct spec *spec;
	const char *dir; /* absolute; NULL: none */
	const struct clock *clock;
	const struct disk *disk;
	struct search_origin origin;
	bool begun;       /* its first event has been applied */
	const char *code; /* what the latest session trains with; NULL: not said */
	bool alive;       /* read while another driver is at work on it */
	bool adaptive;    /* its strategy learns from values */
	uint64_t cap;     /* trials at the most */
	const struct coord
	    *baseline;         /* the defaults as a point; NULL: none are given */
	struct trial **trials; /* (n), by id */
	struct known *known;   /* (n), what the strategy may know */
	size_t n, cap_trials;
	enum search_state state;
	const char *why; /* one sentence on how it ended */
	int signal;      /* the one that interrupted it */
	struct verdict verdict;
	struct purpose purpose;    /* what its runs are for */
	struct warm warm;          /* what it starts from */
	struct advice advice;      /* at the end of a session */
	struct advice_model model; /* of it: re-runs change the noise alone */
	struct pace pace;          /* when the next run may begin */

	/* Runs beyond the first ones of their trials, as they were asked for. */
	struct repeat {
		uint64_t trial, known_upto;
		uint64_t after; /* so many trials there were */
		uint64_t cap;   /* when it was asked for … */
		uint32_t run;
		bool last; /* … with nothing new left to run */
		bool set;  /* it is there: a results file may have left it out */
	} * repeats;       /* (n_repeats) */
	size_t n_repeats, cap_repeats;
	size_t first_repeat; /* every one below has ended */
	double noise; /* where they are asked for: standard deviation of a run over
	               * seeds, pooled from all repeats; 0: none is known */

	/* running totals */
	uint64_t ok, finished; /* trials */
	uint64_t given, added; /* trials of the file's points, of hpsearch add … */
	uint64_t added_upto;   /* … whose last line this is */
	uint64_t learnt;       /* observations of trials so far */
	uint64_t runs_done;
	uint64_t outcomes[OUTCOME_PREEMPTED + 1]; /* trials by outcome */
	double cost;           /* of all launches, those that were cut short too */
	double elapsed_before; /* seconds of earlier sessions */
	int64_t started;       /* clock_now when it was begun or continued; 0: not */
	double ended;          /* seconds since 1970 of the last event */
	struct trial *best;    /* NULL: none yet */
	struct trial **front;  /* (n_front) with several objectives or limits: those
	                        * that none beats, in rank order; search/standing.h */
	size_t n_front, cap_front;
	uint64_t since_best;   /* trials finished after the best one, or the latest that
	                        * got on to the front */
	uint64_t advised;      /* stop: auto: trials when that was last asked */
	bool any_report;       /* some run has printed the metric */
	bool weighed_time;     /* some proposal took account of it */
	enum texts texts;      /* whether lines of plain text hold it … */
	const char *text_line; /* … the first of them; NULL: none */
	bool finish_recorded;
	double session_start, last_time; /* of events, since a driver took it up */
	size_t first_open;               /* every trial below is settled */
	uint64_t *open; /* (n_open) ids of those that are not, rising */
	size_t n_open, cap_open;

	double
	    wall_epoch;     /* wall clock less stop-watch when it was made: times in the
	                     * journal are of a stop-watch, whatever becomes of the clock */
	struct arena arena; /* lifetime of the search */
	struct arena scratch;
};

/* clock, disk: NULL is the real one. False: a default does not fit (err). */
bool search_init(struct search *s, const struct spec *spec,
                 const struct search_origin *origin, const char *dir,
                 const struct clock *clock, const struct disk *disk, struct error *err);
void search_free(struct search *s);

/* Adds a trial with a known point, which is kept. */
struct trial *search_add(struct search *s, const struct coord *point,
                         enum origin origin, uint64_t known_upto);
/* Gives the trial of *asked one more run, the number-th of all that are asked for; its
 * index is put into asked->run. NULL: it can have no more, or that number is given. */
struct run *search_repeat(struct search *s, size_t number, struct repeat *asked);
/* What counts against the cap: trials of the search itself; runs, where repeats are
 * asked for. */
uint64_t search_spent(const struct search *s);
/* What has ended of that; "trial" or "run". */
uint64_t search_done(const struct search *s);
const char *search_unit(const struct search *s);
/* 1, or -1 where the metric is maximized: values times this are minimized. */
double search_sign(const struct search *s);
/* The strategy may know this of a trial from now on; order is given to it unless it has
 * one. */
void search_learn(struct search *s, struct trial *t, struct observation observation);
/* What is learnt of a trial by its end, as far as the trial itself says. */
struct observation search_observation(const struct search *s, const struct trial *t);
/* Takes a trial whose runs say how it ended into totals, best and what may be known. */
void search_settle(struct search *s, struct trial *t, struct observation end);
/* A trial that a repeat has been added to is no part of the totals until it is settled
 * again; what was known of it stays known. */
void search_unsettle(struct search *s, struct trial *t);
/* The opposite, when a settled trial gets another chance, or goes on. */
void search_reopen(struct search *s, struct trial *t);

/* Has it come to its end, so that its winner can be verified? */
bool search_is_over(const struct search *s);
/* Fills rank (front, violation) of every trial and returns the trials in rank order,
 * (n) in arena a: ok ones by value, to be minimized; where repeats are asked for, by
 * that plus one standard error, noise / sqrt(runs), so that of two that look alike the
 * one leads of which more is known (equal ones by id, and sharing a rank), with several
 * objectives or limits as in search/standing.h; then the others by id. */
struct trial **search_rank(struct search *s, struct arena *a);
/* What a search ends with: the winner of its verification, which the defaults can be
 * too; before that the best of the ranking, NULL where there is none. */
const struct trial *search_winner(const struct search *s);
int64_t search_ticks(const struct search *s);  /* its stop-watch, in nanoseconds */
double search_elapsed(const struct search *s); /* seconds, over all sessions */
double search_now(const struct search *s);     /* seconds since 1970, see wall_epoch */

#endif
