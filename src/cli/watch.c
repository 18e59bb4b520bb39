/* watch: the view of a search that runs elsewhere: in another terminal, on another
 * machine that shares the directory. Nothing is written. A signal ends it as it ends
 * any reader: there is nothing to put back. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "record/dir.h"
#include "report/closing.h"
#include "report/importance_text.h"
#include "report/text.h"
#include "saved/follow.h"
#include "study/propose.h"
#include "study/verification.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 200, TRIES = 25, MODEL_SHARE = 50, ORDER = 6 };

/* The least share of the variance of a parameter that matters. */
static const double matters = 0.05;

struct watching {
	struct options *o;
	const char *dir;   /* absolute … */
	const char *typed; /* … as the user would type it */
	struct follow follow;
	struct progress progress;
	struct observer watch; /* the progress's */
	bool caught_up;        /* what is told from now on is news */
	bool ended; /* a run of the verification has, since it was last planned */
	uint64_t believed;   /* the trial that the belief is of, + 1 */
	size_t order[ORDER]; /* parameters that matter, as a model sees it … */
	uint64_t ordered;    /* … of so many trials */
	int64_t next_model;
	unsigned tries;
};

static struct study *study_of(struct watching *w)
{
	return &w->follow.sv.study;
}

/* --- what is new --- */

static void tell_run(struct watching *w, const struct event *e)
{
	struct study *s = study_of(w);
	const struct trial *t = s->search.trials[e->trial];

	if (e->kind == EVENT_START)
		w->watch.started(w->watch.self, t, e->run);
	else if (e->kind == EVENT_END && e->as.end.again)
		w->watch.retrying(w->watch.self, t, e->run, t->runs[e->run].outcome);
	else if (e->kind == EVENT_END)
		w->watch.finished(w->watch.self, t, e->run);
}

static void told(void *self, const struct event *e)
{
	struct watching *w = self;
	bool of_run = e->kind == EVENT_START || e->kind == EVENT_END;

	if (of_run && e->phase != PHASE_SEARCH)
		w->ended |= e->kind == EVENT_END;
	else if (of_run && w->caught_up)
		tell_run(w, e);
	if (e->kind == EVENT_SESSION)
		study_of(w)->phase = PHASE_SEARCH;
}

/* Where the search is over, what is under way is its verification. */
static void plan(struct watching *w)
{
	struct study *s = study_of(w);
	struct verdict *v = &s->search.verdict;
	size_t done, all;

	if (!w->ended && s->phase != PHASE_SEARCH)
		return;
	w->ended = false;
	verdict_plan(&s->search);
	if (!v->wanted)
		return;
	s->phase = PHASE_RERUN;
	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->phase == PHASE_TEST)
			s->phase = PHASE_TEST;
	verify_counts(s, &done, &all);
	if (w->caught_up && all)
		w->watch.verifying(w->watch.self, v, s->phase, done, all);
}

static bool is_alive(struct watching *w)
{
	const struct search *s = &study_of(w)->search;

	return lock_held(w->dir) ||
	       (w->follow.begun && s->origin.elsewhere && s->state == SEARCH_RUNNING);
}

/* A model is asked again what it believed, which takes it a moment: not often. */
static void believe(struct watching *w)
{
	struct study *s = study_of(w);
	int64_t begun = clock_now();
	uint64_t latest = progress_latest(&s->search);

	if (!w->progress.live || !s->search.n || w->believed == s->search.n ||
	    begun < w->next_model)
		return;
	w->believed = s->search.n;
	w->progress.believed = latest;
	study_explain(s, s->search.trials[latest], &w->progress.belief);
	w->next_model = begun + MODEL_SHARE * (clock_now() - begun);
}

/* Which parameters matter, when there are a quarter more trials to learn it from. */
static void order(struct watching *w)
{
	const struct search *s = &study_of(w)->search;
	struct progress *p = &w->progress;
	int64_t begun = clock_now();
	struct importance im = {0};
	struct error err;

	if (!p->live || s->ok < LANDSCAPE_TRIALS || 4 * s->ok < 5 * w->ordered ||
	    begun < w->next_model)
		return;
	w->ordered = s->ok;
	p->n_order = 0;
	p->order = w->order;
	if (importance_init(&im, study_of(w), &err)) {
		for (size_t i = 0; i < im.n && p->n_order < ORDER; i++)
			if (!i || im.rows[i].total.mean >= matters)
				w->order[p->n_order++] = im.rows[i].param;
		importance_free(&im);
	}
	w->next_model = clock_now() + MODEL_SHARE * (clock_now() - begun);
}

/* Lines of a file on another machine may come in parts: what looks damaged is looked at
 * again. */
static bool read_on(struct watching *w, bool alive, struct error *err)
{
	bool anew = false;

	if (!follow_read(&w->follow, &anew, err)) {
		if (!alive || err->kind != ERROR_FILE || ++w->tries > TRIES)
			return false;
		return true;
	}
	w->tries = 0;
	if (anew) {
		w->caught_up = w->ended = false;
		w->believed = w->ordered = 0;
		w->progress.n_order = 0;
		w->progress.belief = (struct belief){0};
		w->progress.best = NULL;
		return read_on(w, alive, err);
	}
	if (w->follow.begun && search_is_over(&study_of(w)->search))
		plan(w);
	return true;
}

