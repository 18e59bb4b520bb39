#include "page/chart.h"
#include "page/html.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct frame {
	double left, top, right, bottom;
};

static const double letter = 6.6; /* as wide as a letter of 12 px, about */
static const double note_line = 15;

static size_t widest_label(const struct axis *a, size_t most)
{
	double at[TICKS_MAX];
	size_t n = axis_ticks(a, most, at), widest = 0;
	struct str text = {0};

	for (size_t i = 0; i < n; i++) {
		size_t w;

		str_clear(&text);
		axis_label(a, at[i], &text);
		w = text_width(str_text(&text));
		widest = w > widest ? w : widest;
	}
	str_free(&text);
	return widest;
}

static struct frame frame_of(const struct chart *c)
{
	double left = 30 + letter * (double)widest_label(&c->y, 8);

	return (struct frame){fmin(left, c->width / 2), 12, c->width - 14,
	                      c->height - 44};
}

static double px(const struct chart *c, const struct frame *f, double x)
{
	return f->left + axis_at(&c->x, x) * (f->right - f->left);
}

static double py(const struct chart *c, const struct frame *f, double y)
{
	return f->bottom - axis_at(&c->y, y) * (f->bottom - f->top);
}

static void add_label(const struct axis *a, double x, struct str *out)
{
	struct str text = {0};

	axis_label(a, x, &text);
	html_text(out, str_text(&text));
	str_free(&text);
}

static void add_axis_x(const struct chart *c, const struct frame *f, struct str *out)
{
	double at[TICKS_MAX], room = letter * (double)(widest_label(&c->x, 8) + 2);
	double last = -(double)INFINITY;
	size_t n = axis_ticks(&c->x, (size_t)fmax(2, (f->right - f->left) / 60), at);

	for (size_t i = 0; i < n; i++) {
		double x = px(c, f, at[i]);

		str_addf(out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", x, f->top,
		         f->bottom);
		if (x - last < room)
			continue;
		last = x;
		str_addf(out,
		         "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" "
		         "text-anchor=\"middle\">",
		         x, f->bottom + 16);
		add_label(&c->x, at[i], out);
		str_add(out, "</text>");
	}
	str_addf(out,
	         "<text class=\"label\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
	         (f->left + f->right) / 2, c->height - 8);
	html_text(out, c->x.label ? c->x.label : "");
	str_add(out, "</text>");
}

static void add_axis_y(const struct chart *c, const struct frame *f, struct str *out)
{
	double at[TICKS_MAX];
	size_t n = axis_ticks(&c->y, (size_t)fmax(2, (f->bottom - f->top) / 36), at);

	for (size_t i = 0; i < n; i++) {
		double y = py(c, f, at[i]);

		str_addf(out,
		         "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text "
		         "class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
		         f->left, y, f->right, f->left - 6, y + 4);
		add_label(&c->y, at[i], out);
		str_add(out, "</text>");
	}
	str_addf(out,
	         "<text class=\"label\" transform=\"translate(13 %.1f)rotate(-90)\" "
	         "text-anchor=\"middle\">",
	         (f->top + f->bottom) / 2);
	html_text(out, c->y.label ? c->y.label : "");
	str_add(out, "</text>");
}

static void add_trial(uint64_t trial, struct str *out)
{
	if (trial != NO_TRIAL)
		str_addf(out, " data-t=\"%llu\"", (unsigned long long)trial);
}

/* One path, a dot for each pixel that has one: more would look the same. */
static void add_many_dots(const struct chart *c, const struct frame *f,
                          const struct mark_series *s, struct str *out)
{
	size_t w = (size_t)c->width + 1;
	bool *seen = mem_new(w * ((size_t)c->height + 1), sizeof *seen);

	str_addf(out, "<path class=\"%s many\" d=\"", s->style);
	for (size_t i = 0; i < s->n; i++) {
		size_t x = (size_t)lrint(px(c, f, s->points[i].x));
		size_t y = (size_t)lrint(py(c, f, s->points[i].y));

		if (!seen[y * w + x])
			str_addf(out, "M%zu %zuh0", x, y);
		seen[y * w + x] = true;
	}
	str_add(out, "\"/>");
	free(seen);
}

