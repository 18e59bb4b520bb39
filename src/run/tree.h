/* The processes below a process, found in /proc and signalled. Used where a process
 * group does not reach: descendants that made groups or sessions of their own. */
#ifndef HPS_RUN_TREE_H
#define HPS_RUN_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

struct process {
	pid_t pid, parent, group, session;
};

/* Everything in /proc at about this moment, zombies too: (*n), for free(). */
struct process *tree_snapshot(size_t *n);

/* Sends sig to every descendant of root, but not to those in process group `except`
 * (0: no exception). With SIGKILL whole groups are hit first, each at one stroke, so
 * that what forks in a circle cannot slip away. The descendants must be in sessions
 * that none of them shares with root. */
void tree_signal(pid_t root, int sig, pid_t except);

/* Bytes that the descendants of root have resident. A page that several processes have
 * counts in full for each, as in VmRSS (proc(5)); fairly: in shares, as in Pss, which
 * the kernel takes longer to tell (a process that hides it counts as before). */
int64_t tree_resident(pid_t root, bool fairly);

#endif
