#include "record/csv.h"
#include "search/measured.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* A parameter whose name is that of a column of ours, or of the metric, is params_NAME:
 * what reads a table by the names of its columns would take it for that one. */
static void add_param_name(struct str *out, const struct search *s, const char *name)
{
	static const char *const own[] = {"rank", "trial", "outcome", "value", "stderr",
	                                  "runs", "wall",  "reason",  "label", "state"};
	const char *metric = s->spec->metric.name;
	bool clash = metric && strcasecmp(name, metric) == 0;
	struct str whole = {0};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		clash = clash || strcasecmp(name, own[i]) == 0;
	clash = clash || (s->spec->n_objectives > 1 && !strcasecmp(name, "front")) ||
	        (s->spec->n_limits && !strcasecmp(name, "violation"));
	str_addf(&whole, "%s%s", clash ? "params_" : "", name);
	str_csv(out, whole.s);
	str_free(&whole);
}

static void add_csv_number(struct str *out, double x)
{
	str_addc(out, ',');
	if (!isnan(x))
		str_double(out, x);
}

/* Numbers beside the metric: the mean over the runs of the last, and where some run
 * said it more than once of the smallest and the largest. */
static void add_measured_head(struct str *out, const struct measured_names *names)
{
	static const char *const parts[] = {"", ".min", ".max"};
	struct str cell = {0};

	for (size_t i = 0; i < names->n; i++)
		for (size_t k = 0; k < (names->list[i].again ? 3 : 1); k++) {
			str_clear(&cell);
			str_addf(&cell, "metrics.%s%s", names->list[i].name, parts[k]);
			str_addc(out, ',');
			str_csv(out, str_text(&cell));
		}
	str_free(&cell);
}

static void add_measured(struct str *out, const struct measured_names *names,
                         const struct trial *t)
{
	struct measured row[MEASURED_NAMES];

	trial_row(t, names, row);
	for (size_t i = 0; i < names->n; i++) {
		add_csv_number(out, row[i].last);
		if (!names->list[i].again)
			continue;
		add_csv_number(out, row[i].min);
		add_csv_number(out, row[i].max);
	}
}

static void add_csv_trial(struct str *out, const struct search *s,
                          const struct trial *t, bool labels,
                          const struct measured_names *names)
{
	struct str text = {0};

	if (t->rank)
		str_addf(out, "%llu", (unsigned long long)t->rank);
	str_addf(out, ",%llu,%s", (unsigned long long)t->id, outcome_name(t->outcome));
	add_csv_number(out, t->value);
	add_csv_number(out, t->stderr_);
	str_addf(out, ",%zu,%.3f,", t->n_runs, trial_wall(t));
	str_csv(out, t->reason ? t->reason : "");
	for (size_t i = 0; i < s->spec->space.n; i++) {
		str_addc(out, ',');
		str_clear(&text);
		if (t->values[i])
			value_text(t->values[i], &text);
		str_csv(out, str_text(&text));
	}
	if (labels) {
		str_addc(out, ',');
		str_csv(out, t->label ? t->label : "");
	}
	if (s->spec->n_objectives > 1)
		add_csv_number(out, t->front ? (double)t->front : (double)NAN);
	if (s->spec->n_limits)
		add_csv_number(out, t->criteria ? t->violation : (double)NAN);
	add_measured(out, names, t);
	str_addc(out, '\n');
	str_free(&text);
}

void csv_write(struct search *s, const struct monitor *m, struct piecewise *p)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct trial **order = search_rank(s, &s->scratch);
	struct str *out = p->out;
	struct measured_names names = measured_names(s, &s->scratch);
	bool labels = false;

	for (size_t i = 0; i < s->n; i++)
		labels = labels || s->trials[i]->label;
	(void)m;
	str_add(out, "rank,trial,outcome,value,stderr,runs,wall,reason");
	for (size_t i = 0; i < s->spec->space.n; i++) {
		str_addc(out, ',');
		add_param_name(out, s, s->spec->space.params[i].name);
	}
	if (labels)
		str_add(out, ",label");
	str_add(out, s->spec->n_objectives > 1 ? ",front" : "");
	str_add(out, s->spec->n_limits ? ",violation" : "");
	add_measured_head(out, &names);
	str_addc(out, '\n');
	for (size_t i = 0; i < s->n && (!p->top || i < p->top); i++) {
		add_csv_trial(out, s, order[i], labels, &names);
		piecewise_flush(p, PIECE_BYTES);
	}
	piecewise_flush(p, 1);
	arena_rewind(&s->scratch, mark);
}
