/* What a decision of early stopping makes of the run that it ends. */
#ifndef HPS_EARLY_DECISION_H
#define HPS_EARLY_DECISION_H

#include "early/monitor.h"

/* Fills in outcome and reason (in arena a) of a run that a decision ended; one that had
 * converged, and has its value, is ok. */
void decision_conclude(const struct monitor *m, const struct judgement *why,
                       struct run_end *end, struct arena *a);
/* The decision that ended a finished run, or NULL; m may be NULL. */
const struct judgement *decision_why(const struct monitor *m, const struct trial *t,
                                     size_t run);

#endif
