/* A recheck in sentences. */
#ifndef HPS_REPORT_RECHECK_TEXT_H
#define HPS_REPORT_RECHECK_TEXT_H

#include "search/rechecked.h"

/* x is judged; retune: how a search is begun that starts from what is known. */
void recheck_text(const struct rechecked *x, struct str *out);

#endif
