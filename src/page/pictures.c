/* Pictures of what happened. */
#include "base/double.h"
#include "page/view.h"
#include "search/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDE = 900,
	HIGH = 320,
	CURVES_SHOWN = 120,
	CURVE_POINTS = 60,
	LEVEL_POINTS =
	    500 /* more than columns: a terminal draws a band point by point */
};

/* What a trial came to: its mean, or the last value of one that was stopped; in a race
 * over items what it left with. */
static double reached(const struct trial *t)
{
	if (t->outcome == OUTCOME_OK)
		return t->value;
	if (t->left)
		return answers_mean(t).mean;
	return t->outcome == OUTCOME_STOPPED && t->n_runs ? t->runs[0].value
	                                                  : (double)NAN;
}

static void fit_values(struct view *v, struct axis *a)
{
	const struct search *s = &v->s->search;
	double *x = mem_new(s->n + 1, sizeof *x);

	for (size_t i = 0; i < s->n; i++)
		x[i] = reached(s->trials[i]);
	axis_fit(a, x, s->n, search_sign(s));
	a->label = view_metric(v);
	free(x);
}

static void add_outcome(struct view *v, struct chart *c, const char *style,
                        const char *name, char glyph)
{
	const struct search *s = &v->s->search;
	struct mark_series *dots = chart_add(c, MARK_DOTS, style, name, glyph);

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		double y = reached(t);

		if (strcmp(view_style(t->outcome), style) != 0)
			continue;
		if (!isfinite(y))
			y = search_sign(s) > 0 ? c->y.high : c->y.low;
		marks_add(dots, (struct mark_point){
				    .x = (double)t->id, .y = y, .trial = t->id});
	}
	if (!dots->n)
		dots->name = NULL;
}

static void add_best(struct view *v, struct chart *c, double half)
{
	const struct search *s = &v->s->search;
	double sign = search_sign(s), best = (double)INFINITY, before;
	size_t every = 1 + s->n / LEVEL_POINTS;
	bool banded = isfinite(half);

	if (banded)
		chart_add(c, MARK_BAND, "noise", "± 1 standard deviation between seeds",
		          '.');
	chart_add(c, MARK_STEPS, "best", "best so far", '-');
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		before = best;
		if (t->outcome == OUTCOME_OK && isfinite(t->value))
			best = fmin(best, sign * t->value);
		if (!(best < before) && i % every && i + 1 < s->n)
			continue;
		if (banded && best < before && isfinite(before)) /* a step, too */
			marks_add(&c->series[0],
			          (struct mark_point){.x = (double)t->id,
			                              .low = sign * before - half,
			                              .high = sign * before + half,
			                              .trial = NO_TRIAL});
		for (size_t k = 0; isfinite(best) && k < c->n; k++)
			marks_add(&c->series[k],
			          (struct mark_point){.x = (double)t->id,
			                              .y = sign * best,
			                              .low = sign * best - half,
			                              .high = sign * best + half,
			                              .trial = NO_TRIAL});
	}
}

void picture_history(struct view *v, struct gallery *g)
{
	const struct search *s = &v->s->search;
	struct chart *c =
	    gallery_add(g, "Value of every trial, and the best so far", WIDE, HIGH);
	double ends[2] = {0, s->n ? (double)s->n - 1 : 1}, noise;
	size_t repeated;

	axis_fit(&c->x, ends, 2, 0);
	c->x.log = false;
	c->x.label = "trial, in the order of proposal";
	fit_values(v, &c->y);
	noise = view_noise(v, &repeated);
	add_best(v, c, noise / sqrt((double)s->spec->repeats_least));
	add_outcome(v, c, "stopped", "stopped early, at its last value", 's');
	add_outcome(v, c, "failed", "failed: no value, at the edge", 'x');
	add_outcome(v, c, "ok", "finished", 'o');
	c->note = arena_printf(
	    &v->arena, "n = %zu trial%s, %llu with a value%s. %s", s->n,
	    str_plural(s->n), (unsigned long long)s->ok,
	    c->y.clipped ? "; values beyond the scale stand at its edge" : "",
	    isfinite(noise)
		? arena_printf(&v->arena,
	                       "Seeds differ by %.2g (pooled over %zu "
	                       "configurations that were repeated).",
	                       noise, repeated)
		: "Nothing was repeated, so how much seeds differ is not known.");
}

