/* show, best, replay: what is read from a finished or a running search. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/cluster.h"
#include "cli/finished.h"
#include "config/command.h"
#include "record/ablation_json.h"
#include "record/recheck_json.h"
#include "record/results.h"
#include "report/ablation_text.h"
#include "report/configuration.h"
#include "report/detail.h"
#include "report/ranking.h"
#include "report/runs.h"
#include "report/schedule_text.h"
#include "saved/replay.h"
#include "saved/saved.h"
#include "search/prefer.h"
#include "search/rescheduled.h"
#include "study/comparison.h"

#include <stdio.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 28 };

static bool trial_exists(const struct options *o, const struct study *s,
                         struct error *err)
{
	unsigned long long id = o->trial;

	if (o->trial < s->search.n)
		return true;
	if (!s->search.n)
		return error_set(err, ERROR_USAGE, "there is no trial yet");
	return error_set(err, ERROR_USAGE,
	                 "there is no trial %llu; the last one is %zu", id,
	                 s->search.n - 1);
}

static void config_sheet(const struct options *o, const struct spec *sp,
                         const struct value *const *values, struct str *out)
{
	struct sheet t = {0};

	sheet_column(&t, "parameter", NULL, COLUMN_TEXT, true);
	sheet_column(&t, "value", NULL, COLUMN_TEXT, true);
	for (size_t i = 0; i < sp->space.n; i++) {
		if (!values[i])
			continue;
		sheet_text(&t, sp->space.params[i].name);
		sheet_value(&t, values[i]);
	}
	sheet_write(&t, o->format, true, out);
	sheet_free(&t);
}

static bool print_schedule(const struct options *o, const struct search *s,
                           const struct trial *t, struct str *out, struct error *err)
{
	if (!t->line.is)
		return error_set(err, ERROR_USAGE,
		                 "a schedule is what method: pbt finds; the parameters "
		                 "of this search do not change in a training\n"
		                 "  help: -f json");
	if (strcmp(o->format, "schedule") == 0)
		schedule_json(s, t, out);
	else
		schedule_yaml(s, t, out);
	return true;
}

static bool print_config(const struct options *o, const struct study *s,
                         const struct trial *t, struct error *err)
{
	const struct spec *sp = s->search.spec;
	struct str out = {0};
	bool ok = true;

	if (strncmp(o->format, "schedule", 8) == 0)
		ok = print_schedule(o, &s->search, t, &out, err);
	else if (strcmp(o->format, "yaml") == 0)
		config_yaml(sp, t->values, &out);
	else if (options_has_format("csv markdown latex", o->format))
		config_sheet(o, sp, t->values, &out);
	else if (strcmp(o->format, "args") == 0)
		ok = config_args(sp, t->values, &out, err);
	else if (strcmp(o->format, "env") == 0)
		ok = config_env(sp, t->values, &out, err);
	else
		config_json(sp, t->values, &out);
	if (ok)
		cli_print(&out);
	str_free(&out);
	return ok;
}

/* A table tells all; json is the trial as in results.json, the others its
 * configuration. */
static bool show_trial(const struct options *o, struct study *s, struct error *err)
{
	const struct sheet_view v = cli_view(o);
	struct str out = {0};

	if (!trial_exists(o, s, err))
		return false;
	if (strcmp(o->format, "json") == 0) {
		results_trial(&s->search, s->monitor, s->search.trials[o->trial], &out);
		cli_print(&out);
		str_free(&out);
		return true;
	}
	if (strcmp(o->format, "table") != 0)
		return print_config(o, s, s->search.trials[o->trial], err);
	detail_trial(s, s->search.trials[o->trial], s->search.dir, &v, &out);
	if (o->why)
		detail_why(s, s->search.trials[o->trial], &out);
	cli_print(&out);
	str_free(&out);
	return true;
}

/* What an ablation of the search has found, if there is one. */
static void show_ablation(struct options *o, const struct saved *sv)
{
	const char *dir = finished_dir(o, sv, "ablate");
	struct ablation_there there = {0};
	struct str out = {0};
	struct error ignored;

	if (finished_exists(dir) && ablation_there_load(&there, dir, &ignored)) {
		str_addc(&out, '\n');
		ablation_brief(&there.ablated, &out);
		cli_print(&out);
	}
	str_free(&out);
	ablation_there_free(&there);
}

static void show_runs(const struct options *o, struct study *s)
{
	struct sheet t = {0};
	struct str out = {0};

	runs_sheet(s, o->top, &t);
	cli_sheet(o, &t, &out);
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
}

