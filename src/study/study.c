#include "study/study.h"
#include "base/clock.h"
#include "record/event_json.h"
#include "record/results.h"
#include "search/advise.h"
#include "study/alarm.h"
#include "study/idle.h"
#include "study/propose.h"
#include "study/stopping.h"
#include "study/verify.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines of a search whose proposals do not depend on results may reach the disk a
 * moment later: a power cut then costs at most this much, a kill of the driver nothing.
 */
static const int64_t sync_delay = CLOCK_SECOND / 10;
static const int64_t write_delay = 2 * CLOCK_SECOND;

enum { GUARD_FIRST = 3, GUARD_MANY = 10, PREEMPTIONS_MAX = 100 };

const char *search_state_name(enum search_state s)
{
	static const char *const names[] = {
	    [SEARCH_RUNNING] = "running",   [SEARCH_DONE] = "done",
	    [SEARCH_BUDGET] = "budget",     [SEARCH_INTERRUPTED] = "interrupted",
	    [SEARCH_CONTRACT] = "contract", [SEARCH_GUARD] = "guard"};

	return names[s];
}

static bool init_baseline(struct study *s, struct error *err)
{
	struct coord *point = arena_new(&s->arena, s->spec->space.n, sizeof *point);
	bool any = false;

	if (!space_defaults(&s->spec->space, point, &any, err))
		return false;
	s->baseline = any ? point : NULL;
	return true;
}

bool study_init(struct study *s, const struct spec *spec, const struct study_options *o,
                struct error *err)
{
	*s = (struct study){.spec = spec, .watch = o->watch, .origin = o->origin};
	s->wall_epoch = clock_wall() - 1e-9 * (double)clock_now();
	s->verdict.winner = s->verdict.baseline = SIZE_MAX;
	s->dir = o->dir ? arena_strdup(&s->arena, o->dir) : NULL;
	s->cap = o->max_trials ? o->max_trials : spec_trial_cap(spec);
	s->parallel = spec->parallel;
	return init_baseline(s, err) && propose_begin(s, err) && stopping_init(s, err);
}

void study_free(struct study *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			free(s->trials[i]->runs[r].reports);
	verdict_free(&s->verdict);
	if (s->monitor)
		monitor_free(s->monitor);
	propose_end(s);
	free(s->warm.earlier);
	journal_close(s->journal);
	fleet_free(&s->fleet);
	free(s->trials);
	free(s->open);
	free(s->seen);
	free(s->tasks);
	str_free(&s->line);
	arena_free(&s->arena);
	arena_free(&s->scratch);
	*s = (struct study){0};
}

