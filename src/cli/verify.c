/* verify: the final verification of a search that is finished: done, continued, or,
 * when it is complete, shown again. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/workers.h"
#include "record/dir.h"
#include "record/lock.h"
#include "record/origin_json.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "search/standing.h"
#include "study/apply.h"
#include "study/search_loop.h"
#include "study/verification.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool nothing_to_verify_with(const struct saved *sv, struct error *err)
{
	return error_set(err, ERROR_USAGE,
	                 "%s: the file has neither test: nor repeats:, so there is "
	                 "nothing to verify with\n"
	                 "  help: add a test: block; hpsearch verify FILE.yaml then "
	                 "takes it up",
	                 sv->path);
}

static bool nothing_to_do(const struct saved *sv, struct error *err)
{
	const struct study *s = &sv->study;

	if (s->search.state == SEARCH_RUNNING || s->search.state == SEARCH_INTERRUPTED)
		return error_set(
		    err, ERROR_USAGE,
		    "%s: the search is not finished; the command that began it "
		    "continues it",
		    sv->path);
	if (!search_is_over(&s->search))
		return error_set(
		    err, ERROR_USAGE,
		    "%s: the search was stopped because of its failures; the "
		    "command that began it continues it (with --retry-failed)",
		    sv->path);
	if (!s->search.best)
		return error_set(err, ERROR_TRIAL, "%s: no trial has a usable value",
		                 sv->path);
	if (!trial_feasible(&sv->spec, s->search.best))
		return error_set(err, ERROR_TRIAL, "%s: no trial holds the limits",
		                 sv->path);
	if (!s->search.verdict.wanted)
		return nothing_to_verify_with(sv, err);
	return false;
}

/* Runs what is missing on the journal of the directory. */
static bool complete(struct options *o, struct saved *sv, struct error *err)
{
	struct study *s = &sv->study, open = {0};
	struct progress progress = {0};
	struct observer watch;
	struct workers workers = {0};
	struct spec now;
	size_t slots = 0;
	int lock = lock_take(s->search.dir, err);
	bool ok = false;

	if (lock < 0)
		return false;
	/* A YAML file may have gained a test: block since. */
	if (cli_is_yaml(o->file)
	        ? !cli_load_spec(o, &now, true, err)
	        : !origin_spec(&s->search.origin, &now, &o->arena, err))
		goto out;
	/* Nothing is written then: the search stays as it is. */
	if (!spec_reruns(&now)) {
		ok = nothing_to_verify_with(sv, err);
		goto out;
	}
	if (!cli_slots(o, &now, &slots, err))
		goto out;
	progress_init(&progress, &open, slots, o->verbose, stderr);
	watch = progress_observer(&progress);
	space_set_decoding(&now.space, s->search.origin.decoding);
	if (!cli_is_yaml(o->file)) {
		o->n_set = s->search.origin.n_set;
		memcpy(o->set, s->search.origin.set, sizeof s->search.origin.set);
		o->command = s->search.origin.command;
	}
	o->max_trials = s->search.origin.max_trials;
	if (!workers_open(&workers, &now, slots, lock, s->search.dir, err) ||
	    !cli_init_study(o, &now, s->search.dir, &watch, &open, err) ||
	    !study_open(&open, false, err))
		goto out;
	/* The search stays finished, whatever becomes of the pairs asked for. */
	open.search.state = s->search.state;
	open.search.why = s->search.why;
	study_finish(&open);
	workers_watch(&workers, &watch);
	verdict_plan(&open.search);
	ok = study_commit(&open, true, err) &&
	     (!o->more || verify_more(&open, o->more, err)) &&
	     verify_run(&open, &workers.runner, err);
	if (ok)
		cli_write_page(o, &open, s->search.dir, s->search.dir);
out:
	progress_end(&progress, false);
	workers_close(&workers);
	study_free(&open);
	lock_release(lock);
	return ok;
}

static bool takes_directory(const struct options *o, struct error *err)
{
	return error_set(err, ERROR_USAGE,
	                 "%s: to verify takes the search's directory, not its results "
	                 "file alone",
	                 o->file);
}

/* Options that a search's own file, kept in its directory, leaves no room for. */
static bool only_with_file(const struct options *o, struct error *err)
{
	const char *option = o->out       ? "--out"
	                     : o->n_set   ? "--set"
	                     : o->command ? "--command"
	                                  : NULL;

	return !option || cli_is_yaml(o->file) ||
	       error_set(err, ERROR_USAGE,
	                 "%s goes with the search's YAML file: a directory is "
	                 "verified as it was begun\n"
	                 "  help: hpsearch verify FILE.yaml %s ...",
	                 option, option);
}

static bool show_again(const struct options *o)
{
	if (o->n_set || o->command)
		fprintf(stderr,
		        "notice: the verification is complete, so %s changes nothing "
		        "(--more N adds pairs)\n",
		        o->n_set ? "--set" : "--command");
	return true;
}

static bool verify(struct options *o, struct saved *sv, struct error *err)
{
	const char *path =
	    cli_is_yaml(o->file) ? search_dir(o->file, o->out, &o->arena) : o->file;

	if (!only_with_file(o, err) || !saved_load(sv, path, err) ||
	    !lineage_has_none(&sv->spec, err))
		return false;
	if (sv->study.search.verdict.done && !(o->more && sv->study.search.dir))
		return o->more ? takes_directory(o, err) : show_again(o);
	if (sv->study.search.best && sv->study.search.dir &&
	    search_is_over(&sv->study.search) &&
	    (sv->study.search.verdict.wanted || cli_is_yaml(o->file))) {
		if (!complete(o, sv, err))
			return false;
		saved_free(sv);
		return saved_load(sv, path, err) &&
		       (sv->study.search.verdict.wanted || nothing_to_do(sv, err));
	}
	if (!sv->study.search.dir && sv->study.search.verdict.wanted)
		return takes_directory(o, err);
	return nothing_to_do(sv, err);
}

int command_verify(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = EXIT_FINE;

	if (!verify(o, &sv, &err) || !cli_print_results(o, &sv.study, 3, &err))
		code = cli_fail(&err);
	else
		code = exit_decide(NULL, NULL, &sv.study.search.verdict);
	saved_free(&sv);
	return code;
}
