/* What early stopping came to: what it saved, and what the control group says it lost.
 */
#ifndef HPS_EARLY_SAVINGS_H
#define HPS_EARLY_SAVINGS_H

#include "early/monitor.h"
#include "search/search.h"

/* What it came to, for the summary. */
struct savings {
	uint64_t runs;            /* watched and over */
	uint64_t stopped;         /* for good */
	uint64_t converged;       /* ended by patience, and ok */
	uint64_t paused;          /* never promoted again */
	uint64_t promotions;      /* all of them */
	double steps, full_steps; /* taken; had every run gone to its end. NaN: it is
	                           * not known how long a run is */
	bool odd; /* steps of some run fall, jump or lie below 0: no measure */
	double wall, full_wall; /* the same in seconds, extrapolated */
	/* the control group, what the rule would have stopped of it, and of that what
	 * would have won; between what shares of all that it stops (95 %) */
	uint64_t control, control_ok, would_stop, would_win;
	struct stat_range loss;
	/* Do the first rung and the end agree, over all runs? Those that the rule
	 * stopped are stood for by the members of the control group that it would have
	 * stopped; where runs are promoted, the control group stands for all. */
	double low, high, correlation; /* NaN: too few */
	struct stat_range agreement;   /* its 95 % interval */
	size_t pairs;                  /* runs behind it */
	double effective;              /* as good as so many of equal weight */
};
/* m: NULL gives zeroes. */
struct savings savings_of(const struct search *s, const struct monitor *m);

#endif
