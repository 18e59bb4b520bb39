/* The parts of a crew, for its own files. */
#ifndef HPS_RUN_CREW_PARTS_H
#define HPS_RUN_CREW_PARTS_H

#include "base/mem.h"
#include "run/agent_wire.h"
#include "run/attempt.h"
#include "run/crew.h"
#include "run/errand.h"
#include "run/mailbox.h"
#include "run/signals.h"
#include "run/slurm_text.h"

#include <limits.h>

enum crew_state {
	CREW_INTENT, /* written down; whether Slurm has it is not known */
	CREW_ASKED,  /* sbatch is under way */
	CREW_QUEUED, /* Slurm has given it an id */
	CREW_UP,     /* it has spoken */
	CREW_LEFT    /* it takes no run any more */
};

/* A run that was given to an agent. */
struct posting {
	char *dir;
	unsigned number; /* of the attempt, in its run */
	uint64_t wire;   /* its ticket in the mailbox */
	uint64_t ticket; /* of our caller; meaningless unless bound */
	bool bound;      /* somebody waits for it */
	bool told;       /* its end has been */
	bool stopped;    /* its mailbox holds a stop */
	struct attempt attempt;
	enum cancel cancelled;
	struct report *reports; /* (n_reports), the first `taken` of them told */
	size_t n_reports, cap_reports, taken;
	char *exit_line; /* NULL: not known */
	size_t exit_len;
	char *taken_away; /* why somebody else ends it; NULL: nobody does */
	bool lost;
};

/* A run without an agent. */
struct waiting {
	struct waiting *next;
	uint64_t ticket;
	struct str line; /* as it would be sent */
	enum cancel cancelled;
};

/* What is known of a job, of one agent or some. */
struct crew_job {
	unsigned first; /* its agents: (n) from that one on */
	size_t n;
	char name[SLURM_NAME], id[SLURM_ID], reason[SLURM_REASON];
	enum slurm_phase phase;
	bool over;
	bool asked;        /* its sbatch is under way */
	unsigned missing;  /* answers of squeue in a row without it */
	int64_t missed_at; /* the first of them */
	int64_t hopeless_since;
	bool complained;
};

struct crew_agent {
	unsigned k;
	enum crew_state state;
	struct crew_job *job; /* the first one's of its agents */
	char host[128];
	char folder[PATH_MAX];
	struct mailbox out;
	uint64_t seq, beat;
	int64_t heard; /* when its counter moved */
	bool spoke, said_quit;
	struct posting *posts; /* (n_posts) */
	size_t n_posts, cap_posts;
};

enum { CREW_ASKS = 4 }; /* sbatch at once: most of its time it waits */

struct crew {
	struct crew_setup setup;
	void (*message)(void *self, const char *text); /* or NULL */
	void *watcher;
	char token[WIRE_TOKEN];
	uint64_t session; /* ours: one above the last driver's */
	struct mailbox log;
	struct signals signals;
	int signal;
	struct crew_agent **agents; /* (n) */
	struct waiting *waiting;    /* in their order */
	size_t n, cap;
	struct attempt_times times;
	bool hungry;   /* more work may come … */
	size_t left;   /* … so many runs at the most */
	bool draining; /* nothing new is to begin */
	bool released, reading;
	bool stale, roomy; /* is there room? not looked; there is */
	struct asking {
		struct errand sbatch;
		struct crew_job *job; /* for which */
	} asking[CREW_ASKS];
	struct errand squeue, scancel;
	int64_t ask_at, ask_pause; /* after a failure */
	int64_t poll_at, poll_pause;
	int64_t look_at, look_pause;
	unsigned stillborn;  /* jobs in a row that ended before they spoke */
	struct str cancels;  /* ids, blank-separated, with names: to be cancelled */
	struct error broken; /* kind: not NONE: the crew cannot go on */
	struct arena told;   /* what the last event points to */
};

/* crew_files.c: folders, mailboxes, the log. */
/* k: of an agent; NULL: of none. */
bool crew_log(struct crew *c, const unsigned *k, const char *event, const char *key,
              const char *text, struct error *err);
bool crew_read_log(struct crew *c, struct error *err);
/* The next job, its agents with their folders, written down. */
struct crew_job *crew_hire(struct crew *c, struct error *err);
/* Of its agents those that are in the first state are in the second one now. */
void crew_move(struct crew *c, const struct crew_job *j, enum crew_state from,
               enum crew_state to);
/* Into its mailbox. */
bool crew_write(const struct crew *c, struct crew_agent *a,
                const struct wire_message *m, struct error *err);
/* Has another driver begun a session? Then the crew is broken. */
void crew_look_at_log(struct crew *c);
/* Takes what the agents have written; true when there was anything. */
bool crew_look(struct crew *c, int64_t now);
void crew_free_agents(struct crew *c);
void crew_say(struct crew *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* It takes no run any more, which is written down. */
void crew_give_up_agent(struct crew *c, struct crew_agent *a, const char *why);
/* One more, until the next one. */
struct posting *crew_post(struct crew_agent *a, const struct job *job, uint64_t wire);
struct posting *crew_current(struct crew_agent *a); /* that has not ended; or NULL */
bool crew_idle(struct crew_agent *a);
bool crew_anybody_up(const struct crew *c);

/* crew_waiting.c: runs without an agent. */
void crew_waiting_add(struct crew *c, const struct job *job);
void crew_waiting_drop(struct waiting **at); /* the one there */
size_t crew_waiting(const struct crew *c);   /* how many */
void crew_waiting_cancel(struct crew *c, uint64_t ticket, enum cancel how);
/* The end of one that was cancelled before it began. */
bool crew_waiting_ended(struct crew *c, struct runner_event *out);

/* crew_slurm.c: what is asked of Slurm. */
void crew_ask_slurm(struct crew *c, int64_t now);
void crew_take_answers(struct crew *c, int64_t now);
bool crew_any_job(const struct crew *c); /* that squeue may have news of */
bool crew_asks(const struct crew *c);    /* is a sbatch under way? */
void crew_cancel_job(struct crew *c, const struct crew_job *j);

#endif
