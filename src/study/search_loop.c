#include "study/search_loop.h"
#include "record/results.h"
#include "search/prospect.h"
#include "search/race.h"
#include "search/standing.h"
#include "study/added.h"
#include "study/alarm.h"
#include "study/apply.h"
#include "study/artifacts.h"
#include "study/drive.h"
#include "study/idle.h"
#include "study/population.h"
#include "study/propose.h"
#include "study/racing.h"
#include "study/stopping.h"

#include <stdio.h>
#include <string.h>

static const int64_t write_delay = 2 * CLOCK_SECOND;

enum { GUARD_FIRST = 3, GUARD_MANY = 10 };

/* A repeat that waits for a slot, in the order they were asked for; not of a trial that
 * has failed since. */
static struct trial *queued_repeat(struct search *s, size_t *run)
{
	for (size_t i = s->first_repeat; i < s->n_repeats; i++) {
		struct trial *t = s->trials[s->repeats[i].trial];
		const struct run *r = &t->runs[s->repeats[i].run];

		if (r->state == RUN_FINISHED && i == s->first_repeat)
			s->first_repeat++;
		if (r->state == RUN_QUEUED && t->outcome == OUTCOME_OK) {
			*run = s->repeats[i].run;
			return t;
		}
	}
	return NULL;
}

/* A run that waits for a slot, in the order of the trials. */
static struct trial *queued_run(struct study *study, size_t *run)
{
	struct search *s = &study->search;

	if (s->spec->items.present)
		return race_queued(s, run);
	while (s->first_open < s->n &&
	       s->trials[s->first_open]->outcome != OUTCOME_NONE)
		s->first_open++;
	for (size_t i = 0; i < s->n_open; i++) {
		struct trial *t = s->trials[s->open[i]];

		for (size_t r = 0; t->outcome == OUTCOME_NONE && r < t->n_runs; r++) {
			if (run_is_bad(&t->runs[r]))
				break;
			if (t->runs[r].state == RUN_QUEUED) {
				/* A trial that races is repeated when it has come
				 * to the end. */
				if (r && study->monitor && study->monitor->promote &&
				    t->runs[0].state != RUN_FINISHED)
					break;
				*run = r;
				return t;
			}
		}
	}
	return queued_repeat(s, run);
}

static void finish(struct search *s, enum search_state state, const char *why)
{
	if (s->state != SEARCH_RUNNING)
		return;
	s->state = state;
	s->why = why;
}

/* Reasons to begin nothing more. */
static void check_stops(struct search *s)
{
	const struct spec *sp = s->spec;
	const struct metric *m = &sp->metric;
	const char *why;

	if (s->best && m->has_target && trial_feasible(sp, s->best) &&
	    (m->goal == GOAL_MINIMIZE ? s->best->value <= m->target
	                              : s->best->value >= m->target))
		finish(s, SEARCH_DONE,
		       arena_printf(&s->arena,
		                    "the target %g is reached by "
		                    "trial %llu",
		                    m->target, (unsigned long long)s->best->id));
	if (sp->stop_patience && s->best && s->since_best >= sp->stop_patience)
		finish(s, SEARCH_DONE,
		       arena_printf(&s->arena,
		                    sp->n_objectives > 1
		                        ? "no trial that gets on to the front "
		                          "among the last %llu"
		                        : "no better trial among the last %llu",
		                    (unsigned long long)s->since_best));
	if (sp->stop_auto && prospect_stop(s, &why))
		finish(s, SEARCH_DONE, why);
	if (sp->budget_cost > 0 && s->cost >= sp->budget_cost)
		finish(s, SEARCH_BUDGET,
		       arena_printf(&s->arena, "the cost budget of %g is spent",
		                    sp->budget_cost));
	if (sp->budget_time > 0 && search_elapsed(s) >= sp->budget_time)
		finish(s, SEARCH_BUDGET,
		       arena_printf(&s->arena, "the time budget of %g s is spent",
		                    sp->budget_time));
}

