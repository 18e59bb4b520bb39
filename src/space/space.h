/* The search space: parameters in the order of W&B's grid (sorted by code point at
 * every level, members of a nested group in the place of their group), their conditions
 * and constraints; and the step from a point in the unit cube to the values of one
 * trial. */
#ifndef HPS_SPACE_SPACE_H
#define HPS_SPACE_SPACE_H

#include "space/constraint.h"
#include "space/param.h"

struct space {
	struct param *params; /* (n) */
	size_t n;
	struct constraint *const *constraints; /* (n_constraints) */
	size_t n_constraints;
	/* Filled by space_finish: an order in which parents come before the parameters
	 * whose `when` names them. */
	const size_t *order; /* (n) */
};

/* One coordinate of a point: a level of the grid where level >= 0, else u in (0,1). */
struct coord {
	double u;
	int64_t level;
};

/* Sorts the parameters into W&B's order (fixing the indices in `when`), resolves the
 * order of the conditions, refuses cycles. Constraints hold indices too, so they are
 * parsed behind it. */
bool space_finish(struct space *s, struct arena *a, struct error *err);

/* Makes the space decode as a search that began with this decoding does. */
void space_set_decoding(struct space *s, int decoding);
int space_decoding(const struct space *s);

/* The values of a point: out (n) of pointers into a; NULL = inactive. */
void space_decode(const struct space *s, const struct coord *point, struct arena *a,
                  const struct value **out);
/* True when every constraint holds; a constraint that names an inactive parameter
 * holds. A constraint that cannot be computed (type error, division by zero) does not
 * hold; *why (may be NULL) then points to the source text of the first that does not
 * hold. */
bool space_feasible(const struct space *s, const struct value *const *values,
                    const char **why);
/* Equal configurations hash alike; inactive parameters count as absent. */
uint64_t space_hash(const struct space *s, const struct value *const *values);

/* The default configuration as a point: presets; where a parameter has none, a
 * constant's value, the first of the values of a categorical, else the middle. *any: at
 * least one parameter has a preset. False (with ERROR_FILE) if it violates a
 * constraint. */
bool space_defaults(const struct space *s, struct coord *point, bool *any,
                    struct error *err);

/* Number of different configurations, conditions counted (an inactive parameter adds no
 * factor); constraints are not. 0 = unbounded or above 2^53. */
uint64_t space_cardinality(const struct space *s);

/* Grid: mixed radix over param_grid_size, the last parameter fastest (of s->order,
 * which is the parameters' own order unless a `when` names a later one); a cell is a
 * combination, conditions not yet applied. False with ERROR_FILE naming the first
 * parameter that a grid cannot take and what to write instead, or when the product is
 * above 2^53. */
bool space_grid_size(const struct space *s, uint64_t *size, struct error *err);
/* Configurations that a grid search makes: those that hold the constraints, one where
 * conditions make several cells alike. False where there are more than `cells` cells.
 */
bool space_grid_count(const struct space *s, uint64_t cells, uint64_t *n);
void space_grid_point(const struct space *s, uint64_t cell, struct coord *point);

/* The parameters as the training command gets them: a MAP of active ones, in the order
 * of W&B's command lines: sorted, at every level the nested groups (as maps) behind the
 * plain names. */
struct value space_arguments(const struct space *s, const struct value *const *values,
                             struct arena *a);
/* {"lr":0.1,"optimizer.beta":0.9}: flat names, active ones only, in the space's order.
 */
void space_json(const struct space *s, const struct value *const *values,
                struct str *out);
/* Index by flat name; SIZE_MAX when there is none. */
size_t space_find(const struct space *s, const char *name);

#endif
