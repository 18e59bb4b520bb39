#include "report/oddities.h"
#include "base/double.h"
#include "gp/target.h"
#include "report/measured_text.h"
#include "report/text.h"
#include "run/meant.h"
#include "study/alarm.h"

#include <stdlib.h>

/* Over all runs of the search: how many, and the first one with the matter. */
struct found {
	uint64_t runs, lines;
	const struct trial *trial; /* NULL: none */
	size_t run;
};

static void add(struct found *f, const struct trial *t, size_t run, uint64_t lines)
{
	if (!lines)
		return;
	f->lines += lines;
	if (f->runs++)
		return;
	f->trial = t;
	f->run = run;
}

static void add_place(struct str *out, const struct found *f)
{
	str_addf(out, "trial %llu", (unsigned long long)f->trial->id);
	if (f->trial->n_runs > 1)
		str_addf(out, " run %zu", f->run);
}

static void unread_report(const struct study *s, const struct found *f, struct str *out)
{
	const char *example = f->trial->runs[f->run].unread_example;

	str_count(out, f->lines, "line");
	str_add(out, " of ");
	str_count(out, f->runs, "run");
	str_add(out, " named ");
	text_clean(out, s->search.spec->metric.name);
	str_add(out, " and no number of it could be read; in ");
	add_place(out, f);
	str_add(out, ": ");
	text_clean(out, example);
	str_addf(out, "\n  help: %s\n", meant_number(example));
}

static void steps_report(const struct study *s, const struct found *f, struct str *out)
{
	str_addf(out, "steps of %llu run%s do not rise; in ",
	         (unsigned long long)f->runs, str_plural(f->runs));
	add_place(out, f);
	str_add(out, " they ");
	steps_text(&f->trial->runs[f->run].steps, out);
	str_addf(out, ": %s\n", study_steps_meaning(s));
}

/* A value that is too good to be one. */
static void alone_report(const struct study *s, struct str *out)
{
	bool max = s->search.spec->metric.goal == GOAL_MAXIMIZE;
	double *sorted = mem_new(s->search.n + 1, sizeof *sorted);
	size_t n = 0, alone;

	for (size_t i = 0; i < s->search.n; i++)
		if (s->search.trials[i]->rank)
			sorted[n++] = max ? -s->search.trials[i]->value
			                  : s->search.trials[i]->value;
	if (n)
		qsort(sorted, n, sizeof *sorted, double_compare);
	alone = target_alone(sorted, n);
	if (alone) {
		str_add(out, alone > 1 ? "the best two values, down to "
		                       : "the best value, ");
		text_number(out, max ? -sorted[alone - 1] : sorted[alone - 1]);
		str_add(out, alone > 1 ? ", lie" : ", lies");
		str_add(out, " over 1000 times as far from the next, ");
		text_number(out, max ? -sorted[alone] : sorted[alone]);
		str_addf(out,
		         ", as the others are large: %s of %s, or a slip of the "
		         "script?\n",
		         alone > 1 ? "are they values" : "is it a value",
		         s->search.spec->metric.name);
	}
	free(sorted);
}

void reading_report(const struct study *s, struct str *out)
{
	struct found unread = {0}, steps = {0};

	for (size_t i = 0; s->search.spec->metric.name && i < s->search.n; i++)
		for (size_t r = 0; r < s->search.trials[i]->n_runs; r++) {
			const struct run *run = &s->search.trials[i]->runs[r];

			add(&unread, s->search.trials[i], r, run->unread);
			add(&steps, s->search.trials[i], r,
			    run->steps.trouble != STEPS_RISE);
		}
	/* The text that ended such a search has said it. */
	if (unread.runs && s->search.state != SEARCH_CONTRACT)
		unread_report(s, &unread, out);
	if (steps.runs)
		steps_report(s, &steps, out);
	if (s->search.spec->metric.name)
		alone_report(s, out);
	measured_report(&s->search, out);
}
