#include "strategy/pbt.h"
#include "base/rng.h"
#include "strategy/unseen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXPLORATIONS_MAX = 100 };

/* Draws of one parameter in one attempt at a configuration. */
enum { DRAW_RESAMPLE, DRAW_VALUE, DRAW_UP, DRAWS };

uint64_t pbt_intervals(const struct population *p)
{
	return (p->length + p->interval - 1) / p->interval;
}

double pbt_end(const struct population *p, uint64_t k)
{
	return k + 1 < pbt_intervals(p) ? (double)((k + 1) * p->interval)
	                                : (double)p->length;
}

/* The history, seen as a population. */
struct member {
	uint64_t latest;   /* trial */
	uint64_t interval; /* of it */
	bool begun;
};

struct members {
	const struct history *h;
	uint64_t n;             /* trials */
	struct member *members; /* (n_members) */
	size_t n_members;
	uint64_t *interval; /* (n) of every trial */
};

static void members_free(struct members *v)
{
	free(v->members);
	free(v->interval);
}

static struct members members_of(const struct population *p, const struct history *h,
                                 uint64_t id)
{
	struct members v = {.h = h, .n = id, .n_members = p->members};

	v.members = mem_new(p->members, sizeof *v.members);
	v.interval = mem_new(id + 1, sizeof *v.interval);
	for (uint64_t i = 0; i < id; i++) {
		const struct lineage *line = &h->trials[i].line;
		struct member *m = &v.members[line->member % p->members];

		v.interval[i] = m->begun ? m->interval + 1 : 0;
		*m = (struct member){
		    .latest = i, .interval = v.interval[i], .begun = true};
	}
	return v;
}

/* What is known of the end of a trial. */
struct score {
	uint64_t trial;
	bool ok;
	double value;
};

static bool score_of(const struct members *v, uint64_t trial, struct score *out)
{
	const struct observation *o;
	enum known_state state = history_state(v->h, trial, &o);

	*out = (struct score){.trial = trial,
	                      .ok = state == KNOWN_OK && isfinite(o->value),
	                      .value = o ? o->value : (double)NAN};
	return state != KNOWN_PENDING;
}

static int by_score(const void *a, const void *b)
{
	const struct score *x = a, *y = b;

	if (x->ok != y->ok)
		return x->ok ? -1 : 1;
	if (x->ok && (x->value < y->value || x->value > y->value))
		return x->value < y->value ? -1 : 1;
	return x->trial < y->trial ? -1 : 1;
}

/* Everyone that has come to the end of an interval, the best first; malloc. */
static struct score *comparison(const struct members *v, uint64_t interval, size_t *n)
{
	struct score *all = mem_new(v->n_members + 1, sizeof *all);

	*n = 0;
	for (uint64_t i = 0; i < v->n && *n < v->n_members; i++)
		if (v->interval[i] == interval && score_of(v, i, &all[*n]))
			++*n;
	qsort(all, *n, sizeof *all, by_score);
	return all;
}

static size_t cut_of(const struct population *p, size_t n)
{
	size_t cut = (size_t)ceil((double)n * p->quantile);

	return cut < n / 2 ? cut : n / 2;
}

/* Those at the upper end that can be copied. */
static size_t donors(const struct score *all, size_t n, size_t cut)
{
	size_t most = cut ? cut : 1, k = 0;

	while (k < n && k < most && all[k].ok)
		k++;
	return k;
}

static bool anybody_there(const struct members *v, uint64_t interval)
{
	struct score x;

	for (uint64_t i = 0; i < v->n; i++)
		if (v->interval[i] == interval && score_of(v, i, &x) && x.ok)
			return true;
	return false;
}

/* Has it come to the end of an interval that is not its last, with something to go on
 * from? */
static bool is_ready(const struct population *p, const struct members *v,
                     const struct member *m)
{
	struct score own;

	if (!m->begun || m->interval + 1 >= pbt_intervals(p) ||
	    !score_of(v, m->latest, &own))
		return false;
	return own.ok || anybody_there(v, m->interval);
}

/* When the end of a trial was learnt. */
static uint64_t order_of(const struct members *v, uint64_t trial)
{
	const struct observation *o;

	history_state(v->h, trial, &o);
	return o ? o->order : UINT64_MAX;
}

/* The member that is furthest behind goes first; of these the one that has waited
 * longest. */
