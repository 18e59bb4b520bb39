/* show, best, replay: what is read from a finished or a running search. */
#include "cli/cli.h"
#include "config/command.h"
#include "report/config.h"
#include "report/detail.h"
#include "report/ranking.h"
#include "saved/replay.h"
#include "saved/saved.h"

#include <stdio.h>
#include <string.h>

static bool show_trial(const struct options *o, const struct study *s,
                       struct error *err)
{
	struct str out = {0};

	if (o->trial >= s->search.n)
		return error_set(
		    err, ERROR_USAGE, "there is no trial %llu; the last one is %zu",
		    (unsigned long long)o->trial, s->search.n ? s->search.n - 1 : 0);
	detail_trial(s, s->search.trials[o->trial], s->search.dir, &out);
	if (o->why)
		detail_why(s, s->search.trials[o->trial], &out);
	cli_print(&out);
	str_free(&out);
	return true;
}

static bool show(struct options *o, struct saved *sv, struct error *err)
{
	struct str head = {0};

	if (!saved_load(sv, o->file, err))
		return false;
	if (sv->from_file && (!sv->intact || sv->damage))
		fprintf(stderr,
		        "warning: %s was changed after it was written (hpsearch replay "
		        "tells more)\n",
		        sv->path);
	if (o->why && !o->has_trial)
		return error_set(err, ERROR_USAGE,
		                 "--why explains one trial\n  help: add --trial N");
	if (o->has_trial)
		return show_trial(o, &sv->study, err);
	if (strcmp(o->format, "table") == 0) {
		detail_search(&sv->study, sv->path, &head);
		cli_print(&head);
		str_free(&head);
	}
	return cli_print_results(o, &sv->study, o->top, err);
}

int command_show(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	int code = show(o, &sv, &err) ? EXIT_FINE : cli_fail(&err);

	saved_free(&sv);
	return code;
}

/* The verified winner, else the first of the ranking. */
static const struct trial *winner(struct study *s)
{
	const struct verdict *v = &s->search.verdict;

	if (v->done && v->winner != SIZE_MAX)
		return &v->candidates[v->winner].trial;
	if (s->search.best)
		fprintf(stderr,
		        "notice: trial %llu leads the ranking; it was not verified\n",
		        (unsigned long long)s->search.best->id);
	return s->search.best;
}

static bool print_best(struct options *o, struct study *s, const struct trial *t,
                       struct error *err)
{
	const char *f = strcmp(o->format, "table") == 0 ? "json" : o->format;
	struct str out = {0};
	bool ok = true;

	if (strcmp(f, "json") == 0)
		config_json(s->search.spec, t->values, &out);
	else if (strcmp(f, "yaml") == 0)
		config_yaml(s->search.spec, t->values, &out);
	else if (strcmp(f, "args") == 0)
		ok = config_args(s->search.spec, t->values, &out, err);
	else if (strcmp(f, "env") == 0)
		ok = config_env(s->search.spec, t->values, &out, err);
	else
		ok = error_set(
		    err, ERROR_USAGE,
		    "there is no format %s here\n  help: json, yaml, args or env", f);
	if (ok)
		cli_print(&out);
	str_free(&out);
	return ok;
}

static bool best(struct options *o, struct saved *sv, struct error *err)
{
	const struct trial *t;

	if (!saved_load(sv, o->file, err))
		return false;
	t = winner(&sv->study);
	if (!t)
		return error_set(err, ERROR_TRIAL, "%s: no trial has a usable value",
		                 sv->path);
	return print_best(o, &sv->study, t, err);
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

	command_line(s->sampler.words, &program);
	printf("%llu proposals are what %s said, and are taken as recorded\n",
	       (unsigned long long)n, str_text(&program));
	str_free(&program);
}

int command_replay(struct options *o)
{
	struct saved sv = {0};
	struct error err = {0};
	struct replay rp = {0};
	int code = EXIT_FINE;

	if (!saved_load(&sv, o->file, &err) || !replay_run(&sv, &rp, &err)) {
		code = cli_fail(&err);
	} else if (rp.same) {
		printf("%llu proposals and %llu runs", (unsigned long long)rp.trials,
		       (unsigned long long)rp.runs);
		if (rp.decisions)
			printf(" and %zu decisions", rp.decisions);
		printf(" checked: identical\n");
		if (rp.taken)
			print_taken(&sv.spec, rp.taken);
	} else {
		printf("%s: differs\n  %s\n", sv.path, rp.difference);
		code = EXIT_VERDICT;
	}
	saved_free(&sv);
	return code;
}
