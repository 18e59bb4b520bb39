#include "search/judge.h"
#include "search/points.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

/* The plan. */

/* How many runs of a phase a candidate has by plan. Under today's rules tests are asked
 * for as the comparison goes on; those that have begun are counted. */
static size_t planned(const struct search *s, const struct candidate *c,
                      enum phase phase)
{
	const struct spec *sp = s->spec;
	const struct verdict *v = &s->verdict;
	size_t n = 0;

	if (v->by_items && phase == PHASE_RERUN)
		return 0;
	if (v->first_rules || (phase == PHASE_RERUN && !v->deterministic))
		return sp->test.present ? sp->test.repeats : sp->repeats;
	if (phase == PHASE_RERUN)
		return isnan(c->search_value) ? 1U : 0U;
	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->phase == phase && v->runs[i]->key == c->key &&
		    v->runs[i]->index >= n)
			n = v->runs[i]->index + 1;
	return n;
}

/* The seeds are the same for every candidate, so that differences are paired; the test
 * has seeds of its own, because those of the re-runs have chosen the winner. */
static void plan_runs(struct search *s, struct candidate *c, enum phase phase, size_t n)
{
	c->n_runs[phase] = n;
	c->runs[phase] = arena_new(&s->arena, n, sizeof(struct run *));
	for (size_t r = 0; r < n; r++)
		c->runs[phase][r] = verdict_run(s, phase, c->key, r);
}

static struct candidate *add_candidate(struct search *s, const struct trial *t,
                                       const char *role)
{
	struct verdict *v = &s->verdict;
	struct candidate *c = &v->candidates[v->n++];

	*c = (struct candidate){
	    .key = t->id, .trial = *t, .search_value = t->value, .role = role};
	c->trial.runs = NULL;
	c->trial.n_runs = 0;
	if (!v->by)
		return c;
	for (int p = PHASE_RERUN; p < PHASES; p++)
		c->facets[p] =
		    arena_new(&s->arena, v->by->n_criteria, sizeof *c->facets[p]);
	c->holdings = arena_new(&s->arena, v->by->n_limits, sizeof *c->holdings);
	c->claims = arena_new(&s->arena, v->by->n_objectives, sizeof *c->claims);
	return c;
}

static bool same_values(const struct search *s, const struct trial *a,
                        const struct trial *b)
{
	return space_hash(&s->spec->space, a->values) ==
	       space_hash(&s->spec->space, b->values);
}

/* The defaults join the candidates, unless one of them is just that. */
static void add_baseline(struct search *s)
{
	struct verdict *v = &s->verdict;
	const struct value **values;
	struct trial defaults;

	if (!s->baseline)
		return;
	values = arena_new(&s->arena, s->spec->space.n, sizeof *values);
	space_decode(&s->spec->space, s->baseline, &s->arena, values);
	defaults = (struct trial){.id = s->n,
	                          .origin = ORIGIN_BASELINE,
	                          .point = s->baseline,
	                          .values = values,
	                          .value = (double)NAN,
	                          .stderr_ = (double)NAN};
	for (v->baseline = 0; v->baseline < v->n; v->baseline++)
		if (same_values(s, &v->candidates[v->baseline].trial, &defaults))
			break;
	if (v->baseline == v->n) {
		bool searched = s->n && s->trials[0]->origin == ORIGIN_BASELINE;

		add_candidate(s, searched ? s->trials[0] : &defaults, NULL)->key =
		    searched ? 0 : VERDICT_DEFAULTS;
	}
	v->candidates[v->baseline].is_baseline = true;
}

/* Between the worst and the best of the configurations that were tried. */
static double spread_of(const struct search *s)
{
	double low = (double)INFINITY, high = -(double)INFINITY;

	for (size_t i = 0; i < s->n; i++) {
		if (s->trials[i]->outcome != OUTCOME_OK)
			continue;
		low = fmin(low, s->trials[i]->value);
		high = fmax(high, s->trials[i]->value);
	}
	return high > low ? high - low : 0;
}

