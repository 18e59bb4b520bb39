/* The verification report: what the search believed, what fresh seeds say, what the
 * test data say, and whether the winner is better than the defaults. */
#ifndef HPS_REPORT_VERDICT_TEXT_H
#define HPS_REPORT_VERDICT_TEXT_H

#include "report/sheet.h"
#include "study/study.h"

void verdict_report(const struct study *s, const struct sheet_view *v, struct str *out);
/* Its answer alone, on a line: "better than the defaults on the test data by …: yes";
 * of a search that is not verified, that it is not. Nothing where there is nothing to
 * say. */
void verdict_sentence(const struct study *s, struct str *out);

#endif
