#include "report/event_line.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

static void add_time(struct str *out, double time)
{
	char iso[32];
	double ms = round(1000 * time); /* as many digits as the journal has */

	if (!(time > 0) || *clock_iso(floor(ms / 1000), iso) == '?')
		return;
	str_addf(out, ",\"time\":\"%.*s.%03dZ\"", (int)strcspn(iso, "Z"), iso,
	         (int)fmod(ms, 1000));
}

static void add_search(const struct event *e, const struct spec *sp, struct str *out)
{
	json_out_u64(out, "schema", LOG_SCHEMA);
	json_out_text(out, "hpsearch", e->as.search->version);
	json_out_text(out, "name", sp->name);
	json_out_text(out, "method", sp->method_word);
	json_out_u64(out, "seed", sp->seed);
	json_out_text(out, "metric", sp->metric.name);
	json_out_text(out, "goal", sp->metric.name ? goal_name(sp->metric.goal) : NULL);
	json_out_u64(out, "repeats", sp->repeats);
	json_out_key(out, "parameters");
	for (size_t i = 0; i < sp->space.n; i++) {
		str_addc(out, i ? ',' : '[');
		str_json(out, sp->space.params[i].name,
		         strlen(sp->space.params[i].name), false);
	}
	str_add(out, sp->space.n ? "]" : "[]");
}

static void add_trial(const struct event *e, const struct spec *sp, struct str *out)
{
	const struct value **values;
	struct arena a = {0};

	json_out_u64(out, "trial", e->trial);
	json_out_text(out, "origin", origin_name(e->as.proposal.origin));
	if (e->as.proposal.label)
		json_out_text(out, "label", e->as.proposal.label);
	values = arena_new(&a, sp->space.n + 1, sizeof *values);
	space_decode(&sp->space, e->as.proposal.point, &a, values);
	json_out_key(out, "params");
	space_json(&sp->space, values, out);
	arena_free(&a);
}

static void add_run(const struct event *e, struct str *out)
{
	json_out_text(out, "phase", phase_name(e->phase));
	if (e->trial == VERDICT_DEFAULTS)
		json_out_text(out, "trial", "defaults");
	else
		json_out_u64(out, "trial", e->trial);
	json_out_u64(out, "run", e->run);
}

static void add_end(const struct event *e, struct str *out)
{
	const struct run_end *f = e->as.end.facts;

	json_out_text(out, "outcome", outcome_name(f->outcome));
	json_out_number(out, "value", f->value);
	json_out_int(out, "exit", f->exit);
	json_out_int(out, "signal", f->signal);
	json_out_number(out, "wall", f->wall);
	json_out_number(out, "user", f->user);
	json_out_number(out, "sys", f->sys);
	json_out_int(out, "maxrss", f->maxrss);
	json_out_number(out, "cost", f->cost);
	json_out_u64(out, "reports", f->reports_total);
	json_out_bool(out, "again", e->as.end.again);
}

static void add_decision(const struct event *e, struct str *out)
{
	const struct judgement *j = e->as.decision.why;

	json_out_text(out, "rule", j->rule);
	json_out_known(out, "rung", j->rung);
	json_out_known(out, "step", j->step);
	json_out_known(out, "value", j->value);
	json_out_known(out, "threshold", j->threshold);
	json_out_u64(out, "peers", j->peers);
	if (e->kind == EVENT_PROMOTE)
		json_out_number(out, "budget", e->as.decision.budget);
}

/* Why it ended, where that is a sentence of ours alone: of the failure guard it quotes
 * what a training printed. */
static void add_finish(const struct event *e, struct str *out)
{
	enum search_state state = (enum search_state)e->as.finish.state;

	json_out_text(out, "state", search_state_name(state));
	if (state == SEARCH_DONE || state == SEARCH_BUDGET)
		json_out_text(out, "why", e->as.finish.why);
}

static void add_use(const struct verdict_use *u, struct str *out)
{
	if (u->key == VERDICT_DEFAULTS)
		json_out_text(out, "trial", "defaults");
	else
		json_out_u64(out, "trial", u->key);
	json_out_text(out, "kind", use_kind_name(u->kind));
	json_out_u64(out, "use", u->use);
	json_out_u64(out, "pairs", u->pairs);
}

static void add_body(const struct event *e, const struct spec *sp, struct str *out)
{
	switch (e->kind) {
	case EVENT_SEARCH: add_search(e, sp, out); break;
	case EVENT_SESSION:
		if (e->as.session.max_trials)
			json_out_u64(out, "max_trials", e->as.session.max_trials);
		break;
	case EVENT_TRIAL: add_trial(e, sp, out); break;
	case EVENT_START:
		add_run(e, out);
		if (e->as.start.seed != SEED_DERIVED)
			json_out_u64(out, "seed", e->as.start.seed);
		json_out_u64(out, "attempt", e->as.start.attempt);
		if (e->as.start.budget > 0)
			json_out_number(out, "budget", e->as.start.budget);
		break;
	case EVENT_REPORT:
	case EVENT_RUNG:
		add_run(e, out);
		json_out_known(out, "step", e->as.report.step);
		json_out_number(out, "value", e->as.report.value);
		break;
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_PROMOTE:
		add_run(e, out);
		add_decision(e, out);
		break;
	case EVENT_END:
		add_run(e, out);
		add_end(e, out);
		break;
	case EVENT_CUT:
		add_run(e, out);
		json_out_number(out, "cost", e->as.cost);
		break;
	case EVENT_LEAVE:
		json_out_u64(out, "trial", e->trial);
		json_out_u64(out, "leader", e->as.leave.why->leader);
		json_out_u64(out, "items", e->as.leave.why->items);
		json_out_number(out, "behind", e->as.leave.why->behind);
		json_out_number(out, "at_least", e->as.leave.why->at_least);
		break;
	case EVENT_REQUEUE: add_run(e, out); break;
	case EVENT_REPEAT: json_out_u64(out, "trial", e->trial); break;
	case EVENT_READING: json_out_bool(out, "text", e->as.reading.text); break;
	case EVENT_TEST_USE: add_use(e->as.use, out); break;
	case EVENT_PURPOSE:
		json_out_text(out, "what", purpose_name(e->as.purpose->kind));
		break;
	case EVENT_FINISH: add_finish(e, out); break;
	case EVENT_WARM_START:
	case EVENT_OBSERVED: break;
	}
}

