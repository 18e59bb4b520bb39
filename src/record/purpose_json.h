/* What the runs of a directory are for, in a line of its journal, and back. */
#ifndef HPS_RECORD_PURPOSE_JSON_H
#define HPS_RECORD_PURPOSE_JSON_H

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "search/purpose.h"

/* Members of an object that is begun. */
void purpose_json(const struct purpose *p, struct str *out);
/* False: it is none that is whole. Lists are in the arena, texts the JSON's. */
bool purpose_read(const cJSON *json, struct purpose *p, struct arena *a);

#endif
