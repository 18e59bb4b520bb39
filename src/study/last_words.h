/* The line of an output that says best why a command failed. */
#ifndef HPS_STUDY_LAST_WORDS_H
#define HPS_STUDY_LAST_WORDS_H

#include "base/mem.h"

/* The last line that names an exception (ValueError: …), else that speaks of an error,
 * else the last that is not empty; without control characters, cut at 160 bytes, in
 * arena a. NULL: the text is empty. */
const char *last_words(const char *text, struct arena *a);

#endif
