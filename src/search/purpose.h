/* What the runs of a directory are for, where it is no search of its own: its trials
 * are then configurations of a finished search, and their runs re-runs (PHASE_RERUN),
 * index r on the seed of row r. */
#ifndef HPS_SEARCH_PURPOSE_H
#define HPS_SEARCH_PURPOSE_H

#include <stdbool.h>
#include <stdint.h>

enum purpose_kind {
	PURPOSE_SEARCH,
	PURPOSE_ABLATION, /* trial 0: the defaults, trial 1: the winner, then whatever
	                   * is between them */
	PURPOSE_RECHECK,
	PURPOSES
};
const char *purpose_name(enum purpose_kind k); /* "search", "ablation", "recheck" */
bool purpose_find(const char *name, enum purpose_kind *out);

enum { PURPOSE_PAIRS_LEAST = 3, PURPOSE_PAIRS_MOST = 1000 };

struct purpose {
	enum purpose_kind kind;
	const char *of;  /* the file of the finished search */
	uint64_t winner; /* its trial there */
	double margin;   /* that counts as not worse; NaN: what another seed does */
	uint64_t pairs;  /* of a comparison at the most */
	double spread;   /* between configurations in the search; 0: unknown */
};

#endif
