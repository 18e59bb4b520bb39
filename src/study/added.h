/* Configurations that a person adds to a search that has begun (hpsearch add): lines in
 * a file of its directory, which the driver takes up where it would propose. */
#ifndef HPS_STUDY_ADDED_H
#define HPS_STUDY_ADDED_H

#include "study/study.h"

/* Adds a line to the file of a search's directory. */
bool added_write(const char *dir, const struct space *sp, const struct coord *point,
                 const char *label, struct error *err);
/* The next one that no trial has been made of, as an event of this study; false: there
 * is none. What cannot be read is passed over, with a message. */
bool added_next(struct study *s, struct event *out);

#endif
