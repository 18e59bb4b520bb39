#include "search/facets.h"
#include "base/seeds.h"
#include "search/worth.h"

#include <math.h>

static const double level_of_values = 0.95;
static const double nothing = (double)NAN;

/* Mean of a candidate in a criterion over its re-runs; of the search, where it has none
 * that ended ok. */
static double mean_of(const struct verdict *v, const struct candidate *c, size_t k,
                      struct arena *a)
{
	double *y = candidate_room(c, PHASE_RERUN, a);
	struct moments m = stat_of(y, candidate_values(v->by, c, PHASE_RERUN, k, y));

	return m.n                 ? m.mean
	       : c->trial.criteria ? c->trial.criteria[k]
	       : k                 ? nothing
	                           : c->search_value;
}

bool facets_hold(const struct verdict *v, const struct candidate *c, struct arena *a)
{
	size_t n = v->by ? v->by->n_limits : 0;

	for (size_t i = 0; i < n; i++) {
		const struct limit *l = &v->by->limits[i];

		if (!(limit_excess(l, mean_of(v, c, l->criterion, a)) <= 0))
			return false;
	}
	return true;
}

/* Values and limits. */

static bool is_skewed(const struct verdict *v, size_t k, struct arena *a)
{
	struct skewness s = {0};

	for (size_t i = 0; i < v->n; i++)
		for (int p = PHASE_RERUN; p < PHASES; p++) {
			double *y = candidate_room(&v->candidates[i], (enum phase)p, a);

			skewness_add(&s, y,
			             candidate_values(v->by, &v->candidates[i],
			                              (enum phase)p, k, y));
		}
	return skewness_matters(&s);
}

size_t facets_among(const struct verdict *v)
{
	return (v->n - (v->baseline != SIZE_MAX)) * v->by->n_objectives;
}

/* After looks that may have ended it, the level holds that they would have had alone:
 * of the defaults, any. */
static double level_of(const struct verdict *v, const struct candidate *c,
                       enum phase phase, size_t k)
{
	double level = level_of_values;

	if (phase != PHASE_TEST || k >= v->by->n_objectives)
		return level;
	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *other = &v->candidates[i];

		if ((other == c || c->is_baseline) && other->claims &&
		    other->claims[k].looks && other->claims[k].level > 0)
			level = fmax(level, 1 - 2 * other->claims[k].level *
			                            (double)facets_among(v));
	}
	return level;
}

static void weigh(struct verdict *v, size_t k, struct arena *a)
{
	bool skewed = is_skewed(v, k, a);

	for (size_t i = 0; i < v->n; i++)
		for (int p = PHASE_RERUN; p < PHASES; p++) {
			struct candidate *c = &v->candidates[i];
			double *y = candidate_room(c, (enum phase)p, a);
			struct facet *f = &c->facets[p][k];

			f->stat =
			    stat_of(y, candidate_values(v->by, c, (enum phase)p, k, y));
			f->worth =
			    worth_of(f->stat, y, level_of(v, c, (enum phase)p, k),
			             v->ignores_seed || v->deterministic, skewed);
		}
}

static void hold(const struct verdict *v, const struct candidate *c, size_t i,
                 struct arena *a)
{
	const struct limit *l = &v->by->limits[i];
	double *y = candidate_room(c, PHASE_RERUN, a);
	double share = (1 - level_of_values) / (double)(v->n * v->by->n_limits), excess;
	struct holding *h = &c->holdings[i];
	struct moments m;

	m = stat_of(y, candidate_values(v->by, c, PHASE_RERUN, l->criterion, y));
	*h = (struct holding){.n = m.n,
	                      .mean = mean_of(v, c, l->criterion, a),
	                      .half = stat_half_width(m, 1 - share),
	                      .answer = ANSWER_CANNOT_TELL};
	for (size_t r = 0; r < m.n; r++)
		h->held += !(limit_excess(l, y[r]) > 0);
	excess = limit_excess(l, h->mean);
	if (v->deterministic && m.n < 2 && isfinite(h->mean))
		h->answer = excess > 0 ? ANSWER_NO : ANSWER_YES;
	else if (excess + h->half <= 0)
		h->answer = ANSWER_YES;
	else if (excess - h->half > 0)
		h->answer = ANSWER_NO;
}

void facets_weigh(struct verdict *v, struct arena *a)
{
	for (size_t k = 0; v->by && v->n && k < v->by->n_criteria; k++)
		weigh(v, k, a);
	for (size_t i = 0; v->by && i < v->n; i++)
		for (size_t k = 0; k < v->by->n_limits; k++)
			hold(v, &v->candidates[i], k, a);
}

/* Claims. */

static double signed_value(const struct verdict *v, const struct run *r, size_t k)
{
	double sign = v->by->criteria[k].goal == GOAL_MINIMIZE ? 1 : -1;

	return run_is_ok(r) ? sign * run_criterion(v->by, r, k) : nothing;
}

/* The pairs of which both runs have ended, from the first on. */
static struct claim_values pairs_of(const struct verdict *v, const struct candidate *c,
                                    enum phase phase, size_t k, struct arena *a)
{
	const struct candidate *b = &v->candidates[v->baseline];
	size_t most =
	    c->n_runs[phase] < b->n_runs[phase] ? c->n_runs[phase] : b->n_runs[phase];
	double *one = arena_new(a, most + 1, sizeof *one);
	double *other = arena_new(a, most + 1, sizeof *other);
	struct claim_values out = {
	    .one = one, .other = other, .candidates = facets_among(v)};

