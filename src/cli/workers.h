/* Who runs the trainings of a session: the pool of this machine, or agents behind a
 * launcher. */
#ifndef HPS_CLI_WORKERS_H
#define HPS_CLI_WORKERS_H

#include "config/spec.h"
#include "study/study.h"

struct workers {
	struct runner runner; /* slots 0: not open */
	struct pool *pool;
	struct attached *attached;
	struct arena arena;
};

/* lock: as keep_fd of either, or -1. dir: absolute, where agents say what they say. */
bool workers_open(struct workers *w, const struct spec *s, size_t slots, int lock,
                  const char *dir, struct error *err);
/* Whom the agents' troubles are told. */
void workers_watch(struct workers *w, const struct observer *watch);
/* On stderr: the launcher of the first slot, where the file has one. */
void workers_show(const struct spec *s);
/* Nothing runs any more behind it. Not open: nothing. */
void workers_close(struct workers *w);

#endif
