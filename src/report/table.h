/* A table of text cells with aligned columns. */
#ifndef HPS_REPORT_TABLE_H
#define HPS_REPORT_TABLE_H

#include "base/mem.h"
#include "base/str.h"

enum align { ALIGN_LEFT, ALIGN_RIGHT };

struct table {
	size_t columns;
	const enum align *align; /* (columns), borrowed */
	const char **cells;      /* (n), row-major */
	size_t n, cap;
	struct arena arena;
	struct str scratch;
};

void table_init(struct table *t, size_t columns, const enum align *align);
void table_free(struct table *t);
/* The next cell; its text is cleaned (text_clean) and cut to 40 columns, except in the
 * last column. */
void table_cell(struct table *t, const char *text);
/* The same from what was gathered in t->scratch, which is emptied. */
void table_take(struct table *t);
/* The rows, behind an indent. Columns with skip[i] set are left out (skip may be NULL).
 */
void table_print(const struct table *t, const bool *skip, const char *indent,
                 struct str *out);

#endif
