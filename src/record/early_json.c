#include "record/early_json.h"
#include "base/json_out.h"

#include <math.h>
#include <string.h>

void judgement_json(const struct judgement *j, struct str *out)
{
	json_out_text(out, "rule", j->rule);
	json_out_known(out, "rung", j->rung);
	json_out_known(out, "step", j->step);
	json_out_double(out, "value", j->value);
	json_out_known(out, "threshold", j->threshold);
	json_out_u64(out, "peers", j->peers);
}

/* False where the object has no rule. */
static bool read_judgement(const cJSON *e, enum decision decision, struct arena *a,
                           struct judgement *out)
{
	const char *rule = json_string(e, "rule");
	uint64_t peers = 0;

	if (!rule)
		return false;
	*out = (struct judgement){.decision = decision,
	                          .rule = arena_strdup(a, rule),
	                          .rung = (double)NAN,
	                          .step = (double)NAN,
	                          .value = (double)NAN,
	                          .threshold = (double)NAN};
	json_double(e, "rung", &out->rung);
	json_double(e, "step", &out->step);
	json_double(e, "value", &out->value);
	json_double(e, "threshold", &out->threshold);
	json_u64(e, "peers", &peers);
	out->peers = (size_t)peers;
	return true;
}

static bool no_decision(struct error *err)
{
	return error_set(err, ERROR_FILE, "a decision that is none");
}

bool decision_read(const cJSON *e, struct arena *a, struct event *out,
                   struct error *err)
{
	static const struct {
		const char *word;
		enum event_kind kind;
		enum decision decision;
	} kinds[] = {{"stop", EVENT_STOP, DECISION_STOP},
	             {"pause", EVENT_PAUSE, DECISION_PAUSE},
	             {"promote", EVENT_PROMOTE, DECISION_CONTINUE}};
	const char *what = json_string(e, "decision");
	struct judgement *why = arena_new(a, 1, sizeof *why);
	size_t k = 0;

	while (k < ARRAY_LEN(kinds) && (!what || strcmp(what, kinds[k].word) != 0))
		k++;
	if (k == ARRAY_LEN(kinds) || !read_judgement(e, kinds[k].decision, a, why))
		return no_decision(err);
	out->kind = kinds[k].kind;
	out->as.decision.why = why;
	out->as.decision.last = cJSON_IsTrue(json_get(e, "last"));
	if (out->kind == EVENT_PROMOTE &&
	    !(json_double(e, "budget", &out->as.decision.budget) &&
	      out->as.decision.budget > 0))
		return no_decision(err);
	return true;
}

void decision_json(const struct event *e, struct str *out)
{
	str_addf(out, "\"decision\":\"%s\"", event_kind_name(e->kind));
	judgement_json(e->as.decision.why, out);
	if (e->kind == EVENT_PROMOTE)
		json_out_double(out, "budget", e->as.decision.budget);
	if (e->as.decision.last)
		json_out_bool(out, "last", true);
}

/* The log: ["trial",3], ["start",3,0] or ["start",3,0,budget], ["report",3,0,step,
 * value], ["end",3,0,outcome], and decisions as objects. */

static void add_decision(struct str *out, const struct event *e)
{
	str_addc(out, '{');
	json_out_u64(out, "trial", e->trial);
	json_out_u64(out, "run", e->run);
	str_addc(out, ',');
	decision_json(e, out);
	str_addc(out, '}');
}

static void add_value(struct str *out, double x)
{
	str_addc(out, ',');
	str_json_double(out, x);
}

static void add_event(struct str *out, const struct event *e)
{
	if (event_is_decision(e->kind)) {
		add_decision(out, e);
		return;
	}
	str_addf(out, "[\"%s\"", event_kind_name(e->kind));
	if (e->kind != EVENT_SESSION)
		str_addf(out, ",%llu", (unsigned long long)e->trial);
	if (e->kind != EVENT_SESSION && e->kind != EVENT_TRIAL)
		str_addf(out, ",%u", e->run);
	if (e->kind == EVENT_START && e->as.start.budget > 0)
		add_value(out, e->as.start.budget);
	if (e->kind == EVENT_START && e->as.start.keeps)
		str_add(out, ",\"keeps\"");
	if (e->kind == EVENT_REPORT) {
		add_value(out, e->as.report.step);
		add_value(out, e->as.report.value);
	}
	if (e->kind == EVENT_END)
		str_addf(out, ",\"%s\"", outcome_name(e->as.end.outcome));
	str_addc(out, ']');
}

static void add_savings(struct str *out, const struct savings *v)
{
	json_out_u64(out, "runs", v->runs);
	json_out_u64(out, "stopped", v->stopped);
	json_out_u64(out, "paused", v->paused);
	json_out_u64(out, "promotions", v->promotions);
	json_out_known(out, "steps", v->steps);
	json_out_known(out, "steps_in_full", v->full_steps);
	json_out_known(out, "wall", v->wall);
	json_out_known(out, "wall_in_full", v->full_wall);
	json_out_key(out, "control");
	str_addc(out, '{');
	json_out_u64(out, "trials", v->control);
	json_out_u64(out, "ok", v->control_ok);
	json_out_u64(out, "would_stop", v->would_stop);
	json_out_u64(out, "would_win", v->would_win);
	if (v->would_stop) {
		json_out_double(out, "loss_low", v->loss.low);
		json_out_double(out, "loss_high", v->loss.high);
	}
	str_addc(out, '}');
	if (isnan(v->correlation))
		return;
	json_out_key(out, "rank_correlation");
	str_addc(out, '{');
	json_out_double(out, "spearman", v->correlation);
	json_out_double(out, "low", v->agreement.low);
	json_out_double(out, "high", v->agreement.high);
	json_out_double(out, "effective", v->effective);
	json_out_known(out, "from", v->low);
	json_out_known(out, "to", v->high);
	json_out_u64(out, "runs", v->pairs);
	str_addc(out, '}');
}

void early_json(const struct search *s, const struct monitor *m, struct str *out)
{
	struct savings v = savings_of(s, m);

	str_add(out, ",\n\"early_terminate\":{");
	json_out_text(out, "rule", m->rule.type->name);
	add_savings(out, &v);
	str_add(out, ",\n\"log\":[\n");
}

void early_json_event(const struct monitor *m, size_t i, struct str *out)
{
	const struct event *e = &m->log[i];

	str_add(out, i ? e->kind == EVENT_REPORT ? "," : ",\n" : "");
	add_event(out, e);
}
