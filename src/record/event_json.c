#include "record/event_json.h"

#include "base/json_out.h"
#include "config/items.h"
#include "record/early_json.h"
#include "record/origin_json.h"
#include "record/purpose_json.h"
#include "record/run_end_json.h"
#include "search/race.h"
#include "space/point_json.h"

#include <math.h>
#include <string.h>

/* Writing. */

static void write_search(const struct search_origin *o, const struct spec *spec,
                         struct str *out)
{
	json_out_int(out, "schema", o->first_rules ? 1 : JOURNAL_SCHEMA);
	json_out_text(out, "hpsearch", o->version);
	json_out_int(out, "decoding", space_decoding(&spec->space));
	json_out_text(out, "path", o->path);
	if (o->folder)
		json_out_text(out, "folder", o->folder);
	json_out_text(out, "yaml", o->yaml);
	if (spec->points_text)
		json_out_text(out, "points", spec->points_text);
	if (spec->items.text)
		json_out_text(out, "items", spec->items.text);
	json_out_u64(out, "seed", spec->seed);
	json_out_words(out, "set", o->set, o->n_set);
	if (o->command)
		json_out_text(out, "command", o->command);
	if (o->chosen)
		json_out_text(out, "chosen", o->chosen);
	if (o->elsewhere)
		json_out_bool(out, "elsewhere", true);
	json_out_text(out, "host", o->host);
	json_out_text(out, "git", o->git);
}

void lineage_json(const struct lineage *line, struct str *out)
{
	if (line->is)
		json_out_u64(out, "member", line->member);
	if (line->is && line->goes_on)
		json_out_u64(out, "from", line->from);
}

struct lineage lineage_read(const cJSON *json)
{
	struct lineage line = {0};

	line.is = json_u64(json, "member", &line.member);
	line.goes_on = line.is && json_u64(json, "from", &line.from);
	return line;
}

void thrift_json(const struct thrift *t, struct str *out)
{
	if (t->weight > 0)
		json_out_double(out, t->of_time ? "time_weight" : "cost_weight",
		                t->weight);
}

struct thrift thrift_read(const cJSON *json)
{
	struct thrift t = {0};

	json_double(json, "cost_weight", &t.weight);
	if (!(t.weight > 0))
		t.of_time = json_double(json, "time_weight", &t.weight);
	return t;
}

static void write_trial(const struct event *e, const struct spec *spec, struct str *out)
{
	const struct space *sp = &spec->space;
	struct arena scratch = {0};
	const struct value **values = arena_new(&scratch, sp->n, sizeof *values);

	json_out_u64(out, "t", e->trial);
	if (e->as.proposal.origin != ORIGIN_STRATEGY)
		json_out_text(out, "origin", origin_name(e->as.proposal.origin));
	if (e->as.proposal.label)
		json_out_text(out, "label", e->as.proposal.label);
	if (e->as.proposal.added)
		json_out_u64(out, "added", e->as.proposal.added);
	json_out_u64(out, "seen", e->as.proposal.known_upto);
	lineage_json(&e->as.proposal.line, out);
	thrift_json(&e->as.proposal.thrift, out);
	str_addc(out, ',');
	point_json(out, sp, e->as.proposal.point);
	space_decode(sp, e->as.proposal.point, &scratch, values);
	json_out_key(out, "params");
	space_json(sp, values, out);
	arena_free(&scratch);
}

static void write_run(const struct event *e, struct str *out)
{
	if (e->phase == PHASE_SEARCH) {
		json_out_u64(out, "t", e->trial);
	} else {
		json_out_text(out, "phase", phase_name(e->phase));
		if (e->trial == VERDICT_DEFAULTS)
			json_out_text(out, "c", "defaults");
		else
			json_out_u64(out, "c", e->trial);
	}
	json_out_u64(out, "r", e->run);
}

/* By its name for people; the step says which it is. */
static void write_answer(const struct report *rep, const struct spec *spec,
                         struct str *out)
{
	size_t at = (size_t)rep->step;

	if (!spec->items.present || !(rep->step >= 0) ||
	    at >= spec->items.n + spec->items.n_test)
		return;
	json_out_text(out, "item", spec->items.list[at].name);
	if (rep->cost > 0)
		json_out_double(out, "cost", rep->cost);
	if (rep->latency > 0)
		json_out_double(out, "latency", rep->latency);
}

static void write_report(const struct event *e, const struct spec *spec,
                         struct str *out)
{
	const struct report *rep = &e->as.report;

	json_out_double(out, "step", rep->step);
	json_out_double(out, "value", rep->value);
	if (e->kind == EVENT_REPORT && rep->counted)
		json_out_bool(out, "counted", true);
	if (e->kind == EVENT_REPORT)
		write_answer(rep, spec, out);
}