	for (size_t r = 0; r < most && c->runs[phase][r]->state == RUN_FINISHED &&
	                   b->runs[phase][r]->state == RUN_FINISHED;
	     r++) {
		one[r] = signed_value(v, c->runs[phase][r], k);
		other[r] = signed_value(v, b->runs[phase][r], k);
		out.n++;
	}
	if (phase == PHASE_TEST) {
		out.one_ok = c->stat[PHASE_RERUN].n;
		out.one_runs = c->n_runs[PHASE_RERUN];
		out.other_ok = b->stat[PHASE_RERUN].n;
		out.other_runs = b->n_runs[PHASE_RERUN];
	}
	return out;
}

/* One seed is as good as all. */
static void compare_once(const struct verdict *v, const struct candidate *c, size_t k,
                         struct arena *a)
{
	const struct candidate *b = &v->candidates[v->baseline];
	double sign = v->by->criteria[k].goal == GOAL_MINIMIZE ? 1 : -1, gain;

	if (v->has_test)
		gain = c->n_runs[PHASE_TEST] && b->n_runs[PHASE_TEST]
		           ? signed_value(v, b->runs[PHASE_TEST][0], k) -
		                 signed_value(v, c->runs[PHASE_TEST][0], k)
		           : nothing;
	else
		gain = sign * (mean_of(v, b, k, a) - mean_of(v, c, k, a));
	c->claims[k] = (struct claim){
	    .half = nothing,
	    .gain = {.n = isfinite(gain) ? 1 : 0, .mean = gain, .variance = nothing},
	    .wins = gain > 0,
	    .answer = gain > 0         ? ANSWER_YES
	              : isfinite(gain) ? ANSWER_NO
	                               : ANSWER_CANNOT_TELL};
}

static void compare(const struct verdict *v, const struct claim_plan *plan,
                    const struct candidate *c, size_t k, struct arena *a)
{
	enum phase last = v->has_test ? PHASE_TEST : PHASE_RERUN;
	struct claim_values values;
	struct claim_plan own;

	c->claims[k] = (struct claim){.half = nothing, .answer = ANSWER_CANNOT_TELL};
	if (v->deterministic) {
		compare_once(v, c, k, a);
		return;
	}
	if (v->ignores_seed)
		return;
	c->claims[k].answer = plan ? ANSWER_CANNOT_TELL : ANSWER_NONE;
	if (!plan)
		return;
	own = *plan;
	own.among = facets_among(v);
	values = pairs_of(v, c, last, k, a);
	claim_judge(&own, &values, &c->claims[k]);
}

/* How many tests a chosen point needs in all. Nothing that ignores its seed meets the
 * test data: they could not say more. */
static size_t tests_of(const struct verdict *v, const struct candidate *c)
{
	size_t most = 0;

	if (!v->has_test || v->ignores_seed)
		return 0;
	if (v->deterministic)
		return 1;
	if (v->baseline == SIZE_MAX || c->is_baseline)
		return v->test_repeats;
	for (size_t k = 0; k < v->by->n_objectives; k++)
		if (c->claims[k].more > most)
			most = c->claims[k].more;
	/* Before it is agreed on how many: it takes part. */
	return most ? most : c->n_runs[PHASE_TEST] ? c->n_runs[PHASE_TEST] : 1;
}

/* The defaults are run wherever somebody else is. */
static void plan_tests(struct verdict *v, const bool *usable)
{
	size_t most = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct candidate *c = &v->candidates[i];

		c->tests = 0;
		if (i == v->baseline || !usable[i])
			continue;
		c->tests = tests_of(v, c);
		if (c->tests > most)
			most = c->tests;
	}
	if (v->baseline == SIZE_MAX)
		return;
	/* Alone, they are all that there is to be tested. */
	if (v->n == 1)
		most = tests_of(v, &v->candidates[0]);
	v->candidates[v->baseline].tests = most;
}

/* Of all claims: what is still open counts before a yes. */
static enum answer sum_up(const struct verdict *v, const bool *usable)
{
	bool yes = false, all_no = true;

	if (v->baseline == SIZE_MAX)
		return ANSWER_NO_BASELINE;
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0;
		     i != v->baseline && usable[i] && k < v->by->n_objectives; k++) {
			enum answer one = v->candidates[i].claims[k].answer;

			if (one == ANSWER_NONE)
				return ANSWER_NONE;
			yes = yes || one == ANSWER_YES;
			all_no = all_no && one == ANSWER_NO;
		}
	return yes ? ANSWER_YES : all_no ? ANSWER_NO : ANSWER_CANNOT_TELL;
}

enum answer facets_judge(struct verdict *v, const struct claim_plan *plan,
                         const bool *usable, struct arena *a)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->by->n_objectives; k++) {
			struct candidate *c = &v->candidates[i];

			c->claims[k] = (struct claim){.half = nothing};
			if (i != v->baseline && v->baseline != SIZE_MAX && usable[i])
				compare(v, plan, c, k, a);
			else if (i != v->baseline && !usable[i])
				c->claims[k].answer = ANSWER_FAILED;
		}
	plan_tests(v, usable);
	return sum_up(v, usable);
}

bool facets_open(const struct verdict *v)
{
	for (size_t i = 0; v->fronts && i < v->n; i++)
		for (size_t k = 0; k < v->by->n_objectives; k++)
			if (v->candidates[i].claims[k].answer == ANSWER_CANNOT_TELL)
				return true;
	return false;
}
