#include "report/verdict.h"
#include "report/table.h"
#include "report/text.h"
#include "search/advise.h"

#include <math.h>

static void add_name(const struct candidate *c, struct str *out)
{
	if (c->is_baseline)
		str_add(out, "the defaults");
	if (c->is_baseline && c->key != VERDICT_DEFAULTS)
		str_addf(out, " (trial %llu)", (unsigned long long)c->key);
	if (!c->is_baseline)
		str_addf(out, "trial %llu", (unsigned long long)c->key);
}

/* How many runs of a phase have ended. */
static size_t ended(const struct candidate *c, enum phase phase)
{
	size_t n = 0;

	for (size_t r = 0; r < c->n_runs[phase]; r++)
		n += c->runs[phase][r]->state == RUN_FINISHED;
	return n;
}

static void add_phase(const struct verdict *v, const struct candidate *c,
                      enum phase phase, struct str *out)
{
	struct moments m = c->stat[phase];

	if (!ended(c, phase)) {
		str_addc(out, '-');
		return;
	}
	if (m.n)
		text_interval(out, m.mean, stat_half_width(m, v->level));
	if (!c->complete[phase])
		str_addf(out, "%s%zu of %zu ok", m.n ? ", " : "", m.n,
		         c->n_runs[phase]);
	else if (m.n == 1)
		str_add(out, " (no interval)");
}

static void add_head(const struct study *s, struct table *t)
{
	const struct verdict *v = &s->search.verdict;
	const struct candidate *c = &v->candidates[0];

	table_cell(t, "");
	str_addf(&t->scratch, "best of %llu", (unsigned long long)s->search.ok);
	table_take(t);
	str_addf(&t->scratch, "re-run mean (n = %zu)", c->n_runs[PHASE_RERUN]);
	table_take(t);
	if (v->has_test)
		str_addf(&t->scratch, "test (n = %zu)", c->n_runs[PHASE_TEST]);
	table_take(t);
	table_cell(t, "");
}

static void add_metrics(const struct verdict *v, struct table *t)
{
	table_cell(t, "");
	table_cell(t, v->metric.name);
	table_cell(t, v->metric.name);
	table_cell(t, v->has_test ? v->test_metric.name : "");
	table_cell(t, "");
}

static void add_row(const struct verdict *v, size_t i, struct table *t)
{
	const struct candidate *c = &v->candidates[i];

	add_name(c, &t->scratch);
	table_take(t);
	if (isfinite(c->search_value))
		text_number(&t->scratch, c->search_value);
	else
		str_addc(&t->scratch, '-');
	table_take(t);
	add_phase(v, c, PHASE_RERUN, &t->scratch);
	table_take(t);
	if (v->has_test)
		add_phase(v, c, PHASE_TEST, &t->scratch);
	table_take(t);
	table_cell(t, i == v->winner ? "winner" : "");
}

static void add_table(const struct study *s, struct str *out)
{
	static const enum align align[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT,
	                                   ALIGN_RIGHT, ALIGN_LEFT};
	bool skip[ARRAY_LEN(align)] = {[3] = !s->search.verdict.has_test};
	struct table t;

	table_init(&t, ARRAY_LEN(align), align);
	add_head(s, &t);
	add_metrics(&s->search.verdict, &t);
	for (size_t i = 0; i < s->search.verdict.n; i++)
		add_row(&s->search.verdict, i, &t);
	table_print(&t, skip, "  ", out);
	table_free(&t);
	str_add(out, "  intervals: mean ± half width, Student's t, 95 %\n");
}

static void add_answer(const struct verdict *v, struct str *out)
{
	const struct metric *m = v->has_test ? &v->test_metric : &v->metric;

	str_addf(out, "better than the defaults on the %s",
	         v->has_test ? "test data" : "re-runs");
	if (v->gain.n) {
		str_add(out, " by ");
		text_interval(out, v->gain.mean, v->gain_half);
		str_addf(out, " in %s (%s, n = %zu pairs, better in %zu)", m->name,
		         isfinite(v->gain_half) ? "paired by seed, 95 % t interval"
		                                : "no interval from one pair",
		         v->gain.n, v->wins);
	}
	str_addf(out, ": %s\n", answer_name(v->answer));
}

static void add_conclusion(const struct verdict *v, struct str *out)
{
	const char *last = v->has_test ? "test runs" : "re-runs";

	switch (v->answer) {
	case ANSWER_NONE:
		str_add(out, "not finished: hpsearch verify goes on with it\n");
		return;
	case ANSWER_FAILED:
		if (v->winner == SIZE_MAX)
			str_add(out,
			        "no candidate finished all of its re-runs: nothing is "
			        "confirmed; their folders are below verify/rerun\n");
		else
			str_addf(out,
			         "not every one of the winner's %s ended ok: nothing "
			         "is confirmed; their folders are below verify\n",
			         last);
		return;
	case ANSWER_NO_BASELINE:
		str_add(out,
		        "better than the defaults: not known, because no parameter "
		        "has a default: in the file\n");
		return;
	case ANSWER_YES:
	case ANSWER_NO:
	case ANSWER_CANNOT_TELL: break;
	}
	if (v->winner == v->baseline)
		str_add(out,
		        "better than the defaults: no, the winner is the defaults\n");
	else
		add_answer(v, out);
}

/* The three numbers of the winner on one line. */
static void add_path(const struct study *s, struct str *out)
{
	const struct verdict *v = &s->search.verdict;
	const struct candidate *c;

	if (v->winner == SIZE_MAX)
		return;
	c = &v->candidates[v->winner];
	str_add(out, "winner: ");
	add_name(c, out);
	if (isfinite(c->search_value)) {
		str_add(out, ", in the search ");
		text_number(out, c->search_value);
	}
	str_add(out, " → re-run ");
	add_phase(v, c, PHASE_RERUN, out);
	if (v->has_test) {
		str_add(out, " → test ");
		add_phase(v, c, PHASE_TEST, out);
	}
	str_addc(out, '\n');
}

static void add_optimism(const struct study *s, struct str *out)
{
	str_addf(out, "the best of %llu noisy values is optimistic",
	         (unsigned long long)s->search.ok);
	str_add(out, s->search.verdict.wanted
	                 ? "; the re-runs, on fresh seeds, are not\n"
	                 : "; nothing was run again to see by how much\n");
}

static void add_test_uses(const struct verdict *v, struct str *out)
{
	if (!v->has_test) {
		str_add(out, "no test: block, so nothing was verified on test data\n");
		return;
	}
	str_add(out, "the test data were used ");
	text_count(out, v->test_uses, "time");
	str_add(out, ", by the winner and the defaults only\n");
}

void verdict_report(const struct study *s, struct str *out)
{
	const struct verdict *v = &s->search.verdict;
	double same;

	if (!s->search.spec->metric.name || !s->search.best)
		return;
	if (v->wanted && v->n) {
		str_add(out, "verification\n");
		add_table(s, out);
		add_path(s, out);
		add_conclusion(v, out);
	}
	add_test_uses(v, out);
	if (!advise_constant(&s->search, &same))
		add_optimism(s, out);
}
