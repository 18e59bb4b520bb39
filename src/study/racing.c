#include "study/racing.h"
#include "search/answers.h"
#include "search/race.h"
#include "study/apply.h"

static bool is_on(const struct study *s)
{
	return s->search.spec->items.present;
}

static void stop_runs(struct study *s, const struct trial *t)
{
	struct fleet *f = &s->fleet;

	for (size_t i = 0; f->slots && i < f->runner->slots; i++)
		if (f->slots[i] && f->slots[i]->trial == t)
			fleet_stop(f, f->slots[i]);
}

static void leave(struct study *s, uint64_t trial, const struct leaving *why)
{
	study_happen(s, (struct event){.kind = EVENT_LEAVE,
	                               .trial = trial,
	                               .as.leave = {.why = why}});
	stop_runs(s, s->search.trials[trial]);
}

void racing_judge(struct study *s)
{
	struct leaving why;
	uint64_t trial;

	while (is_on(s) && race_next(&s->search, &trial, &why))
		leave(s, trial, &why);
}

bool racing_over(struct study *s)
{
	struct leaving why;
	uint64_t trial;

	if (!is_on(s) || !race_alone(&s->search, &trial, &why))
		return false;
	leave(s, trial, &why);
	return true;
}

void racing_close(struct study *s)
{
	struct leaving why;
	uint64_t trial;

	while (is_on(s) && search_is_over(&s->search) &&
	       race_unfinished(&s->search, &trial, &why))
		leave(s, trial, &why);
}

bool racing_widens(const struct study *s, size_t run)
{
	const struct search *se = &s->search;

	return is_on(s) && run >= se->spec->repeats && !s->no_more &&
	       se->n - se->added < se->cap &&
	       (!s->type->adaptive || se->n < RACING_WIDE);
}

void racing_resume(struct study *s)
{
	struct search *se = &s->search;

	for (size_t i = 0; is_on(s) && i < se->n; i++)
		for (size_t r = 0; r < se->trials[i]->n_runs; r++) {
			const struct run *run = &se->trials[i]->runs[r];
			struct run_end end = run_facts(run);

			if (run->state != RUN_RUNNING || !answers_whole(run))
				continue;
			end.outcome = OUTCOME_OK;
			end.value = run_value(run, &se->spec->metric);
			end.reason = NULL;
			study_happen(
			    s, (struct event){
				   .kind = EVENT_END,
				   .trial = i,
				   .run = (uint32_t)r,
				   .time = se->last_time,
				   .as.end = {.facts = &end, .outcome = end.outcome}});
		}
}

void racing_end(const struct task *t, struct run_end *end)
{
	if (t->phase != PHASE_SEARCH || !t->trial->left || !t->stopped ||
	    answers_whole(t->run))
		return;
	end->outcome = OUTCOME_STOPPED;
	end->reason = t->trial->reason;
}