/* The same in every objective. */
static double *spreads_of(struct search *s)
{
	size_t m = s->spec->n_objectives;
	double *out = arena_new(&s->arena, m, sizeof *out);

	for (size_t k = 0; k < m; k++) {
		double low = (double)INFINITY, high = -(double)INFINITY;

		for (size_t i = 0; i < s->n; i++) {
			if (!s->trials[i]->criteria)
				continue;
			low = fmin(low, s->trials[i]->criteria[k]);
			high = fmax(high, s->trials[i]->criteria[k]);
		}
		out[k] = high > low ? high - low : 0;
	}
	return out;
}

static void plan_rules(struct search *s)
{
	struct verdict *v = &s->verdict;

	v->by = s->spec->n_criteria ? s->spec : NULL;
	v->fronts = s->spec->n_objectives > 1;
	v->spreads = v->fronts ? spreads_of(s) : NULL;
	v->first_rules = s->origin.first_rules;
	v->by_items = s->spec->items.present;
	v->deterministic = (s->spec->deterministic_training ||
	                    (v->by_items && s->spec->repeats == 1)) &&
	                   !v->first_rules;
	v->spread = spread_of(s);
	v->seed = s->spec->seed;
	v->test_repeats = s->spec->test.repeats;
}

/* The best, or the chosen points of a front; and the defaults. */
static void add_candidates(struct search *s, struct trial *const *order)
{
	const struct test *t = &s->spec->test;
	struct verdict *v = &s->verdict;
	size_t top = v->fronts ? PREFER_MAX : t->present && t->top ? t->top : 3;
	struct chosen_point points[PREFER_MAX];
	size_t n = v->fronts ? points_choose(s, order, points) : 0;

	v->candidates = arena_new(&s->arena, top + 1, sizeof *v->candidates);
	for (size_t i = 0; i < n; i++)
		add_candidate(s, points[i].trial, points[i].role);
	for (size_t i = 0; !v->fronts && i < s->n && i < top && order[i]->rank &&
	                   trial_feasible(s->spec, order[i]);
	     i++)
		add_candidate(s, order[i], NULL);
	if (v->n)
		add_baseline(s);
}

void verdict_plan(struct search *s)
{
	const struct spec *sp = s->spec;
	struct verdict *v = &s->verdict;
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);

	v->wanted = s->best && !sp->scale.n && trial_feasible(sp, s->best) &&
	            (sp->items.present ? sp->test.present : spec_reruns(sp));
	v->has_test = sp->test.present;
	v->metric = v->test_metric = sp->metric;
	if (sp->test.present && sp->test.metric.name)
		v->test_metric = sp->test.metric;
	v->level = 0.95;
	plan_rules(s);
	v->n = 0;
	v->winner = v->baseline = SIZE_MAX;
	if (v->wanted)
		add_candidates(s, order);
	for (size_t i = 0; i < v->n; i++)
		for (int p = PHASE_RERUN; p < PHASES; p++)
			plan_runs(s, &v->candidates[i], (enum phase)p,
			          planned(s, &v->candidates[i], (enum phase)p));
	arena_rewind(&s->scratch, mark);
	verdict_judge(s);
}

bool verdict_extend(struct search *s)
{
	struct verdict *v = &s->verdict;
	bool any = false;

	for (size_t i = 0; i < v->n; i++) {
		struct candidate *c = &v->candidates[i];
		size_t wanted = v->fronts                            ? c->tests
		                : i == v->winner || i == v->baseline ? v->pairs_wanted
		                                                     : 0;

		if (c->n_runs[PHASE_TEST] >= wanted)
			continue;
		plan_runs(s, c, PHASE_TEST, wanted);
		any = true;
	}
	return any;
}

/* Judging by the rules of version 0.1.0; today's: judge.h. */

static void summarise(struct candidate *c, enum phase phase, struct arena *a)
{
	double *ok = arena_new(a, c->n_runs[phase], sizeof *ok);
	size_t n = 0;

	for (size_t r = 0; r < c->n_runs[phase]; r++)
		if (run_is_ok(c->runs[phase][r]))
			ok[n++] = c->runs[phase][r]->value;
	c->stat[phase] = stat_of(ok, n);
	c->complete[phase] = n && n == c->n_runs[phase];
}

