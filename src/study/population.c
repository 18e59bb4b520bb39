#include "study/population.h"
#include "run/copy.h"
#include "search/lineage.h"

static const char way_out[] =
    "\n  help: a training under method: pbt begins with the checkpoint that it finds "
    "in "
    "HPSEARCH_DIR, if there is one, ends at step HPSEARCH_STEP_BUDGET, and leaves a "
    "checkpoint there; then begin again with --fresh";

/* The last step that the run named; false: none. */
static bool last_step(const struct run *r, double *step)
{
	if (!r->n_reports || r->reports[r->n_reports - 1].counted)
		return false;
	*step = r->reports[r->n_reports - 1].step;
	return true;
}

static const char *beyond_text(struct study *s, const struct trial *t, double step)
{
	return arena_printf(&s->search.arena,
	                    "trial %llu was to end at step %g (HPSEARCH_STEP_BUDGET) "
	                    "and has come to step %g%s%s",
	                    (unsigned long long)t->id, lineage_end(s->search.spec, t),
	                    step,
	                    s->search.spec->early.step
	                        ? ""
	                        : "\n  if that step counts something else, name the "
	                          "key that counts: pbt: {step: epoch, …}",
	                    way_out);
}

const char *population_report_text(struct study *s, const struct task *task,
                                   const struct report *rep)
{
	const struct search *se = &s->search;
	const struct trial *t = task->trial;
	double before;

	if (!t->line.is || rep->counted)
		return NULL;
	if (rep->step > lineage_end(se->spec, t))
		return beyond_text(s, t, rep->step);
	if (!t->line.goes_on || t->runs[0].n_reports != 1 ||
	    !last_step(&se->trials[t->line.from]->runs[0], &before) ||
	    !(rep->step < before))
		return NULL;
	return arena_printf(&s->search.arena,
	                    "trial %llu was to go on from the checkpoint of trial "
	                    "%llu, behind step %g, and began at step %g%s",
	                    (unsigned long long)t->id, (unsigned long long)t->line.from,
	                    before, rep->step, way_out);
}

/* Where reports are counted: did it make again all of those of its whole lineage? */
static bool begins_again(const struct search *s, const struct trial *t)
{
	const struct run *first = &s->trials[t->root]->runs[0], *r = &t->runs[0];

	return t->line.goes_on && r->n_reports && r->reports[0].counted &&
	       first->reports_total > 0 &&
	       r->reports_total > t->interval * first->reports_total;
}

const char *population_end_text(struct study *s, const struct trial *t)
{
	const struct search *se = &s->search;
	struct task task = {.key = t->id};

	if (!t->line.is || t->outcome != OUTCOME_OK)
		return NULL;
	task_folder(&task);
	if (begins_again(se, t))
		return arena_printf(
		    &s->search.arena,
		    "trial %llu was to train %g steps more than trial %llu and made "
		    "%zu reports, as a training from the beginning does%s",
		    (unsigned long long)t->id,
		    lineage_end(se->spec, t) - lineage_begin(se->spec, t),
		    (unsigned long long)t->line.from, t->runs[0].reports_total,
		    way_out);
	if (!se->dir || t->interval + 1 >= spec_pbt_intervals(se->spec) ||
	    copy_has_any(se->dir, task.folder))
		return NULL;
	return arena_printf(&s->search.arena,
	                    "trial %llu has ended and left no checkpoint: there is no "
	                    "file of its own in %s%s",
	                    (unsigned long long)t->id, task.folder, way_out);
}
