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
#include "report/table.h"
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
	if (v->done && v->winner != SIZE_MAX &&
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

static void add_row(struct table *t, const struct reproduction *x,
                    const struct again *a)
{
	const struct run *was = &a->trial->runs[a->index];

	str_addf(&t->scratch, "%llu", (unsigned long long)a->trial->id);
	table_take(t);
	str_addf(&t->scratch, "%zu", a->index);
	table_take(t);
	str_double(&t->scratch, was->value);
	table_take(t);
	if (is_done(a) && a->run.outcome == OUTCOME_OK)
		str_double(&t->scratch, a->run.value);
	else
		str_add(&t->scratch,
		        is_done(a) ? outcome_name(a->run.outcome) : "not run");
	table_take(t);
	table_cell(t, differs(x, a) ? "differs" : "same");
}

static size_t compare(struct reproduction *x)
{
	static const enum align align[] = {ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
	                                   ALIGN_RIGHT, ALIGN_LEFT};
	static const char *const heads[] = {"trial", "run", "recorded", "now", ""};
	struct str out = {0};
	struct table t;
	size_t different = 0;

	table_init(&t, ARRAY_LEN(align), align);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		table_cell(&t, heads[i]);
	for (size_t i = 0; i < x->n; i++) {
		add_row(&t, x, &x->list[i]);
		different += differs(x, &x->list[i]);
	}
	table_print(&t, NULL, "", &out);
	str_addf(&out, "\n%zu of %zu run%s reproduced (relative tolerance %g)\n",
	         x->n - different, x->n, str_plural(x->n), x->o->tolerance);
	cli_print(&out);
	str_free(&out);
	table_free(&t);
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
