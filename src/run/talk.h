/* A conversation with a program: lines to its standard input, lines from its standard
 * output, each waited for so long and no longer. It is in a process group of its own
 * and is killed when this process ends. */
#ifndef HPS_RUN_TALK_H
#define HPS_RUN_TALK_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

enum { TALK_LINE_MAX = 1 << 20 }; /* bytes of a line that is heard */

struct talk {
	pid_t pid; /* 0: not begun */
	int in, out;
	struct str heard; /* not yet taken */
	size_t taken;     /* of it */
	int status;       /* of wait, once it has ended */
};

/* argv: NULL-terminated; cwd, log (where its standard error goes, appended) may be
 * NULL: ours. */
bool talk_begin(struct talk *t, const char *const *argv, const char *cwd,
                const char *log, struct error *err);
/* All of it until deadline (clock_now's scale), or ERROR_SYSTEM. */
bool talk_say(struct talk *t, const char *text, size_t len, int64_t deadline,
              struct error *err);
enum heard { HEARD_LINE, HEARD_SIGNAL, HEARD_NOTHING };
/* The next line, without its newline, valid until the next call. SIGNAL: one of those
 * that ask us to end is pending; what was asked is still to be answered. NOTHING: it
 * has ended, is silent until deadline, or says too much; err tells. */
enum heard talk_hear(struct talk *t, int64_t deadline, const char **line, size_t *len,
                     struct error *err);
/* Closes its input, and kills its group when that does not end it within a second. */
void talk_end(struct talk *t);

#endif
