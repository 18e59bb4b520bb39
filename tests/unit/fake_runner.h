/* A runner without processes: a function of the command's words stands for the
 * training. Finishes its jobs in an order drawn from a seed, so that tests see every
 * interleaving. */
#ifndef HPS_TESTS_FAKE_RUNNER_H
#define HPS_TESTS_FAKE_RUNNER_H

#include "run/runner.h"

enum { FAKE_SLOTS = 64 };

struct fake_job {
	bool busy, reported;
	uint64_t ticket;
	struct run_result result;
	bool has_metric;
	double value;
};

struct fake_runner {
	struct fake_job jobs[FAKE_SLOTS];
	size_t busy;
	uint64_t order; /* 0: first started, first finished; else a seed */
	uint64_t starts;
	uint64_t fail_after; /* wait fails (as a broken machine) from this start on; 0:
	                        never */
	uint64_t signal_after; /* SIGINT after so many finished jobs; 0: never */
	uint64_t done;
	bool signalled;
	/* What a training does: fills the result, returns the metric; *has_metric says
	 * whether it printed one. */
	double (*train)(const struct job *job, struct run_result *res,
	                bool *has_metric);
};

struct runner fake_runner(struct fake_runner *f, size_t slots);
/* The number behind "--name=" in the words; NaN when it is not there. */
double fake_argument(const struct job *job, const char *name);
/* "NAME=" of the environment additions; "" when it is not there. */
const char *fake_env(const struct job *job, const char *name);

#endif
