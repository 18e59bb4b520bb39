/* The facts of a run's end, and the uses of the test data, in JSON: as journal and
 * results file both have them. */
#ifndef HPS_RECORD_RUN_END_JSON_H
#define HPS_RECORD_RUN_END_JSON_H

#include "base/json.h"
#include "search/event.h"
#include "search/verdict.h"

/* Members of an object that is begun; attempts and reports are not among them. */
void run_end_json(const struct run_end *end, struct str *out);
/* ERROR_FILE when it is not whole. Texts and lists are in the arena. */
bool run_end_read(const cJSON *e, struct run_end *end, struct arena *a,
                  struct error *err);

/* A use of the test data, without whose; likewise. */
enum { PAIRS_MAX = 10000 };
void test_use_json(const struct verdict_use *u, struct str *out);
bool test_use_read(const cJSON *json, struct verdict_use *u, struct error *err);

#endif
