/* Searches read back: from a directory's journal, or from a results file alone. */
#include "base/crc.h"
#include "base/file.h"
#include "record/event_json.h"
#include "record/results.h"
#include "study/stopping.h"
#include "study/verify.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t results_max = (size_t)1 << 30;

void saved_free(struct saved *sv)
{
	study_free(&sv->study);
	cJSON_Delete(sv->json);
	arena_free(&sv->arena);
	*sv = (struct saved){0};
}

/* From a journal. */

static bool take_origin(void *self, const cJSON *event, struct error *err)
{
	struct saved *sv = self;
	const char *kind = json_string(event, "e");

	/* The latest one counts: keys that may change may have changed. */
	if (kind && strcmp(kind, "search") == 0)
		return origin_read(event, &sv->study.origin, &sv->arena, err);
	return true;
}

static bool start_study(struct saved *sv, const char *dir, struct error *err)
{
	struct study_options o = {.dir = dir, .origin = sv->study.origin};

	if (!origin_spec(&o.origin, &sv->spec, &sv->arena, err))
		return false;
	o.max_trials = o.origin.max_trials;
	return study_init(&sv->study, &sv->spec, &o, err);
}

static bool load_journal(struct saved *sv, const char *dir, struct error *err)
{
	struct journal_summary sum;

	if (!journal_read(dir, take_origin, sv, &sum, err))
		return false;
	if (!sv->study.origin.yaml)
		return error_set(err, ERROR_FILE, "%s: its journal is empty", dir);
	if (!start_study(sv, dir, err) || !study_load(&sv->study, err))
		return false;
	if (sv->study.origin.max_trials)
		sv->study.cap = sv->study.origin.max_trials;
	sv->intact = true;
	verify_plan(&sv->study);
	return true;
}

/* From a results file. */

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
	struct search_origin *o = &sv->study.origin;
	const char *yaml = json_string(sv->json, "space");
	const char *text;

	if (!search || !yaml)
		return bad_file(sv, err, "is not a results file of hpsearch");
	o->yaml = yaml;
	text = json_string(search, "file");
	o->path = text ? text : "space.yaml";
	o->command = json_string(search, "command_option");
	o->host = json_string(search, "host");
	o->chosen = json_string(search, "chosen");
	o->git = json_string(search, "git");
	text = json_string(sv->json, "hpsearch");
	o->version = text ? text : "";
	json_u64(search, "max_trials", &o->max_trials);
	cJSON_ArrayForEach(item, json_get(search, "set"))
	{
		if (cJSON_IsString(item) && o->n_set < ARRAY_LEN(o->set))
			o->set[o->n_set++] = item->valuestring;
	}
	return true;
}

static bool read_reports(const cJSON *list, struct run *r, const struct spec *sp)
{
	struct reduction whole = r->reduction;
	size_t total = r->reports_total;
	const cJSON *item;

	r->n_reports = r->reports_total = 0;
	r->reduction = (struct reduction){.last = (double)NAN, .best = (double)NAN};
	cJSON_ArrayForEach(item, list)
	{
		struct report rep = {0};
		const cJSON *step = item->child, *value = step ? step->next : NULL;

		if (!json_number(step, &rep.step) || !json_number(value, &rep.value))
			return false;
		run_report(r, rep, sp->metric.goal);
	}
	if (total > r->n_reports) {
		r->reports_total = total;
		r->reduction = whole;
	}
	return true;
}

static bool read_run(struct saved *sv, const cJSON *item, struct run *r,
                     struct error *err)
{
	const char *state = json_string(item, "state");
	uint64_t attempts = 0;

