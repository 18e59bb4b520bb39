#include "search/judge.h"
#include "base/items.h"
#include "base/seeds.h"
#include "base/selection.h"
#include "search/facets.h"
#include "search/test_items.h"
#include "search/worth.h"

#include <math.h>
#include <stdlib.h>

static const double level_of_values = 0.95;
/* Without test data there is no ledger that keeps something back. */
static const double level_of_reruns = 0.025;
static const double nothing = (double)NAN;

/* Does the seed matter? */

/* In the metric; of several objectives, in each. */
static bool agrees(const struct verdict *v, const struct candidate *c, struct arena *a)
{
	double *y = candidate_room(c, PHASE_RERUN, a);
	size_t wanted =
	    c->n_runs[PHASE_RERUN] < JUDGE_AGREE ? c->n_runs[PHASE_RERUN] : JUDGE_AGREE;
	bool all = true;

	for (size_t k = 0; all && k < (v->fronts ? v->by->n_objectives : 1); k++) {
		size_t n = candidate_values(v->by, c, PHASE_RERUN, k, y);

		all = n >= 2 && n >= wanted &&
		      seeds_agree(y, n, k ? v->spreads[k] : v->spread);
	}
	return all;
}

bool judge_ignores_seed(const struct verdict *v, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	bool all = v->n > 0;

	for (size_t i = 0; all && i < v->n; i++)
		all = agrees(v, &v->candidates[i], scratch);
	arena_rewind(scratch, mark);
	return all;
}

/* The re-runs. */

/* Re-runs that agree need not all be run: those that have not begun never will. */
static bool reruns_ended(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t r = 0; r < v->candidates[i].n_runs[PHASE_RERUN]; r++) {
			enum run_state s = v->candidates[i].runs[PHASE_RERUN][r]->state;

			if (s == RUN_RUNNING || (s == RUN_QUEUED && !v->ignores_seed))
				return false;
		}
	return true;
}

static void summarise(struct candidate *c, enum phase phase, struct arena *a)
{
	double *y = candidate_room(c, phase, a);
	size_t n = candidate_values(NULL, c, phase, 0, y);

	c->stat[phase] = stat_of(y, n);
	c->complete[phase] = n && n == c->n_runs[phase];
}

/* What a candidate is worth; NaN: that is not known. */
static double mean_value(const struct verdict *v, const struct candidate *c)
{
	struct moments m = c->stat[PHASE_RERUN];

	if ((v->deterministic || v->by_items) && !m.n)
		return c->search_value;
	return m.n && 2 * m.n >= candidate_runs_over(c, PHASE_RERUN) ? m.mean : nothing;
}

/* What a candidate is ranked by; NaN: by nothing. */
static double rerun_value(const struct verdict *v, const struct candidate *c,
                          struct arena *a)
{
	return facets_hold(v, c, a) ? mean_value(v, c) : nothing;
}

/* Of several objectives nobody wins: the first that can be spoken of. */
static void choose_winner(struct verdict *v, struct arena *a)
{
	double best = nothing;

	v->winner = SIZE_MAX;
	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *c = &v->candidates[i];
		double x = v->fronts ? mean_value(v, c) : rerun_value(v, c, a);

		if (!isfinite(x) || (v->fronts && v->winner != SIZE_MAX))
			continue;
		if (v->winner == SIZE_MAX || metric_better(&v->metric, x, best)) {
			v->winner = i;
			best = x;
		}
	}
}

/* What each candidate is worth. */

static void find_skew(struct verdict *v, struct arena *a)
{
	struct skewness s = {0};

	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++) {
			double *y = candidate_room(&v->candidates[i], (enum phase)p, a);

			skewness_add(&s, y,
			             candidate_values(NULL, &v->candidates[i],
			                              (enum phase)p, 0, y));
		}
	v->skewed = skewness_matters(&s);
}

/* The re-runs of all candidates that can win, at the seeds at which all ended ok: (k,
 * n), signed so that small is best, the winner's first. */
static size_t common_values(const struct verdict *v, double *y, size_t *k,
                            struct arena *a)
{
	size_t most = v->candidates[v->winner].n_runs[PHASE_RERUN], n = 0;
	size_t *rows = arena_new(a, v->n, sizeof *rows);

