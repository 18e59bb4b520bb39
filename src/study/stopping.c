#include "study/stopping.h"
#include "record/event_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool stopping_init(struct study *s, struct error *err)
{
	if (s->spec->early.type == EARLY_NONE)
		return true;
	s->monitor = arena_new(&s->arena, 1, sizeof *s->monitor);
	return monitor_init(s->monitor, s->spec, &s->arena, err);
}

/* Writes a decision down; nothing is done about it yet. */
static void decide(struct study *s, const struct trial *t, size_t run,
                   enum monitor_kind kind, const struct judgement *j, double budget,
                   bool last)
{
	struct judgement *why = arena_new(&s->arena, 1, sizeof *why);

	*why = *j;
	record_decision(s, &(struct monitor_event){.kind = kind,
	                                           .trial = t->id,
	                                           .run = (uint32_t)run,
	                                           .why = why,
	                                           .step = budget,
	                                           .last = last});
}

bool stopping_report(struct study *s, struct task *t, struct error *err)
{
	struct judgement j;
	enum decision d;

	if (!s->monitor)
		return true;
	d = monitor_judge(s->monitor, t->trial->id, t->index, &j);
	if (d == DECISION_CONTINUE)
		return true;
	decide(s, t->trial, t->index, d == DECISION_STOP ? MONITOR_STOP : MONITOR_PAUSE,
	       &j, 0, false);
	t->judged = true;
	/* A pause comes by itself: the run knows its budget, and saves itself now. */
	if (d == DECISION_PAUSE)
		return true;
	if (!study_commit(s, false, err))
		return false;
	fleet_stop(&s->fleet, t);
	return true;
}

void stopping_late(struct study *s, struct task *t, const struct report *rep)
{
	const struct watched *w = monitor_run(s->monitor, t->trial->id, t->index);

	if (w->paused && !s->monitor->by_resource && !rep->counted &&
	    rep->step > w->curve.budget)
		fleet_stop(&s->fleet, t);
}

void decision_conclude(const struct study *s, struct run *r,
                       const struct judgement *why, struct arena *a)
{
	static const char word[] = "stopped ";
	struct str text = {0};
	const char *reason;
	bool converged = judgement_converged(why) && isfinite(r->value);

	monitor_reason(s->monitor, why, &text);
	reason = str_text(&text);
	r->state = RUN_FINISHED;
	r->outcome = converged ? OUTCOME_OK : OUTCOME_STOPPED;
	if (strcmp(why->rule, "divergence") == 0)
		r->outcome = OUTCOME_DIVERGED;
	else if (strncmp(reason, word, sizeof word - 1) == 0)
		reason += sizeof word - 1;
	r->reason = arena_strdup(a, reason);
	str_free(&text);
}

bool stopping_stopped(const struct study *s, const struct trial *t, size_t run)
{
	return s->monitor && t->runs[run].outcome == OUTCOME_STOPPED &&
	       !monitor_run(s->monitor, t->id, run)->paused;
}

/* A launch whose budget is a parameter of the command says once how far it came. */
static void take_rung(struct study *s, struct task *t)
{
	struct run *r = t->run;
	struct report rep = {.step = r->budget > 0 ? r->budget : s->monitor->full,
	                     .value = r->value};

	if (!s->monitor->by_resource || r->outcome != OUTCOME_OK)
		return;
	record_rung(s, t->trial, t->index, &rep);
}

void stopping_end(struct study *s, struct task *t)
{
	const struct watched *w;
	struct judgement j;
	struct run *r = t->run;
	uint64_t id = t->trial->id;

	if (!s->monitor)
		return;
	w = monitor_run(s->monitor, id, t->index);
	/* A run that was to pause and failed instead has failed. */
	if (t->judged && (!w->paused || t->stopped || r->outcome == OUTCOME_OK ||
	                  r->outcome == OUTCOME_PREEMPTED)) {
		decision_conclude(s, r, w->why, &s->arena);
		return;
	}
	if (t->judged || r->outcome != OUTCOME_OK)
		return;
	take_rung(s, t);
	if ((s->monitor->by_resource &&
	     monitor_judge(s->monitor, id, t->index, &j) != DECISION_CONTINUE) ||
	    monitor_judge_end(s->monitor, id, t->index, &j) != DECISION_CONTINUE) {
		decide(s, t->trial, t->index,
		       j.decision == DECISION_STOP ? MONITOR_STOP : MONITOR_PAUSE, &j,
		       0, false);
		decision_conclude(s, r, w->why, &s->arena);
	}
}

