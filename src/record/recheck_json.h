/* A recheck for programs: recheck.json, and its line in the history of a search's
 * rechecks. */
#ifndef HPS_RECORD_RECHECK_JSON_H
#define HPS_RECORD_RECHECK_JSON_H

#include "search/rechecked.h"

/* x is judged. One object on one line. */
void recheck_json(const struct rechecked *x, struct str *out);
/* recheck.json of its directory; and, when it is complete, its line at the end of
 * history unless a line of the same number is there. history NULL: none is kept. */
bool recheck_write(const struct rechecked *x, const char *history, struct error *err);

#endif
