#include "report/ranking.h"
#include "report/configuration.h"
#include "report/front_text.h"
#include "report/race_text.h"
#include "report/text.h"
#include "search/answers.h"
#include "search/measured.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a table of trials has. */
struct layout {
	size_t *params; /* (n_params), indices in the space */
	size_t n_params;
	bool *same; /* (space.n): all trials have the same */
	bool labels, reasons, baseline;
	bool fronts, limits; /* there are several objectives, there are limits */
};

static bool differs(const struct search *s, size_t param)
{
	for (size_t i = 1; i < s->n; i++) {
		const struct value *a = s->trials[0]->values[param],
				   *b = s->trials[i]->values[param];

		if (!a != !b || (a && !value_equal(a, b)))
			return true;
	}
	return s->n < 2;
}

/* What is ranked by. */
static void ranking_noise(const struct search *s, struct str *out)
{
	if (s->noise > 0)
		str_addf(out,
		         "values are means over runs; ranked by them and one standard "
		         "error, of a noise of %.2g per run\n",
		         s->noise);
	else if (s->n_repeats)
		str_add(out, "runs of one trial gave one value: the seed has no part "
		             "in it, and nothing more is repeated\n");
}

static void put_param(struct layout *l, size_t param, bool all)
{
	for (size_t i = 0; i < l->n_params; i++)
		if (l->params[i] == param)
			return;
	if (all || !l->same[param])
		l->params[l->n_params++] = param;
}

/* all: those that do not differ, too. */
static void layout_init(struct layout *l, const struct study *s,
                        const struct ranking_view *v, struct trial *const *order,
                        size_t shown, bool all)
{
	size_t n = s->search.spec->space.n;

	*l = (struct layout){.params = mem_new(n + 1, sizeof *l->params),
	                     .same = mem_new(n + 1, sizeof *l->same),
	                     .fronts = s->search.spec->n_objectives > 1,
	                     .limits = s->search.spec->n_limits > 0};
	for (size_t i = 0; i < n; i++)
		l->same[i] = !differs(&s->search, i);
	for (size_t i = 0; i < v->n_first; i++)
		put_param(l, v->first[i], all);
	for (size_t i = 0; i < n; i++)
		put_param(l, i, all);
	for (size_t i = 0; i < shown; i++) {
		l->labels |= order[i]->label != NULL;
		l->baseline |= order[i]->origin == ORIGIN_BASELINE;
		l->reasons |= order[i]->reason || order[i]->outcome == OUTCOME_NONE;
	}
}

static void layout_free(struct layout *l)
{
	free(l->params);
	free(l->same);
}

static enum column_kind kind_of(const struct search *s, size_t param)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct value *v = s->trials[i]->values[param];

		if (v && v->kind != VALUE_INT && v->kind != VALUE_FLOAT)
			return COLUMN_TEXT;
	}
	return COLUMN_NUMBER;
}

static void head(const struct layout *l, const struct search *s, struct sheet *t)
{
	sheet_column(t, "rank", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "trial", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "outcome", NULL, COLUMN_TEXT, true);
	if (l->fronts)
		sheet_column(t, "front", NULL, COLUMN_NUMBER, true);
	if (s->spec->metric.name)
		sheet_column(t, "value", s->spec->metric.name, COLUMN_NUMBER, true);
	if (s->spec->items.present)
		sheet_column(t, "answers", NULL, COLUMN_NUMBER, true);
	for (size_t i = 0; i < s->spec->n_metrics; i++)
		sheet_column(t, s->spec->metrics[i].name, NULL, COLUMN_NUMBER, false);
	if (l->limits)
		sheet_column(t, "beyond", NULL, COLUMN_TEXT, true);
	if (l->labels)
		sheet_column(t, "label", "name", COLUMN_TEXT, true);
	for (size_t i = 0; i < l->n_params; i++)
		sheet_column(t, s->spec->space.params[l->params[i]].name, NULL,
		             kind_of(s, l->params[i]), false);
	if (l->reasons)
		sheet_column(t, "reason", NULL, COLUMN_REST, true);
}

const char *ranking_waits(const struct search *s, const struct run *r)
{
	if (r->state == RUN_RUNNING)
		return "running";
	return r->attempts && !s->alive ? "interrupted" : "queued";
}

const struct run *ranking_foremost(const struct trial *t)
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

/* Its reason, or of a trial under way what it has come to. */
static void add_reason(struct sheet *t, const struct trial *tr)
{
	const struct run *r = ranking_foremost(tr);
	struct str out = {0};

	if (tr->reason) {
		sheet_text(t, tr->reason);
		return;
	}
	if (tr->outcome != OUTCOME_NONE || !r->n_reports) {
		sheet_text(t, "");
		return;
	}
	str_add(&out, "last report ");
	text_number(&out, r->reports[r->n_reports - 1].value);
	str_addf(&out, " at step %.10g", r->reports[r->n_reports - 1].step);
	sheet_text(t, str_text(&out));
	str_free(&out);
}

