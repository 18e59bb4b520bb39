#include "report/race_text.h"
#include "report/text.h"
#include "search/race.h"

size_t race_answers(const struct trial *t)
{
	size_t n = 0;

	for (size_t r = 0; r < t->n_runs; r++)
		n += t->runs[r].n_reports;
	return n;
}

void race_plan(const struct spec *sp, uint64_t cap, struct str *out)
{
	const struct items *it = &sp->items;
	size_t batches;

	if (!it->present)
		return;
	batches = (it->n + it->batch - 1) / it->batch;
	str_addf(out, "items        %zu of ", it->n);
	text_clean(out, it->file);
	str_addf(out, ", in %zu batch%s of %zu%s; ", batches, batches == 1 ? "" : "es",
	         it->batch, sp->repeats > 1 ? ", each repeated" : "");
	if (it->n_test)
		str_addf(out, "%zu other%s kept for the test\n", it->n_test,
		         it->n_test == 1 ? " is" : "s are");
	else
		str_add(out, "none is kept for a test\n");
	str_addf(
	    out,
	    "  A configuration leaves when it is worse than the leader on the same "
	    "items,\n  at %.2g",
	    RACE_ERROR / (cap > 2 ? (double)(cap - 1) : 1));
	if (cap > 2)
		str_addf(out, " for each of %llu comparisons",
		         (unsigned long long)(cap - 1));
	str_addf(out, ": the best one leaves in at most 1 search of %g.\n",
	         1 / RACE_ERROR);
}

void race_test(const struct spec *sp, struct str *out)
{
	if (!sp->items.n_test) {
		str_add(out, "none: no item is kept for a test\n");
		return;
	}
	str_addf(
	    out,
	    "the winner and the defaults on %zu item%s that the search has not seen",
	    sp->items.n_test, str_plural(sp->items.n_test));
	if (sp->repeats > 1)
		str_addf(out, ", each %zu times", sp->repeats);
	str_addc(out, '\n');
}

void race_summary(const struct search *s, struct str *out)
{
	const struct items *it = &s->spec->items;
	size_t given = 0, all = s->n * it->n * s->spec->repeats, left = 0;

	if (!it->present || !s->n)
		return;
	for (size_t i = 0; i < s->n; i++) {
		given += race_answers(s->trials[i]);
		left += s->trials[i]->left && s->trials[i]->left->leader != i;
	}
	str_addf(out,
	         "items    %zu answer%s, %.0f %% of the %zu that all configurations "
	         "would give to all %zu items; %zu of %zu left early",
	         given, str_plural(given), 100 * (double)given / (double)all, all,
	         it->n, left, s->n);
	if (s->cost > 0)
		str_addf(out, "; cost %.6g", s->cost);
	str_addc(out, '\n');
}
