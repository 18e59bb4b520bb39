#include "page/view.h"
#include "base/double.h"
#include "page/html.h"
#include "report/detail.h"
#include "report/importance_kept.h"
#include "report/sheet_text.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>

static void add_param(struct view *v, size_t param, size_t *n, bool *done)
{
	const struct param *p = &v->s->search.spec->space.params[param];

	if (done[param])
		return;
	done[param] = true;
	v->order[(*n)++] = param;
	if (param_cardinality(p) != 1)
		v->varied[v->n_varied++] = param;
}

static void order_params(struct view *v)
{
	size_t n = v->s->search.spec->space.n, placed = 0, kept = 0;
	bool *done = mem_new(n + 1, sizeof *done);
	const size_t *first = importance_order(&v->s->search, &v->arena, &kept);

	v->order = arena_new(&v->arena, n + 1, sizeof *v->order);
	v->varied = arena_new(&v->arena, n + 1, sizeof *v->varied);
	v->by_importance = v->has_importance || kept;
	for (size_t i = 0; v->has_importance && i < v->importance.n; i++)
		add_param(v, v->importance.rows[i].param, &placed, done);
	for (size_t i = 0; i < kept; i++)
		add_param(v, first[i], &placed, done);
	for (size_t i = 0; i < n; i++)
		add_param(v, i, &placed, done);
	free(done);
}

static void init_model(struct view *v)
{
	struct study *s = v->s;
	struct error err = {0};

	if (!v->model) {
		v->no_model = "No model was made when this page was written; hpsearch "
			      "report makes one.";
		return;
	}
	if (!s->search.spec->metric.name) {
		v->no_model = "The search has no metric.";
		return;
	}
	v->has_land = landscape_init(&v->land, s, &err);
	v->has_importance =
	    v->has_land && importance_of(&v->importance, &v->land, &err);
	if (!v->has_importance)
		v->no_model = arena_strdup(&v->arena, err.text);
}

void view_init(struct view *v, struct study *s, const char *dir, bool model)
{
	*v = (struct view){.s = s, .dir = dir, .model = model};
	v->ranked = search_rank(&s->search, &v->arena);
	v->numbers = measured_names(&s->search, &v->arena);
	v->why = arena_new(&v->arena, s->search.n + 1, sizeof *v->why);
	init_model(v);
	order_params(v);
}

void view_free(struct view *v)
{
	importance_free(&v->importance);
	landscape_free(&v->land);
	arena_free(&v->arena);
	*v = (struct view){0};
}

const char *view_metric(struct view *v)
{
	const struct metric *m = &v->s->search.spec->metric;

	return view_label(v, m->name, m->goal);
}

const char *view_label(struct view *v, const char *name, enum goal goal)
{
	if (!name)
		return "value";
	return arena_printf(&v->arena, "%s (%s is better)", name,
	                    goal == GOAL_MAXIMIZE ? "more" : "less");
}

bool view_by_words(const struct param *p)
{
	return p->dist == DIST_CATEGORICAL;
}

size_t view_rungs(const struct view *v, double *at)
{
	const struct monitor *m = v->s->monitor;
	size_t n = 0, k;

	for (size_t i = 0; m && i < m->n_log && n < VIEW_RUNGS; i++) {
		const struct event *e = &m->log[i];

		if (e->kind != EVENT_STOP && e->kind != EVENT_PAUSE)
			continue;
		at[n] = e->as.decision.why->rung;
		for (k = 0; k < n && !double_same(at[k], at[n]); k++)
			;
		n += k == n && isfinite(at[n]);
	}
	return n;
}

const char *view_why(struct view *v, const struct trial *t)
{
	struct str text = {0};

	if (!v->why[t->id]) {
		detail_why(v->s, t, &text);
		v->why[t->id] = arena_strdup(&v->arena, str_text(&text));
		str_free(&text);
	}
	return v->why[t->id];
}

const char *view_style(enum outcome o)
{
	switch (o) {
	case OUTCOME_OK: return "ok";
	case OUTCOME_STOPPED: return "stopped";
	case OUTCOME_NONE:
	case OUTCOME_PREEMPTED: return "open";
	case OUTCOME_FAILED:
	case OUTCOME_TIMEOUT:
	case OUTCOME_KILLED:
	case OUTCOME_OOM:
	case OUTCOME_NO_METRIC:
	case OUTCOME_DIVERGED:
	case OUTCOME_INFEASIBLE: break;
	}
	return "failed";
}

