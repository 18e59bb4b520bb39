#include "page/chart.h"

#include <stdlib.h>

void chart_init(struct chart *c, const char *title, double width, double height)
{
	*c = (struct chart){
	    .title = title, .width = width, .height = height, .singles = 1200};
	c->x.high = c->y.high = 1;
}

void chart_free(struct chart *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->series[i].points);
	free(c->series);
	*c = (struct chart){0};
}

struct mark_series *chart_add(struct chart *c, enum mark mark, const char *style,
                              const char *name, char glyph)
{
	c->series = mem_room(c->series, c->n, &c->cap, sizeof *c->series);
	c->series[c->n] = (struct mark_series){
	    .mark = mark, .style = style, .name = name, .glyph = glyph};
	return &c->series[c->n++];
}

void marks_add(struct mark_series *s, struct mark_point p)
{
	s->points = mem_room(s->points, s->n, &s->cap, sizeof *s->points);
	s->points[s->n++] = p;
}
