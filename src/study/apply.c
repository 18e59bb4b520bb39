#include "study/apply.h"
#include "record/event_json.h"
#include "search/lineage.h"
#include "search/race.h"
#include "search/standing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lines of a search whose proposals do not depend on results may reach the disk a
 * moment later: a power cut then costs at most this much, a kill of the driver nothing.
 */
static const int64_t sync_delay = CLOCK_SECOND / 10;

static bool misplaced(struct error *err, const char *what)
{
	return error_set(err, ERROR_FILE, "%s that does not fit what came before it",
	                 what);
}

/* The whole of a search. */

static void apply_search(struct search *s, const struct search_origin *o)
{
	if (s->begun)
		return;
	s->begun = true;
	s->origin.started = o->started;
	s->origin.first_rules = o->first_rules;
	if (o->folder && !s->origin.folder)
		s->origin.folder = arena_strdup(&s->arena, o->folder);
	if (o->git)
		s->origin.git = arena_strdup(&s->arena, o->git);
	if (o->host)
		s->origin.host = arena_strdup(&s->arena, o->host);
}

static void resume_pace(struct search *s, double now)
{
	pace_resume(&s->pace, now);
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			pace_resume_run(&s->trials[i]->runs[r], s->spec, now);
	for (size_t i = 0; i < s->verdict.n_runs; i++)
		pace_resume_run(&s->verdict.runs[i]->run, s->spec, now);
}

static void apply_session(struct study *s, const struct event *e)
{
	struct search *se = &s->search;

	study_requeue_interrupted(s);
	resume_pace(se, e->time);
	se->elapsed_before += se->last_time - se->session_start;
	if (!isnan(e->time))
		se->last_time = e->time;
	se->session_start = se->last_time;
	se->origin.max_trials = e->as.session.max_trials;
	se->code =
	    e->as.session.code ? arena_strdup(&se->arena, e->as.session.code) : NULL;
	se->origin.slots =
	    e->as.session.slots ? arena_strdup(&se->arena, e->as.session.slots) : NULL;
	se->state = SEARCH_RUNNING;
	se->finish_recorded = false;
	if (s->monitor)
		monitor_take(s->monitor, e);
}

static void apply_finish(struct search *s, const struct event *e)
{
	const struct search_totals *t = e->as.finish.totals;

	s->state = (enum search_state)e->as.finish.state;
	s->why = e->as.finish.why ? arena_strdup(&s->arena, e->as.finish.why) : NULL;
	s->finish_recorded = true;
	if (!t)
		return;
	s->elapsed_before = t->elapsed;
	s->cap = t->cap;
	s->verdict.test_uses = t->test_uses;
}

static void apply_reading(struct search *s, const struct event *e)
{
	s->texts = e->as.reading.text ? TEXTS_ON : TEXTS_OFF;
	if (e->as.reading.text && e->as.reading.line)
		s->text_line = arena_strdup(&s->arena, e->as.reading.line);
}

static const char *kept(struct search *s, const char *text)
{
	return text ? arena_strdup(&s->arena, text) : NULL;
}

static void apply_purpose(struct search *s, const struct purpose *p)
{
	struct purpose *own = &s->purpose;

	*own = *p;
	own->of = kept(s, p->of);
	own->host = kept(s, p->host);
	own->git = kept(s, p->git);
	own->code = kept(s, p->code);
	own->was = arena_new(&s->arena, p->n_was + 1, sizeof *own->was);
	for (size_t i = 0; i < p->n_was; i++) {
		struct purpose_was *w = &own->was[i];

		*w = p->was[i];
		w->seeds = arena_new(&s->arena, w->n + 1, sizeof *w->seeds);
		w->values = arena_new(&s->arena, w->n + 1, sizeof *w->values);
		for (size_t k = 0; k < w->n; k++) {
			w->seeds[k] = p->was[i].seeds[k];
			w->values[k] = p->was[i].values[k];
		}
	}
}

/* Trials. */

