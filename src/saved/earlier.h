/* warm_start: trials of finished searches, read from their files and placed in the
 * space of a new one. */
#ifndef HPS_SAVED_EARLIER_H
#define HPS_SAVED_EARLIER_H

#include "search/warm.h"

/* Reads the files that the spec names; what is kept is in arena a. ERROR_FILE, with the
 * way out, where one cannot be read, pulls the other way (goal), or has no trial that
 * fits the space. */
bool warm_load(struct warm *w, const struct spec *spec, struct arena *a,
               struct error *err);

#endif
