/* recheck: does what a search found still hold, with the code and the data of today? */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/finished.h"
#include "record/recheck_json.h"
#include "report/recheck_text.h"
#include "search/lineage.h"
#include "search/recheck_plan.h"
#include "study/rechecking.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAIRS = 20, OTHERS = 3 };

struct recheck {
	struct options *o;
	struct finished of;
	struct budget budget;
	struct purpose purpose;
	const struct coord **points; /* (purpose.n_was) */
	const char *top;             /* directory of all rechecks of the search */
	const char *dir;             /* … of this one */
	size_t slots;
	struct saved there;
	struct study study;
	struct rechecked rechecked;
};

static void settle(struct recheck *x, uint64_t number)
{
	struct search *s = &x->of.sv.study.search;

	x->purpose = (struct purpose){.kind = PURPOSE_RECHECK,
	                              .of = x->o->file,
	                              .winner = x->of.winner->id,
	                              .margin = (double)NAN,
	                              .pairs = x->o->pairs ? x->o->pairs : PAIRS,
	                              .spread = s->verdict.spread,
	                              .number = number,
	                              .data_changed = x->o->data_changed,
	                              .test = x->o->test,
	                              .was_better = s->verdict.done &&
	                                            s->verdict.answer == ANSWER_YES,
	                              .host = s->origin.host,
	                              .git = s->origin.git,
	                              .code = s->code ? s->code : x->of.winner->code};
	x->points = recheck_choose(s, x->of.winner, x->of.winner_is_defaults,
	                           x->o->top ? (size_t)x->o->top : OTHERS, &x->o->arena,
	                           &x->purpose);
}

/* One that goes on keeps what it was begun with: whom it compares, on how many pairs.
 */
static void settle_as_before(struct recheck *x)
{
	const struct search *was = &x->there.study.search;

	x->purpose = was->purpose;
	x->points = arena_new(&x->o->arena, was->n, sizeof *x->points);
	for (size_t i = 0; i < was->n; i++)
		x->points[i] = was->trials[i]->point;
}

/* The latest recheck, if it is not complete; else the next number. */
static bool find_number(struct recheck *x, uint64_t *number, bool *goes_on,
                        struct error *err)
{
	*number = 1;
	*goes_on = false;
	while (finished_exists(arena_printf(&x->o->arena, "%s/%04llu", x->top,
	                                    (unsigned long long)*number)))
		++*number;
	if (*number > 1 && !x->o->fresh) {
		const char *last = arena_printf(&x->o->arena, "%s/%04llu", x->top,
		                                (unsigned long long)*number - 1);

		if (!saved_load(&x->there, last, err) ||
		    !rechecked_init(&x->rechecked, &x->there.study.search, err))
			return error_prefix(err, "%s: ", last);
		rechecked_judge(&x->rechecked);
		*goes_on = x->rechecked.answer == RECHECK_OPEN;
		*number -= *goes_on;
		rechecked_free(&x->rechecked);
	}
	x->dir = arena_printf(&x->o->arena, "%s/%04llu", x->top,
	                      (unsigned long long)*number);
	return true;
}

