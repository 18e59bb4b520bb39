/* check: what a file means; with --run, what a few runs of it print. */
#include "base/file.h"
#include "base/seeds.h"
#include "cli/check_log.h"
#include "cli/cli.h"
#include "cli/cluster.h"
#include "cli/workers.h"
#include "early/early_rule.h"
#include "report/plan.h"
#include "report/text.h"
#include "study/alarm.h"
#include "study/apply.h"
#include "study/loop.h"
#include "study/propose.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMANDS_SHOWN = 3 };

/* One run, until it has ended. */
struct single {
	struct task task;
	struct run_result result;
	bool begun;
};

static enum next next(void *self, struct task *t, struct error *err)
{
	struct single *x = self;

	(void)err;
	if (x->begun)
		return NEXT_NONE;
	x->begun = true;
	*t = x->task;
	return NEXT_TASK;
}

static void ended(void *self, struct task *t, const struct run_result *res, bool again)
{
	struct single *x = self;

	(void)t;
	(void)again;
	x->result = *res;
}

static bool run_to_end(struct fleet *f, struct single *x, struct error *err)
{
	static const struct driver once = {.next = next, .ended = ended};
	struct loop loop;
	bool ok;

	loop_init(&loop, f, &once, x);
	ok = loop_run(&loop, err);
	loop_free(&loop);
	return ok;
}

/* A trial run of check --run: a trial, with a seed of its own. */
struct rehearsal {
	const char *what;
	struct trial *trial;
	struct run run;
	struct run_result result;
};

static bool show_run(struct study *s, struct rehearsal *x)
{
	const struct run *r = &x->run;
	struct str wall = {0};

	text_duration(&wall, r->wall);
	printf("one run of the %s: %s%s%s in %s\n", x->what, outcome_name(r->outcome),
	       r->reason ? ": " : "", r->reason ? r->reason : "", str_text(&wall));
	str_free(&wall);
	if (s->search.spec->metric.name && r->reduction.n)
		check_show_reports(r->reports, r->n_reports,
		                   s->search.spec->metric.name, NULL);
	if (x->result.by_text)
		printf("read from lines of plain text, since no JSON holds it; the "
		       "first: %s\n",
		       x->result.text_line);
	check_show_keys((const char *const *)x->result.keys, x->result.n_keys);
	if (r->reduction.n)
		check_show_unread(&x->result.unread, s->search.spec->metric.name);
	if (r->outcome == OUTCOME_OK)
		return true;
	x->trial->runs[0] = *r;
	x->run.reports = NULL;
	s->search.dir = NULL; /* its folder is about to go */
	cli_say("hpsearch", study_run_text(s, x->trial, 0, &x->result));
	return false;
}

static bool rehearse(struct study *s, struct rehearsal *x, size_t i, struct error *err)
{
	struct single single = {.task = {.trial = x->trial,
	                                 .run = &x->run,
	                                 .command = &s->search.spec->command,
	                                 .metric = &s->search.spec->metric}};
	bool ok;

	snprintf(single.task.folder, sizeof single.task.folder, "trials/%04zu/r0", i);
	ok = run_to_end(&s->fleet, &single, err);
	x->result = single.result;
	return ok;
}

/* What should differ and does not, to the last digit. */
static void compare_runs(const struct spec *sp, const struct rehearsal *x, size_t n)
{
	double y[2];

	if (!sp->metric.name || n < 2)
		return;
	y[0] = x[0].run.value;
	y[1] = x[1].run.value;
	if (seeds_agree(y, 2, n > 2 ? fabs(x[2].run.value - y[0]) : 0))
		printf(
		    "two seeds gave the same %s: the training does not depend on "
		    "HPSEARCH_SEED (${seed}), so repeats tell nothing; where it has "
		    "no randomness at all, deterministic_training: true saves them\n",
		    sp->metric.name);
	if (n > 2 && x[0].run.value == x[2].run.value)
		printf("another configuration gave exactly the same %s: do the "
		       "parameters reach the script?\n",
		       sp->metric.name);
}

static bool propose(struct study *s, struct error *err)
{
	const char *why = NULL;
	struct event e;

	return study_propose(s, &e, &why, err) == ASK_POINT && study_apply(s, &e, err);
}

static void set_up(struct rehearsal *x, const struct study *s, struct trial *t,
                   uint64_t seed, const char *what)
{
	x->trial = t;
	x->what = what;
	x->run = t->runs[0];
	x->run.seed = seed_of_run(s->search.spec->seed, t->id, seed);
}

