/* What a strategy from outside and hpsearch say to each other: JSON, one object a line.
 * Described in hpsearch(1), A STRATEGY FROM OUTSIDE. */
#ifndef HPS_STUDY_OUTSIDE_JSON_H
#define HPS_STUDY_OUTSIDE_JSON_H

#include "search/search.h"

/* The first line: the space and what is looked for. */
void program_hello(const struct search *s, struct str *out);
/* A question: trial `id`, and what is new: of the trials below id whatever is known
 * with an order in (before, h->seen], and those from `told` on, which it has not seen
 * at all. */
void program_question(const struct search *s, const struct history *h, uint64_t id,
                      uint64_t told, uint64_t before, struct str *out);
/* The answer: POINT, WAIT or DONE (*why, in arena a); ERROR with err: it is none, or
 * not within the space. */
enum ask program_answer(const char *line, size_t len, const struct space *sp,
                        struct coord *out, const char **why, struct arena *a,
                        struct error *err);

#endif
