#include "saved/replay.h"
#include "base/double.h"
#include "base/elementary.h"
#include "early/decision.h"
#include "saved/facts.h"
#include "saved/rewrite.h"
#include "search/race.h"
#include "study/apply.h"
#include "study/propose.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool differs(struct replay *out,
                                                          const char *fmt, ...)
{
	va_list ap;

	out->same = false;
	va_start(ap, fmt);
	vsnprintf(out->difference, sizeof out->difference, fmt, ap);
	va_end(ap);
	return false;
}

static bool same_point(const struct space *sp, const struct coord *a,
                       const struct coord *b)
{
	for (size_t i = 0; i < sp->n; i++)
		if (a[i].level != b[i].level || !double_same(a[i].u, b[i].u))
			return false;
	return true;
}

/* The parameters as the file shows them to people must be those of the point. */
static bool same_params(const struct saved *sv, const struct trial *t,
                        const struct trial *again, struct replay *out)
{
	struct str text = {0};
	cJSON *derived;
	bool same;

	if (!sv->from_file)
		return true;
	space_json(&sv->spec.space, again->values, &text);
	derived = json_parse(text.s, text.len);
	same = derived && json_equal(json_get(sv->by_id[t->id], "params"), derived);
	if (!same)
		differs(
		    out,
		    "trial %llu: its parameters are not those that were proposed: %s",
		    (unsigned long long)t->id, text.s);
	cJSON_Delete(derived);
	str_free(&text);
	return same;
}

static bool proposal_differs(const struct saved *sv, const struct trial *t,
                             const struct event *again, struct replay *out)
{
	const struct space *sp = &sv->spec.space;
	struct arena a = {0};
	const struct value **values = arena_new(&a, sp->n, sizeof *values);
	struct str was = {0}, now = {0};

	space_decode(sp, again->as.proposal.point, &a, values);
	space_json(sp, t->values, &was);
	space_json(sp, values, &now);
	differs(out, "trial %llu: recorded %s\n  %s proposes %s",
	        (unsigned long long)t->id, was.s, sv->spec.method_word, now.s);
	str_free(&was);
	str_free(&now);
	arena_free(&a);
	return false;
}

static bool same_lineage(const struct lineage *a, const struct lineage *b)
{
	return a->is == b->is && a->goes_on == b->goes_on && a->member == b->member &&
	       a->from == b->from;
}

static const char *lineage_text(const struct lineage *l, char *out, size_t size)
{
	if (l->goes_on)
		snprintf(out, size, "member %llu goes on from trial %llu",
		         (unsigned long long)l->member, (unsigned long long)l->from);
	else
		snprintf(out, size, "member %llu begins",
		         (unsigned long long)l->member);
	return out;
}

static bool lineage_differs(const struct trial *t, const struct lineage *again,
                            struct replay *out)
{
	char was[80], now[80];

	return differs(out, "trial %llu: recorded that %s; pbt decides that %s",
	               (unsigned long long)t->id,
	               lineage_text(&t->line, was, sizeof was),
	               lineage_text(again, now, sizeof now));
}

/* The model of 0.1.0 had another arithmetic: what it proposed cannot always be made
 * again to the last bit. All else of its searches is checked. */
static bool may_differ(const struct saved *sv)
{
	return sv->study.search.adaptive && space_decoding(&sv->spec.space) < DECODING;
}

/* The trial as it was proposed. */
static void take_recorded(const struct trial *t, struct event *e)
{
	*e = (struct event){.kind = EVENT_TRIAL,
	                    .trial = t->id,
	                    .as.proposal = {.point = t->point,
	                                    .known_upto = t->known_upto,
	                                    .thrift = t->thrift,
	                                    .line = t->line,
	                                    .origin = t->origin,
	                                    .label = t->label,
	                                    .added = t->added}};
}

/* What a program from outside has proposed is in the space, or it would not be there:
 * more cannot be said of it. */
static bool take_a_program_s(const struct saved *sv, const struct trial *t,
                             struct event *e, struct replay *out)
{
	const char *why = NULL;

