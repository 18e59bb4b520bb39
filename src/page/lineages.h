/* What a population has found (search/lineage.h), beside its picture (page/view.h). */
#ifndef HPS_PAGE_LINEAGES_H
#define HPS_PAGE_LINEAGES_H

#include "page/view.h"

/* The schedule of the best, an interval a row; nothing where there is none. */
void lineages_table(struct view *v, struct str *out);

#endif
