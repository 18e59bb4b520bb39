/* One search as a machine: what is so (struct search), a strategy, the monitor of early
 * stopping, a journal, and the runs under way. Its life:
 *
 *   study_init            an empty search of a spec
 *   study_open            its directory, for writing: begun, or taken over; or
 *   study_load            its journal, for reading
 *   study_run             until it ends (study/search_loop.h)
 *   verdict_plan, verify_run   the final verification (study/verification.h)
 *   study_free
 *
 * Arguments stand in this order: what it is done to, what goes in, what comes out, the
 * error. */
#ifndef HPS_STUDY_STUDY_H
#define HPS_STUDY_STUDY_H

#include "early/monitor.h"
#include "record/journal.h"
#include "search/search.h"
#include "study/fleet.h"

#include <sys/types.h>

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
	/* An ablation, a recheck: runs that have ended, those known to be wanted. */
	void (*comparing)(void *self, size_t done, size_t all);
	void (*tick)(void *self); /* about every `tick_every` ns, to redraw */
	int64_t tick_every;       /* 0: never */
	void (*message)(void *self, const char *text);
};

/* warm_start: reads the files that a spec names (saved/earlier.h: warm_load). */
typedef bool warm_reader(struct warm *w, const struct spec *spec, struct arena *a,
                         struct error *err);

struct study {
	struct search search;
	const struct strategy_type *type;
	void *strategy;          /* its state */
	struct coord *point;     /* (space.n) of the latest proposal */
	const char *chosen_why;  /* one sentence, of a choice just made; else NULL */
	struct monitor *monitor; /* early stopping; NULL: none is asked for */
	struct journal *journal; /* NULL: nothing is written */
	struct observer watch;
	warm_reader *warm_read;
	const struct strategy_type *outside; /* see study_options */
	size_t parallel;                     /* runs at once */
	bool strict; /* a search whose script has changed is refused */

	/* of a session */
	struct fleet fleet;
	enum phase phase;            /* of a verification under way */
	struct comparing *comparing; /* an ablation, a recheck under way */
	const char *no_more;         /* why no further trial is proposed; NULL: it is */
	/* of the failure guard */
	uint64_t session_failures, session_stopped, session_runs;
	struct first_run {
		const struct trial *trial; /* NULL: none yet */
		size_t run;
		const char *shown; /* what it printed, and where */
	} first_failed, first_stopped;
	bool told_wandb;           /* that it was put offline */
	bool told_steps;           /* that those of some run do not rise */
	int64_t sync_at, write_at; /* when the journal, the results are due */
	int64_t tick_at;           /* when the observer's tick is; 0: not set */
	int64_t write_cost;
	struct str line; /* of the journal, being written */
	struct {
		uint64_t *best; /* (n) trials whose artifacts stay, the best first */
		uint64_t *gone; /* (n_gone) those whose are to be removed */
		size_t n, n_gone, cap, cap_gone;
	} artifacts;
	off_t added_size; /* of the file of added.h, when nothing was left in it */
};

struct study_options {
	const char *dir; /* NULL: nothing is written (tests, --dry-run) */
	struct search_origin origin;
	uint64_t max_trials; /* 0: as in the spec */
	bool strict;         /* a search whose script has changed is refused */
	struct observer watch;
	warm_reader *warm_read; /* NULL: warm_start is refused */
	/* method: {program: …}; NULL: none is begun, what it proposed is only read */
	const struct strategy_type *outside;
	const struct clock *clock; /* NULL: the real one */
	const struct disk *disk;   /* likewise */
};

/* Prepares an empty search: strategy, baseline, cap. */
bool study_init(struct study *s, const struct spec *spec, const struct study_options *o,
                struct error *err);
void study_free(struct study *s);

/* Opens the directory for writing: a new journal, or the one that is there, whose
 * trials are taken over (a run that was under way is queued again). The lock must be
 * held. A search of another file is refused, with the difference and the way out. */
bool study_open(struct study *s, bool retry_failed, struct error *err);
/* A directory whose runs are launched by others: its origin, with the cap of its latest
 * session; and its journal opened to go on. What is under way stays so, no session
 * begins: many may do this one after the other, each with the lock. */
bool study_origin(const char *dir, struct search_origin *o, struct arena *a,
                  struct error *err);
bool study_join(struct study *s, struct error *err);
/* A search without a directory begins. */
bool study_begin(struct study *s, struct error *err);
/* Only reads: the journal of the directory into the trials. */
bool study_load(struct study *s, struct error *err);

#endif
