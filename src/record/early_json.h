/* Decisions of early stopping and their log in JSON: in the journal, and in a results
 * file. Values are in the metric's sign. */
#ifndef HPS_RECORD_EARLY_JSON_H
#define HPS_RECORD_EARLY_JSON_H

#include "base/json.h"
#include "early/savings.h"

/* A judgement as members of a JSON object that has one already. */
void judgement_json(const struct judgement *j, struct str *out);
/* STOP, PAUSE, PROMOTE: the members of a decision, and back: kind and as.decision. */
void decision_json(const struct event *e, struct str *out);
bool decision_read(const cJSON *e, struct arena *a, struct event *out,
                   struct error *err);

/* The member "early_terminate" of a results file, behind a comma: what it came to, and
 * the log from which every decision can be made again, up to its bracket; then its
 * events, one by one. */
void early_json(const struct search *s, const struct monitor *m, struct str *out);
void early_json_event(const struct monitor *m, size_t i, struct str *out);

#endif
