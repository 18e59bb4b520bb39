#include "report/rescheduled_text.h"
#include "report/text.h"

#include <math.h>

void rescheduled_sheet(const struct rescheduled *x, struct sheet *out)
{
	size_t failed = 0;

	for (size_t i = 0; i < x->n; i++)
		failed += x->c[i].failed;
	sheet_column(out, "configuration", "", COLUMN_TEXT, true);
	sheet_column(out, "value", x->search->spec->metric.name, COLUMN_NUMBER, true);
	sheet_column(out, "half", NULL, COLUMN_NUMBER, true);
	sheet_hide(out);
	sheet_column(out, "trainings", NULL, COLUMN_NUMBER, true);
	sheet_column(out, "failed", NULL, COLUMN_NUMBER, true);
	if (!failed)
		sheet_hide(out);
	for (size_t i = 0; i < x->n; i++) {
		const struct rescheduled_candidate *c = &x->c[i];

		sheet_text(out, c->name);
		sheet_number(out, c->value.n ? c->value.mean : (double)NAN);
		sheet_half(out, c->value.n ? c->half : (double)NAN);
		sheet_number(out, c->value.n ? c->half : (double)NAN);
		sheet_int(out, c->value.n);
		sheet_int(out, c->failed);
	}
}

static void add_table(const struct rescheduled *x, const struct sheet_view *v,
                      struct str *out)
{
	struct sheet t = {0};

	rescheduled_sheet(x, &t);
	sheet_print(&t, v, "", out);
	sheet_free(&t);
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

void rescheduled_text(const struct rescheduled *x, const struct sheet_view *v,
                      struct str *out)
{
	size_t forgotten = 0;

	text_clean(out, x->c[0].name);
	str_addf(out, ", trained afresh with %zu seed%s in %zu interval%s%s\n", x->rows,
	         str_plural(x->rows), x->intervals, str_plural(x->intervals),
	         x->complete ? "" : " (not all of it is done)");
	add_table(x, v, out);
	for (size_t i = 0; i < x->n; i++)
		forgotten += x->c[i].forgot;
	if (forgotten) {
		str_count(out, forgotten, "training");
		str_add(out,
		        " began again instead of going on from the checkpoint of the "
		        "interval before: no value of it counts\n"
		        "  help: the training begins with the checkpoint that it finds "
		        "in HPSEARCH_DIR; once it does, begin again with --fresh\n");
	}
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