	if (!json_u64(item, "seed", &r->seed) || !state ||
	    !record_read_run(item, r, &sv->arena, err))
		return bad_file(sv, err, "a run in it is not whole");
	r->state = strcmp(state, "finished") == 0 ? RUN_FINISHED : RUN_QUEUED;
	json_u64(item, "attempts", &attempts);
	r->attempts = (unsigned)attempts;
	r->budget = 0;
	json_double(item, "budget", &r->budget);
	attempts = 0;
	json_u64(item, "promotions", &attempts);
	r->leg = (unsigned)attempts;
	if (!read_reports(json_get(item, "reports"), r, &sv->spec))
		return bad_file(sv, err, "a report in it is no pair of numbers");
	return true;
}

/* What proposals knew of a trial before its end. */
static bool read_observed(struct saved *sv, struct trial *t, const cJSON *list,
                          struct error *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		struct sighting o = {
		    .value = (double)NAN, .stderr_ = (double)NAN, .step = (double)NAN};
		const char *state = json_string(item, "state");
		uint64_t runs = 0;

		if (!json_u64(item, "order", &o.order) || !o.order || !state ||
		    !seen_state_find(state, &o.state))
			return bad_file(sv, err,
			                "what was observed of a trial is not "
			                "whole");
		json_double(item, "step", &o.step);
		json_double(item, "value", &o.value);
		json_double(item, "stderr", &o.stderr_);
		json_u64(item, "runs", &runs);
		json_double(item, "cost", &o.cost);
		o.value *= search_sign(&sv->study);
		o.n_runs = (size_t)runs;
		search_learn(&sv->study, t, o);
	}
	return true;
}

static bool read_trial(struct saved *sv, const cJSON *item, struct error *err)
{
	struct study *s = &sv->study;
	struct coord *point = arena_new(&s->arena, sv->spec.space.n, sizeof *point);
	const char *outcome, *reason;
	struct trial *t;
	const cJSON *run;
	uint64_t seen = 0;
	size_t r = 0;

	if (!point_read(item, &sv->spec.space, point, err))
		return error_prefix(err, "%s: ", sv->path);
	json_u64(item, "seen", &seen);
	t = search_add(s, point, origin_find(json_string(item, "origin")), seen);
	json_double(item, "cost_weight", &t->cost_weight);
	cJSON_ArrayForEach(run, json_get(item, "runs"))
	{
		if (r == t->n_runs)
			return bad_file(sv, err, "a trial has too many runs");
		if (!read_run(sv, run, &t->runs[r++], err))
			return false;
	}
	outcome = json_string(item, "outcome");
	if (r != t->n_runs || !outcome || !outcome_find(outcome, &t->outcome))
		return bad_file(sv, err, "a trial in it is not whole");
	reason = json_string(item, "reason");
	t->reason = reason ? arena_strdup(&sv->arena, reason) : NULL;
	json_double(item, "value", &t->value);
	json_double(item, "stderr", &t->stderr_);
	json_u64(item, "rank", &t->rank);
	s->runs_done += t->n_runs;
	if (!read_observed(sv, t, json_get(item, "observed"), err))
		return false;
	json_u64(item, "order", &t->order);
	if (t->outcome != OUTCOME_NONE)
		search_settle(s, t);
	else
		t->order = 0;
	return true;
}

/* The trials stand in rank order; they are taken by id. */
static bool read_trials(struct saved *sv, struct error *err)
{
	const cJSON *list = json_get(sv->json, "trials"), *item;
	size_t n = (size_t)cJSON_GetArraySize(list);
	const cJSON **by_id = arena_new(&sv->arena, n, sizeof(const cJSON *));
	uint64_t id;

	if (!cJSON_IsArray(list))
		return bad_file(sv, err, "has no trials");
	cJSON_ArrayForEach(item, list)
	{
		if (!json_u64(item, "id", &id) || id >= n || by_id[id])
			return bad_file(sv, err,
			                "its trials are not numbered from 0 on");
		by_id[id] = item;
	}
	sv->by_id = by_id;
	for (size_t i = 0; i < n; i++)
		if (!read_trial(sv, by_id[i], err))
			return false;
	return true;
}

