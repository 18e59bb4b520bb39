/* Inside study/: the strategy of a search, and what it is asked. */
#ifndef HPS_STUDY_PROPOSE_H
#define HPS_STUDY_PROPOSE_H

#include "study/study.h"

/* Makes the strategy; method: auto is decided here. */
bool propose_begin(struct study *s, struct error *err);
void propose_end(struct study *s);

#endif
