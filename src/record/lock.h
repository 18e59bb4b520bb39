/* One driver per directory: an exclusive lock on DIR/lock, whose holder's pid is
 * written into it. The lock lives as long as any process holds the descriptor, so it is
 * handed to the run supervisors: a new driver cannot begin before the last child of a
 * killed one is gone. Where machines do not see each other's locks, or there are none,
 * record/holder.h tells. */
#ifndef HPS_RECORD_LOCK_H
#define HPS_RECORD_LOCK_H

#include "base/error.h"

/* Makes the directory, takes the lock. When its holder is dead but children of it are
 * still being ended, waits up to 20 seconds. Returns the descriptor, -1 with err. */
int lock_take(const char *dir, struct error *err);
/* The same, whoever else may be at work on another machine. */
int lock_take_over(const char *dir, struct error *err);
/* Waits for as long as it takes, behind others that wait. The directory is there. */
int lock_wait(const char *dir, struct error *err);
/* Closes it; -1: nothing. Whoever dies instead is known to be dead on this machine
 * only.
 */
void lock_release(int fd);

#endif
