#include "search/rechecked.h"
#include "base/seeds.h"
#include "base/stat.h"

#include <math.h>

static const double level_of_drift = 0.99;
static const double level_of_claims = 0.025; /* one-sided */
static const double same = 1e-9;             /* relative */

const char *recheck_answer_name(enum recheck_answer a)
{
	static const char *const names[] = {[RECHECK_OPEN] = "unfinished",
	                                    [RECHECK_HOLDS] = "holds",
	                                    [RECHECK_DRIFTED] = "drifted",
	                                    [RECHECK_ANOTHER] = "another is better",
	                                    [RECHECK_NOT_BETTER] =
	                                        "not better than defaults",
	                                    [RECHECK_FAILS] = "fails"};

	return names[a];
}

bool rechecked_init(struct rechecked *r, struct search *s, struct error *err)
{
	const struct purpose *p = &s->purpose;

	*r = (struct rechecked){.search = s, .first_other = p->defaults ? 2 : 1};
	if (p->kind != PURPOSE_RECHECK || !s->n || p->n_was != s->n ||
	    s->n < r->first_other)
		return error_set(err, ERROR_FILE, "it holds no recheck");
	r->n_others = s->n - r->first_other;
	return true;
}

void rechecked_free(struct rechecked *r)
{
	arena_free(&r->arena);
	*r = (struct rechecked){0};
}

uint64_t rechecked_seed(const struct search *s, const struct recheck_need *need)
{
	const struct purpose *p = &s->purpose;

	if (need->phase == PHASE_RERUN && need->row < p->was[need->trial].n)
		return p->was[need->trial].seeds[need->row];
	return seed_of_comparison(s->spec->seed, p->number,
	                          need->row +
	                              (need->phase == PHASE_TEST ? 1U << 20 : 0));
}

/* Its run, or NULL where there is none that has ended. */
static const struct run *ended(const struct rechecked *r, uint64_t trial,
                               enum phase phase, size_t row)
{
	const struct verdict *v = &r->search->verdict;

	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->key == trial && v->runs[i]->phase == phase &&
		    v->runs[i]->index == row && v->runs[i]->run.state == RUN_FINISHED)
			return &v->runs[i]->run;
	return NULL;
}

static const struct metric *metric_of(const struct rechecked *r, enum phase phase)
{
	const struct spec *sp = r->search->spec;

	return phase == PHASE_TEST && sp->test.metric.name ? &sp->test.metric
	                                                   : &sp->metric;
}

/* Small values are good; NaN: it failed. False: it is asked for. */
static bool need(struct rechecked *r, uint64_t trial, enum phase phase, size_t row,
                 double *value)
{
	const struct run *run = ended(r, trial, phase, row);

	*value = (double)NAN;
	if (run) {
		if (run->outcome == OUTCOME_OK)
			*value = metric_sign(metric_of(r, phase)) * run->value;
		return true;
	}
	for (size_t i = 0; i < r->n_needs; i++)
		if (r->needs[i].trial == trial && r->needs[i].row == row &&
		    r->needs[i].phase == phase)
			return false;
	if (r->n_needs == r->cap_needs) {
		struct recheck_need *more =
		    arena_new(&r->arena, 2 * r->cap_needs + 64, sizeof *more);

		for (size_t i = 0; i < r->n_needs; i++)
			more[i] = r->needs[i];
		r->needs = more;
		r->cap_needs = 2 * r->cap_needs + 64;
	}
	r->needs[r->n_needs++] = (struct recheck_need){trial, phase, row};
	return false;
}

static bool need_fresh(struct rechecked *r, uint64_t trial, size_t n, double *out)
{
	bool all = true;

	for (size_t i = 0; i < n; i++)
		all &= need(r, trial, PHASE_RERUN, RECHECK_FRESH + i, &out[i]);
	return all;
}

/* Does the winner train, and does the seed matter? */
static bool probe(struct rechecked *r)
{
	double y[RECHECK_PROBE], ok[RECHECK_PROBE];
	bool told = r->search->spec->deterministic_training;
	size_t rows = told ? 1 : RECHECK_PROBE, n;

	if (!need_fresh(r, 0, rows, y))
		return false;
	n = stat_finite(y, rows, ok);
	if (!n) {
		r->answer = RECHECK_FAILS;
		return false;
	}
	r->seedless = told || (n == RECHECK_PROBE &&
	                       seeds_agree(ok, n, r->search->purpose.spread));
	return true;
}

