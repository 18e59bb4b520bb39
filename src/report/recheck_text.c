#include "report/recheck_text.h"
#include "report/junit.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

static void add_who(const struct rechecked *x, size_t t, struct str *out)
{
	const struct purpose *p = &x->search->purpose;

	if (t == 1 && p->defaults)
		str_add(out, "the defaults");
	else
		str_addf(out, "%strial %llu", t ? "" : "the winner, ",
		         (unsigned long long)p->was[t].trial);
}

/* Half of its interval; what is only the rounding of sums is none. */
static double shown(const struct rechecked *x, const struct claim *c)
{
	if (x->seedless)
		return (double)NAN;
	return c->half <= 1e-12 * fabs(c->gain.mean) ? 0 : c->half;
}

static void add_against(const struct rechecked *x, size_t t, struct str *out)
{
	const struct claim *c;
	bool defaults = t == 1 && x->search->purpose.defaults;

	if (!t || !x->others)
		return;
	c = defaults ? &x->better : &x->others[t - x->first_other];
	if (!c->gain.n)
		return;
	/* Of the defaults it is the winner that is compared. */
	str_add(out, defaults ? "the winner is " : "");
	str_add(out, c->gain.mean < 0 ? "worse" : "better");
	str_add(out, defaults ? " by " : " than the winner by ");
	text_interval(out, fabs(c->gain.mean), shown(x, c));
	if (defaults && x->search->purpose.test)
		str_add(out, " on the test data");
}

static void add_configuration(const struct rechecked *x, size_t i, struct sheet *t)
{
	struct str text = {0};
	double half = stat_half_width(x->now[i], 0.95);

	add_who(x, i, &text);
	sheet_text(t, str_text(&text));
	sheet_number(t, x->search->purpose.was[i].value);
	sheet_number(t, x->now[i].n ? x->now[i].mean : (double)NAN);
	sheet_half(t, x->now[i].n ? half : (double)NAN);
	sheet_number(t, x->now[i].n ? half : (double)NAN);
	sheet_int(t, x->now[i].n + x->failed[i]);
	sheet_int(t, x->failed[i]);
	str_clear(&text);
	add_against(x, i, &text);
	sheet_text(t, str_text(&text));
	str_free(&text);
}

void recheck_sheet(const struct rechecked *x, struct sheet *out)
{
	size_t n = x->search->n, failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += x->failed[i];
	sheet_column(out, "configuration", "", COLUMN_TEXT, true);
	sheet_column(out, "then", NULL, COLUMN_NUMBER, true);
	sheet_column(out, "now", NULL, COLUMN_NUMBER, true);
	sheet_column(out, "half", NULL, COLUMN_NUMBER, true);
	sheet_hide(out);
	sheet_column(out, "runs", NULL, COLUMN_NUMBER, true);
	sheet_column(out, "failed", NULL, COLUMN_NUMBER, true);
	if (!failed)
		sheet_hide(out);
	sheet_column(out, "compared", "", COLUMN_REST, true);
	for (size_t i = 0; i < n; i++)
		add_configuration(x, i, out);
}

static void add_table(const struct rechecked *x, const struct sheet_view *v,
                      struct str *out)
{
	struct sheet t = {0};

	recheck_sheet(x, &t);
	sheet_print(&t, v, "  ", out);
	sheet_free(&t);
}

static void add_changed(const char *what, const char *then, const char *now,
                        struct str *out)
{
	if (!then || !*then || !now || strcmp(then, now) == 0)
		return;
	str_addf(out, "  %s: was ", what);
	text_clean(out, then);
	str_add(out, ", is ");
	text_clean(out, *now ? now : "(none)");
	str_addc(out, '\n');
}

static void add_environment(const struct rechecked *x, struct str *out)
{
	const struct search *s = x->search;
	const struct purpose *p = &s->purpose;
	struct str text = {0};

	add_changed("host", p->host, s->origin.host, &text);
	add_changed("git", p->git, s->origin.git, &text);
	add_changed("what it trains with", p->code, s->code, &text);
	if (text.len)
		str_addf(out, "\nSince then:\n%s", text.s);
	else
		str_add(
		    out,
		    "\nHost, commit and the files of the command are those of then, "
		    "as far as they are known.\n");
	str_free(&text);
}

static void add_drift(const struct rechecked *x, struct str *out)
{
	const struct recheck_drift *d = &x->drift;

	if (!d->n) {
		str_add(out, "Nothing is known of then to compare the winner with.\n");
		return;
	}
	if (d->exact) {
		str_add(
		    out,
		    "The winner reproduces: on the seeds of then its values are those "
		    "of then (");
		str_count(out, d->n, "run");
		str_add(out, ").\n");
		return;
	}
	str_addf(out, "%s: on the seeds of then the winner is at ",
	         x->drifted ? "It has drifted" : "No drift is shown");
	text_number(out, d->mean);
	str_add(out, " from its values then");
	if (!isnan(d->low) && !x->seedless) {
		str_add(out, " (99 %: from ");
		text_number(out, d->low);
		str_add(out, " to ");
		text_number(out, d->high);
		str_addf(
		    out, "; %s)",
		    x->search->purpose.was[0].among > 1
			? "the best of a search is a lucky value, which is allowed for"
			: "paired by seed");
	}
	str_add(out, ".\n");
}

