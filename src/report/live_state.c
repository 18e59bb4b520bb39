#include "report/live_state.h"
#include "base/double.h"
#include "early/early_rule.h"
#include "report/text.h"
#include "schedule/rules.h"
#include "search/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is gathered while all runs are looked at. */
struct gathering {
	const struct live_source *from;
	struct live *out;
	struct arena *arena;
	struct live_run *runs; /* (from->most) */
	double *taken;         /* (n_taken) of every run under way */
	size_t n_taken, cap;
	double sum, square; /* of durations */
	size_t n;
	double
	    full; /* steps of a run that ended by itself, the same in all; else NaN */
	bool odd;
};

static const struct search *search_of(const struct gathering *g)
{
	return &g->from->study->search;
}

static const char *arena_text(struct arena *a, struct str *s)
{
	const char *text = arena_strdup(a, str_text(s));

	str_free(s);
	return text;
}

/* Four digits are enough to look at. */
static void short_value(const struct value *v, struct str *s)
{
	if (v->kind == VALUE_FLOAT)
		str_addf(s, "%.4g", v->number);
	else
		value_text(v, s);
}

static const char *params_in_words(const struct search *s, const struct trial *t,
                                   struct arena *a)
{
	const struct space *sp = &s->spec->space;
	struct str out = {0};

	for (size_t i = 0; i < sp->n && out.len < 512; i++) {
		if (!t->values[i])
			continue;
		str_add(&out, out.len ? "  " : "");
		str_addf(&out, "%s ", sp->params[i].name);
		short_value(t->values[i], &out);
	}
	return arena_text(a, &out);
}

/* --- runs under way --- */

/* Evenly over the curve, its last value among them. */
static void sample(struct live_run *r, size_t n, const void *points,
                   double (*value)(const void *, size_t))
{
	r->n_samples = n < LIVE_SAMPLES ? n : LIVE_SAMPLES;
	for (size_t i = 0; i < r->n_samples; i++)
		r->samples[i] =
		    value(points, n - 1 - (r->n_samples - 1 - i) * n / r->n_samples);
}

static double report_value(const void *reports, size_t i)
{
	return ((const struct report *)reports)[i].value;
}

static double point_value(const void *points, size_t i)
{
	return ((const struct curve_point *)points)[i].value;
}

static void take_curve(const struct gathering *g, const struct run *run,
                       const struct watched *w, struct live_run *r)
{
	if (w && w->curve.n) {
		sample(r, w->curve.n, w->curve.points, point_value);
		r->step = w->curve.rising ? w->curve.points[w->curve.n - 1].step
		                          : curve_reach(&w->curve, w->curve.n);
	} else if (run->n_reports) {
		const struct report *last = &run->reports[run->n_reports - 1];

		sample(r, run->n_reports, run->reports, report_value);
		r->step = last->counted ? (double)run->reports_total : last->step;
	}
	/* The curve is minimized; what is shown is as it was reported. */
	if (w && w->curve.n)
		for (size_t i = 0; i < r->n_samples; i++)
			r->samples[i] *= g->from->study->monitor->sign;
	r->has_value = r->n_samples > 0;
	r->value = r->has_value ? r->samples[r->n_samples - 1] : (double)NAN;
}

static const char *run_name(struct arena *a, const struct trial *t, size_t index,
                            bool repeated)
{
	if (t->id == VERDICT_DEFAULTS)
		return arena_printf(a, "defaults.%zu", index);
	return repeated ? arena_printf(a, "%llu.%zu", (unsigned long long)t->id, index)
	                : arena_printf(a, "%llu", (unsigned long long)t->id);
}

/* Instead of its configuration: it holds its slot until its back-off is over. */
static const char *waiting_words(const struct run *run, double now, struct arena *a)
{
	struct str out = {0};

	str_add(&out, "exit 75: launched again in ");
	text_duration(&out, run->after - now);
	return arena_text(a, &out);
}

static void add_running(struct gathering *g, const struct trial *t,
                        const struct run *run, size_t index, enum phase phase)
{
	const struct study *s = g->from->study;
	/* Nobody knows how long a run went on that its driver left. */
	bool left = g->from->followed && !g->from->alive;
	double now = left ? s->search.last_time : search_now(&s->search);
	double elapsed = fmax(now - run->started, 0);
	struct live *out = g->out;
	struct live_run *r;

	g->taken = mem_room(g->taken, g->n_taken, &g->cap, sizeof *g->taken);
	g->taken[g->n_taken++] = elapsed;
	out->running++;
	if (out->n_runs == g->from->most)
		return;
	r = &g->runs[out->n_runs++];
	*r = (struct live_run){
	    .name =
		run_name(g->arena, t, index, t->n_runs > 1 || phase != PHASE_SEARCH),
	    .step = (double)NAN,
	    .full = run->budget > 0 ? run->budget : (double)NAN,
	    .elapsed = elapsed,
	    .params = run->after > now ? waiting_words(run, now, g->arena)
	                               : params_in_words(&s->search, t, g->arena)};
	take_curve(g, run,
	           s->monitor && phase == PHASE_SEARCH
	               ? monitor_run(s->monitor, t->id, index)
	               : NULL,
	           r);
}

