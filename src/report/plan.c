#include "report/plan.h"
#include "config/command.h"
#include "config/launcher.h"
#include "early/early_rule.h"
#include "report/front_text.h"
#include "report/race_text.h"
#include "report/text.h"
#include "run/program.h"
#include "search/claim.h"
#include "search/sizes.h"
#include "strategy/choose.h"
#include "study/apply.h"
#include "study/propose.h"

#include <math.h>
#include <stdio.h>

enum { RUNGS_MOST = 100, RUNGS_ENDLESS = 5 };

static void add_metric(const struct spec *sp, struct str *out)
{
	const struct metric *m = &sp->metric;

	if (!m->name) {
		str_add(out,
		        "metric       none: every trial runs, nothing is ranked\n");
		return;
	}
	if (sp->n_objectives > 1) {
		front_plan(sp, out);
		return;
	}
	str_add(out, "metric       ");
	text_clean(out, m->name);
	str_addf(out, ", %s", goal_name(m->goal));
	if (m->reduce == REDUCE_MEAN)
		str_add(out, ", the mean of its items' scores");
	else if (m->reduce == REDUCE_BEST)
		str_add(out, ", the best report of a run");
	else if (m->reduce == REDUCE_MEAN_LAST)
		str_addf(out, ", the mean of the last %zu report%s", m->reduce_last,
		         str_plural(m->reduce_last));
	else
		str_add(out, ", the last report of a run");
	if (m->has_target) {
		str_add(out, ", target ");
		text_number(out, m->target);
	}
	str_addc(out, '\n');
	front_plan(sp, out);
}

/* What a parameter may be, and when it is active. */
static void add_range(const struct space *sp, const struct param *p, struct str *out)
{
	struct str line = {0};

	param_describe(p, &line);
	text_clean(out, str_text(&line));
	for (size_t w = 0; w < p->n_when; w++) {
		str_add(out, w ? " and " : ", when ");
		text_clean(out, sp->params[p->when[w].param].name);
		for (size_t k = 0; k < p->when[w].n; k++) {
			str_add(out, k ? " or " : " is ");
			str_clear(&line);
			value_text(&p->when[w].values[k], &line);
			text_clean(out, str_text(&line));
		}
	}
	str_free(&line);
}

static void add_space(const struct space *sp, struct str *out)
{
	size_t widest = 0;

	for (size_t i = 0; i < sp->n; i++) {
		size_t w = text_width(sp->params[i].name);

		widest = w > widest ? w : widest;
	}
	str_addf(out, "space        ");
	str_count(out, sp->n, "parameter");
	str_addc(out, '\n');
	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];

		str_add(out, "  ");
		text_clean(out, p->name);
		str_addf(out, "%*s", (int)(widest + 2 - text_width(p->name)), "");
		add_range(sp, p, out);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i < sp->n_constraints; i++) {
		str_add(out, i ? "             " : "constraints  ");
		text_clean(out, constraint_text(sp->constraints[i]));
		str_addc(out, '\n');
	}
}

void plan_slots(const struct spec *sp, size_t slots, struct str *out)
{
	for (size_t i = 0; i < slots && i < sp->n_slots; i++) {
		str_add(out, i ? " | " : "CUDA_VISIBLE_DEVICES=");
		text_clean(out, *sp->slots[i] ? sp->slots[i] : "(as it is there)");
	}
	if (!sp->threads)
		return;
	str_addf(out, "%scpus %zu each", out->len ? ", " : "", sp->threads);
	str_add(out, sp->n_cpu_slots ? ": " : ", shared");
	for (size_t i = 0; i < slots && i < sp->n_cpu_slots; i++) {
		str_add(out, i ? " | " : "");
		for (size_t k = 0; k < sp->cpu_slots[i].n; k++)
			str_addf(out, "%s%d", k ? "," : "", sp->cpu_slots[i].list[k]);
	}
}

/* Which gpus and processors the runs in each slot have. */
static void add_slots(const struct spec *sp, size_t slots, struct str *out)
{
	struct str text = {0};

	plan_slots(sp, slots, &text);
	if (text.len)
		str_addf(out, "slots        %zu: %s\n", slots, str_text(&text));
	str_free(&text);
}

/* What a run may have, and what it is told. */
static void add_limits(const struct spec *sp, struct str *out)
{
	if (sp->memory)
		str_addf(out, "memory       %s for each run\n", sp->memory_text);
	if (sp->nice)
		str_addf(out, "nice         %d\n", sp->nice);
	for (size_t i = 0; i < sp->n_env; i++) {
		str_add(out, i ? " " : "env          ");
		text_clean(out, sp->env[i]);
	}
	str_add(out, sp->n_env ? "\n" : "");
}

