/* What can happen to a search, as a type: every kind of line that a journal can hold.
 * An event that happens live is written down and then applied (study/apply.h); one that
 * is read, from a journal or a results file, is applied in the same way. Nothing else
 * changes a search. Pointers in an event are borrowed; who applies it copies. */
#ifndef HPS_SEARCH_EVENT_H
#define HPS_SEARCH_EVENT_H

#include "schedule/schedule.h"
#include "search/origin.h"
#include "search/purpose.h"
#include "search/trial.h"
#include "search/warm.h"

enum event_kind {
	EVENT_SEARCH,     /* it began, or goes on with a changed file */
	EVENT_SESSION,    /* a driver took it up: what was under way is queued again */
	EVENT_WARM_START, /* an earlier search whose trials it knows */
	EVENT_TRIAL,      /* a configuration was proposed */
	EVENT_REPEAT,     /* one that is known is to be run once more */
	EVENT_OBSERVED,   /* a results file: what proposals knew of a trial under way */
	EVENT_START,      /* a run is about to be launched */
	EVENT_REPORT,     /* it printed the metric */
	EVENT_RUNG,  /* how far a launch came whose budget is a parameter of the command
	              */
	EVENT_STOP,  /* decided: a run is to end, for good */
	EVENT_PAUSE, /* decided: it is to end at its budget, for now */
	EVENT_PROMOTE,  /* decided: a paused run gets a larger budget */
	EVENT_END,      /* the run is over; again: and queued once more */
	EVENT_LEAVE,    /* decided: a trial leaves the race of items */
	EVENT_CUT,      /* its launch was cut short, through no fault of its own */
	EVENT_REQUEUE,  /* a finished run gets another chance (--retry-failed) */
	EVENT_READING,  /* whether lines of plain text hold the metric, for all runs */
	EVENT_TEST_USE, /* a comparison on the test data is about to begin, or go on */
	EVENT_PURPOSE,  /* it is no search of its own: see search/purpose.h */
	EVENT_FINISH    /* the search is over, or interrupted */
};

struct verdict_use;

struct event {
	enum event_kind kind;
	enum phase phase; /* of the run */
	uint32_t run;
	uint64_t trial; /* or, in a verification, the candidate's key */
	double time;    /* seconds since 1970; NaN: not known */
	double lease; /* START, REPORT of a run that others launch: seconds after which
	               * it is lost unless it is heard of; 0: it has none */
	union {
		const struct search_origin *search; /* SEARCH */
		struct {                            /* SESSION */
			uint64_t max_trials;        /* of -n; 0: not given */
			const char *code;  /* what it trains with; NULL: not said */
			const char *slots; /* as in the origin */
		} session;
		struct { /* EVENT_WARM_START: one source of these */
			const struct warm *from;
			size_t source;
		} warm;
		struct {                           /* TRIAL */
			const struct coord *point; /* (space.n) */
			uint64_t known_upto;
			struct thrift thrift;
			struct lineage line;
			enum origin origin;
			const char *label; /* or NULL */
			uint64_t added;    /* as in struct trial */
		} proposal;
		struct { /* REPEAT; the run is the trial's next */
			uint64_t known_upto, cap; /* runs that were asked for then */
			bool last;                /* nothing new was left to run */
			/* A results file: the how-manyth it was, how many trials there
			 * were; and it has ended. */
			uint64_t number, after;
			bool filed, ended;
		} repeat;
		const struct observation *observed; /* OBSERVED; value minimized */
		struct {                            /* START */
			uint64_t seed;              /* or SEED_DERIVED */
			double budget; /* steps that it is told to take; 0: none */
			unsigned attempt;
			unsigned leg; /* a results file: promotions so far */
			bool keeps;   /* there are reports of an earlier launch, and
			               * they count up to the step where this one
			               * turns out to begin */
		} start;
		struct report report; /* REPORT, RUNG; for the monitor's log: step is
		                       * NaN where the line had none and one is named */
		struct {              /* STOP, PAUSE, PROMOTE */
			const struct judgement *why; /* in the metric's sign */
			double budget;               /* PROMOTE: steps */
			bool last; /* PROMOTE: when nothing ran and no trial would come
			            */
		} decision;
		struct {                             /* END */
			const struct run_end *facts; /* NULL in the monitor's log */
			uint64_t order;       /* a results file: its trial's; or 0 */
			enum outcome outcome; /* as in facts */
			bool again;
			double wait; /* again: seconds before it is launched */
		} end;
		struct { /* READING */
			bool text;
			const char *line; /* text: the first of them */
		} reading;
		const struct verdict_use *use; /* EVENT_TEST_USE */
		const struct purpose *purpose; /* PURPOSE */
		struct {                       /* LEAVE */
			const struct leaving *why;
			uint64_t order; /* a results file: its trial's; or 0 */
		} leave;
		double cost; /* CUT: what the launch had said that it cost */
		struct {     /* FINISH */
			const char *why;
			const struct search_totals
			    *totals; /* a results file's; or NULL */
			int state;   /* enum search_state */
		} finish;
	} as;
};

/* What a results file says of the whole, and nothing in it implies. */
struct search_totals {
	double elapsed; /* seconds, over all sessions */
	uint64_t cap;   /* trials asked for */
	uint64_t test_uses;
};

/* "stop", "start", …: the kinds of the monitor's log by name. */
const char *event_kind_name(enum event_kind k);
bool event_kind_find(const char *name, enum event_kind *out);
/* STOP, PAUSE, PROMOTE: as.decision is theirs. */
bool event_is_decision(enum event_kind k);

#endif
