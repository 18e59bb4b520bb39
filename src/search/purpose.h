/* What the runs of a directory are for, where it is no search of its own: its trials
 * are then configurations of a finished search, and their runs re-runs (PHASE_RERUN),
 * index r on the seed of row r. */
#ifndef HPS_SEARCH_PURPOSE_H
#define HPS_SEARCH_PURPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum purpose_kind {
	PURPOSE_SEARCH,
	PURPOSE_ABLATION, /* trial 0: the defaults, trial 1: the winner, then whatever
	                   * is between them */
	PURPOSE_RECHECK,  /* trial 0: the winner, then the defaults, then others of the
	                     top */
	PURPOSE_SCHEDULE, /* see search/rescheduled.h */
	PURPOSES
};
const char *purpose_name(enum purpose_kind k); /* "search", "ablation" … */
bool purpose_find(const char *name, enum purpose_kind *out);

enum { PURPOSE_PAIRS_LEAST = 3, PURPOSE_PAIRS_MOST = 1000, PURPOSE_OLD = 10 };

/* What a recheck compares a trial of its own with: the same configuration then. */
struct purpose_was {
	uint64_t trial;  /* in the search; UINT64_MAX: the defaults, not one of it */
	double value;    /* as the search, or its re-runs, saw it; NaN: never */
	size_t n;        /* runs of it, at most PURPOSE_OLD … */
	uint64_t *seeds; /* (n) */
	double *values;  /* (n) */
	double optimism; /* their mean is too good by so much, having been chosen */
	uint64_t among;  /* … as the best of so many, where that is not known; 0 */
};

struct purpose {
	enum purpose_kind kind;
	const char *of;  /* the file of the finished search */
	uint64_t winner; /* its trial there */
	double margin;   /* that counts as not worse; NaN: what another seed does */
	uint64_t pairs;  /* of a comparison at the most */
	double spread;   /* between configurations in the search; 0: unknown */
	/* of a recheck: */
	uint64_t number;   /* of the search's, from 1 */
	bool data_changed; /* values may differ: that is no failure */
	bool test;         /* winner and defaults meet the test data */
	bool was_better; /* the search showed the winner to be better than the defaults
	                  */
	bool defaults;   /* trial 1 is the defaults */
	const char *host, *git, *code; /* of the search; NULL: not known */
	struct purpose_was *was;       /* (n_was), by trial */
	size_t n_was;
};

#endif