	rows[0] = v->winner;
	*k = 1;
	for (size_t i = 0; i < v->n; i++)
		if (i != v->winner && isfinite(rerun_value(v, &v->candidates[i], a)))
			rows[(*k)++] = i;
	for (size_t r = 0; r < most; r++) {
		bool all = true;

		for (size_t i = 0; i < *k; i++)
			all = all &&
			      run_is_ok(v->candidates[rows[i]].runs[PHASE_RERUN][r]);
		for (size_t i = 0; all && i < *k; i++)
			y[i * most + n] =
			    metric_sign(&v->metric) *
			    v->candidates[rows[i]].runs[PHASE_RERUN][r]->value;
		n += all;
	}
	/* Rows of the width that there is. */
	for (size_t i = 1; i < *k; i++)
		for (size_t r = 0; r < n; r++)
			y[i * n + r] = y[i * most + r];
	return n;
}

/* The re-runs chose the winner: what they say of it is too good. */
static void allow_for_choice(struct verdict *v, struct arena *a)
{
	struct candidate *c = &v->candidates[v->winner];
	struct worth *e = &c->worth[PHASE_RERUN];
	double *y = arena_new(a, v->n * (c->n_runs[PHASE_RERUN] + 1), sizeof *y);
	double sign = metric_sign(&v->metric), plain = (e->high - e->low) / 2;
	struct selection s;
	size_t k, n = common_values(v, y, &k, a);

	e->selected = k > 1;
	if (isnan(e->low) || k < 2)
		return;
	if (n < 2) {
		e->low = e->high = nothing;
		return;
	}
	s = selection_of(y, k, n, level_of_values, v->seed);
	e->optimism = s.optimism;
	if (e->median) {
		*(sign > 0 ? &e->high : &e->low) += sign * s.optimism;
		return;
	}
	/* It may have runs at seeds at which another one failed. */
	if (n != c->stat[PHASE_RERUN].n)
		s.below = s.above = hypot(plain, s.optimism);
	e->value += sign * s.optimism;
	e->low = e->value - (sign > 0 ? s.below : s.above);
	e->high = e->value + (sign > 0 ? s.above : s.below);
}

/* The test items, for those whose tests were compared. The interval of a median seed
 * has two halves, and each gets its share. */
static void add_items(const struct verdict *v, size_t i, struct worth *e)
{
	struct joint j =
	    joint_of(v->candidates[i].stat[PHASE_TEST],
	             i == v->winner ? v->items.winner : v->items.defaults, v->items.n);
	double half = joint_half(j, e->level), part = joint_items_half(j, e->level);

	if (v->items.use < ITEMS_UNPAIRED || (i != v->winner && i != v->baseline) ||
	    isnan(e->low))
		return;
	e->items = true;
	e->low = e->value - (e->median ? hypot(e->value - e->low, part) : half);
	e->high = e->value + (e->median ? hypot(e->high - e->value, part) : half);
}

static void weigh_all(struct verdict *v, struct arena *a)
{
	find_skew(v, a);
	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++) {
			struct candidate *c = &v->candidates[i];
			double *y = candidate_room(c, (enum phase)p, a);
			double level = level_of_values;

			candidate_values(NULL, c, (enum phase)p, 0, y);
			/* After looks that may have ended it, theirs holds. */
			if (p == PHASE_TEST && v->claim.looks && v->claim.level > 0)
				level = fmax(level, 1 - 2 * v->claim.level);
			c->worth[p] =
			    worth_of(c->stat[p], y, level,
			             v->ignores_seed || v->deterministic, v->skewed);
			if (p == PHASE_TEST)
				add_items(v, i, &c->worth[p]);
		}
	if (v->winner != SIZE_MAX && !v->fronts)
		allow_for_choice(v, a);
	facets_weigh(v, a);
}

/* Is it better? */

/* The plan that the uses of the test data by a winner agreed on. False: it has met
 * none. */
static bool plan_of(const struct verdict *v, uint64_t key, struct claim_plan *out)
{
	bool any = false;

	for (size_t i = 0; i < v->n_uses; i++) {
		const struct verdict_use *u = &v->uses[i];

		if (u->key != key)
			continue;
		if (u->kind == USE_MORE)
			any = any && claim_plan_more(out, u->begun, u->pairs, u->level);
		else if (u->kind == USE_SEQUENTIAL)
			claim_plan_sequential(out, u->pairs, u->level);
		else
			claim_plan_fixed(out, u->pairs, u->level);
		any = any || u->kind != USE_MORE;
	}
	return any;
}

static double pair_value(const struct candidate *c, enum phase phase, size_t r,
                         double sign)
{
	const struct run *run = c->runs[phase][r];

	return run_is_ok(run) ? sign * run->value : nothing;
}

