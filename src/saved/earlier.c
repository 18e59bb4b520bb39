#include "saved/earlier.h"
#include "saved/earlier_table.h"
#include "saved/saved.h"

#include <math.h>
#include <string.h>

enum { TAKEN_MAX = 300 /* of all sources together: the model's time is cubic */ };

/* One trial of another search on its way into this space. */
struct move {
	const struct spec *to;
	const struct space *from;
	const struct coord *defaults; /* of `to` */
	struct arena *a;
	const char *note; /* the first reason why one did not fit */
};

static const struct value *value_of(const struct move *m, const struct trial *t,
                                    const char *name, bool *known)
{
	for (size_t i = 0; i < m->from->n; i++)
		if (strcmp(m->from->params[i].name, name) == 0) {
			*known = true;
			return t->values[i];
		}
	*known = false;
	return NULL;
}

static bool does_not_fit(struct move *m, const char *why)
{
	if (!m->note)
		m->note = why;
	return false;
}

/* As param_encode, strictly between 0 and 1, as a proposal is. */
static bool encode(const struct param *p, const struct value *v, double *u)
{
	if (!param_encode(p, v, u))
		return false;
	*u = fmin(fmax(*u, 0x1p-31), 1 - 0x1p-31);
	return true;
}

/* A parameter that the other search did not have is at its default. */
static bool place(struct move *m, const struct trial *t, struct coord *point)
{
	const struct space *sp = &m->to->space;
	const struct value **values = arena_new(m->a, sp->n, sizeof *values);

	for (size_t i = 0; i < sp->n; i++) {
		const struct param *p = &sp->params[i];
		const struct value *v;
		bool known;

		point[i] = m->defaults[i];
		point[i].level = -1;
		v = value_of(m, t, p->name, &known);
		if (!known && !p->preset && param_cardinality(p) != 1)
			return does_not_fit(
			    m, arena_printf(m->a,
			                    "there is no %s in it, and it has no "
			                    "default here (value: …)",
			                    p->name));
		if (v && !p->idle && !encode(p, v, &point[i].u))
			return does_not_fit(
			    m, arena_printf(m->a, "a %s of it is out of reach here",
			                    p->name));
	}
	space_decode(sp, point, m->a, values);
	return space_feasible(sp, values, NULL) ||
	       does_not_fit(m, "a constraint of this file does not hold");
}

static bool usable(const struct trial *t)
{
	return (t->outcome == OUTCOME_OK && isfinite(t->value)) ||
	       t->outcome == OUTCOME_FAILED || t->outcome == OUTCOME_DIVERGED ||
	       t->outcome == OUTCOME_OOM || t->outcome == OUTCOME_TIMEOUT;
}

static void take(struct warm *w, struct saved *sv, const struct spec *spec,
                 const struct coord *defaults, size_t most, struct arena *a)
{
	struct search *old = &sv->study.search;
	struct trial **order = search_rank(old, &sv->arena);
	struct warm_source *source = &w->sources[w->n_sources];
	struct move m = {
	    .to = spec, .from = &sv->spec.space, .defaults = defaults, .a = a};
	size_t n = 0, rank = 0;

	for (size_t i = 0; i < old->n; i++)
		n += usable(old->trials[i]);
	source->trials = n;
	for (size_t i = 0; i < old->n; i++) {
		const struct trial *t = order[i];
		struct coord *point;
		struct earlier *p;

		if (!usable(t) || !import_wanted(rank++, n, most))
			continue;
		point = arena_new(a, spec->space.n, sizeof *point);
		if (!place(&m, t, point))
			continue;
		p = warm_add_trial(w);
		warm_place(p, &spec->space, point, a);
		p->n_runs = t->outcome == OUTCOME_OK ? trial_runs_ok(t) : t->n_runs;
		if (t->outcome == OUTCOME_OK) {
			p->value = search_sign(old) * t->value;
			p->stderr_ = t->stderr_;
		}
		source->taken++;
	}
	source->note = m.note;
}

static bool check_metric(const struct saved *sv, const struct spec *spec,
                         const char *path, struct error *err)
{
	const struct metric *was = &sv->spec.metric, *now = &spec->metric;

	if (!was->name)
		return error_set(err, ERROR_FILE,
		                 "warm_start: %s has no metric, so it says nothing of "
		                 "what is good",
		                 path);
	if (sv->spec.n_objectives > 1)
		return error_set(
		    err, ERROR_FILE,
		    "warm_start: %s has several objectives, and this "
		    "search has one metric\n"
		    "  help: take it out of warm_start; points: [...] tries "
		    "its best first",
		    path);
	return was->goal == now->goal ||
	       error_set(err, ERROR_FILE,
	                 "warm_start: %s was to %s %s, this search is to %s %s\n"
	                 "  help: take it out of warm_start",
	                 path, was->goal == GOAL_MINIMIZE ? "minimize" : "maximize",
	                 was->name,
	                 now->goal == GOAL_MINIMIZE ? "minimize" : "maximize",
	                 now->name);
}

static bool load_one(struct warm *w, const struct spec *spec, const char *path,
                     const struct coord *defaults, struct arena *a, struct error *err)
{
	struct saved sv = {0};
	struct warm_source *source = warm_add_source(w, path, a);
	struct mem_hold held;
	bool ok;

	mem_hold(&held, saved_release, &sv);
	ok = saved_load(&sv, path, err);
	if (!ok)
		error_prefix(err, "warm_start: ");
	else if (!sv.intact && sv.from_file)
		ok = error_set(
		    err, ERROR_FILE,
		    "warm_start: %s was changed after it was written: %s", path,
		    sv.damage ? sv.damage : "it does not fit the check at its end");
	ok = ok && check_metric(&sv, spec, path, err);
	if (ok) {
		take(w, &sv, spec, defaults, TAKEN_MAX / spec->n_warm, a);
		w->n_sources++;
		if (!source->taken)
			ok = error_set(
			    err, ERROR_FILE,
			    "warm_start: %s has no trial that fits: %s", path,
			    source->note ? source->note : "none has finished");
	}
	mem_let_go(&held);
	saved_free(&sv);
	return ok;
}

bool warm_load(struct warm *w, const struct spec *spec, struct arena *a,
               struct error *err)
{
	struct coord *defaults = arena_new(a, spec->space.n, sizeof *defaults);
	bool any;

	if (!spec->n_warm)
		return true;
	if (!space_defaults(&spec->space, defaults, &any, err))
		return false;
	for (size_t i = 0; i < spec->n_warm; i++)
		if (import_is_table(spec->warm[i])
		        ? !import_table(w, spec, spec->warm[i],
		                        TAKEN_MAX / spec->n_warm, a, err)
		        : !load_one(w, spec, spec->warm[i], defaults, a, err))
			return false;
	return true;
}
