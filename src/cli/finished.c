#include "cli/finished.h"
#include "base/clock.h"
#include "config/command.h"
#include "record/lock.h"
#include "record/origin_json.h"
#include "search/standing.h"
#include "study/code.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_SHOWN = 120 };

void finished_free(struct finished *f)
{
	saved_free(&f->sv);
	*f = (struct finished){0};
}

/* The journal beside a results file is the truth, and has a place for what follows. */
static const char *source(struct options *o)
{
	const char *slash = strrchr(o->file, '/');
	const char *name = slash ? slash + 1 : o->file;
	const char *dir =
	    slash ? arena_printf(&o->arena, "%.*s", (int)(slash - o->file) + 1, o->file)
		  : ".";

	if (strcmp(name, "results.json") == 0 && finished_exists(dir))
		return dir;
	return o->file;
}

bool finished_exists(const char *dir)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof path, "%s/journal.jsonl", dir) <
	           (int)sizeof path &&
	       !access(path, F_OK);
}

/* Only a default may be given afterwards: the space is that of the search. */
static bool check_sets(const struct options *o, struct error *err)
{
	static const char begin[] = "parameters.", end[] = ".default";

	for (size_t i = 0; i < o->n_set; i++) {
		size_t n = strcspn(o->set[i], "=");

		if (strncmp(o->set[i], begin, sizeof begin - 1) != 0 ||
		    n < sizeof begin + sizeof end - 2 ||
		    strncmp(o->set[i] + n - (sizeof end - 1), end, sizeof end - 1) != 0)
			return error_set(
			    err, ERROR_USAGE,
			    "--set %s: the search is over; only a default can be given "
			    "now\n"
			    "  help: --set parameters.lr.default=0.001",
			    o->set[i]);
	}
	return true;
}

static bool take_overrides(struct finished *f, struct error *err)
{
	struct search *s = &f->sv.study.search;
	struct search_origin *o = &s->origin;
	struct coord *point = arena_new(&s->arena, f->sv.spec.space.n, sizeof *point);
	bool any;

	if (!check_sets(f->o, err))
		return false;
	if (!f->o->command && !f->o->n_set)
		return true;
	if (f->o->command)
		o->command = f->o->command;
	for (size_t i = 0; i < f->o->n_set && o->n_set < ARRAY_LEN(o->set); i++)
		o->set[o->n_set++] = f->o->set[i];
	if (!origin_spec(o, &f->sv.spec, &f->sv.arena, err) ||
	    !space_defaults(&f->sv.spec.space, point, &any, err))
		return false;
	if (any)
		s->baseline = point;
	return true;
}

static bool is_over(const struct finished *f, struct error *err)
{
	const struct search *s = &f->sv.study.search;
	enum search_state state = s->state;

	if (!cli_is_search(&f->sv, err))
		return false;
	if (state == SEARCH_RUNNING || state == SEARCH_INTERRUPTED)
		return error_set(
		    err, ERROR_USAGE,
		    "%s: the search is not finished; the command that began it "
		    "continues it",
		    f->sv.path);
	if (!f->sv.spec.metric.name)
		return error_set(err, ERROR_USAGE,
		                 "%s: the search has no metric, so there is no winner",
		                 f->sv.path);
	return standing_metric_alone(&f->sv.spec, "ablate and recheck compare", err) ||
	       error_prefix(err, "%s: ", f->sv.path);
}

static void find_winner(struct finished *f)
{
	const struct search *s = &f->sv.study.search;
	const struct verdict *v = &s->verdict;

	f->verified = v->done && v->winner != SIZE_MAX;
	f->winner = search_winner(s);
}

/* Files that the search trained with ("train.py 0123456789abcdef, git …") and that are
 * not where its command would look for them. */
static bool files_are_there(const struct finished *f, struct error *err)
{
	const struct search *s = &f->sv.study.search;
	const char *code = s->code ? s->code : f->winner->code;
	char name[PATH_MAX];

	for (const char *p = f->o->command || !code ? "" : code; *p;) {
		size_t n = strcspn(p, ",");
		const char *blank = memrchr(p, ' ', n);
		size_t len = blank ? (size_t)(blank - p) : 0;

		if (len && len < sizeof name && strncmp(p, "git ", 4) != 0) {
			memcpy(name, p, len);
			name[len] = '\0';
			if (access(spec_from_home(&f->sv.spec, name, &f->o->arena),
			           F_OK))
				return error_set(
				    err, ERROR_USAGE,
				    "%s: its command names %.*s, which is not there\n"
				    "  help: go to the directory where it was run, or "
				    "give "
				    "another command with --command 'python3 train.py "
				    "${args}'",
				    f->sv.path, NAME_MAX_SHOWN, name);
		}
		p += n;
		p += strspn(p, ", ");
	}
	return true;
}

bool finished_load(struct finished *f, struct options *o, struct error *err)
{
	f->o = o;
	if (!saved_load(&f->sv, source(o), err) || !is_over(f, err) ||
	    !take_overrides(f, err) || !cli_needs_command(&f->sv.spec, err) ||
	    !cli_needs_no_items(&f->sv.spec, err))
		return false;
	find_winner(f);
	if (!f->winner)
		return error_set(err, ERROR_TRIAL, "%s: no trial has a usable value",
		                 f->sv.path);
	return files_are_there(f, err);
}