static void add_dots(const struct chart *c, const struct frame *f,
                     const struct mark_series *s, struct str *out)
{
	if (s->n > c->singles) {
		add_many_dots(c, f, s, out);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct mark_point *p = &s->points[i];

		str_addf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"",
		         s->style, px(c, f, p->x), py(c, f, p->y),
		         s->n > 250 ? "2.5" : "4");
		add_trial(p->trial, out);
		str_add(out, "/>");
	}
}

static void add_line(const struct chart *c, const struct frame *f,
                     const struct mark_series *s, struct str *out)
{
	str_addf(out, "<path class=\"%s\"", s->style);
	if (s->n)
		add_trial(s->points[0].trial, out);
	str_add(out, " d=\"");
	for (size_t i = 0; i < s->n; i++) {
		double x = px(c, f, s->points[i].x), y = py(c, f, s->points[i].y);

		if (isnan(s->points[i].y))
			continue;
		if (!i || isnan(s->points[i - 1].y))
			str_addf(out, "M%.1f %.1f", x, y);
		else if (s->mark == MARK_STEPS)
			str_addf(out, "H%.1fV%.1f", x, y);
		else
			str_addf(out, "L%.1f %.1f", x, y);
	}
	str_add(out, "\"/>");
}

static void add_band(const struct chart *c, const struct frame *f,
                     const struct mark_series *s, struct str *out)
{
	str_addf(out, "<path class=\"%s\" d=\"", s->style);
	for (size_t i = 0; i < s->n; i++)
		str_addf(out, "%c%.1f %.1f", i ? 'L' : 'M', px(c, f, s->points[i].x),
		         py(c, f, s->points[i].high));
	for (size_t i = s->n; i-- > 0;)
		str_addf(out, "L%.1f %.1f", px(c, f, s->points[i].x),
		         py(c, f, s->points[i].low));
	str_add(out, "Z\"/>");
}

static void add_intervals(const struct chart *c, const struct frame *f,
                          const struct mark_series *s, struct str *out)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct mark_point *p = &s->points[i];

		if (isfinite(p->low) && isfinite(p->high) && s->mark == MARK_ACROSS)
			str_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>",
			         s->style, px(c, f, p->low), py(c, f, p->y),
			         px(c, f, p->high));
		else if (isfinite(p->low) && isfinite(p->high))
			str_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>",
			         s->style, px(c, f, p->x), py(c, f, p->low),
			         py(c, f, p->high));
	}
	add_dots(c, f, s, out);
}

static void add_bars(const struct chart *c, const struct frame *f,
                     const struct mark_series *s, struct str *out)
{
	double room = (f->bottom - f->top) / fmax(1, c->y.high - c->y.low);
	double high = fmin(18, fmax(2, 0.8 * room));

	bool many = s->n > c->singles;

	if (many)
		str_addf(out, "<path class=\"%s\" d=\"", s->style);
	for (size_t i = 0; i < s->n; i++) {
		const struct mark_point *p = &s->points[i];
		double x = px(c, f, p->low), y = py(c, f, p->y) - high / 2;
		double wide = fmax(1, px(c, f, p->high) - x);

		if (many) {
			str_addf(out, "M%.1f %.1fh%.1fv%.1fh-%.1f", x, y, wide, high,
			         wide);
			continue;
		}
		str_addf(out,
		         "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		         "height=\"%.1f\"",
		         s->style, x, y, wide, high);
		add_trial(p->trial, out);
		str_add(out, "/>");
	}
	if (many)
		str_add(out, "\"/>");
}

static void add_cells(const struct chart *c, const struct frame *f,
                      const struct mark_series *s, struct str *out)
{
	double w = c->step_x * (f->right - f->left),
	       h = c->step_y * (f->bottom - f->top);

	for (size_t i = 0; i < s->n; i++) {
		const struct mark_point *p = &s->points[i];

		str_addf(out,
		         "<rect class=\"q%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		         "height=\"%.1f\"/>",
		         (int)fmin(8, floor(9 * p->low)), px(c, f, p->x) - w / 2,
		         py(c, f, p->y) - h / 2, w + 0.3, h + 0.3);
	}
}