void leaving_json(const struct leaving *l, struct str *out)
{
	json_out_u64(out, "leader", l->leader);
	json_out_u64(out, "items", l->items);
	json_out_double(out, "behind", l->behind);
	json_out_double(out, "at_least", l->at_least);
	json_out_double(out, "level", l->level);
}

static void write_start(const struct event *e, struct str *out)
{
	json_out_u64(out, "seed", e->as.start.seed);
	json_out_u64(out, "attempt", e->as.start.attempt);
	if (e->as.start.budget > 0)
		json_out_double(out, "budget", e->as.start.budget);
	if (e->as.start.keeps)
		json_out_bool(out, "keeps", true);
}

static void write_end(const struct event *e, struct str *out)
{
	if (e->as.end.again)
		json_out_bool(out, "again", true);
	if (e->as.end.wait > 0)
		json_out_double(out, "wait", e->as.end.wait);
	run_end_json(e->as.end.facts, out);
}

static void write_finish(const struct event *e, struct str *out)
{
	json_out_text(out, "state",
	              search_state_name((enum search_state)e->as.finish.state));
	if (e->as.finish.why)
		json_out_text(out, "why", e->as.finish.why);
}

static void write_use(const struct verdict_use *u, struct str *out)
{
	if (u->key == VERDICT_DEFAULTS)
		json_out_text(out, "c", "defaults");
	else
		json_out_u64(out, "c", u->key);
	test_use_json(u, out);
}

/* What a kind has beside its name, its run and its time. */
static void write_body(const struct event *e, const struct spec *spec, struct str *out)
{
	switch (e->kind) {
	case EVENT_SEARCH: write_search(e->as.search, spec, out); break;
	case EVENT_SESSION:
		json_out_u64(out, "max_trials", e->as.session.max_trials);
		if (e->as.session.code)
			json_out_text(out, "code", e->as.session.code);
		if (e->as.session.slots)
			json_out_text(out, "slots", e->as.session.slots);
		break;
	case EVENT_WARM_START:
		str_addc(out, ',');
		warm_write(e->as.warm.from, spec, e->as.warm.source, out);
		break;
	case EVENT_TRIAL: write_trial(e, spec, out); break;
	case EVENT_REPEAT:
		json_out_u64(out, "t", e->trial);
		json_out_u64(out, "seen", e->as.repeat.known_upto);
		json_out_u64(out, "cap", e->as.repeat.cap);
		if (e->as.repeat.last)
			json_out_bool(out, "last", true);
		break;
	case EVENT_START: write_start(e, out); break;
	case EVENT_REPORT:
	case EVENT_RUNG: write_report(e, spec, out); break;
	case EVENT_LEAVE:
		json_out_u64(out, "t", e->trial);
		leaving_json(e->as.leave.why, out);
		break;
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_PROMOTE:
		str_addc(out, ',');
		decision_json(e, out);
		break;
	case EVENT_END: write_end(e, out); break;
	case EVENT_CUT: json_out_double(out, "cost", e->as.cost); break;
	case EVENT_FINISH: write_finish(e, out); break;
	case EVENT_READING:
		json_out_bool(out, "text", e->as.reading.text);
		if (e->as.reading.text)
			json_out_text(out, "line", e->as.reading.line);
		break;
	case EVENT_TEST_USE: write_use(e->as.use, out); break;
	case EVENT_PURPOSE: purpose_json(e->as.purpose, out); break;
	case EVENT_REQUEUE:
	case EVENT_OBSERVED: break;
	}
}

static bool is_of_a_run(enum event_kind k)
{
	return k == EVENT_START || k == EVENT_REPORT || k == EVENT_RUNG ||
	       event_is_decision(k) || k == EVENT_END || k == EVENT_CUT ||
	       k == EVENT_REQUEUE;
}

/* Reports come by the thousand; decisions and rungs stand behind a report. */
static bool has_time(const struct event *e)
{
	enum event_kind k = e->kind;

	return e->lease > 0 || k == EVENT_LEAVE || k == EVENT_SEARCH ||
	       k == EVENT_SESSION || k == EVENT_START || k == EVENT_END ||
	       k == EVENT_CUT || k == EVENT_FINISH || k == EVENT_READING ||
	       k == EVENT_TEST_USE || k == EVENT_PURPOSE;
}

void event_write(const struct event *e, const struct spec *spec, struct str *out)
{
	str_clear(out);
	str_addf(out, "\"e\":\"%s%s\"", e->phase != PHASE_SEARCH ? "verify_" : "",
	         event_is_decision(e->kind) ? "decision" : event_kind_name(e->kind));
	if (is_of_a_run(e->kind))
		write_run(e, out);
	write_body(e, spec, out);
	if (e->lease > 0)
		json_out_double(out, "lease", e->lease);
	if (has_time(e))
		str_addf(out, ",\"time\":%.3f", e->time);
}

/* Reading. */

