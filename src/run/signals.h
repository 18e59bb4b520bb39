/* The signals of a runner: INT TERM HUP USR1 WINCH are blocked and read from a
 * descriptor (a HUP that was ignored stays so: nohup); PIPE and XFSZ are ignored. */
#ifndef HPS_RUN_SIGNALS_H
#define HPS_RUN_SIGNALS_H

#include "base/error.h"

#include <signal.h>

struct signals {
	int fd; /* readable while there is one; -1: not taken */
	sigset_t old_mask;
	struct sigaction old_pipe, old_xfsz;
};

bool signals_take(struct signals *s, struct error *err);
int signals_next(const struct signals *s); /* 0: none */
/* As they were before; what has come and was not read is forgotten. fd may be -1 where
 * signals_take failed. */
void signals_give_back(struct signals *s);

#endif
