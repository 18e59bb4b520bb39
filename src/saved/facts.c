#include "saved/facts.h"
#include "base/double.h"
#include "early/decision.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run, and what it is called. */
struct subject {
	const struct saved *sv;
	const struct run *run;
	const struct metric *metric;
	enum phase phase;
	uint64_t trial; /* or which candidate */
	size_t index;
};

static void add_subject(const struct subject *x, struct str *out)
{
	if (x->phase != PHASE_SEARCH)
		str_addf(out, "verification, %s %zu: ", phase_name(x->phase), x->index);
	else
		str_addf(out, "trial %llu, run %zu: ", (unsigned long long)x->trial,
		         x->index);
}

static bool begins(const char *text, const char *word)
{
	return text && strncmp(text, word, strlen(word)) == 0;
}

/* Does its outcome follow from its exit status and its reports? */
static bool is_by_status(const struct run *r)
{
	switch (r->outcome) {
	case OUTCOME_OK:
	case OUTCOME_TIMEOUT:
	case OUTCOME_OOM:
	case OUTCOME_NO_METRIC:
	case OUTCOME_DIVERGED: return true;
	case OUTCOME_FAILED:
		return r->exit != 75 && !begins(r->reason, "cannot be executed");
	case OUTCOME_KILLED:
		return !begins(r->reason, "its supervisor") &&
		       !begins(r->reason, "its agent");
	case OUTCOME_NONE:
	case OUTCOME_STOPPED:
	case OUTCOME_INFEASIBLE:
	case OUTCOME_PREEMPTED: break;
	}
	return false;
}

/* What else the reason has, behind a colon or in brackets, is words of others. */
static bool same_reason(const char *was, const char *now)
{
	size_t n = now ? strcspn(now, "(") : 0;

	if (!was || !now)
		return was == now;
	return strncmp(was, now, n) == 0 && (now[n] || !was[n] || was[n] == ':');
}

static bool check_status(const struct subject *x, struct arena *a, struct str *out)
{
	const struct run *r = x->run;
	struct run_result res = {.exit = r->exit,
	                         .signal = r->signal,
	                         .timed_out = r->outcome == OUTCOME_TIMEOUT,
	                         .over_memory = begins(r->reason, "over memory"),
	                         .oom_text = begins(r->reason, "its stderr"),
	                         .unread = {.n = r->unread}};
	struct run_end end;

	if (!is_by_status(r))
		return true;
	end = run_conclude(r, &res, x->metric, &x->sv->spec, a);
	run_criteria(&x->sv->spec, x->phase, &end, a);
	if (end.outcome == r->outcome &&
	    (res.timed_out || res.over_memory || same_reason(r->reason, end.reason)))
		return true;
	add_subject(x, out);
	str_addf(out, "recorded %s%s%s; exit %d and signal %d say %s%s%s",
	         outcome_name(r->outcome), r->reason ? ", " : "",
	         r->reason ? r->reason : "", r->exit, r->signal,
	         outcome_name(end.outcome), end.reason ? ", " : "",
	         end.reason ? end.reason : "");
	return false;
}

/* A launch that ended well is none of the failures. */
static bool check_counts(const struct subject *x, struct str *out)
{
	const struct run *r = x->run;
	bool kept = r->n_reports < RUN_REPORTS_MAX;

	if (r->failures + (r->outcome == OUTCOME_OK) > r->attempts || !r->attempts) {
		add_subject(x, out);
		str_addf(out, "recorded %s, with %u failure%s in %u launch%s",
		         outcome_name(r->outcome), r->failures, str_plural(r->failures),
		         r->attempts, r->attempts == 1 ? "" : "es");
		return false;
	}
	if (kept ? r->reports_total != r->n_reports : r->reports_total < r->n_reports) {
		add_subject(x, out);
		str_addf(out, "recorded %zu report%s, there are %zu", r->reports_total,
		         str_plural(r->reports_total), r->n_reports);
		return false;
	}
	return true;
}

static bool check_run(const struct subject *x, bool decided, struct arena *a,
                      struct str *out)
{
	if (x->run->state != RUN_FINISHED && x->run->outcome == OUTCOME_OK) {
		add_subject(x, out);
		str_add(out, "it ended well, and is to be run again");
		return false;
	}
	if (x->run->state != RUN_FINISHED || x->sv->study.search.origin.elsewhere)
		return true;
	return check_counts(x, out) && (decided || check_status(x, a, out));
}

static bool check_runs(const struct saved *sv, struct arena *a, struct str *out)
{
	const struct search *s = &sv->study.search;
	const struct verdict *v = &s->verdict;

	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			if (!check_run(&(struct subject){.sv = sv,
			                                 .run = &s->trials[i]->runs[r],
			                                 .metric = &sv->spec.metric,
			                                 .trial = i,
			                                 .index = r},
			               decision_why(sv->study.monitor, s->trials[i], r),
			               a, out))
				return false;
	for (size_t i = 0; i < v->n_runs; i++) {
		const struct verdict_run *x = v->runs[i];
		bool test = x->phase == PHASE_TEST;

		if (!check_run(
			&(struct subject){.sv = sv,
		                          .run = &x->run,
		                          .metric = test ? &v->test_metric : &v->metric,
		                          .phase = x->phase,
		                          .trial = x->key,
		                          .index = x->index},
			false, a, out))
			return false;
	}
	return true;
}

/* The order in which things became known. */

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool was_again(const struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++)
			if (s->trials[i]->runs[r].leg ||
			    s->trials[i]->runs[r].attempts > 1)
				return true;
	return false;
}

