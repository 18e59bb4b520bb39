/* A chart: axes and marks in the units of the data. It is drawn as SVG (on the page, or
 * as a file of its own) or as text for a terminal; what it shows is the same in both.
 */
#ifndef HPS_PAGE_CHART_H
#define HPS_PAGE_CHART_H

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mark {
	MARK_DOTS,
	MARK_LINE,      /* broken where a point is NaN */
	MARK_STEPS,     /* the same, keeping its height up to the next point */
	MARK_BAND,      /* from low to high, along x */
	MARK_INTERVALS, /* a dot, and a line from low to high, up and down */
	MARK_ACROSS,    /* the same to the left and right */
	MARK_BARS,      /* from low to high along x, at y */
	MARK_CELLS,     /* x, y: the middle of a cell; low: its shade, 0 … 1 */
	MARK_REGION,    /* filled loops, each behind a point that is NaN; low: not 0
	                 * where the line to the next point is drawn, too */
	MARK_LABELS,    /* the text of each point, behind it */
	MARK_AXES,      /* a line at x from low to high */
	MARK_RULE       /* a line at x from the bottom to the top */
};

#define NO_TRIAL UINT64_MAX

struct mark_point {
	double x, y, low, high;
	uint64_t trial;   /* that it stands for; NO_TRIAL: none */
	const char *text; /* of LABELS; not copied */
};

struct mark_series {
	enum mark mark;
	const char *style;         /* a class of chart.css */
	const char *name;          /* in the legend; NULL: not there */
	char glyph;                /* on a terminal */
	struct mark_point *points; /* (n), malloc */
	size_t n, cap;
};

struct axis {
	const char *label; /* with its unit */
	bool log;
	double low, high;
	const char *const *names; /* (n_names) at 0, 1, 2 …; NULL: numbers */
	size_t n_names;
	bool clipped; /* some points lie beyond, and are drawn at the end */
	bool bare;    /* nothing is written beside it */
};

struct chart {
	const char *title; /* what it shows, for a reader who does not see it, too */
	const char *note;  /* n, and what the marks mean; NULL: nothing */
	struct axis x, y;
	double width, height; /* of the whole, in pixels */
	size_t singles; /* dots or bars of a series; where more, all are one path */
	double step_x, step_y;      /* of CELLS, in units of 0 … 1 */
	struct mark_series *series; /* (n), malloc */
	size_t n, cap;
};

void chart_init(struct chart *c, const char *title, double width, double height);
void chart_free(struct chart *c);
/* Valid until the next call. */
struct mark_series *chart_add(struct chart *c, enum mark mark, const char *style,
                              const char *name, char glyph);
void marks_add(struct mark_series *s, struct mark_point p);

/* Makes the axis hold n values with some room; those that are not finite do not count.
 * worse: 1, -1: an end towards which far-out values are cut off; 0: none. The scale is
 * logarithmic where all are positive and far apart. */
void axis_fit(struct axis *a, const double *values, size_t n, double worse);
/* An axis of names. */
void axis_names(struct axis *a, const char *const *names, size_t n);
/* Where x is between the ends, 0 … 1; what lies beyond is at the end. */
double axis_at(const struct axis *a, double x);
/* The other way round. */
double axis_value(const struct axis *a, double u);
/* At most `most` places for labels, put into out. Their number. */
size_t axis_ticks(const struct axis *a, size_t most, double *out);
enum { TICKS_MAX = 32 };
/* The label at x. */
void axis_label(const struct axis *a, double x, struct str *out);

/* An svg element. style: a style sheet for it to carry (a file of its own), NULL: that
 * of the page it stands in. */
void chart_svg(const struct chart *c, const char *style, struct str *out);
/* n charts, two in a row, as one file. */
void charts_svg(const struct chart *c, size_t n, const char *style, struct str *out);
/* columns: of the terminal. */
void chart_text(const struct chart *c, size_t columns, struct str *out);

#endif