static void choose_winner(struct verdict *v)
{
	double sign = metric_sign(&v->metric);

	v->winner = SIZE_MAX;
	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *c = &v->candidates[i];

		if (!candidate_ended(c, PHASE_RERUN)) {
			v->winner = SIZE_MAX;
			return;
		}
		if (!c->complete[PHASE_RERUN])
			continue;
		if (v->winner == SIZE_MAX ||
		    sign * c->stat[PHASE_RERUN].mean <
		        sign * v->candidates[v->winner].stat[PHASE_RERUN].mean)
			v->winner = i;
	}
}

static void measure_gain(struct verdict *v, enum phase phase, struct arena *a)
{
	const struct metric *m = phase == PHASE_TEST ? &v->test_metric : &v->metric;
	const struct candidate *w = &v->candidates[v->winner];
	const struct candidate *b = &v->candidates[v->baseline];
	double sign = metric_sign(m);
	double *d = arena_new(a, w->n_runs[phase], sizeof *d);

	v->wins = 0;
	for (size_t r = 0; r < w->n_runs[phase]; r++) {
		d[r] = sign * (b->runs[phase][r]->value - w->runs[phase][r]->value);
		v->wins += d[r] > 0;
	}
	v->gain = stat_of(d, w->n_runs[phase]);
	v->gain_half = stat_half_width(v->gain, v->level);
}

static enum answer answer_of(const struct verdict *v)
{
	if (!(v->gain.n >= 2))
		return ANSWER_CANNOT_TELL;
	if (v->gain.mean - v->gain_half > 0)
		return ANSWER_YES;
	if (v->gain.mean + v->gain_half <= 0)
		return ANSWER_NO;
	return ANSWER_CANNOT_TELL;
}

static enum answer compare(struct verdict *v, struct arena *a)
{
	enum phase last = v->has_test ? PHASE_TEST : PHASE_RERUN;

	if (!v->candidates[v->winner].complete[last])
		return ANSWER_FAILED;
	if (v->baseline == SIZE_MAX)
		return ANSWER_NO_BASELINE;
	if (v->baseline == v->winner)
		return ANSWER_NO;
	if (!v->candidates[v->baseline].complete[last])
		return ANSWER_CANNOT_TELL;
	measure_gain(v, last, a);
	return answer_of(v);
}

bool verdict_is_seedless(const struct verdict *v)
{
	return v->ignores_seed || v->deterministic;
}

/* Takes part in the test: the winner and the defaults, nobody else; of a front those
 * that are asked for. */
bool verdict_takes_part(const struct verdict *v, enum phase phase, size_t candidate)
{
	if (phase == PHASE_RERUN)
		return true;
	if (!v->has_test || v->winner == SIZE_MAX)
		return false;
	return v->fronts ? v->candidates[candidate].n_runs[PHASE_TEST] > 0
	                 : candidate == v->winner || candidate == v->baseline;
}

static bool all_ended(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (!candidate_ended(&v->candidates[i], PHASE_RERUN) ||
		    (verdict_takes_part(v, PHASE_TEST, i) &&
		     !candidate_ended(&v->candidates[i], PHASE_TEST)))
			return false;
	return true;
}

static void judge_first(struct search *s)
{
	struct verdict *v = &s->verdict;
	struct arena_mark mark = arena_mark(&s->scratch);

	for (size_t i = 0; i < v->n; i++)
		for (int p = PHASE_RERUN; p < PHASES; p++)
			summarise(&v->candidates[i], (enum phase)p, &s->scratch);
	choose_winner(v);
	v->gain = (struct moments){0};
	v->gain_half = (double)NAN;
	v->done = v->wanted && all_ended(v);
	v->answer = !v->done                ? ANSWER_NONE
	            : v->winner == SIZE_MAX ? ANSWER_FAILED
	                                    : compare(v, &s->scratch);
	arena_rewind(&s->scratch, mark);
}

void verdict_judge(struct search *s)
{
	if (s->verdict.first_rules)
		judge_first(s);
	else
		judge(&s->verdict, &s->scratch);
}
