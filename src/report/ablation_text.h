/* An ablation in sentences: before it starts, and what it came to. */
#ifndef HPS_REPORT_ABLATION_TEXT_H
#define HPS_REPORT_ABLATION_TEXT_H

#include "report/sheet.h"
#include "search/ablated.h"

/* The changes, and how many runs they take. budget_runs: 0: no limit. */
void ablation_plan_text(const struct ablated *a, struct str *out);
/* Paths, what matters, what does not, and the simplest configuration as YAML. a is
 * judged. */
void ablation_text(struct ablated *a, const struct sheet_view *v, struct str *out);
/* Both paths as one table: path, change, by (how much worse back, how much better
 * forward), half of its interval, pairs, answer. */
void ablation_sheet(const struct ablated *a, struct sheet *out);
/* What a step changes, "lr 0.1 → 0.01"; back: towards the defaults. */
void ablation_step_text(const struct ablated *a, const struct ablation_step *s,
                        bool back, struct str *out);
/* The same in a sentence or two, for `show` of the search. */
void ablation_brief(struct ablated *a, struct str *out);

#endif
