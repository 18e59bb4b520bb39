/* A table of values: rows by columns that have titles and kinds. Filled once, written
 * in any format: by a table for people (which fits a terminal), CSV, JSON, YAML,
 * Markdown or LaTeX, each with the escapes that it needs. */
#ifndef HPS_REPORT_SHEET_H
#define HPS_REPORT_SHEET_H

#include "space/value.h"

enum column_kind {
	COLUMN_TEXT,   /* aligned on the left */
	COLUMN_NUMBER, /* by the decimal point */
	COLUMN_REST    /* a long text, that takes what room is left; the last one */
};

struct sheet_column {
	const char *name;  /* for programs: of CSV, JSON, YAML */
	const char *title; /* for people; NULL: the name */
	const char *under; /* a second line of the title; NULL: none */
	enum column_kind kind;
	bool keep;   /* is not left out where there is no room for all */
	bool hidden; /* for programs alone */
};

struct sheet_cell {
	struct value value; /* NULL: there is none … */
	bool null;          /* … or it is just that */
	double half;        /* half of an interval around it; NaN: none */
	const char *shown;  /* for people, in place of the value; NULL: the value */
};

/* Zeroed: empty. Texts are copied. */
struct sheet {
	struct arena arena;
	struct sheet_column *columns; /* (n) */
	size_t n, cap;
	struct sheet_cell *cells; /* (n_cells), row-major */
	size_t n_cells, cap_cells;
};

void sheet_free(struct sheet *s);
/* All columns first, then the cells row by row. */
void sheet_column(struct sheet *s, const char *name, const char *title,
                  enum column_kind kind, bool keep);
/* Of the latest column: its second line; that people do not see it. */
void sheet_under(struct sheet *s, const char *text);
void sheet_hide(struct sheet *s);
void sheet_none(struct sheet *s);
void sheet_text(struct sheet *s, const char *text); /* NULL: none */
void sheet_int(struct sheet *s, uint64_t x);
void sheet_number(struct sheet *s, double x);             /* NaN and infinite: none */
void sheet_value(struct sheet *s, const struct value *v); /* NULL: none */
/* A cell of another sheet, which must outlive this one. */
void sheet_copy(struct sheet *s, const struct sheet_cell *c);
/* What people see of the latest cell; half of its interval. */
void sheet_shown(struct sheet *s, const char *text);
void sheet_half(struct sheet *s, double half);
size_t sheet_rows(const struct sheet *s);

/* How a table for people is laid out. */
struct sheet_view {
	size_t width; /* of the terminal; 0: as wide as needed */
	bool full;    /* every digit; else four, or as many as tell a column's values
	               * apart */
	bool bare;    /* without titles */
	const char *indent;
};
/* What does not fit the width is turned, trials beside each other, where these fit;
 * else columns are left out from the right, but those that are kept, and left_out (n)
 * says which (NULL: not asked). No word is broken. */
void sheet_table(const struct sheet *s, const struct sheet_view *v, bool *left_out,
                 struct str *out);
/* The same behind that indent, for a table all of whose columns are kept; v NULL: as
 * wide as it is. */
void sheet_print(const struct sheet *s, const struct sheet_view *v, const char *indent,
                 struct str *out);

/* csv json yaml markdown latex; false: it is none of these. full: of Markdown and
 * LaTeX, as above; the others always have every digit. */
bool sheet_write(const struct sheet *s, const char *format, bool full, struct str *out);
/* A text in Markdown, in LaTeX: nothing in it means anything to either. */
void sheet_markdown_text(struct str *out, const char *text);
void sheet_latex_text(struct str *out, const char *text);

#endif
