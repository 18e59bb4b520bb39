/* Facts of a results file that nothing follows from, but that bind one another: how a
 * run ended and with which status, how many reports it has and how many there were, in
 * which order trials ended, what the log of early stopping has of each run. */
#ifndef HPS_SAVED_FACTS_H
#define HPS_SAVED_FACTS_H

#include "saved/saved.h"

/* The first contradiction, in words; nothing where there is none. sv is one of a
 * results file that no version 0.1.0 began. */
void facts_check(const struct saved *sv, struct str *difference);

#endif
