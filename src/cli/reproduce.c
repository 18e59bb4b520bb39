/* reproduce: recorded trials are run again, with their recorded seeds, from the results
 * file and the training code alone, and their metrics compared. The commands come from
 * a file that may be a stranger's: nothing runs without --yes. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/workers.h"
#include "config/command.h"
#include "record/dir.h"
#include "record/lock.h"
#include "record/origin_json.h"
#include "report/junit.h"
#include "report/text.h"
#include "saved/saved.h"
#include "search/lineage.h"
#include "study/loop.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct again {
	const struct trial *trial;
	size_t index;
	struct run run;
	struct task task;
};

struct reproduction {
	struct options *o;
	struct saved sv;
	struct again *list; /* (n), malloc */
	size_t n, next;     /* the next to start */
	size_t slots;
	struct fleet fleet;
	struct arena arena;
};

/* The trials that are wanted, by their place in the ranking: the verified winner (or
 * the best), the top, or all. */
static bool wanted(const struct reproduction *x, const struct trial *t, size_t place)
{
	const struct verdict *v = &x->sv.study.search.verdict;

	if (t->outcome != OUTCOME_OK)
		return false;
	if (x->o->all)
		return true;
	if (x->o->top)
		return t->rank && place < x->o->top;
	if (v->done && !v->fronts && v->winner != SIZE_MAX &&
	    v->candidates[v->winner].key < x->sv.study.search.n)
		return t->id == v->candidates[v->winner].key;
	return t == x->sv.study.search.best;
}

static void collect(struct reproduction *x)
{
	struct study *s = &x->sv.study;
	struct trial **order = search_rank(&s->search, &x->arena);
	size_t cap = 0;

	for (size_t i = 0; i < s->search.n; i++)
		for (size_t r = 0; wanted(x, order[i], i) && r < order[i]->n_runs;
		     r++) {
			x->list = mem_room(x->list, x->n, &cap, sizeof *x->list);
			x->list[x->n++] = (struct again){.trial = order[i], .index = r};
		}
	for (size_t i = 0; i < x->n; i++) {
		struct again *a = &x->list[i];

		a->run.seed = a->trial->runs[a->index].seed;
		a->run.budget = a->trial->runs[a->index].budget;
		a->task = (struct task){.trial = a->trial,
		                        .key = a->trial->id,
		                        .index = a->index,
		                        .run = &a->run,
		                        .command = &x->sv.spec.command,
		                        .metric = &x->sv.spec.metric,
		                        .texts = s->search.texts};
		task_folder(&a->task);
	}
}

static bool show_commands(struct reproduction *x, struct error *err)
{
	struct str line = {0};

	fprintf(stderr, "%zu run%s from %s:\n", x->n, str_plural(x->n), x->sv.path);
	for (size_t i = 0; i < x->n; i++) {
		const char *const *argv =
		    task_argv(&x->fleet, &x->list[i].task, &x->arena, err);

		if (!argv) {
			str_free(&line);
			return false;
		}
		str_clear(&line);
		/* A variable can make a command do anything, too. */
		for (size_t k = 0; k < x->sv.spec.n_env; k++) {
			str_shell(&line, x->sv.spec.env[k]);
			str_addc(&line, ' ');
		}
		command_line(argv, &line);
		fprintf(stderr, "  HPSEARCH_SEED=%llu %s\n",
		        (unsigned long long)x->list[i].run.seed, str_text(&line));
	}
	workers_show(&x->sv.spec);
	str_free(&line);
	return true;
}

/* What is to be done again is begun first; a run that failed and is queued once more
 * comes after them. */
static enum next next(void *self, struct task *t, struct error *err)
{
	struct reproduction *x = self;
	size_t i = x->next;

	(void)err;
	if (i < x->n)
		x->next++;
	else
		for (i = 0; i < x->n && x->list[i].run.state != RUN_QUEUED; i++)
			;
	if (i == x->n)
		return NEXT_NONE;
	*t = x->list[i].task;
	return NEXT_TASK;
}

static bool run_all(struct reproduction *x, struct error *err)
{
	static const struct driver reproducing = {.next = next};
	struct loop loop;
	bool ok;

	loop_init(&loop, &x->fleet, &reproducing, x);
	ok = loop_run(&loop, err);
	loop_free(&loop);
	return ok;
}

static bool is_done(const struct again *a)
{
	return a->run.state == RUN_FINISHED;
}

static bool differs(const struct reproduction *x, const struct again *a)
{
	const struct run *was = &a->trial->runs[a->index];
	double scale = fmax(fabs(was->value), fabs(a->run.value));

	if (!is_done(a) || was->outcome != a->run.outcome)
		return true;
	return x->sv.spec.metric.name &&
	       !(fabs(was->value - a->run.value) <= x->o->tolerance * scale);
}

static const char *how_now(const struct again *a)
{
	return is_done(a) ? outcome_name(a->run.outcome) : "not run";
}

static void add_row(struct sheet *t, const struct reproduction *x,
                    const struct again *a)
{
	const struct run *was = &a->trial->runs[a->index];
	bool ok = is_done(a) && a->run.outcome == OUTCOME_OK;

	sheet_int(t, a->trial->id);
	sheet_int(t, a->index);
	sheet_number(t, was->value);
	sheet_number(t, ok ? a->run.value : (double)NAN);
	if (!ok)
		sheet_shown(t, how_now(a));
	sheet_text(t, how_now(a));
	sheet_text(t, differs(x, a) ? "differs" : "same");
}

