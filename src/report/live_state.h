/* The facts of a screen (report/live.h), from a search as it stands: the same whether
 * this process drives it or only reads its journal. */
#ifndef HPS_REPORT_LIVE_STATE_H
#define HPS_REPORT_LIVE_STATE_H

#include "report/live.h"
#include "study/study.h"

enum live_stage { LIVE_SEARCH, LIVE_VERIFICATION, LIVE_COMPARISON };

/* What the search does not say of itself. */
struct live_source {
	const struct study *study;
	size_t slots; /* runs at once */
	enum live_stage stage;
	size_t done, all;     /* runs of a verification, a comparison */
	bool followed;        /* read from a journal that somebody else writes … */
	bool alive;           /* … and that has a driver now */
	bool winding_down;    /* nothing more begins: no time to go is given */
	size_t most;          /* runs to tell of; the others are counted */
	uint64_t believed;    /* the trial that … */
	struct belief belief; /* … this is of, the latest that is known; how
	                       * NONE: none is */
	const size_t *order;  /* (n_order) parameters that matter, by importance; NULL:
	                       * not known */
	size_t n_order;
	const char *notice;
};

/* What it needs is in arena a, or of the search. Takes time in the number of runs. */
void live_of(const struct live_source *from, struct live *out, struct arena *a);

#endif
