/* Points with several numbers, of each of which less is better: which of them no other
 * one beats, what a set of them covers, and what is left to be covered. Rows of m
 * numbers, 1 <= m <= PARETO_MAX, all finite but for the bounds of boxes. */
#ifndef HPS_BASE_PARETO_H
#define HPS_BASE_PARETO_H

#include <stdbool.h>
#include <stddef.h>

enum { PARETO_MAX = 3 };

/* Is a no worse than b in any number, and better in one? */
bool pareto_dominates(const double *a, const double *b, size_t m);
/* The front of every row, from 1: those that none dominates, then those that only rows
 * of front 1 dominate, and so on. Efficient non-dominated sorting, sequential search
 * (Zhang, Tian, Cheng & Jin 2015, algorithms 1 and 2). y (n, m); front (n) out. */
void pareto_sort(const double *y, size_t n, size_t m, size_t *front);
/* The least and the largest of every number among the rows: low, high (m) out; n >= 1.
 */
void pareto_range(const double *y, size_t n, size_t m, double *low, double *high);
/* How far a row is from the ideal point low, squared, each number in units of high -
 * low (where that is 0, of 1): the knee of a front is where this is least (compromise
 * programming, Zeleny 1973; the p = 2 norm). */
double pareto_distance(const double *y, size_t m, const double *low,
                       const double *high);
/* The volume that is dominated by some row and not beyond ref (m): exact, in a fixed
 * order of sums. 3 numbers: slices along the last. */
double pareto_volume(const double *y, size_t n, size_t m, const double *ref);

/* What no row dominates, below ref, cut into boxes that do not overlap: low may be
 * -INFINITY. For 3 numbers no more than 2n + 1 of them, for 2 n + 1 (Yang, Emmerich,
 * Deutz & Bäck 2019, section 4). Rows that are not below ref do not count. */
struct pareto_box {
	double low[PARETO_MAX], high[PARETO_MAX];
};
struct pareto_boxes {
	struct pareto_box *list; /* (n) malloc */
	size_t n, cap;
};
void pareto_boxes(const double *y, size_t n, size_t m, const double *ref,
                  struct pareto_boxes *out);
void pareto_boxes_free(struct pareto_boxes *b);

#endif
