/* Runs on other machines, or behind whatever a launcher is (srun, ssh, docker exec -i):
 * every slot has an agent (run/agent.h), started once through its launcher, which takes
 * runs over its standard input as data and answers over its output. A run is stopped by
 * a message, never by a signal to the launcher.
 *
 * How a launcher ends is never how a run ended: a connection that is lost on the way
 * makes the run lost (run_result.lost), told when nothing of it can be alive any more:
 * its agent has left by itself, or has had the time to see that we are gone. The agent
 * is started again, after a pause that doubles from failure to failure, 1 s to 5 min. A
 * slot is ready only while its agent is there (runner_type.ready), so that nothing is
 * proposed for it before.
 *
 * Where agents do not see the search's directory, the files of a run go to them before
 * it and come back with it (run/cargo.h); and a way may be a script that asks for the
 * program first (config/launcher.h).
 *
 * When the driver is gone, however it went, agents see their input closed and end what
 * runs. A keeper (run/keeper.h) holds keep_fd until the launcher has left. */
#ifndef HPS_RUN_ATTACHED_H
#define HPS_RUN_ATTACHED_H

#include "run/runner.h"

struct attached_place {
	const char *host; /* its name for people; NULL: what the agent says */
	/* What starts an agent there, NULL-terminated; where that fails, the other. */
	const char *const *argv[2];
	bool copies[2]; /* that asks for the program first */
};

struct attached_setup {
	size_t n;                            /* slots */
	const struct attached_place *places; /* (n), borrowed */
	const char *dir; /* absolute, exists: agents/N/stderr goes there */
	size_t logins; /* agents that are being started at once, at the most; 0: all */
	/* Nanoseconds: of which no agent may be silent; which one may take to be there.
	 */
	int64_t silence, patience;
	bool carry;          /* the agents do not see dir */
	const char *program; /* (n_program) bytes for those who ask; NULL */
	size_t n_program;
	int keep_fd;
	int64_t grace; /* nanoseconds that a run has between TERM and KILL */
};

struct attached;

struct attached *attached_open(const struct attached_setup *setup, struct error *err);
/* Kills whatever runs and waits, for 15 s, until the agents have left. */
void attached_close(struct attached *a);
struct runner attached_runner(struct attached *a);
/* Who is told, in a sentence, that an agent is lost or cannot be started. */
void attached_watch(struct attached *a, void (*message)(void *self, const char *text),
                    void *self);

#endif
