/* What was done with a search when it was over, as pictures: what its winner's
 * difference is made of, whether it still holds, where its best values go with size. */
#ifndef HPS_PAGE_LATER_H
#define HPS_PAGE_LATER_H

#include "page/view.h"
#include "search/ablated.h"
#include "search/scaling.h"

/* The steps of its paths, what each is worth. a is judged. */
void later_ablation(struct view *v, const struct ablated *a, struct gallery *g);
/* The best values at the sizes, the line through them, and the target; none where there
 * are two sizes. */
void later_scaling(struct view *v, const struct scaling *s, struct gallery *g);

/* One that was written down in the history of rechecks. */
struct recheck_line {
	uint64_t number;
	const char *begun, *answer; /* "": not said */
	bool on_test;
	struct recheck_value {
		double then, now, half; /* NaN: not known */
		uint64_t runs;
	} winner, defaults;
	double drift, drift_low, drift_high; /* on the seeds of then */
	double gain, gain_half;              /* over the defaults */
};
struct recheck_lines {
	struct recheck_line *list; /* (n) oldest first, the latest LATER_RECHECKS */
	size_t n, left_out, damaged;
};
enum { LATER_RECHECKS = 60 };
/* Of the text of a history, a JSON object a line; everything in arena a. A line that is
 * none is counted. */
void later_read(const char *text, size_t len, struct arena *a,
                struct recheck_lines *out);
void later_rechecks(struct view *v, const struct recheck_lines *r, struct gallery *g);
void later_recheck_table(const struct recheck_lines *r, struct str *out);

#endif