static void add_id(struct sheet *t, const struct trial *tr)
{
	char text[32];

	if (tr->rank)
		sheet_int(t, tr->rank);
	else
		sheet_none(t);
	sheet_int(t, tr->id);
	if (tr->origin != ORIGIN_BASELINE)
		return;
	snprintf(text, sizeof text, "%llu*", (unsigned long long)tr->id);
	sheet_shown(t, text);
}

/* Of what the trial is judged by. */
static double stderr_of(const struct spec *sp, const struct trial *tr, const char *name)
{
	for (size_t k = 0; tr->criteria && k < sp->n_criteria; k++)
		if (strcmp(sp->criteria[k].name, name) == 0)
			return tr->criteria[sp->n_criteria + k];
	return (double)NAN;
}

static void add_front(const struct trial *tr, struct sheet *t)
{
	if (tr->front && tr->rank)
		sheet_int(t, tr->front);
	else
		sheet_none(t);
}

static void add_beyond(const struct search *s, const struct trial *tr, struct sheet *t)
{
	struct str out = {0};

	front_beyond(s, tr, &out);
	sheet_text(t, str_text(&out));
	str_free(&out);
}

/* What the file lists under `metrics`: the mean over the runs of the last. */
static void add_measured(const struct spec *sp, const struct trial *tr, struct sheet *t)
{
	for (size_t i = 0; i < sp->n_metrics; i++) {
		struct measured m = trial_measured(tr, sp->metrics[i].name);

		sheet_number(t, m.runs ? m.last : (double)NAN);
		sheet_half(t, stderr_of(sp, tr, sp->metrics[i].name));
		if (m.runs && !isfinite(m.last))
			sheet_shown(t, isnan(m.last) ? "nan"
			               : m.last > 0  ? "inf"
			                             : "-inf");
	}
}

static void add_row(const struct layout *l, const struct search *s,
                    const struct trial *tr, struct sheet *t)
{
	bool ok = tr->outcome == OUTCOME_OK;

	add_id(t, tr);
	sheet_text(t, tr->outcome != OUTCOME_NONE
	                  ? outcome_name(tr->outcome)
	                  : ranking_waits(s, ranking_foremost(tr)));
	if (l->fronts)
		add_front(tr, t);
	if (s->spec->items.present) {
		struct moments m = answers_mean(tr);

		sheet_number(t, m.n ? m.mean : (double)NAN);
		sheet_half(t, stat_stderr(m));
		sheet_int(t, race_answers(tr));
	} else if (s->spec->metric.name) {
		sheet_number(t, ok ? tr->value : (double)NAN);
		sheet_half(t, ok ? tr->stderr_ : (double)NAN);
	}
	add_measured(s->spec, tr, t);
	if (l->limits)
		add_beyond(s, tr, t);
	if (l->labels)
		sheet_text(t, tr->label);
	for (size_t i = 0; i < l->n_params; i++)
		sheet_value(t, tr->values[l->params[i]]);
	if (l->reasons)
		add_reason(t, tr);
}

static void fill(struct study *s, const struct ranking_view *v, bool all,
                 struct layout *l, struct sheet *t)
{
	struct arena a = {0};
	struct trial **order = search_rank(&s->search, &a);
	size_t shown = v->top && v->top < s->search.n ? v->top : s->search.n;

	layout_init(l, s, v, order, shown, all);
	head(l, &s->search, t);
	for (size_t i = 0; i < shown; i++)
		add_row(l, &s->search, order[i], t);
	arena_free(&a);
}

void ranking_sheet(struct study *s, const struct ranking_view *v, struct sheet *out)
{
	struct layout l;

	fill(s, v, true, &l, out);
	layout_free(&l);
}

/* What a paragraph begins with, its items and its end. */
struct paragraph {
	struct str text;
	size_t items;
};

static void add_item(struct paragraph *p, const char *name, const struct value *v)
{
	struct str value = {0};

	str_add(&p->text, p->items++ ? ", " : "");
	text_clean(&p->text, name);
	if (v) {
		str_add(&p->text, " = ");
		value_text(v, &value);
		text_clean(&p->text, str_text(&value));
	}
	str_free(&value);
}

static void finish_paragraph(struct paragraph *p, const char *noun, const char *lead,
                             const char *end, size_t width, struct str *out)
{
	struct str all = {0};

	if (p->items) {
		str_count(&all, p->items, noun);
		str_addf(&all, " %s%s%s", lead, str_text(&p->text), end);
		text_wrap(out, str_text(&all), width, "  ");
		str_addc(out, '\n');
	}
	str_free(&all);
	str_free(&p->text);
}

