/* Where a search comes from, read back from its journal; and the spec that it means. */
#ifndef HPS_RECORD_ORIGIN_H
#define HPS_RECORD_ORIGIN_H

#include "base/json.h"
#include "config/spec.h"
#include "search/origin.h"

/* What a "search" event carries; all in arena a. */
bool origin_read(const cJSON *event, struct search_origin *o, struct arena *a,
                 struct error *err);
/* The decoding of the search in a directory; DECODING where there is none yet. To be
 * set in the space before study_init. */
int origin_decoding(const char *dir);
/* The spec that an origin stands for (its yaml, path, set, command). */
bool origin_spec(const struct search_origin *o, struct spec *spec, struct arena *a,
                 struct error *err);

#endif
