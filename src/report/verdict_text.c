#include "report/verdict_text.h"
#include "base/clock.h"
#include "base/effect.h"
#include "report/facets_text.h"
#include "report/items_text.h"
#include "report/text.h"
#include "report/uses_text.h"
#include "search/prospect.h"

#include <math.h>
#include <string.h>

/* What --more takes. */
enum { MORE_MAX = 1000 };

/* "0.31 ± 0.05", or where the ends are not equally far "0.31 (0.28 to 0.40)": those of
 * a median, and of what was selected. */
static void add_worth(const struct worth *w, struct str *out)
{
	if (isnan(w->low)) {
		text_number(out, w->value);
	} else if (w->median || w->selected) {
		text_range(out, w->value, w->low, w->high);
	} else {
		text_interval(out, w->value, (w->high - w->low) / 2);
	}
}

static void add_phase(const struct verdict *v, const struct candidate *c,
                      enum phase phase, struct str *out)
{
	struct moments m = c->stat[phase];
	size_t n = candidate_runs_over(c, phase);

	if (!n) {
		str_addc(out, '-');
		return;
	}
	if (m.n && v->first_rules)
		text_interval(out, m.mean, stat_half_width(m, v->level));
	else if (m.n)
		add_worth(&c->worth[phase], out);
	if (c->worth[phase].selected && !verdict_is_seedless(v))
		str_addc(out, '*');
	if (m.n < n)
		str_addf(out, "%s%zu of %zu ok", m.n ? ", " : "", m.n, n);
}

static void add_phase_column(const struct verdict *v, enum phase phase,
                             const char *name, struct sheet *t)
{
	bool medians = !v->first_rules && v->skewed && verdict_runs_over(v, phase) >= 5;

	sheet_column(t, name,
	             arena_printf(&t->arena, "%s%s (n = %zu)", name,
	                          medians ? " median" : " mean",
	                          verdict_runs_over(v, phase)),
	             COLUMN_NUMBER, true);
	sheet_under(t, phase == PHASE_TEST ? v->test_metric.name : v->metric.name);
}

static void add_columns(const struct search *s, struct sheet *t)
{
	const struct verdict *v = &s->verdict;

	sheet_column(t, "configuration", "", COLUMN_TEXT, true);
	sheet_column(t, "search",
	             arena_printf(&t->arena, "best of %llu", (unsigned long long)s->ok),
	             COLUMN_NUMBER, true);
	sheet_under(t, v->metric.name);
	if (!v->by_items)
		add_phase_column(v, PHASE_RERUN, "re-run", t);
	if (v->has_test)
		add_phase_column(v, PHASE_TEST, "test", t);
	sheet_column(t, "winner", "", COLUMN_TEXT, true);
}

static void add_phase_cell(const struct verdict *v, const struct candidate *c,
                           enum phase phase, struct sheet *t)
{
	struct str text = {0};

	add_phase(v, c, phase, &text);
	sheet_number(t, c->stat[phase].n ? c->worth[phase].value : (double)NAN);
	sheet_shown(t, str_text(&text));
	str_free(&text);
}

static void add_row(const struct verdict *v, size_t i, struct sheet *t)
{
	const struct candidate *c = &v->candidates[i];
	struct str name = {0};

	facets_text_name(c, &name);
	sheet_text(t, str_text(&name));
	sheet_number(t, c->search_value);
	if (!v->by_items)
		add_phase_cell(v, c, PHASE_RERUN, t);
	if (v->has_test)
		add_phase_cell(v, c, PHASE_TEST, t);
	sheet_text(t, i == v->winner ? "winner" : "");
	str_free(&name);
}

/* The lowest level of the intervals that are shown, in percent. */
static double lowest_level(const struct verdict *v)
{
	double level = 1;

	for (size_t i = 0; i < v->n; i++)
		for (int p = 0; p < PHASES; p++)
			if (!isnan(v->candidates[i].worth[p].low))
				level = fmin(level, v->candidates[i].worth[p].level);
	return 100 * level;
}

static void add_choice(const struct worth *w, struct str *out)
{
	if (!w->selected)
		return;
	str_add(out, "  * selected: these runs chose it, ");
	if (isnan(w->low)) {
		str_add(out, "so it looks too good, by how much cannot be said\n");
		return;
	}
	str_add(out, w->median
	                 ? "so its median looks too good; its interval allows for "
	                   "the luck in that"
	                 : "and value and interval allow for the luck in that");
	if (w->optimism > 0)
		str_addf(out, ", %.2g on the average", w->optimism);
	str_addc(out, '\n');
}

