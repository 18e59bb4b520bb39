/* The paths of an ablation, change by change: which of several is taken next is a race
 * over the same rows; and the runs that all of an ablation asks for. */
#ifndef HPS_SEARCH_ABLATION_PATH_H
#define HPS_SEARCH_ABLATION_PATH_H

#include "search/ablation.h"

struct ablation_walk {
	const struct ablation_plan *p;
	const struct ablation_runs *runs;
	struct ablation *out;
	struct arena *a;
	uint64_t all;
	struct claim_plan back, forward, margin;
};

/* A cell as it is; *value where it is there. */
enum cell ablation_cell(const struct ablation_walk *w, uint64_t mask, size_t row,
                        double *value);
/* What is there of a row, a failure being NaN; what is not, is asked for. */
bool ablation_need(struct ablation_walk *w, uint64_t mask, size_t row, double *value);
/* Of n rows from `first` on. */
bool ablation_need_rows(struct ablation_walk *w, uint64_t mask, size_t first, size_t n,
                        double *out);
/* From one set of changes to the other, a step at a time. False: more runs are needed.
 */
bool ablation_walk_path(struct ablation_walk *w, uint64_t from, uint64_t to,
                        struct ablation_path *path);

#endif