static void say_where(struct watching *w)
{
	const struct search *s = &study_of(w)->search;
	struct str out = {0};

	str_add(&out, "watching ");
	text_clean(&out, w->typed);
	str_addf(&out, ": %llu of %llu %ss are done",
	         (unsigned long long)search_done(s), (unsigned long long)s->cap,
	         search_unit(s));
	terminal_say(&w->progress.terminal, str_text(&out));
	str_free(&out);
}

static void catch_up(struct watching *w)
{
	if (w->caught_up || !w->follow.begun)
		return;
	w->caught_up = true;
	w->progress.best = study_of(w)->search.best;
	if (!w->progress.live)
		say_where(w);
}

/* --- its end --- */

/* The command that goes on with it, as far as the directory says. */
static void add_way_on(struct watching *w, struct str *out)
{
	const struct search *s = &study_of(w)->search;
	const char *path = s->origin.path, *slash = strrchr(w->dir, '/');

	if (!path || s->origin.n_set || s->origin.command ||
	    s->purpose.kind != PURPOSE_SEARCH) {
		str_add(out, "the command that began it continues it");
		return;
	}
	str_add(out, "hpsearch ");
	str_shell(out, path);
	if (strcmp(search_dir(path, NULL, &w->o->arena), slash ? slash + 1 : w->dir)) {
		str_add(out, " --out ");
		str_shell(out, w->typed);
	}
	str_add(out, " continues it");
}

static void add_idle(struct watching *w, struct str *out)
{
	const struct search *s = &study_of(w)->search;

	str_add(out, s->state == SEARCH_INTERRUPTED ? "interrupted" : "not running");
	if (s->ended > 0) {
		str_add(out, ", last heard of ");
		text_duration(out, search_now(s) - s->ended);
		str_add(out, " ago");
	}
	str_add(out, "; ");
	add_way_on(w, out);
}

static int code_of(const struct search *s, bool over)
{
	if (over)
		return exit_decide(NULL, s, &s->verdict);
	return s->state == SEARCH_INTERRUPTED ? 128 + 2 : EXIT_SYSTEM;
}

static int finish(struct watching *w, struct error *err)
{
	struct study *s = study_of(w);
	bool over = search_is_over(&s->search) || s->search.state == SEARCH_GUARD ||
	            s->search.state == SEARCH_CONTRACT;
	bool kept = !over && w->progress.live;
	struct str out = {0};

	s->search.elapsed_before += s->search.last_time - s->search.session_start;
	s->search.session_start = s->search.last_time;
	if (!over) {
		add_idle(w, &out);
		w->progress.notice = str_text(&out);
	}
	w->progress.alive = false;
	if (kept)
		progress_draw(&w->progress);
	progress_end(&w->progress, kept);
	if (over && !closing_report(s, w->typed, &out, err))
		return cli_fail(err);
	if (over || !kept)
		printf("%s%s", str_text(&out), over ? "" : "\n");
	str_free(&out);
	return code_of(&s->search, over);
}

static int once(struct watching *w, bool alive)
{
	const struct search *s = &study_of(w)->search;
	bool over = search_is_over(s);
	struct str notice = {0};

	if (!alive && !over)
		add_idle(w, &notice);
	w->progress.alive = alive;
	w->progress.notice = notice.len ? str_text(&notice) : NULL;
	progress_print(&w->progress);
	str_free(&notice);
	return alive ? EXIT_FINE : code_of(s, over);
}

static int watch(struct watching *w, struct error *err)
{
	for (;;) {
		/* Asked before the reading: what it wrote until then is read. */
		bool alive = is_alive(w);

		if (!read_on(w, alive, err))
			return cli_fail(err);
		if (w->follow.begun && w->o->once)
			return once(w, alive);
		if (w->follow.begun) {
			catch_up(w);
			believe(w);
			order(w);
			w->progress.alive = alive;
			if (!alive)
				return finish(w, err);
			progress_look(&w->progress);
		} else if (!alive) {
			error_set(err, ERROR_USAGE,
			          access(w->dir, F_OK)
			              ? "%s: is not there any more"
			              : "%s: no search has begun there",
			          w->dir);
			return cli_fail(err);
		}
		poll(NULL, 0, LOOK_MS);
	}
}

static bool find_directory(struct watching *w, struct error *err)
{
	const char *dir = cli_is_yaml(w->o->file)
	                      ? search_dir(w->o->file, NULL, &w->o->arena)
	                      : w->o->file;
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(dir, real))
		return error_errno(err, "%s", dir);
	if (stat(real, &st) || !S_ISDIR(st.st_mode))
		return error_set(err, ERROR_USAGE,
		                 "%s: is no directory of a search\n"
		                 "  help: hpsearch show reads a results file",
		                 dir);
	w->dir = arena_strdup(&w->o->arena, real);
	w->typed = dir;
	return true;
}

int command_watch(struct options *o)
{
	struct watching w = {.o = o};
	struct error err = {0};
	int code;

	if (!find_directory(&w, &err))
		return cli_fail(&err);
	follow_open(&w.follow, w.dir);
	w.follow.told = told;
	w.follow.self = &w;
	progress_init(&w.progress, study_of(&w), 0, o->verbose, stdout);
	w.progress.followed = true;
	w.watch = progress_observer(&w.progress);
	code = watch(&w, &err);
	progress_end(&w.progress, true);
	follow_close(&w.follow);
	return code;
}
