/* Configurations out of a list: `points:` of the file, or a table, or a text of the
 * command line. Read first, when no parameter is known; placed in the space later. */
#ifndef HPS_CONFIG_POINTS_H
#define HPS_CONFIG_POINTS_H

#include "config/read.h"

/* One of them as it was written. */
struct point_row {
	struct position at; /* in the YAML file; line 0: it is of another: */
	const char *file;   /* its name … */
	size_t line;        /* … and line; 0: not known */
	size_t n;
	const char **names;     /* (n) flat: optimizer.lr */
	struct value *values;   /* (n) */
	const char **texts;     /* (n) cells of a table, as written; NULL: no table */
	struct position *where; /* (n), where at.line is not 0; else NULL */
};

struct point_rows {
	struct point_row *list; /* (n), arena */
	size_t n;
};

/* A table, by its ending: .csv, .tsv, .json, .jsonl, .yaml. */
bool points_read_file(const char *path, struct point_rows *out, struct arena *a,
                      struct error *err);
/* "lr=0.1,width=64" */
bool points_read_option(const char *text, struct point_row *out, struct arena *a,
                        struct error *err);

/* Where a configuration is in the space: parameters that it does not name are at their
 * defaults. False: err says what is wrong with it, *column (not NULL) which of its
 * names; *help what to do, or NULL. label: its name, or NULL. */
bool points_place(const struct space *sp, const struct point_row *row,
                  struct coord *point, const char **label, size_t *column,
                  const char **help, struct arena *a, struct error *err);

/* The key `points`; and, once the space is known, spec->points. */
bool spec_read_points(struct reading *r, const struct node *n);
bool spec_place_points(struct reading *r);
/* A parameter for every name in the rows, with the values there: {lr: {values: …}}. */
struct node *points_parameters(const struct point_rows *rows, struct arena *a);

#endif
