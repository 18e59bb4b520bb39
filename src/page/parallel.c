/* Parallel coordinates as they are without a script: an axis for each parameter and one
 * for the metric, a line for each trial, the best ones and some of the others. */
#include "page/param_axis.h"
#include "report/text.h"
#include "search/search.h"

#include <math.h>

enum {
	LINES = 150,
	BEST = 50,
	SHADES = 5,
	COLUMN = 112,
	HIGH = 330,
	NAMES = 12,
	AXES = 30 /* as many as in js/parallel.js */
};
/* Where what is not active stands, the axes being from 0 to 1. */
static const double below = -0.09;

static const char *const styles[SHADES] = {"line v0", "line v1", "line v2", "line v3",
                                           "line v4"};

static size_t n_axes(const struct view *v)
{
	return v->n_varied < AXES ? v->n_varied : AXES;
}

static double height(const struct axis *a, double x)
{
	return isnan(x) ? below : axis_at(a, x);
}

static void add_trial(struct view *v, struct chart *c, const struct axis *axes,
                      const struct trial *t, const char *style)
{
	const struct param *p = v->s->search.spec->space.params;
	struct mark_series *line =
	    chart_add(c, MARK_LINE, style, NULL, t->rank == 1 ? '@' : '.');

	for (size_t i = 0; i < n_axes(v); i++)
		marks_add(line, (struct mark_point){
				    .x = (double)i,
				    .y = height(&axes[i],
		                                param_place(&p[v->varied[i]],
		                                            t->values[v->varied[i]])),
				    .trial = t->id});
	marks_add(line, (struct mark_point){.x = (double)n_axes(v),
	                                    .y = height(&axes[n_axes(v)], t->value),
	                                    .trial = t->id});
}

static bool has_line(const struct trial *t)
{
	return t->outcome == OUTCOME_OK && isfinite(t->value);
}

/* The worst first, so that the best lie on top. */
static size_t add_trials(struct view *v, struct chart *c, const struct axis *axes,
                         size_t *shown)
{
	const struct search *s = &v->s->search;
	size_t n = 0, every;

	while (n < s->n && has_line(v->ranked[n]))
		n++;
	every = n > LINES ? 1 + (n - BEST - 1) / (LINES - BEST) : 1;
	*shown = 0;
	for (size_t i = n; i-- > 0;) {
		if (i >= BEST && i % every)
			continue;
		add_trial(v, c, axes, v->ranked[i],
		          i ? styles[SHADES * i / n] : "line v0 first");
		++*shown;
	}
	return n;
}

static void add_tick(struct view *v, struct mark_series *labels, const struct axis *a,
                     size_t column, double x)
{
	struct str text = {0}, cut = {0};

	axis_label(a, x, &text);
	text_cut(&cut, str_text(&text), NAMES);
	marks_add(labels,
	          (struct mark_point){.x = (double)column,
	                              .y = axis_at(a, x),
	                              .trial = NO_TRIAL,
	                              .text = arena_strdup(&v->arena, str_text(&cut))});
	str_free(&text);
	str_free(&cut);
}

static void add_axes(struct view *v, struct chart *c, const struct axis *axes)
{
	struct mark_series *s = chart_add(c, MARK_AXES, "upright", NULL, '|');
	double at[TICKS_MAX];

	for (size_t i = 0; i <= n_axes(v); i++)
		marks_add(s, (struct mark_point){
				 .x = (double)i, .high = 1, .trial = NO_TRIAL});
	s = chart_add(c, MARK_LABELS, "height", NULL, ' ');
	for (size_t i = 0; i <= n_axes(v); i++) {
		size_t n = axis_ticks(&axes[i], 5, at);

		for (size_t k = 0; k < n; k++)
			add_tick(v, s, &axes[i], i, at[k]);
	}
}

void picture_parallel(struct view *v, struct gallery *g)
{
	const struct spec *sp = v->s->search.spec;
	struct axis *axes = arena_new(&v->arena, v->n_varied + 1, sizeof *axes);
	const char **names = arena_new(&v->arena, v->n_varied + 1, sizeof *names);
	struct chart *c;
	size_t n, shown;

	if (v->s->search.ok < 2 || !sp->metric.name)
		return;
	for (size_t i = 0; i < n_axes(v); i++) {
		param_axis(v, &sp->space.params[v->varied[i]], &axes[i]);
		names[i] = sp->space.params[v->varied[i]].name;
	}
	metric_axis(v, &axes[n_axes(v)]);
	names[n_axes(v)] = sp->metric.name;
	c = gallery_add(g, "Every trial as a line across its parameters",
	                fmax(900, COLUMN * (double)(n_axes(v) + 1)), HIGH);
	c->singles = LINES + 1;
	axis_names(&c->x, names, n_axes(v) + 1);
	c->y = (struct axis){.low = 1.5 * below, .high = 1.02, .bare = true};
	n = add_trials(v, c, axes, &shown);
	add_axes(v, c, axes);
	c->note = arena_printf(
	    &v->arena,
	    "n = %zu trial%s with a value%s%s. Yellow is better, thick is the best; "
	    "below an axis: not active.",
	    n, str_plural(n), view_of_drawn(v, shown, n),
	    view_of_varied(v, "; ", n_axes(v)));
}
