#include "study/verify.h"
#include "base/clock.h"
#include "record/event_json.h"
#include "record/results.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const phase_names[] = {
    [PHASE_RERUN] = "rerun", [PHASE_TEST] = "test"};

const char *phase_name(enum phase p)
{
	return phase_names[p];
}

const char *answer_name(enum answer a)
{
	static const char *const names[] = {[ANSWER_NONE] = "none",
	                                    [ANSWER_YES] = "yes",
	                                    [ANSWER_NO] = "no",
	                                    [ANSWER_CANNOT_TELL] = "cannot tell",
	                                    [ANSWER_NO_BASELINE] = "no defaults",
	                                    [ANSWER_FAILED] = "failed"};

	return names[a];
}

static void free_reports(struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++)
			for (size_t r = 0; r < v->candidates[i].n_runs[p]; r++)
				free(v->candidates[i].runs[p][r].reports);
}

void verdict_free(struct verdict *v)
{
	free_reports(v);
	for (size_t i = 0; i < v->n_log; i++)
		free(v->log[i].run.reports);
	free(v->log);
	*v = (struct verdict){0};
}

/* The plan. */

static struct verdict_log *find_log(const struct verdict *v, enum phase phase,
                                    uint64_t key, size_t index)
{
	for (size_t i = v->n_log; i-- > 0;)
		if (v->log[i].phase == phase && v->log[i].key == key &&
		    v->log[i].index == index)
			return &v->log[i];
	return NULL;
}

/* What a log entry knows goes to the candidate, who owns the reports from then on. */
static struct run take_run(struct verdict_log *log)
{
	struct run run = log->run;

	log->run.reports = NULL;
	log->run.n_reports = log->run.cap_reports = 0;
	if (run.state == RUN_RUNNING)
		run.state = RUN_QUEUED;
	return run;
}

/* Runs of a phase, those of the journal taken over. The seeds are the same for every
 * candidate, so that differences are paired; the test has seeds of its own, because
 * those of the re-runs have chosen the winner. */
static void plan_runs(struct study *s, struct candidate *c, enum phase phase)
{
	size_t n = s->spec->test.present ? s->spec->test.repeats : s->spec->repeats;

	c->n_runs[phase] = n;
	c->runs[phase] = arena_new(&s->arena, n, sizeof *c->runs[phase]);
	for (size_t r = 0; r < n; r++) {
		struct run *run = &c->runs[phase][r];
		struct verdict_log *log = find_log(&s->verdict, phase, c->key, r);

		if (log)
			*run = take_run(log);
		run->seed =
		    seed_of_verification(s->spec->seed, (uint64_t)phase << 32 | r);
	}
}

static struct candidate *add_candidate(struct study *s, const struct trial *t)
{
	struct verdict *v = &s->verdict;
	struct candidate *c = &v->candidates[v->n++];

	*c = (struct candidate){.key = t->id, .trial = *t, .search_value = t->value};
	c->trial.runs = NULL;
	c->trial.n_runs = 0;
	return c;
}

static bool same_values(const struct study *s, const struct trial *a,
                        const struct trial *b)
{
	return space_hash(&s->spec->space, a->values) ==
	       space_hash(&s->spec->space, b->values);
}

/* The defaults join the candidates, unless one of them is just that. */
static void add_baseline(struct study *s)
{
	struct verdict *v = &s->verdict;
	const struct value **values;
	struct trial defaults;

	if (!s->baseline)
		return;
	values = arena_new(&s->arena, s->spec->space.n, sizeof *values);
	space_decode(&s->spec->space, s->baseline, &s->arena, values);
	defaults = (struct trial){.id = s->n,
	                          .origin = ORIGIN_BASELINE,
	                          .point = s->baseline,
	                          .values = values,
	                          .value = (double)NAN,
	                          .stderr_ = (double)NAN};
	for (v->baseline = 0; v->baseline < v->n; v->baseline++)
		if (same_values(s, &v->candidates[v->baseline].trial, &defaults))
			break;
	if (v->baseline == v->n) {
		bool searched = s->n && s->trials[0]->origin == ORIGIN_BASELINE;

		add_candidate(s, searched ? s->trials[0] : &defaults)->key =
		    searched ? 0 : VERDICT_DEFAULTS;
	}
	v->candidates[v->baseline].is_baseline = true;
}

