#include "search/warm.h"
#include "space/point_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_OF_ONE = 3, FIRST_MAX = 5 };

struct earlier *warm_add_trial(struct warm *w)
{
	w->earlier = mem_room(w->earlier, w->n, &w->cap, sizeof *w->earlier);
	w->earlier[w->n] = (struct earlier){
	    .value = (double)NAN, .stderr_ = (double)NAN, .source = w->n_sources};
	return &w->earlier[w->n++];
}

void warm_place(struct earlier *p, const struct space *sp, const struct coord *point,
                struct arena *a)
{
	const struct value **values = arena_new(a, sp->n, sizeof *values);

	space_decode(sp, point, a, values);
	p->point = point;
	p->values = values;
}

struct warm_source *warm_add_source(struct warm *w, const char *path, struct arena *a)
{
	struct warm_source *list = arena_new(a, w->n_sources + 1, sizeof *list);

	for (size_t i = 0; i < w->n_sources; i++)
		list[i] = w->sources[i];
	w->sources = list;
	list[w->n_sources].path = path;
	return &list[w->n_sources];
}

void warm_append(struct warm *w, const struct warm *from, size_t source,
                 struct arena *a)
{
	const struct warm_source *was = &from->sources[source];

	*warm_add_source(w, was->path, a) = *was;
	for (size_t i = 0; i < from->n; i++)
		if (from->earlier[i].source == source) {
			struct earlier *e = warm_add_trial(w);

			*e = from->earlier[i];
			e->source = w->n_sources;
		}
	w->n_sources++;
}

void warm_free(struct warm *w)
{
	free(w->earlier);
	*w = (struct warm){0};
}

void warm_text(const struct warm *w, size_t i, struct str *out)
{
	const struct warm_source *s = &w->sources[i];

	str_addf(out, "warm start: %s: %llu of its %llu trial%s", s->path,
	         (unsigned long long)s->taken, (unsigned long long)s->trials,
	         str_plural(s->trials));
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
	double sign = metric_sign(&spec->metric);
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
	double sign = metric_sign(&spec->metric);
	const char *path = json_string(e, "path"), *note = json_string(e, "note");
	struct warm_source *source;
	const cJSON *item;

	if (!path)
		return error_set(err, ERROR_FILE, "a warm_start without its file");
	source = warm_add_source(w, arena_strdup(a, path), a);
	source->note = note ? arena_strdup(a, note) : NULL;
	json_u64(e, "trials", &source->trials);
	cJSON_ArrayForEach(item, json_get(e, "taken"))
	{
		struct coord *point = arena_new(a, spec->space.n, sizeof *point);
		struct earlier *p;
		uint64_t runs = 0;

		if (!point_read(item, &spec->space, point, err))
			return false;
		p = warm_add_trial(w);
		warm_place(p, &spec->space, point, a);
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