/* The strategy may ask for another run of a trial that is known. */
static struct trial *repeat_run(struct study *s, bool last, size_t *run)
{
	struct event e;
	struct trial *t;

	if (search_spent(&s->search) >= s->search.cap || !study_repeat(s, last, &e))
		return NULL;
	study_happen(s, e);
	t = s->search.trials[e.trial];
	*run = t->n_runs - 1;
	return t;
}

/* No trial is left to begin; but what runs may have to be repeated, or promoted. */
static struct trial *nothing_more(struct study *s, const char *why, size_t *run)
{
	struct trial *t = repeat_run(s, true, run);

	if (t)
		return t;
	s->no_more = why;
	racing_over(s);
	if (s->fleet.busy)
		return NULL;
	t = stopping_promote(s, true) ? queued_run(s, run) : NULL;
	if (!t)
		finish(&s->search, SEARCH_DONE, why);
	return t;
}

/* A run of a trial that may be the last one of a race, which need not go on. */
static struct trial *last_one(struct study *s, struct trial *t, size_t *run)
{
	static const char alone[] = "one configuration alone is left";
	struct search *se = &s->search;

	if (!se->spec->items.present || (!s->no_more && se->n - se->added < se->cap) ||
	    !racing_over(s))
		return t;
	return nothing_more(s, alone, run);
}

static struct trial *next_run(struct study *s, size_t *run, enum ask *ask,
                              struct error *err)
{
	const char *why = NULL;
	struct trial *t = queued_run(s, run);
	struct event e;

	*ask = ASK_WAIT;
	if (!t && stopping_promote(s, false))
		t = queued_run(s, run);
	if (t && !racing_widens(s, *run))
		return last_one(s, t, run);
	if (s->no_more)
		return nothing_more(s, s->no_more, run);
	if (search_spent(&s->search) >= s->search.cap)
		return nothing_more(s,
		                    spec_adapts_repeats(s->search.spec)
		                        ? "every run that was asked for is done"
		                        : "every trial that was asked for is done",
		                    run);
	t = repeat_run(s, false, run);
	if (t)
		return t;
	*ask = study_propose(s, &e, &why, err);
	if (*ask == ASK_DONE && t) {
		s->no_more = why;
		return t;
	}
	if (*ask == ASK_DONE)
		return nothing_more(s, why, run);
	if (*ask != ASK_POINT)
		return t;
	study_happen(s, e);
	*run = 0;
	return s->search.trials[s->search.n - 1];
}

/* What a person adds is asked for: it does not wait for a slot that is not to come. */
static struct trial *added_run(struct study *s, size_t *run)
{
	struct event e;

	if (s->search.state != SEARCH_RUNNING || !added_next(s, &e))
		return NULL;
	study_happen(s, e);
	*run = 0;
	return s->search.trials[s->search.n - 1];
}

struct trial *study_next(struct study *s, size_t *run, enum ask *ask, struct error *err)
{
	struct trial *added = added_run(s, run);

	if (added)
		return added;
	*ask = ASK_WAIT;
	if (s->search.state == SEARCH_RUNNING)
		check_stops(&s->search);
	return s->search.state == SEARCH_RUNNING ? next_run(s, run, ask, err) : NULL;
}

/* hpsearch 0.1.0 read no plain text: where it found the metric, objects have it. */
static enum texts reading(const struct search *s)
{
	bool first = s->origin.first_rules && s->any_report;

	return first && s->texts == TEXTS_ASK ? TEXTS_OFF : s->texts;
}

static enum next next(void *self, struct task *task, struct error *err)
{
	struct study *s = self;
	enum ask ask;
	size_t run;
	struct trial *t = study_next(s, &run, &ask, err);

	if (!t)
		return ask == ASK_ERROR ? NEXT_ERROR : NEXT_NONE;
	*task = (struct task){.trial = t,
	                      .key = t->id,
	                      .index = run,
	                      .run = &t->runs[run],
	                      .command = &s->search.spec->command,
	                      .metric = &s->search.spec->metric,
	                      .texts = reading(&s->search)};
	task_folder(task);
	return NEXT_TASK;
}