static bool step_known(const struct report *r)
{
	return isfinite(r->step) && isfinite(r->value);
}

static void add_curve(struct chart *c, const struct trial *t, const struct run *r,
                      bool named)
{
	const char *style = view_style(t->outcome);
	struct mark_series *line =
	    chart_add(c, MARK_LINE,
	              style[0] == 'o' && style[1] == 'k' ? "curve ok"
	              : style[0] == 's'                  ? "curve stopped"
	              : style[0] == 'f'                  ? "curve failed"
	                                                 : "curve open",
	              named ? outcome_name(t->outcome) : NULL,
	              style[0] == 's'   ? 's'
	              : style[0] == 'f' ? 'x'
	                                : '*');
	size_t n = r->n_reports < CURVE_POINTS ? r->n_reports : CURVE_POINTS;

	for (size_t i = 0; i < n; i++) {
		const struct report *p =
		    &r->reports[view_thinned(i, r->n_reports, CURVE_POINTS)];

		if (step_known(p))
			marks_add(line, (struct mark_point){.x = p->step,
			                                    .y = p->value,
			                                    .trial = t->id});
	}
}

static void fit_reports(struct view *v, struct chart *c)
{
	const struct search *s = &v->s->search;
	double *x = NULL, *y = NULL;
	size_t n = 0, cap_x = 0, cap_y = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct run *r = s->trials[i]->runs;

		for (size_t k = 0;
		     k < (r->n_reports < CURVE_POINTS ? r->n_reports : CURVE_POINTS);
		     k++) {
			const struct report *p =
			    &r->reports[view_thinned(k, r->n_reports, CURVE_POINTS)];

			if (!step_known(p))
				continue;
			x = mem_room(x, n, &cap_x, sizeof *x);
			y = mem_room(y, n, &cap_y, sizeof *y);
			x[n] = p->step;
			y[n++] = p->value;
		}
	}
	axis_fit(&c->x, x, n, 0);
	if (c->x.log && n) { /* steps are counted */
		double room = 0.02 * c->x.high;

		c->x.log = false;
		c->x.low = -room;
	}
	axis_fit(&c->y, y, n, search_sign(s));
	free(x);
	free(y);
}

static void add_rungs(struct view *v, struct chart *c)
{
	double at[VIEW_RUNGS];
	size_t n = view_rungs(v, at);
	struct mark_series *rule =
	    chart_add(c, MARK_RULE, "rung", n ? "rung" : NULL, ':');

	for (size_t i = 0; i < n; i++)
		marks_add(rule, (struct mark_point){.x = at[i], .trial = NO_TRIAL});
}

void picture_curves(struct view *v, struct gallery *g)
{
	const struct search *s = &v->s->search;
	struct chart *c;
	bool named[OUTCOME_PREEMPTED + 1] = {false};
	size_t with = 0, shown = 0, every;

	for (size_t i = 0; i < s->n; i++)
		with += s->trials[i]->runs[0].n_reports > 1;
	if (!with || s->spec->items.present) /* of items: picture_race */
		return;
	c = gallery_add(g, "Learning curves of the first run of each trial", WIDE, 360);
	fit_reports(v, c);
	c->x.label = s->spec->early.step ? s->spec->early.step : "step";
	c->y.label = view_metric(v);
	add_rungs(v, c);
	every = 1 + (with - 1) / CURVES_SHOWN;
	for (size_t i = s->n; i-- > 0;) {
		const struct trial *t = v->ranked[i];

		if (t->runs[0].n_reports < 2 || (i >= CURVES_SHOWN / 4 && i % every))
			continue;
		add_curve(c, t, &t->runs[0], !named[t->outcome]);
		named[t->outcome] = true;
		shown++;
	}
	c->note = arena_printf(
	    &v->arena, "n = %zu of %zu curve%s%s%s", shown, with, str_plural(with),
	    shown < with ? ", the best and every few of the others" : "",
	    c->y.clipped ? "; values beyond the scale stand at its edge" : "");
}

