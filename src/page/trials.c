/* The section of trials: a table, and all about some of them. */
#include "base/file.h"
#include "page/data.h"
#include "page/html.h"
#include "page/sections.h"
#include "report/detail.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	COLUMNS = 60,   /* of the table, of parameters … */
	CELLS = 8000,   /* … and all of them; a script shows more */
	BEST = 20,      /* trials told of in full … */
	FAILED = 60,    /* … and so many that failed */
	TAIL = 4096,    /* bytes at the end of a run's output … */
	TAILS = 300000, /* … of all of them together */
	TOLD = 300000   /* the same of what else is told of them */
};

/* What stands under `metrics`. */
static void add_measured(struct view *v, const struct trial *t, struct str *out)
{
	for (size_t i = 0; i < v->numbers.listed; i++) {
		struct measured m = trial_measured(t, v->numbers.list[i].name);

		str_add(out, "<td>");
		if (m.runs)
			text_digits(out, m.last, view_number_digits(v, i));
	}
}

static void add_row(struct view *v, const struct trial *t, struct str *out)
{
	size_t n;
	const size_t *params = view_params(v, COLUMNS, &n);

	str_addf(out, "<tr data-row=\"%llu\"><td>", (unsigned long long)t->id);
	if (t->rank)
		str_addf(out, "%llu", (unsigned long long)t->rank);
	str_addf(out, "<td>%llu<td>%s<td>", (unsigned long long)t->id,
	         t->outcome == OUTCOME_NONE ? "not finished"
	                                    : outcome_name(t->outcome));
	if (t->outcome == OUTCOME_OK && isfinite(t->value))
		text_digits(out, t->value, view_digits(v));
	for (size_t i = 0; i < n; i++) {
		str_add(out, "<td>");
		view_value(v, t, params[i], out);
	}
	add_measured(v, t, out);
	str_addc(out, '\n');
}

static size_t rows_of(const struct view *v, size_t columns)
{
	size_t fit = CELLS / (columns + v->numbers.listed + 4);

	fit = fit < VIEW_ROWS ? fit : VIEW_ROWS;
	return v->s->search.n < fit ? v->s->search.n : fit;
}

static void add_table(struct view *v, struct str *out)
{
	const struct search *s = &v->s->search;
	size_t columns, n;
	const size_t *params = view_params(v, COLUMNS, &columns);

	n = rows_of(v, columns);
	str_add(out, "<div class=\"scroll\"><table id=\"ranking\"><thead><tr><th "
	             "scope=\"col\">rank<th scope=\"col\">trial<th "
	             "scope=\"col\">outcome<th scope=\"col\">");
	html_text(out, s->spec->metric.name ? s->spec->metric.name : "value");
	for (size_t i = 0; i < columns; i++) {
		str_add(out, "<th scope=\"col\">");
		html_text(out, s->spec->space.params[params[i]].name);
	}
	for (size_t i = 0; i < v->numbers.listed; i++) {
		str_add(out, "<th scope=\"col\">");
		html_text(out, v->numbers.list[i].name);
	}
	str_add(out, "</thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		add_row(v, v->ranked[i], out);
	str_add(out, "</tbody></table></div>\n<p class=\"note\" id=\"shown\">");
	if (n < s->n)
		str_addf(out,
		         "The first %zu of %zu trials; results.csv has all of them.", n,
		         s->n);
	else
		str_addf(out, n == 1 ? "%zu trial." : "All %zu trials.", n);
	if (columns < v->n_varied)
		str_addf(out, " Columns: %s.", view_of_varied(v, "", columns));
	str_add(out, " An empty cell is a parameter that is not active, or has but one "
	             "value.</p>\n");
}

/* The end of what a run printed, from one of its two files. */
static bool add_tail(struct view *v, const struct trial *t, size_t run,
                     const char *name, size_t *used, struct str *out)
{
	struct task task = {.key = t->id, .index = run};
	char path[4096], *bytes;
	size_t n, before = out->len;
	bool whole;

	task_folder(&task);
	if (!v->dir || *used >= TAILS ||
	    snprintf(path, sizeof path, "%s/%s/%s", v->dir, task.folder, name) >=
	        (int)sizeof path)
		return false;
	bytes = mem_new(TAIL + 1, 1);
	n = file_tail(path, bytes, TAIL + 1);
	whole = n < TAIL;
	if (n) {
		str_addf(out, "<h4>%s%s</h4><pre>", name, whole ? "" : ", its end");
		html_lines(out, bytes, n);
		str_add(out, "</pre>\n");
		*used += out->len - before;
	}
	free(bytes);
	return n > 0;
}

static void add_detail(struct view *v, const struct trial *t, size_t *used, bool why,
                       struct str *out)
{
	struct str text = {0};
	bool any = false;

	str_addf(out, "<details class=\"trial\" id=\"t%llu\"><summary>trial %llu: %s",
	         (unsigned long long)t->id, (unsigned long long)t->id,
	         t->outcome == OUTCOME_NONE ? "not finished"
	                                    : outcome_name(t->outcome));
	if (t->outcome == OUTCOME_OK && isfinite(t->value)) {
		str_addc(out, ' ');
		text_number(out, t->value);
	}
	str_add(out, "</summary>\n<pre>");
	detail_trial(v->s, t, NULL, NULL, &text);
	if (why)
		str_add(&text, view_why(v, t));
	html_lines(out, str_text(&text), text.len);
	str_clear(&text);
	data_command(v, t, &text);
	str_add(out, "</pre>\n");
	if (text.len) {
		str_add(out, "<h4>command</h4><pre>");
		html_lines(out, text.s, text.len);
		str_add(out, "</pre>\n");
	}
	for (size_t i = 0; i < t->n_runs; i++) {
		if (t->n_runs > 1 && i && t->runs[i].outcome == OUTCOME_OK)
			continue;
		any |= add_tail(v, t, i, "stdout", used, out);
		any |= add_tail(v, t, i, "stderr", used, out);
	}
	if (!any)
		str_add(out,
		        "<p class=\"note\">What it printed is not on this page.</p>");
	str_add(out, "</details>\n");
	str_free(&text);
}

static bool has_failed(const struct trial *t)
{
	return view_style(t->outcome)[0] == 'f';
}

void section_trials(struct view *v, struct str *out)
{
	const struct search *s = &v->s->search;
	size_t tails = 0, failed = 0, begun, without = 0;

	str_add(out, "<section id=\"trials\" aria-labelledby=\"h-trials\">\n<h2 "
	             "id=\"h-trials\">Trials</h2>\n");
	if (!s->n) {
		str_add(out, "<p>There is no trial yet.</p></section>\n");
		return;
	}
	add_table(v, out);
	str_add(out,
	        "<h3>The best, and those that failed</h3>\n<div id=\"details\">\n");
	begun = out->len;
	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = v->ranked[i];

		if (i >= BEST && !(has_failed(t) && failed < FAILED))
			continue;
		failed += i >= BEST;
		if (out->len - begun - tails > TOLD)
			without++;
		else
			add_detail(v, t, &tails,
			           i < BEST && (!v->s->type->adaptive || v->model),
			           out);
	}
	str_add(out, "</div>\n");
	if (without)
		str_addf(out,
		         "<p class=\"note\">Of %zu more there is no room to tell: "
		         "hpsearch show DIR --trial N does.</p>\n",
		         without);
	str_add(out, "</section>\n");
}
