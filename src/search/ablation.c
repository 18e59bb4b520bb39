#include "search/ablation.h"
#include "base/seeds.h"
#include "base/stat.h"
#include "search/ablation_path.h"

#include <math.h>
#include <stdlib.h>

static const double level_of_steps = 0.025;  /* one-sided, of a path's steps together */
static const double level_of_margin = 0.025; /* one-sided, of either way to ask */
static const double margin_of_exact = 0.01;  /* of winner less defaults */
enum { TYPICAL_ROWS = 5 };

uint64_t ablation_all(size_t n)
{
	return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* Whether the winner trains, and whether the seed matters. */

static bool probe(struct ablation_walk *w)
{
	double y[ABLATION_PROBE], ok[ABLATION_PROBE];
	size_t rows = w->p->deterministic ? 1 : ABLATION_PROBE, n;
	bool agree;

	if (!ablation_need_rows(w, w->all, ABLATION_RACE, rows, y))
		return false;
	n = stat_finite(y, rows, ok);
	if (!n) {
		w->out->state = ABLATION_FAILED;
		return false;
	}
	w->out->exact = w->p->deterministic;
	agree = n == ABLATION_PROBE && seeds_agree(ok, n, w->p->spread);
	if (!agree)
		return true;
	if (!ablation_need_rows(w, 0, ABLATION_RACE, rows, y))
		return false;
	n = stat_finite(y, rows, ok);
	w->out->exact =
	    n == 0 || (n == ABLATION_PROBE && seeds_agree(ok, n, w->p->spread));
	return true;
}

/* Statements. */

/* Differences that are what they are. */
static struct claim exact_claim(double one, double other, double at_least)
{
	double gain = other - one;
	struct claim c = {.answer = ANSWER_NO, .looks = 1, .half = 0};

	c.gain = (struct moments){.n = 1, .mean = gain, .variance = (double)NAN};
	c.one_runs = c.other_runs = 1;
	c.one_ok = isfinite(one) != 0;
	c.other_ok = isfinite(other) != 0;
	if (!c.other_ok || !c.one_ok) {
		c.gain = (struct moments){.n = 0, .mean = (double)NAN};
		c.by_failures = c.one_ok > c.other_ok;
		c.answer = c.by_failures ? ANSWER_YES : ANSWER_CANNOT_TELL;
	} else if (gain > at_least) {
		c.answer = ANSWER_YES;
	} else if (fabs(gain) <= at_least) {
		c.answer = ANSWER_CANNOT_TELL;
	}
	return c;
}

/* Rows of statements that both have. */
static size_t pairs_there(const struct ablation_walk *w, uint64_t one, uint64_t other,
                          double *x, double *y)
{
	size_t n = 0;

	while (n < w->p->most) {
		enum cell a = ablation_cell(w, one, ABLATION_RACE + n, &x[n]);
		enum cell b = ablation_cell(w, other, ABLATION_RACE + n, &y[n]);

		if (a == CELL_MISSING || b == CELL_MISSING)
			break;
		x[n] = a == CELL_OK ? x[n] : (double)NAN;
		y[n] = b == CELL_OK ? y[n] : (double)NAN;
		n++;
	}
	return n;
}

/* Is one better than other, worsened by so much? Asks for the pairs of its next look.
 */
static bool claim_of(struct ablation_walk *w, const struct claim_plan *plan,
                     uint64_t one, uint64_t other, double by, struct claim *out)
{
	double *x = arena_new(w->a, w->p->most, sizeof *x),
	       *y = arena_new(w->a, w->p->most, sizeof *y), unused;
	struct claim_values v = {.one = x, .other = y, .candidates = 1};

	v.n = pairs_there(w, one, other, x, y);
	for (size_t i = 0; i < v.n; i++)
		y[i] += by;
	claim_judge(plan, &v, out);
	for (size_t r = 0; r < out->more; r++) {
		ablation_need(w, one, ABLATION_RACE + r, &unused);
		ablation_need(w, other, ABLATION_RACE + r, &unused);
	}
	return !out->more;
}

static bool exact_of(struct ablation_walk *w, uint64_t one, uint64_t other,
                     double at_least, struct claim *out)
{
	double x, y;
	bool all = ablation_need(w, one, ABLATION_RACE, &x);

	all &= ablation_need(w, other, ABLATION_RACE, &y);
	*out = all ? exact_claim(x, y, at_least) : (struct claim){0};
	return all;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Defaults less winner, over the first rows of statements. */
static double gain_of_winner(const struct ablation_walk *w, size_t rows)
{
	double d[TYPICAL_ROWS], x, y;
	size_t n = 0;

	for (size_t r = 0; r < rows; r++)
		if (ablation_cell(w, w->all, ABLATION_RACE + r, &x) == CELL_OK &&
		    ablation_cell(w, 0, ABLATION_RACE + r, &y) == CELL_OK)
			d[n++] = y - x;
	return n ? stat_of(d, n).mean : (double)NAN;
}

/* A margin that the defaults themselves would be within says nothing. */
static void set_margin(struct ablation_walk *w, size_t rows)
{
	struct ablation *o = w->out;
	double half = gain_of_winner(w, rows) / 2;

	o->margin = isnan(w->p->margin) ? o->noise : w->p->margin;
	o->margin_is = isnan(w->p->margin) ? MARGIN_SEED : MARGIN_GIVEN;
	if (o->margin_is == MARGIN_SEED && half > 0 && half < o->margin) {
		o->margin = half;
		o->margin_is = MARGIN_HALF;
	}
}

/* What another seed does to a configuration, and so the margin: once the first look of
 * the path back is there, and the same from then on. */
static bool measure_noise(struct ablation_walk *w)
{
	const struct ablation_path *b = &w->out->back;
	size_t rows = w->p->most < TYPICAL_ROWS ? w->p->most : TYPICAL_ROWS, n = 0;
	double *sd = arena_new(w->a, b->n + 1, sizeof *sd);
	bool all = true;

	for (size_t k = 0; k <= b->n; k++) {
		double y[TYPICAL_ROWS], ok[TYPICAL_ROWS];
		bool here = ablation_need_rows(w, k ? b->steps[k - 1].mask : w->all,
		                               ABLATION_RACE, rows, y);
		size_t m = here ? stat_finite(y, rows, ok) : 0;

		all &= here;
		if (m >= 3)
			sd[n++] = sqrt(stat_of(ok, m).variance);
	}
	if (!all)
		return false;
	qsort(sd, n, sizeof *sd, by_value);
	w->out->noise = n ? seeds_median(sd, n) : (double)NAN;
	set_margin(w, rows);
	return true;
}

static bool measure_exact(struct ablation_walk *w)
{
	double x, y;
	bool all = ablation_need(w, w->all, ABLATION_RACE, &x);

	all &= ablation_need(w, 0, ABLATION_RACE, &y);
	if (!all)
		return false;
	w->out->noise = 0;
	w->out->margin_is = isnan(w->p->margin) ? MARGIN_SHARE : MARGIN_GIVEN;
	w->out->margin = !isnan(w->p->margin) ? w->p->margin
	                 : isfinite(y - x)    ? margin_of_exact * fabs(y - x)
	                                      : 0;
	return true;
}

static bool judge_path(struct ablation_walk *w, const struct claim_plan *plan,
                       uint64_t from, struct ablation_path *path, bool back)
{
	bool all = true;

	for (size_t k = 0; k < path->n; k++) {
		struct ablation_step *s = &path->steps[k];
		uint64_t with = back ? from : s->mask, without = back ? s->mask : from;

		all &= w->out->exact
		           ? exact_of(w, with, without, w->out->margin, &s->claim)
		           : claim_of(w, plan, with, without, 0, &s->claim);
		from = s->mask;
	}
	return all;
}

bool ablation_harms(const struct claim *c)
{
	return c->answer == ANSWER_NO && c->gain.mean < 0;
}

static void sort_changes(struct ablation *o)
{
	for (size_t k = 0; k < o->back.n; k++) {
		const struct ablation_step *s = &o->back.steps[k];

		if (s->claim.answer == ANSWER_YES)
			o->matters |= s->moved;
		else if (s->claim.answer != ANSWER_NONE)
			o->idle |= s->moved;
	}
}

static bool within(struct ablation_walk *w, uint64_t mask, struct claim *c)
{
	if (!w->out->exact)
		return claim_of(w, &w->margin, mask, w->all, w->out->margin, c);
	if (!exact_of(w, w->all, mask, w->out->margin, c))
		return false;
	/* The other way round: not worse is yes. */
	c->answer = c->answer == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
	c->gain.mean = w->out->margin - c->gain.mean;
	return true;
}

static bool holds(const struct claim *c)
{
	return c->answer == ANSWER_YES && !c->by_failures && c->one_ok >= c->other_ok;
}

static void found(struct ablation_walk *w, uint64_t mask, const struct claim *c)
{
	w->out->simplest = mask;
	w->out->within = *c;
}

/* *on: this one is within the margin, and the simplest so far. */
static bool try_step(struct ablation_walk *w, struct ablation_step *s, bool *on)
{
	if (!within(w, s->mask, &s->within))
		return false;
	*on = holds(&s->within);
	if (*on)
		found(w, s->mask, &s->within);
	return true;
}

/* The way back up to the first change that matters, and the first configuration that is
 * not shown to be within the margin. */
static bool follow_path(struct ablation_walk *w)
{
	struct ablation *o = w->out;
	bool on = true;

	for (size_t k = 0; on && k < o->back.n; k++) {
		struct ablation_step *s = &o->back.steps[k];

		if (s->claim.answer == ANSWER_YES)
			return true;
		if (!try_step(w, s, &on))
			return false;
	}
	return true;
}

static size_t count(uint64_t mask)
{
	size_t n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

/* Beyond what is idle: on the way back, as long as it stays within the margin. */
static bool go_on(struct ablation_walk *w)
{
	struct ablation *o = w->out;
	bool on = true;

	for (size_t k = 0; on && k < o->back.n; k++) {
		struct ablation_step *s = &o->back.steps[k];

		if (count(s->mask) >= count(o->simplest))
			continue;
		if (!try_step(w, s, &on))
			return false;
	}
	return true;
}

/* First all idle changes at once; where that holds, what else the margin allows; else
 * one after the other. */
static bool find_simplest(struct ablation_walk *w)
{
	struct ablation *o = w->out;
	uint64_t least = w->all & ~o->idle;
	struct claim c;

	if ((o->idle | o->matters) != w->all)
		return true;
	if (least == w->all)
		return go_on(w);
	if (w->runs->feasible(w->runs->self, least)) {
		if (!within(w, least, &c))
			return false;
		o->at_once = c;
		if (holds(&c)) {
			found(w, least, &c);
			return go_on(w);
		}
	}
	return follow_path(w);
}

static bool judge_all(struct ablation_walk *w)
{
	struct ablation *o = w->out;
	bool all = o->exact ? measure_exact(w) : measure_noise(w);

	if (isnan(o->margin))
		return all;
	all &= judge_path(w, &w->back, w->all, &o->back, true);
	all &= judge_path(w, &w->forward, 0, &o->forward, false);
	sort_changes(o);
	all &= find_simplest(w);
	return all;
}

/* Most of the level is for the last look: the question is how small a difference is,
 * and more pairs are what tells. Spent as level (n / most)^3 by n pairs (Kim & DeMets
 * 1987, Biometrika 74). */
static void plan_margin(struct ablation_walk *w)
{
	struct claim_plan *p = &w->margin;
	double before = 0;

	claim_plan_plain(p, w->p->most, level_of_margin);
	p->plain = p->early = false;
	for (size_t k = 0; k < p->k; k++) {
		double now = pow((double)p->looks[k].n / (double)w->p->most, 3);

		p->looks[k].spend = level_of_margin * (now - before);
		before = now;
	}
}

static bool walk(struct ablation_walk *w)
{
	struct ablation *o = w->out;
	bool whole;

	if (!probe(w))
		return false;
	whole = ablation_walk_path(w, w->all, 0, &o->back);
	whole &= ablation_walk_path(w, 0, w->all, &o->forward);
	if (!whole)
		return false;
	o->chosen = true;
	claim_plan_plain(&w->back, w->p->most, level_of_steps / (double)o->back.n);
	claim_plan_plain(&w->forward, w->p->most,
	                 level_of_steps / (double)o->forward.n);
	plan_margin(w);
	return judge_all(w);
}

void ablation_judge(const struct ablation_plan *p, const struct ablation_runs *runs,
                    struct ablation *out, struct arena *a)
{
	struct ablation_walk w = {
	    .p = p, .runs = runs, .out = out, .a = a, .all = ablation_all(p->n)};

	*out = (struct ablation){.noise = (double)NAN,
	                         .margin = (double)NAN,
	                         .simplest = w.all,
	                         .within = {.half = (double)NAN}};
	if (walk(&w))
		out->state = ABLATION_DONE;
}

struct ablation_cost ablation_cost(const struct ablation_plan *p)
{
	struct look looks[SEQUENTIAL_LOOKS];
	size_t raced = p->n * (p->n + 1) - 2; /* both ways: n + (n - 1) + … + 2 */
	size_t ends = 2, between = p->n - 1, k = sequential_plan(p->most, looks);
	size_t first = k ? looks[0].n : p->most;

	if (p->deterministic)
		return (struct ablation_cost){raced / 2 + ends, raced + ends + 1};
	return (struct ablation_cost){
	    raced * ABLATION_RACE / 2 + (ends + between) * first,
	    raced * ABLATION_RACE + (ends + 2 * between + (p->n > 2)) * p->most};
}
