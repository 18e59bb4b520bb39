#include "report/facets_text.h"
#include "report/text.h"

#include <math.h>

void facets_text_name(const struct candidate *c, struct str *out)
{
	if (c->is_baseline)
		str_add(out, "the defaults");
	if (c->is_baseline && c->key != VERDICT_DEFAULTS)
		str_addf(out, " (trial %llu)", (unsigned long long)c->key);
	if (!c->is_baseline)
		str_addf(out, "trial %llu", (unsigned long long)c->key);
}

static void add_point(const struct candidate *c, struct str *out)
{
	facets_text_name(c, out);
	if (!c->role)
		return;
	str_add(out, " (");
	text_clean(out, c->role);
	str_addc(out, ')');
}

static void add_facet(const struct facet *f, size_t runs, struct str *out)
{
	const struct worth *w = &f->worth;

	if (!runs) {
		str_addc(out, '-');
		return;
	}
	if (f->stat.n && w->median) {
		text_number(out, w->value);
		str_add(out, " (");
		text_number(out, w->low);
		str_add(out, " to ");
		text_number(out, w->high);
		str_addc(out, ')');
	} else if (f->stat.n && isnan(w->low)) {
		text_number(out, w->value);
	} else if (f->stat.n) {
		text_interval(out, w->value, (w->high - w->low) / 2);
	}
	if (f->stat.n < runs)
		str_addf(out, "%s%zu of %zu ok", f->stat.n ? ", " : "", f->stat.n,
		         runs);
}

/* "better by 0.3 ± 0.1: yes" */
static void add_claim(const struct claim *c, struct str *out)
{
	if (c->answer == ANSWER_NONE)
		return;
	if (c->by_failures) {
		str_addf(out, "trains in %zu of %zu runs, they in %zu of %zu: yes",
		         c->one_ok, c->one_runs, c->other_ok, c->other_runs);
		return;
	}
	if (c->gain.n) {
		str_add(out, c->gain.mean < 0 ? "worse by " : "better by ");
		if (isfinite(c->half))
			text_interval(out, fabs(c->gain.mean), c->half);
		else
			text_number(out, fabs(c->gain.mean));
		str_add(out, ": ");
	}
	str_add(out, answer_name(c->answer));
}

static void add_runs_column(const struct verdict *v, enum phase phase, struct sheet *t)
{
	sheet_column(t, phase_name(phase),
	             arena_printf(&t->arena, "%s (n = %zu)",
	                          phase == PHASE_TEST ? "test" : "re-run",
	                          verdict_runs_over(v, phase)),
	             COLUMN_TEXT, true);
}

static void add_columns(const struct verdict *v, struct sheet *t)
{
	sheet_column(t, "configuration", "", COLUMN_TEXT, true);
	sheet_column(t, "metric", "", COLUMN_TEXT, true);
	sheet_column(t, "search", NULL, COLUMN_NUMBER, true);
	if (verdict_runs_over(v, PHASE_RERUN))
		add_runs_column(v, PHASE_RERUN, t);
	if (v->has_test)
		add_runs_column(v, PHASE_TEST, t);
	if (v->baseline != SIZE_MAX)
		sheet_column(t, "better", "beside the defaults", COLUMN_TEXT, true);
}

static void take(struct sheet *t, struct str *text)
{
	sheet_text(t, str_text(text));
	str_clear(text);
}

static void add_row(const struct verdict *v, size_t i, size_t k, struct sheet *t)
{
	const struct candidate *c = &v->candidates[i];
	bool objective = k < v->by->n_objectives;
	struct str text = {0};

	if (!k)
		add_point(c, &text);
	take(t, &text);
	sheet_text(t, v->by->criteria[k].name);
	sheet_number(t, c->trial.criteria ? c->trial.criteria[k] : (double)NAN);
	if (verdict_runs_over(v, PHASE_RERUN)) {
		add_facet(&c->facets[PHASE_RERUN][k],
		          candidate_runs_over(c, PHASE_RERUN), &text);
		take(t, &text);
	}
	if (v->has_test) {
		if (objective)
			add_facet(&c->facets[PHASE_TEST][k],
			          candidate_runs_over(c, PHASE_TEST), &text);
		take(t, &text);
	}
	if (v->baseline != SIZE_MAX) {
		if (objective && i != v->baseline)
			add_claim(&c->claims[k], &text);
		take(t, &text);
	}
	str_free(&text);
}

static bool any_interval(const struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		for (int p = PHASE_RERUN; p < PHASES; p++)
			for (size_t k = 0; k < v->by->n_criteria; k++)
				if (!isnan(v->candidates[i].facets[p][k].worth.low))
					return true;
	return false;
}

