/* Population based training: a population of members that train at the same time, in
 * intervals of steps. Between two intervals a member that is among the worst takes over
 * the checkpoint of one that is among the best, and its parameters, changed a little:
 * truncation selection with perturbation, as Jaderberg et al. 2017, "Population Based
 * Training of Neural Networks", section 3 and appendix A, have it.
 *
 * One interval of one member is one trial. A member is compared with those alone that
 * have come to the same step, so a slow one is not taken for a bad one, and what it
 * copies is at that step too. */
#ifndef HPS_STRATEGY_PBT_H
#define HPS_STRATEGY_PBT_H

#include "strategy/strategy.h"

enum pbt_how {
	PBT_BEGIN,  /* the first interval of a member */
	PBT_GO_ON,  /* its own checkpoint, its own parameters */
	PBT_EXPLOIT /* those of a better one, the parameters changed */
};

/* What becomes of one parameter of the configuration that is copied. */
enum pbt_move {
	PBT_KEPT,
	PBT_RESAMPLED, /* drawn afresh from its distribution */
	PBT_PERTURBED  /* multiplied by a factor; of a list: to a neighbour */
};

struct pbt_step {
	enum pbt_how how;
	uint64_t member;
	uint64_t own;      /* the member's trial before this one; not for BEGIN */
	uint64_t from;     /* the trial that it goes on from: own, or the better one */
	uint64_t interval; /* which of the member's, from 0 */
	size_t known; /* members that were known to have come to the step of `own` */
	size_t place; /* of own among them, from 1, the best first */
	size_t cut;   /* so many of them are at either end */
	bool failed;  /* own left nothing to go on from */
};

/* Intervals of a whole training. */
uint64_t pbt_intervals(const struct population *p);
/* The step at which interval k, from 0, ends. */
double pbt_end(const struct population *p, uint64_t k);

/* What trial `id` is, from what h says was known: a pure function. WAIT: every member
 * is under way, or has failed and waits for one that it can copy. DONE: *why says. A
 * trial below p->members begins a member. */
enum ask pbt_decide(const struct population *p, uint64_t seed, const struct history *h,
                    uint64_t id, struct pbt_step *out, const char **why);

/* The copied configuration, changed: the parameters of the space in the order in which
 * conditions want it; what was inactive is drawn. Drawn again until every constraint
 * holds; after a hundred times *out is `point` itself. moves (space->n) may be NULL. */
void pbt_explore(const struct population *p, const struct space *space, uint64_t seed,
                 uint64_t id, const struct known *copied, struct coord *out,
                 enum pbt_move *moves);

#endif
