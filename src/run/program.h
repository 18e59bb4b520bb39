/* A file of this program that runs on a machine which has nothing of it: this one, if
 * it is linked statically, or the one beside it (static/hpsearch, hpsearch-static). And
 * the words that copy it: a script for the shell of the other side, which keeps it by
 * its checksum in the user's cache directory, asks for it (WIRE_NEED) where it is not
 * there, says when it is (WIRE_HAVE), and becomes its agent. */
#ifndef HPS_RUN_PROGRAM_H
#define HPS_RUN_PROGRAM_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

struct program {
	const char *bytes; /* (n); NULL: there is none */
	size_t n;
	char hash[65]; /* SHA-256 in hexadecimal */
};

/* own: this program's file. What it points to is in the arena. */
struct program program_find(const char *own, struct arena *a);
/* NULL-terminated, in the arena; to stand behind a launcher. */
const char *const *program_words(const struct program *p, struct arena *a);

#endif
