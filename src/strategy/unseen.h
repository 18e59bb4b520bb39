/* "Never the same configuration twice", shared by the strategies that draw points:
 * which configurations were proposed before, and what is left of a finite space. */
#ifndef HPS_STRATEGY_UNSEEN_H
#define HPS_STRATEGY_UNSEEN_H

#include "base/set.h"
#include "strategy/strategy.h"

struct unseen {
	const struct space *space;
	struct set seen; /* space_hash of the trials below `taken` */
	uint64_t taken;
	/* As in the history, of the trial that is being looked for. */
	void (*pin)(const void *self, uint64_t id, struct coord *point);
	const void *pinned;
	uint64_t id;
	struct arena scratch;
	const struct value **values;     /* (n), malloc */
	uint64_t duplicates, infeasible; /* draws refused since unseen_begin */
	const char *constraint;          /* the last one that did not hold */
	/* What is left of a finite space: a cell of every parameter, and the hash. Made
	 * when it is first asked for; from then on it only shrinks. */
	uint64_t cells; /* configurations of the space; 0 = too many to list */
	bool listed;
	size_t n_left, cap_left, cap_hash;
	uint32_t *left;      /* (n_left, n), row-major, malloc */
	uint64_t *left_hash; /* (n_left), malloc */
};

enum unseen_result { UNSEEN_OK, UNSEEN_REFUSED, UNSEEN_GIVE_UP };

void unseen_init(struct unseen *f, const struct space *space);
void unseen_free(struct unseen *f);
/* Begins the search for the point of trial id. */
void unseen_begin(struct unseen *f, const struct history *h, uint64_t id);
/* Puts in their place the coordinates that are given. */
void unseen_pin(const struct unseen *f, struct coord *point);
/* Is this a point to propose? UNSEEN_GIVE_UP: so many were refused that drawing is no
 * use. */
enum unseen_result unseen_check(struct unseen *f, const struct coord *point);
/* How many configurations of a finite space (f->cells) are left, and one of them: of
 * those below the constraints, the k-th. scratch is (space->n). */
size_t unseen_left(struct unseen *f, struct coord *scratch);
void unseen_left_point(const struct unseen *f, size_t k, struct coord *out);
/* After UNSEEN_GIVE_UP: one of what is left of a finite space, chosen by (seed, id); or
 * DONE, or an ERROR that names the constraint. */
enum ask unseen_leftover(struct unseen *f, uint64_t seed, uint64_t id,
                         struct coord *out, const char **why, struct error *err);
/* All of it for trial id, by independent draws, each a pure function of (seed, id). */
enum ask unseen_draw(struct unseen *f, const struct history *h, uint64_t seed,
                     uint64_t id, struct coord *out, const char **why,
                     struct error *err);

#endif