void facets_text_table(const struct search *s, const struct sheet_view *view,
                       struct str *out)
{
	const struct verdict *v = &s->verdict;
	struct sheet t = {0};

	add_columns(v, &t);
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->by->n_criteria; k++)
			add_row(v, i, k, &t);
	sheet_print(&t, view, "  ", out);
	sheet_free(&t);
	if (any_interval(v))
		str_add(out,
		        "  intervals of values: Student's t over seeds (with \"to\": "
		        "of a median), each in 95 % by itself\n");
	for (size_t i = 0; i < v->n_unmet; i++) {
		str_add(out, "  no trial is as test.prefer asks: ");
		text_clean(out, v->unmet[i]);
		str_addc(out, '\n');
	}
}

/* The points that are better in something, and in what. */
static bool add_better(const struct verdict *v, enum answer is, struct str *out)
{
	bool any = false;

	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *c = &v->candidates[i];
		bool first = true;

		for (size_t k = 0; i != v->baseline && k < v->by->n_objectives; k++) {
			if (c->claims[k].answer != is)
				continue;
			if (first) {
				str_add(out, any ? "; " : "");
				add_point(c, out);
				str_add(out, " in ");
			}
			str_add(out, first ? "" : ", ");
			text_clean(out, v->by->criteria[k].name);
			any = true;
			first = false;
		}
	}
	return any;
}

static size_t count_claims(const struct verdict *v)
{
	return (v->n - (v->baseline != SIZE_MAX)) * v->by->n_objectives;
}

static void add_level(const struct verdict *v, struct str *out)
{
	if (v->deterministic) {
		str_add(out,
		        "  deterministic, so one run of each is as good as many\n");
		return;
	}
	str_addf(out,
	         "  paired by seed, Student's t; the intervals of all %zu comparisons "
	         "hold together in %.4g %% of such verifications, that any yes is "
	         "false happens in at most %.4g %%\n",
	         count_claims(v), 100 * v->promised, 50 * (1 - v->promised));
}

void facets_text_answer(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	struct str open = {0};

	if (v->n == 1 && v->baseline == 0) {
		str_add(out, "better than the defaults: no, they are the front's only "
		             "point\n");
		return;
	}
	if (v->ignores_seed) {
		str_add(out, "better than the defaults: cannot tell, because the "
		             "training does not depend on HPSEARCH_SEED\n"
		             "next: seed the training with ${seed} (or HPSEARCH_SEED); "
		             "or, if it has no randomness at all, write "
		             "deterministic_training: true\n");
		return;
	}
	str_addf(out, "better than the defaults on the %s: ",
	         v->has_test ? "test data" : "re-runs");
	if (!add_better(v, ANSWER_YES, out))
		str_add(out, v->answer == ANSWER_NO ? "no point in any objective"
		                                    : "cannot tell of any point");
	str_addc(out, '\n');
	if (add_better(v, ANSWER_CANNOT_TELL, &open))
		str_addf(out, "  cannot tell of %s%s\n", str_text(&open),
		         v->has_test ? ": verify --more N adds pairs" : "");
	str_free(&open);
	add_level(v, out);
}

static void add_holding(const struct candidate *c, size_t i, struct str *out)
{
	const struct holding *h = &c->holdings[i];

	str_add(out, "    ");
	facets_text_name(c, out);
	if (h->n)
		str_addf(out, ": holds it in %zu of %zu re-runs, mean ", h->held, h->n);
	else
		str_add(out, ": in the search ");
	if (isfinite(h->half))
		text_interval(out, h->mean, h->half);
	else if (isfinite(h->mean))
		text_number(out, h->mean);
	else
		str_addc(out, '-');
	str_addf(out, ": %s\n", answer_name(h->answer));
}

void facets_text_limits(const struct search *s, struct str *out)
{
	const struct verdict *v = &s->verdict;
	size_t n = v->by ? v->by->n_limits : 0;

	for (size_t i = 0; i < n; i++) {
		str_add(out, "  limit ");
		text_clean(out, v->by->limits[i].text);
		str_add(out, v->deterministic ? "\n" : ", of the mean over seeds\n");
		for (size_t c = 0; c < v->n; c++)
			add_holding(&v->candidates[c], i, out);
	}
	if (n && !v->deterministic)
		str_addf(
		    out,
		    "  Student's t; all %zu of these are true together in 95 %% of "
		    "such verifications\n",
		    n * v->n);
}
