/* Which parameters mattered: shares of the variance of the metric over the search
 * space (shares.h), as the Gaussian process sees it, of each parameter alone, of it
 * with all that it interacts with, and of pairs beyond their parts. From any search,
 * whatever its method.
 *
 * What is stated of a share are its mean and an interval of 90 % over draws, each with
 * kernel parameters of its own (gp/slice.h), a function of its own (gp/sample.h) and
 * points of its own, so that the uncertainty of all three is in it (the first two:
 * Le Gratiet, Cannamela & Iooss 2014, section 3.2, without their bootstrap). A process
 * that does not know a function fills it with interactions of every order, which draws
 * cannot show: what parameters do alone looks smaller for it, totals and interactions
 * larger. So the interval is made wider by parts of the doubt, which is the variance of
 * the function at a point, as far as it is not known, over the variance of the
 * function; less where the model says that part of the values' variance is noise (times
 * what is none): of a share alone by 0.1 below and 0.5 above, of a total by 0.8 and
 * 0.4, of a pair by 0.5, among the best by 1.2. The numbers are ours, from functions
 * other than those that tests/README.md has the coverage for. In the end it is rounded
 * outwards to whole percents. */
#ifndef HPS_REPORT_IMPORTANCE_TEXT_H
#define HPS_REPORT_IMPORTANCE_TEXT_H

#include "report/landscape.h"
#include "report/sheet.h"

struct share {
	double mean, low, high; /* low, high: multiples of 0.01 */
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
	double noise;                /* share of the values' variance */
	double doubt;                /* mean variance of what is not known, over that
	                              * of the function */
	double cap;                  /* worse values count as this, minimized … */
	size_t capped;               /* … so many */
	struct importance_row *rows; /* (n) parameters, largest total first */
	size_t n;
	struct importance_row *pairs; /* (n_pairs) of the largest ones */
	size_t n_pairs;
	struct arena arena;
};

/* False: too few trials with a value, or a model that explains too little (ERROR_TRIAL,
 * with the number). */
bool importance_init(struct importance *im, const struct study *s, struct error *err);
/* The same of a landscape that is there, which is left as it was. */
bool importance_of(struct importance *im, struct landscape *l, struct error *err);
/* The parameters of the space in about that order, (n) in a, for a small part of the
 * price: a fraction of a second. None where importance_init has nothing to say, with
 * several objectives, with more than 64 parameters or more than 300 trials with a
 * value. */
const size_t *importance_rough(const struct study *s, struct arena *a, size_t *n);
void importance_free(struct importance *im);
void importance_table(const struct importance *im, const struct study *s,
                      const struct sheet_view *v, struct str *out);
/* A row for each parameter and each pair: shares, which people see in whole
 * percents. */
void importance_sheet(const struct importance *im, const struct study *s,
                      struct sheet *out);
void importance_json(const struct importance *im, const struct study *s,
                     struct str *out);

#endif
