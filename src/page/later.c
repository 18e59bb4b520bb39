#include "page/later.h"
#include "report/ablation_text.h"

#include <math.h>
#include <stdlib.h>

enum { LINE = 30 };
static const double two_sided = 1.6448536269514722; /* of a normal, 90 % */

/* Half of an interval; what is only the rounding of sums is none. */
static double half_of(const struct ablation *x, const struct claim *c)
{
	if (x->exact)
		return (double)NAN;
	return c->half <= 1e-12 * fabs(c->gain.mean) ? 0 : c->half;
}

static void add_steps(struct chart *c, const struct ablated *a,
                      const struct ablation_path *p, bool matters)
{
	struct mark_series *s = chart_add(c, MARK_ACROSS, matters ? "winner" : "other",
	                                  matters ? "shown to matter" : "not shown to",
	                                  matters ? 'O' : 'o');

	for (size_t k = 0; k < p->n; k++) {
		const struct claim *claim = &p->steps[k].claim;
		double half = half_of(&a->ablation, claim);

		if (!claim->gain.n || (claim->answer == ANSWER_YES) != matters)
			continue;
		marks_add(s, (struct mark_point){.x = claim->gain.mean,
		                                 .y = (double)(p->n - 1 - k),
		                                 .low = claim->gain.mean - half,
		                                 .high = claim->gain.mean + half,
		                                 .trial = NO_TRIAL});
	}
	if (!s->n)
		s->name = NULL;
}

static void draw_path(struct view *v, const struct ablated *a,
                      const struct ablation_path *p, bool back, struct gallery *g)
{
	const char **names = arena_new(&v->arena, p->n + 1, sizeof *names);
	double *x = mem_new(3 * p->n + 1, sizeof *x);
	size_t n = 0, pairs = 0;
	struct chart *c;

	for (size_t k = 0; k < p->n; k++) {
		const struct claim *claim = &p->steps[k].claim;
		double half = half_of(&a->ablation, claim);
		struct str text = {0};

		ablation_step_text(a, &p->steps[k], back, &text);
		names[p->n - 1 - k] = arena_strdup(&v->arena, str_text(&text));
		str_free(&text);
		pairs += claim->gain.n;
		if (!claim->gain.n)
			continue;
		x[n++] = claim->gain.mean;
		x[n++] = claim->gain.mean - half;
		x[n++] = claim->gain.mean + half;
	}
	x[n++] = 0;
	if (n > 1) {
		c = gallery_add(
		    g,
		    back ? "Back from the winner: what each change was worth"
			 : "Forward from the defaults: what each change gains",
		    900, 76 + LINE * (double)p->n);
		axis_fit(&c->x, x, n, 0);
		c->x.log = false;
		c->x.label = arena_printf(
		    &v->arena, "better by, with the change, in %s",
		    a->search->spec->metric.name ? a->search->spec->metric.name
						 : "value");
		axis_names(&c->y, names, p->n);
		marks_add(chart_add(c, MARK_RULE, "rung", NULL, ':'),
		          (struct mark_point){.trial = NO_TRIAL});
		add_steps(c, a, p, true);
		add_steps(c, a, p, false);
		c->note = arena_printf(
		    &v->arena, "n = %zu pair%s of runs; %s", pairs, str_plural(pairs),
		    a->ablation.exact
			? "the seed has no part in this training"
			: "the intervals of the path hold together in 95 %");
	}
	free(x);
}

void later_ablation(struct view *v, const struct ablated *a, struct gallery *g)
{
	if (a->ablation.state == ABLATION_FAILED || !a->ablation.chosen)
		return;
	draw_path(v, a, &a->ablation.back, true, g);
	draw_path(v, a, &a->ablation.forward, false, g);
}

static double own(const struct scaling_param *r, double x)
{
	return r->log ? exp(x) : x;
}

static void fit_sizes(const struct scaling *s, const struct scaling_param *r,
                      struct chart *c)
{
	double x[SCALING_PLACES + 1], y[3 * SCALING_PLACES + 3];
	size_t n = 0;

	for (size_t k = 0; k < s->places; k++) {
		x[k] = s->size[k];
		y[n++] = own(r, r->mean[k]);
		y[n++] = own(r, r->mean[k] - two_sided * r->sd[k]);
		y[n++] = own(r, r->mean[k] + two_sided * r->sd[k]);
	}
	x[s->places] = s->target[0];
	y[n++] = r->at;
	y[n++] = r->low;
	y[n++] = r->high;
	axis_fit(&c->x, x, s->places + 1, 0);
	if (s->size[0] > 0 && s->target[0] > 0) { /* sizes rise */
		double low = fmin(s->size[0], s->target[0]);
		double high = fmax(s->size[s->places - 1], s->target[0]);
		double room = 0.04 * log(high / low);

		c->x.log = true;
		c->x.low = low * exp(-room);
		c->x.high = high * exp(room);
	}
	axis_fit(&c->y, y, n, 0);
	c->x.label = s->names[0];
	c->y.label = s->space->params[r->param].name;
}

static void add_trend(const struct scaling *s, const struct scaling_param *r,
                      struct chart *c)
{
	struct mark_series *line =
	    chart_add(c, MARK_LINE, "model", "the line through them", '-');
	double first =
	    log(s->size[s->target[0] > s->size[0] ? 0 : s->places - 1] / s->target[0]);
	enum { POINTS = 40 };

	for (int i = 0; i <= POINTS; i++) {
		double x = first * (1 - (double)i / POINTS);

		marks_add(line,
		          (struct mark_point){
			      .x = s->target[0] * exp(x),
			      .y = own(r, r->trend.coef[0] + r->trend.coef[1] * x),
			      .trial = NO_TRIAL});
	}
}

static void draw_trend(struct view *v, const struct scaling *s,
                       const struct scaling_param *r, struct gallery *g)
{
	const char *name = s->space->params[r->param].name;
	struct chart *c = gallery_add(
	    g, arena_printf(&v->arena, "The best %s over %s", name, s->names[0]), 450,
	    270);
	struct mark_series *dots;

	fit_sizes(s, r, c);
	add_trend(s, r, c);
	dots = chart_add(c, MARK_INTERVALS, "other", "best at a size, 90 %", 'o');
	for (size_t k = 0; k < s->places; k++)
		marks_add(dots, (struct mark_point){
				    .x = s->size[k],
				    .y = own(r, r->mean[k]),
				    .low = own(r, r->mean[k] - two_sided * r->sd[k]),
				    .high = own(r, r->mean[k] + two_sided * r->sd[k]),
				    .trial = NO_TRIAL});
	dots = chart_add(c, MARK_INTERVALS, "winner", "at the target, 90 %", 'O');
	marks_add(dots, (struct mark_point){.x = s->target[0],
	                                    .y = r->at,
	                                    .low = r->low,
	                                    .high = r->high,
	                                    .trial = NO_TRIAL});
	c->note = arena_printf(
	    &v->arena, "n = %zu trials near the best, %zu sizes; target %s %.6g%s%s",
	    s->used, s->places, s->names[0], s->target[0],
	    r->why ? ". Not to be trusted: " : "", r->why ? r->why : "");
}

void later_scaling(struct view *v, const struct scaling *s, struct gallery *g)
{
	for (size_t i = 0; s->n_sizes == 1 && i < s->n; i++)
		if (s->list[i].number && isfinite(s->list[i].at))
			draw_trend(v, s, &s->list[i], g);
}