	out->taken++;
	take_recorded(t, e);
	if (t->origin != ORIGIN_STRATEGY)
		return differs(out,
		               "trial %llu: recorded as no proposal of the program",
		               (unsigned long long)t->id);
	return space_feasible(&sv->spec.space, t->values, &why) ||
	       differs(out, "trial %llu: breaks the constraint %s",
	               (unsigned long long)t->id, why);
}

/* What a person has added. */
static bool take_added(const struct saved *sv, const struct trial *t, struct event *e,
                       struct replay *out)
{
	const char *why = NULL;

	take_recorded(t, e);
	return space_feasible(&sv->spec.space, t->values, &why) ||
	       differs(out, "trial %llu: breaks the constraint %s",
	               (unsigned long long)t->id, why);
}

/* Asks for trial t again. False: a difference is in *out, or an error. */
static bool propose_again(const struct saved *sv, struct study *fresh,
                          const struct trial *t, struct event *e, struct replay *out,
                          struct error *err)
{
	const char *why = NULL;
	enum ask ask;

	if (t->origin == ORIGIN_ADDED)
		return take_added(sv, t, e, out);
	if (study_is_taken(fresh, t->id))
		return take_a_program_s(sv, t, e, out);
	ask = study_propose_at(fresh, t->known_upto, t->thrift, e, &why, err);
	if (ask == ASK_ERROR)
		return false;
	if (ask == ASK_POINT && !same_lineage(&t->line, &e->as.proposal.line))
		return lineage_differs(t, &e->as.proposal.line, out);
	if (ask == ASK_POINT && e->as.proposal.origin == t->origin &&
	    same_point(&sv->spec.space, t->point, e->as.proposal.point))
		return true;
	if (may_differ(sv)) {
		out->unlike++;
		take_recorded(t, e);
		return true;
	}
	if (ask == ASK_POINT)
		return proposal_differs(sv, t, e, out);
	return differs(out, "trial %llu: recorded, but %s proposes no more: %s",
	               (unsigned long long)t->id, sv->spec.method_word, why ? why : "");
}

/* What was asked for once more, from what was known then. */
static bool check_repeats(const struct saved *sv, struct replay *out)
{
	const struct search *s = &sv->study.search;

	for (size_t i = 0; i < s->n_repeats; i++) {
		const struct repeat *p = &s->repeats[i];
		struct repeat_answer again;

		study_explain_repeat(&sv->study, i, &again);
		if (!again.wanted)
			return differs(
			    out,
			    "trial %llu, run %u: recorded, but what was known "
			    "then asks for no repeat",
			    (unsigned long long)p->trial, p->run);
		if (again.trial != p->trial)
			return differs(
			    out,
			    "trial %llu, run %u: recorded, but what was known "
			    "then asks for one of trial %llu",
			    (unsigned long long)p->trial, p->run,
			    (unsigned long long)again.trial);
	}
	out->repeats = s->n_repeats;
	return true;
}

static bool check_proposals(const struct saved *sv, struct study *fresh,
                            struct replay *out, struct error *err)
{
	const struct search *s = &sv->study.search;

	if (!check_repeats(sv, out))
		return true;
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *again;
		struct event e;

		if (!propose_again(sv, fresh, s->trials[i], &e, out, err))
			return !out->same;
		if (!study_apply(fresh, &e, err))
			return false;
		again = fresh->search.trials[i];
		out->trials += !study_is_taken(fresh, i);
		if (!same_params(sv, s->trials[i], again, out))
			return true;
		/* A strategy that learns sees what it had seen: the recorded outcome.
		 */
		fresh->search.known[i] = s->known[i];
		fresh->search.known[i].point = again->point;
		fresh->search.known[i].values = again->values;
	}
	return true;
}

/* Value, last and best follow from the reports, where all were kept. */
static bool same_reports(const struct run *run, const struct metric *m)
{
	struct reduction d = run_reduction(run, m->goal);

	if (run->state != RUN_FINISHED || !run->n_reports)
		return true;
	if (run->n_reports == run->reports_total &&
	    (!double_same(d.last, run->reduction.last) ||
	     !double_same(d.best, run->reduction.best)))
		return false;
	return double_same(run->value, run_value(run, m));
}

