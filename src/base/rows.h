/* Text in rows and columns: CSV (RFC 4180: commas, "quoted ""cells""", line ends of any
 * kind), the same with semicolons, TSV. Blanks around a cell do not count, nor does a
 * byte order mark. Only what is asked for is read: one row at a time. */
#ifndef HPS_BASE_ROWS_H
#define HPS_BASE_ROWS_H

#include "base/str.h"

enum { ROWS_CELLS = 4096 /* of a row; those beyond are left out */ };

struct rows {
	const char *text; /* borrowed */
	size_t len, at;   /* at: behind the last row */
	size_t from;      /* where the last row begins */
	size_t line;      /* of the last row's beginning, from 1 */
	bool whole;       /* the last row ends in a newline */
	char delimiter;
	size_t n; /* cells of the last row */
	/* private */
	size_t next_line;
	struct str cells;
	size_t begin[ROWS_CELLS];
};

/* delimiter: 0 is whichever of comma, semicolon and tab the first line has most of. */
void rows_begin(struct rows *t, const char *text, size_t len, char delimiter);
void rows_end(struct rows *t);
/* The next row with anything in it; false: there is none. */
bool rows_next(struct rows *t);
/* Cell i of the last row, "" beyond its end; until the next row. */
const char *rows_cell(const struct rows *t, size_t i);

#endif
