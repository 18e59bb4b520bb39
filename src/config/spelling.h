/* How a parameter is written on a command line, where its entry says so: arg, flag,
 * format, separator. */
#ifndef HPS_CONFIG_SPELLING_H
#define HPS_CONFIG_SPELLING_H

#include "config/draft.h"

bool spelling_is_key(const char *key);
/* The keys of an entry, behind its values; refuses what has no sense. */
bool draft_read_spelling(struct reading *r, struct draft *d);
/* Has it any of them? */
bool spelling_is_own(const struct param *p);
/* The text of a value, by its format. */
void spelling_text(const struct param *p, const struct value *v, struct str *out);

#endif
