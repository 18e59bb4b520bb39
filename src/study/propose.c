#include "study/propose.h"
#include "early/early_rule.h"
#include "search/lineage.h"
#include "search/sizes.h"
#include "strategy/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct coord *const *given_points(struct study *study)
{
	const struct spec *sp = study->search.spec;
	const struct coord **given =
	    arena_new(&study->search.arena, sp->n_points, sizeof *given);

	for (size_t i = 0; i < sp->n_points; i++)
		given[i] = sp->points[i].at;
	return given;
}

static struct strategy_args strategy_args_of(struct study *study)
{
	const struct search *s = &study->search;

	return (struct strategy_args){.space = &s->spec->space,
	                              .seed = s->spec->seed,
	                              .budget = s->cap,
	                              .parallel = s->spec->parallel,
	                              .shuffle = s->spec->shuffle,
	                              .curves = s->spec->early.type != EARLY_NONE,
	                              .earlier = s->warm.earlier,
	                              .n_earlier = s->warm.n,
	                              .n_sources = s->warm.n_sources,
	                              .search = s,
	                              .population = lineage_population(s->spec),
	                              .n_objectives = s->spec->n_objectives,
	                              .n_limits = s->spec->n_limits,
	                              .given = given_points(study),
	                              .n_given = s->spec->n_points,
	                              .full = s->spec->early.type != EARLY_NONE
	                                          ? early_full_budget(s->spec)
	                                          : (double)NAN};
}

static bool absent_init(void *state, const struct strategy_args *args,
                        struct error *err)
{
	(void)state;
	(void)args;
	(void)err;
	return true;
}

static enum ask absent_ask(void *state, const struct history *h, uint64_t id,
                           struct coord *out, const char **why, struct error *err)
{
	(void)state;
	(void)h;
	(void)id;
	(void)out;
	(void)why;
	error_set(err, ERROR_USAGE,
	          "the strategy of this search is a program, which is not begun here\n"
	          "  help: hpsearch run, or hpsearch ask, begins it");
	return ASK_ERROR;
}

/* Where no program may be begun. */
static const struct strategy_type absent = {.name = "program",
                                            .adaptive = true,
                                            .state_size = 1,
                                            .init = absent_init,
                                            .ask = absent_ask};

