#include "search/lineage.h"
#include "search/rescheduled.h"

struct population lineage_population(const struct spec *spec)
{
	const struct pbt *p = &spec->pbt;

	return (struct population){.members = (size_t)p->population,
	                           .interval = p->interval,
	                           .length = p->max_iter,
	                           .quantile = p->quantile,
	                           .resample = p->resample,
	                           .low = p->perturb[0],
	                           .high = p->perturb[1],
	                           .mutates = p->mutates};
}

static bool unfit(struct error *err)
{
	return error_set(err, ERROR_FILE,
	                 "a trial of a population that does not fit what came before "
	                 "it");
}

/* NULL: it has none yet. */
static const struct trial *latest_of(const struct search *s, uint64_t member)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->trials[i]->line.member == member)
			return s->trials[i];
	return NULL;
}

bool lineage_fits(const struct search *s, const struct lineage *line, struct error *err)
{
	const struct trial *before;
	uint64_t members = s->purpose.kind == PURPOSE_SEARCH ? s->spec->pbt.population
	                                                     : RESCHEDULED_MOST;

	if (line->is != (s->spec->method == METHOD_PBT))
		return unfit(err);
	if (!line->is)
		return true;
	before = line->member < members ? latest_of(s, line->member) : NULL;
	if (line->member >= members || !before != !line->goes_on)
		return unfit(err);
	if (!before)
		return true;
	if (line->from >= s->n || before->interval + 1 >= spec_pbt_intervals(s->spec) ||
	    s->trials[line->from]->interval != before->interval)
		return unfit(err);
	return true;
}

void lineage_join(struct search *s, const struct lineage *line)
{
	struct trial *t = s->trials[s->n - 1];

	t->line = s->known[t->id].line = *line;
	if (!line->is)
		return;
	if (line->goes_on) {
		const struct trial *from = s->trials[line->from];

		t->interval = from->interval + 1;
		t->root = from->root;
	}
	for (size_t r = 0; r < t->n_runs; r++) {
		t->runs[r].seed = seed_of_run(s->spec->seed, t->root, r);
		t->runs[r].budget = lineage_end(s->spec, t);
	}
}

bool lineage_has_none(const struct spec *spec, struct error *err)
{
	return spec->method != METHOD_PBT ||
	       error_set(err, ERROR_USAGE,
	                 "what method: pbt finds is a schedule; its trials are "
	                 "intervals of trainings, not configurations of their own\n"
	                 "  help: hpsearch best -f schedule prints it, hpsearch "
	                 "rerun-schedule trains it afresh");
}

double lineage_begin(const struct spec *spec, const struct trial *t)
{
	struct population p = lineage_population(spec);

	return t->interval ? pbt_end(&p, t->interval - 1) : 0;
}

double lineage_end(const struct spec *spec, const struct trial *t)
{
	struct population p = lineage_population(spec);

	return pbt_end(&p, t->interval);
}

const struct trial **lineage_of(const struct search *s, const struct trial *t,
                                struct arena *a, size_t *n)
{
	const struct trial **chain;

	*n = (size_t)t->interval + 1;
	chain = arena_new(a, *n, sizeof(const struct trial *));
	for (size_t i = *n; i-- > 0;) {
		chain[i] = t;
		t = s->trials[t->line.from];
	}
	return chain;
}
