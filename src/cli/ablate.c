/* ablate: what a winner's difference to the defaults is made of, by running it. */
#include "cli/cli.h"
#include "cli/finished.h"
#include "record/ablation_json.h"
#include "report/ablation_text.h"
#include "report/configuration.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "study/ablating.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAIRS = 20 }; /* at the most, unless --pairs says more or less */

struct ablate {
	struct options *o;
	struct finished of;
	struct budget budget;
	struct purpose purpose;
	const char *dir;
	size_t slots;
	struct ablation_there there; /* an earlier session's */
	struct study study;          /* this one's */
	struct ablated ablated;
};

/* What is asked for now; settings of an earlier session stay unless they are given. */
static void settle(struct ablate *x, const struct purpose *was)
{
	const struct options *o = x->o;

	x->purpose = (struct purpose){.kind = PURPOSE_ABLATION,
	                              .of = x->o->file,
	                              .winner = x->of.winner->id,
	                              .margin = (double)NAN,
	                              .pairs = PAIRS,
	                              .spread = x->of.sv.study.search.verdict.spread};
	if (was && was->kind == PURPOSE_ABLATION) {
		x->purpose.margin = was->margin;
		x->purpose.pairs = was->pairs;
	}
	if (o->has_margin)
		x->purpose.margin = o->margin;
	if (o->pairs)
		x->purpose.pairs = o->pairs;
}

static void print(const struct options *o, struct ablated *a)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};
	struct sheet t = {0};

	if (strcmp(o->format, "json") == 0) {
		ablation_json(a, &out);
	} else if (strcmp(o->format, "yaml") == 0) {
		config_yaml(a->search->spec, ablated_values(a, a->ablation.simplest),
		            &out);
	} else if (strcmp(o->format, "table") == 0) {
		ablation_text(a, &v, &out);
	} else {
		ablation_sheet(a, &t);
		cli_sheet(o, &t, &out);
	}
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
}

/* The plan as it stands before anything runs: a search without a directory. */
static bool announce(struct ablate *x, struct error *err)
{
	struct study plan = {0};
	struct ablated a = {0};
	struct str out = {0};
	bool ok = finished_study(&x->of, NULL, NULL, &plan, err) &&
	          ablate_begin(&plan, &x->purpose, x->of.sv.study.search.baseline,
	                       x->of.winner->point, err) &&
	          ablated_init(&a, &plan.search, err);

	if (ok) {
		ablation_plan_text(&a, &out);
		if (x->o->verbose >= 0 || x->o->dry_run)
			fputs(str_text(&out), x->o->dry_run ? stdout : stderr);
	}
	str_free(&out);
	ablated_free(&a);
	study_free(&plan);
	return ok;
}

static bool run(struct ablate *x, struct error *err)
{
	struct finished_session session;
	bool ok = finished_open(&x->of, &x->dir, x->o->fresh, x->slots, &session,
	                        &x->study, err) &&
	          ablate_begin(&x->study, &x->purpose, x->of.sv.study.search.baseline,
	                       x->of.winner->point, err) &&
	          ablated_init(&x->ablated, &x->study.search, err) &&
	          ablate_run(&x->ablated, &x->study, &session.workers.runner,
	                     &x->budget, err) &&
	          ablation_write(&x->ablated, err);

	finished_close(&session);
	return ok;
}

/* Does it only have to be shown? */
static bool is_complete(const struct ablate *x)
{
	return x->there.ablated.ablation.state != ABLATION_MORE &&
	       ablate_is_the_same(&x->there.sv.study.search, &x->purpose,
	                          x->of.sv.study.search.baseline, x->of.winner->point);
}

static int last_words(const struct ablate *x, const struct ablated *a)
{
	const struct search *s = a->search;

	if (s->state == SEARCH_INTERRUPTED && s->signal) {
		cli_interrupted(x->dir);
		return 128 + s->signal;
	}
	if (s->state == SEARCH_BUDGET && a->ablation.state == ABLATION_MORE)
		fprintf(stderr,
		        "%s; the same command with a larger --budget goes on in %s\n",
		        s->why, x->dir);
	if (a->ablation.state == ABLATION_FAILED)
		return EXIT_NO_TRIAL;
	return a->ablation.state == ABLATION_MORE ? EXIT_BUDGET : EXIT_FINE;
}

int cli_show_ablation(const struct options *o, struct saved *sv, struct error *err)
{
	struct ablated a = {0};
	bool ok = ablated_init(&a, &sv->study.search, err);

	if (ok) {
		ablated_judge(&a);
		print(o, &a);
	}
	ablated_free(&a);
	return ok ? EXIT_FINE : cli_fail(err);
}

static bool prepare(struct ablate *x, struct error *err)
{
	struct options *o = x->o;

	if (!finished_load(&x->of, o, err) || !lineage_has_none(&x->of.sv.spec, err) ||
	    !finished_defaults(&x->of, err) ||
	    !finished_budget(&x->of, &x->budget, err))
		return false;
	x->dir = finished_dir(o, &x->of.sv, "ablate");
	if (finished_exists(x->dir) && !o->fresh &&
	    !ablation_there_load(&x->there, x->dir, err))
		return false;
	settle(x, x->there.ablated.search ? &x->there.sv.study.search.purpose : NULL);
	return true;
}

static int ablate(struct ablate *x, struct error *err)
{
	struct options *o = x->o;

	if (!prepare(x, err))
		return cli_fail(err);
	if (x->of.winner_is_defaults) {
		printf(
		    "the winner (trial %llu) is the defaults: there is nothing to take "
		    "apart\n",
		    (unsigned long long)x->of.winner->id);
		return EXIT_FINE;
	}
	if (x->there.ablated.search && is_complete(x) && !o->dry_run) {
		print(o, &x->there.ablated);
		return last_words(x, &x->there.ablated);
	}
	if (!announce(x, err))
		return cli_fail(err);
	if (o->dry_run)
		return EXIT_FINE;
	if (!finished_may_run(&x->of, &x->slots, err) || !run(x, err))
		return cli_fail(err);
	print(o, &x->ablated);
	return last_words(x, &x->ablated);
}

int command_ablate(struct options *o)
{
	struct ablate x = {.o = o};
	struct error err = {0};
	int code = ablate(&x, &err);

	ablated_free(&x.ablated);
	study_free(&x.study);
	ablation_there_free(&x.there);
	finished_free(&x.of);
	return code;
}
