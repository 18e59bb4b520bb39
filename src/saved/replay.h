/* Replay: every proposal of a results file made again by the strategy and compared,
 * every decision of early stopping by its rule, and every number that follows from
 * others computed again. Runs nothing. */
#ifndef HPS_SAVED_REPLAY_H
#define HPS_SAVED_REPLAY_H

#include "saved/saved.h"

struct replay {
	uint64_t trials;  /* proposals compared */
	uint64_t unlike;  /* of them: not made again, as may be (a search of 0.1.0) */
	uint64_t taken;   /* proposals of a program, which cannot be */
	uint64_t repeats; /* runs that were asked for beyond the first ones, likewise */
	uint64_t runs;    /* runs whose seed and value were checked */
	uint64_t verified; /* runs of the verification, likewise */
	size_t decisions;  /* of early stopping, derived again from the reports */
	bool same;
	char difference[1024]; /* the first difference, in a few lines; "" when same */
};

/* False only when the replay itself could not be done. */
bool replay_run(struct saved *sv, struct replay *out, struct error *err);

#endif
