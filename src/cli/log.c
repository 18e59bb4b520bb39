/* log: what happened in a search, as lines of JSON. */
#include "cli/finished.h"
#include "record/dir.h"
#include "record/event_json.h"
#include "record/origin_json.h"
#include "report/event_line.h"
#include "saved/saved.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_AGAIN_MS = 50 };

/* A journal on its way to stdout. */
struct log {
	struct event_reader reader;
	struct spec spec;
	struct arena arena;   /* of the spec */
	struct arena scratch; /* of one event */
	uint64_t n;
	bool finished; /* its latest line says that the search is over */
	bool unread;   /* whoever read what is printed is gone */
	struct str line;
};

static bool gone(struct log *l, struct error *err)
{
	l->unread = true;
	return error_set(err, ERROR_SYSTEM, "nobody reads it any more");
}

/* The file may have changed since: then so has the search. */
static bool take_search(struct log *l, const struct event *e, struct error *err)
{
	return e->kind != EVENT_SEARCH ||
	       origin_spec(e->as.search, &l->spec, &l->arena, err);
}

static bool log_event(void *self, const cJSON *json, struct error *err)
{
	struct log *l = self;
	const char *kind = json_string(json, "e");
	bool search = kind && strcmp(kind, "search") == 0;
	struct event e;

	if (!search && !l->spec.yaml.text)
		return error_set(err, ERROR_FILE,
		                 "nothing before it says of what "
		                 "search it is");
	l->reader.spec = &l->spec;
	l->reader.arena = search ? &l->arena : &l->scratch;
	if (!event_read(&l->reader, json, &e, err) || !take_search(l, &e, err))
		return false;
	l->finished = e.kind == EVENT_FINISH;
	str_clear(&l->line);
	event_line(&e, &l->spec, l->n++, &l->line);
	cli_print(&l->line);
	arena_free(&l->scratch);
	return !ferror(stdout) || gone(l, err);
}

static bool begun_anew(const char *dir, struct error *err)
{
	return error_set(err, ERROR_FILE,
	                 "%s: its journal was begun anew, or cut, meanwhile", dir);
}

/* False: nobody reads stdout any more, which else shows with the next line only. */
static bool wait_a_moment(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, LOOK_AGAIN_MS) <= 0;
}

/* Until nobody is at work there any more: what was written before that is then read,
 * too. A search whose runs others launch has nobody at work all the time: it is over
 * when it says so. */
static bool read_all(struct log *l, const char *dir, bool follow, struct error *err)
{
	struct journal_tail *tail = journal_tail_open(dir);
	bool ok = true, at_work = true, anew;

	while (ok && at_work) {
		at_work = follow && lock_held(dir);
		ok = journal_tail_read(tail, log_event, l, &anew, err) &&
		     (!anew || begun_anew(dir, err));
		at_work |= follow && l->reader.origin.elsewhere && !l->finished;
		if (ok && fflush(stdout))
			ok = gone(l, err);
		if (ok && at_work && !wait_a_moment())
			ok = gone(l, err);
	}
	journal_tail_close(tail);
	return ok;
}

static void summary(const struct saved *sv, uint64_t n)
{
	const struct search *s = &sv->study.search;
	struct str out = {0};

	event_line_summary(s, exit_decide(NULL, s, &s->verdict), n, &out);
	cli_print(&out);
	str_free(&out);
}

static void log_file(const struct saved *sv, uint64_t *n)
{
	struct str out = {0};

	event_lines_of(&sv->study.search, n, &out);
	cli_print(&out);
	str_free(&out);
}

/* The directory that is meant; NULL: a results file is. */
static const char *directory(struct options *o)
{
	const char *dir =
	    cli_is_yaml(o->file) ? search_dir(o->file, NULL, &o->arena) : o->file;

	return finished_exists(dir) ? dir : NULL;
}

int command_log(struct options *o)
{
	struct log l = {0};
	struct saved sv = {0};
	struct error err = {0};
	const char *dir = directory(o);
	bool ok = true;
	int code = EXIT_FINE;

	if (!dir && o->follow)
		ok = error_set(&err, ERROR_USAGE,
		               "%s: has no journal, and nothing else can be followed",
		               o->file);
	else if (dir)
		ok = read_all(&l, dir, o->follow, &err);
	ok = ok && saved_load(&sv, o->file, &err);
	if (ok && !dir)
		log_file(&sv, &l.n);
	if (ok)
		summary(&sv, l.n);
	else if (!l.unread)
		code = cli_fail(&err);
	saved_free(&sv);
	event_reader_free(&l.reader);
	str_free(&l.line);
	arena_free(&l.arena);
	arena_free(&l.scratch);
	return code;
}
