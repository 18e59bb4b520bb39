/* ablation.json: what an ablation came to, for programs; made again from the journal
 * whenever it is asked for. */
#ifndef HPS_RECORD_ABLATION_JSON_H
#define HPS_RECORD_ABLATION_JSON_H

#include "search/ablated.h"

enum { ABLATION_SCHEMA = 1 };

/* a is judged. */
void ablation_json(struct ablated *a, struct str *out);
/* … into the directory of its search. */
bool ablation_write(struct ablated *a, struct error *err);

#endif
