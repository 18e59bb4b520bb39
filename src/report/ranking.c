#include "report/ranking.h"
#include "report/configuration.h"
#include "report/table.h"
#include "report/text.h"
#include "search/measured.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A parameter with one value only says nothing in a table. */
static bool is_constant(const struct param *p)
{
	return !p->n_when && !p->zip && param_cardinality(p) == 1;
}

static void add_value_cell(struct table *t, const struct value *v)
{
	if (v)
		value_text(v, &t->scratch);
	else
		str_addc(&t->scratch, '-');
	table_take(t);
}

static bool has_reasons(struct trial *const *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (order[i]->reason || order[i]->outcome == OUTCOME_NONE)
			return true;
	return false;
}

static bool has_labels(struct trial *const *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (order[i]->label)
			return true;
	return false;
}

/* Columns of the table: three fixed ones, the value where there is a metric, those of
 * `metrics`, the name where one has any, a parameter each, and the reason. */
struct layout {
	size_t columns, first_param, n_params;
	size_t *params; /* (n_params), indices in the space */
	bool metric, labels, reasons, baseline;
	enum align *align;
	bool *skip;
};

static void layout_init(struct layout *l, const struct study *s,
                        struct trial *const *order, size_t shown)
{
	const struct space *sp = &s->search.spec->space;

	*l = (struct layout){.metric = s->search.spec->metric.name != NULL,
	                     .labels = has_labels(order, shown),
	                     .reasons = has_reasons(order, shown)};
	l->params = mem_new(sp->n + 1, sizeof *l->params);
	for (size_t i = 0; i < sp->n; i++)
		if (!is_constant(&sp->params[i]))
			l->params[l->n_params++] = i;
	l->first_param = 3U + l->metric + s->search.spec->n_metrics + l->labels;
	l->columns = l->first_param + l->n_params + l->reasons;
	l->align = mem_new(l->columns, sizeof *l->align);
	l->skip = mem_new(l->columns, sizeof *l->skip);
	l->align[0] = l->align[1] = ALIGN_RIGHT;
}

static void layout_free(struct layout *l)
{
	free(l->params);
	free(l->align);
	free(l->skip);
}

static void head(const struct layout *l, const struct study *s, struct table *t)
{
	table_cell(t, "rank");
	table_cell(t, "trial");
	table_cell(t, "outcome");
	if (l->metric)
		table_cell(t, s->search.spec->metric.name);
	for (size_t i = 0; i < s->search.spec->n_metrics; i++)
		table_cell(t, s->search.spec->metrics[i].name);
	if (l->labels)
		table_cell(t, "name");
	for (size_t i = 0; i < l->n_params; i++)
		table_cell(t, s->search.spec->space.params[l->params[i]].name);
	if (l->reasons)
		table_cell(t, "reason");
}

const char *ranking_waits(const struct search *s, const struct run *r)
{
	if (r->state == RUN_RUNNING)
		return "running";
	return r->attempts && !s->alive ? "interrupted" : "queued";
}

/* Of a trial that has not ended, the run that says most: one that runs, else one that
 * was begun, else the first. */
static const struct run *foremost(const struct trial *t)
{
	const struct run *best = &t->runs[0];

	for (size_t i = 0; i < t->n_runs; i++) {
		const struct run *r = &t->runs[i];

		if (r->state == RUN_RUNNING)
			return r;
		if (r->state == RUN_QUEUED &&
		    (best->state == RUN_FINISHED || r->attempts > best->attempts))
			best = r;
	}
	return best;
}

static void add_outcome(const struct search *s, struct str *out, const struct trial *t)
{
	if (t->outcome != OUTCOME_NONE)
		str_add(out, outcome_name(t->outcome));
	else
		str_add(out, ranking_waits(s, foremost(t)));
}

/* Its reason, or of a trial under way what it has come to. */
static void add_reason(struct table *t, const struct trial *tr)
{
	const struct run *r = foremost(tr);

	if (tr->reason) {
		table_cell(t, tr->reason);
		return;
	}
	if (tr->outcome == OUTCOME_NONE && r->n_reports) {
		str_add(&t->scratch, "last report ");
		text_number(&t->scratch, r->reports[r->n_reports - 1].value);
		str_addf(&t->scratch, " at step %.10g",
		         r->reports[r->n_reports - 1].step);
	}
	table_take(t);
}

/* What the file lists under `metrics`: the mean over the runs of the last. */
static void add_measured(const struct spec *sp, const struct trial *tr, struct table *t)
{
	for (size_t i = 0; i < sp->n_metrics; i++) {
		struct measured m = trial_measured(tr, sp->metrics[i].name);

		if (m.runs)
			text_number(&t->scratch, m.last);
		else
			str_addc(&t->scratch, '-');
		table_take(t);
	}
}