/* The cheapest first, of these the least. */
static int by_price(const void *a, const void *b)
{
	const struct mark_point *x = a, *y = b;

	return x->x > y->x ? 1 : x->x < y->x ? -1 : double_compare(&x->y, &y->y);
}

/* The best that is to be had for so much. */
static void add_front(struct view *v, struct chart *c, const struct mark_series *dots)
{
	double sign = search_sign(&v->s->search), best = (double)INFINITY;
	struct mark_point *p = mem_new(dots->n + 1, sizeof *p);
	size_t n = dots->n;
	struct mark_series *line;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct mark_point){.x = dots->points[i].x,
		                           .y = sign * dots->points[i].y,
		                           .trial = NO_TRIAL};
	qsort(p, n, sizeof *p, by_price);
	line = chart_add(c, MARK_STEPS, "best", "best at that price or below", '-');
	for (size_t i = 0; i < n; i++) {
		if (!(p[i].y < best))
			continue;
		best = p[i].y;
		p[i].y *= sign;
		marks_add(line, p[i]);
	}
	free(p);
}

void picture_cost(struct view *v, struct gallery *g)
{
	const struct search *s = &v->s->search;
	bool priced = s->cost > 0;
	double *x = mem_new(s->n + 1, sizeof *x);
	struct chart *c;

	for (size_t i = 0; i < s->n; i++)
		x[i] = s->trials[i]->outcome == OUTCOME_OK
		           ? (priced ? trial_cost : trial_wall)(s->trials[i])
		           : (double)NAN;
	if (s->ok > 1 && s->spec->metric.name) {
		struct mark_series *dots;

		c = gallery_add(g, "What a trial costs, and what it is worth", 900,
		                300);
		axis_fit(&c->x, x, s->n, 0);
		c->x.label = priced ? "cost, as the runs say" : "time of its runs, s";
		fit_values(v, &c->y);
		dots = chart_add(c, MARK_DOTS, "ok", "finished", 'o');
		for (size_t i = 0; i < s->n; i++)
			if (isfinite(x[i]) && isfinite(s->trials[i]->value))
				marks_add(dots, (struct mark_point){
						    .x = x[i],
						    .y = s->trials[i]->value,
						    .trial = s->trials[i]->id});
		add_front(v, c, &c->series[0]);
		c->note = arena_printf(&v->arena, "n = %zu trial%s with a value",
		                       c->series[0].n, str_plural(c->series[0].n));
	}
	free(x);
}

/* A run on the clock. */
struct span {
	double from, to;
	uint64_t trial;
	const char *style;
};

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void add_span(struct span **list, size_t *n, size_t *cap, const struct run *r,
                     uint64_t trial, const char *style)
{
	if (!(r->started > 0) || r->state != RUN_FINISHED)
		return;
	*list = mem_room(*list, *n, cap, sizeof **list);
	(*list)[(*n)++] =
	    (struct span){.from = r->started,
	                  .to = r->started + fmax(0, r->wall - r->before.wall),
	                  .trial = trial,
	                  .style = style};
}