void event_line(const struct event *e, const struct spec *spec, uint64_t n,
                struct str *out)
{
	str_addf(out, "{\"n\":%llu,\"event\":\"%s\"", (unsigned long long)n,
	         event_kind_name(e->kind));
	add_time(out, e->time);
	add_body(e, spec, out);
	str_add(out, "}\n");
}

static void add_outcomes(const struct search *s, struct str *out)
{
	json_out_key(out, "outcomes");
	str_addc(out, '{');
	for (int o = OUTCOME_OK; o <= OUTCOME_PREEMPTED; o++)
		if (s->outcomes[o])
			json_out_u64(out, outcome_name((enum outcome)o),
			             s->outcomes[o]);
	str_addc(out, '}');
}

void event_line_summary(const struct search *s, int exit_code, uint64_t n,
                        struct str *out)
{
	const struct verdict *v = &s->verdict;

	str_addf(out, "{\"n\":%llu,\"event\":\"summary\"", (unsigned long long)n);
	json_out_text(out, "state", search_state_name(s->state));
	json_out_bool(out, "running", s->alive);
	json_out_u64(out, "trials", s->n);
	json_out_u64(out, "finished", s->finished);
	add_outcomes(s, out);
	json_out_key(out, "best");
	if (s->best) {
		str_addf(out, "{\"trial\":%llu", (unsigned long long)s->best->id);
		json_out_number(out, "value", s->best->value);
		str_addc(out, '}');
	} else {
		str_add(out, "null");
	}
	if (s->spec->n_objectives > 1)
		json_out_u64(out, "front",
		             s->best && trial_feasible(s->spec, s->best) ? s->n_front
		                                                         : 0);
	json_out_text(out, "verified",
	              v->wanted && v->done ? answer_name(v->answer) : NULL);
	json_out_number(out, "elapsed", search_elapsed(s));
	if (s->alive || s->state == SEARCH_RUNNING)
		json_out_text(out, "exit", NULL);
	else
		json_out_int(out, "exit", exit_code);
	str_add(out, "}\n");
}

static void tell_run(const struct search *s, enum phase phase, uint64_t trial,
                     uint32_t index, const struct run *r, uint64_t *n, struct str *out)
{
	struct event e = {
	    .kind = EVENT_START, .phase = phase, .trial = trial, .run = index};
	struct run_end facts = run_facts(r);

	if (!r->attempts)
		return;
	e.time = r->started > 0 ? r->started : (double)NAN;
	e.as.start.seed = r->seed;
	e.as.start.attempt = r->attempts;
	e.as.start.budget = r->budget;
	event_line(&e, s->spec, (*n)++, out);
	e.time = (double)NAN;
	e.kind = EVENT_REPORT;
	for (size_t i = 0; i < r->n_reports; i++) {
		e.as.report = r->reports[i];
		event_line(&e, s->spec, (*n)++, out);
	}
	if (r->state != RUN_FINISHED)
		return;
	e.kind = EVENT_END;
	memset(&e.as, 0, sizeof e.as);
	e.as.end.facts = &facts;
	event_line(&e, s->spec, (*n)++, out);
}

void event_lines_of(const struct search *s, uint64_t *n, struct str *out)
{
	struct event e = {.kind = EVENT_SEARCH, .time = s->origin.started};
	const struct verdict *v = &s->verdict;

	e.as.search = &s->origin;
	event_line(&e, s->spec, (*n)++, out);
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = s->trials[i];

		e = (struct event){
		    .kind = EVENT_TRIAL, .trial = t->id, .time = (double)NAN};
		e.as.proposal.point = t->point;
		e.as.proposal.origin = t->origin;
		e.as.proposal.label = t->label;
		event_line(&e, s->spec, (*n)++, out);
		for (size_t r = 0; r < t->n_runs; r++)
			tell_run(s, PHASE_SEARCH, t->id, (uint32_t)r, &t->runs[r], n,
			         out);
	}
	for (size_t i = 0; i < v->n_runs; i++)
		tell_run(s, v->runs[i]->phase, v->runs[i]->key,
		         (uint32_t)v->runs[i]->index, &v->runs[i]->run, n, out);
	e = (struct event){.kind = EVENT_FINISH, .time = (double)NAN};
	e.as.finish.state = (int)s->state;
	e.as.finish.why = s->why;
	if (s->state != SEARCH_RUNNING)
		event_line(&e, s->spec, (*n)++, out);
}