/* Loops of one region, and where they are not its edge, their line. */
static void add_region(const struct chart *c, const struct frame *f,
                       const struct mark_series *s, struct str *out)
{
	str_addf(out, "<path class=\"%s\" fill-rule=\"evenodd\" d=\"", s->style);
	for (size_t i = 0; i < s->n; i++) {
		if (isnan(s->points[i].x))
			str_addc(out, 'Z');
		else
			str_addf(out, "%c%.1f %.1f",
			         i && !isnan(s->points[i - 1].x) ? 'L' : 'M',
			         px(c, f, s->points[i].x), py(c, f, s->points[i].y));
	}
	str_add(out, "\"/><path class=\"contour\" d=\"");
	for (size_t i = 0; i + 1 < s->n; i++) {
		const struct mark_point *p = &s->points[i], *q = p + 1;

		if (isnan(p->x) || isnan(q->x) || !(fabs(p->low) > 0))
			continue;
		if (!i || isnan(p[-1].x) || !(fabs(p[-1].low) > 0))
			str_addf(out, "M%.1f %.1f", px(c, f, p->x), py(c, f, p->y));
		str_addf(out, "L%.1f %.1f", px(c, f, q->x), py(c, f, q->y));
	}
	str_add(out, "\"/>");
}

static void add_labels(const struct chart *c, const struct frame *f,
                       const struct mark_series *s, struct str *out)
{
	for (size_t i = 0; i < s->n; i++) {
		double x = px(c, f, s->points[i].x);
		bool last =
		    x + letter * (double)text_width(s->points[i].text) > c->width;

		str_addf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\"%s>", s->style,
		         last ? x - 4 : x + 4, py(c, f, s->points[i].y) + 4,
		         last ? " text-anchor=\"end\"" : "");
		html_text(out, s->points[i].text);
		str_add(out, "</text>");
	}
}

static void add_axes(const struct chart *c, const struct frame *f,
                     const struct mark_series *s, struct str *out)
{
	for (size_t i = 0; i < s->n; i++)
		str_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>", s->style,
		         px(c, f, s->points[i].x), py(c, f, s->points[i].low),
		         py(c, f, s->points[i].high));
}

static void add_rules(const struct chart *c, const struct frame *f,
                      const struct mark_series *s, struct str *out)
{
	for (size_t i = 0; i < s->n; i++)
		str_addf(out, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>", s->style,
		         px(c, f, s->points[i].x), f->top, f->bottom);
}

static void add_series(const struct chart *c, const struct frame *f,
                       const struct mark_series *s, struct str *out)
{
	switch (s->mark) {
	case MARK_DOTS: add_dots(c, f, s, out); break;
	case MARK_LINE:
	case MARK_STEPS: add_line(c, f, s, out); break;
	case MARK_BAND: add_band(c, f, s, out); break;
	case MARK_INTERVALS:
	case MARK_ACROSS: add_intervals(c, f, s, out); break;
	case MARK_BARS: add_bars(c, f, s, out); break;
	case MARK_CELLS: add_cells(c, f, s, out); break;
	case MARK_REGION: add_region(c, f, s, out); break;
	case MARK_LABELS: add_labels(c, f, s, out); break;
	case MARK_AXES: add_axes(c, f, s, out); break;
	case MARK_RULE: add_rules(c, f, s, out); break;
	}
}

static void add_body(const struct chart *c, struct str *out)
{
	struct frame f = frame_of(c);

	add_axis_x(c, &f, out);
	add_axis_y(c, &f, out);
	for (size_t i = 0; i < c->n; i++)
		add_series(c, &f, &c->series[i], out);
}

