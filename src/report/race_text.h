/* A race over items (search/race.h) in sentences. */
#ifndef HPS_REPORT_RACE_TEXT_H
#define HPS_REPORT_RACE_TEXT_H

#include "search/search.h"

/* "items    200 of 300 for the search, in batches of 20; 100 for the test" and what
 * decides, each on lines of their own; nothing without items. */
void race_plan(const struct spec *sp, uint64_t cap, struct str *out);
/* What the verification will do. */
void race_test(const struct spec *sp, struct str *out);
/* Answers given, those that there could have been, who left, and the cost; one
 * paragraph, nothing without items. */
void race_summary(const struct search *s, struct str *out);
/* Answers that the runs of a trial have given so far. */
size_t race_answers(const struct trial *t);

#endif
