#include "study/reschedule.h"
#include "search/lineage.h"
#include "study/apply.h"

#include <string.h>

static bool same_values(const struct space *sp, const struct value *const *a,
                        const struct value *const *b)
{
	return space_hash(sp, a) == space_hash(sp, b);
}

/* Has it the parameters that its lineage began with, all the way? */
static bool never_changed(const struct search *s, const struct trial *t)
{
	while (t->line.goes_on) {
		const struct trial *from = s->trials[t->line.from];

		if (!same_values(&s->spec->space, t->values, from->values))
			return false;
		t = from;
	}
	return true;
}

static const struct trial *best_constant(const struct search *s)
{
	const struct trial *best = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		if (t->outcome != OUTCOME_OK || !never_changed(s, t))
			continue;
		if (!best || t->interval > best->interval ||
		    (t->interval == best->interval &&
		     metric_better(&s->spec->metric, t->value, best->value)))
			best = t;
	}
	return best;
}

void reschedule_plan(const struct search *of, const struct trial *winner,
                     struct arena *a, struct reschedule_plan *out)
{
	const struct space *sp = &of->spec->space;
	const struct value **values = arena_new(a, sp->n, sizeof *values);

	*out = (struct reschedule_plan){.changes = !never_changed(of, winner)};
	out->chain = lineage_of(of, winner, a, &out->n);
	if (out->changes)
		out->constant = best_constant(of);
	if (!of->baseline)
		return;
	space_decode(sp, of->baseline, a, values);
	if (!same_values(sp, values,
	                 out->constant ? out->constant->values : winner->values))
		out->defaults = of->baseline;
}

/* Candidate c at interval k; NULL: there are no more candidates. */
static const struct coord *point_of(const struct reschedule_plan *p, size_t k, size_t c)
{
	const struct coord *all[RESCHEDULED_MOST + 1] = {p->chain[k]->point};
	size_t n = 1;

	if (p->constant)
		all[n++] = p->constant->point;
	if (p->defaults)
		all[n++] = p->defaults;
	return all[c];
}

static const char *name_of(struct study *s, const struct reschedule_plan *p, size_t c)
{
	if (!c)
		return arena_printf(&s->search.arena, "the schedule of trial %llu",
		                    (unsigned long long)p->chain[p->n - 1]->id);
	if (c == 1 && p->constant)
		return arena_printf(&s->search.arena,
		                    "the constant parameters of trial %llu",
		                    (unsigned long long)p->constant->id);
	return "the defaults";
}

static bool is_same(const struct study *s, const struct reschedule_plan *p, size_t n)
{
	const struct space *sp = &s->search.spec->space;
	bool same = s->search.n <= n * p->n;

	for (size_t i = 0; same && i < s->search.n; i++) {
		struct arena a = {0};
		const struct value **values = arena_new(&a, sp->n, sizeof *values);

		space_decode(sp, point_of(p, i / n, i % n), &a, values);
		same = same_values(sp, values, s->search.trials[i]->values);
		arena_free(&a);
	}
	return same;
}

static void add_trial(struct study *s, const struct reschedule_plan *p, size_t n)
{
	size_t i = s->search.n, k = i / n, c = i % n;
	struct event e = {.kind = EVENT_TRIAL, .trial = i};

	e.as.proposal.point = point_of(p, k, c);
	e.as.proposal.origin = ORIGIN_WARM_START;
	e.as.proposal.label = k ? NULL : name_of(s, p, c);
	e.as.proposal.line = (struct lineage){
	    .is = true, .goes_on = k > 0, .member = c, .from = k ? i - n : 0};
	study_happen(s, e);
}

bool reschedule_begin(struct study *s, const struct purpose *p,
                      const struct reschedule_plan *plan, struct error *err)
{
	struct search *se = &s->search;
	size_t n = 1;

	while (point_of(plan, 0, n))
		n++;
	if (se->n && (se->purpose.kind != PURPOSE_SCHEDULE ||
	              se->purpose.pairs != p->pairs || !is_same(s, plan, n)))
		return error_set(
		    err, ERROR_USAGE,
		    "%s: holds something else than this schedule, trained "
		    "with %llu seeds\n"
		    "  help: --fresh discards it; --out DIR begins another "
		    "one",
		    se->dir, (unsigned long long)p->pairs);
	if (se->purpose.kind != PURPOSE_SCHEDULE)
		study_happen(s, (struct event){.kind = EVENT_PURPOSE, .as.purpose = p});
	while (se->n < n * plan->n)
		add_trial(s, plan, n);
	return study_commit(s, true, err);
}

struct rescheduling {
	struct rescheduled *x;
	struct study *s;
};

static bool is_wanted(struct search *s, size_t n, uint64_t trial, size_t row)
{
	return verdict_run(s, PHASE_RERUN, trial, row)->state != RUN_FINISHED &&
	       (trial < n || rescheduled_run(s, trial - n, row));
}

/* One interval of all, then the next: what has failed goes no further. */
static bool ask(void *self, const struct wish **list, size_t *n, struct error *err)
{
	struct rescheduling *k = self;
	struct rescheduled *x = k->x;
	struct wish *wishes = arena_new(&x->arena, x->n * x->rows + 1, sizeof *wishes);

	(void)err;
	*n = 0;
	*list = wishes;
	for (uint64_t t = 0; t < k->s->search.n && (!*n || t % x->n); t++)
		for (size_t row = 0; row < x->rows; row++)
			if (is_wanted(&k->s->search, x->n, t, row))
				wishes[(*n)++] = (struct wish){
				    .trial = t,
				    .phase = PHASE_RERUN,
				    .row = row,
				    .seed = rescheduled_seed(&k->s->search, row)};
	return true;
}

bool reschedule_run(struct rescheduled *x, struct study *s, struct runner *r,
                    const struct budget *b, struct error *err)
{
	struct rescheduling k = {x, s};
	const struct comparison c = {.ask = ask, .self = &k, .budget = *b};
	bool ok = comparison_run(s, r, &c, err);

	rescheduled_judge(x);
	return ok;
}
