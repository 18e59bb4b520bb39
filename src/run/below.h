/* Files below a folder by patterns of names (* ? [] within a folder, ** for any folders
 * between), and their removal. No link is followed, on no part of the way: what is
 * found or removed lies where it says. */
#ifndef HPS_RUN_BELOW_H
#define HPS_RUN_BELOW_H

#include <dirent.h>
#include <stdbool.h>

enum { BELOW_DEPTH = 32, BELOW_PATH = 4096 };

/* The folder at dir/path, whose parts below dir are no links; -1: there is none. */
int below_open(const char *dir, const char *path);

/* A folder in an open one; -1: there is none of that name. */
int below_enter(int fd, const char *name);
/* What is in an open folder, which is closed with it; NULL where that cannot be, or fd
 * is -1: then it is closed at once. */
DIR *below_list(int fd);
/* The next name, but for . and ..; NULL at the end (errno 0), or where it cannot be
 * read. */
const char *below_next(DIR *d);

struct below {
	/* false: not looked at, a name in the folder itself; or NULL */
	bool (*wanted)(const char *name);
	/* name in the open folder fd; path: from the folder that was begun with */
	void (*found)(void *self, int fd, const char *name, const char *path);
	void *self;
};
/* Every name that the pattern means, folders too; a hidden one where the pattern says
 * its dot. */
void below_each(int fd, const char *pattern, const struct below *b);
/* Removes a name in an open folder, with all that is below it; a link itself. False:
 * not all of it could be. */
bool below_remove(int fd, const char *name);

#endif
