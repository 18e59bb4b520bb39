/* Which of the files that a pattern names is the newest: * ? [] within a folder, ** for
 * any folders between. Bounded: so many names are looked at, and no more. */
#ifndef HPS_RUN_FIND_H
#define HPS_RUN_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { FIND_ENTRIES = 20000, FIND_DEPTH = 24, FIND_PATH = 4096 };

struct find {
	/* false: passed over. Regular files only are shown, and what stands in the
	 * place of one (a link, a pipe, a folder). */
	bool (*wanted)(void *self, const char *path, const struct stat *st);
	void *self;
	size_t entries;       /* names that may still be looked at */
	char path[FIND_PATH]; /* the newest; "": none */
	struct timespec newest;
};

/* pattern: absolute. A name that stands there as it is written goes before its meaning
 * as a pattern; folders that ** passes through are no links. */
void find_newest(struct find *f, const char *pattern);

#endif