static bool goes_before(const struct members *v, const struct member *a,
                        const struct member *b)
{
	if (a->interval != b->interval)
		return a->interval < b->interval;
	return order_of(v, a->latest) < order_of(v, b->latest);
}

static const struct member *whose_turn(const struct population *p,
                                       const struct members *v)
{
	const struct member *turn = NULL;

	for (size_t i = 0; i < v->n_members; i++) {
		const struct member *m = &v->members[i];

		if (is_ready(p, v, m) && (!turn || goes_before(v, m, turn)))
			turn = m;
	}
	return turn;
}

/* What the member does next. */
static void decide(const struct population *p, uint64_t seed, const struct members *v,
                   const struct member *m, uint64_t id, struct pbt_step *out)
{
	struct score own, *all;
	size_t n, n_donors;

	score_of(v, m->latest, &own);
	all = comparison(v, m->interval, &n);
	*out = (struct pbt_step){.how = PBT_GO_ON,
	                         .member = (uint64_t)(m - v->members),
	                         .own = m->latest,
	                         .from = m->latest,
	                         .interval = m->interval + 1,
	                         .known = n,
	                         .cut = cut_of(p, n),
	                         .failed = !own.ok};
	while (out->place < n && all[out->place].trial != own.trial)
		out->place++;
	n_donors = donors(all, n, out->cut);
	if (n_donors && (!own.ok || out->place >= n - out->cut)) {
		out->how = PBT_EXPLOIT;
		out->from = all[rng_below(seed, id, RNG_EXPLOIT, 0, n_donors)].trial;
	}
	out->place++;
	free(all);
}

static enum ask nobody(const struct population *p, const struct members *v,
                       const char **why)
{
	bool all = true;

	for (size_t i = 0; i < v->n_members; i++) {
		const struct member *m = &v->members[i];
		struct score ignored;

		if (!m->begun || !score_of(v, m->latest, &ignored))
			return ASK_WAIT;
		all = all && m->interval + 1 >= pbt_intervals(p);
	}
	*why = all ? "every member of the population has come to its end"
	           : "no member is left that could go on, or be copied";
	return ASK_DONE;
}

enum ask pbt_decide(const struct population *p, uint64_t seed, const struct history *h,
                    uint64_t id, struct pbt_step *out, const char **why)
{
	struct members v;
	const struct member *turn;
	enum ask ask = ASK_POINT;

	if (id < p->members) {
		*out = (struct pbt_step){.how = PBT_BEGIN, .member = id};
		return ASK_POINT;
	}
	v = members_of(p, h, id);
	turn = whose_turn(p, &v);
	if (turn)
		decide(p, seed, &v, turn, id, out);
	else
		ask = nobody(p, &v, why);
	members_free(&v);
	return ask;
}

/* --- the parameters --- */

struct explorer {
	const struct population *p;
	const struct space *space;
	uint64_t seed, id;
	uint32_t attempt;
};

static uint32_t draw_index(const struct explorer *e, size_t param, uint32_t draw)
{
	return (e->attempt * (uint32_t)e->space->n + (uint32_t)param) * DRAWS + draw;
}

static double draw(const struct explorer *e, size_t param, uint32_t which)
{
	return rng_unit(e->seed, e->id, RNG_EXPLORE, draw_index(e, param, which));
}

/* One place up or down in the list, which its ends bound. */
static double neighbour(const struct param *p, struct coord at, bool up)
{
	size_t row = param_row(p, at.u, at.level), k = 0;

	while (k + 1 < p->n_distinct &&
	       !value_equal(&p->values[p->distinct[k]], &p->values[row]))
		k++;
	if (up)
		k += k + 1 < p->n_distinct;
	else
		k -= k > 0;
	return param_cell(p, k);
}

/* A step of the parameter is the least that it can move. */
static double least_move(const struct param *p)
{
	return p->dist == DIST_INT_UNIFORM ? 1 : p->q;
}

/* The value times a factor, or the nearest that there is; where that is the same again,
 * the next one. */
static double scaled(const struct param *p, const struct value *v, double factor,
                     struct coord at)
{
	struct value wanted, near;
	double x = 0, u = at.u;

	value_number(v, &x);
	wanted = value_float(x * factor);
	if (!param_nearest(p, &wanted, &near))
		return u;
	if (value_equal(&near, v) && least_move(p) > 0) {
		wanted =
		    value_float(x * factor > x ? x + least_move(p) : x - least_move(p));
		param_nearest(p, &wanted, &near);
	}
	return value_equal(&near, v) || !param_encode(p, &near, &u) ? at.u : u;
}

