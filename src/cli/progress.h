/* What is seen while a search runs, on stderr: one live line on a terminal, plain lines
 * in a pipe. */
#ifndef HPS_CLI_PROGRESS_H
#define HPS_CLI_PROGRESS_H

#include "study/study.h"

struct progress {
	const struct study *study;
	bool quiet, verbose, live;
	bool shown; /* a live line stands on the terminal */
	size_t slots, running;
	double wall; /* of finished runs, for the estimate */
	uint64_t runs, failures;
	int64_t next_draw, window;
	unsigned in_window; /* lines in this second */
	uint64_t held;      /* lines held back in it */
	const struct trial *best;
	struct str line;
};

void progress_init(struct progress *p, const struct study *s, size_t slots,
                   int verbose);
struct observer progress_observer(struct progress *p);
/* The live line goes away, the last words stay. */
void progress_end(struct progress *p);

#endif
