/* Search files of other tools → ours. Nothing of a file is dropped in silence: what has
 * no counterpart stands in a comment, with its line. Ranges keep their meaning: where a
 * tool leaves the upper end out (randint), or counts steps from the lower end, or gives
 * exponents as bounds, it is written out as values. */
#ifndef HPS_CONVERT_CONVERT_H
#define HPS_CONVERT_CONVERT_H

#include "base/str.h"
#include "config/yaml.h"

enum { CONVERT_FILE_MAX = 1 << 20 };

struct convert_options {
	const char *operation; /* Guild: which one; NULL: the one that searches */
};

/* Whose the file at path is ("NNI", "Katib", …), by its keys; NULL: ours, nobody's;
 * also where it cannot be read. */
const char *convert_owner_of_file(const char *path, struct arena *a);

/* A text as a file of ours, appended to out; path for messages and for files that it
 * names. ERROR_FILE: it cannot be read, is nobody's, or has no search in it; the error
 * names the place and the way out. */
bool convert_text(const char *path, const char *text, size_t len,
                  const struct convert_options *o, struct arena *a, struct str *out,
                  struct error *err);
/* The same of a file. */
bool convert_file(const char *path, const struct convert_options *o, struct arena *a,
                  struct str *out, struct error *err);

#endif
