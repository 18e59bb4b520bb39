/* A search that is run to its end, for tests and benches that look at what it knows
 * then. */
#ifndef HPS_TESTS_RIG_H
#define HPS_TESTS_RIG_H

#include "fake_runner.h"
#include "study/study.h"

struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct fake_runner fake;
	struct runner runner;
	struct error err;
};

/* The file text, by the runner that is there; false: r->err says. */
bool run_rig(struct rig *r, const char *text, const struct study_options *o);
/* The file text, so many trials, and what a training does (fake_runner.h). */
void open_rig(struct rig *r, const char *text, uint64_t trials,
              double (*train)(const struct job *, struct run_result *, bool *));
void close_rig(struct rig *r);

#endif
