/* Objects in a line of a training's output: JSON, and what prints like it but is none,
 * as cJSON trees. Python's dicts ({'loss': 0.3, 'best': None}), JSON5, Ruby's hashes,
 * numbers in any notation (base/number.h). A value that means nothing to us (a tensor,
 * a date, a string that never closes) costs its own member at the most. */
#ifndef HPS_BASE_LOOSE_H
#define HPS_BASE_LOOSE_H

#include "base/json.h"

/* The objects of one line, from its beginning to its end. */
struct loose {
	const char *text;
	size_t len, at; /* at: behind the last object */
	size_t from;    /* where the last object begins */
	size_t work;    /* bytes still to be looked at: a hostile line is given up */
};

struct loose loose_begin(const char *text, size_t len);

/* The next object; NULL when there is none. The caller frees it with cJSON_Delete.
 * Numbers are numbers (not finite ones too, unless the object is JSON but for NaN and
 * Infinity: then those are the strings), words for nothing are null. Lists and
 * whatever else cannot be read are of type cJSON_Raw, valuestring their text, cut
 * short, where the object is no JSON. */
cJSON *loose_next(struct loose *l);

/* The member's value as a number. */
enum loose_value {
	LOOSE_ABSENT,    /* no such member, or null */
	LOOSE_NUMBER,    /* *out is set; true and false are 1 and 0 */
	LOOSE_UNREADABLE /* it is there, and no number */
};
enum loose_value loose_number(const cJSON *item, double *out);

#endif
