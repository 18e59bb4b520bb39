/* Files: reading with a limit, and replacing so that a reader or a crash sees either
 * the old content or the new, never half of it. Every descriptor is close-on-exec. */
#ifndef HPS_BASE_FILE_H
#define HPS_BASE_FILE_H

#include "base/error.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is written to last goes through this narrow door, so that a test can fill a
 * disk, or break it. errno says why one of them failed. */
struct disk {
	bool (*write)(void *self, int fd, const char *bytes, size_t n); /* all n */
	bool (*sync)(void *self, int fd); /* to the disk; a failure is final */
	void *self;
};
extern const struct disk disk_real;

/* The last size - 1 bytes of a regular file, at the most, and a NUL, into out; their
 * number, 0 where there are none or it cannot be read. */
size_t file_tail(const char *path, char *out, size_t size);
/* The whole file, NUL-terminated beyond *len bytes, in arena a. "-" is not special.
 * Fails (ERROR_FILE when it is missing, not a regular file or longer than limit). */
bool file_read(const char *path, size_t limit, struct arena *a, char **text,
               size_t *len, struct error *err);

/* Writes path by temporary file, fdatasync, rename, fsync of the directory. A symbolic
 * link in the place of the temporary file is not followed. Nothing is seen of the
 * pieces before file_commit. What failed on the way, it says. */
struct file_new {
	const struct disk *disk;
	int fd;     /* -1: not begun */
	int failed; /* errno of a piece that could not be written */
	char path[4096], tmp[4096];
};
bool file_begin(struct file_new *f, const char *path, const struct disk *disk,
                struct error *err);
void file_put(struct file_new *f, const char *bytes, size_t n);
bool file_commit(struct file_new *f, struct error *err);
/* The same in one piece. */
bool file_replace(const char *path, const struct disk *disk, const char *bytes,
                  size_t n, struct error *err);
/* open() of a file of ours: no link is followed, nothing but a regular file is opened,
 * for writing none that has a second name, and nothing waits for the other end of a
 * pipe that somebody has put there. -1: err says. */
int file_open(const char *path, int flags, mode_t mode, struct error *err);
/* Creates or empties path and writes it, no sync: for what can be made again. */
bool file_write(const char *path, const char *bytes, size_t n, mode_t mode,
                struct error *err);
/* All n bytes to fd, through interrupts and short writes. */
bool file_write_all(int fd, const char *bytes, size_t n);
/* mkdir -p, mode 0777 under the umask. */
bool file_mkdirs(const char *path, struct error *err);
/* The folders of rest, "a/b/c", below top, which is there. No link among them is
 * followed: what is in the way makes it fail. */
bool file_mkdirs_below(const char *top, const char *rest, struct error *err);
bool file_sync_dir(const char *path, struct error *err); /* fsync of a directory */
/* rm -r, staying inside: symbolic links are removed, not followed. */
bool file_remove_tree(const char *path, struct error *err);

#endif
