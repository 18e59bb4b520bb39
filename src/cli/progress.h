/* What is seen while a search runs, on stderr: a live view on a terminal, plain lines
 * in a pipe. */
#ifndef HPS_CLI_PROGRESS_H
#define HPS_CLI_PROGRESS_H

#include "cli/terminal.h"
#include "study/study.h"

struct progress {
	const struct study *study;
	bool quiet, verbose, live;
	struct terminal terminal;
	size_t slots;
	size_t done, all; /* runs of a verification, a comparison */
	bool winding_down;
	unsigned
	    reports; /* counted, so that a flood of them keeps no clock from ticking */
	uint64_t failures;
	int64_t next_draw;
	const struct trial *best;
	struct str line;
	struct arena arena; /* of one drawing */
};

void progress_init(struct progress *p, const struct study *s, size_t slots,
                   int verbose);
struct observer progress_observer(struct progress *p);
/* The live view goes away, the last words stay. */
void progress_end(struct progress *p);

#endif
