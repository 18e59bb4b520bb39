/* Lines of equal height over a grid: marching squares (Lorensen & Cline 1987, in two
 * dimensions), straight between the grid's points; a saddle is told by the mean of its
 * four corners. */
#ifndef HPS_BASE_CONTOUR_H
#define HPS_BASE_CONTOUR_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: empty. */
struct contour {
	double (*at)[2]; /* (n) in steps of the grid */
	size_t n, cap;
	size_t *ends; /* (loops) the first point behind each loop */
	size_t loops, cap_loops;
};

/* Around what is at least as high as level: closed loops, that on their left. z (nx,
 * ny) is z[i * ny + j] at (i, j); beyond the grid everything is lower, so that a loop
 * goes along its edge. What is no number is lower too. */
void contour_trace(const double *z, size_t nx, size_t ny, double level,
                   struct contour *out);
void contour_free(struct contour *c);
/* Does the line from point i to the next of the same loop (the first one, behind the
 * last) run along the edge of the grid? */
bool contour_on_edge(const struct contour *c, size_t i, size_t next, size_t nx,
                     size_t ny);

#endif