static void add_defaults(const struct rechecked *x, struct str *out)
{
	const struct purpose *p = &x->search->purpose;
	const struct claim *c = &x->better;

	if (!p->defaults) {
		str_add(out, "The file gives no defaults to compare with.\n");
		return;
	}
	if (c->answer == ANSWER_YES) {
		str_add(out, "The winner is better than the defaults");
	} else {
		str_addf(out, "The winner is %s better than the defaults",
		         c->answer == ANSWER_NO ? (p->was_better ? "no longer" : "not")
		         : p->was_better        ? "no longer shown to be"
		                                : "not shown to be");
	}
	if (c->gain.n) {
		str_add(out, " (by ");
		text_interval(out, c->gain.mean, shown(x, c));
		str_addf(out, ", %zu pair%s on %s)", c->gain.n, str_plural(c->gain.n),
		         p->test ? "the test data" : "validation data");
	}
	str_add(out, c->answer != ANSWER_YES && !p->was_better ? "; nor was it then.\n"
	                                                       : ".\n");
}

static void add_others(const struct rechecked *x, struct str *out)
{
	if (!x->n_others)
		return;
	if (!x->best_other) {
		str_add(out, "None of the others is shown to be better.\n");
		return;
	}
	str_addf(out, "Trial %llu is better now than the winner.\n",
	         (unsigned long long)x->search->purpose.was[x->best_other].trial);
}

static void add_failure(const struct rechecked *x, struct str *out)
{
	const struct verdict *v = &x->search->verdict;

	str_add(out, "The winner does not train any more");
	for (size_t i = 0; i < v->n_runs; i++) {
		const struct run *r = &v->runs[i]->run;

		if (v->runs[i]->key || r->state != RUN_FINISHED ||
		    r->outcome == OUTCOME_OK)
			continue;
		str_addf(out, " (%s", outcome_name(r->outcome));
		if (r->reason) {
			str_add(out, ": ");
			text_clean(out, r->reason);
		}
		str_addc(out, ')');
		break;
	}
	str_add(out, ".\n");
}

static const char *const answers[] = {
    [RECHECK_OPEN] = "Not finished; the same command goes on.",
    [RECHECK_HOLDS] = "It holds.",
    [RECHECK_DRIFTED] = "It does not hold: the winner has drifted.",
    [RECHECK_ANOTHER] = "It does not hold: another of the top is better now.",
    [RECHECK_NOT_BETTER] =
	"It does not hold: the winner is not shown to be better than the defaults.",
    [RECHECK_FAILS] = "It does not hold: the winner does not train any more."};

static const char *answer_text(const struct rechecked *x)
{
	return x->answer == RECHECK_NOT_BETTER && x->better.answer == ANSWER_NO
	           ? "It does not hold: the winner is not better than the defaults."
	           : answers[x->answer];
}

void recheck_junit(const struct rechecked *x, struct str *out)
{
	bool over = x->answer != RECHECK_OPEN && x->answer != RECHECK_FAILS;
	struct {
		struct junit_case c;
		void (*say)(const struct rechecked *x, struct str *out);
		bool asked;
		enum recheck_answer failure;
	} all[] = {
	    {{.name = "the winner trains"}, NULL, true, RECHECK_FAILS},
	    {{.name = "the winner has not drifted"},
	     add_drift,
	     x->drift.n > 0,
	     RECHECK_DRIFTED},
	    {{.name = "the winner is better than the defaults"},
	     add_defaults,
	     x->search->purpose.defaults,
	     RECHECK_NOT_BETTER},
	    {{.name = "no other of the top is better"},
	     add_others,
	     x->n_others > 0,
	     RECHECK_ANOTHER},
	};
	struct junit_case list[ARRAY_LEN(all)];
	struct arena a = {0};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct str text = {0};

		if (all[i].say && over)
			all[i].say(x, &text);
		while (text.len && text.s[text.len - 1] == '\n')
			text.s[--text.len] = '\0';
		list[i] = all[i].c;
		list[i].failed = x->answer == all[i].failure;
		list[i].open =
		    all[i].say ? !over || !all[i].asked : x->answer == RECHECK_OPEN;
		list[i].message = text.len ? arena_strdup(&a, text.s) : answer_text(x);
		str_free(&text);
	}
	junit_list("recheck", list, ARRAY_LEN(list), out);
	arena_free(&a);
}

void recheck_text(const struct rechecked *x, const struct sheet_view *v,
                  struct str *out)
{
	const struct purpose *p = &x->search->purpose;

	str_addf(out, "Recheck %llu of ", (unsigned long long)p->number);
	text_clean(out, p->of);
	str_addf(out, ", on %s, with what is here today\n\n",
	         x->search->spec->metric.name);
	if (x->answer == RECHECK_FAILS) {
		add_failure(x, out);
	} else if (x->answer != RECHECK_OPEN) {
		add_table(x, v, out);
		str_addc(out, '\n');
		add_drift(x, out);
		add_defaults(x, out);
		add_others(x, out);
	}
	add_environment(x, out);
	str_addf(out, "\n%s\n", answer_text(x));
}
