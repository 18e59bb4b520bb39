/* An ablation as it stands in a directory: the changes between its first two trials,
 * the runs that there are, and what they say (search/ablation.h). */
#ifndef HPS_SEARCH_ABLATED_H
#define HPS_SEARCH_ABLATED_H

#include "search/ablation.h"
#include "search/search.h"
#include "space/changes.h"

enum { ABLATED_DEFAULTS, ABLATED_WINNER }; /* trials */

struct ablated {
	struct search *search; /* of the ablation's own directory */
	struct changes changes;
	struct ablation_plan plan;
	struct ablation ablation; /* of the last ablated_judge */
	uint64_t budget_runs;     /* not journalled: of a session; 0: none */
	/* behind it */
	struct configuration_of_mask {
		uint64_t mask, trial; /* UINT64_MAX: none yet */
		bool feasible;
	} * known; /* (n_known), malloc */
	size_t n_known, cap_known;
	struct run **grid; /* (rows, search->n) of the last judgement */
	size_t rows, trials;
	struct arena arena, judged;
};

/* False (ERROR_FILE): the trials and the purpose are none of an ablation, or there is
 * more to change than it can take. The search is borrowed. */
bool ablated_init(struct ablated *a, struct search *s, struct error *err);
void ablated_free(struct ablated *a);
/* Judges the runs that there are now. */
void ablated_judge(struct ablated *a);
/* The trial of a configuration, UINT64_MAX where it has none yet; and its point, in the
 * ablation's arena. */
uint64_t ablated_trial(struct ablated *a, uint64_t mask);
const struct coord *ablated_point(struct ablated *a, uint64_t mask);
/* Its values, in the ablation's arena. */
const struct value *const *ablated_values(struct ablated *a, uint64_t mask);
/* Is every run on the seed of its row, and every trial a mixture of the first two?
 * NULL, or what is not, in the ablation's arena. */
const char *ablated_fault(struct ablated *a);
/* The seed of a row of an ablation of the search. */
uint64_t ablated_seed(const struct search *s, size_t row);
/* How many changes a set has. */
size_t ablated_count(uint64_t mask);

#endif
