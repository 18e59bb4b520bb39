#include "study/verify.h"
#include "early/early.h"
#include "record/results.h"
#include "search/advise.h"
#include "search/judge.h"
#include "study/apply.h"
#include "study/loop.h"
#include "study/test_use.h"

struct verification {
	struct study *s;
	enum phase phase;
};

static size_t count_runs(const struct verification *f, bool ended)
{
	const struct verdict *v = &f->s->search.verdict;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		for (size_t r = 0; verdict_takes_part(v, f->phase, i) &&
		                   r < v->candidates[i].n_runs[f->phase];
		     r++)
			n += !ended ||
			     v->candidates[i].runs[f->phase][r]->state == RUN_FINISHED;
	return n;
}

/* Repetition by repetition, so that an interrupted verification is a balanced one. */
static bool queued_run(const struct verification *f, struct candidate **c, size_t *run)
{
	struct verdict *v = &f->s->search.verdict;
	bool more = f->phase == PHASE_TEST || !v->ignores_seed;

	for (*run = 0; more; ++*run) {
		more = false;
		for (size_t i = 0; i < v->n; i++) {
			*c = &v->candidates[i];
			if (!verdict_takes_part(v, f->phase, i) ||
			    *run >= (*c)->n_runs[f->phase])
				continue;
			more = true;
			if ((*c)->runs[f->phase][*run]->state == RUN_QUEUED)
				return true;
		}
	}
	return false;
}

static void fill_in(const struct verification *f, struct candidate *c, size_t run,
                    struct task *t)
{
	const struct spec *sp = f->s->search.spec;
	const struct verdict *v = &f->s->search.verdict;
	bool test = f->phase == PHASE_TEST;

	*t = (struct task){.trial = &c->trial,
	                   .key = c->key,
	                   .phase = f->phase,
	                   .index = run,
	                   .run = c->runs[f->phase][run],
	                   .command = test && sp->test.command.n ? &sp->test.command
	                                                         : &sp->command,
	                   .metric = test ? &v->test_metric : &v->metric};
	t->run->budget = early_run_budget(sp);
	task_folder(t);
}

/* When the last re-run is over, those who are to be tested are known; when the tests of
 * a look are, whether there is another one. */
static bool goes_on(struct verification *f, bool *more, struct error *err)
{
	struct search *s = &f->s->search;

	*more = false;
	if (f->s->fleet.busy)
		return true;
	verdict_judge(s);
	if (s->verdict.first_rules) {
		*more = f->phase == PHASE_RERUN;
		f->phase = PHASE_TEST;
		return true;
	}
	f->phase = PHASE_TEST;
	if (s->verdict.needs_use && !test_use_enter(f->s, 0, err))
		return false;
	*more = verdict_extend(s);
	return true;
}

static enum next next(void *self, struct task *t, struct error *err)
{
	struct verification *f = self;
	struct candidate *c;
	size_t run;
	bool more;

	while (!queued_run(f, &c, &run)) {
		if (!goes_on(f, &more, err))
			return NEXT_ERROR;
		if (!more)
			return NEXT_NONE;
	}
	fill_in(f, c, run, t);
	return NEXT_TASK;
}

static void happen(void *self, const struct event *e)
{
	const struct verification *f = self;

	study_happen(f->s, *e);
}

static bool commit(void *self, bool sync_now, struct error *err)
{
	const struct verification *f = self;

	return study_commit(f->s, sync_now, err);
}

static int stuck(void *self)
{
	const struct verification *f = self;

	return study_stuck(f->s);
}

static void ended(void *self, struct task *t, const struct run_result *res, bool again)
{
	const struct verification *f = self;
	struct study *s = f->s;
	struct verdict *v = &s->search.verdict;

	(void)t;
	(void)res;
	(void)again;
	if (f->phase == PHASE_RERUN && !v->first_rules && !v->deterministic)
		v->ignores_seed = judge_ignores_seed(v, &s->search.scratch);
	if (s->watch.verifying)
		s->watch.verifying(s->watch.self, v, f->phase, count_runs(f, true),
		                   count_runs(f, false));
}

static void signalled(void *self)
{
	const struct verification *f = self;
	struct study *s = f->s;

	s->search.state = SEARCH_INTERRUPTED;
	s->search.why = "interrupted";
	s->search.signal = s->fleet.signal;
	if (s->watch.winding_down)
		s->watch.winding_down(s->watch.self, s->fleet.stage);
}

static void tick(void *self)
{
	const struct verification *f = self;

	if (f->s->watch.tick)
		f->s->watch.tick(f->s->watch.self);
}

static int64_t deadline(void *self)
{
	const struct verification *f = self;
	const struct observer *watch = &f->s->watch;

	return watch->tick && watch->tick_every
	           ? search_ticks(&f->s->search) + watch->tick_every
	           : INT64_MAX;
}

static void message(void *self, const char *text)
{
	const struct verification *f = self;

	if (f->s->watch.message)
		f->s->watch.message(f->s->watch.self, text);
}

static const struct driver verifying = {.next = next,
                                        .happen = happen,
                                        .commit = commit,
                                        .stuck = stuck,
                                        .ended = ended,
                                        .signalled = signalled,
                                        .tick = tick,
                                        .deadline = deadline,
                                        .message = message};

bool verify_run(struct study *s, struct runner *r, struct error *err)
{
	struct verification f = {.s = s, .phase = PHASE_RERUN};
	struct search *se = &s->search;
	struct loop loop;
	bool ok = true;

	if (!se->verdict.wanted)
		return true;
	if (!se->verdict.done) {
		fleet_free(&s->fleet);
		fleet_init(&s->fleet, se->spec, r, se->dir, &se->arena);
		loop_init(&loop, &s->fleet, &verifying, &f);
		ok = loop_run(&loop, err);
		loop_free(&loop);
		verdict_judge(se);
	}
	/* Re-runs say something of the noise, also those of an earlier session. */
	advise(se);
	return ok && (!se->dir || results_write(se, s->monitor, err));
}

bool verify_more(struct study *s, size_t pairs, struct error *err)
{
	struct verdict *v = &s->search.verdict;
	const char *why = NULL;

	if (!v->has_test)
		why = "the file has no test: block, so there are no pairs to add to";
	else if (v->first_rules)
		why = "the search began under version 0.1.0, whose verification cannot "
		      "be continued";
	else if (!v->done)
		why =
		    "the verification is not finished: hpsearch verify goes on with it";
	else if (v->deterministic || v->ignores_seed)
		why = "the training does not depend on its seed, so more pairs say "
		      "nothing new";
	else if (v->answer != ANSWER_CANNOT_TELL)
		why = "the verification has its answer, so there is nothing to add";
	if (why)
		return error_set(err, ERROR_USAGE, "--more: %s", why);
	return test_use_enter(s, pairs, err);
}
