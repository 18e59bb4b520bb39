/* The rungs of a ladder, and who goes on at each. Stopping: a run is compared once,
 * when it crosses the rung, with all that have come there before it. Promotion: every
 * run is held at the rung, and the best of it go on as there are more and more of them.
 */
#include "schedule/ladder.h"
#include "base/mem.h"
#include "schedule/track.h"

#include <math.h>
#include <stdlib.h>

/* Quotients such as n / eta and budgets that went through a text may be off by a last
 * bit. */
static const double slack = 1e-9;

static bool is_whole(double x)
{
	return x == floor(x);
}

bool ladder_init(struct ladder *l, const char *rule, const struct rule_args *a,
                 struct error *err)
{
	double full = isnan(a->resource_max) ? a->max_iter : a->resource_max;
	double grace = isnan(a->grace) ? a->min_iter : a->grace;

	*l = (struct ladder){.rule = rule,
	                     .eta = a->eta,
	                     .full = full,
	                     .grace = grace,
	                     .smooth = a->smooth,
	                     .min_trials = a->min_trials,
	                     .promote = a->promote,
	                     .min_steps = a->min_steps,
	                     .n_brackets = 1,
	                     .end = {UINT64_MAX}};
	if (!rule_check_eta(rule, a->eta, err))
		return false;
	if (!isnan(full) && !(isfinite(full) && full > 0))
		return error_set(
		    err, ERROR_FILE,
		    "%s: the full budget must be a number of steps above 0", rule);
	if (!isnan(grace) && !(isfinite(grace) && grace > 0))
		return error_set(err, ERROR_FILE, "%s: grace must be above 0", rule);
	if (isnan(full) && a->promote)
		return error_set(err, ERROR_FILE,
		                 "%s: promotion must know the full budget of a run\n"
		                 "  help: say max_iter, or resource with its max",
		                 rule);
	l->whole = (isnan(full) || (full > 1 && is_whole(full))) &&
	           (isnan(grace) || is_whole(grace));
	if (!l->min_trials && !l->promote)
		l->min_trials = (size_t)ceil(a->eta < 1000 ? a->eta : 1000);
	return true;
}

/* False: there is no room. A rung that is no rung (again the one before, in the
 * warm-up, not below the end) is left out. */
static bool add_rung(struct ladder *l, double rung)
{
	if (l->whole)
		rung = rung < 1 ? 1 : round(rung);
	if (rung < l->min_steps || (l->n && rung <= l->rung[l->n - 1]))
		return true;
	if (rung >= l->full * (1 - slack))
		return true;
	if (l->n == LADDER_MAX)
		return false;
	l->rung[l->n++] = rung;
	return true;
}

static bool too_many(const struct ladder *l, struct error *err)
{
	return error_set(err, ERROR_FILE,
	                 "%s: more than %d rungs\n  help: raise eta (%g) or grace",
	                 l->rule, LADDER_MAX, l->eta);
}

static bool none_left(const struct ladder *l, double low, struct error *err)
{
	return error_set(err, ERROR_FILE,
	                 "%s: no rung from step %g on lies below the full budget, %g\n"
	                 "  help: lower grace, min_steps or eta (%g)",
	                 l->rule, l->min_steps > low ? l->min_steps : low, l->full,
	                 l->eta);
}

/* low, low eta, … below the full budget; without one, as many as there is room for. */
static bool rise(struct ladder *l, double low, struct error *err)
{
	for (double rung = low; !(rung >= l->full) && isfinite(rung); rung *= l->eta)
		if (!add_rung(l, rung)) {
			if (!isnan(l->full))
				return too_many(l, err);
			break;
		}
	return l->n ? true : none_left(l, low, err);
}

/* … full / eta^2, full / eta, none below low. */
static bool hang(struct ladder *l, double low, struct error *err)
{
	size_t s = 0;
	double rung = l->full;

	for (; rung / l->eta >= low * (1 - slack) && s <= LADDER_MAX; s++)
		rung /= l->eta;
	if (s > LADDER_MAX)
		return too_many(l, err);
	if (!s && isnan(l->grace))
		add_rung(l, low);
	for (; s > 0; s--)
		add_rung(l, l->full / pow(l->eta, (double)s));
	return l->n ? true : none_left(l, low, err);
}

bool ladder_rise(struct ladder *l, struct error *err)
{
	if (!isnan(l->grace))
		return rise(l, l->grace, err);
	if (!isnan(l->full))
		return ladder_hang(l, err);
	return error_set(err, ERROR_FILE,
	                 "%s: where is the first rung?\n"
	                 "  help: say grace (in steps), or the full budget of a run "
	                 "(max_iter, or resource with its max)",
	                 l->rule);
}

bool ladder_hang(struct ladder *l, struct error *err)
{
	if (isnan(l->full))
		return error_set(err, ERROR_FILE,
		                 "%s: the brackets come from the full budget of a run\n"
		                 "  help: say max_iter, or resource with its max",
		                 l->rule);
	if (!isnan(l->grace))
		return hang(l, l->grace, err);
	return hang(l, l->whole ? fmax(1, l->full / 10) : l->full / 10, err);
}

void ladder_deal(struct ladder *l, const double *weight, size_t n_brackets)
{
	double total = 0, sum = 0;

	for (size_t b = 0; b < n_brackets; b++)
		total += weight[b];
	l->n_brackets = n_brackets;
	for (size_t b = 0; b + 1 < n_brackets; b++) {
		sum += weight[b];
		l->end[b] = (uint64_t)(sum / total * 0x1p64);
	}
	l->end[n_brackets - 1] = UINT64_MAX;
}

/* Steps of the golden ratio around a circle (Weyl 1916): in any row of trial ids every
 * bracket has its share to within a trial or two. Integers only. */