bool finished_defaults(struct finished *f, struct error *err)
{
	const struct search *s = &f->sv.study.search;
	const struct space *sp = &f->sv.spec.space;
	const struct value **values = arena_new(&f->o->arena, sp->n, sizeof *values);

	if (!s->baseline)
		return error_set(
		    err, ERROR_USAGE,
		    "%s: no parameter has a default, so there is nothing to "
		    "compare the winner with\n"
		    "  help: give them now, as in --set parameters.%s.default=…",
		    f->sv.path, sp->n ? sp->params[0].name : "lr");
	space_decode(sp, s->baseline, &f->o->arena, values);
	f->winner_is_defaults =
	    space_hash(sp, values) == space_hash(sp, f->winner->values);
	return true;
}

const char *finished_dir(struct options *o, const struct saved *of, const char *name)
{
	const char *dir = of->study.search.dir;
	const char *slash = strrchr(o->file, '/');
	const char *stem = slash ? slash + 1 : o->file;
	size_t n = strcspn(stem, ".");

	if (o->out)
		return o->out;
	if (dir)
		return arena_printf(&o->arena, "%s/%s", dir, name);
	return arena_printf(&o->arena, "%.*s.%s", (int)n, stem, name);
}

bool ablation_there_load(struct ablation_there *t, const char *dir, struct error *err)
{
	if (!finished_exists(dir))
		return error_set(err, ERROR_USAGE,
		                 "%s: there is no ablation here\n"
		                 "  help: hpsearch ablate runs one",
		                 dir);
	if (!saved_load(&t->sv, dir, err))
		return false;
	if (!ablated_init(&t->ablated, &t->sv.study.search, err))
		return error_prefix(err, "%s: ", dir);
	ablated_judge(&t->ablated);
	return true;
}

void ablation_there_free(struct ablation_there *t)
{
	ablated_free(&t->ablated);
	saved_free(&t->sv);
}

static int lock_dir(struct finished *f, const char **dir, bool fresh, struct error *err)
{
	char real[PATH_MAX];
	int lock = lock_take(*dir, err);

	if (lock < 0)
		return -1;
	if (!realpath(*dir, real)) {
		error_errno(err, "%s", *dir);
		lock_release(lock);
		return -1;
	}
	*dir = arena_strdup(&f->o->arena, real);
	if (fresh && !cli_discard(*dir, err)) {
		lock_release(lock);
		return -1;
	}
	return lock;
}

bool finished_study(struct finished *f, const char *dir, const struct observer *watch,
                    struct study *s, struct error *err)
{
	struct study_options so = {.dir = dir, .strict = f->o->strict};
	struct search_origin *o = &so.origin;

	*o = f->sv.study.search.origin;
	o->max_trials = 0;
	o->elsewhere = false;
	o->started = clock_wall();
	o->host = cli_host(&f->o->arena);
	o->git = dir ? cli_git(&f->o->arena) : "";
	o->version = HPS_VERSION;
	if (dir)
		o->code = code_state(&f->sv.spec, o->git, &f->o->arena);
	if (watch)
		so.watch = *watch;
	/* What the search began with is in it; its runs here know nothing of that. */
	f->sv.spec.n_warm = 0;
	return study_init(s, &f->sv.spec, &so, err);
}

bool finished_open(struct finished *f, const char **dir, bool fresh, size_t slots,
                   struct finished_session *x, struct study *s, struct error *err)
{
	struct observer watch;

	*x = (struct finished_session){.lock = lock_dir(f, dir, fresh, err)};
	progress_init(&x->progress, s, slots, f->o->verbose, stderr);
	watch = progress_observer(&x->progress);
	if (x->lock < 0 ||
	    !workers_open(&x->workers, &f->sv.spec, slots, x->lock, *dir, err))
		return false;
	workers_watch(&x->workers, &watch);
	return finished_study(f, *dir, &watch, s, err) && study_open(s, false, err);
}

void finished_close(struct finished_session *x)
{
	progress_end(&x->progress, false);
	workers_close(&x->workers);
	lock_release(x->lock);
}

bool finished_budget(struct finished *f, struct budget *out, struct error *err)
{
	if (f->o->budget)
		return budget_read(f->o->budget, out, err);
	*out = (struct budget){.time = f->sv.spec.budget_time,
	                       .cost = f->sv.spec.budget_cost};
	return true;
}

static bool show_command(struct finished *f, struct error *err)
{
	const struct spec *sp = &f->sv.spec;
	struct fleet fleet;
	struct run run = {.seed = 0};
	struct task t = {.trial = f->winner,
	                 .key = f->winner->id,
	                 .run = &run,
	                 .command = &sp->command,
	                 .metric = &sp->metric};
	struct str line = {0};
	const char *const *argv;

	task_folder(&t);
	fleet_init(&fleet, sp, NULL, NULL, &f->o->arena);
	argv = task_argv(&fleet, &t, &f->o->arena, err);
	if (argv) {
		command_line(argv, &line);
		fprintf(stderr, "runs like this one, of %s:\n  %s\n", f->sv.path,
		        str_text(&line));
		workers_show(sp);
	}
	str_free(&line);
	fleet_free(&fleet);
	return argv != NULL;
}

bool finished_may_run(struct finished *f, size_t *slots, struct error *err)
{
	if (f->sv.study.search.dir || f->o->yes)
		return cli_slots(f->o, &f->sv.spec, slots, err);
	return show_command(f, err) &&
	       error_set(err, ERROR_USAGE,
	                 "nothing was run: the command above comes from the file\n"
	                 "  help: if it is what you expect, add --yes");
}
