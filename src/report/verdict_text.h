/* The verification report: what the search believed, what fresh seeds say, what the
 * test data say, and whether the winner is better than the defaults. */
#ifndef HPS_REPORT_VERDICT_TEXT_H
#define HPS_REPORT_VERDICT_TEXT_H

#include "study/study.h"

void verdict_report(const struct study *s, struct str *out);

#endif
