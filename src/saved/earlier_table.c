#include "saved/earlier_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BEST_SHARE = 4 /* a quarter of what is taken: the best; the others evenly */ };

/* A row of the table that is a trial. */
struct entry {
	const struct coord *point;
	double value; /* minimized; NaN: it failed */
};

struct importing {
	const struct spec *spec;
	struct arena *a;
	struct entry *list; /* malloc, (n) */
	size_t n, cap;
	const char *note; /* why the first that does not fit does not */
	bool value_seen;
};

bool import_is_table(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && (strcasecmp(path + n - 4, ".csv") == 0 ||
	                 strcasecmp(path + n - 4, ".tsv") == 0);
}

bool import_wanted(size_t rank, size_t n, size_t most)
{
	size_t best = most / BEST_SHARE, others = most - best;

	if (n <= most || rank < best)
		return true;
	return (rank - best) * others / (n - best) !=
	       (rank - best + 1) * others / (n - best);
}

static size_t find_column(const struct point_row *row, const char *name)
{
	for (size_t i = 0; i < row->n; i++)
		if (strcasecmp(row->names[i], name) == 0)
			return i;
	return SIZE_MAX;
}

/* The column of a parameter: by its name, or as Optuna and Ray Tune write it. */
static size_t parameter_column(const struct point_row *row, const char *name,
                               struct arena *a)
{
	/* A bare name comes last: beside params_value, value is the metric. */
	static const char *const prefixes[] = {"params_", "config/", "config.",
	                                       "param_",  "params.", ""};

	for (size_t k = 0; k < ARRAY_LEN(prefixes); k++) {
		const char *whole = arena_printf(a, "%s%s", prefixes[k], name);

		for (size_t i = 0; i < row->n; i++)
			if (strcmp(row->names[i], whole) == 0)
				return i;
	}
	return SIZE_MAX;
}

/* What the row's parameters are, under our names; of other columns nothing is said. */
static struct point_row parameters_of(const struct importing *m,
                                      const struct point_row *row)
{
	const struct space *sp = &m->spec->space;
	struct point_row out = {.file = row->file,
	                        .line = row->line,
	                        .names = arena_new(m->a, sp->n, sizeof *out.names),
	                        .values = arena_new(m->a, sp->n, sizeof *out.values),
	                        .texts = arena_new(m->a, sp->n, sizeof *out.texts)};

	for (size_t i = 0; i < sp->n; i++) {
		size_t column = parameter_column(row, sp->params[i].name, m->a);

		if (column == SIZE_MAX)
			continue;
		out.names[out.n] = sp->params[i].name;
		out.values[out.n] = row->values[column];
		out.texts[out.n++] = row->texts[column];
	}
	return out;
}

enum state { FINISHED, FAILED, UNFINISHED };

/* Optuna's COMPLETE, FAIL, PRUNED, RUNNING, WAITING; W&B's finished, failed, crashed,
 * killed, running; hpsearch's outcomes. */
static enum state state_of(const struct point_row *row)
{
	static const char *const failed[] = {"fail",     "failed",  "crashed", "oom",
	                                     "diverged", "timeout", "error"};
	static const char *const good[] = {"complete", "completed",  "finished",
	                                   "ok",       "terminated", "succeeded"};
	size_t column = find_column(row, "state");

	if (column == SIZE_MAX)
		column = find_column(row, "outcome");
	if (column == SIZE_MAX)
		return FINISHED;
	for (size_t i = 0; i < ARRAY_LEN(failed); i++)
		if (strcasecmp(row->texts[column], failed[i]) == 0)
			return FAILED;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (strcasecmp(row->texts[column], good[i]) == 0)
			return FINISHED;
	return strchr(row->texts[column], '.') ? FINISHED : UNFINISHED;
}

static bool value_of(struct importing *m, const struct point_row *row, double *out)
{
	size_t column = find_column(row, m->spec->metric.name);

	if (column == SIZE_MAX)
		column = find_column(row, "value");
	if (column == SIZE_MAX || !value_number(&row->values[column], out))
		return false;
	m->value_seen = true;
	return isfinite(*out);
}

static void take_row(struct importing *m, const struct point_row *row)
{
	struct point_row mine = parameters_of(m, row);
	struct coord *point = arena_new(m->a, m->spec->space.n, sizeof *point);
	enum state state = state_of(row);
	struct entry e = {.point = point, .value = (double)NAN};
	const char *label, *help;
	struct error why;
	size_t column;
	double value;

	if (state == UNFINISHED || (state == FINISHED && !value_of(m, row, &value)))
		return;
	if (!points_place(&m->spec->space, &mine, point, &label, &column, &help, m->a,
	                  &why)) {
		if (!m->note)
			m->note =
			    arena_printf(m->a, "line %zu: %s", row->line, why.text);
		return;
	}
	if (state == FINISHED)
		e.value = metric_sign(&m->spec->metric) * value;
	m->list = mem_room(m->list, m->n, &m->cap, sizeof *m->list);
	m->list[m->n++] = e;
}

static int best_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (isnan(x->value) || isnan(y->value))
		return isnan(x->value) - isnan(y->value);
	return (x->value > y->value) - (x->value < y->value);
}

bool import_table(struct warm *w, const struct spec *spec, const char *path,
                  size_t most, struct arena *a, struct error *err)
{
	struct importing m = {.spec = spec, .a = a};
	struct warm_source *source = warm_add_source(w, path, a);
	struct point_rows rows;

	if (!points_read_file(path, &rows, a, err))
		return error_prefix(err, "warm_start: ");
	for (size_t i = 0; i < rows.n; i++)
		take_row(&m, &rows.list[i]);
	if (m.n)
		qsort(m.list, m.n, sizeof *m.list, best_first);
	source->trials = rows.n;
	source->note = m.note;
	for (size_t i = 0; i < m.n; i++) {
		struct earlier *p;

		if (!import_wanted(i, m.n, most))
			continue;
		p = warm_add_trial(w);
		warm_place(p, &spec->space, m.list[i].point, a);
		p->n_runs = 1;
		p->value = m.list[i].value;
		source->taken++;
	}
	free(m.list);
	w->n_sources++;
	if (source->taken)
		return true;
	return error_set(
	    err, ERROR_FILE, "warm_start: %s has no trial that fits: %s", path,
	    m.note ? m.note
	    : !m.value_seen
		? arena_printf(a, "no column is called %s, or value", spec->metric.name)
		: "none has finished");
}
