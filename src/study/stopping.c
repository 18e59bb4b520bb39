#include "study/stopping.h"
#include "early/decision.h"
#include "study/apply.h"

#include <errno.h>

/* Writes a decision down; nothing is done about it yet. */
static void decide(struct study *s, enum event_kind kind, uint64_t trial, size_t run,
                   const struct judgement *j, double budget, bool last)
{
	struct judgement *why = arena_new(&s->search.arena, 1, sizeof *why);

	*why = *j;
	study_happen(s,
	             (struct event){
			 .kind = kind,
			 .trial = trial,
			 .run = (uint32_t)run,
			 .as.decision = {.why = why, .budget = budget, .last = last}});
}

bool stopping_report(struct study *s, struct task *t, struct error *err)
{
	struct judgement j;
	enum decision d;

	if (!s->monitor || t->run->reports_total > RUN_REPORTS_MAX)
		return true;
	d = monitor_judge(s->monitor, t->trial->id, t->index, &j);
	if (d == DECISION_CONTINUE)
		return true;
	decide(s, d == DECISION_STOP ? EVENT_STOP : EVENT_PAUSE, t->trial->id, t->index,
	       &j, 0, false);
	t->judged = true;
	/* A pause comes by itself: the run knows its budget, and saves itself now. */
	if (d == DECISION_PAUSE)
		return true;
	/* A disk that is full now does not keep a run going. */
	if (!study_commit(s, false, err) && study_stuck(s) == EIO)
		return false;
	fleet_stop(&s->fleet, t);
	return true;
}

void stopping_late(struct study *s, struct task *t, const struct report *rep)
{
	const struct watched *w;

	if (!s->monitor)
		return;
	w = monitor_run(s->monitor, t->trial->id, t->index);
	if (w->paused && !s->monitor->by_resource && !rep->counted &&
	    rep->step > w->curve.budget)
		fleet_stop(&s->fleet, t);
}

bool stopping_stopped(const struct study *s, const struct trial *t, size_t run)
{
	return s->monitor && t->runs[run].outcome == OUTCOME_STOPPED &&
	       !monitor_run(s->monitor, t->id, run)->paused;
}

/* A launch whose budget is a parameter of the command says once how far it came. */
static void take_rung(struct study *s, struct task *t, const struct run_end *end)
{
	double budget = t->run->budget;

	if (!s->monitor->by_resource || end->outcome != OUTCOME_OK)
		return;
	study_happen(
	    s,
	    (struct event){.kind = EVENT_RUNG,
	                   .trial = t->trial->id,
	                   .run = (uint32_t)t->index,
	                   .as.report = {.step = budget > 0 ? budget : s->monitor->full,
	                                 .value = end->value}});
}

void stopping_end(struct study *s, struct task *t, struct run_end *end)
{
	struct arena *a = &s->search.arena;
	const struct watched *w;
	struct judgement j;
	uint64_t id = t->trial->id;

	if (!s->monitor)
		return;
	w = monitor_run(s->monitor, id, t->index);
	/* A run that was to pause and failed instead has failed. */
	if (t->judged && (!w->paused || t->stopped || end->outcome == OUTCOME_OK ||
	                  end->outcome == OUTCOME_PREEMPTED)) {
		decision_conclude(s->monitor, w->why, end, a);
		return;
	}
	if (t->judged || end->outcome != OUTCOME_OK)
		return;
	take_rung(s, t, end);
	if ((s->monitor->by_resource &&
	     monitor_judge(s->monitor, id, t->index, &j) != DECISION_CONTINUE) ||
	    monitor_judge_end(s->monitor, id, t->index, &j) != DECISION_CONTINUE) {
		decide(s, j.decision == DECISION_STOP ? EVENT_STOP : EVENT_PAUSE, id,
		       t->index, &j, 0, false);
		decision_conclude(s->monitor, w->why, end, a);
	}
}

bool stopping_promote(struct study *s, bool last)
{
	const struct curve *c;
	struct promotion p;

	if (!s->monitor || !monitor_promotion(s->monitor, last, &p))
		return false;
	c = s->monitor->all.list[p.curve];
	decide(s, EVENT_PROMOTE, c->trial, c->run, &p.why, p.budget, last);
	return true;
}

/* A run that was decided upon and not yet over: what it had said is what it came to. */
static void conclude(struct study *s, struct trial *t, size_t r)
{
	const struct run *run = &t->runs[r];
	struct run_end end = run_facts(run);

	if (run->reduction.n)
		end.value = run_value(run, &s->search.spec->metric);
	decision_conclude(s->monitor, monitor_run(s->monitor, t->id, r)->why, &end,
	                  &s->search.arena);
	study_happen(s,
	             (struct event){.kind = EVENT_END,
	                            .trial = t->id,
	                            .run = (uint32_t)r,
	                            .time = s->search.last_time,
	                            .as.end = {.facts = &end, .outcome = end.outcome}});
}

bool stopping_heard(struct study *s, uint64_t trial, size_t run)
{
	struct judgement j;
	enum decision d = DECISION_CONTINUE;

	if (s->monitor)
		d = monitor_judge(s->monitor, trial, run, &j);
	if (d != DECISION_CONTINUE)
		decide(s, d == DECISION_STOP ? EVENT_STOP : EVENT_PAUSE, trial, run, &j,
		       0, false);
	return d != DECISION_CONTINUE;
}

/* A driver that was killed behind a report, before it wrote down what follows from it:
 * that still follows, whether the training would make the report again or not. */
void stopping_pay_debt(struct study *s)
{
	const struct monitor *m = s->monitor;
	const struct event *last = m && m->n_log ? &m->log[m->n_log - 1] : NULL;

	if (last && last->kind == EVENT_REPORT &&
	    s->search.trials[last->trial]->runs[last->run].state == RUN_RUNNING)
		stopping_heard(s, last->trial, last->run);
}

void stopping_resume(struct study *s)
{
	for (size_t i = 0; s->monitor && i < s->search.n; i++) {
		struct trial *t = s->search.trials[i];

		for (size_t r = 0; r < t->n_runs; r++)
			if (t->runs[r].state == RUN_RUNNING &&
			    monitor_run(s->monitor, i, r)->judged)
				conclude(s, t, r);
	}
}
