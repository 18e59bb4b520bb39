#include "report/rescheduled_text.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>

static void add_table(const struct rescheduled *x, struct str *out)
{
	static const enum align align[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT};
	struct table t;

	table_init(&t, ARRAY_LEN(align), align);
	table_cell(&t, "");
	table_cell(&t, x->search->spec->metric.name);
	table_cell(&t, "trainings");
	for (size_t i = 0; i < x->n; i++) {
		const struct rescheduled_candidate *c = &x->c[i];

		table_cell(&t, c->name);
		if (c->value.n)
			text_interval(&t.scratch, c->value.mean, c->half);
		table_take(&t);
		str_addf(&t.scratch, "%zu", c->value.n);
		if (c->failed)
			str_addf(&t.scratch, ", %zu failed", c->failed);
		table_take(&t);
	}
	table_print(&t, NULL, "", out);
	table_free(&t);
}

/* Pairs that all differ by the same, but for rounding, have no interval to speak of. */
static void add_gain(const struct rescheduled_candidate *c, struct str *out)
{
	double gain = c->gain.mean, half = c->gain_half;

	if (!c->gain.n) {
		str_add(out, "not compared with ");
		text_clean(out, c->name);
		str_add(out, ": no seed has a value of both\n");
		return;
	}
	if (!(half < fabs(gain)))
		str_add(out, "not told apart from ");
	else
		str_addf(out, "%s than ", gain > 0 ? "better" : "worse");
	text_clean(out, c->name);
	str_add(out, !(half < fabs(gain)) ? ": better by " : " by ");
	text_interval(out, half < fabs(gain) ? fabs(gain) : gain, half);
	str_addf(out, " over %zu pair%s\n", c->gain.n, str_plural(c->gain.n));
}

void rescheduled_text(const struct rescheduled *x, struct str *out)
{
	text_clean(out, x->c[0].name);
	str_addf(out, ", trained afresh with %zu seed%s in %zu interval%s%s\n", x->rows,
	         str_plural(x->rows), x->intervals, str_plural(x->intervals),
	         x->complete ? "" : " (not all of it is done)");
	add_table(x, out);
	if (x->n == 1)
		str_add(out, "there is nothing to compare it with: it never changes, "
		             "and the file gives no other defaults\n");
	for (size_t i = 1; i < x->n; i++) {
		if (i == 1)
			str_add(out, "the schedule is\n");
		str_add(out, "  ");
		add_gain(&x->c[i], out);
	}
	str_addf(out, "(each interval by itself at %g %%)\n", 100 * RESCHEDULED_LEVEL);
}
