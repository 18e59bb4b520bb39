/* A parameter on its way from the file into the space, for the files that share the
 * work: parameters.c walks the tree, distribution.c reads one entry, conditions.c the
 * `when`s. */
#ifndef HPS_CONFIG_DRAFT_H
#define HPS_CONFIG_DRAFT_H

#include "config/read.h"

enum { NESTING_MAX = 16 };

/* A `when` and how many parts of the path stand before its place: in a nested group its
 * names are looked for in the group first, then further out. */
struct scope {
	const struct node *when;
	size_t level;
};

struct draft {
	struct param p;
	const struct node *map;           /* the entry */
	struct position at;               /* of its name */
	struct scope scopes[NESTING_MAX]; /* its own and those of its groups */
	size_t n_scopes;
};

/* A word of the file that, as a parameter's name, is indented too far more often than
 * not: max_trials. */
bool draft_is_top_word(const char *key);
/* An entry in Optuna's or Determined's words becomes one in ours, with a notice. */
bool draft_borrowed(struct reading *r, struct draft *d);
/* Everything of an entry but its name and its `when`. */
bool draft_read(struct reading *r, struct draft *d);
/* The conditions of all, once every name is known. Refuses two of one name. */
bool draft_conditions(struct reading *r, struct draft *list, size_t n);

#endif
