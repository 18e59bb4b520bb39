#include "report/ablation_text.h"
#include "report/configuration.h"
#include "report/text.h"

#include <math.h>

static void add_value(const struct value *v, struct str *out)
{
	struct str text = {0};

	if (!v) {
		str_add(out, "(none)");
		return;
	}
	value_text(v, &text);
	text_cut(out, str_text(&text), 24);
	str_free(&text);
}

static void add_parameter(const struct changes *c, size_t param, bool back,
                          struct str *out)
{
	text_clean(out, c->space->params[param].name);
	str_addc(out, ' ');
	add_value(back ? c->after[param] : c->before[param], out);
	str_add(out, " → ");
	add_value(back ? c->before[param] : c->after[param], out);
}

/* "lr 0.1 → 0.01", "optimizer adam → sgd with momentum (none) → 0.9". */
static void add_change(const struct changes *c, size_t change, bool back,
                       struct str *out)
{
	const struct change *ch = &c->list[change];

	for (size_t k = 0; k < ch->n; k++) {
		str_add(out, k > 1 ? ", " : k ? " with " : "");
		add_parameter(c, ch->params[k], back, out);
	}
}

static void add_moved(const struct changes *c, uint64_t moved, bool back,
                      struct str *out)
{
	bool first = true;

	for (size_t i = 0; i < c->n; i++) {
		if (!(moved >> i & 1))
			continue;
		str_add(out, first ? "" : " + ");
		add_change(c, i, back, out);
		first = false;
	}
}

/* Names of a set's parameters, those that move with others left to them. */
static void add_names(const struct changes *c, uint64_t mask, struct str *out)
{
	bool first = true;

	for (size_t i = 0; i < c->n; i++) {
		if (!(mask >> i & 1))
			continue;
		str_add(out, first ? "" : ", ");
		text_clean(out, c->space->params[c->list[i].params[0]].name);
		first = false;
	}
}

void ablation_plan_text(const struct ablated *a, struct str *out)
{
	struct ablation_cost cost = ablation_cost(&a->plan);

	str_add(out, "the winner");
	str_addf(out, " (trial %llu) differs from the defaults in ",
	         (unsigned long long)a->search->purpose.winner);
	str_count(out, a->changes.n, "change");
	str_add(out, ":\n");
	for (size_t i = 0; i < a->changes.n; i++) {
		str_add(out, "  ");
		add_change(&a->changes, i, false, out);
		str_addc(out, '\n');
	}
	str_addf(out,
	         "an ablation takes %zu runs at the most, about %zu where everything ",
	         cost.most, cost.least);
	str_add(out,
	        "is clear at the first look, and few where the seed does not matter\n");
}

/* Half a width that is only the rounding of sums is none. */
static double shown(double mean, double half)
{
	return half <= 1e-12 * fabs(mean) ? 0 : half;
}

static void add_claim(const struct ablation *x, const struct claim *c, struct sheet *t)
{
	bool known = c->gain.n > 0;
	double half = x->exact || !known ? (double)NAN : shown(c->gain.mean, c->half);

	sheet_number(t, known ? c->gain.mean : (double)NAN);
	sheet_half(t, half);
	sheet_number(t, half);
	sheet_int(t, c->gain.n);
}

static void add_word(const struct ablation *x, const struct claim *c, struct str *out)
{
	if (c->by_failures || (c->one_ok < c->one_runs || c->other_ok < c->other_runs))
		str_addf(out, "%zu of %zu run%s fail without it, %zu of %zu with it: ",
		         c->other_runs - c->other_ok, c->other_runs,
		         str_plural(c->other_runs), c->one_runs - c->one_ok,
		         c->one_runs);
	switch (c->answer) {
	case ANSWER_YES: str_add(out, "matters"); break;
	case ANSWER_NO:
	case ANSWER_CANNOT_TELL:
		str_add(out, ablation_harms(c) ? "harms"
		             : x->exact        ? "within the margin"
		                               : "nothing measured");
		break;
	case ANSWER_NONE:
	case ANSWER_NO_BASELINE:
	case ANSWER_FAILED: str_add(out, "not decided"); break;
	}
}

void ablation_step_text(const struct ablated *a, const struct ablation_step *s,
                        bool back, struct str *out)
{
	add_moved(&a->changes, s->moved, back, out);
}

static void add_step(const struct ablated *a, const struct ablation_step *s, bool back,
                     struct sheet *t)
{
	struct str text = {0};