/* The defaults with two seeds, and one other configuration. Returns how many there
 * are; a space of one configuration has no other. */
static size_t plan_rehearsals(struct study *s, struct rehearsal x[static 3],
                              struct error *err)
{
	struct trial *first;
	bool defaults;

	if (!propose(s, err))
		return 0;
	first = s->search.trials[0];
	defaults = first->origin == ORIGIN_BASELINE;
	set_up(&x[0], s, first, 0, defaults ? "defaults" : "first trial");
	set_up(&x[1], s, first, 1,
	       defaults ? "defaults with another seed" : "same with another seed");
	if (s->search.cap < 2 || !propose(s, err))
		return 2;
	set_up(&x[2], s, s->search.trials[1], 0, "next configuration");
	return 3;
}

static bool run_some(struct study *s, size_t wanted, int *code, struct error *err)
{
	struct rehearsal x[3] = {0};
	size_t n = plan_rehearsals(s, x, err), done = 0;
	bool ok = true;

	if (!n)
		return err->kind != ERROR_NONE
		           ? false
		           : error_set(err, ERROR_FILE, "there is no trial to run");
	n = n < wanted ? n : wanted;
	*code = EXIT_FINE;
	if (n > 1)
		fprintf(stderr,
		        "%zu runs, one after the other: the %s with two seeds%s "
		        "(--run=1 makes one)\n",
		        n, x[0].what, n > 2 ? ", and one other configuration" : "");
	while (ok && done < n && *code == EXIT_FINE) {
		ok = rehearse(s, &x[done], done, err);
		if (ok && !show_run(s, &x[done]))
			*code = EXIT_NO_TRIAL;
		done++;
	}
	if (ok && *code == EXIT_FINE)
		compare_runs(s->search.spec, x, n);
	for (size_t i = 0; i < done; i++)
		free(x[i].run.reports);
	return ok;
}

static bool run_checks(struct options *o, const struct spec *spec, int *code,
                       struct error *err)
{
	char dir[PATH_MAX] = "/tmp/hpsearch-check.XXXXXX", cwd[PATH_MAX - 32];
	struct study s = {0};
	struct workers workers = {0};
	bool ok = false;

	/* Where agents can see it. */
	if ((spec->n_launcher || spec->slurm.present) && getcwd(cwd, sizeof cwd))
		snprintf(dir, sizeof dir, "%s/hpsearch-check.XXXXXX", cwd);
	if (!mkdtemp(dir))
		return error_errno(err, "%s", dir);
	if (workers_open(&workers, spec, 1, -1, dir, err) &&
	    cli_init_study(o, spec, dir, NULL, &s, err)) {
		fleet_init(&s.fleet, spec, &workers.runner, dir, &s.search.arena);
		ok = run_some(&s, o->run, code, err);
	}
	workers_close(&workers);
	study_free(&s);
	return file_remove_tree(dir, err) && ok;
}

static bool explain_as_sheet(const struct options *o, const struct spec *spec,
                             struct error *err)
{
	struct sheet t = {0};
	struct str out = {0};
	bool ok = plan_sheet(spec, &t, err);

	if (ok)
		cli_sheet(o, &t, &out);
	cli_print(&out);
	sheet_free(&t);
	str_free(&out);
	return ok;
}

static bool explain(struct options *o, const struct spec *spec, size_t slots,
                    struct error *err)
{
	struct early_rule rule;
	struct str out = {0};
	bool ok = (spec->early.type == EARLY_NONE ||
	           early_rule_init(spec, &o->arena, &rule, err)) &&
	          cli_print_plan(o, spec, slots, COMMANDS_SHOWN, err) &&
	          (!spec->slurm.present || cluster_describe(o, spec, &out, err));

	cli_print(&out);
	str_free(&out);
	return ok;
}

static bool check(struct options *o, int *code, struct error *err)
{
	struct spec spec;
	size_t slots;

	if (!cli_load_spec(o, &spec, true, err) || !cli_needs_command(&spec, err) ||
	    !cli_slots(o, &spec, &slots, err))
		return false;
	if (strcmp(o->format, "table") != 0)
		return explain_as_sheet(o, &spec, err);
	return o->run ? run_checks(o, &spec, code, err) : explain(o, &spec, slots, err);
}

int command_check(struct options *o)
{
	struct error err = {0};
	int code = EXIT_FINE;

	if (!(o->log          ? check_log(o, &code, &err)
	      : o->metrics_in ? check_metrics(o, &code, &err)
	                      : check(o, &code, &err)))
		return cli_fail(&err);
	return code;
}
