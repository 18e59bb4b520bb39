/* A folder of an agent's own, for what it is sent: in the user's cache directory
 * (XDG_CACHE_HOME, or .cache in HOME), or where that cannot be written to in TMPDIR or
 * /tmp. It goes with the agent; what an agent that was killed has left, the next one
 * removes. */
#ifndef HPS_RUN_ROOM_H
#define HPS_RUN_ROOM_H

#include "base/error.h"

#include <limits.h>

struct room {
	char path[PATH_MAX - 64]; /* "": there is none */
	int lock;                 /* held while it is in use */
};

bool room_open(struct room *r, struct error *err);
void room_close(struct room *r);

#endif
