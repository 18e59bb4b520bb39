/* Decisions and their log in JSON: in the journal, and in a results file. */
#include "study/stopping.h"

#include <math.h>
#include <string.h>

static void add_number(struct str *out, const char *key, double x)
{
	if (isnan(x) && strcmp(key, "value") != 0)
		return;
	str_addf(out, ",\"%s\":", key);
	str_json_double(out, x);
}

void judgement_json(const struct judgement *j, struct str *out)
{
	str_addf(out, "\"rule\":\"%s\"", j->rule);
	add_number(out, "rung", j->rung);
	add_number(out, "step", j->step);
	add_number(out, "value", j->value);
	add_number(out, "threshold", j->threshold);
	str_addf(out, ",\"peers\":%zu", j->peers);
}

bool judgement_read(const cJSON *e, enum decision decision, struct arena *a,
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

bool stopping_read_decision(const cJSON *e, struct arena *a, struct monitor_event *out,
                            struct error *err)
{
	static const struct {
		const char *word;
		enum monitor_kind kind;
		enum decision decision;
	} kinds[] = {{"stop", MONITOR_STOP, DECISION_STOP},
	             {"pause", MONITOR_PAUSE, DECISION_PAUSE},
	             {"promote", MONITOR_PROMOTE, DECISION_CONTINUE}};
	const char *what = json_string(e, "decision");
	struct judgement *why = arena_new(a, 1, sizeof *why);
	size_t k = 0;

	while (k < ARRAY_LEN(kinds) && (!what || strcmp(what, kinds[k].word) != 0))
		k++;
	if (k == ARRAY_LEN(kinds) || !judgement_read(e, kinds[k].decision, a, why))
		return no_decision(err);
	out->kind = kinds[k].kind;
	out->why = why;
	out->last = cJSON_IsTrue(json_get(e, "last"));
	if (out->kind == MONITOR_PROMOTE &&
	    !(json_double(e, "budget", &out->step) && out->step > 0))
		return no_decision(err);
	return true;
}

void stopping_write_decision(const struct monitor_event *e, struct str *out)
{
	str_addf(out, "\"decision\":\"%s\",", monitor_kind_name(e->kind));
	judgement_json(e->why, out);
	if (e->kind == MONITOR_PROMOTE)
		add_number(out, "budget", e->step);
	if (e->last)
		str_add(out, ",\"last\":true");
}

/* The log: ["trial",3], ["start",3,0] or ["start",3,0,budget], ["report",3,0,step,
 * value], ["end",3,0,outcome], and decisions as objects. */

static void add_event(struct str *out, const struct monitor_event *e)
{
	bool decided = e->why != NULL;

	if (decided) {
		str_addf(out, "{\"trial\":%llu,\"run\":%u,",
		         (unsigned long long)e->trial, e->run);
		stopping_write_decision(e, out);
		str_addc(out, '}');
		return;
	}
	str_addf(out, "[\"%s\"", monitor_kind_name(e->kind));
	if (e->kind != MONITOR_SESSION)
		str_addf(out, ",%llu", (unsigned long long)e->trial);
	if (e->kind != MONITOR_SESSION && e->kind != MONITOR_TRIAL)
		str_addf(out, ",%u", e->run);
	if (e->kind == MONITOR_REPORT || (e->kind == MONITOR_START && e->step > 0)) {
		str_addc(out, ',');
		str_json_double(out, e->step);
	}
	if (e->kind == MONITOR_REPORT) {
		str_addc(out, ',');
		str_json_double(out, e->value);
	}
	if (e->kind == MONITOR_END)
		str_addf(out, ",\"%s\"", outcome_name(e->outcome));
	str_addc(out, ']');
}

static void add_savings(struct str *out, const struct savings *v)
{
	str_addf(out, "\"runs\":%llu,\"stopped\":%llu,\"paused\":%llu",
	         (unsigned long long)v->runs, (unsigned long long)v->stopped,
	         (unsigned long long)v->paused);
	str_addf(out, ",\"promotions\":%llu", (unsigned long long)v->promotions);
	add_number(out, "steps", v->steps);
	add_number(out, "steps_in_full", v->full_steps);
	add_number(out, "wall", v->wall);
	add_number(out, "wall_in_full", v->full_wall);
	str_addf(out,
	         ",\"control\":{\"trials\":%llu,\"ok\":%llu,\"would_stop\":%llu,"
	         "\"would_win\":%llu}",
	         (unsigned long long)v->control, (unsigned long long)v->control_ok,
	         (unsigned long long)v->would_stop, (unsigned long long)v->would_win);
	if (!isnan(v->correlation)) {
		str_add(out, ",\"rank_correlation\":{\"spearman\":");
		str_json_double(out, v->correlation);
		add_number(out, "from", v->low);
		add_number(out, "to", v->high);
		str_addf(out, ",\"runs\":%zu}", v->pairs);
	}
}

void stopping_results(const struct study *s, struct str *out)
{
	const struct monitor *sc = s->monitor;
	struct savings v;

	v = savings_of(s);
	str_addf(out, ",\n\"early_terminate\":{\"rule\":\"%s\",", sc->rule.type->name);
	add_savings(out, &v);
	str_add(out, ",\n\"log\":[\n");
}

void stopping_results_event(const struct study *s, size_t i, struct str *out)
{
	const struct monitor_event *e = &s->monitor->log[i];

	str_add(out, i ? e->kind == MONITOR_REPORT ? "," : ",\n" : "");
	add_event(out, e);
}

static bool read_index(const cJSON **item, uint64_t below, uint64_t *out)
{
	double x;

	if (!*item || !cJSON_IsNumber(*item))
		return false;
	x = (*item)->valuedouble;
	*item = (*item)->next;
	*out = x >= 0 && x < 0x1p53 ? (uint64_t)x : UINT64_MAX;
	return *out < below;
}

static bool kind_find(const char *word, enum monitor_kind *kind)
{
	for (int k = MONITOR_SESSION; k <= MONITOR_END; k++)
		if (strcmp(word, monitor_kind_name((enum monitor_kind)k)) == 0) {
			*kind = (enum monitor_kind)k;
			return true;
		}
	return false;
}

static bool read_list(const struct study *s, const cJSON *list, struct monitor_event *e)
{
	const cJSON *item = list->child;
	uint64_t run = 0;

	if (!item || !cJSON_IsString(item) || !kind_find(item->valuestring, &e->kind))
		return false;
	item = item->next;
	switch (e->kind) {
	case MONITOR_SESSION: return !item;
	case MONITOR_TRIAL: return read_index(&item, s->n, &e->trial) && !item;
	case MONITOR_STOP:
	case MONITOR_PAUSE:
	case MONITOR_PROMOTE: return false;
	case MONITOR_START:
	case MONITOR_REPORT:
	case MONITOR_END: break;
	}
	if (!read_index(&item, s->n, &e->trial) ||
	    !read_index(&item, s->spec->repeats, &run))
		return false;
	e->run = (uint32_t)run;
	if (e->kind == MONITOR_END)
		return item && cJSON_IsString(item) &&
		       outcome_find(item->valuestring, &e->outcome);
	if (e->kind == MONITOR_START)
		return !item || (json_number(item, &e->step) && e->step > 0);
	return item && json_number(item, &e->step) && item->next &&
	       json_number(item->next, &e->value);
}

static bool read_object(const struct study *s, const cJSON *item, struct arena *a,
                        struct monitor_event *e)
{
	struct error ignored;
	uint64_t run;

	if (!json_u64(item, "trial", &e->trial) || !json_u64(item, "run", &run) ||
	    e->trial >= s->n || run >= s->spec->repeats)
		return false;
	e->run = (uint32_t)run;
	return stopping_read_decision(item, a, e, &ignored);
}

/* Every trial is there before its runs, once, in order. */
static bool comes_next(const struct study *s, const struct monitor_event *e)
{
	uint64_t trials = s->monitor->all.n / s->spec->repeats;

	return e->kind == MONITOR_SESSION ||
	       (e->kind == MONITOR_TRIAL ? e->trial == trials : e->trial < trials);
}

bool stopping_load(struct study *s, const cJSON *early, struct error *err)
{
	const cJSON *item;
	size_t n = 0;

	if (!s->monitor)
		return true;
	cJSON_ArrayForEach(item, json_get(early, "log"))
	{
		struct monitor_event e = {0};

		n++;
		if (!(cJSON_IsArray(item) ? read_list(s, item, &e)
		                          : read_object(s, item, &s->arena, &e)) ||
		    !comes_next(s, &e))
			return error_set(err, ERROR_FILE,
			                 "early_terminate: event %zu of the log is not "
			                 "whole, or out of its place",
			                 n);
		monitor_take(s->monitor, &e);
	}
	if (s->monitor->all.n != s->n * s->spec->repeats)
		return error_set(err, ERROR_FILE,
		                 "early_terminate: the log does not have every trial");
	for (size_t i = 0; i < s->n; i++)
		if (s->trials[i]->outcome != OUTCOME_NONE)
			stopping_seen(s, s->trials[i],
			              &s->seen[i].sightings[s->seen[i].n - 1]);
	return true;
}
