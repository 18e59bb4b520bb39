/* What a winner's difference to the defaults is made of, from runs of the
 * configurations between the two: the greedy paths, one change at a time, back from the
 * winner and forward from the defaults (Fawcett & Hoos 2016, Journal of Heuristics 22,
 * section 3), and what may be said of their steps. A pure function of the runs, asked
 * again after every batch of them: it says as well which runs it needs next.
 *
 * - A step is chosen by a race (their section 3.2; Birattari et al. 2002): candidates
 * run on the same ABLATION_RACE seeds, and half way those go that are worse than the
 * leader by a paired t test at 5 %.
 * - Statements are made of other seeds than those that chose the path, so the choice
 *   costs them nothing. Every step is one claim (search/claim.h) at a share of 2.5 %,
 *   one-sided, among the steps of its path: what is said of all of them together is
 * wrong in 5 % at the most.
 * - A change is idle when its step on the way back is not shown to be a loss.
 * - Not worse than the winner by more than a margin: one-sided tests with the margin
 *   added to the winner, wrong in 5 % at the most together. Half of it is for all idle
 *   changes undone at once, and then for what the path back has beyond; the other half,
 *   where that is not shown, for the path from its beginning. Each series ends with the
 *   first that fails, so its members need not share (Maurer, Hothorn & Lehmacher 1995:
 *   a-priori ordered hypotheses).
 * - Where the seed has no part in it, one run tells everything, and differences count
 * as they are. */
#ifndef HPS_SEARCH_ABLATION_H
#define HPS_SEARCH_ABLATION_H

#include "base/mem.h"
#include "search/claim.h"

enum {
	ABLATION_CHANGES = 64, /* at the most */
	ABLATION_RACE = 6, /* seeds of a race: rows 0 …; then those of statements */
	ABLATION_PROBE = 3 /* seeds that tell whether the seed matters */
};

/* Sets of changes: bit i is set where change i is as in the winner. */
enum cell { CELL_MISSING, CELL_FAILED, CELL_OK };
struct ablation_runs {
	void *self;
	/* The run of a configuration on the seed of a row; small values are good. */
	enum cell (*cell)(void *self, uint64_t mask, size_t row, double *value);
	bool (*feasible)(void *self, uint64_t mask);
};

struct ablation_plan {
	size_t n;           /* changes, 1 … ABLATION_CHANGES */
	size_t most;        /* pairs of a statement; at least ABLATION_PROBE */
	double margin;      /* that counts as not worse; NaN: what another seed does */
	bool deterministic; /* the seed has no part in it */
	double spread;      /* between configurations in the search; 0: unknown */
};

struct ablation_step {
	uint64_t moved;     /* the changes of this step: several where constraints allow
	                     * no single one */
	uint64_t mask;      /* the configuration behind it */
	struct claim claim; /* gain: how much better the one with the change is */
	struct claim within; /* back: of mask, "not worse than the winner by margin" */
};

struct ablation_path {
	struct ablation_step *steps; /* (n) */
	size_t n;
};

struct ablation_need {
	uint64_t mask;
	size_t row;
};

enum ablation_state {
	ABLATION_MORE,  /* needs are to be run */
	ABLATION_DONE,  /* everything is said */
	ABLATION_FAILED /* the winner does not train here */
};

enum ablation_margin {
	MARGIN_GIVEN,
	MARGIN_SEED, /* what another seed does */
	MARGIN_HALF, /* half of what the winner is better than the defaults by: less */
	MARGIN_SHARE /* no noise: 1 % of that */
};

struct ablation {
	enum ablation_state state;
	bool exact;  /* the seed has no part in it */
	bool chosen; /* both paths are whole */
	struct ablation_path back, forward;
	double noise;  /* between seeds of a configuration: median of standard
	                * deviations;	   NaN: not known yet */
	double margin; /* NaN: not known yet */
	enum ablation_margin margin_is;
	uint64_t matters, idle; /* of the steps back that are decided */
	uint64_t simplest; /* shown to be within the margin; all: none but the winner */
	struct claim within;  /* … its claim, against the winner and the margin */
	struct claim at_once; /* of all idle changes at once; no looks: not asked */
	struct ablation_need *needs; /* (n_needs), none twice */
	size_t n_needs, cap_needs;
};

/* Fills *out from the runs that there are; everything in it is in arena a. */
void ablation_judge(const struct ablation_plan *p, const struct ablation_runs *runs,
                    struct ablation *out, struct arena *a);
/* How many runs it will take: at least, where everything is clear at the first look,
 * and at the most. */
struct ablation_cost {
	size_t least, most;
};
struct ablation_cost ablation_cost(const struct ablation_plan *p);
/* Is it shown that the one with the change is worse? */
bool ablation_harms(const struct claim *c);
/* The winner's set: every change made. */
uint64_t ablation_all(size_t n);

#endif
