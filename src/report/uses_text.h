/* What the test data were used for, by the ledger. */
#ifndef HPS_REPORT_USES_TEXT_H
#define HPS_REPORT_USES_TEXT_H

#include "search/verdict.h"

/* Lines: in how many runs, of whom, and what is left for later comparisons. */
void uses_text(const struct verdict *v, struct str *out);

#endif
