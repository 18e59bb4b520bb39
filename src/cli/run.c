/* run: a search from its file to its verdict. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/cluster.h"
#include "cli/progress.h"
#include "cli/workers.h"
#include "record/dir.h"
#include "record/lock.h"
#include "record/origin_json.h"
#include "record/results.h"
#include "report/closing.h"
#include "report/plan.h"
#include "report/ranking.h"
#include "study/propose.h"
#include "study/search_loop.h"
#include "study/test_use.h"
#include "study/verification.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMANDS_SHOWN = 8, RANKS_SHOWN = 10 };

static int dry_run(struct options *o, struct spec *spec, struct error *err)
{
	size_t slots;

	return cli_slots(o, spec, &slots, err) &&
	               cli_print_plan(o, spec, slots, COMMANDS_SHOWN, err)
	           ? EXIT_FINE
	           : cli_fail(err);
}

static bool has_trial(struct options *o, const struct spec *spec, struct error *err)
{
	struct study s = {0};
	const char *why;
	struct event e;
	bool ok = cli_init_study(o, spec, NULL, NULL, &s, err) &&
	          study_propose(&s, &e, &why, err) != ASK_ERROR;

	study_free(&s);
	return ok;
}

/* What one session works with. */
struct session {
	struct options *o;
	struct spec spec;
	const char *dir; /* absolute */
	int lock;
	size_t slots;
	struct workers workers;
	struct study study;
	struct progress progress;
};

static bool open_directory(struct session *x, struct error *err)
{
	char real[PATH_MAX];

	struct origin_rules kept;

	x->dir = search_dir(x->o->file, x->o->out, &x->o->arena);
	kept = origin_rules(x->dir);
	if ((x->o->fresh || !kept.first) && !test_use_check(&x->spec, err))
		return false;
	x->lock =
	    x->o->take_over ? lock_take_over(x->dir, err) : lock_take(x->dir, err);
	if (x->lock < 0)
		return false;
	if (!realpath(x->dir, real))
		return error_errno(err, "%s", x->dir);
	x->dir = arena_strdup(&x->o->arena, real);
	if (x->o->fresh && !cli_discard(x->dir, err))
		return false;
	space_set_decoding(&x->spec.space, x->o->fresh ? DECODING : kept.decoding);
	return true;
}

static bool open_study(struct session *x, struct error *err)
{
	struct study *s = &x->study;
	struct observer watch;

	progress_init(&x->progress, s, x->slots, x->o->verbose, stderr);
	watch = progress_observer(&x->progress);
	workers_watch(&x->workers, &watch);
	if (!cli_init_study(x->o, &x->spec, x->dir, &watch, s, err) ||
	    !study_open(s, x->o->retry_failed, err))
		return false;
	x->progress.best = s->search.best;
	if (s->search.n && x->o->verbose >= 0 &&
	    search_done(&s->search) > s->search.cap)
		fprintf(stderr,
		        "continuing %s: %llu %ss are done, more than the %llu that "
		        "are asked for\n",
		        x->dir, (unsigned long long)search_done(&s->search),
		        search_unit(&s->search), (unsigned long long)s->search.cap);
	else if (s->search.n && x->o->verbose >= 0)
		fprintf(stderr, "continuing %s: %llu of %llu %ss are done\n", x->dir,
		        (unsigned long long)search_done(&s->search),
		        (unsigned long long)s->search.cap, search_unit(&s->search));
	return true;
}

static bool verify(struct session *x, struct runner *r, struct error *err)
{
	struct study *s = &x->study;

	if (!search_is_over(&s->search) || exit_decide(NULL, &s->search, NULL))
		return true;
	verdict_plan(&s->search);
	return verify_run(s, r, err);
}

/* On stderr: what there is to know when the results are printed. An interrupted search
 * has a text of its own; why an alarm ended one stands before its results. */
static bool last_words(struct session *x, struct error *err)
{
	const char *dir = search_dir(x->o->file, x->o->out, &x->o->arena);
	struct study *s = &x->study;
	struct str out = {0};
	bool ok = true;

	if (s->search.state == SEARCH_INTERRUPTED)
		return true;
	fflush(stdout);
	if (search_is_over(&s->search) &&
	    exit_decide(NULL, &s->search, NULL) == EXIT_NO_TRIAL) {
		str_add(&out, "hpsearch: ");
		closing_no_trial(s, dir, &out);
		str_addc(&out, '\n');
	}
	if (x->o->verbose >= 0)
		ok = closing_report(s, dir, &out, err);
	if (ok)
		fputs(str_text(&out), stderr);
	str_free(&out);
	return ok;
}

static int finish(struct session *x, struct error *err)
{
	struct study *s = &x->study;

	progress_end(&x->progress, false);
	if (s->search.state == SEARCH_CONTRACT || s->search.state == SEARCH_GUARD)
		cli_say("hpsearch", s->search.why);
	if (s->search.n && !cli_print_results(x->o, s, RANKS_SHOWN, err))
		return cli_fail(err);
	if (!last_words(x, err))
		return cli_fail(err);
	cli_write_page(x->o, s, x->dir,
	               search_dir(x->o->file, x->o->out, &x->o->arena));
	if (s->search.state == SEARCH_INTERRUPTED)
		cli_interrupted(x->dir);
	return exit_decide(NULL, &s->search, &s->search.verdict);
}

static int session(struct session *x, struct error *err)
{
	struct runner *runner = &x->workers.runner;
	struct str grid = {0};

	if (!cli_slots(x->o, &x->spec, &x->slots, err) || !open_directory(x, err))
		return cli_fail(err);
	if (!x->spec.slurm.present && !cluster_absent(x->dir, err))
		return cli_fail(err);
	if (!workers_open(&x->workers, &x->spec, x->slots, x->lock, x->dir, err) ||
	    !open_study(x, err))
		return cli_fail(err);
	plan_grid(&x->spec, &grid);
	if (grid.len && x->o->verbose >= 0)
		fprintf(stderr, "%s\n", grid.s);
	str_free(&grid);
	runner->detach = x->o->detach;
	if (!study_run(&x->study, runner, err) || !verify(x, runner, err)) {
		int code;

		progress_end(&x->progress, false);
		code = cli_fail(err);
		if (code == EXIT_USAGE)
			return code;
		fprintf(
		    stderr,
		    access(x->dir, F_OK)
			? "  %s was moved away or removed; when it is back, the same "
			  "command continues\n"
			: "  what was finished is saved in %s; when the cause is "
			  "gone, the same command continues\n",
		    x->dir);
		return code;
	}
	return finish(x, err);
}

int command_run(struct options *o)
{
	struct session x = {.o = o, .lock = -1};
	struct error err = {0};
	int code;

	if (!cli_load_spec(o, &x.spec, true, &err) || !cli_needs_command(&x.spec, &err))
		return cli_fail(&err);
	if (o->dry_run)
		return dry_run(o, &x.spec, &err);
	/* A file that can have no trial leaves no directory behind. */
	if (x.spec.space.n_constraints && !has_trial(o, &x.spec, &err))
		return cli_fail(&err);
	code = session(&x, &err);
	workers_close(&x.workers);
	study_free(&x.study);
	lock_release(x.lock);
	return code;
}
