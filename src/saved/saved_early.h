/* The log of early stopping in a results file, read back. */
#ifndef HPS_SAVED_SAVED_EARLY_H
#define HPS_SAVED_SAVED_EARLY_H

#include "base/json.h"
#include "study/study.h"

/* Tells the monitor of a search, whose trials are there, what its log says; nothing
 * where there is no monitor. early: the member "early_terminate". */
bool early_load(struct study *study, const cJSON *early, struct error *err);

#endif