static bool apply_trial(struct study *s, const struct event *e, struct error *err)
{
	struct trial *t;

	if (e->trial != s->search.n)
		return misplaced(err, "a trial");
	if (!lineage_fits(&s->search, &e->as.proposal.line, err))
		return false;
	t = search_add(&s->search, e->as.proposal.point, e->as.proposal.origin,
	               e->as.proposal.known_upto);
	lineage_join(&s->search, &e->as.proposal.line);
	t->thrift = e->as.proposal.thrift;
	s->search.weighed_time |= t->thrift.of_time;
	t->added = e->as.proposal.added;
	if (e->as.proposal.label)
		t->label = arena_strdup(&s->search.arena, e->as.proposal.label);
	s->search.given += t->origin == ORIGIN_POINT;
	s->search.added += t->origin == ORIGIN_ADDED;
	if (t->added > s->search.added_upto)
		s->search.added_upto = t->added;
	for (size_t r = 0; s->monitor && r < t->n_runs; r++)
		t->runs[r].budget = monitor_first_budget(s->monitor, t->id, r);
	if (s->monitor)
		monitor_take(s->monitor, e);
	return true;
}

/* A journal tells of it when its trial is known, a results file before its runs. */
static bool apply_repeat(struct study *s, const struct event *e, struct error *err)
{
	struct search *se = &s->search;
	bool filed = e->as.repeat.filed;
	struct repeat asked = {.trial = e->trial,
	                       .known_upto = e->as.repeat.known_upto,
	                       .cap = e->as.repeat.cap,
	                       .last = e->as.repeat.last,
	                       .after = filed ? e->as.repeat.after : se->n};
	struct run *r = NULL;

	if (e->trial < se->n && (filed || se->trials[e->trial]->outcome == OUTCOME_OK))
		r = search_repeat(
		    se, filed ? (size_t)e->as.repeat.number : se->n_repeats, &asked);
	if (!r)
		return misplaced(err, "a repeat");
	r->extra = !e->as.repeat.ended;
	return true;
}

static void settle(struct study *s, struct trial *t, uint64_t order)
{
	struct observation end;

	if (t->outcome != OUTCOME_NONE || !trial_settle(t))
		return;
	trial_measure(s->search.spec, t, &s->search.arena);
	end = search_observation(&s->search, t);
	end.order = order;
	if (s->monitor)
		monitor_seen(s->monitor, t, &end);
	search_settle(&s->search, t, end);
}

void study_requeue_interrupted(struct study *s)
{
	struct search *se = &s->search;

	for (size_t i = 0; i < se->n; i++) {
		struct trial *t = se->trials[i];

		for (size_t r = 0; r < t->n_runs; r++)
			if (t->runs[r].state == RUN_RUNNING)
				t->runs[r].state = RUN_QUEUED;
		settle(s, t, 0);
	}
	for (size_t i = 0; i < se->verdict.n_runs; i++)
		if (se->verdict.runs[i]->run.state == RUN_RUNNING)
			se->verdict.runs[i]->run.state = RUN_QUEUED;
}

/* Runs. */

/* A step that was only counted is none where the file names one; where the budget is a
 * parameter, the curve is made of whole launches. */
static void watch_report(struct study *s, const struct event *e)
{
	struct event seen = *e;
	struct observation observation;
	const struct early *early = &s->search.spec->early;

	seen.kind = EVENT_REPORT;
	if (e->kind == EVENT_REPORT && (e->as.report.counted || early->resource))
		seen.as.report.step = (double)NAN;
	monitor_take(s->monitor, &seen);
	if (e->run == 0 && s->type->adaptive &&
	    monitor_milestone(s->monitor, e->trial, &observation))
		search_learn(&s->search, s->search.trials[e->trial], observation);
}

static void watch(struct study *s, const struct event *e)
{
	if (!s->monitor)
		return;
	if (e->kind == EVENT_REPORT || e->kind == EVENT_RUNG)
		watch_report(s, e);
	else
		monitor_take(s->monitor, e);
}

