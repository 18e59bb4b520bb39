/* The rungs of a ladder, and who goes on at each. Stopping: a run is compared once,
 * when it crosses the rung, with all that have come there before it. Promotion: every
 * run is held at the rung, and the best of it go on as there are more and more of them.
 */
#include "schedule/ladder.h"
#include "base/mem.h"
#include "schedule/ranked.h"

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

/* A run at a rung, with what matters of its state. */
struct standing {
	struct at_rung place;
	bool holds, waits;
};

static bool stands_at(const struct ladder *l, const struct curves *all, size_t which,
                      size_t rung, struct standing *out)
{
	const struct curve *c = all->list[which];

	*out = (struct standing){
	    .place = {.curve = which, .trial = c->trial, .run = c->run}};
	if (!rung_value(c, l->rung[rung], l->smooth, &out->place.value,
	                &out->place.step))
		return false;
	out->holds = holds_place(c) && isfinite(out->place.value);
	out->waits = out->holds && waits_at(l, c, rung);
	return true;
}

/* One rung of one bracket: who has come there; who takes a place; who waits for one. */
struct landing {
	struct ranked all, holding, waiting;
};

static void landing_free(struct landing *at)
{
	ranked_free(&at->all);
	ranked_free(&at->holding);
	ranked_free(&at->waiting);
}

static void enter(struct landing *at, const struct standing *s)
{
	ranked_add(&at->all, &s->place);
	if (s->holds)
		ranked_add(&at->holding, &s->place);
	if (s->waits)
		ranked_add(&at->waiting, &s->place);
}

static void leave(struct landing *at, const struct standing *s)
{
	ranked_remove(&at->all, &s->place);
	if (s->holds)
		ranked_remove(&at->holding, &s->place);
	if (s->waits)
		ranked_remove(&at->waiting, &s->place);
}

/* All landings, and where each run stands on them; runs that have changed are looked at
 * when somebody asks. */
struct memory {
	const struct ladder *l;
	struct landing *landings; /* (l->n, l->n_brackets) */
	struct known {
		struct standing *at; /* (n), at the rungs from its bracket's first on */
		size_t n, cap;
		bool changed;
	} * runs; /* (n) */
	size_t n, cap;
	size_t *changed; /* (n_changed) */
	size_t n_changed, cap_changed;
};

void *ladder_remember(const void *state)
{
	const struct ladder *l = state;
	struct memory *m = mem_new(1, sizeof *m);

	m->l = l;
	m->landings = mem_new(l->n * l->n_brackets, sizeof *m->landings);
	return m;
}

void ladder_changed(void *memory, size_t which)
{
	struct memory *m = memory;

	while (m->n <= which) {
		m->runs = mem_room(m->runs, m->n, &m->cap, sizeof *m->runs);
		m->runs[m->n++] = (struct known){0};
	}
	if (m->runs[which].changed)
		return;
	m->runs[which].changed = true;
	m->changed =
	    mem_room(m->changed, m->n_changed, &m->cap_changed, sizeof *m->changed);
	m->changed[m->n_changed++] = which;
}

void ladder_forget(void *memory)
{
	struct memory *m = memory;

	for (size_t i = 0; i < m->l->n * m->l->n_brackets; i++)
		landing_free(&m->landings[i]);
	for (size_t i = 0; i < m->n; i++)
		free(m->runs[i].at);
	free(m->landings);
	free(m->runs);
	free(m->changed);
	free(m);
}

static struct landing *landing_at(const struct memory *m, size_t bracket, size_t rung)
{
	return &m->landings[rung * m->l->n_brackets + bracket];
}

static bool same_standing(const struct standing *a, const struct standing *b)
{
	return a->place.value == b->place.value && a->place.step == b->place.step &&
	       a->holds == b->holds && a->waits == b->waits;
}

