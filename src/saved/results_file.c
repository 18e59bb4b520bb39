#include "saved/results_file.h"
#include "base/clock.h"
#include "base/crc.h"
#include "base/file.h"
#include "record/event_json.h"
#include "record/results.h"
#include "record/run_end_json.h"
#include "saved/saved_early.h"
#include "space/point_json.h"
#include "study/apply.h"
#include "study/propose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t results_max = (size_t)1 << 30;

static const char check_mark[] = ",\n\"check\":\"crc32c:";
static const char crc_mark[] = ",\"crc\":\"";

static bool fits(const char *text, size_t len, const char *mark)
{
	return strtoul(mark, NULL, 16) == crc32c(0, text, len);
}

/* The checks of the whole and of every trial's line. */
static void check_text(struct saved *sv, const char *text, size_t len)
{
	const char *mark = memmem(text, len, check_mark, sizeof check_mark - 1);
	const char *next = mark;

	while (next && (next = memmem(next + 1, len - (size_t)(next + 1 - text),
	                              check_mark, sizeof check_mark - 1)))
		mark = next;
	sv->intact =
	    mark && fits(text, (size_t)(mark - text), mark + sizeof check_mark - 1);
	for (const char *line = text; line && !sv->damage;) {
		const char *end = strchr(line, '\n');
		size_t n = end ? (size_t)(end - line) : strlen(line);

		if (strncmp(line, "{\"id\":", 6) == 0) {
			const char *crc = NULL, *p = line;

			while ((p = memmem(p, n - (size_t)(p - line), crc_mark,
			                   sizeof crc_mark - 1)))
				crc = p++;
			if (!crc || !fits(line, (size_t)(crc - line),
			                  crc + sizeof crc_mark - 1))
				sv->damage = arena_printf(
				    &sv->arena,
				    "the record of trial %lu does not fit its "
				    "own check: it was changed after it was "
				    "written",
				    strtoul(line + 6, NULL, 10));
		}
		line = end ? end + 1 : NULL;
	}
}

static bool bad_file(struct saved *sv, struct error *err, const char *what)
{
	return error_set(err, ERROR_FILE, "%s: %s", sv->path, what);
}

static bool read_origin(struct saved *sv, struct error *err)
{
	const cJSON *search = json_get(sv->json, "search"), *item;
	struct search_origin *o = &sv->study.search.origin;
	const char *yaml = json_string(sv->json, "space");
	const char *text;
	double schema = 0, decoding = 1;

	if (!search || !yaml)
		return bad_file(sv, err, "is not a results file of hpsearch");
	o->yaml = yaml;
	text = json_string(search, "file");
	o->path = text ? text : "space.yaml";
	o->command = json_string(search, "command_option");
	o->host = json_string(search, "host");
	o->chosen = json_string(search, "chosen");
	o->git = json_string(search, "git");
	o->slots = json_string(search, "slots");
	o->points = json_string(search, "points");
	o->items = json_string(search, "items");
	json_double(sv->json, "schema", &schema);
	o->first_rules = schema < 2;
	o->elsewhere = cJSON_IsTrue(json_get(search, "elsewhere"));
	text = json_string(sv->json, "hpsearch");
	o->version = text ? text : "";
	json_u64(search, "max_trials", &o->max_trials);
	json_double(search, "decoding", &decoding);
	if (!(decoding >= 1 && decoding <= DECODING))
		return bad_file(sv, err, "is of a newer hpsearch: use that");
	o->decoding = (int)decoding;
	cJSON_ArrayForEach(item, json_get(search, "set"))
	{
		if (cJSON_IsString(item) && o->n_set < ARRAY_LEN(o->set))
			o->set[o->n_set++] = item->valuestring;
	}
	return true;
}

/* A run of a file, told as the events that made it. */
struct telling {
	struct saved *sv;
	enum phase phase;
	uint64_t trial; /* or the candidate's key */
	uint32_t run;
	uint64_t order;        /* of the trial's end */
	uint64_t trials, runs; /* in the file */
};

static bool tell(const struct telling *x, struct event e, struct error *err)
{
	e.phase = x->phase;
	e.trial = x->trial;
	e.run = x->run;
	if (!(e.time > 0))
		e.time = (double)NAN;
	return study_apply(&x->sv->study, &e, err) ||
	       error_prefix(err, "%s: ", x->sv->path);
}

static bool tell_start(const struct telling *x, const cJSON *item, struct error *err)
{
	struct event e = {.kind = EVENT_START};
	uint64_t attempts = 0, promotions = 0;

	if (!json_u64(item, "seed", &e.as.start.seed))
		return bad_file(x->sv, err, "a run in it is not whole");
	json_u64(item, "attempts", &attempts);
	json_u64(item, "promotions", &promotions);
	json_double(item, "budget", &e.as.start.budget);
	e.as.start.attempt = (unsigned)attempts;
	e.as.start.leg = (unsigned)promotions;
	return tell(x, e, err);
}