static bool check_run(const struct saved *sv, const struct trial *t, size_t r,
                      struct replay *out)
{
	const struct run *run = &t->runs[r];
	uint64_t seed = seed_of_run(sv->spec.seed, t->root, r);

	out->runs++;
	if (run->seed != seed)
		return differs(out,
		               "trial %llu, run %zu: recorded seed %llu, derived %llu",
		               (unsigned long long)t->id, r,
		               (unsigned long long)run->seed, (unsigned long long)seed);
	if (!same_reports(run, &sv->spec.metric))
		return differs(out,
		               "trial %llu, run %zu: recorded value %.17g, its reports "
		               "give %.17g",
		               (unsigned long long)t->id, r, run->value,
		               run_value(run, &sv->spec.metric));
	return true;
}

/* What the file says of a trial, and what its runs say. */
static bool check_trial(const struct saved *sv, const struct trial *t,
                        struct replay *out)
{
	const cJSON *item = sv->by_id ? sv->by_id[t->id] : NULL;
	const char *outcome = json_string(item, "outcome");
	double value = (double)NAN, error = (double)NAN;

	for (size_t r = 0; r < t->n_runs; r++)
		if (!check_run(sv, t, r, out))
			return false;
	if (!item)
		return true;
	json_double(item, "value", &value);
	json_double(item, "stderr", &error);
	if (strcmp(outcome, outcome_name(t->outcome)) != 0 ||
	    !double_same(value, t->value) || !double_same(error, t->stderr_))
		return differs(out,
		               "trial %llu: recorded %s %.17g, its runs give %s %.17g",
		               (unsigned long long)t->id, outcome, value,
		               outcome_name(t->outcome), t->value);
	return true;
}

static bool check_numbers(const struct saved *sv, struct replay *out)
{
	for (size_t i = 0; i < sv->study.search.n; i++)
		if (!check_trial(sv, sv->study.search.trials[i], out))
			return false;
	return true;
}

/* What a run says of its end, and what was decided. */
static bool check_stop(struct saved *sv, const struct trial *t, size_t r,
                       struct replay *out)
{
	const struct run *run = &t->runs[r];
	const struct judgement *why = decision_why(sv->study.monitor, t, r);
	struct run_end again = run_facts(run);
	bool same;

	if (run->state != RUN_FINISHED || (!why && run->outcome != OUTCOME_STOPPED))
		return true;
	if (!why)
		return differs(out, "trial %llu, run %zu: stopped, by no decision",
		               (unsigned long long)t->id, r);
	/* To version 0.1.0 a run that had converged was a stopped one. */
	if (judgement_converged(why) && run->outcome == OUTCOME_STOPPED)
		return true;
	decision_conclude(sv->study.monitor, why, &again, &sv->arena);
	same = again.outcome == run->outcome && run->reason &&
	       strcmp(again.reason, run->reason) == 0;
	return same || differs(out,
	                       "trial %llu, run %zu: recorded %s, %s; its decision "
	                       "says %s, %s",
	                       (unsigned long long)t->id, r, outcome_name(run->outcome),
	                       run->reason ? run->reason : "",
	                       outcome_name(again.outcome), again.reason);
}

/* What a strategy was shown of a trial under way must be on its curve. */
static bool check_observed(const struct saved *sv, const struct trial *t,
                           struct replay *out)
{
	const struct watched *w = monitor_run(sv->study.monitor, t->id, 0);
	const struct known *seen = &sv->study.search.known[t->id];
	size_t k = 0;

	for (size_t i = 0; sv->study.search.adaptive && i < seen->n; i++) {
		const struct observation *o = &seen->observations[i];

		if (o->state != KNOWN_PENDING || isnan(o->step))
			continue;
		if (k == w->n_milestones ||
		    !double_same(o->step, w->milestones[k].step) ||
		    !double_same(o->value, w->milestones[k].value))
			return differs(
			    out,
			    "trial %llu: recorded as observed at step %g with "
			    "%.17g; its reports do not say so",
			    (unsigned long long)t->id, o->step,
			    search_sign(&sv->study.search) * o->value);
		k++;
	}
	return true;
}

