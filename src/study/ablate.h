/* An ablation under way: its directory's journal begun, and its runs made. */
#ifndef HPS_STUDY_ABLATE_H
#define HPS_STUDY_ABLATE_H

#include "search/ablated.h"
#include "study/comparison.h"

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
