/* Pictures of the metric over the space: what was measured, and what a model makes of
 * it. */
#include "page/view.h"
#include "search/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = 61, SIDE = 25, NARROW = 450, LOW = 250 };
static const double ninety = 1.6448536269514722; /* of a normal, two-sided */

static size_t row_of(const struct param *p, const struct value *v)
{
	for (size_t i = 0; i < p->n_values; i++)
		if (value_equal(&p->values[i], v))
			return i;
	return 0;
}

/* Where a value stands on the parameter's axis; NaN: nowhere. */
static double place(const struct param *p, const struct value *v)
{
	double x;

	if (!v)
		return (double)NAN;
	if (view_by_words(p))
		return (double)row_of(p, v);
	return value_number(v, &x) ? x : (double)NAN;
}

static double place_at(struct view *v, const struct param *p, double u)
{
	struct value out;

	param_decode(p, u, &v->arena, &out);
	return place(p, &out);
}

static void param_axis(struct view *v, const struct param *p, struct axis *a)
{
	double ends[2], low, high;

	*a = (struct axis){.label = p->name};
	if (view_by_words(p)) {
		const char **names = arena_new(&v->arena, p->n_values, sizeof *names);

		for (size_t i = 0; i < p->n_values; i++) {
			struct str text = {0};

			value_text(&p->values[i], &text);
			names[i] = arena_strdup(&v->arena, str_text(&text));
			str_free(&text);
		}
		axis_names(a, names, p->n_values);
		return;
	}
	ends[0] = place_at(v, p, 0.001);
	ends[1] = place_at(v, p, 0.999);
	axis_fit(a, ends, 2, 0);
	low = fmin(ends[0], ends[1]);
	high = fmax(ends[0], ends[1]);
	a->log = dist_is_log(p->dist) && low > 0;
	if (a->log) {
		a->low = low / pow(high / low, 0.03);
		a->high = high * pow(high / low, 0.03);
	} else if (a->low <= 0 && low > 0) {
		a->low = low - 0.04 * (high - low);
	}
}

static void fit_metric(struct view *v, struct axis *a)
{
	const struct search *s = &v->s->search;
	double *x = mem_new(s->n + 1, sizeof *x);

	for (size_t i = 0; i < s->n; i++)
		x[i] = s->trials[i]->value;
	axis_fit(a, x, s->n, search_sign(s));
	a->label = view_metric(v);
	free(x);
}

/* The genes of the best trial; NULL: there is none, or no model. */
static double *centre(struct view *v)
{
	const struct trial *t = v->s->search.best;
	double *genes;

	if (!v->has_land || !t)
		return NULL;
	genes = arena_new(&v->arena, v->land.encoding.d + 1, sizeof *genes);
	encoding_genes(&v->land.encoding, t->point, t->values, genes);
	return genes;
}

/* Places along a dimension of the model: u (GRID) and genes. Their number. */
static size_t places(const struct encoding *e, size_t j, size_t most, double *u,
                     double *gene)
{
	const struct coding *c = &e->codes[j];
	size_t n = c->n_cells && c->n_cells <= most ? c->n_cells : most;

	for (size_t i = 0; i < n; i++) {
		if (c->n_cells && c->n_cells <= most) {
			size_t k = c->by_u ? c->by_u[i] : i;

			u[i] = c->u[k];
			gene[i] = (double)k;
		} else {
			u[i] = ((double)i + 0.5) / (double)n;
			gene[i] = encoding_gene(e, j, u[i]);
		}
	}
	return n;
}