static void add_legend(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	const struct candidate *w =
	    v->winner == SIZE_MAX ? NULL : &v->candidates[v->winner];

	if (verdict_is_seedless(v))
		return;
	if (v->first_rules)
		str_add(out, "  intervals: mean ± half width, Student's t, 95 %\n");
	else if (v->skewed)
		str_addf(out,
		         "  medians, with intervals for the median seed (%.3g %% or "
		         "more): the seeds look lopsided, where intervals for a mean "
		         "are too short\n",
		         lowest_level(v));
	else if (lowest_level(v) < 100) /* there is one */
		str_addf(out,
		         "  intervals: mean ± half width, Student's t, %.3g %%, over "
		         "seeds\n",
		         lowest_level(v));
	if (w && w->worth[PHASE_TEST].items)
		str_add(out, "  those of tests are over test items too\n");
	if (w)
		add_choice(&w->worth[PHASE_RERUN], out);
}

static void add_table(const struct search *s, const struct sheet_view *v,
                      struct str *out)
{
	struct sheet t = {0};

	add_columns(s, &t);
	for (size_t i = 0; i < s->verdict.n; i++)
		add_row(&s->verdict, i, &t);
	sheet_print(&t, v, "  ", out);
	sheet_free(&t);
	add_legend(s, out);
}

static void add_first_answer(const struct verdict *v, struct str *out)
{
	const struct metric *m = v->has_test ? &v->test_metric : &v->metric;

	str_addf(out, "better than the defaults on the %s",
	         v->has_test ? "test data" : "re-runs");
	if (v->gain.n) {
		str_add(out, " by ");
		text_interval(out, v->gain.mean, v->gain_half);
		str_addf(out, " in %s (%s, n = %zu pair%s, better in %zu)", m->name,
		         isfinite(v->gain_half) ? "paired by seed, 95 % t interval"
		                                : "no interval from one pair",
		         v->gain.n, str_plural(v->gain.n), v->wins);
	}
	str_addf(out, ": %s\n", answer_name(v->answer));
}

/* A comparison that came so late that next to nothing of the level was left for it: an
 * interval that holds then says nothing. */
static bool is_used_up(const struct verdict *v)
{
	return v->has_test && v->answer == ANSWER_CANNOT_TELL &&
	       (1 - v->promised) / 2 < 1e-5;
}

static void add_used_up(const struct verdict *v, struct str *out)
{
	str_addf(out,
	         "  nothing is left to claim with: a yes may be false in 2.5 %% of all "
	         "comparisons on these test data, of which earlier ones had all but "
	         "%.2g %%\n"
	         "next: test data that nothing was compared on yet, with a ledger of "
	         "their own (test: {ledger: PATH})\n",
	         50 * (1 - v->promised));
}

/* "better than the defaults on the test data by 1.3 ± 0.4 in m: yes" */
static void add_answer(const struct verdict *v, struct str *out)
{
	const struct metric *m = v->has_test ? &v->test_metric : &v->metric;

	str_add(out, "better than the defaults");
	if (v->claim.by_failures)
		str_addf(
		    out,
		    ": the defaults trained in %zu of %zu run%s, the winner in %zu "
		    "of %zu",
		    v->claim.other_ok, v->claim.other_runs,
		    str_plural(v->claim.other_runs), v->claim.one_ok,
		    v->claim.one_runs);
	else
		str_add(out, v->has_test ? " on the test data" : " on the re-runs");
	if (v->gain.n && !v->claim.by_failures) {
		str_add(out, " by ");
		if (isfinite(v->gain_half) && !is_used_up(v))
			text_interval(out, v->gain.mean, v->gain_half);
		else
			text_number(out, v->gain.mean);
		str_addf(out, " in %s", m->name);
	}
	if (v->deterministic && !v->by_items)
		str_add(out, ", deterministic");
	str_addf(out, ": %s\n", answer_name(v->answer));
}

static void add_level(const struct verdict *v, struct str *out)
{
	const struct claim *c = &v->claim;

	str_addf(out, "  Student's t over %zu pair%s of equal seeds", c->gain.n,
	         str_plural(c->gain.n));
	if (c->looks > 1)
		str_addf(out, ", looked at %zu times", c->looks);
	str_addf(out, "; the interval holds in %.4g %% of such verifications",
	         100 * v->promised);
	if (!v->has_test && v->n > 2)
		str_addf(out, ", all %zu candidates together", v->n - 1);
	str_addf(out, ", a yes is false in at most %.4g %%\n", 50 * (1 - v->promised));
	if (c->hopeless)
		str_add(out, "  stopped there: no later look was likely to decide\n");
}

