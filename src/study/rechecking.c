#include "study/rechecking.h"
#include "study/apply.h"
#include "study/test_use.h"

bool recheck_begin(struct study *s, const struct purpose *p,
                   const struct coord *const *points, struct error *err)
{
	struct search *se = &s->search;

	if (se->n && se->purpose.kind != PURPOSE_RECHECK)
		return error_set(err, ERROR_USAGE,
		                 "%s: holds something else than a recheck\n"
		                 "  help: --out DIR begins one elsewhere",
		                 se->dir);
	if (se->purpose.kind != PURPOSE_RECHECK)
		study_happen(s, (struct event){.kind = EVENT_PURPOSE, .as.purpose = p});
	for (size_t i = se->n; i < p->n_was; i++) {
		enum origin origin =
		    i == 1 && p->defaults ? ORIGIN_BASELINE : ORIGIN_WARM_START;

		study_happen(s, (struct event){.kind = EVENT_TRIAL,
		                               .trial = i,
		                               .as.proposal = {.point = points[i],
		                                               .origin = origin}});
	}
	return study_commit(s, true, err);
}

struct rechecking {
	struct rechecked *x;
	struct study *s;
};

static bool ask(void *self, const struct wish **list, size_t *n, struct error *err)
{
	struct rechecking *k = self;
	struct rechecked *x = k->x;
	struct wish *wishes;

	(void)err;
	rechecked_judge(x);
	wishes = arena_new(&x->arena, x->n_needs + 1, sizeof *wishes);
	for (size_t i = 0; i < x->n_needs; i++)
		wishes[i] =
		    (struct wish){.trial = x->needs[i].trial,
		                  .phase = x->needs[i].phase,
		                  .row = x->needs[i].row,
		                  .seed = rechecked_seed(x->search, &x->needs[i])};
	*list = wishes;
	*n = x->n_needs;
	return true;
}

bool recheck_run(struct rechecked *x, struct study *s, struct runner *r,
                 const struct budget *b, struct error *err)
{
	struct rechecking k = {x, s};
	const struct comparison c = {.ask = ask, .self = &k, .budget = *b};
	const struct purpose *p = &s->search.purpose;
	bool ok = (!p->test || !p->defaults || test_use_again(s, err)) &&
	          comparison_run(s, r, &c, err);

	rechecked_judge(x);
	return ok;
}
