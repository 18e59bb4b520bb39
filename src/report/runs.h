/* Every run of a search and of its verification, a row each. */
#ifndef HPS_REPORT_RUNS_H
#define HPS_REPORT_RUNS_H

#include "report/sheet.h"
#include "study/study.h"

/* Those of the trials in rank order (top: of the best of them; 0: of all), then those
 * of the verification, unless top is given. */
void runs_sheet(struct study *s, size_t top, struct sheet *out);

#endif