static void started(void *self, struct task *task)
{
	struct study *s = self;

	if (s->watch.started)
		s->watch.started(s->watch.self, task->trial, task->index);
}

/* Steps that do not rise: said once. */
static void check_steps(struct study *s, const struct task *t)
{
	if (s->told_steps || t->run->steps.trouble == STEPS_RISE)
		return;
	s->told_steps = true;
	if (s->watch.message)
		s->watch.message(s->watch.self,
		                 study_steps_text(s, t->trial, t->index));
}

/* A training that does not go on from checkpoints makes a schedule of nothing. */
static void check_population(struct study *s, const char *trouble)
{
	if (!trouble)
		return;
	finish(&s->search, SEARCH_CONTRACT, trouble);
	fleet_wind_down(&s->fleet, FLEET_KILL);
}

static bool reported(void *self, struct task *task, const struct report *rep,
                     struct error *err)
{
	struct study *s = self;

	if (s->watch.reported)
		s->watch.reported(s->watch.self, task->trial, task->index, rep);
	check_steps(s, task);
	check_population(s, population_report_text(s, task, rep));
	return stopping_report(s, task, err);
}

static void late(void *self, struct task *task, const struct report *rep)
{
	stopping_late(self, task, rep);
}

static void conclude(void *self, struct task *task, struct run_end *end)
{
	stopping_end(self, task, end);
	racing_end(task, end);
}

/* Has some run said all that trials are judged by? */
static bool any_judged(const struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			if (s->trials[i]->runs[r].outcome == OUTCOME_OK)
				return true;
	return false;
}

/* Does it break off a search: the first run that finished lacks a number without which
 * nothing can be ranked, or the command is none? */
static bool breaks_contract(const struct search *s, const struct run *r,
                            const struct run_result *res)
{
	bool lacks = r->outcome == OUTCOME_NO_METRIC;

	if (!s->spec->metric.name)
		return false;
	if (!s->any_report)
		return lacks || res->spawn_errno;
	return lacks && s->spec->n_criteria && r->reduction.n && !any_judged(s);
}

/* The first-run contract and the failure guard: reasons to stop at once. */
static void check_alarms(struct study *s, const struct trial *t, size_t run,
                         const struct run_result *res)
{
	const struct run *r = &t->runs[run];

	s->session_runs++;
	if (outcome_is_failure(r->outcome)) {
		s->session_failures++;
		alarm_keep(s, &s->first_failed, t, run, res);
	} else if (stopping_stopped(s, t, run)) {
		s->session_stopped++;
		alarm_keep(s, &s->first_stopped, t, run, res);
	}
	if (breaks_contract(&s->search, r, res)) {
		finish(&s->search, SEARCH_CONTRACT,
		       study_contract_text(s, t, run, res));
		fleet_wind_down(&s->fleet, FLEET_KILL);
		return;
	}
	if ((s->session_runs == GUARD_FIRST && s->session_failures == GUARD_FIRST) ||
	    (s->session_runs >= GUARD_MANY &&
	     2 * s->session_failures > s->session_runs)) {
		finish(&s->search, SEARCH_GUARD, study_guard_text(s));
		fleet_wind_down(&s->fleet, FLEET_STOP);
	} else if (s->session_stopped && s->session_runs >= GUARD_MANY &&
	           !s->search.ok &&
	           s->session_stopped + s->session_failures == s->session_runs) {
		finish(&s->search, SEARCH_GUARD, study_stopped_text(s));
		fleet_wind_down(&s->fleet, FLEET_STOP);
	}
}

/* Where no notice of the file has said it: a module of the script uses it. */
static void check_wandb(struct study *s, const struct run_result *res)
{
	if (!res->wandb || s->told_wandb || s->search.spec->wandb_noted ||
	    !s->watch.message)
		return;
	s->told_wandb = true;
	s->watch.message(s->watch.self,
	                 arena_printf(&s->search.scratch,
	                              "notice: the training uses wandb: %s",
	                              spec_wandb_text));
}