static void compared_sheet(const struct reproduction *x, struct sheet *t)
{
	sheet_column(t, "trial", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "run", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "recorded", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "now", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "outcome", NULL, COLUMN_TEXT, true);
	sheet_hide(t);
	sheet_column(t, "compared", "", COLUMN_TEXT, true);
	for (size_t i = 0; i < x->n; i++)
		add_row(t, x, &x->list[i]);
}

static void compared_junit(struct reproduction *x, struct str *out)
{
	struct junit_case *list = mem_new(x->n, sizeof *list);
	struct arena *a = &x->arena;

	for (size_t i = 0; i < x->n; i++) {
		const struct again *g = &x->list[i];
		const struct run *was = &g->trial->runs[g->index];

		list[i] = (struct junit_case){
		    .name = arena_printf(a, "trial %llu run %zu",
		                         (unsigned long long)g->trial->id, g->index),
		    .message = arena_printf(a, "%.17g then, now %s %.17g", was->value,
		                            how_now(g), g->run.value),
		    .time = g->run.wall,
		    .failed = is_done(g) && differs(x, g),
		    .open = !is_done(g)};
	}
	junit_list("reproduce", list, x->n, out);
	free(list);
}

/* Every digit: it is the last ones that may differ. */
static size_t compare(struct reproduction *x)
{
	struct options full = *x->o;
	struct str out = {0};
	struct sheet t = {0};
	size_t different = 0;

	full.full = true;
	compared_sheet(x, &t);
	for (size_t i = 0; i < x->n; i++)
		different += differs(x, &x->list[i]);
	if (strcmp(full.format, "junit") == 0)
		compared_junit(x, &out);
	else
		cli_sheet(&full, &t, &out);
	if (strcmp(full.format, "table") == 0)
		str_addf(&out,
		         "\n%zu of %zu run%s reproduced (relative tolerance %g)\n",
		         x->n - different, x->n, str_plural(x->n), x->o->tolerance);
	cli_print(&out);
	str_free(&out);
	sheet_free(&t);
	return different;
}

static const char *directory(const struct reproduction *x)
{
	const char *base = strrchr(x->o->file, '/');
	const char *stem = base ? base + 1 : x->o->file;
	size_t n = strcspn(stem, ".");

	if (x->o->out)
		return x->o->out;
	return arena_printf(&x->o->arena, "%.*s.reproduce", (int)n, stem);
}

static bool execute(struct reproduction *x, size_t *different, struct error *err)
{
	const char *dir = directory(x);
	char real[PATH_MAX], path[PATH_MAX];
	struct workers workers;
	int lock = lock_take(dir, err);
	bool ok, opened;

	if (lock < 0)
		return false;
	snprintf(path, sizeof path, "%s/trials", dir);
	ok = realpath(dir, real) || error_errno(err, "%s", dir);
	ok = ok && file_remove_tree(path, err);
	/* One at a time, unless -j says more: as little as possible is different. */
	opened = ok && workers_open(&workers, &x->sv.spec,
	                            x->o->parallel ? x->slots : 1, lock, real, err);
	if (opened) {
		fleet_free(&x->fleet);
		fleet_init(&x->fleet, &x->sv.spec, &workers.runner, real, &x->arena);
		ok = run_all(x, err);
		workers_close(&workers);
	}
	lock_release(lock);
	if (opened && ok)
		*different = compare(x);
	return opened && ok;
}

static bool override_command(struct reproduction *x, struct error *err)
{
	if (!x->o->command)
		return true;
	x->sv.study.search.origin.command = x->o->command;
	return origin_spec(&x->sv.study.search.origin, &x->sv.spec, &x->sv.arena, err);
}

static int reproduce(struct reproduction *x, struct error *err)
{
	size_t different = 0;
	int code = EXIT_FINE;

	if (!saved_load(&x->sv, x->o->file, err) ||
	    !lineage_has_none(&x->sv.spec, err) ||
	    !cli_needs_no_items(&x->sv.spec, err) || !override_command(x, err))
		return cli_fail(err);
	collect(x);
	if (!x->n) {
		fprintf(stderr,
		        "hpsearch: %s: no trial that ended ok is there to reproduce\n",
		        x->sv.path);
		return EXIT_NO_TRIAL;
	}
	if (!cli_slots(x->o, &x->sv.spec, &x->slots, err))
		return cli_fail(err);
	fleet_init(&x->fleet, &x->sv.spec, NULL, directory(x), &x->arena);
	if (!show_commands(x, err))
		return cli_fail(err);
	if (!x->o->yes) {
		fprintf(stderr,
		        "hpsearch: nothing was run: the commands above come from the "
		        "file\n"
		        "  help: if they are what you expect, add --yes\n");
		return EXIT_USAGE;
	}
	if (!execute(x, &different, err))
		return cli_fail(err);
	if (x->fleet.signal)
		code = 128 + x->fleet.signal;
	else if (different)
		code = EXIT_VERDICT;
	return code;
}

int command_reproduce(struct options *o)
{
	struct reproduction x = {.o = o};
	struct error err = {0};
	int code = reproduce(&x, &err);

	for (size_t i = 0; i < x.n; i++)
		free(x.list[i].run.reports);
	free(x.list);
	fleet_free(&x.fleet);
	saved_free(&x.sv);
	arena_free(&x.arena);
	return code;
}