	add_moved(&a->changes, s->moved, back, &text);
	sheet_text(t, str_text(&text));
	add_claim(&a->ablation, &s->claim, t);
	str_clear(&text);
	add_word(&a->ablation, &s->claim, &text);
	if (ablated_count(s->moved) > 1)
		str_add(&text, " (together: constraints allow no single one)");
	sheet_text(t, str_text(&text));
	str_free(&text);
}

/* gain: what people read above the differences. */
static void add_columns(const char *gain, struct sheet *t)
{
	sheet_column(t, "change", NULL, COLUMN_TEXT, true);
	sheet_column(t, "by", gain, COLUMN_NUMBER, true);
	sheet_column(t, "half", NULL, COLUMN_NUMBER, true);
	sheet_hide(t);
	sheet_column(t, "pairs", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "answer", "", COLUMN_REST, true);
}

static void add_path(const struct ablated *a, const struct ablation_path *p, bool back,
                     const struct sheet_view *v, struct str *out)
{
	struct sheet t = {0};

	if (!p->n)
		return;
	str_add(out, back ? "\nBack from the winner, the least loss first:\n"
	                  : "\nForward from the defaults, the largest gain first:\n");
	add_columns(back ? "worse by" : "better by", &t);
	for (size_t k = 0; k < p->n; k++)
		add_step(a, &p->steps[k], back, &t);
	sheet_print(&t, v, "  ", out);
	sheet_free(&t);
}

void ablation_sheet(const struct ablated *a, struct sheet *out)
{
	sheet_column(out, "path", NULL, COLUMN_TEXT, true);
	add_columns(NULL, out);
	for (int back = 1; back >= 0; back--) {
		const struct ablation_path *p =
		    back ? &a->ablation.back : &a->ablation.forward;

		for (size_t k = 0; k < p->n; k++) {
			sheet_text(out, back ? "back" : "forward");
			add_step(a, &p->steps[k], back, out);
		}
	}
}

static void add_level(const struct ablation *x, struct str *out)
{
	if (x->exact)
		str_add(out,
		        "\nThe seed has no part in this training: every difference is "
		        "what it is, of one run each.\n");
	else
		str_add(
		    out,
		    "\nDifferences are paired by seed, on seeds that did not choose "
		    "the path; the intervals of a path hold together in 95 %.\n");
}

/* Changes whose step back was shown to be a gain. */
static uint64_t harmful(const struct ablation *x)
{
	uint64_t mask = 0;

	for (size_t k = 0; k < x->back.n; k++)
		if (ablation_harms(&x->back.steps[k].claim))
			mask |= x->back.steps[k].moved;
	return mask;
}

static void add_list(const struct ablated *a, const char *head, uint64_t mask,
                     struct str *out)
{
	if (!mask)
		return;
	str_add(out, head);
	add_names(&a->changes, mask, out);
	str_add(out, ".\n");
}

static void add_idle(const struct ablated *a, struct str *out)
{
	const struct ablation *x = &a->ablation;
	uint64_t harm = harmful(x);
	size_t nothing = ablated_count(x->idle & ~harm);

	str_addf(out, "\n%zu of ", nothing);
	str_count(out, a->changes.n, "change");
	str_addf(out, " %s nothing %s%s", nothing == 1 ? "does" : "do",
	         x->exact ? "beyond the margin" : "you could measure",
	         x->idle ? "" : ".\n");
	if (harm)
		add_list(a, "; to the harm of the winner: ", harm, out);
	else if (x->idle)
		str_add(out, ".\n");
	add_list(a,
	         x->simplest & x->idle ? "Not shown to be needed, each behind those "
	                                 "before it on the way back: "
	                               : "Can stay at their default: ",
	         x->idle, out);
	add_list(a, "Shown to matter: ", x->matters, out);
	add_list(a,
	         "Not decided: ", ablation_all(a->changes.n) & ~(x->idle | x->matters),
	         out);
}

static void add_margin(const struct ablated *a, struct str *out)
{
	const struct ablation *x = &a->ablation;

	static const char *const words[] = {
	    [MARGIN_GIVEN] = "",
	    [MARGIN_SEED] =
		" (what another seed does: the standard deviation of a configuration)",
	    [MARGIN_HALF] = " (half of what the winner is better by than the defaults)",
	    [MARGIN_SHARE] =
		" (1 % of what the winner is better than the defaults by)"};

	text_number(out, x->margin);
	str_add(out, words[x->margin_is]);
}

/* How many pairs it would take to tie the loss of all idle changes down to the margin,
 * if there is none: t at the level of the last look is about 2.2, and 0.84 stands for
 * four times in five. */
