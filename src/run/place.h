/* Where a command may run and how it gives way to others: its processors and its
 * niceness, worked out before a vfork and entered behind it. */
#ifndef HPS_RUN_PLACE_H
#define HPS_RUN_PLACE_H

#include <sched.h>
#include <stddef.h>

struct place {
	cpu_set_t *mask; /* (mask_size) bytes; size 0: our own processors */
	size_t mask_size;
	int nice, niceness; /* what is added to ours, and what that makes */
};

/* cpus: n of them, rising, an int each without alignment. 0: ours. */
void place_set(struct place *p, const char *cpus, size_t n, int nice);
/* For the process that calls it, between setsid and exec. System calls only. */
void place_enter(const struct place *p);

#endif
