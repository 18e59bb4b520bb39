#include "study/study.h"
#include "study/propose.h"

#include <stdlib.h>

static bool init_monitor(struct study *s, struct error *err)
{
	struct arena *a = &s->search.arena;

	if (s->search.spec->early.type == EARLY_NONE)
		return true;
	s->monitor = arena_new(a, 1, sizeof *s->monitor);
	return monitor_init(s->monitor, s->search.spec, a, err);
}

bool study_init(struct study *s, const struct spec *spec, const struct study_options *o,
                struct error *err)
{
	*s = (struct study){.watch = o->watch,
	                    .warm_read = o->warm_read,
	                    .strict = o->strict,
	                    .outside = o->outside};
	if (o->origin.elsewhere && spec->items.present)
		return error_set(err, ERROR_USAGE,
		                 "items go to runs that hpsearch launches itself\n"
		                 "  help: hpsearch run, or a file without items:");
	if (!search_init(&s->search, spec, &o->origin, o->dir, o->clock, o->disk, err))
		return false;
	if (o->origin.elsewhere && spec->method == METHOD_PBT)
		return error_set(
		    err, ERROR_USAGE,
		    "method: pbt copies checkpoints from folder to folder, so its runs "
		    "are launched by hpsearch run alone\n"
		    "  help: hpsearch run FILE.yaml");
	s->search.cap = spec_trial_cap(spec, o->max_trials);
	s->parallel = spec->parallel;
	s->point = arena_new(&s->search.arena, spec->space.n, sizeof *s->point);
	return propose_begin(s, err) && init_monitor(s, err);
}

void study_free(struct study *s)
{
	if (s->monitor)
		monitor_free(s->monitor);
	propose_end(s);
	journal_close(s->journal);
	fleet_free(&s->fleet);
	free(s->artifacts.best);
	free(s->artifacts.gone);
	str_free(&s->line);
	search_free(&s->search);
	*s = (struct study){0};
}