/* A run that is over says how long they take, and how far they go. */
static void add_over(struct gathering *g, const struct run *r)
{
	double last;

	if (r->outcome != OUTCOME_OK && r->outcome != OUTCOME_STOPPED)
		return;
	g->n++;
	g->sum += r->wall;
	g->square += r->wall * r->wall;
	if (r->outcome != OUTCOME_OK || g->odd || !r->n_reports)
		return;
	last = r->reports[r->n_reports - 1].counted ? (double)r->reports_total
	                                            : r->reports[r->n_reports - 1].step;
	if (isnan(g->full))
		g->full = last;
	g->odd = !double_same(g->full, last);
}

static void look_at(struct gathering *g, const struct trial *t, const struct run *r,
                    size_t index, enum phase phase)
{
	if (r->state == RUN_RUNNING)
		add_running(g, t, r, index, phase);
	else if (r->state == RUN_FINISHED)
		add_over(g, r);
}

static void look_at_trials(struct gathering *g)
{
	const struct search *s = search_of(g);

	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			look_at(g, s->trials[i], &s->trials[i]->runs[r], r,
			        PHASE_SEARCH);
}

/* The candidate, or trial of a comparison, that a run of another phase is of. */
static struct trial owner(const struct search *s, uint64_t key)
{
	const struct verdict *v = &s->verdict;

	for (size_t i = 0; i < v->n; i++)
		if (v->candidates[i].key == key) {
			struct trial t = v->candidates[i].trial;

			t.id = key;
			return t;
		}
	return key < s->n ? *s->trials[key] : (struct trial){.id = key};
}

static void look_at_verdict(struct gathering *g)
{
	const struct search *s = search_of(g);

	for (size_t i = 0; i < s->verdict.n_runs; i++) {
		const struct verdict_run *r = s->verdict.runs[i];
		struct trial t;

		if (r->run.state == RUN_QUEUED)
			continue;
		t = owner(s, r->key);
		if (t.values)
			look_at(g, &t, &r->run, r->index, r->phase);
	}
}

/* --- the whole --- */

static void count_outcomes(const struct search *s, struct live *v)
{
	const uint64_t *n = s->outcomes;

	v->ok = n[OUTCOME_OK];
	v->stopped = n[OUTCOME_STOPPED];
	v->diverged = n[OUTCOME_DIVERGED];
	v->infeasible = n[OUTCOME_INFEASIBLE];
	v->failed = s->finished - v->ok - v->stopped - v->diverged - v->infeasible;
}

static void set_progress(const struct gathering *g)
{
	const struct search *s = search_of(g);
	struct live *v = g->out;

	if (g->from->stage == LIVE_SEARCH) {
		v->doing = "search";
		v->units = spec_adapts_repeats(s->spec) ? "runs" : "trials";
		v->done = search_done(s);
		v->all = s->cap < UINT64_MAX / 2 ? s->cap : 0;
		count_outcomes(s, v);
		return;
	}
	v->doing = g->from->stage == LIVE_VERIFICATION ? "verification"
	                                               : purpose_name(s->purpose.kind);
	v->units = "runs";
	v->done = g->from->done;
	v->all = g->from->all;
	v->ok = v->done;
}

/* Those that have ended, of trials that have not. */
static size_t runs_over(const struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_open; i++)
		n += trial_runs_over(s->trials[s->open[i]]);
	return n;
}

static double runs_left(const struct gathering *g)
{
	const struct search *s = search_of(g);
	double all;

	if (g->from->stage != LIVE_SEARCH)
		all = (double)g->from->all - (double)g->from->done;
	else if (g->out->all && spec_adapts_repeats(s->spec))
		all = (double)s->cap - (double)search_done(s);
	else if (g->out->all)
		all = ((double)s->cap - (double)search_done(s)) *
		          (double)spec_runs(s->spec) -
		      (double)runs_over(s);
	else
		return 0;
	return fmax(all - (double)g->n_taken, 0);
}

/* May something other than its last trial end it? */
static bool may_end(const struct spec *sp)
{
	return sp->stop_patience || sp->stop_auto || sp->metric.has_target ||
	       sp->budget_cost > 0 || sp->items.n;
}

