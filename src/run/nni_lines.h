/* What NNI's client prints in a trial: NNISDK_MEb'{"type": "PERIODICAL", "sequence": 3,
 * "value": "0.93", …}'. The value is JSON in a string: a number, or a dictionary with
 * `default`. nni 3 prints the text as it is, nni 2 as Python shows bytes (seen in both
 * clients, `_send`). */
#ifndef HPS_RUN_NNI_LINES_H
#define HPS_RUN_NNI_LINES_H

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

struct nni_said {
	bool final;      /* FINAL, not PERIODICAL */
	double sequence; /* of a PERIODICAL, from 0 */
	cJSON *value;    /* the caller's to delete */
};

/* False: the line is none of them. */
bool nni_read(const char *line, size_t n, struct nni_said *out);

#endif