static bool apply_decision(struct study *s, struct trial *t, struct run *r,
                           const struct event *e, struct error *err)
{
	if (!s->monitor)
		return error_set(err, ERROR_FILE, "a decision that nobody asked for");
	if (e->kind == EVENT_PROMOTE) {
		if (r->state != RUN_FINISHED)
			return error_set(err, ERROR_FILE,
			                 "a promotion of a run that is not paused");
		search_reopen(&s->search, t);
		s->search.runs_done--;
		run_apply(r, e, s->search.spec->metric.goal);
	}
	watch(s, e);
	return true;
}

static void apply_end(struct study *s, struct trial *t, struct run *r,
                      const struct event *e)
{
	double before = r->cost;

	run_apply(r, e, s->search.spec->metric.goal);
	s->search.cost += r->cost - before;
	if (!e->as.end.again) {
		s->search.runs_done++;
		watch(s, e);
		if (r->extra && t->outcome != OUTCOME_NONE)
			search_unsettle(&s->search, t);
	}
	settle(s, t, e->as.end.order);
}

static void apply_report(struct study *s, struct run *r, const struct event *e)
{
	double before = r->cost;

	s->search.any_report = true;
	run_apply(r, e, s->search.spec->metric.goal);
	s->search.cost += r->cost - before;
	/* Beyond the kept ones a run's reports only count. */
	if (r->reports_total <= RUN_REPORTS_MAX)
		watch(s, e);
}

static bool apply_leave(struct study *s, const struct event *e, struct error *err)
{
	struct trial *t = e->trial < s->search.n ? s->search.trials[e->trial] : NULL;
	struct leaving *l;

	if (!t || t->outcome != OUTCOME_NONE || t->left ||
	    !s->search.spec->items.present)
		return misplaced(err, "a trial that left");
	l = arena_new(&s->search.arena, 1, sizeof *l);
	*l = *e->as.leave.why;
	t->left = l;
	t->reason = race_text(l, t->id, &s->search.arena);
	settle(s, t, e->as.leave.order);
	return true;
}

static struct run *trial_run(const struct study *s, const struct event *e)
{
	if (e->trial >= s->search.n || e->run >= s->search.trials[e->trial]->n_runs)
		return NULL;
	return &s->search.trials[e->trial]->runs[e->run];
}

static bool apply_trial_run(struct study *s, const struct event *e, struct error *err)
{
	struct run *r = trial_run(s, e);
	struct trial *t = r ? s->search.trials[e->trial] : NULL;

	if (!r)
		return misplaced(err, "an event of a run");
	if (e->kind == EVENT_START && s->search.code)
		t->code = s->search.code;
	switch (e->kind) {
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_PROMOTE: return apply_decision(s, t, r, e, err);
	case EVENT_START:
		run_apply(r, e, s->search.spec->metric.goal);
		pace_begun(&s->search.pace, s->search.spec, r, e->time);
		watch(s, e);
		break;
	case EVENT_REPORT: apply_report(s, r, e); break;
	case EVENT_RUNG: watch(s, e); break;
	case EVENT_END: apply_end(s, t, r, e); break;
	case EVENT_CUT:
		run_apply(r, e, s->search.spec->metric.goal);
		s->search.cost += e->as.cost;
		settle(s, t, 0);
		break;
	case EVENT_REQUEUE:
		search_reopen(&s->search, t);
		run_apply(r, e, s->search.spec->metric.goal);
		break;
	case EVENT_SEARCH:
	case EVENT_SESSION:
	case EVENT_WARM_START:
	case EVENT_TRIAL:
	case EVENT_REPEAT:
	case EVENT_OBSERVED:
	case EVENT_LEAVE:
	case EVENT_READING:
	case EVENT_TEST_USE:
	case EVENT_PURPOSE:
	case EVENT_FINISH: break;
	}
	return true;
}

