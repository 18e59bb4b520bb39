/* What a run said beside its metric, in journal and results file: "metrics", as in
 * base/series.h, "metrics_more" where it said more names than are kept, "note". */
#ifndef HPS_RECORD_MEASURED_JSON_H
#define HPS_RECORD_MEASURED_JSON_H

#include "base/json.h"
#include "search/trial.h"

/* Members of the run's object; none where nothing was said. */
void measured_json(const struct run_end *end, struct str *out);
/* False: they are not whole. */
bool measured_read(const cJSON *json, struct run_end *end, struct arena *a);

#endif
