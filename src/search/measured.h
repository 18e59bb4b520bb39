/* What trials say beside the metric, for whoever shows it: struct run has `metrics`
 * (base/series.h) and `note`; here are a trial's numbers and the names of a search. */
#ifndef HPS_SEARCH_MEASURED_H
#define HPS_SEARCH_MEASURED_H

#include "base/series.h"
#include "search/search.h"

/* A number of a trial: means over those of its finished runs that said it. */
struct measured {
	size_t runs;           /* that said it; 0: none, and the rest is NaN */
	size_t finite;         /* of them, those that said a finite number: */
	double last, min, max; /* min, max: over those */
	size_t n;              /* times that a run said it, at the most */
};
struct measured trial_measured(const struct trial *t, const char *name);
/* The direction that the file gives; NULL: none. */
const enum goal *measured_goal(const struct spec *s, const char *name);

/* All the names, up to MEASURED_NAMES: those that the file lists under `metrics` first,
 * said or not, then the others by trial and in the order in which they were said. */
enum { MEASURED_NAMES = 256 };
struct measured_name {
	const char *name; /* lives as long as the search */
	size_t runs;      /* that said it */
	bool again;       /* some run said it more than once */
};
struct measured_names {
	struct measured_name *list; /* (n), arena */
	size_t n;
	size_t listed; /* the first of them: those under `metrics` */
	bool more;     /* there are names that found no room, here or in a run */
};
struct measured_names measured_names(const struct search *s, struct arena *a);
/* The numbers of a trial under all the names: row (names->n). */
void trial_row(const struct trial *t, const struct measured_names *names,
               struct measured *row);

#endif
