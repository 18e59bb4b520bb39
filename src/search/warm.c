#include "search/warm.h"
#include "record/event_json.h"
#include "record/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAKEN_MAX = 300, /* of all sources together: the model's time is cubic */
	BEST_SHARE = 4,  /* a quarter of them: the best; the others evenly */
	FIRST_OF_ONE = 3,
	FIRST_MAX = 5
};

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
		if (v && !encode(p, v, &point[i].u))
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

static struct earlier *add(struct warm *w)
{
	w->earlier = mem_room(w->earlier, w->n, &w->cap, sizeof *w->earlier);
	w->earlier[w->n] = (struct earlier){
	    .value = (double)NAN, .stderr_ = (double)NAN, .source = w->n_sources};
	return &w->earlier[w->n++];
}

static void finish_earlier(struct earlier *p, const struct space *sp,
                           const struct coord *point, struct arena *a)
{
	const struct value **values = arena_new(a, sp->n, sizeof *values);

	space_decode(sp, point, a, values);
	p->point = point;
	p->values = values;
}

/* Which of n trials, in rank order first the best: every k-th of the others. */
static bool wanted(size_t rank, size_t n, size_t most)
{
	size_t best = most / BEST_SHARE, others = most - best;

	if (n <= most || rank < best)
		return true;
	return (rank - best) * others / (n - best) !=
	       (rank - best + 1) * others / (n - best);
}

static struct warm_source *new_source(struct warm *w, const char *path, struct arena *a)
{
	struct warm_source *list = arena_new(a, w->n_sources + 1, sizeof *list);

	for (size_t i = 0; i < w->n_sources; i++)
		list[i] = w->sources[i];
	w->sources = list;
	list[w->n_sources].path = path;
	return &list[w->n_sources];
}

static void take(struct warm *w, struct saved *sv, const struct spec *spec,
                 const struct coord *defaults, size_t most, struct arena *a)
{
	struct study *old = &sv->study;
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

		if (!usable(t) || !wanted(rank++, n, most))
			continue;
		point = arena_new(a, spec->space.n, sizeof *point);
		if (!place(&m, t, point))
			continue;
		p = add(w);
		finish_earlier(p, &spec->space, point, a);
		p->n_runs = t->n_runs;
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
	struct saved sv;
	struct warm_source *source = new_source(w, path, a);
	bool ok = saved_load(&sv, path, err);

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
		if (!load_one(w, spec, spec->warm[i], defaults, a, err))
			return false;
	return true;
}

void warm_text(const struct warm *w, size_t i, struct str *out)
{
	const struct warm_source *s = &w->sources[i];

	str_addf(out, "warm start: %s: %llu of its %llu trials", s->path,
	         (unsigned long long)s->taken, (unsigned long long)s->trials);
	if (s->note)
		str_addf(out, " (others do not fit: %s)", s->note);
}

static void add_double(struct str *out, const char *name, double x)
{
	str_addf(out, ",\"%s\":", name);
	str_json_double(out, x);
}

void warm_write(const struct warm *w, const struct spec *spec, size_t i,
                struct str *out)
{
	double sign = spec->metric.goal == GOAL_MINIMIZE ? 1 : -1;
	const struct warm_source *source = &w->sources[i];
	size_t k = 0;

	str_add(out, "\"path\":");
	str_json(out, source->path, strlen(source->path), false);
	str_addf(out, ",\"trials\":%llu,\"note\":", (unsigned long long)source->trials);
	if (source->note)
		str_json(out, source->note, strlen(source->note), false);
	else
		str_add(out, "null");
	str_add(out, ",\"taken\":[");
	for (size_t p = 0; p < w->n; p++) {
		if (w->earlier[p].source != i)
			continue;
		str_add(out, k++ ? ",{" : "{");
		point_json(out, &spec->space, w->earlier[p].point);
		add_double(out, "value", sign * w->earlier[p].value);
		add_double(out, "stderr", w->earlier[p].stderr_);
		str_addf(out, ",\"runs\":%zu}", w->earlier[p].n_runs);
	}
	str_addc(out, ']');
}

bool warm_read(struct warm *w, const struct spec *spec, const cJSON *e, struct arena *a,
               struct error *err)
{
	double sign = spec->metric.goal == GOAL_MINIMIZE ? 1 : -1;
	const char *path = json_string(e, "path"), *note = json_string(e, "note");
	struct warm_source *source;
	const cJSON *item;

	if (!path)
		return error_set(err, ERROR_FILE, "a warm_start without its file");
	source = new_source(w, arena_strdup(a, path), a);
	source->note = note ? arena_strdup(a, note) : NULL;
	json_u64(e, "trials", &source->trials);
	cJSON_ArrayForEach(item, json_get(e, "taken"))
	{
		struct coord *point = arena_new(a, spec->space.n, sizeof *point);
		struct earlier *p;
		uint64_t runs = 0;

		if (!point_read(item, &spec->space, point, err))
			return false;
		p = add(w);
		finish_earlier(p, &spec->space, point, a);
		json_double(item, "value", &p->value);
		p->value *= sign;
		json_double(item, "stderr", &p->stderr_);
		json_u64(item, "runs", &runs);
		p->n_runs = (size_t)runs;
		source->taken++;
	}
	w->n_sources++;
	return source->taken ||
	       error_set(err, ERROR_FILE, "a warm_start that took nothing");
}

static const struct earlier *best_but(const struct warm *w, const struct space *sp,
                                      size_t source, const uint64_t *had, size_t n)
{
	const struct earlier *best = NULL;

	for (size_t i = 0; i < w->n; i++) {
		const struct earlier *p = &w->earlier[i];
		bool taken = false;

		if (p->source != source || isnan(p->value) ||
		    (best && p->value >= best->value))
			continue;
		for (size_t k = 0; k < n && !taken; k++)
			taken = had[k] == space_hash(sp, p->values);
		if (!taken)
			best = p;
	}
	return best;
}

void warm_choose(struct warm *w, const struct space *sp, const struct coord *except,
                 struct arena *a)
{
	const struct value **values = arena_new(a, sp->n, sizeof *values);
	size_t most = FIRST_OF_ONE * w->n_sources, n = 0, dry = 0;
	uint64_t had[FIRST_MAX + 1];

	w->first = arena_new(a, FIRST_MAX, sizeof *w->first);
	w->n_first = 0;
	if (except) {
		space_decode(sp, except, a, values);
		had[n++] = space_hash(sp, values);
	}
	for (size_t k = 0;
	     w->n_first < FIRST_MAX && w->n_first < most && dry < w->n_sources; k++) {
		const struct earlier *p = best_but(w, sp, k % w->n_sources, had, n);

		dry = p ? 0 : dry + 1;
		if (!p)
			continue;
		w->first[w->n_first++] = p;
		had[n++] = space_hash(sp, p->values);
	}
}
