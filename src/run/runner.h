/* Running training commands: what the study asks for (jobs: strings only) and what
 * comes back (events: numbers and facts). One vtable, several implementations: the pool
 * of local processes, a synchronous fake in the tests. */
#ifndef HPS_RUN_RUNNER_H
#define HPS_RUN_RUNNER_H

#include "base/error.h"
#include "base/scores.h"
#include "base/series.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether lines of plain text, name: value, hold the metric. */
enum texts {
	TEXTS_ASK, /* where no object of the run does: known when it ends */
	TEXTS_OFF, /* no */
	TEXTS_ON
};

/* Where the metric of a run is, if not under its name in what it prints. */
struct metric_source {
	const char *pattern, *step_pattern; /* base/pattern.h: in its lines; or NULL */
	const char *file; /* absolute, with * ? [] and ** in it: in the newest of these
	                   * files that changes while it runs; or NULL */
	/* YAML → JSON, in out; false: it is none. For a file called so. */
	bool (*yaml)(const char *text, size_t n, struct str *out);
};

struct job {
	uint64_t ticket;         /* comes back with every event; unique while it runs */
	size_t slot;             /* 0 … slots-1, free */
	const char *const *argv; /* NULL-terminated */
	const char *const *env;  /* NAME=value additions to our own, NULL-terminated */
	const char *home;        /* where the command begins; "" or NULL: here */
	const char *dir;         /* exists; stdout, stderr and reports.jsonl go there */
	const char *results;     /* a file to read JSON lines from as well
	                          * (HPSEARCH_RESULTS), removed at the start; or NULL */
	const char *hook;        /* likewise, what our hook in its Python says
	                          * (HPSEARCH_HOOK) */
	int64_t timeout;         /* nanoseconds; 0 = none */
	int64_t patience;        /* nanoseconds that it may wait for a server that it
	                          * cannot reach (run/stall.h); 0 = for ever */
	int64_t grace;           /* nanoseconds between SIGTERM and SIGKILL */
	int64_t memory;          /* bytes that its processes may have resident
	                          * together; 0: as many as they like */
	const int *cpus;         /* (n_cpus) rising; where it may run: affinity(7) */
	size_t n_cpus;           /* 0: where we may */
	int nice;                /* added to our own niceness, 0 … 19 */
	bool nni;                /* lines of NNI's client are reports, too */
	const char *metric;      /* name to scrape; NULL = nothing to rank by */
	const char *step; /* JSON key of the step; NULL = usual names, else count */
	struct metric_source source;
	enum texts texts;
	bool items;       /* lines about items of a test set are taken */
	bool answers;     /* they are what it reports, one each */
	unsigned attempt; /* of its run, from 1 */
	unsigned over;    /* the latest attempt of it whose end is known; 0: none */
	bool again; /* it was under way when an earlier driver ended: see adopts */
};

enum { SCRAPE_KEYS = 64, TAIL_BYTES = 4096, UNREAD_BYTES = 160 };

/* One scraped line that held the metric. */
struct report {
	double step;  /* from the step key, else 0, 1, 2, … in order of arrival */
	double value; /* may be NaN or infinite */
	bool counted; /* the step is that order of arrival */
	size_t line;  /* where it was said, from 1; 0: not known */
	/* Of an answer about an item: its step is the key of the item's name
	 * (item_key) as the runner has it, then its place in the search's order. */
	double cost, latency; /* 0: not said */
};

/* Lines that named the metric and no number of it could be read: {"loss": tensor(0.5)}.
 */
struct unread {
	size_t n;
	char example[UNREAD_BYTES]; /* the first of them, cut short, on one line */
};

/* Why a run was told to stop, by whoever told it. */
enum cancel {
	CANCEL_NONE,
	CANCEL_STOP, /* SIGTERM, SIGCONT, grace, SIGKILL, whole process tree */
	CANCEL_KILL  /* SIGKILL at once */
};

