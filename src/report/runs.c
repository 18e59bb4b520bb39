#include "report/runs.h"
#include "base/clock.h"
#include "report/ranking.h"

#include <math.h>

static void head(const struct search *s, struct sheet *t)
{
	sheet_column(t, "trial", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "run", NULL, COLUMN_NUMBER, true);
	sheet_column(t, "phase", NULL, COLUMN_TEXT, true);
	sheet_column(t, "outcome", NULL, COLUMN_TEXT, true);
	sheet_column(t, "value", s->verdict.has_test ? NULL : s->spec->metric.name,
	             COLUMN_NUMBER, true);
	sheet_column(t, "wall", "seconds", COLUMN_NUMBER, false);
	sheet_column(t, "reports", NULL, COLUMN_NUMBER, false);
	sheet_column(t, "attempts", NULL, COLUMN_NUMBER, false);
	sheet_column(t, "exit", NULL, COLUMN_NUMBER, false);
	sheet_column(t, "signal", NULL, COLUMN_NUMBER, false);
	sheet_column(t, "seed", NULL, COLUMN_NUMBER, false);
	sheet_column(t, "started", NULL, COLUMN_TEXT, false);
	sheet_column(t, "reason", NULL, COLUMN_REST, true);
}

static void add_run(const struct search *s, uint64_t trial, size_t index,
                    enum phase phase, const struct run *r, struct sheet *t)
{
	bool over = r->state == RUN_FINISHED;
	char iso[32];

	if (trial == VERDICT_DEFAULTS)
		sheet_text(t, "defaults");
	else
		sheet_int(t, trial);
	sheet_int(t, index);
	sheet_text(t, phase_name(phase));
	sheet_text(t, over ? outcome_name(r->outcome) : ranking_waits(s, r));
	sheet_number(t, over ? r->value : (double)NAN);
	sheet_number(t, over ? r->wall : (double)NAN);
	sheet_int(t, r->reports_total);
	sheet_int(t, r->attempts);
	sheet_value(t, over ? &(struct value){.kind = VALUE_INT, .integer = r->exit}
	                    : NULL);
	sheet_value(t, r->signal
	                   ? &(struct value){.kind = VALUE_INT, .integer = r->signal}
	                   : NULL);
	sheet_int(t, r->seed);
	sheet_text(t, r->started > 0 ? clock_iso(r->started, iso) : NULL);
	sheet_text(t, r->reason ? r->reason : "");
}

void runs_sheet(struct study *s, size_t top, struct sheet *out)
{
	struct arena a = {0};
	struct trial **order = search_rank(&s->search, &a);
	const struct verdict *v = &s->search.verdict;

	head(&s->search, out);
	for (size_t i = 0; i < s->search.n && (!top || i < top); i++)
		for (size_t r = 0; r < order[i]->n_runs; r++)
			add_run(&s->search, order[i]->id, r, PHASE_SEARCH,
			        &order[i]->runs[r], out);
	for (size_t i = 0; !top && i < v->n_runs; i++)
		add_run(&s->search, v->runs[i]->key, v->runs[i]->index,
		        v->runs[i]->phase, &v->runs[i]->run, out);
	arena_free(&a);
}