static bool not_whole(struct error *err, const char *what)
{
	return error_set(err, ERROR_FILE, "%s that is not whole", what);
}

static bool read_search(struct event_reader *r, const cJSON *json, struct event *e,
                        struct error *err)
{
	double schema = 0;

	if (!json_double(json, "schema", &schema) || schema > JOURNAL_SCHEMA)
		return error_set(
		    err, ERROR_FILE,
		    "the journal is of format %g, this hpsearch reads up to %d; "
		    "use the newer hpsearch that wrote it",
		    schema, JOURNAL_SCHEMA);
	e->as.search = &r->origin;
	return origin_read(json, &r->origin, r->arena, err);
}

static bool read_trial(struct event_reader *r, const cJSON *json, struct event *e,
                       struct error *err)
{
	struct coord *point = arena_new(r->arena, r->spec->space.n, sizeof *point);

	if (!json_u64(json, "t", &e->trial))
		return not_whole(err, "a trial");
	json_u64(json, "seen", &e->as.proposal.known_upto);
	e->as.proposal.thrift = thrift_read(json);
	e->as.proposal.line = lineage_read(json);
	e->as.proposal.origin = origin_find(json_string(json, "origin"));
	e->as.proposal.label = json_string(json, "label");
	json_u64(json, "added", &e->as.proposal.added);
	e->as.proposal.point = point;
	return point_read(json, &r->spec->space, point, err);
}

static void read_start(const cJSON *json, struct event *e)
{
	uint64_t attempt = 0;

	json_double(json, "budget", &e->as.start.budget);
	json_u64(json, "attempt", &attempt);
	e->as.start.attempt = (unsigned)attempt;
	e->as.start.keeps = cJSON_IsTrue(json_get(json, "keeps"));
	e->as.start.seed = SEED_DERIVED;
	json_u64(json, "seed", &e->as.start.seed);
}

/* The name beside an answer must be that of its place, or the split is another one. */
static bool is_that_item(const char *name, const struct report *rep,
                         const struct spec *spec)
{
	return !name || !spec->items.present ||
	       (rep->step >= 0 &&
	        rep->step < (double)(spec->items.n + spec->items.n_test) &&
	        strcmp(name, spec->items.list[(size_t)rep->step].name) == 0);
}

static bool read_report(const struct event_reader *r, const cJSON *json,
                        struct event *e, struct error *err)
{
	struct report *rep = &e->as.report;

	rep->counted = cJSON_IsTrue(json_get(json, "counted"));
	json_double(json, "step", &rep->step);
	json_double(json, "cost", &rep->cost);
	json_double(json, "latency", &rep->latency);
	if (!json_double(json, "value", &rep->value))
		return not_whole(err, e->kind == EVENT_RUNG ? "a rung" : "a report");
	return is_that_item(json_string(json, "item"), rep, r->spec) ||
	       error_set(err, ERROR_FILE, "an answer to another item than it says");
}

bool leaving_read(const cJSON *json, struct leaving *l, struct error *err)
{
	uint64_t items = 0;

	*l = (struct leaving){0};
	if (!json_u64(json, "leader", &l->leader) || !json_u64(json, "items", &items) ||
	    !items || !json_double(json, "behind", &l->behind) ||
	    !json_double(json, "at_least", &l->at_least) ||
	    !json_double(json, "level", &l->level) || !(l->level > 0 && l->level < 0.5))
		return not_whole(err, "a trial that left");
	l->items = (size_t)items;
	return true;
}

static bool read_leave(struct event_reader *r, const cJSON *json, struct event *e,
                       struct error *err)
{
	struct leaving *l = arena_new(r->arena, 1, sizeof *l);

	e->as.leave.why = l;
	return json_u64(json, "t", &e->trial) ? leaving_read(json, l, err)
	                                      : not_whole(err, "a trial that left");
}

static bool read_end(struct event_reader *r, const cJSON *json, struct event *e,
                     struct error *err)
{
	if (!run_end_read(json, &r->facts, r->arena, err))
		return false;
	e->as.end.facts = &r->facts;
	e->as.end.outcome = r->facts.outcome;
	e->as.end.again = cJSON_IsTrue(json_get(json, "again"));
	json_double(json, "wait", &e->as.end.wait);
	return true;
}

static void read_finish(struct event_reader *r, const cJSON *json, struct event *e)
{
	const char *state = json_string(json, "state"), *why = json_string(json, "why");
	enum search_state known = SEARCH_RUNNING;

	if (state)
		search_state_find(state, &known);
	e->as.finish.state = (int)known;
	e->as.finish.why = why ? arena_strdup(r->arena, why) : NULL;
}

static bool read_warm(struct event_reader *r, const cJSON *json, struct event *e,
                      struct error *err)
{
	warm_free(&r->warm);
	e->as.warm.from = &r->warm;
	return warm_read(&r->warm, r->spec, json, r->arena, err);
}