/* For who does not see it: what the axes are, and the note. */
static void add_description(const struct chart *c, struct str *out)
{
	str_add(out, "<desc>");
	if (c->x.label && *c->x.label) {
		str_add(out, "Across: ");
		html_text(out, c->x.label);
		str_add(out, ". ");
	}
	if (c->y.label && *c->y.label) {
		str_add(out, "Up: ");
		html_text(out, c->y.label);
		str_add(out, ". ");
	}
	html_text(out, c->note ? c->note : "");
	str_add(out, "</desc>");
}

static void add_open(const char *title, double width, double height, const char *style,
                     struct str *out)
{
	str_addf(out,
	         "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
	         "viewBox=\"0 0 %.0f %.0f\"",
	         width, height);
	if (style)
		str_addf(out, " width=\"%.0f\" height=\"%.0f\"", width, height);
	str_add(out, " aria-label=\"");
	html_text(out, title);
	str_add(out, "\">");
	if (style)
		str_addf(out,
		         "<style>%s</style><rect width=\"100%%\" height=\"100%%\" "
		         "fill=\"#fff\"/>",
		         style);
}

void chart_svg(const struct chart *c, const char *style, struct str *out)
{
	if (style) {
		charts_svg(c, 1, style, out);
		return;
	}
	add_open(c->title, c->width, c->height, NULL, out);
	add_description(c, out);
	add_body(c, out);
	str_add(out, "</svg>\n");
}

/* The note in lines that are as wide as the chart. */
static void wrap_note(const struct chart *c, struct str *out)
{
	struct str note = {0};

	text_clean(&note, c->note ? c->note : "");
	text_wrap(out, str_text(&note), (size_t)((c->width - 28) / letter), "");
	str_free(&note);
}

static size_t note_lines(const struct chart *c)
{
	struct str note = {0};
	size_t n = 1;

	wrap_note(c, &note);
	for (const char *s = str_text(&note); *s; s++)
		n += *s == '\n';
	str_free(&note);
	return n;
}

static void add_note(const struct chart *c, struct str *out)
{
	struct str note = {0};
	double y = c->height + 56;

	wrap_note(c, &note);
	for (char *line = note.len ? note.s : NULL; line; y += note_line) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		str_addf(out, "<text class=\"tick\" x=\"14\" y=\"%.0f\">", y);
		html_text(out, line);
		str_add(out, "</text>");
		line = end ? end + 1 : NULL;
	}
	str_free(&note);
}

/* A file of its own has its words in it. */
static void add_captioned(const struct chart *c, double x, double y, struct str *out)
{
	double at = 14;

	str_addf(out, "<g transform=\"translate(%.0f %.0f)\">", x, y);
	add_description(c, out);
	str_add(out, "<text class=\"title\" x=\"14\" y=\"18\">");
	html_text(out, c->title);
	str_add(out, "</text>");
	for (size_t i = 0; i < c->n; i++) {
		const struct mark_series *s = &c->series[i];

		if (!s->name)
			continue;
		str_addf(
		    out,
		    "<circle class=\"key %s\" cx=\"%.1f\" cy=\"32\" r=\"4\"/><text "
		    "class=\"tick\" x=\"%.1f\" y=\"36\">",
		    s->style, at + 4, at + 12);
		html_text(out, s->name);
		str_add(out, "</text>");
		at += 26 + letter * (double)text_width(s->name);
	}
	add_note(c, out);
	str_add(out, "<g transform=\"translate(0 42)\">");
	add_body(c, out);
	str_add(out, "</g></g>");
}

void charts_svg(const struct chart *c, size_t n, const char *style, struct str *out)
{
	size_t columns = n > 1 ? 2 : 1, rows = (n + columns - 1) / columns;
	double w = n ? c->width : 1, h = n ? c->height + 66 : 1;
	size_t lines = 1;

	for (size_t i = 0; i < n; i++)
		lines = note_lines(&c[i]) > lines ? note_lines(&c[i]) : lines;
	h += note_line * (double)(lines - 1);
	add_open(n ? c->title : "", w * (double)columns, h * (double)rows, style, out);
	for (size_t i = 0; i < n; i++) {
		size_t row = i / columns;

		add_captioned(&c[i], w * (double)(i % columns), h * (double)row, out);
	}
	str_add(out, "</svg>\n");
}
