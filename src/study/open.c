/* A search and its directory: beginning a journal, taking one over, reading one. */
#include "config/spec_compare.h"
#include "record/event_json.h"
#include "study/stopping.h"
#include "study/study.h"

#include <string.h>

struct opening {
	struct study *s;
	bool compare;      /* is the journal's file still ours? */
	bool text_changed; /* same search, but the file's text is another */
};

static size_t read_set(const cJSON *event, const char **set, size_t max,
                       struct arena *a)
{
	const cJSON *item;
	size_t n = 0;

	cJSON_ArrayForEach(item, json_get(event, "set"))
	{
		if (n < max && cJSON_IsString(item))
			set[n++] = arena_strdup(a, item->valuestring);
	}
	return n;
}

bool origin_read(const cJSON *event, struct search_origin *o, struct arena *a,
                 struct error *err)
{
	const char *yaml = json_string(event, "yaml"),
		   *path = json_string(event, "path");
	const char *command = json_string(event, "command");
	const char *version = json_string(event, "hpsearch");
	const char *chosen = json_string(event, "chosen");

	if (!yaml)
		return error_set(err, ERROR_FILE, "it does not hold the YAML text");
	o->yaml = arena_strdup(a, yaml);
	o->path = arena_strdup(a, path ? path : "space.yaml");
	o->command = command ? arena_strdup(a, command) : NULL;
	o->version = version ? arena_strdup(a, version) : "";
	o->chosen = chosen ? arena_strdup(a, chosen) : NULL;
	o->n_set = read_set(event, o->set, ARRAY_LEN(o->set), a);
	return true;
}

bool origin_spec(const struct search_origin *o, struct spec *spec, struct arena *a,
                 struct error *err)
{
	struct spec_overrides over = {
	    .set = o->set, .n_set = o->n_set, .command = o->command};

	return spec_parse(spec, o->path, o->yaml, strlen(o->yaml), &over, a, err);
}

static bool check_same(struct opening *o, const cJSON *event, struct error *err)
{
	struct study *s = o->s;
	struct arena a = {0};
	struct search_origin was = {0};
	struct spec spec;
	bool ok =
	    origin_read(event, &was, &a, err) && origin_spec(&was, &spec, &a, err) &&
	    same_search(&spec, was.command, s->spec, s->origin.command, s->dir, err);

	if (ok)
		o->text_changed = strcmp(was.yaml, s->origin.yaml) != 0 ||
		                  was.n_set != s->origin.n_set;
	for (size_t i = 0; ok && !o->text_changed && i < was.n_set; i++)
		o->text_changed = strcmp(was.set[i], s->origin.set[i]) != 0;
	ok = ok && study_choose(s, was.chosen, err);
	arena_free(&a);
	return ok;
}

static bool read_event(void *self, const cJSON *event, struct error *err)
{
	struct opening *o = self;
	const char *kind = json_string(event, "e");

	if (o->compare && kind && strcmp(kind, "search") == 0 &&
	    !check_same(o, event, err))
		return false;
	return record_apply(o->s, event, err);
}

void search_requeue_interrupted(struct study *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct trial *t = s->trials[i];

		if (t->outcome != OUTCOME_NONE)
			continue;
		for (size_t r = 0; r < t->n_runs; r++)
			if (t->runs[r].state == RUN_RUNNING)
				t->runs[r].state = RUN_QUEUED;
		/* Where another repeat has failed nothing is left to be done. */
		if (trial_settle(t))
			search_settle(s, t);
	}
}

static void end_of_journal(struct study *s)
{
	stopping_resume(s);
	search_requeue_interrupted(s);
	s->elapsed_before += s->last_time - s->session_start;
	s->session_start = s->last_time;
}

bool study_load(struct study *s, struct error *err)
{
	struct opening o = {.s = s};
	struct journal_summary sum;

	if (!journal_read(s->dir, read_event, &o, &sum, err) || !study_warm(s, err))
		return false;
	end_of_journal(s);
	return true;
}

static bool failed_for_good(const struct trial *t)
{
	return t->outcome != OUTCOME_NONE && t->outcome != OUTCOME_OK &&
	       t->outcome != OUTCOME_STOPPED && t->outcome != OUTCOME_INFEASIBLE;
}

static void requeue_failed(struct study *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct trial *t = s->trials[i];

		if (!failed_for_good(t))
			continue;
		search_reopen(s, t);
		for (size_t r = 0; r < t->n_runs; r++)
			if (t->runs[r].state == RUN_FINISHED &&
			    t->runs[r].outcome != OUTCOME_OK) {
				t->runs[r].state = RUN_QUEUED;
				t->runs[r].failures = 0;
				record_requeue(s, t, r);
			}
	}
}

static void tell_of_warm_start(const struct study *s)
{
	struct str text = {0};

	for (size_t i = 0; s->watch.message && i < s->warm.n_sources; i++) {
		text.len = 0;
		warm_text(&s->warm, i, &text);
		s->watch.message(s->watch.self, str_text(&text));
	}
	str_free(&text);
}

bool study_open(struct study *s, bool retry_failed, struct error *err)
{
	struct opening o = {.s = s, .compare = true};
	struct journal_summary sum;
	double now_started = s->origin.started;
	uint64_t max_trials = s->origin.max_trials;

	if (!journal_read(s->dir, read_event, &o, &sum, err) ||
	    (!sum.lines && !warm_load(&s->warm, s->spec, &s->arena, err)) ||
	    !study_warm(s, err))
		return false;
	s->journal = journal_open(s->dir, &sum, err);
	if (!s->journal)
		return false;
	end_of_journal(s);
	if (sum.torn && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    "the journal's last line was torn; it is kept in journal.torn");
	if (!sum.lines)
		s->origin.started = now_started;
	s->origin.max_trials = max_trials;
	if (!sum.lines || o.text_changed)
		record_search(s, &s->origin);
	if (!sum.lines) {
		tell_of_warm_start(s);
		record_warm_start(s);
	}
	record_session(s);
	if (retry_failed)
		requeue_failed(s);
	return study_commit(s, true, err);
}
