/* Lines that one process writes and another reads, maybe on another host, in a file
 * that both see: a text each, behind its CRC-32C in eight hexadecimal digits. Over a
 * network a name, a size and a descriptor that is kept open may all be old for a
 * minute; so whoever reads opens anew every time, and whoever writes closes at once. A
 * line that is half there waits for its rest; one that a dead writer left so is
 * skipped. */
#ifndef HPS_RUN_MAILBOX_H
#define HPS_RUN_MAILBOX_H

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

enum { MAILBOX_LINE_MAX = 16 << 20 }; /* bytes; a longer one ends the reading */

/* Appends the text, which has no newline in it (one at its end is left out), as a line.
 */
void mailbox_line(struct str *out, const struct str *text);
/* Appends whole lines to the file, which is made where it is not there. sync: they are
 * on the disk (of the server) when this returns. */
bool mailbox_put(const char *path, const struct str *lines, bool sync,
                 struct error *err);

struct mailbox {
	char *path;      /* a copy */
	off_t read;      /* bytes taken from the file */
	struct str text; /* of them, not handed out yet: from next on */
	size_t next;
	uint64_t bad; /* lines that were skipped */
};
void mailbox_open(struct mailbox *m, const char *path);
void mailbox_close(struct mailbox *m);
/* Takes what is new. False: the file is not there, or cannot be read. */
bool mailbox_look(struct mailbox *m);
/* The next whole text of what has been taken, valid until the next look; NULL: none. */
const char *mailbox_next(struct mailbox *m, size_t *n);

#endif