/* What starts the agent of the first slot. */
static void add_launcher(const struct spec *sp, struct str *out)
{
	struct arena a = {0};

	if (sp->n_launcher) {
		str_add(out, "launcher     ");
		command_line(
		    launcher_agent(sp, 0, sp->carry ? "hpsearch" : launcher_program(&a),
		                   &a),
		    out);
		str_add(out, "  # once in each slot\n");
		if (sp->carry)
			str_addf(out,
			         "transfer     none: the files of a run go over the "
			         "connection; hpsearch %s\n",
			         program_find(launcher_program(&a), &a).bytes
			             ? "is copied there"
			             : "must be there (make static makes one that is "
			               "copied)");
	}
	arena_free(&a);
}

/* How fast runs may begin, and how long all that may begin take then. */
static void add_rate(const struct spec *sp, uint64_t cap, struct str *out)
{
	double all = (double)cap * (double)(sp->items.n ? sp->items.n : sp->repeats);

	if (!(sp->rate > 0))
		return;
	str_add(out, "rate         ");
	text_clean(out, sp->rate_text);
	str_addf(out, ": so many %s may begin; all take ",
	         sp->items.n ? "items" : "runs");
	text_duration(out, all / sp->rate);
	str_add(out, " at the least\n");
}

static void add_counts(const struct spec *sp, uint64_t cap, size_t slots,
                       struct str *out)
{
	uint64_t size = space_cardinality(&sp->space), holding;
	bool counted =
	    sp->space.n_constraints && spec_grid_count(sp, &holding) && cap == holding;

	str_add(out, "size         ");
	if (size)
		str_addf(out, "%llu different configurations%s\n",
		         (unsigned long long)size,
		         sp->space.n_constraints ? " before the constraints" : "");
	else
		str_add(out, "unbounded\n");
	str_addf(
	    out, "%s       %s%llu%s", spec_adapts_repeats(sp) ? "runs  " : "trials",
	    counted ? "" : "at the most ",
	    /* The last trial has its least number of runs. */
	    (unsigned long long)(spec_adapts_repeats(sp) ? cap + sp->repeats_least - 1
	                                                 : cap),
	    counted ? ", the cells that hold the constraints" : "");
	if (spec_adapts_repeats(sp))
		str_addf(out, ", %zu to %zu of a trial", sp->repeats_least,
		         sp->repeats);
	else if (sp->repeats > 1)
		str_addf(out, ", %zu runs each", sp->repeats);
	str_addf(out, ", %zu at once, seed %llu\n", slots,
	         (unsigned long long)sp->seed);
	add_slots(sp, slots, out);
	add_limits(sp, out);
	add_launcher(sp, out);
	add_rate(sp, cap, out);
	if (sp->budget_time > 0) {
		str_add(out, "budget       ");
		text_duration(out, sp->budget_time);
		str_addc(out, '\n');
	}
	if (sp->budget_cost > 0)
		str_addf(out, "budget       cost %g\n", sp->budget_cost);
	if (sp->metric.has_target)
		str_addf(out, "stop         at the target %g\n", sp->metric.target);
	if (sp->stop_patience)
		str_addf(out, "stop         after %zu trial%s without a better one\n",
		         sp->stop_patience, str_plural(sp->stop_patience));
	if (sp->stop_auto)
		str_add(out,
		        "stop         when a model of the results sees nothing left "
		        "to gain, from 20 trials on\n");
}

/* The rule's own table of rungs, behind an indent. */
static void add_rungs(const struct early_rule *rule, struct str *out)
{
	struct str table = {0};

	rule->type->describe(rule->state, &table);
	text_tail(out, str_text(&table), table.len, SIZE_MAX, "  ");
	str_free(&table);
}

static void add_early(const struct spec *sp, struct str *out)
{
	struct arena a = {0};
	struct early_rule rule;
	struct error err;

	if (sp->early.type == EARLY_NONE)
		return;
	if (!early_rule_init(sp, &a, &rule, &err)) {
		str_addf(out, "early stop   %s\n", err.text);
		arena_free(&a);
		return;
	}
	str_addf(out, "early stop   %s, counted in ", rule.type->summary);
	text_clean(out, sp->early.resource ? sp->early.resource
	                : sp->early.step   ? sp->early.step
	                                   : "reports (no step: is named)");
	str_addc(out, '\n');
	add_rungs(&rule, out);
	if (sp->early.resource)
		str_addf(
		    out,
		    "  A run is launched with %s = %.10g … %.10g; one that goes on "
		    "is launched again.\n",
		    sp->early.resource, sp->early.resource_min, sp->early.resource_max);
	if (sp->early.control > 0)
		str_addf(out,
		         "  %g %% of the trials, the control group, run to their end "
		         "whatever the rule says.\n",
		         100 * sp->early.control);
	arena_free(&a);
}

