/* An ablation under way: its directory's journal begun, and its runs made. */
#ifndef HPS_STUDY_ABLATING_H
#define HPS_STUDY_ABLATING_H

#include "search/ablated.h"
#include "study/comparison.h"

/* Is what is there the ablation that is asked for: the same plan between the same ends?
 */
bool ablate_is_the_same(const struct search *there, const struct purpose *p,
                        const struct coord *defaults, const struct coord *winner);
/* A new ablation (or, where there is one of the same two configurations, other settings
 * of it): purpose, then the defaults and the winner as trials. ERROR_USAGE where the
 * study's directory holds something else. */
bool ablate_begin(struct study *s, const struct purpose *p,
                  const struct coord *defaults, const struct coord *winner,
                  struct error *err);
/* Runs what is missing; judged when it returns. */
bool ablate_run(struct ablated *a, struct study *s, struct runner *r,
                const struct budget *b, struct error *err);

#endif
