/* The sections of the page, from top to bottom. */
#ifndef HPS_PAGE_SECTIONS_H
#define HPS_PAGE_SECTIONS_H

#include "page/page.h"
#include "page/view.h"

/* What the search came to, in words, dots and intervals. */
void section_verdict(struct view *v, const struct page_options *o, struct str *out);
void section_pictures(struct view *v, struct str *out);
/* The ranking as a table, and what there is to know of the best and of those that
 * failed. */
void section_trials(struct view *v, struct str *out);
/* Early stopping, ablation, rechecks, sizes, the test data. */
void section_more(struct view *v, const struct page_options *o, struct str *out);
/* The file, where it ran, warnings, how to do it again. */
void section_file(struct view *v, const struct page_options *o, struct str *out);

#endif