bool propose_begin(struct study *s, struct error *err)
{
	struct strategy_args args = strategy_args_of(s);
	const struct spec *sp = s->search.spec;

	if (sp->method == METHOD_AUTO) {
		struct str why = {0};
		const char *chosen = s->search.origin.chosen;

		s->type = chosen ? strategy_find(chosen)
		                 : strategy_choose(&args, sp->metric.name, &why);
		if (!chosen && s->type)
			s->chosen_why = arena_printf(&s->search.arena,
			                             "method: auto is %s, because %s",
			                             s->type->name, str_text(&why));
		str_free(&why);
		s->search.origin.chosen = s->type ? s->type->name : NULL;
	} else if (sp->method == METHOD_PROGRAM) {
		s->type = s->outside ? s->outside : &absent;
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
	s->search.adaptive = s->type->adaptive;
	s->strategy = arena_new(&s->search.arena, 1, s->type->state_size);
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
	if (s->search.spec->method != METHOD_AUTO || !chosen ||
	    (s->search.origin.chosen && strcmp(chosen, s->search.origin.chosen) == 0))
		return true;
	propose_end(s);
	s->chosen_why = NULL;
	s->search.origin.chosen = arena_strdup(&s->search.arena, chosen);
	return propose_begin(s, err);
}

bool study_warm(struct study *s, struct error *err)
{
	if (!s->search.warm.n_sources)
		return true;
	warm_choose(&s->search.warm, &s->search.spec->space, s->search.baseline,
	            &s->search.arena);
	propose_end(s);
	return propose_begin(s, err);
}

static const struct thrift no_thrift;

static void proposed(struct event *out, uint64_t trial, const struct coord *point,
                     enum origin origin, uint64_t seen, struct thrift thrift)
{
	*out = (struct event){.kind = EVENT_TRIAL,
	                      .trial = trial,
	                      .as.proposal = {.point = point,
	                                      .known_upto = seen,
	                                      .thrift = thrift,
	                                      .origin = origin}};
}

static void pin(const void *spec, uint64_t id, struct coord *point)
{
	sizes_pin(spec, id, point);
}

/* The size of a trial: the levels that its parameters of scale: have. */
static uint64_t size_of(const struct spec *sp, const struct known *t)
{
	uint64_t h = 0;

	for (size_t i = 0; i < sp->space.n; i++)
		if (sp->space.params[i].size && t->values[i])
			h = value_hash(h, t->values[i]);
	return h;
}

/* With scale: what a strategy that learns is to make small is by how much a trial is
 * worse than the best of its size that may be known: a copy of the history, malloc. */
static struct known *within_sizes(const struct search *s, uint64_t seen,
                                  struct observation **all)
{
	struct known *copy = mem_new(s->n + 1, sizeof *copy);
	uint64_t *size = mem_new(s->n + 1, sizeof *size);
	double *best = mem_new(s->n + 1, sizeof *best);
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		size[i] = size_of(s->spec, &s->known[i]);
		n += s->known[i].n;
		best[i] = (double)INFINITY;
		for (size_t k = 0; k < s->known[i].n; k++) {
			const struct observation *o = &s->known[i].observations[k];

			if (o->order <= seen && isfinite(o->value))
				best[i] = fmin(best[i], o->value);
		}
	}
	*all = mem_new(n + 1, sizeof **all);
	n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double least = (double)INFINITY;

		for (size_t k = 0; k < s->n; k++)
			if (size[k] == size[i])
				least = fmin(least, best[k]);
		copy[i] = s->known[i];
		copy[i].observations = *all + n;
		for (size_t k = 0; k < copy[i].n; k++, n++) {
			(*all)[n] = s->known[i].observations[k];
			if (isfinite(least))
				(*all)[n].value -= least;
		}
	}
	free(size);
	free(best);
	return copy;
}

/* The strategy's answer, to what it may know. */
static enum ask ask_strategy(struct study *study, struct history *h, uint64_t id,
                             const char **why, struct error *err)
{
	const struct search *s = &study->search;
	struct observation *all = NULL;
	struct known *copy = NULL;
	enum ask ask;

	if (sizes_count(s->spec)) {
		h->pin = pin;
		h->pinned = s->spec;
		if (s->adaptive && s->spec->method != METHOD_PROGRAM)
			h->trials = copy = within_sizes(s, h->known_upto, &all);
	}
	ask = study->type->ask(study->strategy, h, id, study->point, why, err);
	free(copy);
	free(all);
	return ask;
}

/* What is given begins a member of a population, as what is drawn does. */
static struct lineage new_member(const struct search *s)
{
	bool is = s->spec->method == METHOD_PBT;

	return (struct lineage){.is = is, .member = is ? s->n : 0};
}

static bool has_place(const struct search *s)
{
	return s->spec->method != METHOD_PBT || s->n < s->spec->pbt.population;
}

static enum ask propose_at(struct study *study, uint64_t seen, struct thrift thrift,
                           struct event *out, const char **why, struct error *err)
{
	const struct search *s = &study->search;
	struct history h = {
	    .trials = s->known, .n = s->n, .known_upto = seen, .thrift = thrift};
	size_t before, own = s->n - s->given - s->added;
	enum ask ask;

	if (s->given < s->spec->n_points) {
		proposed(out, s->n, s->spec->points[s->given].at, ORIGIN_POINT, seen,
		         no_thrift);
		out->as.proposal.label = s->spec->points[s->given].label;
		return ASK_POINT;
	}
	/* The defaults come first, but a grid is what the file says and nothing else.
	 */
	if (!own && s->baseline && study->type != &strategy_grid &&
	    study->type != &strategy_list && has_place(s)) {
		proposed(out, s->n, s->baseline, ORIGIN_BASELINE, seen, no_thrift);
		return ASK_POINT;
	}
	/* Then the best of earlier searches. */
	before = s->baseline ? 1 : 0;
	if (own >= before && own - before < s->warm.n_first && has_place(s)) {
		proposed(out, s->n, s->warm.first[own - before]->point,
		         ORIGIN_WARM_START, seen, no_thrift);
		return ASK_POINT;
	}
	/* A grid counts its cells. */
	ask = ask_strategy(study, &h, study->type == &strategy_grid ? own : s->n, why,
	                   err);
	if (ask == ASK_POINT)
		proposed(out, s->n, study->point, ORIGIN_STRATEGY, seen, thrift);
	if (ask == ASK_POINT && study->type->lineage)
		out->as.proposal.line = study->type->lineage(study->strategy);
	return ask;
}

