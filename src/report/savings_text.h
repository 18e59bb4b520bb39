/* What early stopping came to, in a few sentences: what it saved, what the control
 * group says it lost, and how far its first rung can be trusted. Nothing where the
 * search had none. */
#ifndef HPS_REPORT_SAVINGS_TEXT_H
#define HPS_REPORT_SAVINGS_TEXT_H

#include "study/study.h"

void savings_report(const struct study *s, struct str *out);

#endif
