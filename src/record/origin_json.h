/* Where a search comes from, read back from its journal; and the spec that it means. */
#ifndef HPS_RECORD_ORIGIN_JSON_H
#define HPS_RECORD_ORIGIN_JSON_H

#include "base/json.h"
#include "config/spec.h"
#include "search/origin.h"

/* What a "search" event carries; all in arena a. */
bool origin_read(const cJSON *event, struct search_origin *o, struct arena *a,
                 struct error *err);
/* What the search in a directory keeps from its beginning; today's where there is none
 * yet. The decoding is to be set in the space before study_init. */
struct origin_rules {
	int decoding;
	bool first; /* version 0.1.0's verification */
};
struct origin_rules origin_rules(const char *dir);
/* The spec that an origin stands for (its yaml, path, set, command). */
bool origin_spec(const struct search_origin *o, struct spec *spec, struct arena *a,
                 struct error *err);

#endif
