/* The trials of a search as JSON, for the script of its page. */
#ifndef HPS_PAGE_DATA_H
#define HPS_PAGE_DATA_H

#include "page/view.h"

/* Trials at the most; those behind, in rank order, are not on the page. */
enum { DATA_TRIALS = 2000, DATA_POINTS = 60 };

/* One object: metric, params, trials in rank order with runs and thinned curves.
 * Numbers have as many digits as a picture needs. In as many bytes as `most`: points of
 * curves, commands, numbers, reasons and parameters that matter less are left out where
 * they find no room, and at last trials. */
void data_json(struct view *v, size_t most, struct str *out);
/* The command of a trial's first run, as a shell would take it; "" where there is none.
 */
void data_command(struct view *v, const struct trial *t, struct str *out);

#endif
