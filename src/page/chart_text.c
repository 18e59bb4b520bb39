#include "page/chart.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 18, LABEL = 12, NARROW = 30 };

struct screen {
	size_t w, h;
	char *cell; /* (h, w) */
};

static void put(struct screen *s, const struct chart *c, double x, double y, char glyph)
{
	size_t i = (size_t)lrint(axis_at(&c->x, x) * (double)(s->w - 1));
	size_t j = s->h - 1 - (size_t)lrint(axis_at(&c->y, y) * (double)(s->h - 1));

	s->cell[j * s->w + i] = glyph;
}

/* What lies between two places on the screen, a letter in each column. */
static void between(struct screen *s, const struct chart *c, const struct mark_point *a,
                    const struct mark_point *b, bool steps, char glyph)
{
	double from = axis_at(&c->x, a->x), to = axis_at(&c->x, b->x);
	double low = axis_at(&c->y, a->y), high = axis_at(&c->y, b->y);
	size_t n = 1 + (size_t)(fabs(to - from) * (double)s->w);

	for (size_t k = 0; k <= n; k++) {
		double t = (double)k / (double)n, u = from + t * (to - from);
		double v = steps ? (k < n ? low : high) : low + t * (high - low);
		size_t i = (size_t)lrint(u * (double)(s->w - 1));
		size_t j = s->h - 1 - (size_t)lrint(v * (double)(s->h - 1));

		s->cell[j * s->w + i] = glyph;
	}
}

static void draw_span(struct screen *s, const struct chart *c, double x0, double y0,
                      double x1, double y1, char glyph)
{
	struct mark_point a = {.x = x0, .y = y0}, b = {.x = x1, .y = y1};
	size_t n = s->h;

	if (!isfinite(x0 + y0 + x1 + y1))
		return;
	if (fabs(axis_at(&c->x, x1) - axis_at(&c->x, x0)) > 0) {
		between(s, c, &a, &b, false, glyph);
		return;
	}
	for (size_t k = 0; k <= n; k++)
		put(s, c, x0, y0 + (y1 - y0) * (double)k / (double)n, glyph);
}

/* Is the middle of a letter's place within the loops? Rays that cross them an odd
 * number of times. */
static bool is_within(const struct chart *c, const struct mark_series *se, double u,
                      double v)
{
	bool in = false;

	for (size_t i = 0; i + 1 < se->n; i++) {
		const struct mark_point *p = &se->points[i], *q = p + 1;
		double x0 = axis_at(&c->x, p->x), y0 = axis_at(&c->y, p->y);
		double x1 = axis_at(&c->x, q->x), y1 = axis_at(&c->y, q->y);

		if (isnan(p->x) || isnan(q->x) || (y0 > v) == (y1 > v))
			continue;
		in ^= u < x0 + (v - y0) / (y1 - y0) * (x1 - x0);
	}
	return in;
}

static void draw_region(struct screen *s, const struct chart *c,
                        const struct mark_series *se)
{
	for (size_t j = 0; j < s->h; j++)
		for (size_t i = 0; i < s->w; i++)
			if (is_within(c, se, ((double)i + 0.5) / (double)s->w,
			              1 - ((double)j + 0.5) / (double)s->h))
				s->cell[j * s->w + i] = se->glyph;
}

static void draw_label(struct screen *s, const struct chart *c,
                       const struct mark_point *p)
{
	size_t i = (size_t)lrint(axis_at(&c->x, p->x) * (double)(s->w - 1));
	size_t j = s->h - 1 - (size_t)lrint(axis_at(&c->y, p->y) * (double)(s->h - 1));

	for (const char *t = p->text; *t > ' ' && *t < 0x7f && i < s->w; t++)
		s->cell[j * s->w + i++] = *t;
}

