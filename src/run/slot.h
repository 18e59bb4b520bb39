/* One slot of the pool, seen from the driver: its supervisor, and the run in it from
 * the job's start until the last fact about it is known. */
#ifndef HPS_RUN_SLOT_H
#define HPS_RUN_SLOT_H

#include "run/output.h"
#include "run/runner.h"
#include "run/scrape.h"
#include "run/supervisor.h"

#include <sys/resource.h>

enum slot_state {
	SLOT_FREE,
	SLOT_RUNNING,
	SLOT_LEAVING, /* the processes are gone, the files may hold more */
	SLOT_ENDED    /* everything is known but not told */
};

enum { SLOT_FOLLOW = 512 * 1024 }; /* bytes of a file at a time */

/* Which descriptor of a slot an epoll event is about. */
enum slot_source { SLOT_CTL, SLOT_OUT };

struct slot {
	size_t index;
	enum slot_state state;
	pid_t supervisor;    /* 0: none */
	int ctl, out;        /* the socket, the read end of the stdout pipe; or -1 */
	uint32_t generation; /* counts supervisors: an event of an old one is known */
	struct str unsent;   /* requests that did not fit into the socket yet */
	struct run_record record;
	size_t n_record; /* bytes of it that have arrived */
	/* the run */
	uint64_t ticket;
	enum cancel cancelled;
	int64_t stall_patience, stalled_at; /* 0: none; it is not */
	bool given_up;                      /* stopped, because it was for too long */
	bool lost;
	int patience;        /* tries left to read its files */
	char *metric, *step; /* copies for the scraper */
	struct scraper scraper;
	size_t taken; /* of scraper.reports */
	struct output output;
	/* the pool's queue of slots with news */
	bool queued;
	struct slot *next;
};

/* What the slots of a pool have in common. */
struct slot_shared {
	int epoll, null, keep_fd;
	struct rlimit files; /* what commands get */
	struct flight *flight;
};

/* Makes a supervisor for a slot without one, and has epoll watch it. */
bool slot_hire(struct slot *s, const struct slot_shared *sh, struct error *err);
/* Lets go of the supervisor, without waiting for it. */
void slot_dismiss(struct slot *s, const struct slot_shared *sh);
/* What epoll data say: the slot's index, source and generation. */
size_t slot_tag_index(uint64_t tag);
enum slot_source slot_tag_source(uint64_t tag);
bool slot_tag_current(const struct slot *s, uint64_t tag);

/* Sends a request as far as the socket takes it; the rest goes by slot_push. */
void slot_request(struct slot *s, const struct slot_shared *sh, enum request_kind kind,
                  const struct job *job);
void slot_push(struct slot *s, const struct slot_shared *sh);

/* A run: begins; reads stdout (at most so many reads); stderr and the results file (how
 * many bytes; SLOT_FOLLOW or more: there is more now); … */
void slot_begin(struct slot *s, const struct slot_shared *sh, const struct job *job);
void slot_read(struct slot *s, const struct slot_shared *sh, int reads);
size_t slot_follow(struct slot *s);
/* Has it waited for a server for too long? True once. */
bool slot_gives_up(struct slot *s, int64_t now);
/* 1: the run's record has arrived; 0: not yet; -1: the supervisor is dead. */
int slot_record(struct slot *s);
/* … its processes are gone: LEAVING; everything is read: ENDED; told: FREE. */
void slot_leave(struct slot *s, const struct slot_shared *sh);
void slot_finish(struct slot *s);
void slot_clear(struct slot *s);

bool slot_take_report(struct slot *s, struct report *out);
/* The facts; keys and tail are left out. */
void slot_result(const struct slot *s, struct run_result *out);

#endif
