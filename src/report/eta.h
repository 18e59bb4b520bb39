/* How long until everything that is to be run has run, from how long runs took.
 *
 * The runs that are left, each as long as the mean of those that are over, are given to
 * the slots in order, whichever is free first; one under way has the mean less what it
 * has taken, and none once that is used up. Behind the estimate is an interval (90 %)
 * as of a prediction: R runs over p slots, n durations with standard deviation s behind
 * the mean, vary by s / p sqrt(R + R^2 / n) times Student's quantile with n - 1
 * degrees of freedom (Hahn & Meeker 1991, section 4.6, of a mean of R further
 * observations). It holds as far as runs to come take as long as those before. */
#ifndef HPS_REPORT_ETA_H
#define HPS_REPORT_ETA_H

#include "base/stat.h"

#include <stdbool.h>

struct eta {
	bool known;       /* at least one duration, and something left */
	double mean;      /* seconds */
	bool interval;    /* three durations or more: … */
	double low, high; /* … the interval is this */
};

/* taken: seconds since the start of each run under way, (running); left: runs that wait
 * or are not proposed yet; slots at least 1. */
struct eta eta_of(struct moments durations, const double *taken, size_t running,
                  double left, size_t slots);

#endif