static void print(const struct options *o, const struct rechecked *r)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};
	struct sheet t = {0};

	if (strcmp(o->format, "json") == 0) {
		recheck_json(r, &out);
	} else if (strcmp(o->format, "table") == 0) {
		recheck_text(r, &v, &out);
	} else if (strcmp(o->format, "junit") == 0) {
		recheck_junit(r, &out);
	} else {
		recheck_sheet(r, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
}

int cli_show_recheck(const struct options *o, struct saved *sv, struct error *err)
{
	struct rechecked r = {0};
	bool ok = rechecked_init(&r, &sv->study.search, err);

	if (ok) {
		rechecked_judge(&r);
		print(o, &r);
	}
	rechecked_free(&r);
	return ok ? EXIT_FINE : cli_fail(err);
}

static bool announce(struct recheck *x, struct error *err)
{
	struct study plan = {0};
	struct recheck_cost cost;
	bool ok = finished_study(&x->of, NULL, NULL, &plan, err) &&
	          recheck_begin(&plan, &x->purpose, x->points, err);

	if (ok && (x->o->verbose >= 0 || x->o->dry_run)) {
		cost = rechecked_cost(&plan.search);
		fprintf(x->o->dry_run ? stdout : stderr,
		        "a recheck of the winner (trial %llu)%s and %zu more takes %zu "
		        "runs at the most, about %zu where everything is clear at the "
		        "first look\n",
		        (unsigned long long)x->purpose.winner,
		        x->purpose.defaults ? ", the defaults" : "",
		        x->purpose.n_was - 1 - x->purpose.defaults, cost.most,
		        cost.least);
	}
	study_free(&plan);
	return ok;
}

static bool run(struct recheck *x, struct error *err)
{
	const char *history = arena_printf(&x->o->arena, "%s/history.jsonl", x->top);
	struct finished_session session;
	/* --fresh asks for a new number, whose directory is empty. */
	bool ok =
	    finished_open(&x->of, &x->dir, false, x->slots, &session, &x->study, err) &&
	    recheck_begin(&x->study, &x->purpose, x->points, err) &&
	    rechecked_init(&x->rechecked, &x->study.search, err) &&
	    recheck_run(&x->rechecked, &x->study, &session.workers.runner, &x->budget,
	                err) &&
	    recheck_write(&x->rechecked, history, err);

	finished_close(&session);
	return ok;
}

/* The file of the search where it is still there, else its text from what was kept. */
static const char *retune_file(struct recheck *x, struct error *err)
{
	const struct search_origin *o = &x->of.sv.study.search.origin;
	const char *path = o->path;

	if (!access(path, R_OK) && cli_is_yaml(path))
		return path;
	path = arena_printf(&x->o->arena, "%s/retune.yaml", x->dir);
	return file_write(path, o->yaml, strlen(o->yaml), 0666, err) ? path : NULL;
}

/* The recheck is over: it is the search's own command that continues it. */
static void say_how_it_goes_on(const struct options *o)
{
	struct str out = {0};

	str_add(&out, "the search goes on with: hpsearch ");
	str_shell(&out, o->file);
	str_add(&out, " --out ");
	str_shell(&out, o->out);
	for (size_t i = 0; i < o->n_set; i++) {
		str_add(&out, " --set ");
		str_shell(&out, o->set[i]);
	}
	if (o->command) {
		str_add(&out, " --command ");
		str_shell(&out, o->command);
	}
	if (o->max_trials)
		str_addf(&out, " -n %llu", (unsigned long long)o->max_trials);
	fprintf(stderr, "%s\n", str_text(&out));
	str_free(&out);
}

/* A search that knows what the old one has found. */
static int retune(struct recheck *x, struct error *err)
{
	const struct search_origin *from = &x->of.sv.study.search.origin;
	const char *dir = x->of.sv.study.search.dir;
	struct options o = *x->o;
	const char *old =
	    dir ? arena_printf(&x->o->arena, "%s/results.json", dir) : x->o->file;
	int code;

	o.file = retune_file(x, err);
	if (!o.file)
		return cli_fail(err);
	o.out = arena_printf(&x->o->arena, "%s/retune", x->dir);
	o.budget = NULL;
	o.fresh = o.dry_run = false;
	o.format = "table";
	o.n_set = 0;
	for (size_t i = 0; i < from->n_set && o.n_set < CLI_SETS - 1; i++)
		o.set[o.n_set++] = from->set[i];
	o.set[o.n_set++] = arena_printf(&x->o->arena, "warm_start=[\"%s\"]", old);
	if (!o.command)
		o.command = from->command;
	o.max_trials = from->max_trials;
	fprintf(stderr, "a search that starts from %s begins in %s\n", old, o.out);
	fflush(stdout);
	code = command_run(&o);
	if (code >= 128)
		say_how_it_goes_on(&o);
	return code == EXIT_FINE || code == EXIT_VERDICT ? EXIT_VERDICT : code;
}

static int verdict(struct recheck *x, struct error *err)
{
	const struct search *s = x->rechecked.search;

	if (s->state == SEARCH_INTERRUPTED && s->signal) {
		cli_interrupted(x->dir);
		return 128 + s->signal;
	}
	if (x->rechecked.answer == RECHECK_OPEN) {
		fprintf(stderr,
		        "%s; the same command with a larger --budget goes on in %s\n",
		        s->why ? s->why : "it is not finished", x->dir);
		return EXIT_BUDGET;
	}
	if (x->rechecked.answer == RECHECK_HOLDS)
		return EXIT_FINE;
	return x->o->retune ? retune(x, err) : EXIT_VERDICT;
}

static bool prepare(struct recheck *x, struct error *err)
{
	struct options *o = x->o;
	struct error no_defaults;
	uint64_t number;
	bool goes_on;

	if (!finished_load(&x->of, o, err) || !lineage_has_none(&x->of.sv.spec, err) ||
	    !finished_budget(&x->of, &x->budget, err))
		return false;
	finished_defaults(&x->of, &no_defaults); /* is the winner one of them? */
	if (o->test && !x->of.sv.spec.test.present)
		return error_set(
		    err, ERROR_USAGE,
		    "--test: the search has no test: block\n"
		    "  help: without --test the recheck is on validation data");
	if (o->test && (!x->of.sv.study.search.baseline || x->of.winner_is_defaults))
		return error_set(
		    err, ERROR_USAGE,
		    "--test: there are no defaults to compare the winner with\n"
		    "  help: give them, as in --set parameters.lr.default=0.001");
	x->top = finished_dir(o, &x->of.sv, "recheck");
	if (!find_number(x, &number, &goes_on, err))
		return false;
	if (goes_on)
		settle_as_before(x);
	else
		settle(x, number);
	if (goes_on && o->verbose >= 0)
		fprintf(stderr, "continuing recheck %llu in %s\n",
		        (unsigned long long)number, x->dir);
	return true;
}

static int recheck(struct recheck *x, struct error *err)
{
	struct options *o = x->o;

	if (!prepare(x, err) || !announce(x, err))
		return cli_fail(err);
	if (o->dry_run)
		return EXIT_FINE;
	if (!finished_may_run(&x->of, &x->slots, err) || !run(x, err))
		return cli_fail(err);
	print(o, &x->rechecked);
	return verdict(x, err);
}

int command_recheck(struct options *o)
{
	struct recheck x = {.o = o};
	struct error err = {0};
	int code = recheck(&x, &err);

	rechecked_free(&x.rechecked);
	study_free(&x.study);
	saved_free(&x.there);
	finished_free(&x.of);
	return code;
}