/* A rate may be slower than the runs are. */
static void keep_to_rate(const struct spec *sp, double runs, struct eta *e)
{
	double each = sp->items.n ? (double)sp->items.batch : 1;

	if (!e->known || !(sp->rate > 0) || runs * each / sp->rate <= e->mean)
		return;
	e->mean = runs * each / sp->rate;
	e->interval = false;
}

static void set_time_to_go(const struct gathering *g)
{
	const struct search *s = search_of(g);
	double n = (double)g->n, mean = g->n ? g->sum / n : 0, rest,
	       left = runs_left(g);
	struct moments m = {
	    .n = g->n,
	    .mean = mean,
	    .variance = g->n > 1 ? fmax(g->square - n * mean * mean, 0) / (n - 1)
	                         : (double)NAN};
	struct live *v = g->out;

	v->window = (double)NAN;
	if (g->from->winding_down)
		return;
	v->eta =
	    eta_of(m, g->taken, g->n_taken, left, g->from->slots ? g->from->slots : 1);
	if (g->from->stage == LIVE_VERIFICATION)
		return;
	keep_to_rate(s->spec, left, &v->eta);
	v->may_end = g->from->stage == LIVE_SEARCH && may_end(s->spec);
	rest = s->spec->budget_time - v->elapsed;
	if (g->from->stage == LIVE_SEARCH && s->spec->budget_time > 0 && v->eta.known &&
	    rest < v->eta.mean)
		v->window = fmax(rest, 0);
}

static const char *title_of(const struct study *s, struct arena *a)
{
	const struct search *se = &s->search;
	const struct metric *m = &se->spec->metric;
	const char *path = se->origin.path ? se->origin.path : "",
		   *base = strrchr(path, '/');
	struct str out = {0};

	str_add(&out, base ? base + 1 : path);
	if (se->purpose.kind != PURPOSE_SEARCH)
		str_addf(&out, " · %s", purpose_name(se->purpose.kind));
	else
		str_addf(&out, " · %s", s->type->name);
	if (s->monitor)
		str_addf(&out, " · %s", s->monitor->rule.type->name);
	if (m->name)
		str_addf(&out, " · %s %s", goal_name(m->goal), m->name);
	for (size_t k = 1; k < se->spec->n_objectives; k++)
		str_addf(&out, ", %s %s", goal_name(se->spec->criteria[k].goal),
		         se->spec->criteria[k].name);
	return arena_text(a, &out);
}

/* --- the best --- */

static bool add_param(const struct search *s, const struct value *const *defaults,
                      size_t i, struct live_param *p, struct arena *a)
{
	const struct value *v = s->best->values[i];
	struct str text = {0};

	if (!v || (defaults && defaults[i] && value_equal(defaults[i], v)))
		return false;
	short_value(v, &text);
	*p = (struct live_param){s->spec->space.params[i].name, arena_text(a, &text)};
	return true;
}

/* By importance where it is known; else those that are no default. */
static void set_params(const struct gathering *g)
{
	const struct search *s = search_of(g);
	const struct space *sp = &s->spec->space;
	const struct value **defaults = NULL;
	struct live_param *list = arena_new(g->arena, sp->n + 1, sizeof *list);
	size_t n = 0;

	for (size_t i = 0; i < g->from->n_order; i++)
		n += add_param(s, NULL, g->from->order[i], &list[n], g->arena);
	if (!g->from->n_order && s->baseline) {
		defaults = arena_new(g->arena, sp->n + 1, sizeof *defaults);
		space_decode(sp, s->baseline, g->arena, defaults);
	}
	for (size_t i = 0; !g->from->n_order && i < sp->n; i++)
		n += add_param(s, defaults, i, &list[n], g->arena);
	g->out->params = list;
	g->out->n_params = n;
	g->out->params_note = !n && defaults ? ": the defaults" : NULL;
}

static void set_best(const struct gathering *g)
{
	const struct search *s = search_of(g);
	struct live *v = g->out;

	/* Of a front no one trial is the best. */
	if (!s->best || !s->spec->metric.name || s->spec->n_objectives > 1 ||
	    !trial_feasible(s->spec, s->best))
		return;
	v->has_best = true;
	v->metric = s->spec->metric.name;
	v->best = s->best->value;
	v->half = s->best->stderr_;
	v->best_name = arena_printf(g->arena, "%llu", (unsigned long long)s->best->id);
	set_params(g);
}

/* --- strategy, rungs --- */

static const char *model_words(const struct gathering *g, const struct belief *b)
{
	struct str out = {0};

	str_addf(&out, "a model of %zu trial%s expects ", b->known,
	         str_plural(b->known));
	text_interval(&out, b->mean, b->sd);
	str_addf(&out, " of trial %llu, a gain of %.2g",
	         (unsigned long long)g->from->believed, b->improvement);
	return arena_text(g->arena, &out);
}