enum ask study_propose_at(struct study *study, uint64_t seen, struct thrift thrift,
                          struct event *out, const char **why, struct error *err)
{
	enum ask ask;

	out->as.proposal.line = (struct lineage){0};
	ask = propose_at(study, seen, thrift, out, why, err);
	if (ask == ASK_POINT && !out->as.proposal.line.is)
		out->as.proposal.line = new_member(&study->search);
	return ask;
}

/* What of the cost budget was spent by what a proposal knows. */
static double spent_of_cost(const struct search *s, uint64_t seen)
{
	struct history h = {.trials = s->known, .n = s->n, .known_upto = seen};
	double spent = 0;

	for (uint64_t i = 0; i < s->n; i++) {
		const struct observation *last;

		history_state(&h, i, &last);
		if (last && spec_adapts_repeats(s->spec))
			spent += last->cost * (double)last->n_runs /
			         (double)s->spec->repeats_least;
		else
			spent += last ? last->cost : 0;
	}
	return spent;
}

/* Time is what bayes alone learns, of whole trials; where proposals are to be the same
 * whatever finishes first, it must not. It counts where, at the pace so far, time ends
 * before the trials do: a budget that is not short is none to be thrifty with. */
static bool weighs_time(const struct study *study)
{
	const struct search *s = &study->search;
	const struct spec *sp = s->spec;

	return sp->budget_time > 0 && study->type == &strategy_bayes &&
	       !sp->deterministic && !sp->items.present && search_done(s) &&
	       search_elapsed(s) * (double)s->cap >
	           sp->budget_time * (double)search_done(s);
}

/* Expected improvement per unit of cost until half of the budget is spent; from there
 * on the cost counts less and less: what is left over is worth nothing. Runs at once
 * share the time, and the budget of it: the ratio is the same for any number. */
static struct thrift thrift_of(const struct study *study, uint64_t seen)
{
	const struct search *s = &study->search;
	double share;

	if (!s->adaptive || s->spec->method == METHOD_PBT)
		return no_thrift;
	if (s->spec->budget_cost > 0)
		share = spent_of_cost(s, seen) / s->spec->budget_cost;
	else if (weighs_time(study))
		share = search_elapsed(s) / s->spec->budget_time;
	else
		return no_thrift;
	return (struct thrift){.weight = fmin(fmax(2 * (1 - share), 0), 1),
	                       .of_time = !(s->spec->budget_cost > 0)};
}

/* A population whose members wait for one another: all of an interval before any of the
 * next. */
static enum ask propose_in_step(struct study *study, struct event *out,
                                const char **why, struct error *err)
{
	const struct search *s = &study->search;
	uint64_t seen = s->n - s->n % s->spec->pbt.population;

	for (size_t i = s->first_open; i < seen; i++)
		if (s->trials[i]->outcome == OUTCOME_NONE)
			return ASK_WAIT;
	return study_propose_at(study, seen, no_thrift, out, why, err);
}

enum ask study_propose(struct study *study, struct event *out, const char **why,
                       struct error *err)
{
	const struct search *s = &study->search;
	size_t apart = study->parallel;
	uint64_t seen = s->learnt;

	if (!s->spec->deterministic)
		return study_propose_at(study, seen, thrift_of(study, seen), out, why,
		                        err);
	if (s->spec->method == METHOD_PBT)
		return propose_in_step(study, out, why, err);
	/* Trial n sees those up to n - parallel, whatever else has finished. */
	for (size_t i = s->first_open; i + apart <= s->n; i++)
		if (s->trials[i]->outcome == OUTCOME_NONE && s->adaptive)
			return ASK_WAIT;
	seen = s->n + 1 > apart ? s->n + 1 - apart : 0;
	return study_propose_at(study, seen, thrift_of(study, seen), out, why, err);
}