/* The pairs of which both runs have ended, from the first on. */
static struct claim_values values_of(const struct verdict *v, enum phase phase,
                                     struct arena *a)
{
	const struct candidate *w = &v->candidates[v->winner];
	const struct candidate *b = &v->candidates[v->baseline];
	const struct metric *m = phase == PHASE_TEST ? &v->test_metric : &v->metric;
	size_t most =
	    w->n_runs[phase] < b->n_runs[phase] ? w->n_runs[phase] : b->n_runs[phase];
	double *one = arena_new(a, most + 1, sizeof *one);
	double *other = arena_new(a, most + 1, sizeof *other);
	struct claim_values out = {
	    .one = one, .other = other, .candidates = v->n > 1 ? v->n - 1 : 1};

	for (size_t r = 0; r < most && w->runs[phase][r]->state == RUN_FINISHED &&
	                   b->runs[phase][r]->state == RUN_FINISHED;
	     r++) {
		one[r] = pair_value(w, phase, r, metric_sign(m));
		other[r] = pair_value(b, phase, r, metric_sign(m));
		out.n++;
	}
	return out;
}

static void add_reruns(const struct verdict *v, struct claim_values *out)
{
	const struct candidate *w = &v->candidates[v->winner];
	const struct candidate *b = &v->candidates[v->baseline];

	out->one_ok = w->stat[PHASE_RERUN].n;
	out->one_runs = w->n_runs[PHASE_RERUN];
	out->other_ok = b->stat[PHASE_RERUN].n;
	out->other_runs = b->n_runs[PHASE_RERUN];
}

static double spent(const struct claim_plan *p)
{
	double sum = 0;

	for (size_t k = 0; k < p->k; k++)
		sum += p->looks[k].spend;
	return sum;
}

static void claim_on_test(struct verdict *v, struct arena *a)
{
	struct claim_values values = values_of(v, PHASE_TEST, a);
	struct claim_plan plan;

	if (!plan_of(v, v->candidates[v->winner].key, &plan))
		return;
	add_reruns(v, &values);
	values.items = test_items_of(v, values.n, a);
	v->promised = 1 - 2 * spent(&plan);
	claim_judge(&plan, &values, &v->claim);
}

static void claim_on_reruns(struct verdict *v, struct arena *a)
{
	struct claim_values values = values_of(v, PHASE_RERUN, a);
	struct claim_plan plan;

	if (!values.n)
		return;
	claim_plan_fixed(&plan, values.n, level_of_reruns);
	plan.refill = false;
	plan.among = values.candidates;
	v->promised = 1 - 2 * level_of_reruns;
	claim_judge(&plan, &values, &v->claim);
}

/* What the winner's comparison may spend, by its last use of the test data. */
static double level_of_use(const struct verdict *v)
{
	double level = 0;

	for (size_t i = 0; i < v->n_uses; i++)
		if (v->uses[i].key == v->candidates[v->winner].key)
			level = v->uses[i].level;
	return level;
}

/* Seeds leave nothing open; items may. */
static enum answer claim_over_items(struct verdict *v, struct arena *a)
{
	struct claim_items items = test_items_of(v, 1, a);
	double level = level_of_use(v);
	struct claim *c = &v->claim;

	if (!items.n || !(level > 0))
		return v->gain.mean > 0 ? ANSWER_YES : ANSWER_NO;
	c->items = items.n;
	c->items_variance = items.variance[1];
	v->gain_half = c->half = c->items_half = claim_half(c, v->gain, level);
	v->promised = 1 - 2 * level;
	return v->gain.mean - c->half > 0    ? ANSWER_YES
	       : v->gain.mean + c->half <= 0 ? ANSWER_NO
	                                     : ANSWER_CANNOT_TELL;
}

/* One seed is as good as all. */
static enum answer compare_once(struct verdict *v, struct arena *a)
{
	enum phase p = v->has_test ? PHASE_TEST : PHASE_RERUN;
	const struct candidate *w = &v->candidates[v->winner];
	const struct candidate *b = &v->candidates[v->baseline];
	const struct metric *m = v->has_test ? &v->test_metric : &v->metric;
	double one = p == PHASE_TEST ? w->stat[p].mean : mean_value(v, w);
	double other = p == PHASE_TEST ? b->stat[p].mean : mean_value(v, b);

