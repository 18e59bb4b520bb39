/* Reports that a driver did not live to write down. A training that had saved a
 * checkpoint behind them does not make them again; but it printed them, and its
 * output is in its folder (run/flight.h). */
#ifndef HPS_STUDY_RECOVER_H
#define HPS_STUDY_RECOVER_H

#include "study/study.h"

/* At the end of a journal that is to be continued: what the runs that were under way
 * had said, and the journal has not, happens now, and what follows from it is decided.
 * Of several streams stdout comes first. A file that is not there says nothing. */
void study_recover(struct study *s);

#endif
