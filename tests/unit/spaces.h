/* Small search spaces for tests, put together in a few lines. */
#ifndef HPS_TESTS_SPACES_H
#define HPS_TESTS_SPACES_H

#include "space/space.h"

enum { MAKER_PARAMS = 1200, MAKER_CONSTRAINTS = 8 };

/* Zeroed = empty. Parameters first, then maker_finish, then constraints. */
struct maker {
	struct arena a;
	struct space space;
	struct param params[MAKER_PARAMS];
	struct constraint *constraints[MAKER_CONSTRAINTS];
};

/* A parameter; "a/b" is b in the group a. Its fields are the caller's to fill in until
 * the next maker_add. */
struct param *maker_add(struct maker *m, const char *name, enum dist dist);
struct param *maker_range(struct maker *m, const char *name, enum dist dist, double min,
                          double max);
/* Native `q:`: multiples inside the range; whole ones give integers. */
struct param *maker_steps(struct maker *m, const char *name, enum dist dist, double min,
                          double max, double q);
/* words: "adam sgd", or numbers. */
struct param *maker_choice(struct maker *m, const char *name, const char *words);
/* child is active while parent is one of the words. */
void maker_when(struct maker *m, const char *child, const char *parent,
                const char *words);
void maker_preset(struct maker *m, const char *name, struct value v);
/* Each ends the test program when the library refuses. */
void maker_finish(struct maker *m);
void maker_constrain(struct maker *m, const char *text);
void maker_free(struct maker *m);

#endif
