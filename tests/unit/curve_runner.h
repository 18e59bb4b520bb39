/* A runner without processes whose trainings report a curve, step by step, in an order
 * drawn from a seed: what early stopping is tested with. */
#ifndef HPS_TESTS_CURVE_RUNNER_H
#define HPS_TESTS_CURVE_RUNNER_H

#include "run/runner.h"

enum { CURVE_SLOTS = 16, CURVE_TRIALS = 512 };

struct curve_job {
	bool busy;
	uint64_t ticket;
	size_t trial;
	double step, end; /* reported so far; the last one of this launch */
	double left;      /* reports that still come once it was cancelled */
	enum cancel cancelled;
	double x;      /* its parameter */
	double budget; /* HPSEARCH_STEP_BUDGET, 0: none */
};

struct curve_runner {
	/* how trainings behave */
	double steps;      /* of a full one */
	bool checkpoint;   /* goes on where the launch before was */
	bool deaf;         /* takes no notice of its budget */
	double last_words; /* reports after it was told to stop */
	bool exits_first;  /* … and it had ended by itself just then, with success */
	bool counts;       /* its lines have no step */
	int64_t memory[2]; /* the peak of a first launch, and of later ones */
	bool once;         /* one report per launch, of --epochs steps */
	double (*value)(double x, double step); /* NULL: x + 1 / step */
	/* what the test sees */
	uint64_t order;       /* 0: first started, first served; else a seed */
	uint64_t events;      /* so far */
	uint64_t break_after; /* wait fails from this event on; 0: never */
	uint64_t starts;
	double epochs;                   /* played in all */
	double reached[CURVE_TRIALS];    /* the checkpoints */
	unsigned launches[CURVE_TRIALS]; /* of run 0 */
	/* private */
	struct curve_job jobs[CURVE_SLOTS];
	size_t busy;
};

struct runner curve_runner(struct curve_runner *c, size_t slots);
/* The jobs that were under way are gone, as after a kill; checkpoints stay. */
void curve_runner_kill(struct curve_runner *c);

#endif
