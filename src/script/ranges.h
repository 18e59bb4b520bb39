/* What is usual for an option of that name: a range to search, or why it is none. The
 * ranges are the common ones of the field, placed around the default where there is
 * one; the sources are the defaults' neighbourhoods in the tuning guides of Godbole et
 * al. (2023), Bengio (2012, section 3) and Smith (2018), and for boosted trees and
 * sampling settings what their manuals give. */
#ifndef HPS_SCRIPT_RANGES_H
#define HPS_SCRIPT_RANGES_H

#include "base/str.h"
#include "script/script.h"

enum range_use {
	RANGE_SEARCH, /* worth searching */
	RANGE_MAYBE,  /* a number or a choice whose meaning is not known: for the reader
	               */
	RANGE_SEED,   /* the seed of the training */
	RANGE_FIXED   /* not a thing to search: reason says why */
};

/* entry: "{min: …}" in YAML, for SEARCH and MAYBE. reason: a few words, static or in a.
 */
enum range_use range_of(const struct script_option *o, struct str *entry,
                        const char **reason, struct arena *a);

#endif
