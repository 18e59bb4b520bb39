/* check: what a file means; with --run, what one run of it prints; with --log, what a
 * log holds. */
#include "base/file.h"
#include "cli/cli.h"
#include "early/early.h"
#include "report/plan.h"
#include "report/text.h"
#include "run/pool.h"
#include "run/scrape.h"
#include "study/alarm.h"
#include "study/apply.h"
#include "study/loop.h"
#include "study/propose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMANDS_SHOWN = 3, REPORTS_SHOWN = 10 };

static const size_t log_max = (size_t)1 << 30;

static void show_reports(const struct report *reports, size_t n, const char *metric)
{
	struct str value = {0};

	printf("%zu reports of %s\n", n, metric);
	for (size_t i = 0; i < n; i++) {
		if (i == REPORTS_SHOWN / 2 && n > REPORTS_SHOWN) {
			printf("  …\n");
			i = n - REPORTS_SHOWN / 2;
		}
		str_clear(&value);
		text_number(&value, reports[i].value);
		printf("  step %g: %s\n", reports[i].step, str_text(&value));
	}
	str_free(&value);
}

static void show_keys(const char *const *keys, size_t n)
{
	printf("numbers that were seen:%s", n ? "" : " none");
	for (size_t i = 0; i < n; i++)
		printf("%s %s", i ? "," : "", keys[i]);
	printf("\n");
}

/* --log FILE [FILE.yaml]: the operand is the YAML file, if any. */
static bool check_log(struct options *o, int *code, struct error *err)
{
	struct spec spec = {0};
	struct scraper s;
	char *text;
	size_t len;

	if (o->file && !cli_load_spec(o, &spec, true, err))
		return false;
	if (!file_read(o->log, log_max, &o->arena, &text, &len, err))
		return false;
	scrape_init(&s, spec.metric.name, spec.early.step);
	scrape_feed(&s, &s.out, text, len);
	scrape_end(&s, &s.out);
	if (spec.metric.name)
		show_reports(s.reports, s.n_reports, spec.metric.name);
	show_keys((const char *const *)s.keys, s.n_keys);
	if (s.long_lines)
		printf("%zu lines over 1 MiB were passed over\n", s.long_lines);
	*code = spec.metric.name && !s.n_reports ? EXIT_NO_TRIAL : EXIT_FINE;
	scrape_free(&s);
	return true;
}

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

static int show_run(struct study *s, struct trial *t, const struct run_result *result)
{
	const struct run *r = &t->runs[0];
	struct str wall = {0};

	text_duration(&wall, r->wall);
	printf("one run of the %s: %s%s%s in %s\n",
	       t->origin == ORIGIN_BASELINE ? "defaults" : "first trial",
	       outcome_name(r->outcome), r->reason ? ": " : "",
	       r->reason ? r->reason : "", str_text(&wall));
	str_free(&wall);
	if (s->search.spec->metric.name && r->reduction.n)
		show_reports(r->reports, r->n_reports, s->search.spec->metric.name);
	show_keys((const char *const *)result->keys, result->n_keys);
	if (r->outcome == OUTCOME_OK)
		return EXIT_FINE;
	fprintf(stderr, "hpsearch: %s\n", study_contract_text(s, t, 0, result));
	return EXIT_NO_TRIAL;
}

static bool run_once(struct options *o, const struct spec *spec, int *code,
                     struct error *err)
{
	char dir[] = "/tmp/hpsearch-check.XXXXXX";
	struct study s = {0};
	struct single single = {0};
	struct runner runner;
	struct trial *t;
	struct event e;
	const char *why = NULL;
	struct pool *pool;
	bool ok = false;

	if (!mkdtemp(dir))
		return error_errno(err, "%s", dir);
	pool = pool_open(1, -1, err);
	if (pool && cli_init_study(o, spec, dir, NULL, &s, err) &&
	    study_propose(&s, &e, &why, err) == ASK_POINT && study_apply(&s, &e, err)) {
		t = s.search.trials[0];
		runner = pool_runner(pool);
		fleet_init(&s.fleet, spec, &runner, dir, &s.search.arena);
		single.task = (struct task){.trial = t,
		                            .run = &t->runs[0],
		                            .command = &spec->command,
		                            .metric = &spec->metric,
		                            .folder = "trials/0000/r0"};
		ok = run_to_end(&s.fleet, &single, err);
		if (ok)
			*code = show_run(&s, t, &single.result);
	}
	if (pool)
		pool_close(pool);
	study_free(&s);
	return file_remove_tree(dir, err) && ok;
}

static bool explain(struct options *o, const struct spec *spec, size_t slots,
                    struct error *err)
{
	struct study s = {0};
	struct str out = {0};
	struct early_rule rule;
	bool ok;

	if (spec->early.type != EARLY_NONE &&
	    !early_rule_init(spec, &o->arena, &rule, err))
		return false;
	plan_describe(spec, o->max_trials ? o->max_trials : spec_trial_cap(spec), slots,
	              &out);
	ok = cli_init_study(o, spec, NULL, NULL, &s, err) &&
	     plan_commands(&s, COMMANDS_SHOWN, &out, err);
	if (ok)
		cli_print(&out);
	str_free(&out);
	study_free(&s);
	return ok;
}

static bool check(struct options *o, int *code, struct error *err)
{
	struct spec spec;
	size_t slots;

	if (!cli_load_spec(o, &spec, true, err) || !cli_needs_command(&spec, err) ||
	    !cli_slots(o, &spec, &slots, err))
		return false;
	return o->run ? run_once(o, &spec, code, err) : explain(o, &spec, slots, err);
}

int command_check(struct options *o)
{
	struct error err = {0};
	int code = EXIT_FINE;

	if (!(o->log ? check_log(o, &code, &err) : check(o, &code, &err)))
		return cli_fail(&err);
	return code;
}
