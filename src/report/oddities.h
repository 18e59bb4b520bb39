/* What was odd in what the trainings printed: lines that named the metric and held no
 * number for it, steps that do not rise. A line or two each; nothing where all is well.
 */
#ifndef HPS_REPORT_ODDITIES_H
#define HPS_REPORT_ODDITIES_H

#include "base/str.h"
#include "study/study.h"

void reading_report(const struct study *s, struct str *out);

#endif
