/* The agent of a cluster job: hpsearch --agent FOLDER … as the job's only process. It
 * takes runs from a mailbox in its folder, one at a time, runs them as the pool does,
 * and writes what it sees into another one:
 *
 *   in     from the driver: hello, run, stop, kill, quit
 *   out    from the agent: hello, started, report, beat, term, exit, quit
 *   begun  made by the first process that is this agent; a second one leaves at once
 *
 * It outlives the driver. Every order bears the number of its driver's session, and
 * those of a session before the latest are ignored. SIGTERM (somebody takes the job
 * away) and SIGUSR1 (its time is almost over) stop the run, which is then told as ended
 * by others, and the agent leaves.
 */
#ifndef HPS_RUN_AGENT_MAIL_H
#define HPS_RUN_AGENT_MAIL_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

/* Why a run was ended of which nothing else is said. */
extern const char agent_time_is_over[];

struct agent_plan {
	const char
	    *folder;   /* absolute; there is nothing in it but what the driver made */
	int64_t idle;  /* nanoseconds without a run after which it leaves */
	int64_t limit; /* no further run after so long; 0: none */
	uint64_t runs; /* it leaves after so many; 0: any number */
	bool (*yaml)(const char *text, size_t n,
	             struct str *out); /* struct metric_source */
	int64_t
	    kill_wait; /* between SIGTERM and SIGKILL of the cluster; 0: not known */
};

/* Until there is nothing more to do. False: it could not begin. */
bool agent_serve(const struct agent_plan *plan, struct error *err);

#endif