void verify_plan(struct study *s)
{
	const struct spec *sp = s->spec;
	struct verdict *v = &s->verdict;
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);
	size_t top = sp->test.present && sp->test.top ? sp->test.top : 3;

	v->wanted = s->best && (sp->test.present || sp->repeats > 1);
	v->has_test = sp->test.present;
	v->metric = v->test_metric = sp->metric;
	if (sp->test.present && sp->test.metric.name)
		v->test_metric = sp->test.metric;
	v->level = 0.95;
	free_reports(v);
	v->n = 0;
	v->winner = v->baseline = SIZE_MAX;
	v->candidates = arena_new(&s->arena, top + 1, sizeof *v->candidates);
	for (size_t i = 0; v->wanted && i < s->n && i < top && order[i]->rank; i++)
		add_candidate(s, order[i]);
	if (v->wanted)
		add_baseline(s);
	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++)
			plan_runs(s, &v->candidates[i], (enum phase)p);
	arena_rewind(&s->scratch, mark);
	verify_judge(s);
}

/* Judging. */

static bool ended(const struct candidate *c, enum phase phase)
{
	for (size_t r = 0; r < c->n_runs[phase]; r++)
		if (c->runs[phase][r].state != RUN_FINISHED)
			return false;
	return true;
}

static void summarise(struct candidate *c, enum phase phase, struct arena *a)
{
	double *ok = arena_new(a, c->n_runs[phase], sizeof *ok);
	size_t n = 0;

	for (size_t r = 0; r < c->n_runs[phase]; r++)
		if (c->runs[phase][r].state == RUN_FINISHED &&
		    c->runs[phase][r].outcome == OUTCOME_OK)
			ok[n++] = c->runs[phase][r].value;
	c->stat[phase] = stat_of(ok, n);
	c->complete[phase] = n && n == c->n_runs[phase];
}

static void choose_winner(struct verdict *v)
{
	double sign = v->metric.goal == GOAL_MINIMIZE ? 1 : -1;

	v->winner = SIZE_MAX;
	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *c = &v->candidates[i];

		if (!ended(c, PHASE_RERUN)) {
			v->winner = SIZE_MAX;
			return;
		}
		if (!c->complete[PHASE_RERUN])
			continue;
		if (v->winner == SIZE_MAX ||
		    sign * c->stat[PHASE_RERUN].mean <
		        sign * v->candidates[v->winner].stat[PHASE_RERUN].mean)
			v->winner = i;
	}
}

static void measure_gain(struct verdict *v, enum phase phase, struct arena *a)
{
	const struct metric *m = phase == PHASE_TEST ? &v->test_metric : &v->metric;
	const struct candidate *w = &v->candidates[v->winner];
	const struct candidate *b = &v->candidates[v->baseline];
	double sign = m->goal == GOAL_MINIMIZE ? 1 : -1;
	double *d = arena_new(a, w->n_runs[phase], sizeof *d);

	v->wins = 0;
	for (size_t r = 0; r < w->n_runs[phase]; r++) {
		d[r] = sign * (b->runs[phase][r].value - w->runs[phase][r].value);
		v->wins += d[r] > 0;
	}
	v->gain = stat_of(d, w->n_runs[phase]);
	v->gain_half = stat_half_width(v->gain, v->level);
}

static enum answer answer_of(const struct verdict *v)
{
	if (!(v->gain.n >= 2))
		return ANSWER_CANNOT_TELL;
	if (v->gain.mean - v->gain_half > 0)
		return ANSWER_YES;
	if (v->gain.mean + v->gain_half <= 0)
		return ANSWER_NO;
	return ANSWER_CANNOT_TELL;
}

static enum answer compare(struct verdict *v, struct arena *a)
{
	enum phase last = v->has_test ? PHASE_TEST : PHASE_RERUN;

	if (!v->candidates[v->winner].complete[last])
		return ANSWER_FAILED;
	if (v->baseline == SIZE_MAX)
		return ANSWER_NO_BASELINE;
	if (v->baseline == v->winner)
		return ANSWER_NO;
	if (!v->candidates[v->baseline].complete[last])
		return ANSWER_CANNOT_TELL;
	measure_gain(v, last, a);
	return answer_of(v);
}

/* Takes part in the test: the winner and the defaults, nobody else. */
static bool tested(const struct verdict *v, size_t i)
{
	return v->has_test && v->winner != SIZE_MAX &&
	       (i == v->winner || i == v->baseline);
}

static bool all_ended(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (!ended(&v->candidates[i], PHASE_RERUN) ||
		    (tested(v, i) && !ended(&v->candidates[i], PHASE_TEST)))
			return false;
	return true;
}

