/* The models of what there is beside the first objective: further objectives, and by
 * how much limits are exceeded. One dataset each, of the same trials in the same order
 * as the first objective's, and what of it the acquisition needs. */
#ifndef HPS_STRATEGY_SEVERAL_H
#define HPS_STRATEGY_SEVERAL_H

#include "gp/acquire.h"
#include "strategy/dataset.h"

struct several {
	size_t m;             /* objectives, 1 or more */
	size_t n;             /* models here; 0: there is nothing but the first one */
	struct dataset *sets; /* (n) objectives 2 … m, then limits */
	struct joint joint;   /* between load and unload */
	size_t *front;        /* (n_front) rows of the view: what none beats */
	size_t n_front;
	double *found; /* (n_found, m) what the models say of these, and of what is
	                * pending and may get on to the front */
	size_t n_found;
	double ref[PARETO_MAX];
	bool *holds; /* (n_view) of the first one's view: usable, within the limits */
	bool any;    /* one of them */
};

void several_init(struct several *s, struct encoding *encoding,
                  const struct strategy_args *args);
void several_free(struct several *s);
void several_gather(struct several *s, const struct history *h, uint64_t id);
/* The models, on the view of the first objective, whose model is factored: who holds
 * the limits as the models see it, and of these who is on the front. The reference
 * point is, in each objective, a tenth of the range of all that holds the limits behind
 * the worst of the front, for odd ids, and behind the worst of all, for even ones: the
 * one fills the front, the other finds its ends. Measured with bench-fronts (8
 * functions, 2 seeds, 40 trials), log10 of the share of the volume that was missing, on
 * the average: -1.78 so, -1.71 behind the worst of all alone; behind that of the front
 * alone zdt2, zdt3 and dtlz7 came to one end of theirs, and stayed there. */
void several_load(struct several *s, const struct dataset *first, uint64_t id);
/* Then what is pending, as rows that the first model has been given (at its end), and
 * the acquisition. */
void several_join(struct several *s, const struct dataset *first,
                  struct acquisition *a);
void several_unload(struct several *s);
/* Genes (most, d) of configurations around which to look: of the front, at even places
 * along the first objective; else of what is nearest to the limits. Returns how many.
 */
size_t several_best(const struct several *s, const struct dataset *first, size_t most,
                    double *out);
/* The probability that every limit holds at a row. */
double several_chance(const struct several *s, const double *row);

#endif
