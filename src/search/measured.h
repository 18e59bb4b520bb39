/* What trials say beside the metric, for whoever shows it: struct run has `metrics`
 * (base/series.h) and `note`; here are a trial's numbers and the names of a search. */
#ifndef HPS_SEARCH_MEASURED_H
#define HPS_SEARCH_MEASURED_H

#include "base/series.h"
#include "search/search.h"

/* A number of a trial: means over those of its finished runs that said it. */
struct measured {
	size_t runs;           /* that said it; 0: none, and the rest is NaN */
	double last, min, max; /* min, max: of the runs with finite ones */
	size_t n;              /* times that a run said it, at the most */
};
struct measured trial_measured(const struct trial *t, const char *name);
/* Its best where the direction is known, else NaN: spec.metrics has it. */
double trial_best(const struct search *s, const struct trial *t, const char *name);

/* All the names, up to MEASURED_NAMES: those that the file lists under `metrics` first,
 * said or not, then the others by trial and in the order in which they were said. */
enum { MEASURED_NAMES = 256 };
struct measured_names {
	const char **list; /* (n), arena; the names live as long as the search */
	size_t n;
	size_t listed; /* the first of them: those under `metrics` */
	bool more;     /* there are names that found no room, here or in a run */
};
struct measured_names measured_names(const struct search *s, struct arena *a);

#endif
