/* A search and its directory: beginning a journal, taking one over, reading one. */
#include "config/spec_compare.h"
#include "record/dir.h"
#include "record/event_json.h"
#include "record/origin_json.h"
#include "study/apply.h"
#include "study/propose.h"
#include "study/racing.h"
#include "study/recover.h"
#include "study/stopping.h"
#include "study/study.h"

#include <string.h>

struct opening {
	struct study *s;
	struct event_reader reader;
	bool compare;      /* is the journal's file still ours? */
	bool text_changed; /* same search, but the file's text is another */
};

struct origin_reading {
	struct search_origin *origin;
	struct arena *arena;
};

/* The points of a file that is no part of ours. */
static bool same_points(const struct search_origin *was, const struct search *s,
                        struct error *err)
{
	const char *now = s->spec->points_text;

	if (!was->points || !now || strcmp(was->points, now) == 0)
		return true;
	return error_set(err, ERROR_USAGE,
	                 "the points of %s are no longer those that it was begun "
	                 "with\n"
	                 "  help: hpsearch add %s --point … tries more; --fresh "
	                 "discards what is there, --out DIR puts a new search "
	                 "elsewhere",
	                 s->dir, s->dir);
}

/* Of items the names and the bytes of their file: the split hangs on them. */
static bool same_items(const struct search_origin *was, const struct search *s,
                       struct error *err)
{
	const char *now = s->spec->items.text;

	if (!was->items || !now || strcmp(was->items, now) == 0)
		return true;
	return error_set(
	    err, ERROR_USAGE,
	    "%s: the items are no longer those that %s was begun with\n"
	    "  help: put the file back as it was; --fresh discards what is "
	    "there, --out DIR puts a new search elsewhere",
	    s->spec->items.file, s->dir);
}

static bool check_same(struct opening *o, const cJSON *event, struct error *err)
{
	struct search *s = &o->s->search;
	struct arena a = {0};
	struct search_origin was = {0};
	struct spec spec;
	bool ok =
	    origin_read(event, &was, &a, err) && origin_spec(&was, &spec, &a, err) &&
	    same_search(&spec, was.command, s->spec, s->origin.command, s->dir, err) &&
	    same_points(&was, s, err) && same_items(&was, s, err);

	if (ok && was.elsewhere != s->origin.elsewhere)
		ok = error_set(err, ERROR_USAGE,
		               "%s holds a search whose runs are launched by others\n"
		               "  help: go on with hpsearch ask and hpsearch tell; or "
		               "give this one another directory with --out DIR",
		               s->dir);
	if (ok)
		o->text_changed = strcmp(was.yaml, s->origin.yaml) != 0 ||
		                  was.n_set != s->origin.n_set;
	for (size_t i = 0; ok && !o->text_changed && i < was.n_set; i++)
		o->text_changed = strcmp(was.set[i], s->origin.set[i]) != 0;
	ok = ok && study_choose(o->s, was.chosen, err);
	arena_free(&a);
	return ok;
}

static bool take_event(void *self, const cJSON *json, struct error *err)
{
	struct opening *o = self;
	const char *kind = json_string(json, "e");
	struct event e;

	if (o->compare && kind && strcmp(kind, "search") == 0 &&
	    !check_same(o, json, err))
		return false;
	return event_read(&o->reader, json, &e, err) && study_apply(o->s, &e, err);
}

static bool read_journal(struct opening *o, struct journal_summary *sum,
                         struct error *err)
{
	struct search *s = &o->s->search;
	bool ok;

	o->reader = (struct event_reader){.spec = s->spec, .arena = &s->arena};
	ok = journal_read(s->dir, take_event, o, sum, err);
	event_reader_free(&o->reader);
	return ok && study_warm(o->s, err);
}

static void end_of_journal(struct study *s)
{
	stopping_pay_debt(s);
	if (s->journal)
		study_recover(s);
	racing_resume(s);
	stopping_resume(s);
	study_requeue_interrupted(s);
	if (s->journal)
		racing_judge(s);
	s->search.elapsed_before += s->search.last_time - s->search.session_start;
	s->search.session_start = s->search.last_time;
}

bool study_load(struct study *s, struct error *err)
{
	struct opening o = {.s = s};
	struct journal_summary sum;

	if (!read_journal(&o, &sum, err))
		return false;
	if (lock_held(s->search.dir) && s->search.state == SEARCH_RUNNING) {
		s->search.alive = true;
		s->search.elapsed_before +=
		    search_now(&s->search) - s->search.session_start;
		return true;
	}
	end_of_journal(s);
	return true;
}

static bool take_origin(void *self, const cJSON *event, struct error *err)
{
	struct origin_reading *r = self;
	const char *kind = json_string(event, "e");

	if (kind && strcmp(kind, "search") == 0)
		return origin_read(event, r->origin, r->arena, err);
	if (kind && strcmp(kind, "session") == 0)
		json_u64(event, "max_trials", &r->origin->max_trials);
	return true;
}

bool study_origin(const char *dir, struct search_origin *o, struct arena *a,
                  struct error *err)
{
	struct journal_summary sum;