/* How many test runs there can be. */
static void add_tests(const struct spec *sp, struct str *out)
{
	const struct test *t = &sp->test;
	double level = sequential_allowance(1);
	struct claim_plan p;

	if (t->sequential)
		claim_plan_sequential(&p, t->max_repeats, level);
	else
		claim_plan_fixed(&p, t->repeats, level);
	str_addf(out, "  at the most %zu test runs, in pairs of equal seeds",
	         sp->deterministic_training ? 2 : 2 * claim_plan_most(&p));
	for (size_t i = 0; p.k > 1 && !sp->deterministic_training && i < p.k; i++)
		str_addf(out, "%s%zu", i ? ", " : ", looked at after ", p.looks[i].n);
	str_add(out, sp->deterministic_training ? ", which is one each\n" : "\n");
}

/* Whose runs are repeated. */
static void add_candidates(const struct spec *sp, struct str *out)
{
	const struct test *t = &sp->test;

	if (sp->n_objectives < 2)
		str_addf(out, "the best %zu", t->present ? t->top : 3);
	else if (t->n_prefer)
		str_addf(out, "of the front what test.prefer names (%zu)", t->n_prefer);
	else
		str_add(out, "of the front the knee and the best in each objective");
}

static void add_test(const struct spec *sp, struct str *out)
{
	const struct test *t = &sp->test;

	str_add(out, "verification ");
	if (sp->items.present) {
		race_test(sp, out);
		return;
	}
	if (!spec_reruns(sp)) {
		str_add(out,
		        sp->repeats > 1
		            ? "none: no test: block, and repeats are the search's own\n"
		            : "none: no test: block and no repeats\n");
		return;
	}
	add_candidates(sp, out);
	if (sp->deterministic_training)
		str_add(out, " and the defaults, deterministic: none again");
	else
		str_addf(out, " and the defaults again on %zu fresh seeds",
		         t->present ? t->repeats : sp->repeats);
	str_add(out, !t->present ? "; no test: block, so nothing on test data"
	             : sp->n_objectives > 1 ? ", then all of them on the test data"
	                                    : ", then the winner and the defaults on "
	                                      "the test data");
	if (t->present && t->metric.name) {
		str_add(out, " (");
		text_clean(out, t->metric.name);
		str_addf(out, ", %s)", goal_name(t->metric.goal));
	}
	str_addc(out, '\n');
	if (t->present)
		add_tests(sp, out);
}

static void add_choice(const struct spec *sp, uint64_t cap, struct str *out)
{
	struct strategy_args args = {
	    .space = &sp->space, .budget = cap, .parallel = sp->parallel};
	struct str why = {0};

	if (sp->method == METHOD_AUTO) {
		const struct strategy_type *t =
		    strategy_choose(&args, sp->metric.name, &why);

		str_addf(out, ": %s, because %s", t->name, str_text(&why));
	}
	str_addc(out, '\n');
	str_free(&why);
}

void plan_describe(const struct spec *sp, uint64_t cap, size_t slots, struct str *out)
{
	if (sp->name) {
		str_add(out, "name         ");
		text_clean(out, sp->name);
		str_addc(out, '\n');
	}
	str_addf(out, "method       %s", sp->method_word);
	add_choice(sp, cap, out);
	add_metric(sp, out);
	add_space(&sp->space, out);
	add_counts(sp, cap, slots, out);
	add_early(sp, out);
	race_plan(sp, cap, out);
	if (sizes_count(sp)) {
		str_add(out, "scale        ");
		sizes_text(sp, out);
		str_addc(out, '\n');
	}
	add_test(sp, out);
}

void plan_grid(const struct spec *sp, struct str *out)
{
	struct error ignored;
	const char *sign = " (";
	uint64_t size, holding;

	if (sp->method != METHOD_GRID || !space_grid_size(&sp->space, &size, &ignored))
		return;
	str_addf(out, "grid: %llu cell%s", (unsigned long long)size, str_plural(size));
	if (sp->space.n_constraints && spec_grid_count(sp, &holding))
		str_addf(out, ", of which %llu hold the constraints",
		         (unsigned long long)holding);
	for (size_t i = 0; i < sp->space.n; i++) {
		uint64_t levels = param_grid_size(&sp->space.params[i]);

		if (levels < 2)
			continue;
		str_addf(out, "%s%llu ", sign, (unsigned long long)levels);
		text_clean(out, sp->space.params[i].name);
		sign = " x ";
	}
	str_add(out, sign[1] == 'x' ? ")" : "");
}

