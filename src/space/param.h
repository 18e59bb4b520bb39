/* One parameter: what it may be, and how a number u in (0,1) becomes a value. Every
 * distribution is an inverse CDF, so any point set in the unit cube maps through it. */
#ifndef HPS_SPACE_PARAM_H
#define HPS_SPACE_PARAM_H

#include "base/error.h"
#include "space/value.h"

enum dist {
	DIST_CONSTANT,
	DIST_CATEGORICAL, /* also with probabilities */
	DIST_INT_UNIFORM,
	DIST_UNIFORM,
	DIST_Q_UNIFORM,
	DIST_LOG_UNIFORM, /* bounds are natural-log exponents */
	DIST_Q_LOG_UNIFORM,
	DIST_INV_LOG_UNIFORM,
	DIST_LOG_UNIFORM_VALUES, /* bounds are values */
	DIST_Q_LOG_UNIFORM_VALUES,
	DIST_INV_LOG_UNIFORM_VALUES,
	DIST_NORMAL,
	DIST_Q_NORMAL,
	DIST_LOG_NORMAL,
	DIST_Q_LOG_NORMAL,
	DIST_BETA,
	DIST_Q_BETA
};

/* `when: {optimizer: sgd}`: active only while another parameter is active and equals
 * one of the listed values. */
struct condition {
	size_t param;               /* index in the space */
	const struct value *values; /* (n) */
	size_t n;
};

struct param {
	const char *name;        /* nested ones joined by dots: "optimizer.lr" */
	const char *const *path; /* (depth) its parts; a dotted flat name is one part */
	size_t depth;
	enum dist dist;
	double min, max; /* as written; meaning by dist */
	double q;        /* step of the q_ distributions */
	bool q_int;      /* q was written as an integer: values are integers */
	bool clip;       /* native key `q:`/`log:` without `distribution:`: values
	                  * are the multiples of q inside [min, max]. W&B's own q_
	                  * distributions may leave the range, as they do there. */
	bool v1;         /* decoded as by hpsearch 0.1.0, whose searches go on: half
	                  * cells at the ends of a log scale with steps, and no
	                  * rounding to the ends and the middle of a range */
	bool size;       /* CATEGORICAL: one of scale: (config/spec.h) */
	bool idle;       /* CONSTANT: it makes no difference, so earlier trials count
	                  * whatever theirs was */
	double mu, sigma, a, b;
	const struct value *values;  /* CONSTANT: one; CATEGORICAL: (n_values) */
	const double *probabilities; /* (n_values), or NULL: all alike */
	size_t n_values;
	/* Filled by param_finish: the indices of the different values that can occur.
	 */
	const size_t *distinct; /* (n_distinct) */
	size_t n_distinct;
	const struct value *preset; /* `default:`, or NULL */
	const struct condition *when;
	size_t n_when;
	size_t line, column; /* of its name in the file, from 1 */
	/* How it is written on a command line (config/spelling.h); NULL: as usual. */
	const char *arg, *format, *separator;
	bool flag;
	/* One of several that move together (zip): the k-th of its values goes with the
	 * k-th of the others'. The one that leads is categorical, with a cell for each;
	 * the others follow it and are constants to whoever draws points. */
	size_t zip; /* number of the group, from 1; 0: none */
	bool zip_leads;
	size_t zip_leader; /* its index; filled by space_finish */
};

/* How coordinates become values. A search keeps the one that it began with: DECODING
 * is what a new one takes, 1 that of hpsearch 0.1.0 (param.v1). */
enum { DECODING = 2 };

const char *dist_name(enum dist d); /* the word in the YAML file */
bool dist_find(const char *name, enum dist *d);
bool dist_is_log(enum dist d);         /* even in the logarithm, or normal in it */
extern const char *const dist_names[]; /* all of them, dist order */
extern const size_t dist_count;

/* Prepares a parameter for use; space_finish calls it for each. */
void param_finish(struct param *p, struct arena *a);

/* The multiples of q that can come out, first * q … last * q, of any distribution with
 * steps; false: there are none, or no end to them. */
bool param_multiples(const struct param *p, double *first, double *last);

/* The value at u (0 < u < 1). Continuous values are rounded to a fine decimal lattice
 * (about 9 digits below the scale of the range) so that a last-bit difference between
 * two machines' exp() or log() does not change a search, and their text is short; a u
 * within 2^-30 of 0, 1/2 or 1 is the end or the middle of the range itself.
 *
 * Native steps (clip) have cells of the same make, all of them whole: on a linear scale
 * as wide as each other, on a log scale from (k - 1/2) q to (k + 1/2) q, the first and
 * the last too (as Optuna's log integers). */
void param_decode(const struct param *p, double u, struct arena *a, struct value *out);
/* Which of the values, (n_values), a point of a categorical parameter has. */
size_t param_row(const struct param *p, double u, int64_t level);
/* A u whose value is v, centred in v's cell for discrete parameters; false when v is
 * not within reach of the parameter. Numbers that differ by a rounding error only (1e-9
 * of a step or of the scale, 1e-12 of a listed value) are the same. */
bool param_encode(const struct param *p, const struct value *v, double *u);
/* A u of the middle of the range: 1/2, but where the cells of a log scale reach beyond
 * the range. */
double param_middle(const struct param *p);
/* The value that the parameter can take which is nearest to v, of texts the one that v
 * is a slip of; false when there is nothing to measure by. Its text is the parameter's.
 */
bool param_nearest(const struct param *p, const struct value *v, struct value *out);

/* Number of different values that param_decode can give; 0 = more than 2^32 or
 * unbounded. */
uint64_t param_cardinality(const struct param *p);

/* A u in the cell of the k-th of them, k < param_cardinality (which must not be 0). */
double param_cell(const struct param *p, uint64_t k);

/* Grid levels, in the order of a grid search. W&B's rules: categorical without
 * probabilities (equal values once), constant, int_uniform (both ends), q_uniform
 * (min, min + q, … below max: max excluded). Native `q:` (clip): the multiples of q,
 * both ends included. 0 = not allowed on a grid. */
uint64_t param_grid_size(const struct param *p);
void param_grid_value(const struct param *p, uint64_t level, struct arena *a,
                      struct value *out);

/* One line for a person: "log_uniform_values 1e-05 … 0.1, default 0.001". */
void param_describe(const struct param *p, struct str *out);

#endif
