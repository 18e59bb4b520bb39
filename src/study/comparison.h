/* Configurations of a finished search run again on equal seeds, as a driver of the
 * loop: `ablate` and `recheck`. What is to be run next is asked for whenever nothing is
 * left of what was wanted before. */
#ifndef HPS_STUDY_COMPARISON_H
#define HPS_STUDY_COMPARISON_H

#include "study/study.h"

struct wish {
	uint64_t trial;
	enum phase phase; /* RERUN, or TEST */
	size_t row;
	uint64_t seed;
};

/* What it may spend, over all its sessions; 0: no limit. */
struct budget {
	uint64_t runs;
	double time; /* seconds */
	double cost;
};

struct comparison {
	/* The runs that are wanted next, none of which has ended, into *list (n); none:
	 * it is at its end. May add trials. The list is the callee's, until the next
	 * call. */
	bool (*ask)(void *self, const struct wish **list, size_t *n, struct error *err);
	void *self;
	struct budget budget;
};

/* Until nothing is wanted, the budget is spent, or a signal: search.state says which,
 * and is written down. What has run before is not run again. */
bool comparison_run(struct study *s, struct runner *r, const struct comparison *c,
                    struct error *err);
/* Runs that have ended, those that have begun, and what all of them have cost. */
struct spent {
	size_t ended, begun;
	double cost;
};
struct spent comparison_spent(const struct search *s);
/* "runs=100,time=2h,cost=20", in any order, or one of them; "2h" is a time.
 * ERROR_USAGE.
 */
bool budget_read(const char *text, struct budget *out, struct error *err);

#endif
