/* A population: who went on from whom, and the schedule of every parameter that its
 * best training has followed. */
#include "page/lineages.h"
#include "page/html.h"
#include "page/param_axis.h"
#include "report/text.h"
#include "search/lineage.h"

#include <math.h>
#include <stdlib.h>

enum { PANEL = 450, LOW = 250 };

struct chain {
	const struct trial **list; /* (n) the first interval first */
	size_t n;
};

static struct chain chain_of(struct view *v)
{
	const struct search *s = &v->s->search;
	struct chain c = {0};

	if (s->best && s->best->line.is)
		c.list = lineage_of(s, s->best, &v->arena, &c.n);
	return c;
}

static const char *step_name(const struct view *v)
{
	const char *step = v->s->search.spec->early.step;

	return step ? step : "step";
}

static bool has_value(const struct trial *t)
{
	return t->outcome == OUTCOME_OK && isfinite(t->value);
}

static void add_end(const struct view *v, struct mark_series *s, const struct trial *t)
{
	marks_add(s, (struct mark_point){.x = lineage_end(v->s->search.spec, t),
	                                 .y = t->value,
	                                 .trial = NO_TRIAL});
}

static void add_break(struct mark_series *s)
{
	marks_add(s, (struct mark_point){
			 .x = (double)NAN, .y = (double)NAN, .trial = NO_TRIAL});
}

/* From the end of one interval to that of the next; copies: those of another member. */
static void add_descent(const struct view *v, struct chart *c, bool copies)
{
	const struct search *s = &v->s->search;
	struct mark_series *line = chart_add(
	    c, MARK_LINE, copies ? "curve stopped" : "curve ok",
	    copies ? "goes on from a copy of a better one" : "goes on from its own",
	    copies ? 'c' : '.');

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i], *from;

		if (!t->line.goes_on || !has_value(t))
			continue;
		from = s->trials[t->line.from];
		if (!has_value(from) || (from->line.member != t->line.member) != copies)
			continue;
		add_end(v, line, from);
		add_end(v, line, t);
		add_break(line);
	}
	if (!line->n)
		line->name = NULL;
}

static void add_ancestry(const struct view *v, struct chart *c, const struct chain *k)
{
	struct mark_series *line =
	    chart_add(c, MARK_LINE, "best", "the best, and what it goes back to", '#');

	for (size_t i = 0; i < k->n; i++)
		if (has_value(k->list[i]))
			add_end(v, line, k->list[i]);
}

static void fit_steps(const struct view *v, struct axis *a)
{
	double last = 0;

	for (size_t i = 0; i < v->s->search.n; i++)
		last =
		    fmax(last, lineage_end(v->s->search.spec, v->s->search.trials[i]));
	*a = (struct axis){.label = step_name(v), .high = last > 0 ? 1.02 * last : 1};
}

static void draw_population(struct view *v, const struct chain *k, struct gallery *g)
{
	const struct search *s = &v->s->search;
	struct chart *c =
	    gallery_add(g, "The population: who goes on from whom", PANEL, LOW);
	struct mark_series *dots;

	fit_steps(v, &c->x);
	metric_axis(v, &c->y);
	add_descent(v, c, false);
	add_descent(v, c, true);
	add_ancestry(v, c, k);
	dots = chart_add(c, MARK_DOTS, "ok", "end of an interval", 'o');
	for (size_t i = 0; i < s->n; i++)
		if (has_value(s->trials[i]))
			marks_add(dots, (struct mark_point){
					    .x = lineage_end(s->spec, s->trials[i]),
					    .y = s->trials[i]->value,
					    .trial = s->trials[i]->id});
	c->note =
	    arena_printf(&v->arena, "n = %zu interval%s with a value, of %zu members",
	                 dots->n, str_plural(dots->n), s->spec->pbt.population);
}