static void add_seeds(const struct verdict *v, struct str *out)
{
	const struct claim *c = &v->claim;

	str_addf(out, "  P(better on a new seed) = %zu/%zu", c->wins, c->gain.n);
	if (c->ties)
		str_addf(out, ", %zu equal", c->ties);
	str_add(out, "; on the worst seed by ");
	text_number(out, c->least);
	str_addc(out, '\n');
	if (v->has_test)
		items_text_scope(v, out);
}

static void add_failures(const struct verdict *v, struct str *out)
{
	const struct claim *c = &v->claim;

	if (c->one_ok == c->one_runs && c->other_ok == c->other_runs)
		return;
	str_addf(out,
	         "  runs that ended ok: %zu of %zu of the winner, %zu of %zu of the "
	         "defaults; pairs with a failure do not count%s\n",
	         c->one_ok, c->one_runs, c->other_ok, c->other_runs,
	         c->by_failures ? " (Fisher's exact test)" : "");
}

/* Wall time of one test run, on the average; NaN: none is known. */
static double time_of_test(const struct verdict *v)
{
	const size_t who[] = {v->winner, v->baseline};
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		for (size_t r = 0; r < v->candidates[who[i]].n_runs[PHASE_TEST]; r++) {
			sum += v->candidates[who[i]].runs[PHASE_TEST][r]->wall;
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

static void add_command(const struct search *s, size_t more, struct str *out)
{
	double time = 2 * (double)more * time_of_test(&s->verdict) /
	              (double)(s->spec->parallel ? s->spec->parallel : 1);

	str_addf(out, "%zu more, about ", more);
	text_duration(out, time);
	str_add(out, ": hpsearch verify ");
	text_clean(out, s->origin.path ? s->origin.path : "FILE.yaml");
	str_addf(out, " --more %zu\n", more);
}

static void add_ruled_out(const struct verdict *v, struct str *out)
{
	if (!isfinite(v->gain_half))
		return;
	str_add(out, "  ruled out: more than ");
	text_number(out, v->gain.mean + v->gain_half);
	str_add(out, " better, more than ");
	text_number(out, v->gain_half - v->gain.mean);
	str_add(out, " worse\n");
}

/* What to do about "cannot tell". */
static void add_next(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	uint64_t next = v->n_uses ? v->uses[v->n_uses - 1].use + 1 : 2;
	double level = sequential_allowance(next);
	size_t pairs = effect_pairs(v->claim.gain, v->claim.items_variance, level);

	add_ruled_out(v, out);
	if (!pairs || !v->has_test)
		return;
	if (pairs - v->claim.gain.n > MORE_MAX && items_text_next(v, level, out))
		return;
	if (pairs - v->claim.gain.n > MORE_MAX) {
		str_addf(out,
		         "next: to tell a difference as small as the one seen takes "
		         "more than %d pairs; none that matters may be there\n",
		         MORE_MAX);
		return;
	}
	str_addf(
	    out,
	    "next: about %zu pairs would tell a difference like this one in 4 of 5 "
	    "cases; ",
	    pairs);
	add_command(s, pairs - v->claim.gain.n, out);
}

/* One seed, and items. */
static void add_once(const struct verdict *v, struct str *out)
{
	uint64_t next = v->uses[v->n_uses - 1].use + 1;

	str_addf(
	    out,
	    "  the interval holds in %.4g %% of such verifications, a yes is false in "
	    "at most %.4g %%\n",
	    100 * v->promised, 50 * (1 - v->promised));
	items_text_scope(v, out);
	if (v->answer != ANSWER_CANNOT_TELL)
		return;
	add_ruled_out(v, out);
	items_text_next(v, sequential_allowance(next), out);
}

static void add_claim(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	bool used_up = is_used_up(v);

	add_answer(v, out);
	if (!used_up)
		items_text_parts(v, out);
	if (v->deterministic && v->claim.items && !used_up)
		add_once(v, out);
	if (v->claim.looks && !used_up && isfinite(v->gain_half))
		add_level(v, out);
	if (v->claim.looks && v->claim.gain.n)
		add_seeds(v, out);
	if (v->claim.looks)
		add_failures(v, out);
	if (used_up)
		add_used_up(v, out);
	else if (v->claim.looks && v->answer == ANSWER_CANNOT_TELL)
		add_next(s, out);
}

/* Re-runs that were planned and not needed. */
static size_t count_saved(const struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		for (size_t r = 0; r < v->candidates[i].n_runs[PHASE_RERUN]; r++)
			n += v->candidates[i].runs[PHASE_RERUN][r]->state == RUN_QUEUED;
	return n;
}

static void add_seedless(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	const struct candidate *w = &v->candidates[v->winner];

	str_add(out, "better than the defaults: cannot tell, because the training does "
	             "not depend on HPSEARCH_SEED");
	if (v->baseline != SIZE_MAX) {
		str_add(out, " (on the one seed that it has by ");
		text_number(out,
		            metric_sign(&v->metric) *
		                (v->candidates[v->baseline].stat[PHASE_RERUN].mean -
		                 w->stat[PHASE_RERUN].mean));
		str_addc(out, ')');
	}
	str_add(out, "\n  its repeats agree whatever the seed, so they say nothing "
	             "about new seeds; ");
	if (count_saved(v)) {
		str_count(out, count_saved(v), "re-run");
		str_add(out, v->has_test ? " and all tests were saved\n" : " saved\n");
	} else {
		str_add(out,
		        v->has_test ? "no test was run\n" : "no interval is given\n");
	}
	str_add(
	    out,
	    "next: seed the training with ${seed} (or HPSEARCH_SEED); or, if it has "
	    "no randomness at all, write deterministic_training: true\n");
}

static bool any_complete(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->candidates[i].complete[PHASE_RERUN])
			return true;
	return false;
}

static void add_conclusion(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	const char *last = v->has_test ? "test runs" : "re-runs";

	switch (v->answer) {
	case ANSWER_NONE:
		str_add(out, "not finished: hpsearch verify goes on with it\n");
		return;
	case ANSWER_FAILED:
		if (v->winner == SIZE_MAX && any_complete(v))
			str_add(out, "no candidate's re-runs hold the limits on the "
			             "average: nothing is confirmed\n");
		else if (v->winner == SIZE_MAX)
			str_addf(out,
			         "no candidate finished %s of its re-runs: nothing is "
			         "confirmed; their folders are below verify/rerun\n",
			         v->first_rules ? "all" : "half");
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
	if (v->fronts)
		facets_text_answer(s, out);
	else if (v->winner == v->baseline)
		str_add(out,
		        "better than the defaults: no, the winner is the defaults\n");
	else if (v->first_rules)
		add_first_answer(v, out);
	else if (v->ignores_seed)
		add_seedless(s, out);
	else
		add_claim(s, out);
}

/* The three numbers of the winner on one line. */
static void add_path(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	const struct candidate *c;

	if (v->winner == SIZE_MAX)
		return;
	c = &v->candidates[v->winner];
	str_add(out, "winner: ");
	facets_text_name(c, out);
	if (isfinite(c->search_value)) {
		str_add(out, ", in the search ");
		text_number(out, c->search_value);
	}
	if (!v->by_items) {
		str_add(out, " → re-run ");
		add_phase(v, c, PHASE_RERUN, out);
	}
	if (v->has_test) {
		str_add(out, " → test ");
		add_phase(v, c, PHASE_TEST, out);
	}
	str_addc(out, '\n');
}

static void add_optimism(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;

	if ((verdict_is_seedless(v) && !v->by_items) || s->ok < 2 ||
	    (s->n_repeats && !(s->noise > 0)))
		return;
	str_addf(out, "the best of %llu noisy values is optimistic",
	         (unsigned long long)s->ok);
	if (!v->wanted && s->n_repeats)
		str_add(out, ", the less, the more runs it has; no run on fresh seeds "
		             "says by how much\n");
	else if (!v->wanted)
		str_add(out, "; nothing was run again to see by how much\n");
	else if (v->by_items)
		str_add(out, "; its test, on other items, is not\n");
	else if (v->has_test)
		str_add(out, ", and so, less, are re-runs that chose the winner; its "
		             "tests are not\n");
	else
		str_add(out, ", and so, less, are re-runs that chose the winner\n");
}

void verdict_report(const struct study *study, const struct sheet_view *view,
                    struct str *out)
{
	const struct search *s = &study->search;
	const struct verdict *v = &s->verdict;
	double same;

	if (!s->spec->metric.name || !s->best)
		return;
	if (v->wanted && v->n && search_is_over(s)) {
		str_add(out, "verification\n");
		if (v->fronts)
			facets_text_table(s, view, out);
		else
			add_table(s, view, out);
		facets_text_limits(s, out);
		if (!v->fronts)
			add_path(s, out);
		add_conclusion(s, out);
	}
	uses_text(v, out);
	if (!v->fronts && !prospect_constant(s, &same))
		add_optimism(s, out);
}

void verdict_sentence(const struct study *study, struct str *out)
{
	const struct search *s = &study->search;
	const struct verdict *v = &s->verdict;
	struct str text = {0};

	if (!s->spec->metric.name || !s->best)
		return;
	if (v->wanted && v->n && search_is_over(s))
		add_conclusion(s, &text);
	else if (v->wanted)
		str_add(&text, "not verified: the search is not over");
	else
		uses_text(v, &text);
	str_addn(out, str_text(&text), strcspn(str_text(&text), "\n"));
	str_free(&text);
}