static enum pbt_move move(const struct explorer *e, size_t i,
                          const struct known *copied, struct coord *out)
{
	const struct param *p = &e->space->params[i];
	const struct value *v = copied->values[i];
	struct coord at = copied->point[i];
	bool up = draw(e, i, DRAW_UP) < 0.5;

	*out = at;
	if (p->dist == DIST_CONSTANT || (e->p->mutates && !e->p->mutates[i]))
		return PBT_KEPT;
	if (!v || draw(e, i, DRAW_RESAMPLE) < e->p->resample) {
		*out = (struct coord){draw(e, i, DRAW_VALUE), -1};
		return PBT_RESAMPLED;
	}
	out->u = p->dist == DIST_CATEGORICAL
	             ? neighbour(p, at, up)
	             : scaled(p, v, up ? e->p->high : e->p->low, at);
	out->level = -1;
	return PBT_PERTURBED;
}

static bool is_feasible(const struct space *space, const struct coord *point)
{
	struct arena a = {0};
	const struct value **values = arena_new(&a, space->n, sizeof *values);
	bool ok;

	space_decode(space, point, &a, values);
	ok = space_feasible(space, values, NULL);
	arena_free(&a);
	return ok;
}

void pbt_explore(const struct population *p, const struct space *space, uint64_t seed,
                 uint64_t id, const struct known *copied, struct coord *out,
                 enum pbt_move *moves)
{
	struct explorer e = {.p = p, .space = space, .seed = seed, .id = id};

	for (; e.attempt < EXPLORATIONS_MAX; e.attempt++) {
		for (size_t i = 0; i < space->n; i++) {
			enum pbt_move m = move(&e, i, copied, &out[i]);

			if (moves)
				moves[i] = m;
		}
		if (is_feasible(space, out))
			return;
	}
	for (size_t i = 0; i < space->n; i++) {
		out[i] = copied->point[i];
		if (moves)
			moves[i] = PBT_KEPT;
	}
}

/* --- the strategy --- */

struct pbt_state {
	struct population p;
	const struct space *space;
	uint64_t seed;
	struct lineage latest;
};

static bool pbt_init(void *state, const struct strategy_args *args, struct error *err)
{
	struct pbt_state *s = state;

	(void)err;
	*s = (struct pbt_state){
	    .p = args->population, .space = args->space, .seed = args->seed};
	return true;
}

/* Members begin where random search does; two that are alike are no harm. */
static enum ask begin(const struct pbt_state *s, const struct history *h, uint64_t id,
                      struct coord *out, const char **why, struct error *err)
{
	struct unseen fresh;
	enum ask ask;

	unseen_init(&fresh, s->space);
	ask = unseen_draw(&fresh, h, s->seed, id, out, why, err);
	if (ask == ASK_DONE && id) {
		memcpy(out, h->trials[rng_below(s->seed, id, RNG_PICK, 0, id)].point,
		       s->space->n * sizeof *out);
		ask = ASK_POINT;
	}
	unseen_free(&fresh);
	return ask;
}

static enum ask pbt_ask(void *state, const struct history *h, uint64_t id,
                        struct coord *out, const char **why, struct error *err)
{
	struct pbt_state *s = state;
	struct pbt_step step;
	enum ask ask = pbt_decide(&s->p, s->seed, h, id, &step, why);

	if (ask != ASK_POINT)
		return ask;
	s->latest = (struct lineage){.is = true,
	                             .goes_on = step.how != PBT_BEGIN,
	                             .member = step.member,
	                             .from = step.from};
	if (step.how == PBT_BEGIN)
		return begin(s, h, id, out, why, err);
	if (step.how == PBT_GO_ON)
		memcpy(out, h->trials[step.from].point, s->space->n * sizeof *out);
	else
		pbt_explore(&s->p, s->space, s->seed, id, &h->trials[step.from], out,
		            NULL);
	return ASK_POINT;
}

static struct lineage pbt_lineage(const void *state)
{
	const struct pbt_state *s = state;

	return s->latest;
}

const struct strategy_type strategy_pbt = {
    .name = "pbt",
    .summary = "a population that trains in intervals; the worse copy the better",
    .adaptive = true,
    .state_size = sizeof(struct pbt_state),
    .init = pbt_init,
    .ask = pbt_ask,
    .lineage = pbt_lineage,
};