static void promote(struct study *s, struct trial *t, size_t run, double budget)
{
	search_reopen(s, t);
	s->runs_done--;
	run_promote(&t->runs[run], budget);
}

struct trial *stopping_promote(struct study *s, bool last)
{
	const struct curve *c;
	struct promotion p;
	struct trial *t;

	if (!s->monitor || !monitor_promotion(s->monitor, last, &p))
		return NULL;
	c = s->monitor->all.list[p.curve];
	t = s->trials[c->trial];
	decide(s, t, c->run, MONITOR_PROMOTE, &p.why, p.budget, last);
	promote(s, t, c->run, p.budget);
	return t;
}

void stopping_seen(const struct study *s, const struct trial *t, struct sighting *end)
{
	if (!s->monitor || s->monitor->all.n <= t->id * t->n_runs)
		return;
	for (size_t r = 0; r < t->n_runs; r++) {
		const struct curve *c = &monitor_run(s->monitor, t->id, r)->curve;

		if (!c->n || (t->outcome == OUTCOME_STOPPED &&
		              t->runs[r].outcome != OUTCOME_STOPPED))
			continue;
		end->step = c->points[c->n - 1].step;
		if (t->outcome == OUTCOME_STOPPED) {
			end->value = monitor_value(s->monitor, c);
			end->n_runs = 1;
		}
		return;
	}
}

void stopping_learn(struct study *s, struct trial *t)
{
	const struct watched *w = monitor_run(s->monitor, t->id, 0);
	const struct glimpse *g;

	if (!w->glimpsed || !s->type->adaptive)
		return;
	g = &w->glimpses[w->n_glimpses - 1];
	search_learn(s, t,
	             (struct sighting){.state = SEEN_PENDING,
	                               .value = g->value,
	                               .stderr_ = (double)NAN,
	                               .step = g->step,
	                               .n_runs = 1});
}

bool stopping_apply(struct study *s, struct trial *t, size_t run, const cJSON *e,
                    struct error *err)
{
	struct monitor_event event = {.trial = t->id, .run = (uint32_t)run};

	if (!s->monitor)
		return error_set(err, ERROR_FILE, "a decision that nobody asked for");
	if (!stopping_read_decision(e, &s->arena, &event, err))
		return false;
	if (event.kind == MONITOR_PROMOTE) {
		if (t->runs[run].state != RUN_FINISHED)
			return error_set(err, ERROR_FILE,
			                 "a promotion of a run that is not paused");
		promote(s, t, run, event.step);
	}
	monitor_take(s->monitor, &event);
	return true;
}

const struct judgement *decision_why(const struct study *s, const struct trial *t,
                                     size_t run)
{
	const struct watched *w;

	if (!s->monitor || t->runs[run].state != RUN_FINISHED)
		return NULL;
	w = monitor_run(s->monitor, t->id, run);
	return w->judged ? w->why : NULL;
}

void stopping_resume(struct study *s)
{
	for (size_t i = 0; s->monitor && i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++) {
			struct trial *t = s->trials[i];
			const struct watched *w = monitor_run(s->monitor, i, r);

			if (t->runs[r].state != RUN_RUNNING || !w->judged)
				continue;
			if (t->runs[r].reduction.n)
				t->runs[r].value =
				    run_value(&t->runs[r], &s->spec->metric);
			decision_conclude(s, &t->runs[r], w->why, &s->arena);
			record_end(s, t, r, false);
			s->runs_done++;
			if (trial_settle(t))
				search_settle(s, t);
		}
}