/* The last end of a run in the log is the one that the run has. */
static bool check_ends(const struct saved *sv, struct replay *out)
{
	const struct search *s = &sv->study.search;
	const struct monitor *m = sv->study.monitor;
	size_t repeats = sv->spec.repeats, n = s->n * repeats;
	bool *known = mem_new(n + 1, sizeof *known), same = true;

	for (size_t i = m->n_log; same && i-- > 0;) {
		const struct event *e = &m->log[i];
		size_t k = e->trial * repeats + e->run;
		const struct run *run;

		if (e->kind != EVENT_END || e->trial >= s->n || known[k])
			continue;
		known[k] = true;
		run = &s->trials[e->trial]->runs[e->run];
		same = run->state != RUN_FINISHED ||
		       run->outcome == e->as.end.outcome ||
		       differs(out, "trial %llu, run %u: recorded %s, in the log %s",
		               (unsigned long long)e->trial, e->run,
		               outcome_name(run->outcome),
		               outcome_name(e->as.end.outcome));
	}
	free(known);
	return same;
}

/* Who left a race, by the scores that both had then. */
static bool check_leaving(const struct saved *sv, const struct trial *t,
                          struct replay *out)
{
	const struct search *s = &sv->study.search;
	struct leaving again = t->left ? *t->left : (struct leaving){0};
	double fortune;

	if (!t->left)
		return true;
	out->decisions++;
	fortune = race_again(s, t->id, &again);
	if (again.items == t->left->items && again.level <= RACE_ERROR &&
	    fortune >= -portable_log(again.level) &&
	    double_same(again.behind, t->left->behind) &&
	    double_same(again.at_least, t->left->at_least))
		return true;
	return differs(
	    out,
	    "trial %llu: recorded as %s; the answers say behind by %.17g (at "
	    "least %.17g) on %zu items",
	    (unsigned long long)t->id, t->reason, again.behind, again.at_least,
	    again.items);
}

static bool check_race(const struct saved *sv, struct replay *out)
{
	const struct search *s = &sv->study.search;

	for (size_t i = 0; s->spec->items.present && i < s->n; i++)
		if (!check_leaving(sv, s->trials[i], out))
			return false;
	return true;
}

static bool check_decisions(struct saved *sv, struct replay *out, struct error *err)
{
	const struct search *s = &sv->study.search;
	const struct monitor *m = sv->study.monitor;
	struct str text = {0};
	bool ok = true;

	if (!m)
		return true;
	for (size_t i = 0; out->same && i < s->n; i++)
		for (size_t r = 0; out->same && r < s->trials[i]->n_runs; r++)
			(void)(check_observed(sv, s->trials[i], out) &&
			       check_stop(sv, s->trials[i], r, out));
	if (out->same && check_ends(sv, out))
		ok = monitor_replay(s->spec, m->log, m->n_log, &out->decisions, &text,
		                    err);
	if (text.len)
		differs(out, "%s", str_text(&text));
	str_free(&text);
	return ok;
}

/* The ranks in the file, against those that the values give; in version 0.1.0 equal
 * values had ranks one after the other. */
static bool check_ranks(struct saved *sv, struct replay *out)
{
	struct search *s = &sv->study.search;
	struct trial **order = search_rank(s, &sv->arena);

	for (size_t i = 0; sv->by_id && i < s->n; i++) {
		const struct trial *t = order[i];
		uint64_t rank = 0;

		json_u64(sv->by_id[t->id], "rank", &rank);
		if (rank != t->rank && !(t->rank && rank == i + 1))
			return differs(out,
			               "trial %llu: recorded rank %llu, its value "
			               "gives %llu",
			               (unsigned long long)t->id,
			               (unsigned long long)rank,
			               (unsigned long long)t->rank);
	}
	return true;
}

/* Every use by the winner of today can be counted in its runs; where an earlier one was
 * tested as well, its runs are not in the file. The level is one of those that there
 * are. */
