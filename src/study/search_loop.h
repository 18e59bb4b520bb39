/* The search itself, as a driver of the loop: which run is next, and what its end means
 * for the whole. */
#ifndef HPS_STUDY_SEARCH_LOOP_H
#define HPS_STUDY_SEARCH_LOOP_H

#include "study/study.h"

/* Runs it until it ends (search.state, search.why). False only when the machine fails:
 * whatever was finished is in the journal. */
bool study_run(struct study *s, struct runner *r, struct error *err);

#endif