static void add_interval(const struct view *v, struct mark_series *s,
                         const struct trial *t, double y, bool steps)
{
	marks_add(s, (struct mark_point){.x = lineage_begin(v->s->search.spec, t),
	                                 .y = y,
	                                 .trial = NO_TRIAL});
	if (steps)
		return;
	marks_add(s, (struct mark_point){.x = lineage_end(v->s->search.spec, t),
	                                 .y = y,
	                                 .trial = NO_TRIAL});
	add_break(s);
}

static void add_members(const struct view *v, struct chart *c, size_t param)
{
	const struct search *s = &v->s->search;
	struct mark_series *all =
	    chart_add(c, MARK_LINE, "curve ok", "every member", '.');

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		double y = param_place(&s->spec->space.params[param], t->values[param]);

		if (isfinite(y))
			add_interval(v, all, t, y, false);
	}
}

static void draw_schedule(struct view *v, const struct chain *k, size_t param,
                          struct gallery *g)
{
	const struct param *p = &v->s->search.spec->space.params[param];
	struct chart *c = gallery_add(
	    g, arena_printf(&v->arena, "%s over the training", p->name), PANEL, LOW);
	struct mark_series *own;
	double y = (double)NAN;

	fit_steps(v, &c->x);
	param_axis(v, p, &c->y);
	add_members(v, c, param);
	own = chart_add(c, MARK_STEPS, "best", "the schedule of the best", '#');
	for (size_t i = 0; i < k->n; i++) {
		y = param_place(p, k->list[i]->values[param]);
		add_interval(v, own, k->list[i], y, true);
	}
	marks_add(own, (struct mark_point){
			   .x = lineage_end(v->s->search.spec, k->list[k->n - 1]),
			   .y = y,
			   .trial = NO_TRIAL});
	c->note = arena_printf(&v->arena, "n = %zu interval%s, %zu of them of the best",
	                       v->s->search.n, str_plural(v->s->search.n), k->n);
}

void picture_schedule(struct view *v, struct gallery *g)
{
	struct chain k = chain_of(v);

	if (!k.n)
		return;
	draw_population(v, &k, g);
	for (size_t i = 0; i < v->n_varied && (!v->most || i < v->most); i++)
		draw_schedule(v, &k, v->varied[i], g);
}

static void add_row(struct view *v, const struct trial *t, size_t params,
                    struct str *out)
{
	const struct spec *sp = v->s->search.spec;

	str_addf(out, "<tr data-row=\"%llu\"><td>%g<td>%g<td>%llu<td>%llu<td>",
	         (unsigned long long)t->id, lineage_begin(sp, t), lineage_end(sp, t),
	         (unsigned long long)t->id, (unsigned long long)t->line.member);
	if (has_value(t))
		text_number(out, t->value);
	for (size_t i = 0; i < params; i++) {
		str_add(out, "<td>");
		view_value(v, t, v->varied[i], out);
	}
	str_addc(out, '\n');
}

void lineages_table(struct view *v, struct str *out)
{
	struct chain k = chain_of(v);
	size_t params = v->most && v->most < v->n_varied ? v->most : v->n_varied;

	if (!k.n)
		return;
	str_add(out, "<p class=\"note\">The schedule of the best: an interval of its "
	             "training a row, an empty cell where a parameter is not active. "
	             "hpsearch best -f schedule prints it for programs.</p>\n"
	             "<div class=\"scroll\"><table><thead><tr>"
	             "<th scope=\"col\">from ");
	html_text(out, step_name(v));
	str_add(out, "<th scope=\"col\">to<th scope=\"col\">trial<th "
	             "scope=\"col\">member<th scope=\"col\">");
	html_text(out, v->s->search.spec->metric.name);
	for (size_t i = 0; i < params; i++) {
		str_add(out, "<th scope=\"col\">");
		html_text(out, v->s->search.spec->space.params[v->varied[i]].name);
	}
	str_add(out, "</thead><tbody>\n");
	for (size_t i = 0; i < k.n; i++)
		add_row(v, k.list[i], params, out);
	str_add(out, "</tbody></table></div>\n");
}