static bool read_candidate(struct saved *sv, const cJSON *c, enum phase phase,
                           struct error *err)
{
	struct verdict *v = &sv->study.verdict;
	struct verdict_log log = {.phase = phase};
	const cJSON *part = json_get(c, phase_name(phase)), *run;

	if (!json_u64(c, "trial", &log.key))
		log.key = VERDICT_DEFAULTS;
	cJSON_ArrayForEach(run, json_get(part, "runs"))
	{
		v->log = mem_room(v->log, v->n_log, &v->cap_log, sizeof *v->log);
		v->log[v->n_log] = log;
		if (!read_run(sv, run, &v->log[v->n_log++].run, err))
			return false;
		log.index++;
	}
	return true;
}

static bool read_verification(struct saved *sv, struct error *err)
{
	const cJSON *v = json_get(sv->json, "verification"), *c;

	json_u64(v, "test_uses", &sv->study.verdict.test_uses);
	cJSON_ArrayForEach(c, json_get(v, "candidates"))
	{
		if (!read_candidate(sv, c, PHASE_RERUN, err) ||
		    !read_candidate(sv, c, PHASE_TEST, err))
			return false;
	}
	return true;
}

static void read_state(struct saved *sv)
{
	const cJSON *search = json_get(sv->json, "search");
	struct study *s = &sv->study;
	const char *state = json_string(search, "state");

	for (int i = 0; state && i <= SEARCH_GUARD; i++)
		if (strcmp(state, search_state_name((enum search_state)i)) == 0)
			s->state = (enum search_state)i;
	s->why = json_string(search, "why");
	json_double(search, "elapsed", &s->elapsed_before);
	json_double(search, "cost", &s->cost);
	json_u64(search, "trials_asked", &s->cap);
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
		if (!warm_read(&sv->study.warm, &sv->spec, item, &sv->study.arena, err))
			return error_prefix(err, "%s: ", sv->path);
	}
	return study_warm(&sv->study, err);
}

static bool load_file(struct saved *sv, struct error *err)
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
	if (!check_schema(sv, err) || !read_origin(sv, err) ||
	    !start_study(sv, NULL, err) || !read_warm_start(sv, err) ||
	    !read_trials(sv, err))
		return false;
	read_state(sv);
	if (!stopping_load(&sv->study, json_get(sv->json, "early_terminate"), err))
		return error_prefix(err, "%s: ", sv->path);
	if (!read_verification(sv, err))
		return false;
	verify_plan(&sv->study);
	return true;
}

/* What the path means: a directory's journal, or a results file. */
static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static const char *directory_of(struct saved *sv, const char *path)
{
	char real[PATH_MAX];

	if (ends_in(path, ".yaml") || ends_in(path, ".yml"))
		path = search_dir(path, NULL, &sv->arena);
	if (!is_dir(path))
		return NULL;
	return arena_strdup(&sv->arena, realpath(path, real) ? real : path);
}

bool saved_load(struct saved *sv, const char *path, struct error *err)
{
	const char *dir;

	*sv = (struct saved){0};
	dir = directory_of(sv, path);
	if (!dir && (ends_in(path, ".yaml") || ends_in(path, ".yml")))
		return error_set(err, ERROR_FILE,
		                 "%s: no search of this file here (%s is missing)\n"
		                 "  help: hpsearch %s runs it",
		                 path, search_dir(path, NULL, &sv->arena), path);
	if (!dir) {
		sv->path = arena_strdup(&sv->arena, path);
		return load_file(sv, err);
	}
	sv->path = arena_printf(&sv->arena, "%s/journal.jsonl", dir);
	if (!access(sv->path, F_OK))
		return load_journal(sv, dir, err);
	sv->path = arena_printf(&sv->arena, "%s/results.json", dir);
	if (!access(sv->path, F_OK))
		return load_file(sv, err);
	return error_set(err, ERROR_FILE, "%s: is not a directory of a search", path);
}
