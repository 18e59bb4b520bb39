/* A verification by more than the metric, in sentences: see search/facets.h. */
#ifndef HPS_REPORT_FACETS_TEXT_H
#define HPS_REPORT_FACETS_TEXT_H

#include "report/sheet.h"
#include "search/search.h"

/* "the defaults (trial 0)", "trial 12". */
void facets_text_name(const struct candidate *c, struct str *out);
/* Several objectives: a table of every chosen point and the defaults in each, and what
 * its intervals are. */
void facets_text_table(const struct search *s, const struct sheet_view *view,
                       struct str *out);
/* Several objectives: in what the chosen points are better than the defaults. The first
 * line stands alone. Not before it is finished. */
void facets_text_answer(const struct search *s, struct str *out);
/* What the re-runs say of the limits; nothing where there are none. */
void facets_text_limits(const struct search *s, struct str *out);

#endif