static void name_alike(const struct layout *l, const struct search *s, size_t width,
                       struct str *out)
{
	struct paragraph p = {0};

	for (size_t i = 0; i < s->spec->space.n; i++)
		if (l->same[i])
			add_item(&p, s->spec->space.params[i].name,
			         s->trials[0]->values[i]);
	finish_paragraph(&p, "parameter", "that did not differ: ", "", width, out);
}

static void name_left_out(const struct layout *l, const struct search *s,
                          const struct ranking_view *v, const struct sheet *t,
                          const bool *left_out, struct str *out)
{
	static const char narrow[] = "left out, for which the terminal is too narrow: ",
			  less[] = "of less importance left out, for which the "
				   "terminal is too narrow: ",
			  end[] = " (--wide prints all)";
	struct paragraph p = {0}, m = {0};
	size_t first = t->n - l->n_params - l->reasons;
	size_t measured = first - l->labels - l->limits - s->spec->n_metrics;

	for (size_t i = 0; i < l->n_params; i++)
		if (left_out[first + i])
			add_item(&p, s->spec->space.params[l->params[i]].name, NULL);
	for (size_t i = 0; i < s->spec->n_metrics; i++)
		if (left_out[measured + i])
			add_item(&m, s->spec->metrics[i].name, NULL);
	finish_paragraph(&p, "parameter", v->n_first ? less : narrow, end, v->width,
	                 out);
	finish_paragraph(&m, "metric", narrow, end, v->width, out);
}

static void notes(const struct layout *l, const struct study *s,
                  const struct ranking_view *v, struct str *out)
{
	size_t shown = v->top && v->top < s->search.n ? v->top : s->search.n;

	if (shown < s->search.n) {
		str_addf(out, "… and %zu more: hpsearch show ", s->search.n - shown);
		str_shell(out, v->where);
		str_addc(out, '\n');
	}
	if (l->baseline)
		str_add(out, "* the defaults\n");
	if (s->search.spec->items.present)
		str_add(out, "values are means over the items that were answered ± "
		             "their standard error\n");
	if (spec_adapts_repeats(s->search.spec))
		ranking_noise(&s->search, out);
	else if (s->search.spec->metric.name && s->search.spec->repeats > 1)
		str_addf(out, "values are means of %zu runs ± their standard error\n",
		         s->search.spec->repeats);
}

void ranking_table(struct study *s, const struct ranking_view *v, struct str *out)
{
	const struct sheet_view view = {.width = v->wide ? 0 : v->width,
	                                .full = v->full};
	struct layout l;
	struct sheet t = {0};
	bool *left_out;

	if (!s->search.n) {
		str_add(out, "no trials yet\n");
		return;
	}
	fill(s, v, v->wide, &l, &t);
	left_out = mem_new(t.n, sizeof *left_out);
	sheet_table(&t, &view, left_out, out);
	notes(&l, s, v, out);
	if (!v->wide)
		name_alike(&l, &s->search, v->width, out);
	name_left_out(&l, &s->search, v, &t, left_out, out);
	if (!s->search.spec->metric.name)
		str_add(out, "nothing is ranked: the file names no metric\n");
	free(left_out);
	sheet_free(&t);
	layout_free(&l);
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
	if (t->front && t->rank)
		str_addf(out, "    front: %llu\n", (unsigned long long)t->front);
	if (t->criteria && s->search.spec->n_limits)
		yaml_double(out, "violation", t->violation);
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
		for (size_t r = 0; r < s->trials[i]->n_runs; r++) {
			const struct trial *t = s->trials[i];
			bool waits = t->runs[r].state == RUN_QUEUED;

			running += t->runs[r].state == RUN_RUNNING;
			queued +=
			    waits && (t->outcome == OUTCOME_NONE ||
			              (t->runs[r].extra && t->outcome == OUTCOME_OK));
		}
	str_addf(out, "; %zu run%s under way, %zu queued", running, str_plural(running),
	         queued);
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
		str_addf(out, "%llu of ", (unsigned long long)search_done(&s->search));
	str_count(out,
	          s->search.state == SEARCH_INTERRUPTED ||
	                  s->search.state == SEARCH_RUNNING
	              ? s->search.cap
	              : search_done(&s->search),
	          search_unit(&s->search));
	if (spec_adapts_repeats(s->search.spec)) {
		str_add(out, " of ");
		str_count(out, s->search.finished, "trial");
	}
	if (s->search.finished) {
		str_add(out, " (");
		ranking_outcomes(s, out);
		str_addc(out, ')');
	}
	str_add(out, " in ");
	text_duration(out, search_elapsed(&s->search));
	if (s->search.why && !long_why && s->search.state != SEARCH_INTERRUPTED) {
		str_add(out, "; ");
		text_clean(out, s->search.why);
	}
	if (s->search.alive)
		add_under_way(&s->search, out);
}