static struct span *spans(const struct view *v, size_t *n)
{
	const struct search *s = &v->s->search;
	struct span *list = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->trials[i]->n_runs; k++)
			add_span(&list, n, &cap, &s->trials[i]->runs[k],
			         s->trials[i]->id,
			         view_style(s->trials[i]->runs[k].outcome));
	for (size_t i = 0; i < s->verdict.n_runs; i++)
		add_span(&list, n, &cap, &s->verdict.runs[i]->run,
		         s->verdict.runs[i]->key == VERDICT_DEFAULTS
		             ? NO_TRIAL
		             : s->verdict.runs[i]->key,
		         s->verdict.runs[i]->run.outcome == OUTCOME_OK ? "verified"
		                                                       : "failed");
	if (list)
		qsort(list, *n, sizeof *list, by_start);
	return list;
}

static void add_spans(struct chart *c, const struct span *list, size_t n, double unit,
                      const char *style, const char *name, char glyph,
                      const size_t *lane)
{
	struct mark_series *bars = chart_add(c, MARK_BARS, style, name, glyph);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].style, style) == 0)
			marks_add(bars, (struct mark_point){
					    .y = (double)lane[i] + 1,
					    .low = (list[i].from - list[0].from) / unit,
					    .high = (list[i].to - list[0].from) / unit,
					    .x = (list[i].from - list[0].from) / unit,
					    .trial = list[i].trial});
	if (!bars->n)
		bars->name = NULL;
}

/* Each run in the first lane that is free when it begins. */
static size_t find_lanes(const struct span *list, size_t n, size_t *lane)
{
	double *until = mem_new(n + 1, sizeof *until);
	size_t lanes = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < lanes && until[k] > list[i].from + 0.05)
			k++;
		lane[i] = k;
		until[k] = list[i].to;
		lanes = k == lanes ? lanes + 1 : lanes;
	}
	free(until);
	return lanes;
}

void picture_timeline(struct view *v, struct gallery *g)
{
	size_t n, *lane, lanes;
	struct span *list = spans(v, &n);
	double last = 0, unit;
	struct chart *c;

	if (n) {
		lane = mem_new(n, sizeof *lane);
		lanes = find_lanes(list, n, lane);
		for (size_t i = 0; i < n; i++)
			last = fmax(last, list[i].to - list[0].from);
		unit = last > 7200 ? 3600 : last > 300 ? 60 : 1;
		c = gallery_add(g, "When each run was under way", WIDE,
		                80 + fmin(300, 24 * (double)lanes));
		c->x =
		    (struct axis){.label = unit > 60  ? "hours since the first start"
		                           : unit > 1 ? "minutes since the first start"
		                                      : "seconds since the first start",
		                  .high = last > 0 ? 1.01 * last / unit : 1};
		c->y = (struct axis){
		    .label = "at once", .low = 0.4, .high = (double)lanes + 0.6};
		add_spans(c, list, n, unit, "ok", "finished", '=', lane);
		add_spans(c, list, n, unit, "stopped", "stopped early", 's', lane);
		add_spans(c, list, n, unit, "failed", "failed", 'x', lane);
		add_spans(c, list, n, unit, "verified", "verification", 'v', lane);
		c->note =
		    arena_printf(&v->arena,
		                 "n = %zu run%s, up to %zu at once; of a run that was "
		                 "begun more than once, the last time",
		                 n, str_plural(n), lanes);
		free(lane);
	}
	free(list);
}

static const char *candidate_name(struct view *v, const struct candidate *k,
                                  const char *what)
{
	return arena_printf(&v->arena, "%s, %s",
	                    k->is_baseline ? "defaults"
	                                   : arena_printf(&v->arena, "trial %llu",
	                                                  (unsigned long long)k->key),
	                    what);
}

struct stage {
	const char *name;
	struct worth w;
	bool winner;
	uint64_t trial;
};