static void draw_point(struct screen *s, const struct chart *c,
                       const struct mark_series *se, size_t i)
{
	static const char shade[] = "@%#*+=-. ";
	const struct mark_point *p = &se->points[i];

	switch (se->mark) {
	case MARK_LINE:
	case MARK_STEPS:
		if (isnan(p->y))
			break;
		if (i && !isnan(p[-1].y))
			between(s, c, p - 1, p, se->mark == MARK_STEPS, se->glyph);
		else
			put(s, c, p->x, p->y, se->glyph);
		break;
	case MARK_BAND: draw_span(s, c, p->x, p->low, p->x, p->high, se->glyph); break;
	case MARK_INTERVALS: draw_span(s, c, p->x, p->low, p->x, p->high, '|'); break;
	case MARK_ACROSS: draw_span(s, c, p->low, p->y, p->high, p->y, '-'); break;
	case MARK_BARS: draw_span(s, c, p->low, p->y, p->high, p->y, se->glyph); break;
	case MARK_RULE: draw_span(s, c, p->x, c->y.low, p->x, c->y.high, ':'); break;
	case MARK_CELLS:
		put(s, c, p->x, p->y, shade[(int)fmin(8, floor(9 * p->low))]);
		break;
	case MARK_AXES: draw_span(s, c, p->x, p->low, p->x, p->high, '|'); break;
	case MARK_LABELS: draw_label(s, c, p); break;
	case MARK_REGION:
		if (!i)
			draw_region(s, c, se);
		break;
	case MARK_DOTS: break;
	}
	if (se->mark == MARK_DOTS || se->mark == MARK_INTERVALS ||
	    se->mark == MARK_ACROSS)
		put(s, c, p->x, p->y, se->glyph);
}

static void add_padded(struct str *out, const struct str *text, size_t width)
{
	struct str cut = {0};

	text_cut(&cut, str_text(text), width);
	for (size_t k = text_width(str_text(&cut)); k < width; k++)
		str_addc(out, ' ');
	text_clean(out, str_text(&cut));
	str_free(&cut);
}

static void add_rows(const struct chart *c, const struct screen *s, struct str *out)
{
	double at[TICKS_MAX];
	size_t n = axis_ticks(&c->y, s->h / 3, at);
	struct str label = {0};

	for (size_t j = 0; j < s->h; j++) {
		size_t end = s->w;

		str_clear(&label);
		for (size_t k = 0; k < n; k++)
			if (s->h - 1 -
			        (size_t)lrint(axis_at(&c->y, at[k]) *
			                      (double)(s->h - 1)) ==
			    j)
				axis_label(&c->y, at[k], &label);
		add_padded(out, &label, LABEL);
		str_add(out, label.len ? " +" : " |");
		while (end && s->cell[j * s->w + end - 1] == ' ')
			end--;
		str_addn(out, s->cell + j * s->w, end);
		str_addc(out, '\n');
	}
	str_free(&label);
}

static void add_bottom(const struct chart *c, size_t w, struct str *out)
{
	double at[TICKS_MAX];
	size_t n = axis_ticks(&c->x, w / 12, at), used = 0;
	struct str label = {0};

	str_addf(out, "%*s +", LABEL, "");
	for (size_t i = 0; i < w; i++)
		str_addc(out, '-');
	str_addf(out, "\n%*s", LABEL + 2, "");
	for (size_t k = 0; k < n; k++) {
		size_t x = (size_t)lrint(axis_at(&c->x, at[k]) * (double)(w - 1));

		str_clear(&label);
		axis_label(&c->x, at[k], &label);
		if ((used && x < used + 1) || x + text_width(str_text(&label)) > w)
			continue;
		for (; used < x; used++)
			str_addc(out, ' ');
		text_clean(out, str_text(&label));
		used += text_width(str_text(&label));
	}
	str_free(&label);
	str_addf(out, "\n%*s", LABEL + 2, "");
	text_clean(out, c->x.label ? c->x.label : "");
	str_addc(out, '\n');
}

static void add_legend(const struct chart *c, size_t columns, struct str *out)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->series[i].name)
			continue;
		str_addf(out, "  %c ", c->series[i].glyph);
		text_clean(out, c->series[i].name);
		str_addc(out, '\n');
	}
	if (c->note) {
		struct str note = {0};

		text_clean(&note, c->note);
		str_add(out, "  ");
		text_wrap(out, str_text(&note), columns > 4 ? columns - 2 : 0, "  ");
		str_addc(out, '\n');
		str_free(&note);
	}
}

void chart_text(const struct chart *c, size_t columns, struct str *out)
{
	struct screen s = {.h = ROWS};

	s.w = columns > LABEL + 2 + NARROW ? columns - LABEL - 2 : NARROW;
	if (c->y.names && c->y.n_names)
		s.h = 2 * c->y.n_names < 3 ? 3 : 2 * c->y.n_names;
	s.cell = mem_new(s.w * s.h, 1);
	memset(s.cell, ' ', s.w * s.h);
	text_clean(out, c->title);
	str_addc(out, '\n');
	if (c->y.label && !c->y.names) {
		text_clean(out, c->y.label);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->series[i].n; k++)
			draw_point(&s, c, &c->series[i], k);
	add_rows(c, &s, out);
	add_bottom(c, s.w, out);
	add_legend(c, columns, out);
	free(s.cell);
}
