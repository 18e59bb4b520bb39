/* The objectives of a search beside each other, and their front. */
#include "page/view.h"
#include "search/standing.h"

#include <math.h>
#include <stdlib.h>

enum { WHOLE = 900, HALF = 440, TALL = 340 };

/* Far-out values at the bad end are cut off. */
static void fit_axis(struct view *v, struct axis *a, size_t objective)
{
	const struct search *s = &v->s->search;
	double *values = mem_new(s->n + 1, sizeof *values);
	const struct criterion *c = &s->spec->criteria[objective];

	for (size_t i = 0; i < s->n; i++)
		values[i] = s->trials[i]->criteria ? s->trials[i]->criteria[objective]
		                                   : (double)NAN;
	axis_fit(a, values, s->n, c->goal == GOAL_MINIMIZE ? 1 : -1);
	a->label = view_label(v, c->name, c->goal);
	free(values);
}

enum part { BEYOND, BEHIND, ON, KNEE, PARTS };

static enum part part_of(const struct view *v, size_t i)
{
	const struct trial *t = v->ranked[i];

	return t->violation > 0 ? BEYOND : t->front != 1 ? BEHIND : i ? ON : KNEE;
}

static void draw_pair(struct view *v, struct chart *c, size_t x, size_t y)
{
	static const struct {
		const char *style, *name;
		char glyph;
	} parts[PARTS] = {[BEYOND] = {"failed", "beyond the limits", 'x'},
	                  [BEHIND] = {"ok", "beaten by others", '.'},
	                  [ON] = {"best", "on the front", 'o'},
	                  [KNEE] = {"winner", "the knee", 'O'}};
	const struct search *s = &v->s->search;
	size_t n = 0;

	fit_axis(v, &c->x, x);
	fit_axis(v, &c->y, y);
	for (enum part p = BEYOND; p < PARTS; p++) {
		struct mark_series *dots;

		if (p == BEYOND && !s->spec->n_limits)
			continue;
		dots = chart_add(c, MARK_DOTS, parts[p].style, parts[p].name,
		                 parts[p].glyph);
		for (size_t i = 0; i < s->n && v->ranked[i]->rank; i++)
			if (part_of(v, i) == p) {
				marks_add(dots, (struct mark_point){
						    .x = v->ranked[i]->criteria[x],
						    .y = v->ranked[i]->criteria[y],
						    .trial = v->ranked[i]->id});
				n++;
			}
	}
	c->note = arena_printf(&v->arena, "n = %zu trial%s with every objective", n,
	                       str_plural(n));
}

void picture_front(struct view *v, struct gallery *g)
{
	const struct spec *sp = v->s->search.spec;
	size_t m = sp->n_objectives;

	if (m < 2 || !v->s->search.n || !v->ranked[0]->rank)
		return;
	for (size_t x = 0; x < m; x++)
		for (size_t y = x + 1; y < m; y++)
			draw_pair(
			    v,
			    gallery_add(g,
			                arena_printf(
					    &v->arena, "%s against %s, and the front",
					    sp->criteria[y].name, sp->criteria[x].name),
			                m > 2 ? HALF : WHOLE, TALL),
			    x, y);
}