/* A run that has come to a rung has come to those below. */
static void look_again(struct memory *m, const struct curves *all, size_t which)
{
	struct known *k = &m->runs[which];
	size_t bracket = ladder_bracket(m->l, all->list[which]->trial), n = 0;
	struct standing now;

	for (; bracket + n < m->l->n && stands_at(m->l, all, which, bracket + n, &now);
	     n++) {
		struct landing *at = landing_at(m, bracket, bracket + n);

		if (n < k->n && same_standing(&now, &k->at[n]))
			continue;
		if (n < k->n)
			leave(at, &k->at[n]);
		else
			k->at = mem_room(k->at, n, &k->cap, sizeof *k->at);
		k->at[n] = now;
		enter(at, &now);
	}
	for (size_t i = n; i < k->n; i++)
		leave(landing_at(m, bracket, bracket + i), &k->at[i]);
	k->n = n;
	k->changed = false;
}

/* Where the runs of a bracket stand at a rung: from memory, or found out into *own,
 * which the caller frees. */
static const struct landing *landing(const struct ladder *l, const struct curves *all,
                                     size_t bracket, size_t rung, struct landing *own)
{
	struct memory *m = all->memory;

	*own = (struct landing){0};
	if (m) {
		for (size_t i = 0; i < m->n_changed; i++)
			look_again(m, all, m->changed[i]);
		m->n_changed = 0;
		return landing_at(m, bracket, rung);
	}
	for (size_t i = 0; i < all->n; i++) {
		struct standing s;

		if (ladder_bracket(l, all->list[i]->trial) == bracket &&
		    stands_at(l, all, i, rung, &s))
			enter(own, &s);
	}
	return own;
}

static size_t best_share(const struct ladder *l, size_t n)
{
	return (size_t)floor((double)n / l->eta + slack);
}

static void judge_rung(const struct ladder *l, const struct curves *all, size_t which,
                       size_t rung, struct judgement *out)
{
	size_t bracket = ladder_bracket(l, all->list[which]->trial), n, keep;
	struct landing own;
	const struct landing *at = landing(l, all, bracket, rung, &own);
	struct standing mine;

	n = at->all.n;
	out->rung = l->rung[rung];
	out->peers = n;
	if (stands_at(l, all, which, rung, &mine)) {
		out->value = mine.place.value;
		out->step = mine.place.step;
	}
	if (n > l->min_trials) {
		keep = best_share(l, n);
		out->threshold = ranked_get(&at->all, keep ? keep - 1 : 0)->value;
		if (out->value > out->threshold)
			out->decision = DECISION_STOP;
	}
	landing_free(&own);
}

static void judge_stop(const struct ladder *l, const struct curves *all, size_t which,
                       struct judgement *out)
{
	const struct curve *c = all->list[which];
	size_t now = level(l, c->points[c->n - 1].step);

	if (now <= ladder_bracket(l, c->trial) ||
	    now <= level(l, curve_reach(c, c->n - 1)))
		return;
	judge_rung(l, all, which, now - 1, out);
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

static bool promote_from(const struct ladder *l, const struct curves *all,
                         size_t bracket, size_t rung, struct promotion *out)
{
	struct landing own;
	const struct landing *at = landing(l, all, bracket, rung, &own);
	size_t n = at->all.n, keep = n > l->min_trials ? best_share(l, n) : 0;
	const struct at_rung *first;
	bool found;

	if (all->last && !keep)
		keep = 1;
	if (keep > at->holding.n)
		keep = at->holding.n;
	first = at->waiting.n ? ranked_get(&at->waiting, 0) : NULL;
	found = first && ranked_before(&at->holding, first) < keep;
	if (found) {
		out->curve = first->curve;
		out->budget = rung + 1 < l->n ? l->rung[rung + 1] : (double)INFINITY;
		out->why = judgement_none(l->rule);
		out->why.rung = l->rung[rung];
		out->why.step = first->step;
		out->why.value = first->value;
		out->why.threshold = ranked_get(&at->holding, keep - 1)->value;
		out->why.peers = n;
	}
	landing_free(&own);
	return found;
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

/* Where runs are promoted each is paused at its rung, whoever else is there. */
struct rule_start ladder_start(const void *state)
{
	const struct ladder *l = state;

	return (struct rule_start){.step = l->rung[0],
	                           .others = l->promote ? 0 : l->min_trials};
}