static bool tell_reports(const struct telling *x, const cJSON *list, struct error *err)
{
	const cJSON *item, *more;

	cJSON_ArrayForEach(item, list)
	{
		struct event e = {.kind = EVENT_REPORT};

		if (!json_pair(item, &e.as.report.step, &e.as.report.value))
			return bad_file(x->sv, err,
			                "a report in it is no pair of numbers");
		if ((more = item->child->next->next) != NULL) {
			json_number(more, &e.as.report.cost);
			json_number(more->next, &e.as.report.latency);
		}
		if (!tell(x, e, err))
			return false;
	}
	return true;
}

/* How it ended, if it did; what it had cost all the same. */
static bool tell_end(const struct telling *x, bool finished, const struct run_end *end,
                     struct error *err)
{
	struct event e = {.kind = EVENT_END,
	                  .as.end = {.facts = end,
	                             .order = x->order,
	                             .outcome = end->outcome,
	                             .again = !finished}};

	if (finished || end->outcome != OUTCOME_NONE)
		return tell(x, e, err);
	return tell(x, (struct event){.kind = EVENT_CUT, .as.cost = end->cost}, err);
}

/* When a run of the search began; the file knows it to the second. */
static void keep_start(const struct telling *x, const char *text)
{
	double began = clock_from_iso(text);

	if (x->phase == PHASE_SEARCH && began > 0)
		x->sv->study.search.trials[x->trial]->runs[x->run].started = began;
}

static bool read_run(const struct telling *x, const cJSON *item, struct error *err)
{
	struct saved *sv = x->sv;
	static const char *const states[] = {"queued", "running", "finished"};
	const char *state = json_string(item, "state");
	struct run_end end;

	if (!state ||
	    str_index(state, states, ARRAY_LEN(states)) == ARRAY_LEN(states) ||
	    !run_end_read(item, &end, &sv->study.search.arena, err))
		return bad_file(sv, err, "a run in it is not whole");
	if (!tell_start(x, item, err) ||
	    !tell_reports(x, json_get(item, "reports"), err) ||
	    !tell_end(x, strcmp(state, "finished") == 0, &end, err))
		return false;
	keep_start(x, json_string(item, "started"));
	return true;
}

/* What proposals knew of a trial before its end. */
static bool read_observed(const struct telling *x, const cJSON *list, struct error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		struct observation o = {
		    .value = (double)NAN, .stderr_ = (double)NAN, .step = (double)NAN};
		const char *state = json_string(item, "state");
		uint64_t runs = 0;

		if (!json_u64(item, "order", &o.order) || !o.order || !state ||
		    !known_state_find(state, &o.state))
			return bad_file(x->sv, err,
			                "what was observed of a trial is not "
			                "whole");
		json_double(item, "step", &o.step);
		json_double(item, "value", &o.value);
		json_double(item, "stderr", &o.stderr_);
		json_u64(item, "runs", &runs);
		json_double(item, "cost", &o.cost);
		json_double(item, "wall", &o.wall);
		o.value *= search_sign(&x->sv->study.search);
		o.n_runs = (size_t)runs;
		if (!tell(x, (struct event){.kind = EVENT_OBSERVED, .as.observed = &o},
		          err))
			return false;
	}
	return true;
}

static bool read_proposal(const struct telling *x, const cJSON *item, struct error *err)
{
	struct saved *sv = x->sv;
	struct event e = {.kind = EVENT_TRIAL};
	struct coord *point =
	    arena_new(&sv->study.search.arena, sv->spec.space.n, sizeof *point);

	if (!point_read(item, &sv->spec.space, point, err))
		return error_prefix(err, "%s: ", sv->path);
	e.as.proposal.point = point;
	e.as.proposal.origin = origin_find(json_string(item, "origin"));
	e.as.proposal.label = json_string(item, "label");
	json_u64(item, "added", &e.as.proposal.added);
	json_u64(item, "seen", &e.as.proposal.known_upto);
	e.as.proposal.thrift = thrift_read(item);
	e.as.proposal.line = lineage_read(item);
	return tell(x, e, err);
}

static bool read_left(const struct telling *x, const cJSON *json, struct error *err)
{
	struct leaving *l = arena_new(&x->sv->study.search.arena, 1, sizeof *l);

	return leaving_read(json, l, err) &&
	       tell(x,
	            (struct event){.kind = EVENT_LEAVE,
	                           .as.leave = {.why = l, .order = x->order}},
	            err);
}

