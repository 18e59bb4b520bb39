#include "report/closing.h"
#include "config/command.h"
#include "report/plan.h"
#include "report/race_text.h"
#include "report/ranking.h"
#include "report/schedule_text.h"
#include "report/text.h"
#include "search/standing.h"
#include "study/fleet.h"

enum { IMPORTANT_FROM = 20 };

static uint64_t failed(const struct study *s)
{
	static const enum outcome kinds[] = {OUTCOME_FAILED, OUTCOME_TIMEOUT,
	                                     OUTCOME_KILLED, OUTCOME_OOM,
	                                     OUTCOME_NO_METRIC};
	uint64_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		n += s->search.outcomes[kinds[i]];
	return n;
}

static const struct trial *first_failed(const struct study *s)
{
	for (size_t i = 0; i < s->search.n; i++)
		switch (s->search.trials[i]->outcome) {
		case OUTCOME_FAILED:
		case OUTCOME_TIMEOUT:
		case OUTCOME_KILLED:
		case OUTCOME_OOM:
		case OUTCOME_NO_METRIC: return s->search.trials[i];
		case OUTCOME_NONE:
		case OUTCOME_OK:
		case OUTCOME_STOPPED:
		case OUTCOME_DIVERGED:
		case OUTCOME_INFEASIBLE:
		case OUTCOME_PREEMPTED: break;
		}
	return NULL;
}

static void add_failure(const struct trial *t, const char *dir, struct str *out)
{
	str_addf(out, "\n  the first that failed, trial %llu: %s",
	         (unsigned long long)t->id, outcome_name(t->outcome));
	if (t->reason) {
		str_add(out, ", ");
		text_clean(out, t->reason);
	}
	str_add(out, "\n  help: hpsearch show ");
	str_shell(out, dir);
	str_addf(out,
	         " --trial %llu tells of it; when its cause is mended, the same "
	         "command with --retry-failed runs the failed ones again",
	         (unsigned long long)t->id);
}

void closing_no_trial(const struct study *s, const char *dir, struct str *out)
{
	const struct trial *first = first_failed(s);

	bool values = s->search.best != NULL;

	str_add(out,
	        values ? "no trial holds the limits" : "no trial has a usable value");
	if (values)
		str_add(out, "\n  help: loosen a limit, or widen the ranges towards "
		             "what holds them; the nearest comes first in the ranking");
	else if (s->search.finished) {
		str_add(out, ": ");
		ranking_outcomes(s, out);
	}
	if (failed(s) && first)
		add_failure(first, dir, out);
	if (s->search.outcomes[OUTCOME_DIVERGED])
		str_add(out,
		        "\n  help: the metric of those that diverged was not a finite "
		        "number: look at their output, and leave out of the file's "
		        "ranges what blows up");
	if (s->search.outcomes[OUTCOME_STOPPED] && s->monitor)
		str_addf(
		    out,
		    "\n  help: early_terminate (%s) stopped runs before they came to "
		    "their end, and such runs are not ranked: give it a later or a "
		    "looser limit",
		    s->monitor->rule.type->name);
	if (s->search.outcomes[OUTCOME_INFEASIBLE])
		str_add(out, "\n  help: the script calls these configurations "
		             "infeasible: say in constraints: which ones are not");
}

/* Where a trial has several, runs are counted beside the trials. */
static void add_runs(const struct study *s, struct str *out)
{
	uint64_t n[OUTCOME_PREEMPTED + 1] = {0};
	const char *comma = "";

	for (size_t i = 0; i < s->search.n; i++)
		for (size_t r = 0; r < s->search.trials[i]->n_runs; r++)
			if (s->search.trials[i]->runs[r].state == RUN_FINISHED)
				n[s->search.trials[i]->runs[r].outcome]++;
	str_add(out, "runs     ");
	for (int o = OUTCOME_OK; o <= OUTCOME_PREEMPTED; o++) {
		if (!n[o])
			continue;
		str_addf(out, "%s%llu %s", comma, (unsigned long long)n[o],
		         outcome_name((enum outcome)o));
		comma = ", ";
	}
	str_addc(out, '\n');
}

static void add_next(const struct study *s, const struct trial *t, const char *dir,
                     struct str *out)
{
	bool stored = t->id < s->search.n;

	str_add(out, "next     hpsearch best ");
	str_shell(out, dir);
	if (t->line.is) {
		str_add(out, " -f schedule; hpsearch rerun-schedule ");
		str_shell(out, dir);
		str_addc(out, '\n');
		return;
	}
	str_add(out, s->search.ok >= IMPORTANT_FROM ? "; hpsearch importance "
	                                            : "; hpsearch show ");
	str_shell(out, dir);
	if (s->search.ok < IMPORTANT_FROM && stored)
		str_addf(out, " --trial %llu", (unsigned long long)t->id);
	str_addc(out, '\n');
}

/* As it can be pasted into a shell. */
static bool add_winner(struct study *s, const struct trial *t, const char *dir,
                       struct str *out, struct error *err)
{
	const struct spec *spec = s->search.spec;
	struct task task = {.key = t->id};
	bool stored = t->id < s->search.n;

	str_add(out, !trial_feasible(spec, t) ? "nearest  "
	             : spec->n_objectives > 1 ? "knee     "
	                                      : "winner   ");
	if (t->line.is) {
		str_addf(out, "trial %llu, the end of a schedule: ",
		         (unsigned long long)t->id);
		schedule_place(&s->search, t, out);
		str_addc(out, '\n');
		return true;
	}
	if (stored)
		str_addf(out, "trial %llu: ", (unsigned long long)t->id);
	else
		str_add(out, "the defaults: ");
	if (!stored || command_shows_parameters(spec, &spec->command)) {
		if (spec->home) {
			str_add(out, "(cd ");
			str_shell(out, spec->home);
			str_add(out, " && ");
		}
		if (!plan_command(s, t, out, err))
			return false;
		str_add(out, spec->home ? ")\n" : "\n");
		return true;
	}
	task_folder(&task);
	str_add(out, "sh ");
	str_shell(out, dir);
	str_addf(out, "/%s/cmd (", task.folder);
	if (!plan_command(s, t, out, err))
		return false;
	str_add(out, ", its parameters by HPSEARCH_CONFIG)\n");
	return true;
}

bool closing_report(struct study *s, const char *dir, struct str *out,
                    struct error *err)
{
	const struct trial *t = search_winner(&s->search);

	ranking_state(s, out);
	str_addc(out, '\n');
	if (s->search.spec->repeats > 1)
		add_runs(s, out);
	race_summary(&s->search, out);
	str_add(out, "results  ");
	str_shell(out, dir);
	str_add(out, " (results.json, results.csv, the runs in trials/)\n");
	if (!t)
		return true;
	if (!add_winner(s, t, dir, out, err))
		return false;
	add_next(s, t, dir, out);
	return true;
}
