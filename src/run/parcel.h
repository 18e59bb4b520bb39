/* The files of a folder, carried over a connection (run/agent_wire.h) to one who does
 * not see it: regular files with their modes and times, and links to what is beside
 * them. No link is followed and nothing leaves the folder, on either side, whatever
 * names come. */
#ifndef HPS_RUN_PARCEL_H
#define HPS_RUN_PARCEL_H

#include "run/agent_wire.h"

#include <sys/types.h>
#include <time.h>

enum { PARCEL_PIECE = 48 * 1024 };

struct parcel_item {
	char *path; /* below top */
	bool link;
	off_t size;
	ino_t inode;
	struct timespec changed; /* st_ctim: nobody sets it back */
};

/* Zeroed: none. */
struct parcel {
	struct parcel_item *items; /* (n) */
	size_t n, cap;
	size_t at;  /* items before it are sent */
	int64_t to; /* of the next one, so many bytes */
	int failed; /* errno of the first that could not be read; or 0 */
};

/* Adds what is below top/folder; wanted: by its name in the folder itself, or NULL. */
void parcel_list(struct parcel *p, const char *top, const char *folder,
                 bool (*wanted)(const char *name));
/* Leaves in now what is not in before, or other than there; told: what is in before
 * alone, as messages behind out. */
void parcel_news(struct parcel *now, struct parcel *before, uint64_t ticket,
                 struct str *out);
/* The next piece as a message behind out; false: there is none any more. */
bool parcel_next(struct parcel *p, const char *top, uint64_t ticket, struct str *out);
void parcel_free(struct parcel *p);

/* What a file has more than *sent bytes of, at the most most of it, as pieces that grow
 * it; a shorter one than that begins anew. True: there was something. */
bool parcel_grow(const char *top, const char *path, int64_t *sent, int64_t most,
                 uint64_t ticket, struct str *out);

/* Is it a path below a folder, whose name is in "" or is the path's beginning? */
bool parcel_path(const char *path, const char *folder);
/* Does what a message says (file or link), below top. */
bool parcel_take(const char *top, const struct wire_message *m, struct error *err);
/* Removes what is there, below top; what is not, is not missed. */
void parcel_remove(const char *top, const char *path);
/* Moves all that is below from/ to the same place below to/. */
bool parcel_move(const char *from, const char *to, struct error *err);

#endif
