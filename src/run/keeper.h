/* A launcher and who keeps it: a small process that starts it, holds a descriptor open
 * for as long as it lives (the search's lock), and sees to its end when the driver is
 * gone, however that went. */
#ifndef HPS_RUN_KEEPER_H
#define HPS_RUN_KEEPER_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct keeper {
	pid_t pid;   /* 0: none */
	int in, out; /* to the launcher's standard input, from its output; or -1 */
	int ctl;     /* whose end tells the keeper that we are gone; or -1 */
};

/* argv: NULL-terminated, by PATH. log: where its standard error goes. keep_fd: or -1.
 * patience: nanoseconds that the launcher has to leave by itself once its input is
 * closed and the driver gone, before it is killed. What is wrong with argv shows in the
 * log, and as an exit with 127. */
bool keeper_start(struct keeper *k, const char *const *argv, int log, int keep_fd,
                  int64_t patience, struct error *err);
/* Closes the launcher's input and output, and ours to the keeper: it leaves when the
 * launcher has, or is killed. */
void keeper_part(struct keeper *k);
/* Has it left? *status: the launcher's exit status, 128 and the signal where one ended
 * it. */
bool keeper_left(struct keeper *k, int *status);
/* The launcher's end at once, and the keeper's. */
void keeper_kill(struct keeper *k);

#endif
