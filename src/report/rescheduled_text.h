/* A schedule trained afresh, in a table and sentences. */
#ifndef HPS_REPORT_RESCHEDULED_TEXT_H
#define HPS_REPORT_RESCHEDULED_TEXT_H

#include "search/rescheduled.h"

void rescheduled_text(const struct rescheduled *x, struct str *out);

#endif