double view_noise(const struct view *v, size_t *n)
{
	const struct search *s = &v->s->search;
	const struct verdict *d = &s->verdict;
	double sum = 0, df = 0;

	*n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		double m = (double)trial_runs_ok(t);

		if (t->outcome != OUTCOME_OK || !isfinite(t->stderr_))
			continue;
		sum += (m - 1) * m * t->stderr_ * t->stderr_;
		df += m - 1;
		++*n;
	}
	for (size_t i = 0; i < d->n; i++) {
		struct moments m = d->candidates[i].stat[PHASE_RERUN];

		if (m.n < 2 || !isfinite(m.variance))
			continue;
		sum += (double)(m.n - 1) * m.variance;
		df += (double)(m.n - 1);
		++*n;
	}
	return df > 0 ? sqrt(sum / df) : (double)NAN;
}

/* The same as a table of one column. */
static int column_digits(struct sheet *t)
{
	int digits = sheet_digits(t, 0, false);

	sheet_free(t);
	return digits;
}

/* Of the first rows: to tell a thousand apart would want more digits than anybody
 * reads. */
static void find_digits(struct view *v)
{
	const struct search *s = &v->s->search;
	size_t params = s->spec->space.n, rows = s->n < VIEW_ROWS ? s->n : VIEW_ROWS;
	struct sheet t = {0};
	int *out = arena_new(&v->arena, 1 + params + v->numbers.n, sizeof *out);

	v->digits = out;
	sheet_column(&t, "value", NULL, COLUMN_NUMBER, true);
	for (size_t i = 0; i < rows; i++)
		sheet_number(&t, v->ranked[i]->value);
	*out++ = column_digits(&t);
	for (size_t p = 0; p < params; p++) {
		sheet_column(&t, "parameter", NULL, COLUMN_NUMBER, true);
		for (size_t i = 0; i < rows; i++)
			sheet_value(&t, v->ranked[i]->values[p]);
		*out++ = column_digits(&t);
	}
	for (size_t k = 0; k < v->numbers.n; k++) {
		sheet_column(&t, "number", NULL, COLUMN_NUMBER, true);
		for (size_t i = 0; i < rows && k < v->numbers.listed; i++)
			sheet_number(
			    &t,
			    trial_measured(v->ranked[i], v->numbers.list[k].name).last);
		*out++ = column_digits(&t);
	}
}

static int digits_at(struct view *v, size_t i)
{
	if (!v->digits)
		find_digits(v);
	return v->digits[i];
}

int view_digits(struct view *v)
{
	return digits_at(v, 0);
}

int view_param_digits(struct view *v, size_t param)
{
	return digits_at(v, 1 + param);
}

int view_number_digits(struct view *v, size_t number)
{
	return digits_at(v, 1 + v->s->search.spec->space.n + number);
}

void view_value(struct view *v, const struct trial *t, size_t p, struct str *out)
{
	const struct value *x = t->values[p];
	struct str text = {0};

	if (!x || param_cardinality(&v->s->search.spec->space.params[p]) == 1)
		return;
	if (x->kind == VALUE_FLOAT)
		text_digits(&text, x->number, view_param_digits(v, p));
	else
		value_text(x, &text);
	html_text(out, str_text(&text));
	str_free(&text);
}

const size_t *view_params(const struct view *v, size_t most, size_t *n)
{
	size_t all = v->s->search.spec->space.n;

	*n = all <= most ? all : most < v->n_varied ? most : v->n_varied;
	return all <= most ? v->order : v->varied;
}

const char *view_of_varied(struct view *v, const char *lead, size_t shown)
{
	if (shown >= v->n_varied)
		return "";
	return arena_printf(
	    &v->arena, "%sthe first %zu of %zu parameters that vary, %s", lead, shown,
	    v->n_varied,
	    v->by_importance ? "by importance" : "in the order of the file");
}

const char *view_of_drawn(struct view *v, size_t drawn, size_t n)
{
	return drawn < n
	           ? arena_printf(&v->arena,
	                          ", %zu of them drawn: the best and every few of "
	                          "the others",
	                          drawn)
	           : "";
}

size_t view_thinned(size_t i, size_t n, size_t most)
{
	return n <= most ? i : i * (n - 1) / (most - 1);
}

struct chart *gallery_add(struct gallery *g, const char *title, double width,
                          double height)
{
	g->list = mem_room(g->list, g->n, &g->cap, sizeof *g->list);
	chart_init(&g->list[g->n], title, width, height);
	return &g->list[g->n++];
}

void gallery_free(struct gallery *g)
{
	for (size_t i = 0; i < g->n; i++)
		chart_free(&g->list[i]);
	free(g->list);
	*g = (struct gallery){0};
}
