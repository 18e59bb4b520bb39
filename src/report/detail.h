/* All about a search (its head) and about one trial. */
#ifndef HPS_REPORT_DETAIL_H
#define HPS_REPORT_DETAIL_H

#include "report/sheet.h"
#include "study/study.h"

/* Name, method, seed, where and when it was begun, its state; where: what was read. */
void detail_search(const struct study *s, const char *where, struct str *out);
/* Parameters, runs with their measures, reports, reasons, folders below dir (NULL: not
 * known). */
void detail_trial(const struct study *s, const struct trial *t, const char *dir,
                  const struct sheet_view *v, struct str *out);

/* Why it was proposed: what the strategy knew and believed. */
void detail_why(const struct study *s, const struct trial *t, struct str *out);

#endif