static const char *front_words(const struct gathering *g, const struct belief *b)
{
	struct str out = {0};

	str_addf(&out, "models of %zu trial%s, %zu on the front", b->known,
	         str_plural(b->known), b->n_front);
	if (search_of(g)->spec->n_limits)
		str_addf(&out, "; trial %llu holds the limits with probability %.2g",
		         (unsigned long long)g->from->believed, b->holds);
	return arena_text(g->arena, &out);
}

/* NULL: the rate lets a run begin. */
static const char *rate_words(const struct gathering *g)
{
	const struct search *s = search_of(g);
	double wait = pace_wait(&s->pace, search_now(s));
	struct str out = {0};

	if (!(wait > 0))
		return NULL;
	str_add(&out, "rate ");
	text_clean(&out, s->spec->rate_text);
	str_add(&out, ": a run may begin in ");
	text_duration(&out, wait);
	return arena_text(g->arena, &out);
}

static const char *strategy_words(const struct gathering *g)
{
	const struct study *s = g->from->study;
	const struct belief *b = &g->from->belief;

	if (g->from->stage != LIVE_SEARCH || !s->search.n)
		return NULL;
	if (g->from->winding_down)
		return "nothing more begins";
	if (rate_words(g))
		return rate_words(g);
	if (search_spent(&s->search) >= s->search.cap || s->no_more)
		return "no trial is left to begin";
	switch (b->how) {
	case BELIEF_DESIGN:
		return "even coverage first: the model knows too little yet";
	case BELIEF_MODEL: return model_words(g, b);
	case BELIEF_FRONT: return front_words(g, b);
	case BELIEF_FALLBACK: return "the model sees nothing new: drawn at random";
	case BELIEF_NONE: break;
	}
	return s->type->summary;
}

static double reach(const struct curve *c)
{
	return c->rising && c->n ? c->points[c->n - 1].step : curve_reach(c, c->n);
}

/* hyperband as a W&B sweep means it counts values, not steps. */
static void set_rungs(const struct gathering *g)
{
	const struct monitor *m = g->from->study->monitor;
	struct live *v = g->out;
	double at[LIVE_RUNGS];

	if (!m || g->from->stage != LIVE_SEARCH)
		return;
	v->rung_unit = m->rule.type == &rule_hyperband_wandb ? "value" : "step";
	v->n_rungs = m->rule.type->rungs(m->rule.state, at, LIVE_RUNGS);
	for (size_t k = 0; k < v->n_rungs; k++)
		v->rungs[k] = (struct live_rung){.step = at[k]};
	for (size_t i = 0; i < m->all.n; i++) {
		const struct curve *c = m->all.list[i];
		double far =
		    m->rule.type == &rule_hyperband_wandb ? (double)c->n : reach(c);

		v->paused += c->state == CURVE_PAUSED;
		for (size_t k = 0; k < v->n_rungs; k++)
			v->rungs[k].reached += far >= at[k];
	}
}

static void set_full(const struct gathering *g)
{
	const struct study *s = g->from->study;
	double full = s->monitor ? s->monitor->full : (double)NAN;

	if (!isfinite(full) && !g->odd)
		full = g->full;
	for (size_t i = 0; i < g->out->n_runs; i++)
		if (isnan(g->runs[i].full))
			g->runs[i].full = full;
}

/* A driver counts from when it took the search up; whoever reads, from what was written
 * last to now, if it goes on. */
static double elapsed(const struct live_source *from)
{
	const struct search *s = &from->study->search;
	double now = from->alive ? fmax(search_now(s), s->last_time) : s->last_time;

	return from->followed ? s->elapsed_before + fmax(now - s->session_start, 0)
	                      : search_elapsed(s);
}

void live_of(const struct live_source *from, struct live *out, struct arena *a)
{
	const struct search *s = &from->study->search;
	struct gathering g = {.from = from,
	                      .out = out,
	                      .arena = a,
	                      .runs = arena_new(a, from->most + 1, sizeof *g.runs),
	                      .full = (double)NAN};

	*out = (struct live){.title = title_of(from->study, a),
	                     .runs = g.runs,
	                     .elapsed = elapsed(from),
	                     .budget_time = s->spec->budget_time,
	                     .cost = s->cost,
	                     .budget_cost = s->spec->budget_cost,
	                     .runs_done = s->runs_done,
	                     .notice = from->notice};
	if (from->stage == LIVE_SEARCH)
		look_at_trials(&g);
	else
		look_at_verdict(&g);
	set_full(&g);
	set_progress(&g);
	set_time_to_go(&g);
	if (from->stage == LIVE_SEARCH && out->eta.known && !s->spec->scale.n &&
	    spec_reruns(s->spec))
		out->after = "the verification";
	set_best(&g);
	out->strategy = strategy_words(&g);
	set_rungs(&g);
	free(g.taken);
}
