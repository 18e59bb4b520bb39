/* Several objectives, and limits, in results.json. */
#ifndef HPS_RECORD_FRONT_JSON_H
#define HPS_RECORD_FRONT_JSON_H

#include "search/search.h"

/* ,"objectives":[{"name":"acc","goal":"maximize"},…],"limits":["latency_ms <= 20"]
 * and, of trials in rank order (s->n),
 * ,"front":{"trials":[12,3],"knee":12,"best":[3,12],"volume":0.83}: by objective the
 * trial that is best in it. Nothing of what there is not. */
void front_json(const struct search *s, struct trial *const *order, struct str *out);
/* ,"front":1,"violation":0,"criteria":{"acc":{"value":0.9,"stderr":null},…} of a trial
 * that has them. */
void front_json_trial(const struct search *s, const struct trial *t, struct str *out);

/* Of a candidate of a verification: ,"role":"the knee" and ,"criteria":{"acc":
 * {"rerun":{…},"test":{…},"better":{…}},…} of several objectives, ,"limits":[{…}] of
 * limits. */
void front_json_candidate(const struct verdict *v, const struct candidate *c,
                          struct str *out);

#endif
