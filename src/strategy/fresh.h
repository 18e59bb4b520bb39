/* "Never the same configuration twice", shared by the strategies that draw points:
 * which configurations were proposed before, and what is left of a finite space. */
#ifndef HPS_STRATEGY_FRESH_H
#define HPS_STRATEGY_FRESH_H

#include "base/set.h"
#include "strategy/strategy.h"

struct fresh {
	const struct space *space;
	struct set seen; /* space_hash of the trials below `taken` */
	uint64_t taken;
	struct arena scratch;
	const struct value **values;     /* (n), malloc */
	uint64_t duplicates, infeasible; /* draws refused since fresh_begin */
	const char *constraint;          /* the last one that did not hold */
	/* What is left of a finite space: a cell of every parameter, and the hash. Made
	 * when it is first asked for; from then on it only shrinks. */
	uint64_t cells; /* configurations of the space; 0 = too many to list */
	bool listed;
	size_t n_left, cap_left, cap_hash;
	uint32_t *left;      /* (n_left, n), row-major, malloc */
	uint64_t *left_hash; /* (n_left), malloc */
};

enum fresh_result { FRESH_OK, FRESH_REFUSED, FRESH_GIVE_UP };

void fresh_init(struct fresh *f, const struct space *space);
void fresh_free(struct fresh *f);
/* Begins the search for the point of trial id. */
void fresh_begin(struct fresh *f, const struct history *h, uint64_t id);
/* Is this a point to propose? GIVE_UP: so many were refused that drawing is no use. */
enum fresh_result fresh_check(struct fresh *f, const struct coord *point);
/* How many configurations of a finite space (f->cells) are left, and one of them: of
 * those below the constraints, the k-th. scratch is (space->n). */
size_t fresh_left(struct fresh *f, struct coord *scratch);
void fresh_left_point(const struct fresh *f, size_t k, struct coord *out);
/* After GIVE_UP: one of what is left of a finite space, chosen by (seed, id); or DONE,
 * or an ERROR that names the constraint. */
enum ask fresh_leftover(struct fresh *f, uint64_t seed, uint64_t id, struct coord *out,
                        const char **why, struct error *err);

#endif
