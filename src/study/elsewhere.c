#include "study/elsewhere.h"
#include "study/apply.h"
#include "study/search_loop.h"
#include "study/stopping.h"

#include <math.h>
#include <stdio.h>

static bool is_under_way(const struct search *s, size_t repeat)
{
	const struct repeat *p = &s->repeats[repeat];
	const struct trial *t = s->trials[p->trial];

	/* What is open is looked at as that. */
	return t->outcome != OUTCOME_NONE && t->runs[p->run].state == RUN_RUNNING;
}

static size_t under_way(const struct search *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_open; i++)
		for (size_t r = 0; r < s->trials[s->open[i]]->n_runs; r++)
			n += s->trials[s->open[i]]->runs[r].state == RUN_RUNNING;
	for (size_t i = s->first_repeat; i < s->n_repeats; i++)
		n += is_under_way(s, i);
	return n;
}

static void happen(struct study *s, struct handout h, struct event e)
{
	e.trial = h.trial->id;
	e.run = (uint32_t)h.run;
	study_happen(s, e);
}

static void expire(struct study *s, struct trial *t, size_t run, double now)
{
	const struct run *r = &t->runs[run];

	if (r->state == RUN_RUNNING && r->due > 0 && r->due < now)
		happen(s, (struct handout){t, run}, (struct event){.kind = EVENT_CUT});
}

/* Runs whose lease is over are queued again; behind it, ask hands them out. */
static void expire_all(struct study *s)
{
	struct search *se = &s->search;
	double now = search_now(se);

	/* A trial that is settled by this leaves the list. */
	for (size_t i = se->n_open; i-- > 0;) {
		struct trial *t = se->trials[se->open[i]];

		for (size_t r = 0; r < t->n_runs; r++)
			expire(s, t, r, now);
	}
	for (size_t i = se->first_repeat; i < se->n_repeats; i++)
		if (is_under_way(se, i))
			expire(s, se->trials[se->repeats[i].trial], se->repeats[i].run,
			       now);
}

enum ask elsewhere_ask(struct study *s, double lease, struct handout *out,
                       struct error *err)
{
	enum ask ask;
	struct run *r;

	if (!s->search.origin.elsewhere) {
		error_set(err, ERROR_USAGE,
		          "the runs of this search are launched by hpsearch run");
		return ASK_ERROR;
	}
	if (s->search.finish_recorded)
		return ASK_DONE;
	expire_all(s);
	s->fleet.busy = under_way(&s->search);
	out->trial = study_next(s, &out->run, &ask, err);
	if (!out->trial && ask == ASK_ERROR)
		return ASK_ERROR;
	if (!out->trial && s->search.state == SEARCH_RUNNING)
		return ASK_WAIT;
	if (!out->trial) {
		if (!s->fleet.busy)
			study_finish(s);
		return ASK_DONE;
	}
	r = &out->trial->runs[out->run];
	happen(s, *out,
	       (struct event){.kind = EVENT_START,
	                      .lease = lease,
	                      .as.start = {.seed = r->seed,
	                                   .attempt = r->attempts + 1,
	                                   .budget = r->budget}});
	return ASK_POINT;
}

static bool is_open(const struct handout *h, struct error *err)
{
	const struct run *r = &h->trial->runs[h->run];

	if (r->state == RUN_FINISHED)
		return error_set(
		    err, ERROR_USAGE, "trial %llu, run %zu is over already: %s%s%s",
		    (unsigned long long)h->trial->id, h->run, outcome_name(r->outcome),
		    r->reason ? ", " : "", r->reason ? r->reason : "");
	return r->state == RUN_RUNNING || r->due > 0 ||
	       error_set(err, ERROR_USAGE,
	                 "trial %llu, run %zu waits to be asked for%s",
	                 (unsigned long long)h->trial->id, h->run,
	                 r->attempts ? " again" : "");
}

bool elsewhere_find(const struct study *s, uint64_t trial, uint64_t run,
                    struct handout *out, struct error *err)
{
	if (trial >= s->search.n)
		return error_set(err, ERROR_USAGE,
		                 "there is no trial %llu; %zu were asked for",
		                 (unsigned long long)trial, s->search.n);
	*out = (struct handout){s->search.trials[trial], (size_t)run};
	if (run >= out->trial->n_runs)
		return error_set(err, ERROR_USAGE,
		                 "there is no run %llu of trial %llu; it has %zu",
		                 (unsigned long long)run, (unsigned long long)trial,
		                 out->trial->n_runs);
	return is_open(out, err);
}

static void end(struct study *s, struct handout h, const struct ending *how,
                bool judged, bool *again)
{
	struct run *r = &h.trial->runs[h.run];
	struct task task = {.trial = h.trial,
	                    .index = h.run,
	                    .run = r,
	                    .judged = judged,
	                    .stopped = judged};
	struct run_result res = {.exit = how->how == ENDING_FAILED,
	                         .infeasible = how->how == ENDING_INFEASIBLE,
	                         .wall = fmax(0, search_now(&s->search) - r->started),
	                         .cost = how->cost};
	struct run_end facts;

	snprintf(res.reason, sizeof res.reason, "%s", how->reason ? how->reason : "");
	facts = run_conclude(r, &res, &s->search.spec->metric, s->search.spec,
	                     &s->search.arena);
	if (how->how == ENDING_FAILED)
		facts.reason =
		    arena_strdup(&s->search.arena,
		                 how->reason ? how->reason : "told to have failed");
	stopping_end(s, &task, &facts);
	*again = run_again(r, &res, s->search.spec->retries, &facts);
	happen(s, h,
	       (struct event){.kind = EVENT_END,
	                      .as.end = {.facts = &facts,
	                                 .outcome = facts.outcome,
	                                 .again = *again}});
}

static void report(struct study *s, struct handout h, struct report rep, double lease)
{
	const struct run *r = &h.trial->runs[h.run];

	if (isnan(lease))
		lease = r->lease;
	happen(s, h,
	       (struct event){.kind = EVENT_REPORT, .as.report = rep, .lease = lease});
}

bool elsewhere_report(struct study *s, struct handout h, struct report rep,
                      double lease, enum decision *out, struct error *err)
{
	struct ending over = {.how = ENDING_REPORTED};
	bool again;

	if (!is_open(&h, err))
		return false;
	report(s, h, rep, lease);
	*out = stopping_judge(s, h.trial, h.run);
	if (*out != DECISION_CONTINUE)
		end(s, h, &over, true, &again);
	return true;
}

/* What was told counts as the last report, unless the reports come to it already. */
static bool is_news(const struct study *s, const struct run *r, double value)
{
	double said = run_value(r, &s->search.spec->metric);

	return !r->reduction.n || !(said == value || (isnan(said) && isnan(value)));
}

bool elsewhere_tell(struct study *s, struct handout h, const struct ending *how,
                    bool *again, struct error *err)
{
	const struct run *r = &h.trial->runs[h.run];
	double step = r->n_reports ? r->reports[r->n_reports - 1].step : 0;

	if (!is_open(&h, err))
		return false;
	if (how->how == ENDING_VALUE && s->search.spec->metric.name &&
	    is_news(s, r, how->value))
		report(
		    s, h,
		    (struct report){.step = step, .value = how->value, .counted = true},
		    (double)NAN);
	end(s, h, how, false, again);
	return true;
}