static void draw_stages(struct view *v, struct gallery *g, const struct stage *st,
                        size_t n, const struct metric *m, const char *title,
                        const char *runs)
{
	const char **names = arena_new(&v->arena, n + 1, sizeof *names);
	double *x = mem_new(3 * n + 1, sizeof *x);
	struct chart *c;

	if (n) {
		c = gallery_add(g, title, 900, 76 + 30 * (double)n);
		for (size_t i = 0; i < n; i++) {
			names[n - 1 - i] = st[i].name;
			x[3 * i] = st[i].w.value;
			x[3 * i + 1] = st[i].w.low;
			x[3 * i + 2] = st[i].w.high;
		}
		axis_fit(&c->x, x, 3 * n, 0);
		c->x.label = view_label(v, m->name, m->goal);
		axis_names(&c->y, names, n);
		for (int winner = 0; winner < 2; winner++) {
			struct mark_series *s =
			    chart_add(c, MARK_ACROSS, winner ? "winner" : "other",
			              winner ? "winner" : "others", winner ? 'O' : 'o');

			for (size_t i = 0; i < n; i++)
				if (st[i].winner == winner)
					marks_add(s, (struct mark_point){
							 .x = st[i].w.value,
							 .y = (double)(n - 1 - i),
							 .low = st[i].w.low,
							 .high = st[i].w.high,
							 .trial = st[i].trial});
			if (!s->n)
				s->name = NULL;
		}
		c->note = arena_printf(
		    &v->arena,
		    "n = %s. Dots with the intervals of the report below; a "
		    "dot without one has no interval.",
		    runs);
	}
	free(x);
}

/* "5 runs of each", "3 to 5 runs of each". */
static const char *count_runs(struct view *v, enum phase phase)
{
	const struct verdict *d = &v->s->search.verdict;
	size_t least = SIZE_MAX, most = 0;

	for (size_t i = 0; i < d->n; i++) {
		size_t n = d->candidates[i].n_runs[phase];

		least = n && n < least ? n : least;
		most = n > most ? n : most;
	}
	if (least >= most)
		return arena_printf(&v->arena, "%zu run%s of each", most,
		                    str_plural(most));
	return arena_printf(&v->arena, "%zu to %zu runs of each", least, most);
}

void picture_verdict(struct view *v, struct gallery *g)
{
	const struct verdict *d = &v->s->search.verdict;
	struct stage *st = mem_new(2 * d->n + 1, sizeof *st);
	bool rerun = false; /* anyone */
	size_t n = 0;

	if (!d->wanted || !search_is_over(&v->s->search)) {
		free(st);
		return;
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct candidate *k = &d->candidates[i];
		struct stage one = {.winner = i == d->winner && !d->fronts,
		                    .trial =
		                        k->key == VERDICT_DEFAULTS ? NO_TRIAL : k->key};

		one.name = candidate_name(v, k, "in the search");
		one.w = (struct worth){
		    .value = k->search_value, .low = (double)NAN, .high = (double)NAN};
		if (isfinite(k->search_value))
			st[n++] = one;
		rerun = rerun || k->n_runs[PHASE_RERUN];
		one.name = candidate_name(v, k, "re-run");
		one.w = k->worth[PHASE_RERUN];
		if (k->n_runs[PHASE_RERUN] && isfinite(one.w.value))
			st[n++] = one;
	}
	if (rerun)
		draw_stages(v, g, st, n, &d->metric, "From the search to fresh seeds",
		            count_runs(v, PHASE_RERUN));
	n = 0;
	for (size_t i = 0; d->has_test && i < d->n; i++) {
		const struct candidate *k = &d->candidates[i];

		if (!k->n_runs[PHASE_TEST] || !isfinite(k->worth[PHASE_TEST].value))
			continue;
		st[n++] = (struct stage){.name = candidate_name(v, k, "test"),
		                         .w = k->worth[PHASE_TEST],
		                         .winner = i == d->winner && !d->fronts,
		                         .trial = k->key == VERDICT_DEFAULTS ? NO_TRIAL
		                                                             : k->key};
	}
	draw_stages(v, g, st, n, &d->test_metric, "On the test data",
	            count_runs(v, PHASE_TEST));
	free(st);
}
