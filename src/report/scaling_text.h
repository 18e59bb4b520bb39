/* The trends of best values over sizes, as a table and sentences. */
#ifndef HPS_REPORT_SCALING_TEXT_H
#define HPS_REPORT_SCALING_TEXT_H

#include "search/scaling.h"

void scaling_text(const struct scaling *s, struct str *out);
/* Of a search with a scale block that has ended: its trends, or why there are none. */
void scaling_report(struct search *s, struct str *out);

#endif
