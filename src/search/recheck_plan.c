#include "search/recheck_plan.h"

#include <math.h>

struct choice {
	struct search *search;
	struct arena *a;
	struct purpose *p;
	const struct coord **points; /* (p->n_was) */
};

/* What is known of a configuration: its re-runs, else its runs in the search, whose
 * seeds and luck are its own. */
static struct purpose_was was_of(const struct choice *x, const struct trial *t,
                                 const struct candidate *c)
{
	struct purpose_was w = {.trial = c && c->key == VERDICT_DEFAULTS ? UINT64_MAX
	                                                                 : t->id,
	                        .value = t->value};
	bool rerun = c && c->stat[PHASE_RERUN].n > 0;
	size_t n = rerun ? c->n_runs[PHASE_RERUN] : t->n_runs;

	w.seeds = arena_new(x->a, PURPOSE_OLD, sizeof *w.seeds);
	w.values = arena_new(x->a, PURPOSE_OLD, sizeof *w.values);
	for (size_t r = 0; r < n && w.n < PURPOSE_OLD; r++) {
		const struct run *run = rerun ? c->runs[PHASE_RERUN][r] : &t->runs[r];

		if (run->state != RUN_FINISHED || run->outcome != OUTCOME_OK)
			continue;
		w.seeds[w.n] = run->seed;
		w.values[w.n++] = run->value;
	}
	if (rerun) {
		w.value = c->stat[PHASE_RERUN].mean;
		w.optimism = c->worth[PHASE_RERUN].selected
		                 ? fmax(c->worth[PHASE_RERUN].optimism, 0)
		                 : 0;
	} else {
		w.among = x->search->ok;
	}
	return w;
}

static const struct candidate *candidate_of(const struct search *s, uint64_t key)
{
	for (size_t i = 0; i < s->verdict.n; i++)
		if (s->verdict.candidates[i].key == key)
			return &s->verdict.candidates[i];
	return NULL;
}

static bool is_there(const struct choice *x, const struct trial *t)
{
	const struct space *sp = &x->search->spec->space;
	const struct value **values = arena_new(x->a, sp->n, sizeof *values);

	for (size_t i = 0; i < x->p->n_was; i++) {
		space_decode(sp, x->points[i], x->a, values);
		if (space_hash(sp, values) == space_hash(sp, t->values))
			return true;
	}
	return false;
}

static void add(struct choice *x, const struct trial *t, const struct candidate *c)
{
	x->points[x->p->n_was] = t->point;
	x->p->was[x->p->n_was++] = was_of(x, t, c);
}

/* The defaults as a trial: of the search, or of its verification, or of neither. */
static void add_defaults(struct choice *x)
{
	struct search *s = x->search;
	const struct verdict *v = &s->verdict;
	const struct candidate *c =
	    v->baseline != SIZE_MAX ? &v->candidates[v->baseline] : NULL;
	struct trial *none = arena_new(x->a, 1, sizeof *none);

	x->p->defaults = true;
	*none = (struct trial){
	    .id = UINT64_MAX, .point = s->baseline, .value = (double)NAN};
	for (size_t i = 0; !c && i < s->n; i++)
		if (s->trials[i]->origin == ORIGIN_BASELINE) {
			add(x, s->trials[i], NULL);
			return;
		}
	if (c)
		none->value = c->trial.value;
	if (c && c->key != VERDICT_DEFAULTS)
		none->id = c->key;
	add(x, none, c);
}

const struct coord **recheck_choose(struct search *s, const struct trial *winner,
                                    bool winner_is_defaults, size_t others,
                                    struct arena *a, struct purpose *p)
{
	struct choice x = {.search = s, .a = a, .p = p};
	struct trial **order = search_rank(s, a);
	size_t n = 0;

	x.points = arena_new(a, others + 2, sizeof *x.points);
	p->was = arena_new(a, others + 2, sizeof *p->was);
	add(&x, winner, candidate_of(s, winner->id));
	if (s->baseline && !winner_is_defaults)
		add_defaults(&x);
	for (size_t i = 0; i < s->n && n < others && order[i]->rank; i++) {
		if (order[i]->outcome != OUTCOME_OK || is_there(&x, order[i]))
			continue;
		add(&x, order[i], candidate_of(s, order[i]->id));
		n++;
	}
	return x.points;
}