/* Values on fresh seeds that are there, of one trial. */
static struct moments fresh(struct rechecked *r, uint64_t trial, size_t *failed)
{
	size_t most = (size_t)r->search->purpose.pairs, n = 0;
	double *y = arena_new(&r->arena, most, sizeof *y);

	*failed = 0;
	for (size_t i = 0; i < most; i++) {
		const struct run *run = ended(r, trial, PHASE_RERUN, RECHECK_FRESH + i);

		if (run && run->outcome == OUTCOME_OK)
			y[n++] = run->value;
		else if (run)
			++*failed;
	}
	return stat_of(y, n);
}

/* Half an interval, and what the choice may have made of the old values. */
static void add_interval(const struct rechecked *r, const struct moments *d,
                         struct recheck_drift *out)
{
	const struct purpose_was *w = &r->search->purpose.was[0];
	double sign = search_sign(r->search), half, luck, low, high;
	double sd = sqrt(r->now[0].variance);
	size_t n = r->now[0].n;

	if (d->n >= 2)
		half = stat_half_width(*d, level_of_drift);
	else if (n >= 2)
		half = stat_t_quantile((1 + level_of_drift) / 2, (double)n - 1) * sd *
		       sqrt(2);
	else
		return;
	luck = w->among > 1 && n >= 2
	           ? sd * sqrt(2 * log((double)w->among) / (double)d->n)
	           : fmax(w->optimism, 0);
	low = sign * d->mean - half - luck;
	high = sign * d->mean + half;
	out->low = sign > 0 ? low : -high;
	out->high = sign > 0 ? high : -low;
}

static bool measure_drift(struct rechecked *r)
{
	const struct purpose_was *w = &r->search->purpose.was[0];
	struct recheck_drift *out = &r->drift;
	double d[PURPOSE_OLD], sign = search_sign(r->search);
	size_t rows = r->seedless && w->n > 1 ? 1 : w->n, n = 0;
	struct moments m;
	bool all = true;

	*out = (struct recheck_drift){.exact = true,
	                              .mean = (double)NAN,
	                              .low = (double)NAN,
	                              .high = (double)NAN};
	for (size_t i = 0; i < rows; i++) {
		double now;

		all &= need(r, 0, PHASE_RERUN, i, &now);
		if (!isfinite(now) || !isfinite(w->values[i]))
			continue;
		now *= sign;
		d[n++] = now - w->values[i];
		out->exact =
		    out->exact && fabs(now - w->values[i]) <=
				      same * fmax(fabs(now), fabs(w->values[i]));
	}
	if (!all || !n)
		return all;
	m = stat_of(d, n);
	out->n = n;
	out->mean = m.mean;
	if (out->exact)
		out->low = out->high = 0;
	else if (r->seedless)
		out->low = out->high = m.mean;
	else
		add_interval(r, &m, out);
	r->drifted = !out->exact && (out->low > 0 || out->high < 0);
	return true;
}

/* Claims. */

static bool exact_claim(struct rechecked *r, uint64_t one, uint64_t other,
                        enum phase phase, struct claim *c)
{
	size_t row = phase == PHASE_TEST ? 0 : RECHECK_FRESH;
	double x, y;
	bool all = need(r, one, phase, row, &x);

	all &= need(r, other, phase, row, &y);
	*c = (struct claim){.looks = 1, .half = 0, .one_runs = 1, .other_runs = 1};
	if (!all)
		return false;
	c->one_ok = isfinite(x) != 0;
	c->other_ok = isfinite(y) != 0;
	if (c->one_ok && c->other_ok)
		c->gain =
		    (struct moments){.n = 1, .mean = y - x, .variance = (double)NAN};
	c->by_failures = c->one_ok > c->other_ok;
	c->answer =
	    c->by_failures || (c->gain.n && c->gain.mean > 0) ? ANSWER_YES : ANSWER_NO;
	return true;
}