static bool show(struct options *o, struct saved *sv, struct error *err)
{
	struct str head = {0};

	cli_warn_of_changes(sv);
	if (o->has_trial)
		return show_trial(o, &sv->study, err);
	if (o->runs) {
		show_runs(o, &sv->study);
		return true;
	}
	if (strcmp(o->format, "table") == 0) {
		detail_search(&sv->study, sv->path, &head);
		cli_print_folded(&head);
	}
	if (!cli_print_results(o, &sv->study, o->top, err)) {
		str_free(&head);
		return false;
	}
	if (strcmp(o->format, "table") != 0)
		return true; /* nothing was written to head */
	show_ablation(o, sv);
	str_clear(&head);
	if (sv->spec.slurm.present && sv->study.search.dir)
		cluster_show(sv->study.search.dir, &head);
	cli_print(&head);
	str_free(&head);
	return true;
}

/* What is no search of its own, and has fewer formats. */
static const struct {
	const char *command, *what, *file;
	int (*show)(const struct options *o, struct saved *sv, struct error *err);
} comparisons[PURPOSES] = {
    [PURPOSE_ABLATION] = {"ablate", "an ablation", "ablation.json", cli_show_ablation},
    [PURPOSE_RECHECK] = {"recheck", "a recheck", "recheck.json", cli_show_recheck},
    [PURPOSE_SCHEDULE] = {"rerun-schedule", "a schedule trained afresh",
                          "schedule.json", cli_show_schedule}};

static int show_comparison(const struct options *o, struct saved *sv, struct error *err)
{
	enum purpose_kind kind = sv->study.search.purpose.kind;
	const char *formats = options_formats(comparisons[kind].command, NULL);

	if (!options_has_format(formats, o->format)) {
		error_set(err, ERROR_USAGE, "there is no format %s of %s\n  help: %s",
		          o->format, comparisons[kind].what, formats);
		return cli_fail(err);
	}
	return comparisons[kind].show(o, sv, err);
}

int command_show(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code;

	if (!saved_load(&sv, o->file, &err))
		code = cli_fail(&err);
	else if (sv.study.search.purpose.kind != PURPOSE_SEARCH && !o->has_trial)
		code = show_comparison(o, &sv, &err);
	else
		code = show(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);
	saved_free(&sv);
	return code;
}

/* The verified winner, else the first of the ranking. */
static const struct trial *winner(struct study *s)
{
	const struct verdict *v = &s->search.verdict;

	if (s->search.best && (v->fronts || !(v->done && v->winner != SIZE_MAX)))
		fprintf(stderr,
		        "notice: trial %llu leads the ranking; it was not verified\n",
		        (unsigned long long)s->search.best->id);
	return search_winner(&s->search);
}

/* The simplest configuration of the search's ablation. */
static bool simplest(struct options *o, const struct saved *sv, struct error *err)
{
	struct ablation_there there = {0};
	bool ok = ablation_there_load(&there, finished_dir(o, sv, "ablate"), err);
	struct ablated *a = &there.ablated;

	if (ok && a->ablation.state != ABLATION_DONE)
		fprintf(stderr,
		        "notice: the ablation is not finished; a simpler one may be "
		        "found yet\n");
	if (ok && a->ablation.simplest == ablation_all(a->plan.n))
		fprintf(stderr,
		        "notice: nothing simpler is shown to be no worse: this is the "
		        "winner\n");
	if (ok) {
		struct trial t = {.values = ablated_values(a, a->ablation.simplest)};

		ok = print_config(o, &there.sv.study, &t, err);
	}
	ablation_there_free(&there);
	return ok;
}

static bool best(struct options *o, struct saved *sv, struct error *err)
{
	const struct trial *t;

	if (!saved_load(sv, o->file, err))
		return false;
	if (o->has_trial && !trial_exists(o, &sv->study, err))
		return false;
	if (o->simplest)
		return simplest(o, sv, err);
	if (sv->spec.method == METHOD_PBT && strncmp(o->format, "schedule", 8) != 0)
		fprintf(stderr,
		        "notice: these are the parameters of the last interval; "
		        "-f schedule prints those of all\n");
	if (o->prefer)
		return prefer_find(&sv->study.search, o->prefer, &t, err) &&
		       print_config(o, &sv->study, t, err);
	t = o->has_trial ? sv->study.search.trials[o->trial] : winner(&sv->study);
	if (!t)
		return error_set(err, ERROR_TRIAL, "%s: no trial has a usable value",
		                 sv->path);
	return print_config(o, &sv->study, t, err);
}

