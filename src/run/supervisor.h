/* The supervisor of one slot: a small single-threaded process, forked early from the
 * driver, that runs one command at a time and sees to it that nothing of a command
 * outlives its run, nor the driver. It speaks with the driver over a stream socket:
 * requests in (a job, stop, kill), one run_record out per job. When the socket closes
 * it kills at once what it has, keeps what the driver had not read of its output, and
 * leaves. */
#ifndef HPS_RUN_SUPERVISOR_H
#define HPS_RUN_SUPERVISOR_H

#include "run/flight.h"
#include "run/request.h"

#include <sys/resource.h>
#include <sys/types.h>

/* What the supervisor saw, sent as it is over the socket. */
struct run_record {
	int machine_errno; /* no process could be made for it, whatever it is */
	int spawn_errno;   /* the command could not be executed */
	int output_errno;  /* its stderr file could not be opened: it had /dev/null */
	int exit, signal;  /* as in run_result */
	bool timed_out;
	int64_t over_memory; /* as in run_result */
	bool stuck;          /* a process did not die of SIGKILL for ten seconds */
	double wall, user, sys;
	int64_t maxrss;
	int64_t stderr_size; /* bytes; -1 = not known */
};

struct supervisor_setup {
	int ctl;             /* its end of the socket */
	int in, out;         /* the ends of the slot's stdout pipe; in: non-blocking */
	int null;            /* /dev/null, for reading and writing */
	int keep_fd;         /* see pool_open; or -1 */
	struct rlimit files; /* the limit of open files that commands get */
	const struct flight *flight;
	size_t slot; /* of flight */
};

/* Forks a supervisor. Its process id, or -1 with errno. It leaves every descriptor of
 * the caller but these alone and closed. */
pid_t supervisor_fork(const struct supervisor_setup *setup);

#endif