void verify_judge(struct study *s)
{
	struct verdict *v = &s->verdict;
	struct arena_mark mark = arena_mark(&s->scratch);

	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++)
			summarise(&v->candidates[i], (enum phase)p, &s->scratch);
	choose_winner(v);
	v->gain = (struct moments){0};
	v->gain_half = (double)NAN;
	v->done = v->wanted && all_ended(v);
	v->answer = !v->done                ? ANSWER_NONE
	            : v->winner == SIZE_MAX ? ANSWER_FAILED
	                                    : compare(v, &s->scratch);
	arena_rewind(&s->scratch, mark);
}

int verify_exit(const struct verdict *v)
{
	return v->answer == ANSWER_NO || v->answer == ANSWER_CANNOT_TELL ||
	               v->answer == ANSWER_FAILED
	           ? 5
	           : 0;
}

/* The journal. */

static void record(struct study *s, const char *event, enum phase phase,
                   const struct candidate *c, size_t index, bool again)
{
	const struct run *r = &c->runs[phase][index];
	struct str *l = &s->line;

	if (!s->journal)
		return;
	str_clear(l);
	str_addf(l, "\"e\":\"%s\",\"phase\":\"%s\"", event, phase_name(phase));
	if (c->key == VERDICT_DEFAULTS)
		str_add(l, ",\"c\":\"defaults\"");
	else
		str_addf(l, ",\"c\":%llu", (unsigned long long)c->key);
	str_addf(l, ",\"r\":%zu,\"seed\":%llu,\"attempt\":%u", index,
	         (unsigned long long)r->seed, r->attempts);
	if (again)
		str_add(l, ",\"again\":true");
	if (r->state == RUN_FINISHED || again)
		record_run_fields(l, r);
	str_addf(l, ",\"time\":%.3f", search_now(s));
	journal_add(s->journal, l->s);
}

static bool read_key(const cJSON *e, uint64_t *key)
{
	const char *name = json_string(e, "c");

	if (name && strcmp(name, "defaults") == 0) {
		*key = VERDICT_DEFAULTS;
		return true;
	}
	return json_u64(e, "c", key);
}

bool verify_apply(struct study *s, const cJSON *e, struct error *err)
{
	struct verdict *v = &s->verdict;
	const char *kind = json_string(e, "e"), *phase = json_string(e, "phase");
	struct verdict_log log = {0};
	uint64_t index = 0, attempt = 0;

	if (!phase || !read_key(e, &log.key) || !json_u64(e, "r", &index) ||
	    index > UINT32_MAX)
		return error_set(err, ERROR_FILE,
		                 "a line of the verification is not whole");
	log.phase = strcmp(phase, "test") == 0 ? PHASE_TEST : PHASE_RERUN;
	log.index = (size_t)index;
	json_u64(e, "attempt", &attempt);
	log.run.attempts = (unsigned)attempt;
	log.run.state = RUN_QUEUED;
	if (strcmp(kind, "verify_start") == 0)
		v->test_uses += log.phase == PHASE_TEST;
	else if (!record_read_run(e, &log.run, &s->arena, err))
		return false;
	else if (!cJSON_IsTrue(json_get(e, "again")))
		log.run.state = RUN_FINISHED;
	v->log = mem_room(v->log, v->n_log, &v->cap_log, sizeof *v->log);
	v->log[v->n_log++] = log;
	return true;
}

/* Running. */

struct verification {
	struct study *s;
	struct task *tasks; /* (slots) */
	enum phase phase;
	size_t all;
};

static size_t count_ended(const struct verification *f)
{
	const struct verdict *v = &f->s->verdict;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		for (size_t r = 0; r < v->candidates[i].n_runs[f->phase]; r++)
			n += v->candidates[i].runs[f->phase][r].state == RUN_FINISHED;
	return n;
}

static bool takes_part(const struct verification *f, size_t i)
{
	return f->phase == PHASE_RERUN || tested(&f->s->verdict, i);
}

/* Repetition by repetition, so that an interrupted verification is a balanced one. */
static bool next_run(const struct verification *f, struct candidate **c, size_t *run)
{
	struct verdict *v = &f->s->verdict;
	bool more = true;

	for (size_t r = 0; more; r++) {
		more = false;
		for (size_t i = 0; i < v->n; i++) {
			*c = &v->candidates[i];
			if (!takes_part(f, i) || r >= (*c)->n_runs[f->phase])
				continue;
			more = true;
			*run = r;
			if ((*c)->runs[f->phase][r].state == RUN_QUEUED)
				return true;
		}
	}
	return false;
}

