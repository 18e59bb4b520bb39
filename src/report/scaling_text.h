/* The trends of best values over sizes, as a table and sentences. */
#ifndef HPS_REPORT_SCALING_TEXT_H
#define HPS_REPORT_SCALING_TEXT_H

#include "report/sheet.h"
#include "search/scaling.h"

void scaling_text(const struct scaling *s, const struct sheet_view *v, struct str *out);
/* A row for each parameter; beyond: where its best value lies outside of the range that
 * was searched. */
void scaling_sheet(const struct scaling *s, struct sheet *out);
/* Of a search with a scale block that has ended: its trends, or why there are none. */
void scaling_report(struct search *s, const struct sheet_view *v, struct str *out);

#endif
