/* One attempt at a run by an agent elsewhere, as the driver sees it: what it does when
 * something is heard, or is not. Pure: time is handed in, always the driver's own
 * clock; no time of another host is ever compared with it.
 *
 *   OFFERED   written into the agent's mailbox
 *   RUNNING   the agent has said so
 *   STOPPING  it was told to stop
 *   SUSPECT   not heard of, or its job is over: it may still speak
 *   LOST      given up; an exit that is heard of later is late
 *   ENDED     its exit is known
 */
#ifndef HPS_RUN_ATTEMPT_H
#define HPS_RUN_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

enum attempt_state {
	ATTEMPT_OFFERED,
	ATTEMPT_RUNNING,
	ATTEMPT_STOPPING,
	ATTEMPT_SUSPECT,
	ATTEMPT_LOST,
	ATTEMPT_ENDED
};

enum attempt_news {
	NEWS_NONE,    /* only time has passed */
	NEWS_STARTED, /* the agent has begun it */
	NEWS_ALIVE,   /* the agent's counter has moved */
	NEWS_EXIT,    /* its exit is written down */
	NEWS_STOP     /* we want it to end */
};

/* What is to be done now, or'ed. */
enum {
	DEED_NONE = 0,
	DEED_STOP = 1,   /* write stop into the mailbox, first of all */
	DEED_CANCEL = 2, /* take the job from Slurm, if it is there */
	DEED_LOST = 4,   /* tell that the attempt is lost: again, by another agent */
	DEED_END = 8,    /* tell its result */
	DEED_LATE = 16   /* its result has come after it was given up */
};

struct attempt_times {
	int64_t silence;    /* nanoseconds without a beat until it is suspect */
	int64_t lost_after; /* so long a suspect is waited for */
	int64_t grace;      /* of a stop */
};

struct attempt {
	enum attempt_state state;
	int64_t heard; /* when the agent was heard of last */
	int64_t since; /* when STOPPING or SUSPECT began */
	bool stopping; /* a suspect that was told to stop before */
};

struct attempt attempt_offered(int64_t now);
/* job_over: Slurm no longer has the agent's job, or says so; as long as the agent is
 * heard of it is alive all the same. Returns deeds. */
unsigned attempt_take(struct attempt *a, enum attempt_news news, bool job_over,
                      int64_t now, const struct attempt_times *t);

#endif
