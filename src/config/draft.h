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
/* Refuses a key that no parameter has. */
bool draft_known_keys(struct reading *r, const struct draft *d);
/* Everything of an entry but its name and its `when`. */
bool draft_read(struct reading *r, struct draft *d);
/* More drafts, where the file says so: what `zip` names, and with method: list the
 * names of the points. */
struct drafts {
	struct draft *list; /* malloc */
	size_t n, cap;
	const char *path[NESTING_MAX];
	struct scope scopes[NESTING_MAX];
	size_t n_scopes;
	size_t unusual; /* names outside of W&B's pattern */
};
/* False, with an error: it cannot be one's name. */
bool drafts_check_name(struct reading *r, struct drafts *ds, const char *name,
                       struct position at);
bool drafts_add_zip(struct reading *r, struct drafts *ds);
/* The one of that name; NULL: there is none. */
struct draft *drafts_find(const struct drafts *ds, const char *name);
/* A draft of its own below the top; path and name are set, the rest is 0. */
struct draft *drafts_new(struct reading *r, struct drafts *ds, const char *name,
                         struct position at);
/* The conditions of all, once every name is known. Refuses two of one name. */
bool draft_conditions(struct reading *r, struct draft *list, size_t n);

#endif
