/* The reports of runs as other trackers take them: whole steps that rise, and one value
 * at each. Where a step is none of theirs (a part of an epoch, a negative one), all are
 * counted instead, 0, 1, 2 …; of several values at a step the last one counts. */
#ifndef HPS_EXPORT_TIMELINE_H
#define HPS_EXPORT_TIMELINE_H

#include "search/trial.h"

struct moment {
	int64_t step;
	double value; /* may be NaN or infinite */
};

struct timeline {
	struct moment *list; /* (n), arena */
	size_t n;
};

/* Of one run. */
void timeline_of_run(const struct run *r, struct arena *a, struct timeline *out);
/* Of all runs of a trial: at each step the mean of those that reported there. */
void timeline_of_trial(const struct trial *t, struct arena *a, struct timeline *out);

#endif
