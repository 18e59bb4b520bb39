#include "study/ablating.h"
#include "study/apply.h"

#include <math.h>
#include <string.h>

static bool is_same(const struct search *s, size_t trial, const struct coord *point)
{
	const struct space *sp = &s->spec->space;
	struct arena a = {0};
	const struct value **values = arena_new(&a, sp->n, sizeof *values);
	bool same;

	space_decode(sp, point, &a, values);
	same = trial < s->n &&
	       space_hash(sp, values) == space_hash(sp, s->trials[trial]->values);
	arena_free(&a);
	return same;
}

static void add_trial(struct study *s, const struct coord *point, enum origin origin)
{
	study_happen(s,
	             (struct event){.kind = EVENT_TRIAL,
	                            .trial = s->search.n,
	                            .as.proposal = {.point = point, .origin = origin}});
}

static bool same_plan(const struct purpose *a, const struct purpose *b)
{
	return a->pairs == b->pairs && a->winner == b->winner &&
	       (a->margin == b->margin || (isnan(a->margin) && isnan(b->margin)));
}

static bool same_ends(const struct search *s, const struct coord *defaults,
                      const struct coord *winner)
{
	return is_same(s, ABLATED_DEFAULTS, defaults) &&
	       is_same(s, ABLATED_WINNER, winner);
}

bool ablate_is_the_same(const struct search *there, const struct purpose *p,
                        const struct coord *defaults, const struct coord *winner)
{
	return same_plan(&there->purpose, p) && same_ends(there, defaults, winner);
}

bool ablate_begin(struct study *s, const struct purpose *p,
                  const struct coord *defaults, const struct coord *winner,
                  struct error *err)
{
	struct search *se = &s->search;

	if (se->n &&
	    (se->purpose.kind != PURPOSE_ABLATION || !same_ends(se, defaults, winner)))
		return error_set(
		    err, ERROR_USAGE,
		    "%s: holds something else than an ablation of this "
		    "winner and these defaults\n"
		    "  help: --fresh discards it; --out DIR begins another one",
		    se->dir);
	if (se->purpose.kind != PURPOSE_ABLATION || !same_plan(&se->purpose, p) ||
	    se->purpose.spread != p->spread || strcmp(se->purpose.of, p->of) != 0)
		study_happen(s, (struct event){.kind = EVENT_PURPOSE, .as.purpose = p});
	if (!se->n)
		add_trial(s, defaults, ORIGIN_BASELINE);
	if (se->n < 2)
		add_trial(s, winner, ORIGIN_WARM_START);
	return study_commit(s, true, err);
}

struct ablating {
	struct ablated *a;
	struct study *s;
	struct wish *list; /* in the judgement's arena */
};

static bool ask(void *self, const struct wish **list, size_t *n, struct error *err)
{
	struct ablating *x = self;
	struct ablated *a = x->a;
	const struct ablation *now = &a->ablation;

	(void)err;
	ablated_judge(a);
	x->list = arena_new(&a->judged, now->n_needs + 1, sizeof *x->list);
	for (size_t i = 0; i < now->n_needs; i++) {
		const struct ablation_need *need = &now->needs[i];
		uint64_t t = ablated_trial(a, need->mask);

		if (t == UINT64_MAX) {
			t = x->s->search.n;
			add_trial(x->s, ablated_point(a, need->mask), ORIGIN_STRATEGY);
		}
		x->list[i] =
		    (struct wish){.trial = t,
		                  .phase = PHASE_RERUN,
		                  .row = need->row,
		                  .seed = ablated_seed(&x->s->search, need->row)};
	}
	*list = x->list;
	*n = now->n_needs;
	return true;
}

bool ablate_run(struct ablated *a, struct study *s, struct runner *r,
                const struct budget *b, struct error *err)
{
	struct ablating x = {.a = a, .s = s};
	const struct comparison c = {.ask = ask, .self = &x, .budget = *b};
	bool ok = comparison_run(s, r, &c, err);

	ablated_judge(a);
	return ok;
}