/* Runs that were asked for later on: before any run of the trial has ended. */
static bool tell_repeats(const struct telling *x, const cJSON *runs, struct error *err)
{
	const struct spec *sp = &x->sv->spec;
	const cJSON *item;
	size_t i = 0;

	cJSON_ArrayForEach(item, runs)
	{
		const cJSON *asked = json_get(item, "asked");
		const char *state = json_string(item, "state");
		struct event e = {.kind = EVENT_REPEAT};

		if (i++ < sp->repeats_least || !spec_adapts_repeats(sp))
			continue;
		e.as.repeat.filed = true;
		e.as.repeat.ended = state && strcmp(state, "finished") == 0;
		e.as.repeat.last = cJSON_IsTrue(json_get(asked, "last"));
		if (!json_u64(asked, "number", &e.as.repeat.number) ||
		    e.as.repeat.number >= x->runs ||
		    !json_u64(asked, "after", &e.as.repeat.after) ||
		    e.as.repeat.after > x->trials ||
		    !json_u64(asked, "seen", &e.as.repeat.known_upto) ||
		    !json_u64(asked, "cap", &e.as.repeat.cap))
			return bad_file(x->sv, err, "a repeat in it is not whole");
		if (!tell(x, e, err))
			return false;
	}
	return true;
}

static bool read_trial(const struct telling *of, const cJSON *item, uint64_t id,
                       struct error *err)
{
	struct saved *sv = of->sv;
	struct telling x = *of;
	const char *outcome = json_string(item, "outcome");
	const char *code = json_string(item, "code");
	enum outcome known;
	const cJSON *run;

	x.trial = id;
	if (!outcome || !outcome_find(outcome, &known))
		return bad_file(sv, err, "a trial in it is not whole");
	json_u64(item, "order", &x.order);
	if (!read_proposal(&x, item, err) ||
	    !read_observed(&x, json_get(item, "observed"), err))
		return false;
	if (!tell_repeats(&x, json_get(item, "runs"), err))
		return false;
	cJSON_ArrayForEach(run, json_get(item, "runs"))
	{
		if (x.run == sv->study.search.trials[id]->n_runs)
			return bad_file(sv, err, "a trial has too many runs");
		if (!read_run(&x, run, err))
			return false;
		x.run++;
	}
	if (code)
		sv->study.search.trials[id]->code = arena_strdup(&sv->arena, code);
	if (json_get(item, "left") && !read_left(&x, json_get(item, "left"), err))
		return false;
	return x.run == sv->study.search.trials[id]->n_runs ||
	       bad_file(sv, err, "a trial in it is not whole");
}

/* None is left out, none was asked for before its trial. */
static bool check_repeats(struct saved *sv, struct error *err)
{
	const struct search *s = &sv->study.search;

	for (size_t i = 0; i < s->n_repeats; i++)
		if (!s->repeats[i].set || s->repeats[i].trial >= s->repeats[i].after ||
		    (i && s->repeats[i].after < s->repeats[i - 1].after))
			return bad_file(sv, err,
			                "its repeats are not those of a search");
	return true;
}

/* The trials stand in rank order; they are taken by id. */
static bool read_trials(struct saved *sv, struct error *err)
{
	const cJSON *list = json_get(sv->json, "trials"), *item;
	size_t n = (size_t)cJSON_GetArraySize(list);
	const cJSON **by_id = arena_new(&sv->arena, n, sizeof(const cJSON *));
	struct telling x = {.sv = sv, .trials = n};
	uint64_t id;

	if (!cJSON_IsArray(list))
		return bad_file(sv, err, "has no trials");
	cJSON_ArrayForEach(item, list)
	{
		if (!json_u64(item, "id", &id) || id >= n || by_id[id])
			return bad_file(sv, err,
			                "its trials are not numbered from 0 on");
		by_id[id] = item;
		x.runs += (uint64_t)cJSON_GetArraySize(json_get(item, "runs"));
	}
	sv->by_id = by_id;
	for (size_t i = 0; i < n; i++)
		if (!read_trial(&x, by_id[i], i, err))
			return false;
	return check_repeats(sv, err);
}

static bool read_candidate(struct saved *sv, const cJSON *c, enum phase phase,
                           struct error *err)
{
	struct telling x = {.sv = sv, .phase = phase};
	const cJSON *part = json_get(c, phase_name(phase)), *run;

	if (!json_u64(c, "trial", &x.trial))
		x.trial = VERDICT_DEFAULTS;
	cJSON_ArrayForEach(run, json_get(part, "runs"))
	{
		if (x.run > PAIRS_MAX)
			return bad_file(sv, err, "a candidate has too many runs");
		if (!read_run(&x, run, err))
			return false;
		x.run++;
	}
	return true;
}