/* Runs that had been asked of every trial before the number-th repeat; malloc. */
static size_t *runs_asked(const struct search *s, uint64_t trials, size_t number)
{
	size_t *asked = mem_new(trials + 1, sizeof *asked);

	for (size_t i = 0; i < trials; i++)
		asked[i] = s->spec->repeats_least;
	for (size_t i = 0; i < number; i++)
		if (s->repeats[i].trial < trials)
			asked[s->repeats[i].trial]++;
	return asked;
}

static uint64_t added_before(const struct search *s, uint64_t trials)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < trials; i++)
		n += s->trials[i]->origin == ORIGIN_ADDED;
	return n;
}

/* As if the repeat p were the number-th, and about to be asked for. */
static void answer_repeat(const struct search *s, const struct repeat *p, size_t number,
                          struct repeat_answer *out)
{
	const struct spec *sp = s->spec;
	struct history h = {
	    .trials = s->known, .n = p->after, .known_upto = p->known_upto};
	size_t *asked = runs_asked(s, h.n, number);
	struct repeat_rule rule = {
	    .least = sp->repeats_least,
	    .most = sp->repeats,
	    .cap = p->cap,
	    .spent =
		(p->after - added_before(s, p->after)) * sp->repeats_least + number};

	repeat_ask(&rule, &h, asked, p->last, out);
	free(asked);
}

bool study_repeat(struct study *study, bool last, struct event *out)
{
	const struct search *s = &study->search;
	struct repeat now = {
	    .known_upto = s->learnt, .after = s->n, .cap = s->cap, .last = last};
	struct repeat_answer answer;

	if (!spec_adapts_repeats(s->spec))
		return false;
	answer_repeat(s, &now, s->n_repeats, &answer);
	*out = (struct event){
	    .kind = EVENT_REPEAT,
	    .trial = answer.trial,
	    .as.repeat = {.known_upto = s->learnt, .cap = s->cap, .last = last}};
	return answer.wanted;
}

void study_explain_repeat(const struct study *study, size_t number,
                          struct repeat_answer *out)
{
	answer_repeat(&study->search, &study->search.repeats[number], number, out);
}

bool study_is_taken(const struct study *study, uint64_t trial)
{
	const struct search *s = &study->search;

	if (s->spec->method != METHOD_PROGRAM)
		return false;
	if (trial < s->n)
		return s->trials[trial]->origin == ORIGIN_STRATEGY;
	return s->given >= s->spec->n_points &&
	       s->n - s->given - s->added >= (s->baseline ? 1 : 0) + s->warm.n_first;
}

size_t study_known(const struct study *study, const struct trial *t)
{
	const struct search *s = &study->search;
	struct history h = {.trials = s->known, .n = s->n, .known_upto = t->known_upto};
	size_t n = 0;

	for (uint64_t i = 0; i < t->id; i++)
		n += history_state(&h, i, NULL) != KNOWN_PENDING;
	return n;
}

void study_latest(const struct study *s, struct belief *out)
{
	double sign = search_sign(&s->search);

	*out = s->type->latest ? *s->type->latest(s->strategy) : (struct belief){0};
	out->mean *= sign;
	out->incumbent *= sign;
}

void study_explain(const struct study *study, const struct trial *t, struct belief *out)
{
	const struct search *s = &study->search;
	struct history h = {.trials = s->known,
	                    .n = s->n,
	                    .known_upto = t->known_upto,
	                    .thrift = t->thrift};
	struct observation *all = NULL;
	struct known *copy = NULL;
	double sign = search_sign(s);

	*out = (struct belief){0};
	if (t->origin != ORIGIN_STRATEGY || !study->type->explain)
		return;
	if (sizes_count(s->spec)) {
		h.pin = pin;
		h.pinned = s->spec;
		h.trials = copy = within_sizes(s, h.known_upto, &all);
	}
	study->type->explain(study->strategy, &h, t->id, out);
	free(copy);
	free(all);
	out->mean *= sign;
	out->incumbent *= sign;
}
