/* rerun-schedule: what a population has found, trained afresh with other seeds. */
#include "cli/cli.h"
#include "cli/finished.h"
#include "report/rescheduled_text.h"
#include "study/reschedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SEEDS = 5 };

struct rerun {
	struct options *o;
	struct finished of;
	struct budget budget;
	struct purpose purpose;
	struct reschedule_plan plan;
	const char *dir;
	size_t slots;
	struct study study;
	struct rescheduled x;
};

static void print(const struct options *o, const struct rescheduled *x)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};
	struct sheet t = {0};

	if (strcmp(o->format, "json") == 0) {
		rescheduled_json(x, &out);
	} else if (strcmp(o->format, "table") == 0) {
		rescheduled_text(x, &v, &out);
	} else {
		rescheduled_sheet(x, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
}

int cli_show_schedule(const struct options *o, struct saved *sv, struct error *err)
{
	struct rescheduled x = {0};
	bool ok = rescheduled_init(&x, &sv->study.search, err);

	if (ok) {
		rescheduled_judge(&x);
		print(o, &x);
	}
	rescheduled_free(&x);
	return ok ? EXIT_FINE : cli_fail(err);
}

static bool prepare(struct rerun *x, struct error *err)
{
	struct options *o = x->o;
	const struct search *s = &x->of.sv.study.search;

	if (!finished_load(&x->of, o, err) || !finished_budget(&x->of, &x->budget, err))
		return false;
	if (s->spec->method != METHOD_PBT)
		return error_set(err, ERROR_USAGE,
		                 "%s: method: %s finds no schedule\n"
		                 "  help: hpsearch recheck runs a configuration again",
		                 x->of.sv.path, s->spec->method_word);
	x->dir = finished_dir(o, &x->of.sv, "schedule");
	reschedule_plan(s, x->of.winner, &o->arena, &x->plan);
	x->purpose = (struct purpose){.kind = PURPOSE_SCHEDULE,
	                              .of = o->file,
	                              .winner = x->of.winner->id,
	                              .margin = (double)NAN,
	                              .pairs = o->pairs ? o->pairs : SEEDS};
	return true;
}

static bool run(struct rerun *x, struct error *err)
{
	struct finished_session session;
	bool ok = finished_open(&x->of, &x->dir, x->o->fresh, x->slots, &session,
	                        &x->study, err) &&
	          reschedule_begin(&x->study, &x->purpose, &x->plan, err) &&
	          rescheduled_init(&x->x, &x->study.search, err) &&
	          reschedule_run(&x->x, &x->study, &session.workers.runner, &x->budget,
	                         err) &&
	          rescheduled_write(&x->x, err);

	finished_close(&session);
	return ok;
}

static int last_words(const struct rerun *x)
{
	const struct search *s = x->x.search;

	if (s->state == SEARCH_INTERRUPTED && s->signal) {
		cli_interrupted(x->dir);
		return 128 + s->signal;
	}
	if (s->state == SEARCH_BUDGET && !x->x.complete) {
		fprintf(stderr,
		        "%s; the same command with a larger --budget goes on in %s\n",
		        s->why, x->dir);
		return EXIT_BUDGET;
	}
	return x->x.c[0].value.n ? EXIT_FINE : EXIT_NO_TRIAL;
}

int command_rerun_schedule(struct options *o)
{
	struct rerun x = {.o = o};
	struct error err = {0};
	int code;

	if (!prepare(&x, &err) || !finished_may_run(&x.of, &x.slots, &err) ||
	    !run(&x, &err)) {
		code = cli_fail(&err);
	} else {
		print(o, &x.x);
		code = last_words(&x);
	}
	rescheduled_free(&x.x);
	study_free(&x.study);
	finished_free(&x.of);
	return code;
}
