/* The importance of a search's parameters, kept in its directory (importance.json), so
 * that whoever shows them need not work it out again. */
#ifndef HPS_REPORT_IMPORTANCE_KEPT_H
#define HPS_REPORT_IMPORTANCE_KEPT_H

#include "report/importance_text.h"

/* Nothing is done where the search has no directory, or it cannot be written to: it can
 * be had again. */
void importance_keep(const struct importance *im, const struct study *s);
/* The parameters of the space, the most important first, as they are kept, (n) in a;
 * none where there is no such file, or one of other trials than there are now. */
const size_t *importance_order(const struct search *s, struct arena *a, size_t *n);

#endif