/* Every observation has a number of its own, from 1 on. Where the strategy does not
 * learn, those before a trial's end are not in the file. */
static bool check_numbers(const struct search *s, struct str *out)
{
	uint64_t *order = mem_new(s->learnt + 1, sizeof *order);
	size_t n = 0;
	bool ok = true;

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->known[i].n; k++)
			order[n++] = s->known[i].observations[k].order;
	qsort(order, n, sizeof *order, by_number);
	for (size_t k = 0; ok && k < n; k++)
		ok = k ? order[k] > order[k - 1] : order[k] > 0;
	if (ok && n && (s->adaptive || !was_again(s)))
		ok = order[n - 1] == n;
	free(order);
	if (!ok)
		str_add(out, "the order in which trials ended has no number twice and "
		             "leaves none out: that in the file does");
	return ok;
}

/* What was known of a trial under way came from one run, or said only that it goes on.
 */
static bool check_observed(const struct known *k, const struct trial *t)
{
	for (size_t i = 0; i < k->n - (t->order != 0); i++) {
		const struct observation *o = &k->observations[i];

		if (o->state == KNOWN_PENDING && o->n_runs != !isnan(o->step))
			return false;
	}
	return true;
}

static bool check_order(const struct search *s, struct str *out)
{
	bool by_id = s->spec->deterministic;
	uint64_t upto = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];
		uint64_t first =
		    s->known[i].n ? s->known[i].observations[0].order : UINT64_MAX;
		bool ok = t->known_upto < first && check_observed(&s->known[i], t);

		if (by_id)
			ok = ok && (!t->order || t->order == i + 1);
		else
			ok = ok && t->known_upto >= upto;
		if (!ok) {
			str_addf(out,
			         "trial %zu: what was known of it, when (seen, order, "
			         "observed), cannot be",
			         i);
			return false;
		}
		upto = t->known_upto;
	}
	return by_id || check_numbers(s, out);
}

/* The log of early stopping. */

struct logged {
	size_t starts, reports, promotions; /* of the run, in the log */
	size_t found;                       /* of its own reports */
	double budget;                      /* of the last promotion */
};

static void take(const struct event *e, const struct run *run, struct logged *x)
{
	const struct report *next = run->reports + x->found;

	x->starts += e->kind == EVENT_START;
	if (e->kind == EVENT_PROMOTE) {
		x->promotions++;
		x->budget = e->as.decision.budget;
	}
	if (e->kind != EVENT_REPORT)
		return;
	x->reports++;
	/* A step that was only counted is none in the log. */
	if (x->found < run->n_reports && double_same(next->value, e->as.report.value) &&
	    (isnan(e->as.report.step) || double_same(next->step, e->as.report.step)))
		x->found++;
}

static bool agree(const struct monitor *m, const struct trial *t, size_t r,
                  const struct logged *x)
{
	const struct run *run = &t->runs[r];
	double budget = x->promotions ? x->budget : monitor_first_budget(m, t->id, r);

	if (run->state != RUN_FINISHED)
		return true;
	if (x->starts != run->attempts || x->promotions != run->leg ||
	    !double_same(budget, run->budget))
		return false;
	/* Of very many not all are kept; a launch after another may make some again. */
	return run->n_reports >= RUN_REPORTS_MAX ||
	       (x->found == run->n_reports &&
	        (run->attempts > 1 || x->reports == x->found));
}

static bool check_logged(const struct saved *sv, const struct logged *all,
                         struct str *out)
{
	const struct search *s = &sv->study.search;

	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0; r < s->trials[i]->n_runs; r++) {
			if (agree(sv->study.monitor, s->trials[i], r,
			          &all[i * sv->spec.repeats + r]))
				continue;
			str_addf(out,
			         "trial %zu, run %zu: its launches, budget or reports "
			         "are not those in the log of early_terminate",
			         i, r);
			return false;
		}
	return true;
}

static bool check_log(const struct saved *sv, struct str *out)
{
	const struct search *s = &sv->study.search;
	const struct monitor *m = sv->study.monitor;
	struct logged *all;
	bool ok;

	if (!m || m->by_resource || s->origin.elsewhere)
		return true;
	all = mem_new(s->n * sv->spec.repeats + 1, sizeof *all);
	for (size_t i = 0; i < m->n_log; i++) {
		const struct event *e = &m->log[i];

		if ((e->kind == EVENT_START || e->kind == EVENT_REPORT ||
		     e->kind == EVENT_PROMOTE) &&
		    e->trial < s->n && e->run < sv->spec.repeats)
			take(e, &s->trials[e->trial]->runs[e->run],
			     &all[e->trial * sv->spec.repeats + e->run]);
	}
	ok = check_logged(sv, all, out);
	free(all);
	return ok;
}

/* -n, or what the file says. */
static bool check_cap(const struct saved *sv, struct str *out)
{
	const struct search *s = &sv->study.search;
	uint64_t asked = s->origin.max_trials;

	if (s->cap == spec_trial_cap(&sv->spec, asked) || (asked && s->cap == asked))
		return true;
	str_addf(out,
	         "search.trials_asked: recorded %llu, max_trials and the file say %llu",
	         (unsigned long long)s->cap,
	         (unsigned long long)spec_trial_cap(&sv->spec, asked));
	return false;
}

void facts_check(const struct saved *sv, struct str *difference)
{
	struct arena a = {0};

	(void)(check_cap(sv, difference) && check_runs(sv, &a, difference) &&
	       check_order(&sv->study.search, difference) && check_log(sv, difference));
	arena_free(&a);
}
