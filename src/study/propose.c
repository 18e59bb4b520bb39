#include "study/propose.h"
#include "early/early.h"
#include "strategy/choose.h"

#include <math.h>
#include <string.h>

static struct strategy_args strategy_args_of(const struct study *s)
{
	return (struct strategy_args){.space = &s->spec->space,
	                              .seed = s->spec->seed,
	                              .budget = s->cap,
	                              .parallel = s->spec->parallel,
	                              .shuffle = s->spec->shuffle,
	                              .curves = s->spec->early.type != EARLY_NONE,
	                              .earlier = s->warm.earlier,
	                              .n_earlier = s->warm.n,
	                              .n_sources = s->warm.n_sources,
	                              .full = s->spec->early.type != EARLY_NONE
	                                          ? early_full_budget(s->spec)
	                                          : (double)NAN};
}

bool propose_begin(struct study *s, struct error *err)
{
	struct strategy_args args = strategy_args_of(s);
	const struct spec *sp = s->spec;

	if (sp->method == METHOD_AUTO) {
		struct str why = {0};
		const char *chosen = s->origin.chosen;

		s->type = chosen ? strategy_find(chosen)
		                 : strategy_choose(&args, sp->metric.name, &why);
		if (!chosen && s->type)
			s->chosen_why =
			    arena_printf(&s->arena, "method: auto is %s, because %s",
			                 s->type->name, str_text(&why));
		str_free(&why);
		s->origin.chosen = s->type ? s->type->name : NULL;
	} else {
		s->type = strategy_find(sp->method_word);
	}
	if (!s->type)
		return error_set(
		    err, ERROR_FILE,
		    "%s: method: %s is not in this version of hpsearch\n"
		    "  help: write method: sobol (or run with --set method=sobol); "
		    "bayes, grid and random work too",
		    sp->yaml.path, sp->method_word);
	s->strategy = arena_new(&s->arena, 1, s->type->state_size);
	return s->type->init(s->strategy, &args, err);
}

void propose_end(struct study *s)
{
	if (s->type && s->type->fini && s->strategy)
		s->type->fini(s->strategy);
	s->strategy = NULL;
}

bool study_choose(struct study *s, const char *chosen, struct error *err)
{
	if (s->spec->method != METHOD_AUTO || !chosen ||
	    (s->origin.chosen && strcmp(chosen, s->origin.chosen) == 0))
		return true;
	propose_end(s);
	s->chosen_why = NULL;
	s->origin.chosen = arena_strdup(&s->arena, chosen);
	return propose_begin(s, err);
}

bool study_warm(struct study *s, struct error *err)
{
	if (!s->warm.n_sources)
		return true;
	warm_choose(&s->warm, &s->spec->space, s->baseline, &s->arena);
	propose_end(s);
	return propose_begin(s, err);
}

enum ask study_propose_at(struct study *s, uint64_t seen, double cost_weight,
                          struct trial **out, const char **why, struct error *err)
{
	struct history h = {
	    .trials = s->seen, .n = s->n, .seen = seen, .cost_weight = cost_weight};
	struct coord *point = arena_new(&s->arena, s->spec->space.n, sizeof *point);
	size_t before;
	enum ask ask;

	/* The defaults come first, but a grid is what the file says and nothing else.
	 */
	if (!s->n && s->baseline && s->type != &strategy_grid) {
		*out = search_add(s, s->baseline, ORIGIN_BASELINE, seen);
		return ASK_POINT;
	}
	/* Then the best of earlier searches. */
	before = s->baseline ? 1 : 0;
	if (s->n >= before && s->n - before < s->warm.n_first) {
		*out = search_add(s, s->warm.first[s->n - before]->point,
		                  ORIGIN_WARM_START, seen);
		return ASK_POINT;
	}
	ask = s->type->ask(s->strategy, &h, s->n, point, why, err);
	if (ask == ASK_POINT)
		*out = search_add(s, point, ORIGIN_STRATEGY, seen);
	if (ask == ASK_POINT)
		(*out)->cost_weight = cost_weight;
	return ask;
}

/* Expected improvement per unit of cost until half of the budget is spent; from there
 * on the cost counts less and less: what is left over is worth nothing. */
static double cost_weight(const struct study *s, uint64_t seen)
{
	struct history h = {.trials = s->seen, .n = s->n, .seen = seen};
	double spent = 0;

	if (!(s->spec->budget_cost > 0) || !s->type->adaptive)
		return 0;
	for (uint64_t i = 0; i < s->n; i++) {
		const struct sighting *last;

		history_state(&h, i, &last);
		spent += last ? last->cost : 0;
	}
	return fmin(fmax(2 * (1 - spent / s->spec->budget_cost), 0), 1);
}

enum ask study_propose(struct study *s, struct trial **out, const char **why,
                       struct error *err)
{
	size_t apart = s->parallel;
	uint64_t seen = s->learnt;

	if (!s->spec->deterministic)
		return study_propose_at(s, seen, cost_weight(s, seen), out, why, err);
	/* Trial n sees those up to n - parallel, whatever else has finished. */
	for (size_t i = s->first_open; i + apart <= s->n; i++)
		if (s->trials[i]->outcome == OUTCOME_NONE && s->type->adaptive)
			return ASK_WAIT;
	seen = s->n + 1 > apart ? s->n + 1 - apart : 0;
	return study_propose_at(s, seen, cost_weight(s, seen), out, why, err);
}

size_t study_known(const struct study *s, const struct trial *t)
{
	struct history h = {.trials = s->seen, .n = s->n, .seen = t->seen};
	size_t n = 0;

	for (uint64_t i = 0; i < t->id; i++)
		n += history_state(&h, i, NULL) != SEEN_PENDING;
	return n;
}

void study_explain(const struct study *s, const struct trial *t, struct belief *out)
{
	struct history h = {.trials = s->seen,
	                    .n = s->n,
	                    .seen = t->seen,
	                    .cost_weight = t->cost_weight};
	double sign = search_sign(s);

	*out = (struct belief){0};
	if (t->origin != ORIGIN_STRATEGY || !s->type->explain)
		return;
	s->type->explain(s->strategy, &h, t->id, out);
	out->mean *= sign;
	out->incumbent *= sign;
}
