/* Which parameters mattered: shares of the variance of the metric over the search
 * space, as the Gaussian process sees it, of each parameter alone, of it with all that
 * it interacts with, and of pairs beyond their parts. From any search, whatever its
 * method. */
#ifndef HPS_REPORT_IMPORTANCE_H
#define HPS_REPORT_IMPORTANCE_H

#include "study/study.h"

/* Below this leave-one-out R^2 nothing is said. */
#define IMPORTANCE_R2 0.3
enum { IMPORTANCE_TRIALS = 8 };

struct share {
	double mean, low, high; /* over draws from the posterior: 5 % and 95 % */
};

struct importance_row {
	size_t param, other; /* other: SIZE_MAX, or the second of a pair */
	struct share alone;  /* first order; of a pair: their interaction */
	struct share total;  /* with all interactions; of a pair: not used */
	struct share best;   /* likewise, of the values capped at their 10 % quantile */
};

struct importance {
	size_t trials;               /* that it is made of */
	double r2;                   /* leave-one-out */
	struct importance_row *rows; /* (n) parameters, largest total first */
	size_t n;
	struct importance_row *pairs; /* (n_pairs) of the largest ones */
	size_t n_pairs;
	struct arena arena;
};

/* False: too few trials with a value, or a model that explains too little (ERROR_TRIAL,
 * with the number). */
bool importance_init(struct importance *im, const struct study *s, struct error *err);
void importance_free(struct importance *im);
void importance_table(const struct importance *im, const struct study *s,
                      struct str *out);
void importance_json(const struct importance *im, const struct study *s,
                     struct str *out);

#endif
