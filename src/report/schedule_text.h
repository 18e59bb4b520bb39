/* Population based training for people and programs: the schedule of each parameter
 * along a lineage, and why a trial goes on from where it does. */
#ifndef HPS_REPORT_SCHEDULE_TEXT_H
#define HPS_REPORT_SCHEDULE_TEXT_H

#include "study/study.h"

/* The schedule that trial t is the end of: its intervals one after the other, and for
 * every parameter the steps at which it changes, with the values from there on (null:
 * it is not active). */
void schedule_json(const struct search *s, const struct trial *t, struct str *out);
void schedule_yaml(const struct search *s, const struct trial *t, struct str *out);
/* "member 3, steps 10 to 15, on from trial 9 (of member 5)"; nothing without a
 * population. */
void schedule_place(const struct search *s, const struct trial *t, struct str *out);
/* The decision made again, in sentences, a line each. */
void schedule_why(const struct study *s, const struct trial *t, struct str *out);

#endif