/* A budget of which nothing is used up ends no search: that is said once. */
static void check_cost(struct study *s, const struct trial *t)
{
	if (s->search.spec->budget_cost > 0 && s->search.ok == 1 &&
	    t->outcome == OUTCOME_OK && !(s->search.cost > 0) && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    s->search.spec->items.present
			? "budget.cost is given, but no run has reported a cost: "
			  "what counts is that of an answer, as in "
			  "{\"item\": \"q17\", \"score\": 0.8, \"cost\": 0.002}"
			: "budget.cost is given, but no run has reported a cost: "
			  "what counts is a line like "
			  "{\"hpsearch\": {\"cost\": 0.1}}");
}

/* What early stopping cannot do with runs like the first one is said then. */
static void check_rule(const struct study *s, const struct trial *t, size_t run)
{
	struct str text = {0};

	if (s->search.ok == 1 && t->outcome == OUTCOME_OK && s->watch.message)
		idle_run_text(s, t, run, &text);
	if (text.len)
		s->watch.message(s->watch.self, str_text(&text));
	str_free(&text);
}

/* results.json can be read at any time; writing it never takes more than a twentieth of
 * the time. */
static bool refresh_results(struct study *s, bool now, struct error *err)
{
	int64_t t = search_ticks(&s->search);

	if (!s->search.dir || (!now && (!s->write_at || t < s->write_at)))
		return true;
	if (!results_write(&s->search, s->monitor, err))
		return false;
	s->write_cost = search_ticks(&s->search) - t;
	s->write_at = 0;
	return true;
}

static void results_due(struct study *s)
{
	int64_t wait =
	    20 * s->write_cost > write_delay ? 20 * s->write_cost : write_delay;

	if (s->search.dir && !s->write_at)
		s->write_at = search_ticks(&s->search) + wait;
}

/* The first run that finished with the metric says where it is, for all. */
static void check_reading(struct study *s, const struct run_result *res)
{
	const struct metric *m = &s->search.spec->metric;

	if (s->search.texts != TEXTS_ASK || !m->name || m->pattern || m->file ||
	    !res->reports || res->exit)
		return;
	study_happen(s, (struct event){.kind = EVENT_READING,
	                               .as.reading = {.text = res->by_text,
	                                              .line = res->text_line}});
	if (res->by_text && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    arena_printf(&s->search.scratch,
		                 "%s is read from lines of plain text, since no "
		                 "JSON holds it; the first: %s",
		                 m->name, res->text_line));
}

static void ended(void *self, struct task *task, const struct run_result *res,
                  bool again)
{
	struct study *s = self;
	struct trial *t = s->search.trials[task->trial->id];
	size_t run = task->index;

	check_reading(s, res);
	if (again) {
		if (t->id < s->search.first_open)
			s->search.first_open = t->id;
		if (s->watch.retrying)
			s->watch.retrying(s->watch.self, t, run, t->runs[run].outcome);
	} else {
		check_alarms(s, t, run, res);
		check_population(s, population_end_text(s, t));
		check_cost(s, t);
		check_rule(s, t, run);
		check_wandb(s, res);
		if (s->watch.finished)
			s->watch.finished(s->watch.self, t, run);
	}
	racing_judge(s);
	artifacts_ended(s, t);
	results_due(s);
}

/* Where nobody asked for the end of a run, the machine is to blame. */
static void cut(void *self, struct task *task, const struct run_result *res)
{
	struct study *s = self;
	const struct trial *t = task->trial;

	if (s->watch.retrying)
		s->watch.retrying(s->watch.self, t, task->index, OUTCOME_NONE);
	if (s->fleet.stage != FLEET_OPEN || !s->watch.message)
		return;
	s->watch.message(
	    s->watch.self,
	    arena_printf(&s->search.scratch,
	                 "trial %llu run %zu is queued again, through no fault "
	                 "of its own: %s",
	                 (unsigned long long)t->id, task->index,
	                 res->machine_errno ? strerror(res->machine_errno)
	                 : res->host        ? "its agent was lost"
	                                    : "its supervisor was lost"));
}

