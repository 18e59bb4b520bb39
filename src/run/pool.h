/* The pool of local processes: the only event loop of the program. Each slot has a
 * supervisor, a small process forked when the pool opens (before anything big is
 * allocated), which runs one command at a time, enforces its time-out and grace, kills
 * every descendant it leaves, and measures it. When the driver dies, however it dies,
 * the supervisors see their connection close and kill at once whatever runs.
 *
 * A slot runs one job at a time and nobody else runs in it, so whatever the caller ties
 * to a slot (a GPU) is that job's alone from start until its RUNNER_DONE, when every
 * process of it is gone. Commands get our environment as it was when the pool opened,
 * with the job's additions, and our working directory.
 *
 * The pool makes the driver a subreaper: should a supervisor be killed, what it leaves
 * comes to the driver, which ends it.
 *
 * Signals INT TERM HUP USR1 WINCH are blocked and arrive as events; PIPE and XFSZ are
 * ignored. Children get default dispositions and an empty mask. */
#ifndef HPS_RUN_POOL_H
#define HPS_RUN_POOL_H

#include "run/runner.h"

struct pool;

/* slots supervisors. keep_fd: a descriptor the supervisors hold open for as long as
 * they have work (the search's lock: a new driver waits until the last child is gone),
 * or -1. Commands do not inherit it. Raises the soft limit of open files as needed;
 * children get the old one. */
struct pool *pool_open(size_t slots, int keep_fd, struct error *err);
/* Kills whatever runs and waits until all of it is gone. */
void pool_close(struct pool *p);
struct runner pool_runner(struct pool *p);
/* From now on pool_wait comes back with RUNNER_TICK while something can be read from fd
 * (a pipe or a socket), or its other end is closed; -1: no longer. False: it is none.
 */
bool pool_listen(struct pool *p, int fd);

#endif
