/* What runs said beside the metric, in show --trial. */
#ifndef HPS_REPORT_MEASURED_TEXT_H
#define HPS_REPORT_MEASURED_TEXT_H

#include "report/sheet.h"
#include "search/search.h"

/* The metrics of a run as a table, its notes. */
void measured_run(const struct spec *s, const struct run *r, const struct sheet_view *v,
                  struct str *out);
/* Names of `metrics` that no run said, names that found no room: a line or two each. */
void measured_report(const struct search *s, struct str *out);

/* The artifacts that are in a run's folder; dir NULL: it is not known where that is. */
void measured_artifacts(const struct search *s, const struct trial *t, const char *dir,
                        const char *folder, struct str *out);

#endif