static void name_folder(const struct verification *f, const struct candidate *c,
                        size_t run, char *out, size_t size)
{
	const char *phase = phase_name(f->phase);

	if (c->key == VERDICT_DEFAULTS)
		snprintf(out, size, "verify/%s/defaults/r%zu", phase, run);
	else
		snprintf(out, size, "verify/%s/%04llu/r%zu", phase,
		         (unsigned long long)c->key, run);
}

static bool start(struct verification *f, struct candidate *c, size_t run,
                  struct error *err)
{
	struct study *s = f->s;
	const struct spec *sp = s->spec;
	bool test = f->phase == PHASE_TEST;
	struct task *task = f->tasks;

	while (task->owner)
		task++;
	*task = (struct task){
	    .trial = &c->trial,
	    .index = run,
	    .run = &c->runs[f->phase][run],
	    .command = test && sp->test.command.n ? &sp->test.command : &sp->command,
	    .metric = test ? &s->verdict.test_metric : &s->verdict.metric,
	    .split = test ? "test" : "valid",
	    .owner = c};
	name_folder(f, c, run, task->folder, sizeof task->folder);
	task->run->budget = early_run_budget(sp);
	fleet_begin(task);
	s->verdict.test_uses += test;
	record(s, "verify_start", f->phase, c, run, false);
	/* A look at the test data is on the disk before it happens. */
	return study_commit(s, true, err) && fleet_start(&s->fleet, task, err);
}

static bool retry(const struct study *s, struct run *r)
{
	if (r->outcome == OUTCOME_PREEMPTED)
		return r->attempts < 100;
	if (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_NO_METRIC ||
	    r->outcome == OUTCOME_DIVERGED || r->outcome == OUTCOME_INFEASIBLE)
		return false;
	return ++r->failures <= s->spec->retries;
}

static void take(struct verification *f, const struct fleet_event *e)
{
	struct study *s = f->s;
	struct task *task = e->task;
	bool again;

	if (e->kind == FLEET_SIGNAL) {
		s->state = SEARCH_INTERRUPTED;
		s->why = "interrupted";
		s->signal = s->fleet.signal;
		if (s->watch.winding_down)
			s->watch.winding_down(s->watch.self, s->fleet.stage);
	}
	if (e->kind == FLEET_TICK && s->watch.tick)
		s->watch.tick(s->watch.self);
	if (e->kind == FLEET_CUT)
		task->owner = NULL;
	if (e->kind != FLEET_FINISHED)
		return;
	again = retry(s, task->run);
	record(s, "verify_end", f->phase, task->owner, task->index, again);
	if (again)
		task->run->state = RUN_QUEUED;
	task->owner = NULL;
	if (s->watch.verifying)
		s->watch.verifying(s->watch.self, &s->verdict, f->phase, count_ended(f),
		                   f->all);
}

static bool run_phase(struct verification *f, struct error *err)
{
	struct study *s = f->s;

	f->all = 0;
	for (size_t i = 0; i < s->verdict.n; i++)
		if (takes_part(f, i))
			f->all += s->verdict.candidates[i].n_runs[f->phase];
	for (;;) {
		struct candidate *c;
		struct fleet_event e;
		size_t run;
		int64_t deadline = s->watch.tick && s->watch.tick_every
		                       ? clock_now() + s->watch.tick_every
		                       : INT64_MAX;

		while (fleet_room(&s->fleet) && next_run(f, &c, &run))
			if (!start(f, c, run, err))
				return false;
		if (!s->fleet.busy)
			return study_commit(s, true, err);
		if (!fleet_wait(&s->fleet, deadline, &e, err))
			return false;
		take(f, &e);
		if (!study_commit(s, false, err))
			return false;
	}
}

bool verify_run(struct study *s, struct runner *r, struct error *err)
{
	struct verification f = {.s = s};
	bool ok;

	if (!s->verdict.wanted)
		return true;
	if (s->verdict.done)
		return !s->dir || results_write(s, err);
	fleet_free(&s->fleet);
	fleet_init(&s->fleet, s->spec, r, s->dir, &s->arena);
	f.tasks = mem_new(r->slots, sizeof *f.tasks);
	f.phase = PHASE_RERUN;
	ok = run_phase(&f, err);
	verify_judge(s);
	f.phase = PHASE_TEST;
	if (ok && s->fleet.stage == FLEET_OPEN && s->verdict.winner != SIZE_MAX &&
	    s->verdict.has_test)
		ok = run_phase(&f, err);
	verify_judge(s);
	free(f.tasks);
	return ok && (!s->dir || results_write(s, err));
}
