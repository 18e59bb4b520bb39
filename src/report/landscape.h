/* What a Gaussian process makes of a whole search, whatever its method: the metric over
 * the space. Trials that failed tell it nothing. */
#ifndef HPS_REPORT_LANDSCAPE_H
#define HPS_REPORT_LANDSCAPE_H

#include "strategy/dataset.h"
#include "study/study.h"

/* Below this leave-one-out R^2 nothing is said. */
#define LANDSCAPE_R2 0.3
enum { LANDSCAPE_TRIALS = 8 };

/* Not to be moved: its parts know one another. */
struct landscape {
	struct encoding encoding;
	struct dataset data;
	size_t trials; /* that it is made of */
	double r2;     /* leave-one-out */
	double
	    gain;   /* of the model over noise alone, in log likelihood, less Schwarz's
	             * penalty (1978, the proposition of section 2); below 0: refused */
	double cap; /* worse values count as this, minimized … */
	size_t capped;   /* … so many */
	double mean, sd; /* a minimized value is mean + sd y, y of the process */
};

/* Of how many trials a model is made: those with a value. */
size_t landscape_trials(const struct search *s);
/* False: too few trials with a value, or a model that explains too little (ERROR_TRIAL,
 * with the number). To be freed in any case. */
bool landscape_init(struct landscape *l, const struct study *s, struct error *err);
void landscape_free(struct landscape *l);
/* Mean and standard deviation of the function, minimized, at n genes (n, encoding.d).
 */
void landscape_at(struct landscape *l, const double *genes, size_t n, double *mean,
                  double *sd);

#endif