static void add_model(struct view *v, struct chart *c, size_t param)
{
	const struct param *p = &v->s->search.spec->space.params[param];
	struct encoding *e = &v->land.encoding;
	double *at = centre(v), sign = search_sign(&v->s->search);
	double u[GRID], gene[GRID], mean[GRID], sd[GRID], *genes;
	struct mark_series *s;
	size_t j, n;

	if (!at || !v->s->search.best->values[param])
		return;
	j = e->dim_of[param];
	n = places(e, j, GRID, u, gene);
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
					 .x = place_at(v, p, u[i]),
					 .low = sign * (mean[i] - ninety * sd[i]),
					 .high = sign * (mean[i] + ninety * sd[i]),
					 .trial = NO_TRIAL});
		s = chart_add(c, MARK_LINE, "model", "model: mean", '=');
	}
	for (size_t i = 0; i < n; i++)
		marks_add(s,
		          (struct mark_point){.x = place_at(v, p, u[i]) +
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
			double x = place(p, t->values[param]);

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
	fit_metric(v, &c->y);
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
	const struct space *sp = &v->s->search.spec->space;
	bool *done = mem_new(sp->n + 1, sizeof *done);

	if (v->s->search.ok && v->s->search.spec->metric.name) {
		for (size_t i = 0; v->has_importance && i < v->importance.n; i++) {
			draw_slice(v, g, v->importance.rows[i].param);
			done[v->importance.rows[i].param] = true;
		}
		for (size_t i = 0; i < sp->n; i++)
			if (!done[i] && param_cardinality(&sp->params[i]) != 1)
				draw_slice(v, g, i);
	}
	free(done);
}

static void add_shares(struct chart *c, const struct importance *im, bool total)
{
	struct mark_series *s =
	    total ? chart_add(c, MARK_ACROSS, "other", "with its interactions", '*')
		  : chart_add(c, MARK_ACROSS, "winner", "alone", 'o');

	for (size_t i = 0; i < im->n; i++) {
		const struct share *x = total ? &im->rows[i].total : &im->rows[i].alone;

		marks_add(s, (struct mark_point){.x = 100 * x->mean,
		                                 .y = (double)(im->n - 1 - i) +
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
	struct chart *c;

	if (!v->has_importance)
		return;
	c = gallery_add(g, "Which parameters mattered", 900, 70 + 30 * (double)im->n);
	for (size_t i = 0; i < im->n; i++)
		names[im->n - 1 - i] =
		    v->s->search.spec->space.params[im->rows[i].param].name;
	axis_names(&c->y, names, im->n);
	c->x = (struct axis){
	    .label = "share of the variance of the metric over the space, %",
	    .low = -1,
	    .high = 101};
	add_shares(c, im, false);
	add_shares(c, im, true);
	c->note =
	    arena_printf(&v->arena,
	                 "n = %zu trials, model with leave-one-out R2 %.2f; lines "
	                 "are 90 %% intervals",
	                 im->trials, im->r2);
}

static void draw_pair(struct view *v, struct gallery *g, const double *at,
                      const struct importance_row *row)
{
	struct encoding *e = &v->land.encoding;
	const struct param *p = v->s->search.spec->space.params;
	size_t j = e->dim_of[row->param], k = e->dim_of[row->other], nx, ny;
	double ux[SIDE], uy[SIDE], gx[SIDE], gy[SIDE], low = (double)INFINITY,
						       high = -(double)INFINITY;
	double *genes, *mean, *sd;
	struct chart *c = gallery_add(
	    g,
	    arena_printf(&v->arena, "%s and %s together, as the model sees them",
	                 p[row->param].name, p[row->other].name),
	    700, 460);
	struct mark_series *cells;

	nx = places(e, j, SIDE, ux, gx);
	ny = places(e, k, SIDE, uy, gy);
	genes = arena_new(&v->arena, nx * ny * e->d, sizeof *genes);
	mean = arena_new(&v->arena, 2 * nx * ny, sizeof *mean);
	sd = mean + nx * ny;
	for (size_t i = 0; i < nx * ny; i++) {
		memcpy(genes + i * e->d, at, e->d * sizeof *at);
		genes[i * e->d + j] = gx[i / ny];
		genes[i * e->d + k] = gy[i % ny];
	}
	landscape_at(&v->land, genes, nx * ny, mean, sd);
	for (size_t i = 0; i < nx * ny; i++) {
		low = fmin(low, mean[i]);
		high = fmax(high, mean[i]);
	}
	param_axis(v, &p[row->param], &c->x);
	param_axis(v, &p[row->other], &c->y);
	c->step_x = 0.96 / (double)nx;
	c->step_y = 0.96 / (double)ny;
	cells = chart_add(c, MARK_CELLS, "", NULL, '#');
	for (size_t i = 0; i < nx * ny; i++)
		marks_add(cells,
		          (struct mark_point){
			      .x = place_at(v, &p[row->param], ux[i / ny]),
			      .y = place_at(v, &p[row->other], uy[i % ny]),
			      .low = high > low ? (mean[i] - low) / (high - low) : 0,
			      .trial = NO_TRIAL});
	for (int best = 0; best < 2; best++) {
		struct mark_series *dots =
		    chart_add(c, MARK_DOTS, best ? "winner" : "on",
		              best ? "best of the search" : "trial", best ? 'O' : 'o');

		for (size_t i = 0; i < v->s->search.n; i++) {
			const struct trial *t = v->s->search.trials[i];
			double x = place(&p[row->param], t->values[row->param]);
			double y = place(&p[row->other], t->values[row->other]);

			if (t->outcome == OUTCOME_OK && isfinite(x) && isfinite(y) &&
			    (t == v->s->search.best) == best)
				marks_add(dots, (struct mark_point){
						    .x = x, .y = y, .trial = t->id});
		}
	}
	c->note = arena_printf(
	    &v->arena,
	    "Dark is better: %s from %.4g to %.4g, the model's mean; the other "
	    "parameters as in the best trial. Their interaction: %.0f %% of the "
	    "variance "
	    "(90 %%: %.0f – %.0f)",
	    v->s->search.spec->metric.name, search_sign(&v->s->search) * low,
	    search_sign(&v->s->search) * high, 100 * row->alone.mean,
	    100 * row->alone.low, 100 * row->alone.high);
}

void picture_pair(struct view *v, struct gallery *g)
{
	const struct importance *im = &v->importance;
	double *at = centre(v);

	for (size_t i = 0; at && v->has_importance && i < im->n_pairs; i++) {
		const struct importance_row *row = &im->pairs[i];

		if (!v->s->search.best->values[row->param] ||
		    !v->s->search.best->values[row->other])
			continue;
		draw_pair(v, g, at, row);
		return;
	}
}