static bool read_uses(struct saved *sv, const cJSON *list, struct error *err)
{
	const struct telling x = {.sv = sv};
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		struct verdict_use u = {0};

		if (!test_use_read(item, &u, err))
			return error_prefix(err, "%s: ", sv->path);
		if (!json_u64(item, "winner", &u.key))
			u.key = VERDICT_DEFAULTS;
		if (!tell(&x, (struct event){.kind = EVENT_TEST_USE, .as.use = &u},
		          err))
			return false;
	}
	return true;
}

static bool read_verification(struct saved *sv, struct error *err)
{
	const cJSON *v = json_get(sv->json, "verification"), *c;

	if (!read_uses(sv, json_get(v, "uses"), err))
		return false;
	cJSON_ArrayForEach(c, json_get(v, "candidates"))
	{
		if (!read_candidate(sv, c, PHASE_RERUN, err) ||
		    !read_candidate(sv, c, PHASE_TEST, err))
			return false;
	}
	return true;
}

static bool read_reading(struct saved *sv, const cJSON *search, struct error *err)
{
	const char *from = json_string(search, "reading");
	struct event e = {.kind = EVENT_READING, .time = (double)NAN};

	if (!from)
		return true;
	e.as.reading.text = strcmp(from, "text") == 0;
	e.as.reading.line = json_string(search, "text_line");
	return study_apply(&sv->study, &e, err);
}

static bool read_state(struct saved *sv, struct error *err)
{
	const cJSON *search = json_get(sv->json, "search");
	const char *word = json_string(search, "state");
	enum search_state state = SEARCH_RUNNING;
	struct search_totals totals = {.cap = sv->study.search.cap};
	struct event e = {.kind = EVENT_FINISH, .time = (double)NAN};

	if (!read_reading(sv, json_get(sv->json, "search"), err))
		return false;
	if (word)
		search_state_find(word, &state);
	json_double(search, "elapsed", &totals.elapsed);
	json_u64(search, "trials_asked", &totals.cap);
	json_u64(json_get(sv->json, "verification"), "test_uses", &totals.test_uses);
	e.as.finish.state = (int)state;
	e.as.finish.why = json_string(search, "why");
	e.as.finish.totals = &totals;
	study_requeue_interrupted(&sv->study);
	return study_apply(&sv->study, &e, err);
}

static bool check_schema(struct saved *sv, struct error *err)
{
	double schema = 0;
	const char *version = json_string(sv->json, "hpsearch");

	if (!json_double(sv->json, "schema", &schema) || !version)
		return bad_file(sv, err, "is not a results file of hpsearch");
	if (schema > RESULTS_SCHEMA)
		return error_set(
		    err, ERROR_FILE,
		    "%s: was written by hpsearch %.40s in format %g; this one "
		    "(%s) reads up to format %d\n"
		    "  help: use hpsearch %.40s or newer",
		    sv->path, version, schema, HPS_VERSION, RESULTS_SCHEMA, version);
	return true;
}

static bool read_warm_start(struct saved *sv, struct error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(sv->json, "warm_start"))
	{
		struct telling x = {.sv = sv};
		struct warm warm = {0};
		bool ok =
		    warm_read(&warm, &sv->spec, item, &sv->study.search.arena, err) &&
		    tell(
			&x,
			(struct event){.kind = EVENT_WARM_START, .as.warm = {&warm, 0}},
			err);

		warm_free(&warm);
		if (!ok)
			return error_prefix(err, "%s: ", sv->path);
	}
	return study_warm(&sv->study, err);
}

/* What the monitor knows is in the file's log, in the order in which it happened: it
 * hears nothing of the runs as they are read. */
static bool read_search(struct saved *sv, struct error *err)
{
	struct study *s = &sv->study;
	struct monitor *monitor = s->monitor;
	bool ok;

	s->monitor = NULL;
	ok = read_trials(sv, err) && read_verification(sv, err) && read_state(sv, err);
	s->monitor = monitor;
	if (!ok)
		return false;
	if (!early_load(s, json_get(sv->json, "early_terminate"), err))
		return error_prefix(err, "%s: ", sv->path);
	verdict_plan(&s->search);
	return true;
}

bool results_file_read(struct saved *sv, struct error *err)
{
	struct arena text_arena = {0};
	char *text;
	size_t len;

	if (!file_read(sv->path, results_max, &text_arena, &text, &len, err))
		return false;
	sv->from_file = true;
	sv->json = json_parse(text, len);
	check_text(sv, text, len);
	arena_free(&text_arena);
	if (!sv->json)
		return bad_file(sv, err, "is not JSON");
	return check_schema(sv, err) && read_origin(sv, err);
}

bool results_file_tell(struct saved *sv, struct error *err)
{
	return read_warm_start(sv, err) && read_search(sv, err);
}