	*o = (struct search_origin){0};
	return journal_read(dir, take_origin, &(struct origin_reading){o, a}, &sum,
	                    err) &&
	       (o->yaml || error_set(err, ERROR_FILE, "%s: holds no search", dir));
}

bool study_join(struct study *s, struct error *err)
{
	struct opening o = {.s = s};
	struct journal_summary sum;
	struct search *se = &s->search;

	if (!read_journal(&o, &sum, err))
		return false;
	s->journal = journal_open(se->dir, &sum, se->disk, err);
	if (!s->journal)
		return false;
	/* What a teller that was killed had no time to write. */
	stopping_resume(s);
	se->elapsed_before += se->last_time - se->session_start;
	return true;
}

static bool failed_for_good(const struct trial *t)
{
	return t->outcome != OUTCOME_NONE && t->outcome != OUTCOME_OK &&
	       t->outcome != OUTCOME_STOPPED && t->outcome != OUTCOME_INFEASIBLE;
}

static void requeue_failed(struct study *s)
{
	for (size_t i = 0; i < s->search.n; i++) {
		struct trial *t = s->search.trials[i];

		if (!failed_for_good(t))
			continue;
		for (size_t r = 0; r < t->n_runs; r++)
			if (t->runs[r].state == RUN_FINISHED &&
			    t->runs[r].outcome != OUTCOME_OK)
				study_happen(s, (struct event){.kind = EVENT_REQUEUE,
				                               .trial = i,
				                               .run = (uint32_t)r});
	}
}

static void tell_of_warm_start(const struct study *s)
{
	struct str text = {0};

	for (size_t i = 0; s->watch.message && i < s->search.warm.n_sources; i++) {
		text.len = 0;
		warm_text(&s->search.warm, i, &text);
		s->watch.message(s->watch.self, str_text(&text));
	}
	str_free(&text);
}

/* The files of earlier searches are read once, when a search begins. */
static bool read_warm(struct study *s, struct warm *found, struct error *err)
{
	const struct spec *sp = s->search.spec;

	if (!sp->n_warm)
		return true;
	if (!s->warm_read)
		return error_set(err, ERROR_FILE, "warm_start: cannot be read here");
	return s->warm_read(found, sp, &s->search.arena, err);
}

static bool begin(struct study *s, const struct warm *found, struct error *err)
{
	for (size_t i = 0; i < found->n_sources; i++)
		study_happen(
		    s, (struct event){.kind = EVENT_WARM_START, .as.warm = {found, i}});
	tell_of_warm_start(s);
	return study_warm(s, err);
}

bool study_begin(struct study *s, struct error *err)
{
	struct warm found = {0};
	bool ok = read_warm(s, &found, err) && begin(s, &found, err);

	warm_free(&found);
	return ok;
}

static bool take_up(struct study *s, const struct opening *o,
                    const struct journal_summary *sum, const struct warm *found,
                    struct error *err)
{
	s->journal = journal_open(s->search.dir, sum, s->search.disk, err);
	if (!s->journal)
		return false;
	end_of_journal(s);
	if (sum->torn && s->watch.message)
		s->watch.message(
		    s->watch.self,
		    "the journal's last line was torn; it is kept in journal.torn");
	if (!sum->lines || o->text_changed)
		study_happen(s, (struct event){.kind = EVENT_SEARCH,
		                               .as.search = &s->search.origin});
	return sum->lines || begin(s, found, err);
}

/* Trials of another script are not trials of this one. */
static bool check_code(struct study *s, struct error *err)
{
	const char *was = s->search.code, *now = s->search.origin.code;
	const char *text;

	if (!was || !now || !s->search.n || strcmp(was, now) == 0)
		return true;
	text = arena_printf(&s->search.arena,
	                    "what the search trains with has changed since its last "
	                    "session\n  then: %s\n  now:  %s",
	                    *was ? was : "(nothing known)",
	                    *now ? now : "(nothing known)");
	if (s->strict)
		return error_set(err, ERROR_USAGE,
		                 "%s: %s\n  help: without --strict it goes on; --fresh "
		                 "or --out DIR begins anew with what is there now",
		                 s->search.dir, text);
	if (s->watch.message)
		s->watch.message(s->watch.self,
		                 arena_printf(&s->search.arena, "warning: %s", text));
	return true;
}

bool study_open(struct study *s, bool retry_failed, struct error *err)
{
	struct opening o = {.s = s, .compare = true};
	struct journal_summary sum;
	struct warm found = {0};
	uint64_t max_trials = s->search.origin.max_trials;
	const char *code = s->search.origin.code, *slots = s->search.origin.slots;
	bool ok = read_journal(&o, &sum, err) && check_code(s, err) &&
	          (sum.lines || read_warm(s, &found, err)) &&
	          take_up(s, &o, &sum, &found, err);

	warm_free(&found);
	if (!ok)
		return false;
	study_happen(s, (struct event){.kind = EVENT_SESSION,
	                               .as.session = {.max_trials = max_trials,
	                                              .code = code,
	                                              .slots = slots}});
	if (retry_failed)
		requeue_failed(s);
	return study_commit(s, true, err);
}