static void row(struct layout *l, const struct search *s, const struct trial *tr,
                struct table *t)
{
	if (tr->rank)
		str_addf(&t->scratch, "%llu", (unsigned long long)tr->rank);
	else
		str_addc(&t->scratch, '-');
	table_take(t);
	str_addf(&t->scratch, "%llu%s", (unsigned long long)tr->id,
	         tr->origin == ORIGIN_BASELINE ? "*" : "");
	l->baseline |= tr->origin == ORIGIN_BASELINE;
	table_take(t);
	add_outcome(s, &t->scratch, tr);
	table_take(t);
	if (l->metric) {
		if (tr->outcome == OUTCOME_OK) {
			text_number(&t->scratch, tr->value);
			if (isfinite(tr->stderr_))
				str_addf(&t->scratch, " ± %.2g", tr->stderr_);
		} else {
			str_addc(&t->scratch, '-');
		}
		table_take(t);
	}
	add_measured(s->spec, tr, t);
	if (l->labels)
		table_cell(t, tr->label ? tr->label : "-");
	for (size_t i = 0; i < l->n_params; i++)
		add_value_cell(t, tr->values[l->params[i]]);
	if (l->reasons)
		add_reason(t, tr);
}

/* Leaves out parameters from the right until a row fits. True when any was. */
static bool fit(struct layout *l, const struct table *t, size_t width)
{
	size_t total = 0, at = l->first_param + l->n_params;
	bool cut = false;

	for (size_t i = 0; i < t->columns; i++)
		total += table_column_width(t, i) + 2;
	while (width && total > width + 2 && at > l->first_param) {
		l->skip[--at] = true;
		total -= table_column_width(t, at) + 2;
		cut = true;
	}
	return cut;
}

static void name_skipped(const struct layout *l, const struct space *sp,
                         struct str *out)
{
	const char *comma = "";

	str_add(out, "too wide for this terminal, left out: ");
	for (size_t i = 0; i < l->n_params; i++) {
		if (!l->skip[l->first_param + i])
			continue;
		str_add(out, comma);
		text_clean(out, sp->params[l->params[i]].name);
		comma = ", ";
	}
	str_add(out, " (-f csv has everything)\n");
}

static void name_constants(const struct study *s, struct str *out)
{
	const struct space *sp = &s->search.spec->space;
	struct str value = {0};
	const char *lead = "the same in every trial: ";

	for (size_t i = 0; i < sp->n; i++) {
		if (!is_constant(&sp->params[i]) || !s->search.n ||
		    !s->search.trials[0]->values[i])
			continue;
		str_add(out, lead);
		text_clean(out, sp->params[i].name);
		str_add(out, " = ");
		str_clear(&value);
		value_text(s->search.trials[0]->values[i], &value);
		text_clean(out, str_text(&value));
		lead = ", ";
	}
	if (*lead == ',')
		str_addc(out, '\n');
	str_free(&value);
}

static void notes(const struct layout *l, const struct study *s,
                  const struct ranking_view *v, size_t shown, bool cut, struct str *out)
{
	if (shown < s->search.n)
		str_addf(out, "… and %zu more: hpsearch show %s\n", s->search.n - shown,
		         v->where);
	if (l->baseline)
		str_add(out, "* the defaults\n");
	if (l->metric && s->search.spec->repeats > 1)
		str_addf(out, "values are means of %zu runs ± their standard error\n",
		         s->search.spec->repeats);
	name_constants(s, out);
	if (cut)
		name_skipped(l, &s->search.spec->space, out);
	if (!l->metric)
		str_add(out, "nothing is ranked: the file names no metric\n");
}

void ranking_table(struct study *s, const struct ranking_view *v, struct str *out)
{
	struct arena a = {0};
	struct trial **order = search_rank(&s->search, &a);
	size_t shown = v->top && v->top < s->search.n ? v->top : s->search.n;
	struct layout l;
	struct table t;
	bool cut;

	if (!s->search.n) {
		str_add(out, "no trials yet\n");
		return;
	}
	layout_init(&l, s, order, shown);
	table_init(&t, l.columns, l.align);
	head(&l, s, &t);
	for (size_t i = 0; i < shown; i++)
		row(&l, &s->search, order[i], &t);
	cut = fit(&l, &t, v->width);
	table_print(&t, l.skip, "", out);
	notes(&l, s, v, shown, cut, out);
	table_free(&t);
	layout_free(&l);
	arena_free(&a);
}

static void yaml_string(struct str *out, const char *key, const char *text)
{
	str_addf(out, "    %s: ", key);
	str_json(out, text, strlen(text), false);
	str_addc(out, '\n');
}

/* Behind a key. */
static void yaml_number(struct str *out, double x)
{
	struct value v = {.kind = VALUE_FLOAT, .number = x};

	str_add(out, ": ");
	if (isfinite(x))
		value_yaml(&v, out);
	else
		str_add(out, isnan(x) ? "null" : x > 0 ? ".inf" : "-.inf");
	str_addc(out, '\n');
}