/* A results file that finds no room now is written later: the journal has it all. */
static bool turned(void *self, struct error *err)
{
	struct study *s = self;

	artifacts_turn(s);
	if (!refresh_results(s, false, err))
		s->write_at = search_ticks(&s->search) + write_delay;
	return true;
}

static size_t left(void *self)
{
	struct study *s = self;
	const struct search *se = &s->search;
	uint64_t made = se->n - se->added, more = 0;
	size_t queued = 0;

	if (s->monitor && s->monitor->promote)
		return SIZE_MAX;
	if (!s->no_more && se->cap > made)
		more = se->cap - made;
	if (more > UINT32_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i < se->n_open; i++) {
		const struct trial *t = se->trials[se->open[i]];

		for (size_t r = 0; t->outcome == OUTCOME_NONE && r < t->n_runs; r++)
			queued += t->runs[r].state == RUN_QUEUED;
	}
	return (size_t)more * se->spec->repeats + queued;
}

/* Of a budget that is spent, or a trial that is over, nothing more begins. */
static bool wanted(void *self, const struct task *t)
{
	struct study *s = self;

	check_stops(&s->search);
	return s->search.state == SEARCH_RUNNING &&
	       trial_runs_ok(t->trial) == trial_runs_over(t->trial);
}

static const struct driver searching = {.next = next,
                                        .happen = drive_happen,
                                        .commit = drive_commit,
                                        .stuck = drive_stuck,
                                        .started = started,
                                        .reported = reported,
                                        .late = late,
                                        .conclude = conclude,
                                        .ended = ended,
                                        .cut = cut,
                                        .signalled = drive_signalled,
                                        .tick = drive_tick,
                                        .now = drive_now,
                                        .pace = drive_pace,
                                        .deadline = drive_deadline,
                                        .left = left,
                                        .wanted = wanted,
                                        .turned = turned,
                                        .message = drive_message};

void study_start(struct study *s)
{
	s->search.started = search_ticks(&s->search);
	s->search.state = SEARCH_RUNNING;
	s->search.advised = 0;
	s->search.finish_recorded = false;
	s->no_more = NULL;
	s->session_runs = s->session_failures = s->session_stopped = 0;
	s->first_failed = s->first_stopped = (struct first_run){0};
	if (s->chosen_why && !s->search.n)
		drive_message(s, s->chosen_why);
}

void study_finish(struct study *s)
{
	racing_close(s);
	study_happen(s, (struct event){.kind = EVENT_FINISH,
	                               .as.finish = {.state = (int)s->search.state,
	                                             .why = s->search.why}});
	s->search.model = (struct advice_model){0};
	prospect_judge(&s->search);
	s->search.ended = search_now(&s->search);
}

bool study_run(struct study *s, struct runner *r, struct error *err)
{
	struct loop loop;
	struct fleet_event e;
	struct error late;
	bool ok;

	study_start(s);
	artifacts_sweep(s);
	s->parallel = r->slots;
	fleet_free(&s->fleet);
	fleet_init(&s->fleet, s->search.spec, r, s->search.dir, &s->search.arena);
	loop_init(&loop, &s->fleet, &searching, s);
	ok = loop_run(&loop, err);
	loop_free(&loop);
	/* A strategy that was thinking has let a signal go before. */
	if (ok && s->search.state == SEARCH_RUNNING &&
	    fleet_wait(&s->fleet, 0, &e, &late) && e.kind == FLEET_SIGNAL)
		drive_signalled(s);
	if (!ok)
		return refresh_results(s, true, &late) && false;
	study_finish(s);
	return study_commit(s, true, err) && refresh_results(s, true, err);
}