/* Where a trial is among the open ones, or belongs. */
static size_t open_at(const struct study *s, uint64_t id)
{
	size_t low = 0, high = s->n_open;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->open[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void open_add(struct study *s, uint64_t id)
{
	size_t i = open_at(s, id);

	s->open = mem_room(s->open, s->n_open, &s->cap_open, sizeof *s->open);
	memmove(s->open + i + 1, s->open + i, (s->n_open - i) * sizeof *s->open);
	s->open[i] = id;
	s->n_open++;
}

static void open_remove(struct study *s, uint64_t id)
{
	size_t i = open_at(s, id);

	if (i == s->n_open || s->open[i] != id)
		return;
	s->n_open--;
	memmove(s->open + i, s->open + i + 1, (s->n_open - i) * sizeof *s->open);
}

struct trial *search_add(struct study *s, const struct coord *point, enum origin origin,
                         uint64_t seen)
{
	const struct space *sp = &s->spec->space;
	struct trial *t = arena_new(&s->arena, 1, sizeof *t);
	const struct value **values = arena_new(&s->arena, sp->n, sizeof *values);
	size_t cap = s->cap_trials;

	space_decode(sp, point, &s->arena, values);
	*t = (struct trial){.id = s->n,
	                    .origin = origin,
	                    .point = point,
	                    .values = values,
	                    .n_runs = s->spec->repeats,
	                    .seen = seen,
	                    .value = (double)NAN,
	                    .stderr_ = (double)NAN};
	t->runs = arena_new(&s->arena, t->n_runs, sizeof *t->runs);
	for (size_t r = 0; r < t->n_runs; r++) {
		t->runs[r].seed = seed_of_run(s->spec->seed, t->id, r);
		t->runs[r].value = (double)NAN;
		t->runs[r].budget =
		    s->monitor ? monitor_first_budget(s->monitor, t->id, r) : 0;
	}
	s->trials = mem_room(s->trials, s->n, &s->cap_trials, sizeof(struct trial *));
	if (cap != s->cap_trials)
		s->seen = mem_grow(s->seen, s->cap_trials, sizeof *s->seen);
	s->trials[s->n] = t;
	s->seen[s->n] = (struct seen){.point = point, .values = values};
	open_add(s, s->n);
	s->n++;
	return t;
}

static bool better(const struct study *s, const struct trial *a, const struct trial *b)
{
	if (a->value != b->value)
		return (s->spec->metric.goal == GOAL_MINIMIZE) == (a->value < b->value);
	return a->id < b->id;
}

static double cost_of(const struct trial *t)
{
	double sum = 0;

	for (size_t r = 0; r < t->n_runs; r++)
		sum += t->runs[r].cost;
	return sum;
}

static enum seen_state seen_state(enum outcome o)
{
	return o == OUTCOME_OK           ? SEEN_OK
	       : o == OUTCOME_STOPPED    ? SEEN_STOPPED
	       : o == OUTCOME_INFEASIBLE ? SEEN_INFEASIBLE
	                                 : SEEN_FAILED;
}

double search_sign(const struct study *s)
{
	return s->spec->metric.goal == GOAL_MINIMIZE ? 1 : -1;
}

void search_learn(struct study *s, struct trial *t, struct sighting sighting)
{
	struct seen *seen = &s->seen[t->id];
	struct sighting *list;

	s->learnt++;
	if (!sighting.order)
		sighting.order = s->spec->deterministic ? t->id + 1 : s->learnt;
	if (!(seen->n & (seen->n - 1))) { /* full at every power of two */
		list = arena_new(&s->arena, seen->n ? 2 * seen->n : 1, sizeof *list);
		for (size_t i = 0; i < seen->n; i++)
			list[i] = seen->sightings[i];
		seen->sightings = list;
	}
	seen->sightings[seen->n++] = sighting;
}

void search_settle(struct study *s, struct trial *t)
{
	double sign = search_sign(s);
	struct sighting end = {.order = t->order,
	                       .state = seen_state(t->outcome),
	                       .value = sign * t->value,
	                       .stderr_ = t->stderr_,
	                       .step = (double)NAN,
	                       .n_runs = t->n_runs,
	                       .cost = cost_of(t)};

	open_remove(s, t->id);
	s->finished++;
	s->outcomes[t->outcome]++;
	s->since_best++;
	stopping_seen(s, t, &end);
	search_learn(s, t, end);
	t->order = s->seen[t->id].sightings[s->seen[t->id].n - 1].order;
	if (t->outcome != OUTCOME_OK)
		return;
	s->ok++;
	if (s->spec->metric.name && (!s->best || better(s, t, s->best))) {
		s->best = t;
		s->since_best = 0;
	}
}

void search_reopen(struct study *s, struct trial *t)
{
	if (t->outcome == OUTCOME_NONE)
		return;
	s->finished--;
	s->outcomes[t->outcome]--;
	s->since_best -= s->since_best > 0;
	t->outcome = OUTCOME_NONE;
	open_add(s, t->id);
	t->reason = NULL;
	t->order = 0;
	search_learn(s, t,
	             (struct sighting){.state = SEEN_PENDING,
	                               .value = (double)NAN,
	                               .stderr_ = (double)NAN,
	                               .step = (double)NAN});
	if (t->id < s->first_open)
		s->first_open = t->id;
}

double search_now(const struct study *s)
{
	return s->wall_epoch + 1e-9 * (double)clock_now();
}

double search_elapsed(const struct study *s)
{
	double now = s->started ? (double)(clock_now() - s->started) / 1e9 : 0;

	return s->elapsed_before + now;
}

/* A run that waits for a slot, in the order of the trials. */
static struct trial *queued_run(struct study *s, size_t *run)
{
	while (s->first_open < s->n &&
	       s->trials[s->first_open]->outcome != OUTCOME_NONE)
		s->first_open++;
	for (size_t i = 0; i < s->n_open; i++) {
		struct trial *t = s->trials[s->open[i]];

		for (size_t r = 0; t->outcome == OUTCOME_NONE && r < t->n_runs; r++) {
			if (t->runs[r].state == RUN_FINISHED &&
			    t->runs[r].outcome != OUTCOME_OK)
				break;
			if (t->runs[r].state == RUN_QUEUED) {
				/* A trial that races is repeated when it has come
				 * to the end. */
				if (r && s->monitor && s->monitor->promote &&
				    t->runs[0].state != RUN_FINISHED)
					break;
				*run = r;
				return t;
			}
		}
	}
	return NULL;
}

static void finish(struct study *s, enum search_state state, const char *why)
{
	if (s->state != SEARCH_RUNNING)
		return;
	s->state = state;
	s->why = why;
}

/* Reasons to begin nothing more. */
static void check_stops(struct study *s)
{
	const struct spec *sp = s->spec;
	const struct metric *m = &sp->metric;
	const char *why;

	if (s->best && m->has_target &&
	    (m->goal == GOAL_MINIMIZE ? s->best->value <= m->target
	                              : s->best->value >= m->target))
		finish(s, SEARCH_DONE,
		       arena_printf(&s->arena,
		                    "the target %g is reached by "
		                    "trial %llu",
		                    m->target, (unsigned long long)s->best->id));
	if (sp->stop_patience && s->best && s->since_best >= sp->stop_patience)
		finish(s, SEARCH_DONE,
		       arena_printf(&s->arena, "no better trial among the last %llu",
		                    (unsigned long long)s->since_best));
	if (sp->stop_auto && advise_stop(s, &why))
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

/* No trial is left to begin; but what runs may have to be repeated, or promoted. */
static struct trial *nothing_more(struct study *s, const char *why, size_t *run)
{
	struct trial *t;

	s->no_more = why;
	if (s->fleet.busy)
		return NULL;
	t = stopping_promote(s, true) ? queued_run(s, run) : NULL;
	if (!t)
		finish(s, SEARCH_DONE, why);
	return t;
}

/* The next run to start: one that waits, else one that has earned more, else the first
 * of a new trial; NULL: none now. */
static struct trial *next_run(struct study *s, size_t *run, enum ask *ask,
                              struct error *err)
{
	const char *why = NULL;
	struct trial *t = queued_run(s, run);

	*ask = ASK_WAIT;
	if (!t && stopping_promote(s, false))
		t = queued_run(s, run);
	if (t)
		return t;
	if (s->no_more)
		return nothing_more(s, s->no_more, run);
	if (s->n >= s->cap)
		return nothing_more(s, "every trial that was asked for is done", run);
	*ask = study_propose(s, &t, &why, err);
	if (*ask == ASK_DONE)
		return nothing_more(s, why, run);
	if (*ask != ASK_POINT || !t)
		return NULL;
	*run = 0;
	record_trial(s, t);
	return t;
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
	now = clock_now();
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

/* A full disk ends the launching, not the search: the lines wait in memory, and what
 * runs goes on while the flush is tried again. */
static bool commit_or_wait(struct study *s, struct error *err)
{
	if (study_commit(s, false, err))
		return true;
	if (!s->journal || journal_stuck(s->journal) == EIO || !s->fleet.busy)
		return false;
	if (s->fleet.stage == FLEET_OPEN && s->watch.message)
		s->watch.message(s->watch.self, err->text);
	fleet_wind_down(&s->fleet, FLEET_DRAIN);
	return true;
}

static struct task *free_task(struct study *s)
{
	struct task *t = s->tasks;

	while (t->owner)
		t++;
	return t;
}

static bool start_run(struct study *s, struct trial *t, size_t run, struct error *err)
{
	struct task *task = free_task(s);

	*task = (struct task){.trial = t,
	                      .index = run,
	                      .run = &t->runs[run],
	                      .command = &s->spec->command,
	                      .metric = &s->spec->metric,
	                      .split = "valid",
	                      .owner = t};
	snprintf(task->folder, sizeof task->folder, "trials/%04llu/r%zu",
	         (unsigned long long)t->id, run);
	fleet_begin(task);
	record_start(s, t, run);
	if (!study_commit(s, false, err) || !fleet_start(&s->fleet, task, err))
		return false;
	if (s->watch.started)
		s->watch.started(s->watch.self, t, run);
	return true;
}

static bool fill_slots(struct study *s, struct error *err)
{
	while (s->state == SEARCH_RUNNING && fleet_room(&s->fleet)) {
		struct trial *t;
		enum ask ask;
		size_t run;

		check_stops(s);
		if (s->state != SEARCH_RUNNING)
			break;
		t = next_run(s, &run, &ask, err);
		if (!t)
			return ask != ASK_ERROR;
		if (!start_run(s, t, run, err))
			return false;
	}
	return true;
}

static bool is_failure(enum outcome o)
{
	return o == OUTCOME_FAILED || o == OUTCOME_TIMEOUT || o == OUTCOME_KILLED ||
	       o == OUTCOME_OOM || o == OUTCOME_NO_METRIC;
}

/* Shall this run be queued once more? */
static bool queue_again(struct study *s, struct run *r, const struct run_result *res)
{
	if (r->outcome == OUTCOME_PREEMPTED) {
		if (r->attempts < PREEMPTIONS_MAX)
			return true;
		r->outcome = OUTCOME_FAILED;
		r->reason = "exit 75 (queue me again) a hundred times";
	}
	if (!is_failure(r->outcome) || r->outcome == OUTCOME_NO_METRIC ||
	    res->spawn_errno)
		return false;
	r->failures++;
	return r->failures <= s->spec->retries;
}

/* The first-run contract and the failure guard: reasons to stop at once. */
static void check_alarms(struct study *s, const struct trial *t, size_t run,
                         const struct run_result *res)
{
	const struct run *r = &t->runs[run];

	s->session_runs++;
	if (is_failure(r->outcome)) {
		s->session_failures++;
		alarm_keep(s, &s->first_failed, t, run, res);
	} else if (stopping_stopped(s, t, run)) {
		s->session_stopped++;
		alarm_keep(s, &s->first_stopped, t, run, res);
	}
	if (!s->any_report && s->spec->metric.name &&
	    (r->outcome == OUTCOME_NO_METRIC || res->spawn_errno)) {
		finish(s, SEARCH_CONTRACT, study_contract_text(s, t, run, res));
		fleet_wind_down(&s->fleet, FLEET_KILL);
		return;
	}
	if ((s->session_runs == GUARD_FIRST && s->session_failures == GUARD_FIRST) ||
	    (s->session_runs >= GUARD_MANY &&
	     2 * s->session_failures > s->session_runs)) {
		finish(s, SEARCH_GUARD, study_guard_text(s));
		fleet_wind_down(&s->fleet, FLEET_STOP);
	} else if (s->session_stopped && s->session_runs >= GUARD_MANY && !s->ok &&
	           s->session_stopped + s->session_failures == s->session_runs) {
		finish(s, SEARCH_GUARD, study_stopped_text(s));
		fleet_wind_down(&s->fleet, FLEET_STOP);
	}
}

/* A budget of which nothing is used up ends no search: that is said once. */
static void check_cost(struct study *s, const struct trial *t)
{
	if (s->spec->budget_cost > 0 && s->ok == 1 && t->outcome == OUTCOME_OK &&
	    !(s->cost > 0) && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    "budget.cost is given, but no run has reported a cost: "
		    "what counts is a line like "
		    "{\"hpsearch\": {\"cost\": 0.1}}");
}

/* What early stopping cannot do with runs like the first one is said then. */
static void check_rule(const struct study *s, const struct trial *t, size_t run)
{
	struct str text = {0};

	if (s->ok == 1 && t->outcome == OUTCOME_OK && s->watch.message)
		idle_run_text(s, t, run, &text);
	if (text.len)
		s->watch.message(s->watch.self, str_text(&text));
	str_free(&text);
}

static void take_finished(struct study *s, struct task *task,
                          const struct run_result *res)
{
	struct trial *t = s->trials[task->trial->id];
	size_t run = task->index;
	struct run *r = task->run;
	enum outcome o;
	bool again;

	stopping_end(s, task);
	again = queue_again(s, r, res);
	o = r->outcome;

	task->owner = NULL;
	s->cost += res->cost;
	record_end(s, t, run, again);
	if (again) {
		r->state = RUN_QUEUED;
		if (t->id < s->first_open)
			s->first_open = t->id;
		/* Where another repeat has failed meanwhile it is not run again. */
		if (trial_settle(t))
			search_settle(s, t);
		if (s->watch.retrying)
			s->watch.retrying(s->watch.self, t, run, o);
		return;
	}
	s->runs_done++;
	if (trial_settle(t))
		search_settle(s, t);
	check_alarms(s, t, run, res);
	check_cost(s, t);
	check_rule(s, t, run);
	if (s->watch.finished)
		s->watch.finished(s->watch.self, t, run);
}

static void interrupt(struct study *s)
{
	s->signal = s->fleet.signal;
	if (s->state == SEARCH_CONTRACT || s->state == SEARCH_GUARD)
		return;
	s->state = SEARCH_INTERRUPTED;
	s->why = "interrupted";
}

static bool take_report(struct study *s, struct task *task, const struct report *rep,
                        struct error *err)
{
	s->any_report = true;
	if (s->watch.reported)
		s->watch.reported(s->watch.self, task->trial, task->index, rep);
	/* Beyond the kept ones a run's reports only count. */
	if (task->run->reports_total > RUN_REPORTS_MAX)
		return true;
	record_report(s, task->trial, task->index, rep);
	return stopping_report(s, task, err);
}

/* A run that was cut short. Where nobody asked for that, the machine is to blame. */
static void take_cut(struct study *s, struct task *task, const struct run_result *res)
{
	struct trial *t = s->trials[task->trial->id];

	task->owner = NULL;
	if (s->watch.retrying)
		s->watch.retrying(s->watch.self, t, task->index, OUTCOME_NONE);
	if (s->fleet.stage == FLEET_OPEN && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    arena_printf(&s->scratch,
		                 "trial %llu run %zu is queued again, through no fault "
		                 "of its own: %s",
		                 (unsigned long long)t->id, task->index,
		                 res->machine_errno ? strerror(res->machine_errno)
		                                    : "its supervisor was lost"));
	if (trial_settle(t))
		search_settle(s, t);
}

static bool take_event(struct study *s, const struct fleet_event *e, struct error *err)
{
	struct task *task = e->task;

	switch (e->kind) {
	case FLEET_REPORT: return take_report(s, task, &e->report, err);
	case FLEET_LATE: stopping_late(s, task, &e->report); break;
	case FLEET_STOPPED:
	case FLEET_FINISHED: take_finished(s, task, e->result); break;
	case FLEET_CUT: take_cut(s, task, e->result); break;
	case FLEET_SIGNAL:
		interrupt(s);
		if (s->watch.winding_down)
			s->watch.winding_down(s->watch.self, s->fleet.stage);
		break;
	case FLEET_TICK: break;
	}
	return true;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static int64_t next_deadline(const struct study *s)
{
	int64_t now = clock_now(), at = INT64_MAX;

	at = earlier(at, s->sync_at);
	if (s->write_at)
		at = earlier(at, s->write_at);
	if (s->journal && journal_stuck(s->journal))
		at = earlier(at, now + CLOCK_SECOND);
	if (s->watch.tick && s->watch.tick_every)
		at = earlier(at, now + s->watch.tick_every);
	return at;
}

/* results.json can be read at any time; writing it never takes more than a twentieth of
 * the time. */
static bool refresh_results(struct study *s, bool now, struct error *err)
{
	int64_t t = clock_now();

	if (!s->dir || (!now && (!s->write_at || t < s->write_at)))
		return true;
	if (!results_write(s, err))
		return false;
	s->write_cost = clock_now() - t;
	s->write_at = 0;
	return true;
}

static void results_due(struct study *s)
{
	int64_t wait =
	    20 * s->write_cost > write_delay ? 20 * s->write_cost : write_delay;

	if (s->dir && !s->write_at)
		s->write_at = clock_now() + wait;
}

static bool turn(struct study *s, struct error *err)
{
	struct fleet_event e;

	if (!fleet_wait(&s->fleet, next_deadline(s), &e, err))
		return false;
	if (!take_event(s, &e, err))
		return false;
	if (e.kind == FLEET_FINISHED || e.kind == FLEET_STOPPED)
		results_due(s);
	if (e.kind == FLEET_TICK && s->watch.tick)
		s->watch.tick(s->watch.self);
	return commit_or_wait(s, err) && refresh_results(s, false, err);
}

/* Nothing runs any more; lines that found no room on the disk get a last few chances.
 */
static bool last_commit(struct study *s, struct error *err)
{
	for (int tries = 5; !study_commit(s, true, err); tries--) {
		if (!tries || journal_stuck(s->journal) == EIO)
			return false;
		poll(NULL, 0, 1000);
	}
	return true;
}

static bool loop(struct study *s, struct error *err)
{
	for (;;) {
		if (!fill_slots(s, err))
			return false;
		if (!s->fleet.busy)
			return last_commit(s, err);
		if (!turn(s, err))
			return false;
	}
}

bool study_run(struct study *s, struct runner *r, struct error *err)
{
	struct error late;
	bool ok;

	s->started = clock_now();
	s->state = SEARCH_RUNNING;
	s->no_more = NULL;
	s->advised = 0;
	s->finish_recorded = false;
	s->parallel = r->slots;
	if (s->chosen_why && !s->n && s->watch.message)
		s->watch.message(s->watch.self, s->chosen_why);
	fleet_init(&s->fleet, s->spec, r, s->dir, &s->arena);
	s->tasks = mem_new(r->slots, sizeof *s->tasks);
	ok = loop(s, err);
	if (!ok)
		return refresh_results(s, true, &late) && false;
	record_finish(s);
	advise(s);
	s->ended = search_now(s);
	return study_commit(s, true, err) && refresh_results(s, true, err);
}

static int by_rank(const void *a, const void *b, void *self)
{
	const struct trial *x = *(struct trial *const *)a,
			   *y = *(struct trial *const *)b;
	const struct study *s = self;
	bool xr = x->outcome == OUTCOME_OK && s->spec->metric.name;
	bool yr = y->outcome == OUTCOME_OK && s->spec->metric.name;

	if (xr != yr)
		return xr ? -1 : 1;
	if (xr)
		return better(s, x, y) ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

struct trial **search_rank(struct study *s, struct arena *a)
{
	struct trial **order = arena_new(a, s->n, sizeof(struct trial *));

	for (size_t i = 0; i < s->n; i++)
		order[i] = s->trials[i];
	if (s->n > 1)
		qsort_r(order, s->n, sizeof(struct trial *), by_rank, s);
	for (size_t i = 0; i < s->n; i++) {
		bool ranked = order[i]->outcome == OUTCOME_OK && s->spec->metric.name;
		bool tied = ranked && i && order[i]->value == order[i - 1]->value;

		order[i]->rank = tied ? order[i - 1]->rank : ranked ? i + 1 : 0;
	}
	return order;
}

int study_exit(const struct study *s)
{
	bool usable = s->spec->metric.name ? s->best != NULL : s->ok > 0;

	switch (s->state) {
	case SEARCH_INTERRUPTED: return 128 + s->signal;
	case SEARCH_CONTRACT: return 3;
	case SEARCH_GUARD: return 4;
	case SEARCH_BUDGET:
		if (s->finished < s->spec->min_trials)
			return 6;
		break;
	case SEARCH_RUNNING:
	case SEARCH_DONE: break;
	}
	return usable ? 0 : 3;
}