static bool claim_of(struct rechecked *r, const struct claim_plan *plan, uint64_t one,
                     uint64_t other, enum phase phase, struct claim *c)
{
	size_t first = phase == PHASE_TEST ? 0 : RECHECK_FRESH;
	size_t most = claim_plan_most(plan);
	double *x = arena_new(&r->arena, most, sizeof *x);
	double *y = arena_new(&r->arena, most, sizeof *y), unused;
	struct claim_values v = {.one = x, .other = y, .candidates = 1};

	if (r->seedless)
		return exact_claim(r, one, other, phase, c);
	while (v.n < most && ended(r, one, phase, first + v.n) &&
	       ended(r, other, phase, first + v.n)) {
		need(r, one, phase, first + v.n, &x[v.n]);
		need(r, other, phase, first + v.n, &y[v.n]);
		v.n++;
	}
	claim_judge(plan, &v, c);
	for (size_t i = 0; i < c->more; i++) {
		need(r, one, phase, first + i, &unused);
		need(r, other, phase, first + i, &unused);
	}
	return !c->more;
}

/* On the test data: what the ledger has left for it. */
static bool compare_with_defaults(struct rechecked *r)
{
	const struct search *s = r->search;
	const struct verdict *v = &s->verdict;
	struct claim_plan plan;

	r->better = (struct claim){.half = (double)NAN};
	if (!s->purpose.defaults)
		return true;
	if (!s->purpose.test) {
		claim_plan_sequential(&plan, (size_t)s->purpose.pairs, level_of_claims);
		return claim_of(r, &plan, 0, 1, PHASE_RERUN, &r->better);
	}
	if (!v->n_uses)
		return false;
	claim_plan_sequential(&plan, v->uses[0].pairs, v->uses[0].level);
	return claim_of(r, &plan, 0, 1, PHASE_TEST, &r->better);
}

static bool compare_with_others(struct rechecked *r)
{
	struct claim_plan plan;
	bool all = true;

	r->others = arena_new(&r->arena, r->n_others + 1, sizeof *r->others);
	if (!r->n_others)
		return true;
	claim_plan_plain(&plan, (size_t)r->search->purpose.pairs,
	                 level_of_claims / (double)r->n_others);
	for (size_t i = 0; i < r->n_others; i++)
		all &= claim_of(r, &plan, r->first_other + i, 0, PHASE_RERUN,
		                &r->others[i]);
	for (size_t i = 0; i < r->n_others; i++)
		if (r->others[i].answer == ANSWER_YES &&
		    (!r->best_other ||
		     !(r->others[i].gain.mean <=
		       r->others[r->best_other - r->first_other].gain.mean)))
			r->best_other = r->first_other + i;
	return all;
}

static enum recheck_answer answer_of(const struct rechecked *r)
{
	const struct purpose *p = &r->search->purpose;

	if (p->defaults && r->better.answer != ANSWER_YES)
		return RECHECK_NOT_BETTER;
	if (r->best_other)
		return RECHECK_ANOTHER;
	if (r->drifted && !p->data_changed)
		return RECHECK_DRIFTED;
	return RECHECK_HOLDS;
}

void rechecked_judge(struct rechecked *r)
{
	struct search *s = r->search;
	struct rechecked fresh_one = {
	    .search = s, .first_other = r->first_other, .n_others = r->n_others};
	bool all;

	arena_free(&r->arena);
	*r = fresh_one;
	r->now = arena_new(&r->arena, s->n, sizeof *r->now);
	r->failed = arena_new(&r->arena, s->n, sizeof *r->failed);
	for (size_t t = 0; t < s->n; t++)
		r->now[t] = fresh(r, t, &r->failed[t]);
	if (!probe(r))
		return;
	all = compare_with_defaults(r);
	all &= compare_with_others(r);
	all &= measure_drift(r);
	if (all)
		r->answer = answer_of(r);
}

struct recheck_cost rechecked_cost(const struct search *s)
{
	const struct purpose *p = &s->purpose;
	size_t most = (size_t)p->pairs, first = most < 5 ? most : 5, n = s->n;
	struct recheck_cost cost = {.least = p->was[0].n, .most = p->was[0].n};

	if (p->test && p->defaults) {
		size_t tests = s->spec->test.sequential ? s->spec->test.max_repeats
		                                        : s->spec->test.repeats;

		cost.most += 2 * tests;
		cost.least += 2 * (tests < 5 ? tests : 5);
		n -= n == 2;
	}
	if (s->spec->deterministic_training)
		return (struct recheck_cost){s->n + 1, s->n + 1 + (p->test ? 2 : 0)};
	cost.least += n * first;
	cost.most += n * most;
	return cost;
}
