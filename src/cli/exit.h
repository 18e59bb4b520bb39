/* Exit codes: all of them, and the one place that decides which. */
#ifndef HPS_CLI_EXIT_H
#define HPS_CLI_EXIT_H

#include "search/search.h"

enum exit_code {
	EXIT_FINE = 0,
	EXIT_SYSTEM = 1,   /* internal, or the machine said no */
	EXIT_USAGE = 2,    /* bad command line or file */
	EXIT_NO_TRIAL = 3, /* finished without a usable trial */
	EXIT_GUARD = 4,    /* stopped by the failure guard */
	EXIT_VERDICT = 5,  /* did not hold up: verify, replay, reproduce, recheck */
	EXIT_BUDGET = 6,   /* the budget ended before min_trials */
	EXIT_OVER = 7,     /* ask: the search is over */
	EXIT_WAIT = 8      /* ask: nothing before a run under way is told of */
			   /* 128 + the signal: interrupted, all is saved */
};

/* From an error, the state of a search, and what its verification said; what is NULL
 * has no say. */
int exit_decide(const struct error *err, const struct search *s,
                const struct verdict *v);

#endif