static bool add_words(struct study *s, const struct fleet *f, const struct trial *t,
                      struct run *run, struct str *out, struct error *err)
{
	struct arena a = {0};
	struct str line = {0};
	struct task task = {.trial = t,
	                    .key = t->id,
	                    .run = run,
	                    .command = &s->search.spec->command,
	                    .metric = &s->search.spec->metric};
	const char *const *argv;

	task_folder(&task);
	argv = task_argv(f, &task, &a, err);
	if (argv) {
		command_line(argv, &line);
		text_clean(out, str_text(&line));
	}
	str_free(&line);
	arena_free(&a);
	return argv != NULL;
}

bool plan_command(struct study *s, const struct trial *t, struct str *out,
                  struct error *err)
{
	struct run run = {.seed = seed_of_run(s->search.spec->seed, t->id, 0),
	                  .budget = early_run_budget(s->search.spec)};
	struct fleet f;
	bool ok;

	fleet_init(&f, s->search.spec, NULL, s->search.dir, &s->search.arena);
	ok = add_words(s, &f, t, &run, out, err);
	fleet_free(&f);
	return ok;
}

static bool add_command(struct study *s, const struct fleet *f, struct trial *t,
                        struct str *out, struct error *err)
{
	str_add(out, "  ");
	if (!add_words(s, f, t, &t->runs[0], out, err))
		return false;
	str_add(out, t->origin == ORIGIN_BASELINE     ? "  # the defaults\n"
	             : t->origin == ORIGIN_WARM_START ? "  # warm start\n"
	                                              : "\n");
	return true;
}

bool plan_commands(struct study *s, size_t n, struct str *out, struct error *err)
{
	struct fleet f;
	bool ok = true;

	fleet_init(&f, s->search.spec, NULL, s->search.dir, &s->search.arena);
	for (size_t i = 0; i < s->search.warm.n_sources; i++) {
		struct str line = {0};

		warm_text(&s->search.warm, i, &line);
		text_clean(out, str_text(&line));
		str_addc(out, '\n');
		str_free(&line);
	}
	str_add(out, "the first commands\n");
	while (ok && s->search.n < n && s->search.n < s->search.cap) {
		const char *why = "";
		struct event e;
		enum ask ask;

		if (study_is_taken(s, s->search.n)) {
			str_add(out, "  … as ");
			command_line(s->search.spec->sampler, out);
			str_add(out, " says, which is not begun here\n");
			break;
		}
		ask = study_propose(s, &e, &why, err);
		if (ask == ASK_DONE || ask == ASK_WAIT)
			break;
		ok = ask == ASK_POINT && study_apply(s, &e, err) &&
		     add_command(s, &f, s->search.trials[e.trial], out, err);
	}
	if (ok && s->search.n < s->search.cap && s->search.n == n)
		str_addf(out, "  … up to %llu\n", (unsigned long long)s->search.cap);
	fleet_free(&f);
	return ok;
}

static void sheet_parameters(const struct space *sp, struct sheet *t)
{
	struct str range = {0};

	for (size_t i = 0; i < sp->n; i++) {
		str_clear(&range);
		add_range(sp, &sp->params[i], &range);
		sheet_text(t, "parameter");
		sheet_text(t, sp->params[i].name);
		sheet_text(t, str_text(&range));
		sheet_value(t, sp->params[i].preset);
		sheet_none(t);
	}
	str_free(&range);
}

/* Those of a search without a full budget go on for ever. */
static bool sheet_rungs(const struct spec *sp, struct sheet *t, struct error *err)
{
	struct arena a = {0};
	struct early_rule rule;
	double rung[RUNGS_MOST];
	size_t n = 0, most = isnan(early_full_budget(sp)) ? RUNGS_ENDLESS : RUNGS_MOST;
	bool ok = sp->early.type == EARLY_NONE || early_rule_init(sp, &a, &rule, err);

	if (ok && sp->early.type != EARLY_NONE)
		n = rule.type->rungs(rule.state, rung, most);
	for (size_t i = 0; i < n; i++) {
		sheet_text(t, "rung");
		sheet_int(t, i + 1);
		sheet_none(t);
		sheet_none(t);
		sheet_number(t, rung[i]);
	}
	arena_free(&a);
	return ok;
}

bool plan_sheet(const struct spec *sp, struct sheet *out, struct error *err)
{
	sheet_column(out, "section", NULL, COLUMN_TEXT, true);
	sheet_column(out, "name", NULL, COLUMN_TEXT, true);
	sheet_column(out, "range", NULL, COLUMN_TEXT, true);
	sheet_column(out, "default", NULL, COLUMN_TEXT, true);
	sheet_column(out, "step", NULL, COLUMN_NUMBER, true);
	sheet_parameters(&sp->space, out);
	return sheet_rungs(sp, out, err);
}
