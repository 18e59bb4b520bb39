/* Strangers' strings on a page: whatever they hold, they are text there. */
#ifndef HPS_PAGE_HTML_H
#define HPS_PAGE_HTML_H

#include "base/str.h"

/* In an element or a quoted attribute: control characters and bytes that are not UTF-8
 * as text_clean writes them, markup escaped. */
void html_text(struct str *out, const char *s);
/* The same of several lines, which stay lines. */
void html_lines(struct str *out, const char *s, size_t n);
/* JSON for a script element: nothing in it can end that. */
void html_json(struct str *out, const struct str *json);

#endif