/* The bare facts about a run that is over: every process of it is gone. */
struct run_result {
	int machine_errno; /* the machine was short of something, which says nothing
	                    * about the command: no process could be made, or its
	                    * results file not be read; else 0 */
	int spawn_errno;   /* the command could not be executed: why; else 0 */
	int exit;          /* exit status, -1 when a signal ended it */
	int signal;        /* the signal, else 0 */
	bool timed_out;
	bool stalled;        /* timed out, because it waited for a server */
	int64_t over_memory; /* bytes: it was ended because it had so many, which are
	                      * more than the job's; 0: it was not */
	enum cancel
	    cancelled;     /* by cancel(), even when it had ended by itself just then */
	bool lost;         /* its supervisor died; nothing is known */
	const char *taken; /* why somebody else ended it, which is no failure of its;
	                    * NULL: nobody did. With timed_out: why it never
	                    * ends there. Until the next wait */
	bool stuck;        /* some process of it did not die of SIGKILL for 10 s */
	int output_errno; /* the first failure to keep its output (a full disk), or 0 */
	double wall, user, sys; /* seconds; user and sys of the whole tree */
	int64_t maxrss;         /* bytes, of its largest process */
	/* from scraping */
	size_t reports; /* lines that held the metric */
	size_t objects; /* objects in its lines, with the metric or not */
	struct unread unread;
	bool by_text;                 /* the reports are of lines of plain text … */
	char text_line[UNREAD_BYTES]; /* … the first of them */
	char source_trouble[UNREAD_BYTES]; /* what is wrong with metric.file; or "" */
	bool infeasible; /* {"hpsearch": {"status": "infeasible", "reason": …}} */
	char reason[256];
	bool wandb;        /* it uses wandb, which was put offline */
	double cost;       /* sum of {"hpsearch": {"cost": …}} */
	bool oom_text;     /* stderr ends in words that mean out of memory */
	size_t long_lines; /* lines over the limit, skipped */
	const struct scores
	    *items; /* that it gave them, until the next wait; NULL: none
	             */
	const struct series_log *numbers; /* beside the metric; until the next wait */
	const char *note;  /* lines of {"hpsearch": {"note": …}}; … */
	size_t n_keys;     /* numeric keys seen, each once, the first SCRAPE_KEYS */
	char *const *keys; /* (n_keys), valid until the next wait */
	const char *tail;  /* last bytes of stdout, then of stderr if stdout is empty */
	const char *err_tail; /* last bytes of stderr, "" if they are the tail */
	const char *host;     /* where it ran, if not here; else NULL */
};

enum runner_event_kind {
	RUNNER_REPORT,
	RUNNER_DONE,
	RUNNER_SIGNAL, /* a signal for us: SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGWINCH…
	                */
	RUNNER_TICK    /* nothing until the deadline */
};

struct runner_event {
	enum runner_event_kind kind;
	uint64_t ticket;
	struct report report;
	struct run_result result;
	int signal;
};

struct runner_type {
	/* Begins a job. False: the machine said no (an error), not that the command is
	 * bad. */
	bool (*start)(void *self, const struct job *job, struct error *err);
	/* The next event; waits until deadline (clock_now's scale, 0 = do not wait,
	 * INT64_MAX = for ever). Reports of a run come before its DONE, in order. */
	bool (*wait)(void *self, int64_t deadline, struct runner_event *out,
	             struct error *err);
	/* Asks for the end of a run; its DONE comes later. Unknown tickets are ignored.
	 */
	void (*cancel)(void *self, uint64_t ticket, enum cancel how);
	/* Can a job begin in this slot, in which none runs? NULL: in every one. When it
	 * can, which could not, wait comes back with a TICK. */
	bool (*ready)(void *self, size_t slot);
	/* The directory that stands for the search's own where that slot runs, which
	 * does not see it: paths in a job are below it. NULL, or it is NULL: the same.
	 */
	const char *(*root)(void *self, size_t slot);
	/* Is the latest attempt at the run of that folder, one above `over`, which was
	 * begun for an earlier driver, still under way, or its end not yet told? Then
	 * start takes it over and begins nothing. NULL: never. */
	bool (*adopts)(void *self, const char *dir, unsigned over);
	/* No more than so many runs may yet begin; SIZE_MAX: nobody knows. For a runner
	 * that has to ask for its slots, in which start is allowed where no slot is
	 * ready: the run waits for one. Or NULL. */
	void (*expect)(void *self, size_t runs);
	/* From now on what runs is left alone: another driver will adopt it. NULL: it
	 * cannot be. */
	void (*release)(void *self);
};

struct runner {
	const struct runner_type *type;
	void *self;
	size_t slots;
	bool detach; /* Ctrl-C releases, too */
};

#endif