static bool read_use(struct event_reader *r, const cJSON *json, struct event *e,
                     struct error *err)
{
	const char *name = json_string(json, "c");

	r->use = (struct verdict_use){0};
	e->as.use = &r->use;
	if (name && strcmp(name, "defaults") == 0)
		r->use.key = VERDICT_DEFAULTS;
	else if (!json_u64(json, "c", &r->use.key))
		return not_whole(err, "a use of the test data");
	return test_use_read(json, &r->use, err);
}

static bool read_body(struct event_reader *r, const cJSON *json, struct event *e,
                      struct error *err)
{
	switch (e->kind) {
	case EVENT_SEARCH: return read_search(r, json, e, err);
	case EVENT_SESSION:
		json_u64(json, "max_trials", &e->as.session.max_trials);
		e->as.session.code = json_string(json, "code");
		e->as.session.slots = json_string(json, "slots");
		break;
	case EVENT_WARM_START: return read_warm(r, json, e, err);
	case EVENT_TRIAL: return read_trial(r, json, e, err);
	case EVENT_REPEAT:
		json_u64(json, "seen", &e->as.repeat.known_upto);
		json_u64(json, "cap", &e->as.repeat.cap);
		e->as.repeat.last = cJSON_IsTrue(json_get(json, "last"));
		return json_u64(json, "t", &e->trial) || not_whole(err, "a repeat");
	case EVENT_START: read_start(json, e); break;
	case EVENT_REPORT:
	case EVENT_RUNG: return read_report(r, json, e, err);
	case EVENT_LEAVE: return read_leave(r, json, e, err);
	case EVENT_STOP:
	case EVENT_PAUSE:
	case EVENT_PROMOTE: return decision_read(json, r->arena, e, err);
	case EVENT_END: return read_end(r, json, e, err);
	case EVENT_CUT: json_double(json, "cost", &e->as.cost); break;
	case EVENT_FINISH: read_finish(r, json, e); break;
	case EVENT_READING:
		e->as.reading.text = cJSON_IsTrue(json_get(json, "text"));
		e->as.reading.line = json_string(json, "line");
		break;
	case EVENT_TEST_USE: return read_use(r, json, e, err);
	case EVENT_PURPOSE:
		e->as.purpose = &r->purpose;
		return purpose_read(json, &r->purpose, r->arena) ||
		       not_whole(err, "a purpose");
	case EVENT_REQUEUE:
	case EVENT_OBSERVED: break;
	}
	return true;
}

static bool read_candidate(const cJSON *json, struct event *e, struct error *err)
{
	const char *phase = json_string(json, "phase"), *name = json_string(json, "c");

	if (!phase)
		return not_whole(err, "a line of the verification");
	e->phase = strcmp(phase, "test") == 0 ? PHASE_TEST : PHASE_RERUN;
	if (name && strcmp(name, "defaults") == 0)
		e->trial = VERDICT_DEFAULTS;
	else if (!json_u64(json, "c", &e->trial))
		return not_whole(err, "a line of the verification");
	return true;
}

static bool read_run(const cJSON *json, bool verification, struct event *e,
                     struct error *err)
{
	uint64_t run = 0;

	if (verification ? !read_candidate(json, e, err)
	                 : !json_u64(json, "t", &e->trial) &&
	                       !not_whole(err, "an event of a run"))
		return false;
	if (!json_u64(json, "r", &run) || run > (verification ? PAIRS_MAX : UINT32_MAX))
		return not_whole(err, "an event of a run");
	e->run = (uint32_t)run;
	return true;
}

bool event_read(struct event_reader *r, const cJSON *json, struct event *e,
                struct error *err)
{
	static const char prefix[] = "verify_";
	const char *word = json_string(json, "e"), *name = word;
	bool verification;

	*e = (struct event){.time = (double)NAN};
	if (!word)
		return error_set(err, ERROR_FILE, "an event without a name");
	verification = strncmp(word, prefix, sizeof prefix - 1) == 0;
	name += verification ? sizeof prefix - 1 : 0;
	if (strcmp(name, "decision") == 0)
		e->kind = EVENT_STOP; /* which of them, its body says */
	else if (!event_kind_find(name, &e->kind) || event_is_decision(e->kind) ||
	         e->kind == EVENT_OBSERVED || (verification && !is_of_a_run(e->kind)))
		return error_set(err, ERROR_FILE,
		                 "an event \"%.40s\" that this hpsearch does not know",
		                 word);
	json_double(json, "time", &e->time);
	json_double(json, "lease", &e->lease);
	return (!is_of_a_run(e->kind) || read_run(json, verification, e, err)) &&
	       read_body(r, json, e, err);
}

void event_reader_free(struct event_reader *r)
{
	warm_free(&r->warm);
}
