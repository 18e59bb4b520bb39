#include "study/verification.h"
#include "early/early_rule.h"
#include "record/results.h"
#include "search/facets.h"
#include "search/judge.h"
#include "search/prospect.h"
#include "study/artifacts.h"
#include "study/drive.h"
#include "study/test_use.h"

void verify_counts(const struct study *s, size_t *done, size_t *all)
{
	const struct verdict *v = &s->search.verdict;

	*done = *all = 0;
	for (size_t i = 0; i < v->n; i++)
		for (size_t r = 0; verdict_takes_part(v, s->phase, i) &&
		                   r < v->candidates[i].n_runs[s->phase];
		     r++) {
			*done +=
			    v->candidates[i].runs[s->phase][r]->state == RUN_FINISHED;
			++*all;
		}
}

/* Repetition by repetition, so that an interrupted verification is a balanced one. */
static bool queued_run(struct study *s, struct candidate **c, size_t *run)
{
	struct verdict *v = &s->search.verdict;
	bool more = s->phase == PHASE_TEST || !v->ignores_seed;

	for (*run = 0; more; ++*run) {
		more = false;
		for (size_t i = 0; i < v->n; i++) {
			*c = &v->candidates[i];
			if (!verdict_takes_part(v, s->phase, i) ||
			    *run >= (*c)->n_runs[s->phase])
				continue;
			more = true;
			if ((*c)->runs[s->phase][*run]->state == RUN_QUEUED)
				return true;
		}
	}
	return false;
}

static void fill_in(const struct study *s, struct candidate *c, size_t run,
                    struct task *t)
{
	const struct spec *sp = s->search.spec;
	const struct verdict *v = &s->search.verdict;
	bool test = s->phase == PHASE_TEST;

	*t = (struct task){
	    .trial = &c->trial,
	    .key = c->key,
	    .phase = s->phase,
	    .index = run,
	    .run = c->runs[s->phase][run],
	    .command = test && sp->test.command.n ? &sp->test.command : &sp->command,
	    .metric = test ? &v->test_metric : &v->metric,
	    .texts = test && sp->test.present ? TEXTS_ASK : s->search.texts};
	t->run->budget = early_run_budget(sp);
	task_folder(t);
}

/* When the last re-run is over, those who are to be tested are known; when the tests of
 * a look are, whether there is another one. */
static bool goes_on(struct study *s, bool *more, struct error *err)
{
	struct search *se = &s->search;

	*more = false;
	if (s->fleet.busy)
		return true;
	verdict_judge(se);
	if (se->verdict.first_rules) {
		*more = s->phase == PHASE_RERUN;
		s->phase = PHASE_TEST;
		return true;
	}
	s->phase = PHASE_TEST;
	if (se->verdict.needs_use && !test_use_enter(s, 0, err))
		return false;
	*more = verdict_extend(se);
	return true;
}

static enum next next(void *self, struct task *t, struct error *err)
{
	struct study *s = self;
	struct candidate *c;
	size_t run;
	bool more;

	while (!queued_run(s, &c, &run)) {
		if (!goes_on(s, &more, err))
			return NEXT_ERROR;
		if (!more)
			return NEXT_NONE;
	}
	fill_in(s, c, run, t);
	return NEXT_TASK;
}

static void ended(void *self, struct task *t, const struct run_result *res, bool again)
{
	struct study *s = self;
	struct verdict *v = &s->search.verdict;
	size_t done, all;

	(void)t;
	(void)res;
	(void)again;
	if (s->phase == PHASE_RERUN && !v->first_rules && !v->deterministic)
		v->ignores_seed = judge_ignores_seed(v, &s->search.scratch);
	verify_counts(s, &done, &all);
	if (s->watch.verifying)
		s->watch.verifying(s->watch.self, v, s->phase, done, all);
}

static size_t left(void *self)
{
	struct study *s = self;
	size_t done, all;

	verify_counts(s, &done, &all);
	return all - done - s->fleet.busy;
}

static const struct driver verifying = {.next = next,
                                        .happen = drive_happen,
                                        .commit = drive_commit,
                                        .stuck = drive_stuck,
                                        .ended = ended,
                                        .signalled = drive_signalled,
                                        .tick = drive_tick,
                                        .now = drive_now,
                                        .pace = drive_pace,
                                        .deadline = drive_deadline,
                                        .left = left,
                                        .message = drive_message};

static bool verify(struct study *s, struct runner *r, struct error *err)
{
	struct search *se = &s->search;
	struct loop loop;
	bool ok = true;

	if (!se->verdict.wanted)
		return true;
	if (!se->verdict.done) {
		fleet_free(&s->fleet);
		fleet_init(&s->fleet, se->spec, r, se->dir, &se->arena);
		s->phase = PHASE_RERUN;
		loop_init(&loop, &s->fleet, &verifying, s);
		ok = loop_run(&loop, err);
		loop_free(&loop);
		verdict_judge(se);
	}
	/* Re-runs say something of the noise, also those of an earlier session. */
	prospect_judge(se);
	return ok && (!se->dir || results_write(se, s->monitor, err));
}

bool verify_run(struct study *s, struct runner *r, struct error *err)
{
	bool ok = verify(s, r, err);

	artifacts_sweep(s);
	return ok;
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
	else if (verdict_is_seedless(v))
		why = "the training does not depend on its seed, so more pairs say "
		      "nothing new";
	else if (v->fronts ? v->baseline == SIZE_MAX || !facets_open(v)
	                   : v->answer != ANSWER_CANNOT_TELL)
		why = "the verification has its answer, so there is nothing to add";
	if (why)
		return error_set(err, ERROR_USAGE, "--more: %s", why);
	return test_use_enter(s, pairs, err);
}
