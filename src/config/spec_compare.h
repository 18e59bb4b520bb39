/* Is this YAML file still the one that a journal was begun with? */
#ifndef HPS_CONFIG_SPEC_COMPARE_H
#define HPS_CONFIG_SPEC_COMPARE_H

#include "config/spec.h"

/* Compares what decides which trials are made and how they are run; keys that may
 * change between sessions (parallel, max_trials, budget, stop, retries, trial_timeout,
 * gpus, test, names…) do not count. False with ERROR_USAGE: the differences, key by
 * key, and the way out. dir is for the message. */
bool same_search(const struct spec *was, const char *was_command,
                 const struct spec *now, const char *now_command, const char *dir,
                 struct error *err);

#endif
