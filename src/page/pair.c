/* The two parameters that interact most, as the model sees them: a contour where both
 * are numbers, else a strip of shades for each word. */
#include "base/contour.h"
#include "base/double.h"
#include "page/param_axis.h"
#include "search/search.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 31, SHADES = 9, DOTS = 300 };

/* What is not close to a label of before, in parts of the picture. */
static const double apart = 0.09;

/* The model's mean, minimized, over the two. */
struct surface {
	const struct param *p[2];
	const struct axis *axis[2];
	size_t n[2];
	double u[2][SIDE], gene[2][SIDE], at[2][SIDE]; /* at: along the axes, 0 … 1 */
	double *mean, *sorted;                         /* (n[0], n[1]) */
	double sign;
};

static void fill(struct view *v, struct surface *f, const double *centre,
                 const size_t dim[2])
{
	size_t d = v->land.encoding.d, n = f->n[0] * f->n[1];
	double *genes = arena_new(&v->arena, n * d, sizeof *genes);
	double *sd = arena_new(&v->arena, n, sizeof *sd);

	f->mean = arena_new(&v->arena, n, sizeof *f->mean);
	for (size_t i = 0; i < n; i++) {
		memcpy(genes + i * d, centre, d * sizeof *centre);
		genes[i * d + dim[0]] = f->gene[0][i / f->n[1]];
		genes[i * d + dim[1]] = f->gene[1][i % f->n[1]];
	}
	landscape_at(&v->land, genes, n, f->mean, sd);
	f->sorted = arena_new(&v->arena, n, sizeof *f->sorted);
	memcpy(f->sorted, f->mean, n * sizeof *f->mean);
	qsort(f->sorted, n, sizeof *f->sorted, double_compare);
}

/* Where the k-th shade begins. */
static double level(const struct surface *f, int k)
{
	return f->sorted[(size_t)k * f->n[0] * f->n[1] / SHADES];
}

static void survey(struct view *v, struct surface *f, struct chart *c,
                   const double *centre, const struct importance_row *row, bool lines)
{
	const struct param *all = v->s->search.spec->space.params;
	const struct encoding *e = &v->land.encoding;
	const size_t dim[2] = {e->dim_of[row->param], e->dim_of[row->other]};

	*f = (struct surface){.p = {&all[row->param], &all[row->other]},
	                      .axis = {&c->x, &c->y},
	                      .sign = search_sign(&v->s->search)};
	param_axis(v, f->p[0], &c->x);
	param_axis(v, f->p[1], &c->y);
	for (int k = 0; k < 2; k++) {
		f->n[k] = model_places(e, dim[k], SIDE, lines ? MODEL_ENDS : 0.5 / SIDE,
		                       f->u[k], f->gene[k]);
		for (size_t i = 0; i < f->n[k]; i++)
			f->at[k][i] =
			    axis_at(f->axis[k], param_place_at(v, f->p[k], f->u[k][i]));
	}
	fill(v, f, centre, dim);
}

static double value_at(const struct surface *f, int k, double step)
{
	size_t i = (size_t)step, next = i + 1 < f->n[k] ? i + 1 : i;
	double a = f->at[k][i], b = f->at[k][next];

	return axis_value(f->axis[k], a + (step - (double)i) * (b - a));
}

static struct mark_point point_at(const struct surface *f, const double at[2],
                                  bool line)
{
	return (struct mark_point){.x = value_at(f, 0, at[0]),
	                           .y = value_at(f, 1, at[1]),
	                           .low = line,
	                           .trial = NO_TRIAL};
}

static void add_loops(const struct surface *f, const struct contour *loops,
                      struct mark_series *s)
{
	for (size_t k = 0, from = 0; k < loops->loops; from = loops->ends[k++]) {
		for (size_t i = from; i < loops->ends[k]; i++) {
			size_t next = i + 1 < loops->ends[k] ? i + 1 : from;

			marks_add(s, point_at(f, loops->at[i],
			                      !contour_on_edge(loops, i, next, f->n[0],
			                                       f->n[1])));
		}
		marks_add(s, point_at(f, loops->at[from], false));
		marks_add(s, (struct mark_point){.x = (double)NAN, .trial = NO_TRIAL});
	}
}

static bool is_free(const struct chart *c, const struct mark_series *s,
                    const struct mark_point *p)
{
	double x = axis_at(&c->x, p->x), y = axis_at(&c->y, p->y);

	if (x < 0.03 || x > 0.92 || y < 0.03 || y > 0.97)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (fabs(axis_at(&c->x, s->points[i].x) - x) < apart &&
		    fabs(axis_at(&c->y, s->points[i].y) - y) < apart / 1.5)
			return false;
	return true;
}