int command_best(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = best(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);

	saved_free(&sv);
	return code;
}

static void print_taken(const struct spec *s, uint64_t n)
{
	struct str program = {0};

	command_line(s->sampler, &program);
	printf("%llu proposal%s what %s said, and %s taken as recorded\n",
	       (unsigned long long)n, n == 1 ? " is" : "s are", str_text(&program),
	       n == 1 ? "is" : "are");
	str_free(&program);
}

static bool derive_schedule(const struct search *s, struct str *now, const char **fault,
                            struct options *o, struct error *err)
{
	struct rescheduled x = {0};
	bool ok = rescheduled_init(&x, s, err);

	if (ok) {
		rescheduled_judge(&x);
		rescheduled_json(&x, now);
		*fault = rescheduled_fault(&x);
		*fault = *fault ? arena_strdup(&o->arena, *fault) : NULL;
	}
	rescheduled_free(&x);
	return ok;
}

/* What the runs of an ablation or a recheck say is derived again and compared with its
 * file. */
static bool derive(struct saved *sv, struct str *now, const char **fault, size_t *runs,
                   struct options *o, struct error *err)
{
	struct search *s = &sv->study.search;
	struct ablated a = {0};
	struct rechecked r = {0};
	bool ok;

	*runs = comparison_spent(s).ended;
	if (s->purpose.kind == PURPOSE_RECHECK) {
		ok = rechecked_init(&r, s, err);
		if (ok) {
			rechecked_judge(&r);
			recheck_json(&r, now);
		}
		rechecked_free(&r);
		return ok;
	}
	if (s->purpose.kind == PURPOSE_SCHEDULE)
		return derive_schedule(s, now, fault, o, err);
	ok = ablated_init(&a, s, err);
	if (ok) {
		ablated_judge(&a);
		ablation_json(&a, now);
		*fault = ablated_fault(&a);
		*fault = *fault ? arena_strdup(&o->arena, *fault) : NULL;
	}
	ablated_free(&a);
	return ok;
}

static int replay_comparison(struct options *o, struct saved *sv, struct error *err)
{
	const struct search *s = &sv->study.search;
	const char *name = comparisons[s->purpose.kind].file;
	const char *fault = NULL;
	struct str now = {0};
	size_t len, runs = 0;
	char *was;
	bool ok =
	    derive(sv, &now, &fault, &runs, o, err) &&
	    file_read(arena_printf(&o->arena, "%s/%s", s->dir ? s->dir : ".", name),
	              FILE_LIMIT, &o->arena, &was, &len, err);

	if (ok && !fault && strcmp(was, str_text(&now)) != 0)
		fault =
		    arena_printf(&o->arena, "%s is not what the journal gives", name);
	if (ok && fault)
		printf("%s: differs\n  %s\n", sv->path, fault);
	else if (ok)
		printf("%zu configuration%s and %zu run%s checked: identical\n", s->n,
		       str_plural(s->n), runs, str_plural(runs));
	str_free(&now);
	return !ok ? cli_fail(err) : fault ? EXIT_VERDICT : EXIT_FINE;
}

int command_replay(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	struct replay rp = {0};
	int code = EXIT_FINE;

	bool ok = saved_load(&sv, o->file, &err);

	if (ok && sv.study.search.purpose.kind != PURPOSE_SEARCH) {
		code = replay_comparison(o, &sv, &err);
	} else if (!ok || !replay_run(&sv, &rp, &err)) {
		code = cli_fail(&err);
	} else if (rp.same) {
		printf("%llu proposal%s and %llu run%s", (unsigned long long)rp.trials,
		       str_plural(rp.trials), (unsigned long long)rp.runs,
		       str_plural(rp.runs));
		if (rp.repeats)
			printf(" (%llu of them asked for once more)",
			       (unsigned long long)rp.repeats);
		if (rp.verified)
			printf(" and %llu run%s of the verification",
			       (unsigned long long)rp.verified,
			       str_plural(rp.verified));
		if (rp.decisions)
			printf(" and %zu decision%s", rp.decisions,
			       str_plural(rp.decisions));
		printf(" checked: identical");
		if (rp.unlike)
			printf(", but for %llu proposal%s of the model: its arithmetic "
			       "was another in the version that began this search",
			       (unsigned long long)rp.unlike, str_plural(rp.unlike));
		printf("\n");
		if (rp.taken)
			print_taken(&sv.spec, rp.taken);
	} else {
		printf("%s: differs\n  %s\n", sv.path, rp.difference);
		code = EXIT_VERDICT;
	}
	saved_free(&sv);
	return code;
}