static void add_more_pairs(const struct ablated *a, struct str *out)
{
	const struct ablation *x = &a->ablation;
	const struct claim *c = &x->at_once;
	double ratio;

	if (!c->looks || c->gain.n < 2 || !(x->margin > 0))
		return;
	ratio = (2.2 + 0.84) * sqrt(c->gain.variance) / x->margin;
	if (ratio * ratio > (double)a->plan.most && ratio * ratio < PURPOSE_PAIRS_MOST)
		str_addf(out, " (about --pairs %.0f could, or a larger --margin)",
		         ceil(ratio * ratio / 5) * 5);
}

/* Of the simplest to the winner. */
static void add_difference(const struct ablation *x, struct str *out)
{
	double worse = x->margin - x->within.gain.mean, most = worse + x->within.half;

	str_add(out, worse > 0 ? "worse by " : "better by ");
	text_number(out, fabs(worse));
	if (x->exact)
		return;
	str_add(out, most > 0 ? ", and at most " : ", and at least ");
	text_number(out, fabs(most));
	str_addf(out, " %s (95 %%, ", most > 0 ? "worse" : "better");
	str_count(out, x->within.gain.n, "pair");
	str_addc(out, ')');
}

static void add_simplest(struct ablated *a, struct str *out)
{
	const struct ablation *x = &a->ablation;
	bool winner = x->simplest == ablation_all(a->plan.n);

	if (isnan(x->margin))
		return;
	if (winner) {
		str_add(out, "\nNo simpler configuration is shown to be within ");
		add_margin(a, out);
		str_add(out, " of the winner");
		if (!x->exact)
			add_more_pairs(a, out);
		str_add(out, ": the simplest is the winner itself.\n");
		return;
	}
	str_add(out,
	        "\nThe simplest configuration that is not worse than the winner by "
	        "more than ");
	add_margin(a, out);
	str_addf(out, " has %zu of the %zu change%s; it is ",
	         ablated_count(x->simplest), a->changes.n, str_plural(a->changes.n));
	add_difference(x, out);
	str_add(out, ":\n\n");
	config_yaml(a->search->spec, ablated_values(a, x->simplest), out);
}

static const struct run *first_failure(const struct search *s)
{
	const struct verdict *v = &s->verdict;

	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i]->key == ABLATED_WINNER && run_is_bad(&v->runs[i]->run))
			return &v->runs[i]->run;
	return NULL;
}

static void add_failure(const struct ablated *a, struct str *out)
{
	const struct run *r = first_failure(a->search);

	str_add(out, "The winner does not train here");
	if (r) {
		str_addf(out, " (%s", outcome_name(r->outcome));
		if (r->reason) {
			str_add(out, ": ");
			text_clean(out, r->reason);
		}
		str_addc(out, ')');
	}
	str_add(out, ", so there is nothing to take apart.\n"
	             "  help: the command of the search has to run from here as it did "
	             "then; --command gives another one, and --fresh tries again\n");
}

void ablation_text(struct ablated *a, const struct sheet_view *v, struct str *out)
{
	const struct ablation *x = &a->ablation;

	if (x->state == ABLATION_FAILED) {
		add_failure(a, out);
		return;
	}
	str_addf(out, "Ablation of trial %llu of ",
	         (unsigned long long)a->search->purpose.winner);
	text_clean(out, a->search->purpose.of);
	str_addf(out, ", on %s (validation data)\n", a->search->spec->metric.name);
	if (!x->chosen) {
		str_add(out, "Not finished: the path is not known yet.\n");
		return;
	}
	add_path(a, &x->back, true, v, out);
	add_path(a, &x->forward, false, v, out);
	add_level(x, out);
	add_idle(a, out);
	add_simplest(a, out);
	if (x->state == ABLATION_MORE)
		str_add(out, "\nNot finished: what is said holds, more may be.\n");
}

void ablation_brief(struct ablated *a, struct str *out)
{
	const struct ablation *x = &a->ablation;

	str_add(out, "ablation: ");
	if (x->state != ABLATION_DONE || isnan(x->margin)) {
		str_add(out, x->state == ABLATION_FAILED
		                 ? "the winner did not train again\n"
		                 : "not finished; hpsearch ablate goes on with it\n");
		return;
	}
	str_addf(out, "%zu of ", ablated_count(x->idle));
	str_count(out, a->changes.n, "change");
	str_add(out, " of the winner did nothing that could be measured; ");
	str_count(out, ablated_count(x->simplest), "change");
	str_add(out, ablated_count(x->simplest) == 1 ? " is" : " are");
	str_add(out, " enough to stay within ");
	text_number(out, x->margin);
	str_add(out, " of it (best --simplest)\n");
}