/* Once on each level's line, where there is room. */
static void add_label(struct view *v, const struct chart *c, double height,
                      const struct mark_series *region, struct mark_series *labels)
{
	struct mark_point found;
	size_t n = 0, k = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass && !n)
			return;
		for (size_t i = 0; i < region->n; i++) {
			struct mark_point p = region->points[i];

			if (isnan(p.x) || !(fabs(p.low) > 0) || !is_free(c, labels, &p))
				continue;
			if (!pass)
				n++;
			else if (k++ == n / 2)
				found = p;
		}
	}
	found.text = arena_printf(&v->arena, "%.3g", height);
	marks_add(labels, found);
}

static const char *shade(int k)
{
	static const char *const names[SHADES] = {"q0", "q1", "q2", "q3", "q4",
	                                          "q5", "q6", "q7", "q8"};

	return names[k];
}

static void add_lines(struct view *v, struct chart *c, const struct surface *f)
{
	static const char glyphs[SHADES + 1] = "@%#*+=-. ";
	struct contour loops = {0};
	struct mark_series labels = {0}, *s;

	for (int k = 0; k < SHADES; k++) {
		double from = k ? level(f, k) : -DBL_MAX;

		s = chart_add(c, MARK_REGION, shade(k), NULL, glyphs[k]);
		contour_trace(f->mean, f->n[0], f->n[1], from, &loops);
		add_loops(f, &loops, s);
		if (k)
			add_label(v, c, f->sign * from, s, &labels);
	}
	s = chart_add(c, MARK_LABELS, "height", NULL, ' ');
	s->points = labels.points;
	s->n = labels.n;
	s->cap = labels.cap;
	contour_free(&loops);
}

static void add_cells(struct chart *c, const struct surface *f)
{
	struct mark_series *cells = chart_add(c, MARK_CELLS, "", NULL, '#');

	c->step_x = 0.94 / (double)f->n[0];
	c->step_y = 0.94 / (double)f->n[1];
	for (size_t i = 0; i < f->n[0] * f->n[1]; i++) {
		int k = 0;

		while (k + 1 < SHADES && f->mean[i] >= level(f, k + 1))
			k++;
		marks_add(cells, (struct mark_point){
				     .x = axis_value(&c->x, f->at[0][i / f->n[1]]),
				     .y = axis_value(&c->y, f->at[1][i % f->n[1]]),
				     .low = (k + 0.5) / SHADES,
				     .trial = NO_TRIAL});
	}
}

static size_t add_trials(struct view *v, struct chart *c, const struct surface *f,
                         const struct importance_row *row)
{
	const struct search *s = &v->s->search;
	size_t n = 0;

	for (int best = 0; best < 2; best++) {
		struct mark_series *dots =
		    chart_add(c, MARK_DOTS, best ? "winner" : "on",
		              best ? "best of the search" : "trial", best ? 'O' : 'o');

		for (size_t i = 0; i < s->n; i++) {
			const struct trial *t = s->trials[i];
			double x = param_place(f->p[0], t->values[row->param]);
			double y = param_place(f->p[1], t->values[row->other]);

			if (t->outcome != OUTCOME_OK || !isfinite(x) || !isfinite(y) ||
			    (t == s->best) != best)
				continue;
			n++;
			marks_add(dots,
			          (struct mark_point){.x = x, .y = y, .trial = t->id});
		}
	}
	return n;
}

static void draw(struct view *v, struct gallery *g, const double *centre,
                 const struct importance_row *row)
{
	const struct param *p = v->s->search.spec->space.params;
	bool lines = !view_by_words(&p[row->param]) && !view_by_words(&p[row->other]);
	struct chart *c = gallery_add(
	    g,
	    arena_printf(&v->arena, "%s and %s together, as the model sees them",
	                 p[row->param].name, p[row->other].name),
	    700, 460);
	struct surface f;
	size_t n;

	c->singles = DOTS;
	survey(v, &f, c, centre, row, lines);
	if (lines)
		add_lines(v, c, &f);
	else
		add_cells(c, &f);
	n = add_trials(v, c, &f, row);
	c->note = arena_printf(
	    &v->arena,
	    "n = %zu trials. Dark is better: %s from %.4g to %.4g, the model's mean; "
	    "every shade covers a ninth%s; "
	    "the other parameters as in the best trial. Their interaction: %.0f %% of "
	    "the variance (90 %%: %.0f – %.0f)",
	    n, v->s->search.spec->metric.name, f.sign * f.sorted[0],
	    f.sign * f.sorted[f.n[0] * f.n[1] - 1],
	    lines ? ", and ends at the number on its line" : "", 100 * row->alone.mean,
	    100 * row->alone.low, 100 * row->alone.high);
}

void picture_pair(struct view *v, struct gallery *g)
{
	const struct importance *im = &v->importance;
	double *centre = view_centre(v);

	for (size_t i = 0; centre && v->has_importance && i < im->n_pairs; i++) {
		const struct importance_row *row = &im->pairs[i];

		if (!v->s->search.best->values[row->param] ||
		    !v->s->search.best->values[row->other])
			continue;
		draw(v, g, centre, row);
		return;
	}
}
