/* Whether it is worth while to go on: what the model thinks of it, at the end of a
 * search or, where the file says stop: auto, as a reason to end it. */
#ifndef HPS_SEARCH_PROSPECT_H
#define HPS_SEARCH_PROSPECT_H

#include "base/str.h"
#include "search/search.h"

/* stop: auto: has one of the moments been reached at which this is asked (20 trials
 * with a value, then each 5, later each tenth more), and was the answer that nothing is
 * left to gain? A function of the history up to that moment, so a search that is
 * continued comes to the same answer. *why: one sentence, in arena. */
bool prospect_stop(struct search *s, const char **why);
/* At the end of a search, and of its verification, whose re-runs tell more of the
 * noise: fills s->advice. */
void prospect_judge(struct search *s);
/* Have three trials or more values, and all exactly the same? *value: that one. */
bool prospect_constant(const struct search *s, double *value);
/* The advice as a line: above all, that every trial gave the same; nothing where there
 * is none to give. */
void prospect_text(const struct search *s, struct str *out);
/* The member "advice" of a results file, behind a comma. */
void prospect_json(const struct search *s, struct str *out);

#endif