/* A run of the verification: no trial, no strategy and no monitor hears of it. */
static bool apply_verification(struct study *s, const struct event *e)
{
	struct search *se = &s->search;
	const struct metric *m = e->phase == PHASE_TEST && se->spec->test.metric.name
	                             ? &se->spec->test.metric
	                             : &se->spec->metric;

	struct run *r = verdict_run(se, e->phase, e->trial, e->run);

	run_apply(r, e, m->goal);
	if (e->kind == EVENT_START) {
		se->verdict.test_uses += e->phase == PHASE_TEST;
		pace_begun(&se->pace, se->spec, r, e->time);
	}
	return true;
}

/* The time of an event counts for its session; not the pause before a session. A clock
 * that was set back must not make time run backwards. */
static void take_time(struct search *s, const struct event *e)
{
	if (isnan(e->time) || e->kind == EVENT_SEARCH || e->kind == EVENT_SESSION)
		return;
	s->last_time = fmax(e->time, s->last_time);
	s->ended = s->last_time;
}

bool study_apply(struct study *s, const struct event *e, struct error *err)
{
	take_time(&s->search, e);
	switch (e->kind) {
	case EVENT_SEARCH: apply_search(&s->search, e->as.search); return true;
	case EVENT_SESSION: apply_session(s, e); return true;
	case EVENT_WARM_START:
		warm_append(&s->search.warm, e->as.warm.from, e->as.warm.source,
		            &s->search.arena);
		return true;
	case EVENT_TRIAL: return apply_trial(s, e, err);
	case EVENT_REPEAT: return apply_repeat(s, e, err);
	case EVENT_OBSERVED:
		if (e->trial >= s->search.n)
			return misplaced(err, "an observation");
		search_learn(&s->search, s->search.trials[e->trial], *e->as.observed);
		return true;
	case EVENT_FINISH: apply_finish(&s->search, e); return true;
	case EVENT_LEAVE: return apply_leave(s, e, err);
	case EVENT_READING: apply_reading(&s->search, e); return true;
	case EVENT_TEST_USE: verdict_add_use(&s->search, e->as.use); return true;
	case EVENT_PURPOSE: apply_purpose(&s->search, e->as.purpose); return true;
	case EVENT_START:
	case EVENT_REPORT:
	case EVENT_RUNG:
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_PROMOTE:
	case EVENT_END:
	case EVENT_CUT:
	case EVENT_REQUEUE: break;
	}
	return e->phase == PHASE_SEARCH ? apply_trial_run(s, e, err)
	                                : apply_verification(s, e);
}

/* A flood of reports is counted, not written. */
static bool is_worth_a_line(struct study *s, const struct event *e)
{
	const struct run *r;

	if (e->kind != EVENT_REPORT)
		return true;
	r = e->phase == PHASE_SEARCH
	        ? trial_run(s, e)
	        : verdict_run(&s->search, e->phase, e->trial, e->run);
	return r && (r->reports_total < RUN_REPORTS_MAX || r->goes_on);
}

void study_happen(struct study *s, struct event e)
{
	struct error err;

	if (!(e.time > 0))
		e.time = search_now(&s->search);
	if (s->journal && is_worth_a_line(s, &e)) {
		event_write(&e, s->search.spec, &s->line);
		journal_add(s->journal, str_text(&s->line));
	}
	/* What does not fit here is a mistake of this program. */
	if (!study_apply(s, &e, &err))
		abort();
}

bool study_commit(struct study *s, bool sync_now, struct error *err)
{
	int64_t now;

	if (!s->journal)
		return true;
	if (sync_now || s->type->adaptive)
		return journal_sync(s->journal, err);
	if (!journal_flush(s->journal, err))
		return false;
	now = search_ticks(&s->search);
	if (!journal_dirty(s->journal)) {
		s->sync_at = 0;
		return true;
	}
	if (!s->sync_at)
		s->sync_at = now + sync_delay;
	if (now < s->sync_at)
		return true;
	s->sync_at = 0;
	return journal_sync(s->journal, err);
}

int study_stuck(const struct study *s)
{
	return s->journal ? journal_stuck(s->journal) : EIO;
}
