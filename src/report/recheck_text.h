/* A recheck in sentences. */
#ifndef HPS_REPORT_RECHECK_TEXT_H
#define HPS_REPORT_RECHECK_TEXT_H

#include "report/sheet.h"
#include "search/rechecked.h"

/* x is judged; retune: how a search is begun that starts from what is known. */
void recheck_text(const struct rechecked *x, const struct sheet_view *v,
                  struct str *out);
/* What it asks, a case each: failed, or skipped where there is nothing to ask it of. */
void recheck_junit(const struct rechecked *x, struct str *out);
/* Its configurations then and now. */
void recheck_sheet(const struct rechecked *x, struct sheet *out);

#endif
