/* Several objectives, and limits, in sentences. */
#ifndef HPS_REPORT_FRONT_TEXT_H
#define HPS_REPORT_FRONT_TEXT_H

#include "search/search.h"

/* The first front, its knee and its extremes; how many trials hold the limits, and what
 * comes nearest where none does. Nothing where the metric alone counts. */
void front_report(struct search *s, struct str *out);
/* The criteria of a trial, a line each, with what the limits say. */
void front_trial(const struct search *s, const struct trial *t, struct str *out);
/* "acc 0.91, latency_ms 8.2": the means of the criteria that are objectives. */
void front_values(const struct search *s, const struct trial *t, struct str *out);
/* The limits that a trial does not hold, by their texts: "latency_ms <= 20"; nothing
 * where it holds them. */
void front_beyond(const struct search *s, const struct trial *t, struct str *out);
/* Of the file, for what it means before anything runs. */
void front_plan(const struct spec *s, struct str *out);

#endif
