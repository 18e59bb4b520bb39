#include "search/ablated.h"

#include <math.h>
#include <stdlib.h>

bool ablated_init(struct ablated *a, struct search *s, struct error *err)
{
	const struct purpose *p = &s->purpose;

	*a = (struct ablated){.search = s};
	if (p->kind != PURPOSE_ABLATION || s->n < 2)
		return error_set(err, ERROR_FILE, "it holds no ablation");
	changes_find(&a->changes, &s->spec->space, s->trials[ABLATED_DEFAULTS]->point,
	             s->trials[ABLATED_WINNER]->point, &a->arena);
	if (!a->changes.n || a->changes.n > ABLATION_CHANGES)
		return error_set(
		    err, ERROR_FILE,
		    "the winner differs from the defaults in %zu ways; an ablation "
		    "takes from 1 to %d",
		    a->changes.n, ABLATION_CHANGES);
	a->plan =
	    (struct ablation_plan){.n = a->changes.n,
	                           .most = (size_t)p->pairs,
	                           .margin = p->margin,
	                           .deterministic = s->spec->deterministic_training,
	                           .spread = p->spread};
	return true;
}

void ablated_free(struct ablated *a)
{
	free(a->known);
	arena_free(&a->arena);
	arena_free(&a->judged);
	*a = (struct ablated){0};
}

const struct coord *ablated_point(struct ablated *a, uint64_t mask)
{
	struct coord *point = arena_new(&a->arena, a->changes.space->n, sizeof *point);

	changes_mix(&a->changes, mask, point);
	return point;
}

const struct value *const *ablated_values(struct ablated *a, uint64_t mask)
{
	const struct space *sp = a->changes.space;
	const struct value **values = arena_new(&a->arena, sp->n, sizeof *values);

	space_decode(sp, ablated_point(a, mask), &a->arena, values);
	return values;
}

static struct configuration_of_mask *find(struct ablated *a, uint64_t mask)
{
	struct configuration_of_mask *k;

	for (size_t i = 0; i < a->n_known; i++)
		if (a->known[i].mask == mask)
			return &a->known[i];
	a->known = mem_room(a->known, a->n_known, &a->cap_known, sizeof *a->known);
	k = &a->known[a->n_known++];
	*k = (struct configuration_of_mask){.mask = mask, .trial = UINT64_MAX};
	k->feasible = space_feasible(a->changes.space, ablated_values(a, mask), NULL);
	return k;
}

uint64_t ablated_trial(struct ablated *a, uint64_t mask)
{
	struct configuration_of_mask *k = find(a, mask);
	const struct space *sp = a->changes.space;
	uint64_t hash;

	if (k->trial != UINT64_MAX)
		return k->trial;
	hash = space_hash(sp, ablated_values(a, mask));
	for (size_t i = 0; i < a->search->n && k->trial == UINT64_MAX; i++)
		if (space_hash(sp, a->search->trials[i]->values) == hash)
			k->trial = i;
	return k->trial;
}

static bool feasible(void *self, uint64_t mask)
{
	return find(self, mask)->feasible;
}

static enum cell cell(void *self, uint64_t mask, size_t row, double *value)
{
	struct ablated *a = self;
	uint64_t t = ablated_trial(a, mask);
	const struct run *r;

	if (t >= a->trials || row >= a->rows)
		return CELL_MISSING;
	r = a->grid[t * a->rows + row];
	if (!r || r->state != RUN_FINISHED)
		return CELL_MISSING;
	if (r->outcome != OUTCOME_OK || !isfinite(r->value))
		return CELL_FAILED;
	*value = search_sign(a->search) * r->value;
	return CELL_OK;
}

void ablated_judge(struct ablated *a)
{
	struct search *s = a->search;
	const struct verdict *v = &s->verdict;
	const struct ablation_runs runs = {a, cell, feasible};

	arena_free(&a->judged);
	a->rows = ABLATION_RACE + a->plan.most;
	a->trials = s->n;
	a->grid = arena_new(&a->judged, a->rows * a->trials, sizeof(struct run *));
	for (size_t i = 0; i < v->n_runs; i++) {
		struct verdict_run *r = v->runs[i];

		if (r->phase == PHASE_RERUN && r->key < a->trials && r->index < a->rows)
			a->grid[r->key * a->rows + r->index] = &r->run;
	}
	ablation_judge(&a->plan, &runs, &a->ablation, &a->judged);
}

uint64_t ablated_seed(const struct search *s, size_t row)
{
	enum { NUMBER = 0 };

	return seed_of_comparison(s->spec->seed, NUMBER, row);
}

/* Set of the changes that a trial has made. */
static uint64_t set_of(const struct ablated *a, const struct trial *t)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < a->changes.n; i++) {
		size_t p = a->changes.list[i].params[0];
		const struct value *now = t->values[p], *after = a->changes.after[p];

		if (now && after && value_equal(now, after))
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

const char *ablated_fault(struct ablated *a)
{
	struct search *s = a->search;
	const struct space *sp = a->changes.space;

	for (size_t i = 0; i < s->n; i++)
		if (space_hash(sp, s->trials[i]->values) !=
		    space_hash(sp, ablated_values(a, set_of(a, s->trials[i]))))
			return arena_printf(
			    &a->arena,
			    "configuration %zu is not between the winner "
			    "and the defaults",
			    i);
	for (size_t i = 0; i < s->verdict.n_runs; i++) {
		const struct verdict_run *r = s->verdict.runs[i];

		if (r->run.attempts && r->run.seed != ablated_seed(s, r->index))
			return arena_printf(
			    &a->arena,
			    "run %zu of configuration %llu is not on the "
			    "seed of its row",
			    r->index, (unsigned long long)r->key);
	}
	return NULL;
}

size_t ablated_count(uint64_t mask)
{
	size_t n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}
