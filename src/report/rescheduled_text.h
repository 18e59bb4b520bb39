/* A schedule trained afresh, in a table and sentences. */
#ifndef HPS_REPORT_RESCHEDULED_TEXT_H
#define HPS_REPORT_RESCHEDULED_TEXT_H

#include "report/sheet.h"
#include "search/rescheduled.h"

void rescheduled_text(const struct rescheduled *x, const struct sheet_view *v,
                      struct str *out);
/* Its candidates. */
void rescheduled_sheet(const struct rescheduled *x, struct sheet *out);

#endif
