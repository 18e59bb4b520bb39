/* Other tools' words, and how the same is written here: only for the help of an error.
 * Nothing is taken as what it resembles, because ranges differ (Ray's and NNI's randint
 * leaves the upper end out, W&B's log_uniform has exponents). */
#ifndef HPS_CONFIG_DIALECT_H
#define HPS_CONFIG_DIALECT_H

#include "config/yaml.h"

/* All return NULL where nothing is known; texts are in a. */

/* For `distribution: word`. */
const char *dialect_distribution(const char *word);
/* For a top-level key, with what stands behind it. */
const char *dialect_key(const char *key, const struct node *n, struct arena *a);
/* The native key that does the same as another tool's. */
const char *dialect_native_key(const char *key);
/* The entry of a parameter in Optuna's, Determined's or NNI's keys, in native ones:
 * "{min: 1e-5, max: 0.1, log: true}". */
const char *dialect_parameter(const struct node *map, struct arena *a);
/* The same for a text such as loguniform(1e-5, 0.1), tag(log, interval(1, 10)), 1,2,3.
 */
const char *dialect_call(const char *text, struct arena *a);
/* Is the text a call at all: name( … )? */
bool dialect_is_call(const char *text, struct arena *a);
/* A top-level key that changes where or what runs in some tool (or is for a later
 * version): left out it would be another search. */
bool dialect_decides(const char *key);

#endif
