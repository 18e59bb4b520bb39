/* What benches share that judge statements by searches over functions that are known.
 * The functions are of x0, x1 … in [0, 1]. */
#ifndef HPS_TESTS_KNOWN_H
#define HPS_TESTS_KNOWN_H

#include "rig.h"

/* run_rig; what goes wrong is printed, with the file, and ends the program. */
void known_run(struct rig *r, const char *text, const struct study_options *o);
/* The point of a job, u (d); NAN: it has no such parameter. */
void known_point(const struct job *job, double *u, size_t d);
/* Standard normal, of the run's seed alone. */
double known_noise(const struct job *job);

#endif
