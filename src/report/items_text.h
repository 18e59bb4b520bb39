/* Test items in the sentences on a verification. */
#ifndef HPS_REPORT_ITEMS_TEXT_H
#define HPS_REPORT_ITEMS_TEXT_H

#include "base/str.h"
#include "search/verdict.h"

/* "± 0.012 from training seeds, ± 0.021 from 1,000 test items"; nothing where no items
 * count. */
void items_text_parts(const struct verdict *v, struct str *out);
/* What the interval is over; where items were named and do not count, why. */
void items_text_scope(const struct verdict *v, struct str *out);
/* How many items would tell what no number of pairs does. False: it is not the items
 * that leave it open, and nothing was said. */
bool items_text_next(const struct verdict *v, double level, struct str *out);

#endif