static bool check_uses(const struct verdict *v, uint64_t tests, struct replay *out)
{
	bool all = !v->first_rules;

	for (size_t i = 0; i < v->n_uses; i++) {
		const struct verdict_use *u = &v->uses[i];
		uint64_t k = 1;

		while (k < u->use && !double_same(sequential_allowance(k), u->level))
			k++;
		if (u->level > 0 && !double_same(sequential_allowance(k), u->level))
			return differs(out, "verification, use %zu: its level is none",
			               i);
		if (u->use > u->uses || (u->kind != USE_MORE && u->begun))
			return differs(out, "verification, use %zu: cannot be", i);
		all = all && v->winner != SIZE_MAX &&
		      u->key == v->candidates[v->winner].key;
	}
	if (all ? v->test_uses == tests : v->test_uses >= tests)
		return true;
	return differs(out, "verification: recorded %llu test runs, there are %llu",
	               (unsigned long long)v->test_uses, (unsigned long long)tests);
}

static bool check_verified(const struct saved *sv, const struct verdict_run *x,
                           struct replay *out)
{
	const struct verdict *v = &sv->study.search.verdict;
	const struct metric *m = x->phase == PHASE_TEST ? &v->test_metric : &v->metric;
	uint64_t seed = seed_of_verification(
	    sv->spec.seed, (uint64_t)(x->phase - PHASE_RERUN) << 32 | x->index);

	if (x->run.seed != seed)
		return differs(
		    out, "verification, %s %zu: recorded seed %llu, derived %llu",
		    phase_name(x->phase), x->index, (unsigned long long)x->run.seed,
		    (unsigned long long)seed);
	if (!same_reports(&x->run, m))
		return differs(out,
		               "verification, %s %zu: recorded value %.17g, its "
		               "reports give %.17g",
		               phase_name(x->phase), x->index, x->run.value,
		               run_value(&x->run, m));
	return true;
}

/* The runs of the verification, and what is counted of them. */
static bool check_verification(const struct saved *sv, struct replay *out)
{
	const struct verdict *v = &sv->study.search.verdict;
	uint64_t tests = 0;

	for (size_t i = 0; i < v->n_runs; i++) {
		if (!check_verified(sv, v->runs[i], out))
			return false;
		out->verified += v->runs[i]->run.state == RUN_FINISHED;
		tests += v->runs[i]->phase == PHASE_TEST ? v->runs[i]->run.attempts : 0;
	}
	return check_uses(v, tests, out);
}

/* What a results file says that follows from the rest of it. */
static bool check_rest(struct saved *sv, struct replay *out)
{
	struct str text = {0};

	if (sv->from_file)
		rewrite_compare(sv, &text);
	if (sv->from_file && !text.len && !sv->study.search.origin.first_rules)
		facts_check(sv, &text);
	if (text.len)
		differs(out, "%s", text.s);
	str_free(&text);
	return out->same;
}

static bool check_file(const struct saved *sv, struct replay *out)
{
	if (sv->damage)
		return differs(out, "%s", sv->damage);
	if (!sv->intact)
		return differs(out,
		               "the file does not fit the check at its end: something "
		               "outside the trials was changed after it was written");
	return true;
}

/* The search begun again: the same file, the same earlier trials, nothing yet. */
static bool begin_again(const struct saved *sv, struct study *fresh, struct error *err)
{
	const struct search *s = &sv->study.search;
	struct study_options o = {.origin = s->origin, .max_trials = s->cap};
	struct event e = {.kind = EVENT_WARM_START, .time = (double)NAN};

	if (!study_init(fresh, &sv->spec, &o, err))
		return false;
	e.as.warm.from = &s->warm;
	for (; e.as.warm.source < s->warm.n_sources; e.as.warm.source++)
		if (!study_apply(fresh, &e, err))
			return false;
	return study_warm(fresh, err);
}

bool replay_run(struct saved *sv, struct replay *out, struct error *err)
{
	struct study fresh;
	bool ok;

	*out = (struct replay){.same = true};
	ok = begin_again(sv, &fresh, err) && check_proposals(sv, &fresh, out, err);
	study_free(&fresh);
	if (ok && out->same)
		ok = check_decisions(sv, out, err);
	if (ok && out->same)
		(void)(check_race(sv, out) && check_numbers(sv, out) &&
		       check_ranks(sv, out) && check_verification(sv, out) &&
		       check_file(sv, out) && check_rest(sv, out));
	return ok;
}
