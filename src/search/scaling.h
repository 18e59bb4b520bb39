/* Tune small, extrapolate up: where the best value of each parameter lies at each size
 * (width, tokens, …), how that goes with the size, and what it would be at a size that
 * nobody has tuned at.
 *
 * The best values at the sizes are the minima of quadratics with one curvature for all
 * sizes (base/bowl.h). With their covariances over bootstrap samples they go into a
 * line over log sizes (base/trend.h), on the parameter's own scale: a power law where
 * that is logarithmic. The interval is one of 90 % by bootstrap. Words are not
 * extrapolated: what the best trials of the two largest sizes have is kept.
 *
 * That, and not the optima of a Gaussian process over all sizes: on Step Law's
 * trainings, 20 of each of 6 cells, it found the best learning rate to 12 %; there the
 * differences near to the best are a thousandth of those elsewhere, and what a process
 * makes of the whole hides them.
 *
 * A prediction is not to be trusted, in words, where its interval is wider than a
 * factor of SCALING_FACTOR either way (on a linear scale: than SCALING_SHARE of the
 * range), where the target is further beyond the sizes than they are apart,
 * where there is no minimum along it in a fifth of the samples, where a bend of the
 * line is beyond chance (0.01), where the best values sit at an end of the range at a
 * third of the sizes or at the largest one, or where what the line leaves unexplained
 * is more than a factor of SCALING_SCATTER (SCALING_SHARE / 2 of the range). */
#ifndef HPS_SEARCH_SCALING_H
#define HPS_SEARCH_SCALING_H

#include "base/str.h"
#include "base/trend.h"
#include "search/search.h"

#define SCALING_FACTOR  3.0
#define SCALING_SHARE   0.25
#define SCALING_SCATTER 2.0
enum { SCALING_SIZES = 2, SCALING_TRIALS = 4, SCALING_PLACES = 32 };

struct scaling_param {
	size_t param; /* in the space of the first search */
	bool number;  /* else a choice */
	bool log;
	double *mean, *sd;  /* (places) best values, on the parameter's own scale */
	double least, most; /* what was searched, on the same scale; of a number */
	struct trend trend;
	double at, low, high;       /* predicted, as values; the 90 % interval */
	const struct value *choice; /* of what has no order; NULL: none agreed on */
	const char *why;            /* it is not to be trusted; NULL: it is */
};

struct scaling {
	size_t n_sizes;
	const char *names[SCALING_SIZES];
	double target[SCALING_SIZES];
	size_t places;
	double *size;    /* (places, n_sizes) rising */
	size_t *trials;  /* (places) with a value */
	double *best;    /* (places) best value */
	size_t left_out; /* trials that do not fit, or of sizes with too few */
	size_t used;     /* trials near enough to the best to count */
	struct scaling_param *list; /* (n) */
	size_t n;
	const struct space *space; /* of the first search; it must outlive this */
	struct arena arena;
};

/* Of one search with several sizes, or of several. names (n_names): parameters of all
 * of them; target (n_names). ERROR_USAGE, with the way out: a name that is none, a
 * target within the sizes; ERROR_TRIAL: too few sizes or trials. */
bool scaling_init(struct scaling *s, struct search *const *searches, size_t n,
                  const char *const *names, const double *target, size_t n_names,
                  struct error *err);
/* Of a search whose file has a scale block. */
bool scaling_of(struct scaling *s, struct search *search, struct error *err);
void scaling_free(struct scaling *s);
void scaling_json(const struct scaling *s, struct str *out);
/* The member "scale" of a results file, behind a comma; nothing where the file has no
 * such block, or the search has not ended. */
void scaling_member(struct search *s, struct str *out);

#endif
