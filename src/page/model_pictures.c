/* Pictures of the metric over the space: what was measured, and what a model makes of
 * it. */
#include "page/param_axis.h"
#include "search/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = 61, NARROW = 450, LOW = 250, SHARES = 40 };
static const double ninety = 1.6448536269514722; /* of a normal, two-sided */

static void add_model(struct view *v, struct chart *c, size_t param)
{
	const struct param *p = &v->s->search.spec->space.params[param];
	struct encoding *e = &v->land.encoding;
	double *at = view_centre(v), sign = search_sign(&v->s->search);
	double u[GRID], gene[GRID], mean[GRID], sd[GRID], *genes;
	struct mark_series *s;
	size_t j, n;

	if (!at || !v->s->search.best->values[param])
		return;
	j = e->dim_of[param];
	n = model_places(e, j, GRID, MODEL_ENDS, u, gene);
	genes = arena_new(&v->arena, n * e->d, sizeof *genes);
	for (size_t i = 0; i < n; i++) {
		memcpy(genes + i * e->d, at, e->d * sizeof *at);
		genes[i * e->d + j] = gene[i];
	}
	landscape_at(&v->land, genes, n, mean, sd);
	if (view_by_words(p)) {
		s = chart_add(c, MARK_INTERVALS, "model", "model: mean, 90 % interval",
		              '=');
	} else {
		s = chart_add(c, MARK_BAND, "modelband", "model: 90 % interval", '.');
		for (size_t i = 0; i < n; i++)
			marks_add(s, (struct mark_point){
					 .x = param_place_at(v, p, u[i]),
					 .low = sign * (mean[i] - ninety * sd[i]),
					 .high = sign * (mean[i] + ninety * sd[i]),
					 .trial = NO_TRIAL});
		s = chart_add(c, MARK_LINE, "model", "model: mean", '=');
	}
	for (size_t i = 0; i < n; i++)
		marks_add(s,
		          (struct mark_point){.x = param_place_at(v, p, u[i]) +
		                                   (view_by_words(p) ? 0.15 : 0),
		                              .y = sign * mean[i],
		                              .low = sign * (mean[i] - ninety * sd[i]),
		                              .high = sign * (mean[i] + ninety * sd[i]),
		                              .trial = NO_TRIAL});
}

static void add_trials(struct view *v, struct chart *c, size_t param, size_t *shown,
                       size_t *inactive)
{
	const struct search *s = &v->s->search;
	const struct param *p = &s->spec->space.params[param];

	*shown = *inactive = 0;
	for (int best = 0; best < 2; best++) {
		struct mark_series *dots = chart_add(
		    c, MARK_DOTS, best ? "winner" : "ok",
		    best ? "best of the search" : "finished trial", best ? 'O' : 'o');

		for (size_t i = 0; i < s->n; i++) {
			const struct trial *t = s->trials[i];
			double x = param_place(p, t->values[param]);

			if (t->outcome != OUTCOME_OK || !isfinite(t->value) ||
			    (t == s->best) != best)
				continue;
			*inactive += !t->values[param];
			if (isnan(x))
				continue;
			++*shown;
			marks_add(dots, (struct mark_point){
					    .x = x, .y = t->value, .trial = t->id});
		}
		if (!dots->n)
			dots->name = NULL;
	}
}

static void draw_slice(struct view *v, struct gallery *g, size_t param)
{
	const struct search *s = &v->s->search;
	struct chart *c = gallery_add(
	    g, arena_printf(&v->arena, "%s", s->spec->space.params[param].name), NARROW,
	    LOW);
	size_t shown, inactive;

	c->singles = 300;
	param_axis(v, &s->spec->space.params[param], &c->x);
	metric_axis(v, &c->y);
	add_model(v, c, param);
	add_trials(v, c, param, &shown, &inactive);
	c->note = arena_printf(
	    &v->arena, "n = %zu trials%s%s", shown,
	    inactive
		? arena_printf(&v->arena, "; %zu more where it is not active", inactive)
		: "",
	    s->best && !s->best->values[param] ? "; not active at the best" : "");
}

void picture_slices(struct view *v, struct gallery *g)
{
	if (!v->s->search.ok || !v->s->search.spec->metric.name)
		return;
	for (size_t i = 0; i < v->n_varied && (!v->most || i < v->most); i++)
		draw_slice(v, g, v->varied[i]);
}

static void add_shares(struct chart *c, const struct importance *im, size_t n,
                       bool total)
{
	struct mark_series *s =
	    total ? chart_add(c, MARK_ACROSS, "other", "with its interactions", '*')
		  : chart_add(c, MARK_ACROSS, "winner", "alone", 'o');

	for (size_t i = 0; i < n; i++) {
		const struct share *x = total ? &im->rows[i].total : &im->rows[i].alone;

		marks_add(s, (struct mark_point){.x = 100 * x->mean,
		                                 .y = (double)(n - 1 - i) +
		                                      (total ? -0.16 : 0.16),
		                                 .low = 100 * x->low,
		                                 .high = 100 * x->high,
		                                 .trial = NO_TRIAL});
	}
}

void picture_importance(struct view *v, struct gallery *g)
{
	const struct importance *im = &v->importance;
	const char **names = arena_new(&v->arena, im->n + 1, sizeof *names);
	size_t n = im->n < SHARES ? im->n : SHARES;
	struct chart *c;

	if (!v->has_importance)
		return;
	c = gallery_add(g, "Which parameters mattered", 900, 70 + 30 * (double)n);
	for (size_t i = 0; i < n; i++)
		names[n - 1 - i] =
		    v->s->search.spec->space.params[im->rows[i].param].name;
	axis_names(&c->y, names, n);
	c->x = (struct axis){
	    .label = "share of the variance of the metric over the space, %",
	    .low = -1,
	    .high = 101};
	add_shares(c, im, n, false);
	add_shares(c, im, n, true);
	c->note =
	    arena_printf(&v->arena,
	                 "n = %zu trials, model with leave-one-out R2 %.2f; lines "
	                 "are 90 %% intervals%s",
	                 im->trials, im->r2, view_of_varied(v, "; ", n));
}
