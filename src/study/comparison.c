#include "study/comparison.h"
#include "early/early_rule.h"
#include "search/lineage.h"
#include "study/apply.h"
#include "study/drive.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct comparing {
	const struct comparison *c;
	const struct wish *list; /* (n) */
	size_t n;
};

struct spent comparison_spent(const struct search *s)
{
	struct spent all = {0};

	for (size_t i = 0; i < s->verdict.n_runs; i++) {
		const struct run *r = &s->verdict.runs[i]->run;

		all.ended += r->state == RUN_FINISHED;
		all.begun += r->attempts > 0;
		all.cost += r->cost;
	}
	return all;
}

static struct run *run_of(struct study *s, const struct wish *w)
{
	struct run *r = verdict_run(&s->search, w->phase, w->trial, w->row);

	if (!r->attempts)
		r->seed = w->seed;
	return r;
}

static const struct wish *queued(struct study *s)
{
	const struct comparing *x = s->comparing;

	for (size_t i = 0; i < x->n; i++)
		if (run_of(s, &x->list[i])->state == RUN_QUEUED)
			return &x->list[i];
	return NULL;
}

static bool over_budget(struct study *s)
{
	const struct budget *b = &s->comparing->c->budget;
	struct spent spent = comparison_spent(&s->search);
	const char *why = NULL;

	if (b->runs && spent.begun >= b->runs)
		why =
		    arena_printf(&s->search.arena, "the budget of %llu run%s is spent",
		                 (unsigned long long)b->runs, str_plural(b->runs));
	else if (b->time > 0 && search_elapsed(&s->search) >= b->time)
		why = arena_printf(&s->search.arena, "the time budget of %g s is spent",
		                   b->time);
	else if (b->cost > 0 && spent.cost >= b->cost)
		why = arena_printf(&s->search.arena, "the cost budget of %g is spent",
		                   b->cost);
	if (why && s->search.state == SEARCH_RUNNING) {
		s->search.state = SEARCH_BUDGET;
		s->search.why = why;
	}
	return why != NULL;
}

static void fill_in(struct study *s, const struct wish *w, struct task *t)
{
	const struct spec *sp = s->search.spec;
	bool test = w->phase == PHASE_TEST;

	*t = (struct task){
	    .trial = s->search.trials[w->trial],
	    .key = w->trial,
	    .phase = w->phase,
	    .index = w->row,
	    .run = run_of(s, w),
	    .command = test && sp->test.command.n ? &sp->test.command : &sp->command,
	    .metric = test && sp->test.metric.name ? &sp->test.metric : &sp->metric};
	t->run->budget =
	    sp->method == METHOD_PBT ? lineage_end(sp, t->trial) : early_run_budget(sp);
	task_folder(t);
}

static enum next next(void *self, struct task *t, struct error *err)
{
	struct study *s = self;
	struct comparing *x = s->comparing;
	const struct wish *w = queued(s);

	if (s->search.state != SEARCH_RUNNING)
		return NEXT_NONE;
	if (!w && s->fleet.busy)
		return NEXT_NONE;
	if (!w) {
		if (!x->c->ask(x->c->self, &x->list, &x->n, err))
			return NEXT_ERROR;
		w = queued(s);
	}
	/* What it asks for when nothing is left to spend is not known to be wanted
	 * less. */
	if (!w || over_budget(s))
		return NEXT_NONE;
	fill_in(s, w, t);
	return NEXT_TASK;
}

static void ended(void *self, struct task *t, const struct run_result *res, bool again)
{
	struct study *s = self;
	const struct comparing *x = s->comparing;
	size_t done = comparison_spent(&s->search).ended, left = 0;

	(void)t;
	(void)res;
	(void)again;
	for (size_t i = 0; i < x->n; i++)
		left += run_of(s, &x->list[i])->state != RUN_FINISHED;
	if (s->watch.comparing)
		s->watch.comparing(s->watch.self, done, done + left);
}

static bool wanted(void *self, const struct task *t)
{
	(void)t;
	return !over_budget(self);
}

static const struct driver comparing = {.next = next,
                                        .happen = drive_happen,
                                        .commit = drive_commit,
                                        .stuck = drive_stuck,
                                        .ended = ended,
                                        .signalled = drive_signalled,
                                        .tick = drive_tick,
                                        .now = drive_now,
                                        .pace = drive_pace,
                                        .deadline = drive_deadline,
                                        .wanted = wanted,
                                        .message = drive_message};

static void finish(struct study *s)
{
	struct search *se = &s->search;

	if (se->state == SEARCH_RUNNING) {
		se->state = SEARCH_DONE;
		se->why = "every run that was wanted is done";
	}
	study_happen(
	    s, (struct event){.kind = EVENT_FINISH,
	                      .as.finish = {.state = (int)se->state, .why = se->why}});
}

bool comparison_run(struct study *s, struct runner *r, const struct comparison *c,
                    struct error *err)
{
	struct search *se = &s->search;
	struct comparing x = {.c = c};
	struct loop loop;
	bool ok;

	se->started = search_ticks(se);
	fleet_free(&s->fleet);
	fleet_init(&s->fleet, se->spec, r, se->dir, &se->arena);
	s->comparing = &x;
	loop_init(&loop, &s->fleet, &comparing, s);
	ok = loop_run(&loop, err);
	loop_free(&loop);
	s->comparing = NULL;
	if (!ok)
		return false;
	finish(s);
	return study_commit(s, true, err);
}

static bool read_part(const char *key, const char *value, struct budget *b)
{
	char *end;

	if (strcmp(key, "time") == 0)
		return spec_duration(value, &b->time) && b->time > 0;
	errno = 0;
	if (strcmp(key, "runs") == 0) {
		b->runs = strtoull(value, &end, 10);
		return *value >= '0' && *value <= '9' && !*end && !errno && b->runs;
	}
	if (strcmp(key, "cost") != 0)
		return false;
	b->cost = strtod(value, &end);
	return end != value && !*end && b->cost > 0 && isfinite(b->cost);
}

bool budget_read(const char *text, struct budget *out, struct error *err)
{
	char part[64], *value;

	*out = (struct budget){0};
	for (const char *p = text; *p; p += *p == ',') {
		size_t n = strcspn(p, ",");

		if (n >= sizeof part)
			break;
		memcpy(part, p, n);
		part[n] = '\0';
		value = strchr(part, '=');
		if (value)
			*value++ = '\0';
		if (!read_part(value ? part : "time", value ? value : part, out))
			break;
		p += n;
		if (!*p)
			return true;
	}
	return error_set(
	    err, ERROR_USAGE,
	    "--budget %s: is none\n"
	    "  help: --budget 2h, or runs=100,time=2h,cost=20 or some of these",
	    text);
}