size_t ladder_bracket(const struct ladder *l, uint64_t trial)
{
	uint64_t at = trial * UINT64_C(0x9e3779b97f4a7c15);
	size_t b = 0;

	while (b + 1 < l->n_brackets && at >= l->end[b])
		b++;
	return b;
}

/* The rungs that a step or a budget has reached. */
static size_t level(const struct ladder *l, double step)
{
	size_t n = 0;

	while (n < l->n && l->rung[n] <= step)
		n++;
	return n;
}

/* All runs of a bracket at a rung, best first; free() them. */
static struct place *places_at(const struct ladder *l, const struct curves *all,
                               size_t bracket, double rung, size_t *n)
{
	struct place *places = mem_new(all->n, sizeof *places);

	*n = 0;
	for (size_t i = 0; i < all->n; i++) {
		const struct curve *c = all->list[i];
		struct place p = {.curve = i, .trial = c->trial, .run = c->run};

		if (ladder_bracket(l, c->trial) == bracket &&
		    rung_value(c, rung, l->smooth, &p.value, &p.step))
			places[(*n)++] = p;
	}
	qsort(places, *n, sizeof *places, place_compare);
	return places;
}

static size_t best_share(const struct ladder *l, size_t n)
{
	return (size_t)floor((double)n / l->eta + slack);
}

static void judge_rung(const struct ladder *l, const struct curves *all, size_t which,
                       double rung, struct judgement *out)
{
	size_t bracket = ladder_bracket(l, all->list[which]->trial), n, keep;
	struct place *places = places_at(l, all, bracket, rung, &n);

	out->rung = rung;
	out->peers = n;
	for (size_t i = 0; i < n; i++)
		if (places[i].curve == which) {
			out->value = places[i].value;
			out->step = places[i].step;
		}
	if (n > l->min_trials) {
		keep = best_share(l, n);
		out->threshold = places[keep ? keep - 1 : 0].value;
		if (out->value > out->threshold)
			out->decision = DECISION_STOP;
	}
	free(places);
}

static void judge_stop(const struct ladder *l, const struct curves *all, size_t which,
                       struct judgement *out)
{
	const struct curve *c = all->list[which];
	size_t now = level(l, c->points[c->n - 1].step);

	if (now <= ladder_bracket(l, c->trial) ||
	    now <= level(l, curve_reach(c, c->n - 1)))
		return;
	judge_rung(l, all, which, l->rung[now - 1], out);
}

/* Held at its budget, unless that is the full one. */
static void judge_pause(const struct ladder *l, const struct curve *c,
                        struct judgement *out)
{
	double value, step;

	if (c->budget >= l->full * (1 - slack) || curve_reach(c, c->n) < c->budget)
		return;
	if (!rung_value(c, c->budget, l->smooth, &value, &step))
		return;
	out->decision = DECISION_PAUSE;
	out->rung = c->budget;
	out->value = value;
	out->step = step;
}

void ladder_judge(const void *state, const struct curves *all, size_t which,
                  struct judgement *out)
{
	const struct ladder *l = state;
	const struct curve *c = all->list[which];

	*out = judgement_none(l->rule);
	if (c->control || !c->n)
		return;
	if (l->promote)
		judge_pause(l, c, out);
	else
		judge_stop(l, all, which, out);
}

/* A failed or stopped run is a member of its rung, but takes no place from another. */
static bool holds_place(const struct curve *c)
{
	return c->state != CURVE_FAILED && c->state != CURVE_STOPPED;
}

static bool waits_at(const struct ladder *l, const struct curve *c, size_t rung)
{
	return c->state == CURVE_PAUSED &&
	       level(l, c->budget * (1 + slack)) == rung + 1;
}

static bool promote_from(const struct ladder *l, const struct curves *all,
                         size_t bracket, size_t rung, struct promotion *out)
{
	size_t n, keep, taken = 0, first = SIZE_MAX;
	struct place *places = places_at(l, all, bracket, l->rung[rung], &n);
	double limit = (double)NAN;

	keep = n > l->min_trials ? best_share(l, n) : 0;
	if (all->last && !keep)
		keep = 1;
	for (size_t i = 0; i < n && taken < keep; i++) {
		const struct curve *c = all->list[places[i].curve];

		if (!holds_place(c) || !isfinite(places[i].value))
			continue;
		taken++;
		limit = places[i].value;
		if (first == SIZE_MAX && waits_at(l, c, rung))
			first = i;
	}
	if (first != SIZE_MAX) {
		out->curve = places[first].curve;
		out->budget = rung + 1 < l->n ? l->rung[rung + 1] : (double)INFINITY;
		out->why = judgement_none(l->rule);
		out->why.rung = l->rung[rung];
		out->why.step = places[first].step;
		out->why.value = places[first].value;
		out->why.threshold = limit;
		out->why.peers = n;
	}
	free(places);
	return first != SIZE_MAX;
}

bool ladder_promote(const void *state, const struct curves *all, struct promotion *out)
{
	const struct ladder *l = state;

	if (!l->promote)
		return false;
	for (size_t rung = l->n; rung-- > 0;)
		for (size_t b = 0; b < l->n_brackets && b <= rung; b++)
			if (promote_from(l, all, b, rung, out))
				return true;
	return false;
}

double ladder_first_budget(const void *state, uint64_t trial)
{
	const struct ladder *l = state;
	size_t bracket = ladder_bracket(l, trial);

	return l->promote && bracket < l->n ? l->rung[bracket] : (double)INFINITY;
}

size_t ladder_rungs(const void *state, double *out, size_t max)
{
	const struct ladder *l = state;
	size_t n = l->n < max ? l->n : max;

	for (size_t i = 0; i < n; i++)
		out[i] = l->rung[i];
	return n;
}
