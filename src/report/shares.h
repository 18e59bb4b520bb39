/* Shares of a function's variance over a space (Sobol' indices): of parameters alone,
 * V(E[f | x_j]) / V(f), with their interactions, E[V(f | the others)] / V(f), and of
 * pairs, by pick-freeze estimates: two independent sets of points a and b, and a with
 * some parameters from b. From what the function gives there come the first (Saltelli
 * et al. 2010, table 2, formula b; of a pair: the same for both at once) and the second
 * (formula f, Jansen 1999).
 *
 * Where the space has constraints, everything is over the points that hold them, which
 * the definitions allow (Kucherenko, Tarantola & Annoni 2012, equations 2.3 and 5.2):
 * what is not kept is drawn anew, given the rest, until the constraints hold. */
#ifndef HPS_REPORT_SHARES_H
#define HPS_REPORT_SHARES_H

#include "strategy/encode.h"

struct shares {
	struct encoding *e;
	size_t n; /* base points */
	uint64_t seed, id;
	double *a, *b;        /* (n, d) genes */
	double *rows;         /* (n, d) scratch */
	double *fa, *fb, *fj; /* (2, n) */
	double *sorted;       /* (n) */
	struct arena scratch;
};

/* n: a power of two. Each (seed, id) has points of its own. False: hardly any point
 * holds the constraints. */
bool shares_init(struct shares *s, struct encoding *e, size_t n, uint64_t seed,
                 uint64_t id);
void shares_free(struct shares *s);

struct share_set {
	double alone, total, best; /* of one; of a pair: alone, both together */
};

/* Two functions at once: out and other (count). */
typedef void share_function(void *self, const double *rows, size_t count, double *out,
                            double *other);

/* The functions' shares: out (2, d) of each dimension, pairs (2, n_pairs) of dimensions
 * pair[i][0 … 1]. `best` is the total of what of the function is below the value that
 * a tenth of the points reach (Hutter, Hoos & Leyton-Brown 2014, section 5.3: what
 * matters among the good); NAN where that tenth is all alike. Returned is by how much
 * the two differ: their distance's half, squared, over the first one's variance. */
double shares_of(struct shares *s, share_function *f, void *self, struct share_set *out,
                 const size_t (*pair)[2], size_t n_pairs, double *pairs);

#endif
