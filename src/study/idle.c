#include "study/idle.h"

#include <math.h>

enum idle { ACTS, NO_STEP, TOO_SHORT, TOO_FEW_REPORTS };

static bool is_over(const struct run *r)
{
	return r->state == RUN_FINISHED && r->reports_total > 0;
}

static bool has_step(const struct run *r)
{
	for (size_t i = 0; i < r->n_reports; i++)
		if (!r->reports[i].counted)
			return true;
	return false;
}

static enum idle idle_of(const struct study *s, const struct trial *t, size_t run)
{
	const struct watched *w = monitor_run(s->monitor, t->id, run);
	struct rule_start from = s->monitor->rule.type->start(s->monitor->rule.state);

	if (s->search.spec->early.step && !has_step(&t->runs[run]))
		return NO_STEP;
	if (!w->races)
		return ACTS;
	if (from.step > 0 && curve_reach(&w->curve, w->curve.n) < from.step)
		return TOO_SHORT;
	return w->curve.n < from.reports ? TOO_FEW_REPORTS : ACTS;
}

/* A bound beside the rule, or what is not finite, ends a run all the same. */
static const char *nothing(const struct study *s)
{
	for (size_t i = 0; i < s->monitor->all.n; i++)
		if (s->monitor->runs[i]->judged)
			return "nothing else";
	return "nothing";
}

static void say(const struct study *s, enum idle why, bool all, struct str *out)
{
	const char *rule = s->monitor->rule.type->name, *none = nothing(s);
	struct rule_start from = s->monitor->rule.type->start(s->monitor->rule.state);

	if (why == NO_STEP)
		str_addf(out,
		         "early_terminate counts in %s, which no report of %s had: it "
		         "%s stop %s\n"
		         "  help: print it in the lines that hold %s, or leave out "
		         "step: to count reports",
		         s->search.spec->early.step, all ? "any run" : "this run",
		         all ? "could" : "can", none, s->search.spec->metric.name);
	else if (why == TOO_SHORT)
		str_addf(
		    out,
		    "early_terminate (%s) looks at runs from step %.10g on, and %s "
		    "came so far: it %s stop %s",
		    rule, from.step, all ? "no run" : "this run never",
		    all ? "could" : "can", none);
	else
		str_addf(out,
		         "early_terminate (%s) looks at runs from their report %zu on, "
		         "and %s made so many: it %s stop %s",
		         rule, from.reports, all ? "no run" : "this run never",
		         all ? "could" : "can", none);
}

static bool is_asked(const struct study *s)
{
	return s->monitor && !s->monitor->by_resource && s->search.spec->metric.name;
}

void idle_run_text(const struct study *s, const struct trial *t, size_t run,
                   struct str *out)
{
	const struct spec *spec = s->search.spec;
	enum idle why;

	if (spec->pbt.population && spec->early.step && is_over(&t->runs[run]) &&
	    !has_step(&t->runs[run]))
		str_addf(
		    out,
		    "pbt counts in %s, which no report of this run had: its "
		    "reports are counted instead\n"
		    "  help: print it in the lines that hold %s, or leave out step:",
		    spec->early.step, spec->metric.name);
	if (!is_asked(s) || !is_over(&t->runs[run]))
		return;
	why = idle_of(s, t, run);
	if (why != ACTS)
		say(s, why, false, out);
}

void idle_text(const struct study *s, struct str *out)
{
	size_t n[TOO_FEW_REPORTS + 1] = {0}, all = 0;
	struct rule_start from;
	enum idle most = NO_STEP;

	for (size_t i = 0; is_asked(s) && i < s->search.n; i++)
		for (size_t r = 0; r < s->search.trials[i]->n_runs; r++)
			if (is_over(&s->search.trials[i]->runs[r])) {
				n[idle_of(s, s->search.trials[i], r)]++;
				all++;
			}
	if (!all)
		return;
	for (enum idle k = NO_STEP; k <= TOO_FEW_REPORTS; k++)
		most = n[k] > n[most] ? k : most;
	from = s->monitor->rule.type->start(s->monitor->rule.state);
	if (!n[ACTS])
		say(s, most, true, out);
	else if (n[ACTS] <= from.others)
		str_addf(out,
		         "early_terminate (%s) compares a run with %zu other%s "
		         "at least, and only %zu run%s came so far: it could stop "
		         "%s",
		         s->monitor->rule.type->name, from.others,
		         str_plural(from.others), n[ACTS], str_plural(n[ACTS]),
		         nothing(s));
}