	if (p == PHASE_TEST && (!w->stat[p].n || !b->stat[p].n))
		return w->stat[p].n ? ANSWER_CANNOT_TELL : ANSWER_FAILED;
	v->gain = (struct moments){
	    .n = 1, .mean = metric_sign(m) * (other - one), .variance = nothing};
	v->wins = v->gain.mean > 0;
	if (p == PHASE_TEST)
		return claim_over_items(v, a);
	return v->gain.mean > 0 ? ANSWER_YES : ANSWER_NO;
}

/* All chosen points of a front. */
static enum answer compare_all(struct verdict *v, struct arena *a)
{
	bool *usable = arena_new(a, v->n, sizeof *usable), planned = true;
	size_t repeats = v->candidates[v->winner].n_runs[PHASE_RERUN];
	struct claim_plan plan;

	for (size_t i = 0; i < v->n; i++)
		usable[i] = isfinite(mean_value(v, &v->candidates[i]));
	if (v->has_test)
		planned = plan_of(v, v->candidates[v->winner].key, &plan);
	else
		claim_plan_fixed(&plan, repeats, level_of_reruns);
	if (planned && !v->has_test)
		plan.refill = false;
	if (planned && !v->ignores_seed && !v->deterministic)
		v->promised = 1 - 2 * spent(&plan);
	return facets_judge(v, planned ? &plan : NULL, usable, a);
}

static enum answer answer_of(struct verdict *v, struct arena *a)
{
	if (v->winner == SIZE_MAX)
		return ANSWER_FAILED;
	if (v->fronts)
		return compare_all(v, a);
	if (v->baseline == SIZE_MAX || v->baseline == v->winner) {
		test_items_of(v, v->candidates[v->winner].n_runs[PHASE_TEST], a);
		return v->baseline == SIZE_MAX ? ANSWER_NO_BASELINE : ANSWER_NO;
	}
	if (v->deterministic)
		return compare_once(v, a);
	if (v->ignores_seed)
		return ANSWER_CANNOT_TELL;
	if (v->has_test)
		claim_on_test(v, a);
	else
		claim_on_reruns(v, a);
	v->gain = v->claim.gain;
	v->gain_half = v->claim.half;
	v->wins = v->claim.wins;
	return v->claim.answer;
}

/* How many tests the winner and the defaults need in all. Nothing that ignores its seed
 * meets the test data: they could not say more. */
static size_t tests_of(const struct verdict *v)
{
	bool compared = v->baseline != SIZE_MAX && v->baseline != v->winner;

	if (!v->has_test || v->winner == SIZE_MAX || v->ignores_seed)
		return 0;
	if (v->deterministic)
		return 1;
	if (!compared)
		return v->test_repeats;
	if (v->claim.more)
		return v->claim.more;
	return v->candidates[v->winner].n_runs[PHASE_TEST];
}

static bool has_tests(const struct verdict *v, size_t i)
{
	const struct candidate *c;

	if (i == SIZE_MAX)
		return true;
	c = &v->candidates[i];
	return c->n_runs[PHASE_TEST] >= (v->fronts ? c->tests : v->pairs_wanted) &&
	       candidate_ended(c, PHASE_TEST);
}

static bool is_used(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_uses; i++)
		if (v->uses[i].key == v->candidates[v->winner].key)
			return true;
	return false;
}

static bool all_have_tests(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (!has_tests(v, i))
			return false;
	return true;
}

/* What is still to do, once the winner is known. */
static void find_rest(struct verdict *v)
{
	v->pairs_wanted = v->fronts ? 0 : tests_of(v);
	v->needs_use =
	    v->has_test && v->winner != SIZE_MAX && !v->ignores_seed && !is_used(v);
	v->done = !v->needs_use &&
	          (v->winner == SIZE_MAX ||
	           (v->fronts ? all_have_tests(v)
	                      : has_tests(v, v->winner) && has_tests(v, v->baseline)));
}

void judge(struct verdict *v, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);

	v->ignores_seed = !v->deterministic && judge_ignores_seed(v, scratch);
	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++)
			summarise(&v->candidates[i], (enum phase)p, scratch);
	v->gain = (struct moments){0};
	v->gain_half = v->promised = nothing;
	v->wins = v->pairs_wanted = 0;
	v->claim = (struct claim){.half = nothing};
	v->items = (struct test_items){0};
	v->winner = SIZE_MAX;
	v->answer = ANSWER_NONE;
	v->done = v->needs_use = false;
	if (v->wanted && reruns_ended(v)) {
		choose_winner(v, scratch);
		v->answer = answer_of(v, scratch);
		find_rest(v);
		if (!v->done)
			v->answer = ANSWER_NONE;
	}
	weigh_all(v, scratch);
	arena_rewind(scratch, mark);
}
