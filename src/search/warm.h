/* warm_start: what earlier searches found, placed in this one's space. The files are
 * read once, when a search begins; what was taken from them is in its journal and its
 * results file, so that it can be continued and replayed without them. */
#ifndef HPS_SEARCH_WARM_H
#define HPS_SEARCH_WARM_H

#include "base/json.h"
#include "base/str.h"
#include "config/spec.h"
#include "strategy/strategy.h"

struct warm_source {
	const char *path;
	uint64_t trials, taken; /* in it that came to an end; of those */
	const char *note;       /* why not the others, or NULL */
};

struct warm {
	struct warm_source *sources; /* (n_sources) */
	size_t n_sources;
	struct earlier *earlier; /* (n), by source, in the order of their trials */
	size_t n, cap;
	/* The best of every source in turn, different ones: they are tried first. */
	const struct earlier **first; /* (n_first) */
	size_t n_first;
};

/* The parts of a source: a new one, whose trials follow (w->n_sources counts it when it
 * is complete); a trial of it, without value; its place, which is kept. */
struct warm_source *warm_add_source(struct warm *w, const char *path, struct arena *a);
struct earlier *warm_add_trial(struct warm *w);
void warm_place(struct earlier *e, const struct space *sp, const struct coord *point,
                struct arena *a);
/* A source of another warm start, with its trials; points are shared. */
void warm_append(struct warm *w, const struct warm *from, size_t source,
                 struct arena *a);
void warm_free(struct warm *w);
/* One line about source i. */
void warm_text(const struct warm *w, size_t i, struct str *out);
/* Source i as members of a JSON object, behind the first; and one read back. */
void warm_write(const struct warm *w, const struct spec *spec, size_t i,
                struct str *out);
bool warm_read(struct warm *w, const struct spec *spec, const cJSON *e, struct arena *a,
               struct error *err);
/* After the last source: which are tried first. except: a point that is anyway; NULL:
 * none. */
void warm_choose(struct warm *w, const struct space *sp, const struct coord *except,
                 struct arena *a);

#endif