static void yaml_double(struct str *out, const char *key, double x)
{
	str_addf(out, "    %s", key);
	yaml_number(out, x);
}

static void yaml_measured(const struct spec *sp, const struct trial *t, struct str *out)
{
	for (size_t i = 0; i < sp->n_metrics; i++) {
		struct measured m = trial_measured(t, sp->metrics[i].name);

		str_add(out, i ? "  " : "    metrics:\n  ");
		str_add(out, "    ");
		str_json(out, sp->metrics[i].name, strlen(sp->metrics[i].name), false);
		yaml_number(out, m.last);
	}
}

static void yaml_trial(const struct study *s, const struct trial *t, struct str *out)
{
	const struct space *sp = &s->search.spec->space;

	str_addf(out, "  - id: %llu\n    rank: ", (unsigned long long)t->id);
	if (t->rank)
		str_addf(out, "%llu\n", (unsigned long long)t->rank);
	else
		str_add(out, "null\n");
	yaml_string(out, "outcome", outcome_name(t->outcome));
	yaml_double(out, "value", t->value);
	yaml_double(out, "stderr", t->stderr_);
	if (t->reason)
		yaml_string(out, "reason", t->reason);
	yaml_measured(s->search.spec, t, out);
	str_add(out, "    params:\n");
	for (size_t i = 0; i < sp->n; i++) {
		if (!t->values[i])
			continue;
		str_add(out, "      ");
		str_json(out, sp->params[i].name, strlen(sp->params[i].name), false);
		str_add(out, ": ");
		value_yaml(t->values[i], out);
		str_addc(out, '\n');
	}
}

void ranking_yaml(struct study *s, size_t top, struct str *out)
{
	struct arena a = {0};
	struct trial **order = search_rank(&s->search, &a);

	str_addf(out, "state: %s\n", search_state_name(s->search.state));
	if (s->search.spec->metric.name) {
		str_add(out, "metric:\n");
		yaml_string(out, "name", s->search.spec->metric.name);
		yaml_string(out, "goal", goal_name(s->search.spec->metric.goal));
	}
	str_add(out, s->search.n ? "trials:\n" : "trials: []\n");
	for (size_t i = 0; i < s->search.n && (!top || i < top); i++)
		yaml_trial(s, order[i], out);
	arena_free(&a);
}

void ranking_outcomes(const struct study *s, struct str *out)
{
	const char *comma = "";

	for (int o = OUTCOME_OK; o <= OUTCOME_PREEMPTED; o++) {
		if (!s->search.outcomes[o])
			continue;
		str_addf(out, "%s%llu %s", comma,
		         (unsigned long long)s->search.outcomes[o],
		         outcome_name((enum outcome)o));
		comma = ", ";
	}
}

/* Of a search at which a driver is at work. */
static void add_under_way(const struct search *s, struct str *out)
{
	size_t running = 0, queued = 0;

	for (size_t i = 0; i < s->n; i++)
		for (size_t r = 0;
		     s->trials[i]->outcome == OUTCOME_NONE && r < s->trials[i]->n_runs;
		     r++) {
			running += s->trials[i]->runs[r].state == RUN_RUNNING;
			queued += s->trials[i]->runs[r].state == RUN_QUEUED;
		}
	str_addf(out, "; %zu run%s under way, %zu queued", running,
	         running == 1 ? "" : "s", queued);
}

void ranking_state(const struct study *s, struct str *out)
{
	static const char *const words[] = {
	    [SEARCH_RUNNING] = "not finished", [SEARCH_DONE] = "done",
	    [SEARCH_BUDGET] = "done",          [SEARCH_INTERRUPTED] = "interrupted",
	    [SEARCH_CONTRACT] = "stopped",     [SEARCH_GUARD] = "stopped"};
	bool long_why =
	    s->search.state == SEARCH_CONTRACT || s->search.state == SEARCH_GUARD;

	str_addf(out, "%s: ", s->search.alive ? "running" : words[s->search.state]);
	if (s->search.state == SEARCH_INTERRUPTED || s->search.state == SEARCH_RUNNING)
		str_addf(out, "%llu of ", (unsigned long long)s->search.finished);
	text_count(out,
	           s->search.state == SEARCH_INTERRUPTED ||
	                   s->search.state == SEARCH_RUNNING
	               ? s->search.cap
	               : s->search.finished,
	           "trial");
	if (s->search.finished) {
		str_add(out, " (");
		ranking_outcomes(s, out);
		str_addc(out, ')');
	}
	str_add(out, " in ");
	text_duration(out, search_elapsed(&s->search));
	if (s->search.why && !long_why && s->search.state != SEARCH_INTERRUPTED)
		str_addf(out, "; %s", s->search.why);
	if (s->search.alive)
		add_under_way(&s->search, out);
}
