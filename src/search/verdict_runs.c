/* The runs of a verification: all there ever were, whatever is planned now. */
#include "search/search.h"

#include <math.h>
#include <stdlib.h>

void verdict_free(struct verdict *v)
{
	for (size_t i = 0; i < v->n_runs; i++)
		free(v->runs[i]->run.reports);
	free(v->runs);
	free(v->uses);
	*v = (struct verdict){0};
}

struct run *verdict_run(struct search *s, enum phase phase, uint64_t key, size_t index)
{
	struct verdict *v = &s->verdict;
	struct verdict_run *run;

	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->phase == phase && v->runs[i]->key == key &&
		    v->runs[i]->index == index)
			return &v->runs[i]->run;
	run = arena_new(&s->arena, 1, sizeof *run);
	*run = (struct verdict_run){.phase = phase, .key = key, .index = index};
	run->run.value = (double)NAN;
	if (phase == PHASE_TEST && s->spec->items.present) {
		run->run.from = s->spec->items.n;
		run->run.wanted = s->spec->items.n_test;
	}
	run->run.seed = seed_of_verification(
	    s->spec->seed, (uint64_t)(phase - PHASE_RERUN) << 32 | index);
	v->runs =
	    mem_room(v->runs, v->n_runs, &v->cap_runs, sizeof(struct verdict_run *));
	v->runs[v->n_runs++] = run;
	return &run->run;
}

const char *use_kind_name(enum use_kind k)
{
	static const char *const names[] = {[USE_FIXED] = "fixed",
	                                    [USE_SEQUENTIAL] = "sequential",
	                                    [USE_MORE] = "more"};

	return names[k];
}

const char *items_use_name(enum items_use u)
{
	static const char *const names[] = {[ITEMS_NONE] = "none",
	                                    [ITEMS_UNUSED] = "unused",
	                                    [ITEMS_UNPAIRED] = "unpaired",
	                                    [ITEMS_PAIRED] = "paired"};

	return names[u];
}

void verdict_add_use(struct search *s, const struct verdict_use *use)
{
	struct verdict *v = &s->verdict;

	v->uses = mem_room(v->uses, v->n_uses, &v->cap_uses, sizeof *v->uses);
	v->uses[v->n_uses++] = *use;
}

size_t candidate_runs_over(const struct candidate *c, enum phase phase)
{
	size_t n = 0;

	for (size_t r = 0; r < c->n_runs[phase]; r++)
		n += c->runs[phase][r]->state == RUN_FINISHED;
	return n;
}

bool candidate_ended(const struct candidate *c, enum phase phase)
{
	return candidate_runs_over(c, phase) == c->n_runs[phase];
}

size_t verdict_runs_over(const struct verdict *v, enum phase phase)
{
	size_t most = 0;

	for (size_t i = 0; i < v->n; i++) {
		size_t n = candidate_runs_over(&v->candidates[i], phase);

		most = n > most ? n : most;
	}
	return most;
}
