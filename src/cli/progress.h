/* What is seen while a search runs: a live view on a terminal, plain lines
 * in a pipe. */
#ifndef HPS_CLI_PROGRESS_H
#define HPS_CLI_PROGRESS_H

#include "cli/terminal.h"
#include "study/study.h"

struct progress {
	const struct study *study;
	bool quiet, verbose, live;
	struct terminal terminal;
	size_t slots; /* 0: not known, as many as were seen at once */
	size_t most_running;
	size_t done, all; /* runs of a verification, a comparison */
	bool winding_down;
	bool over;            /* progress_end was called */
	bool followed, alive; /* as in report/live_state.h */
	uint64_t believed;    /* the trial that … */
	struct belief belief; /* … this is of, where another proposed it */
	const size_t *order;  /* (n_order) likewise */
	size_t n_order;
	const char *notice; /* the last line; NULL: none */
	unsigned
	    reports; /* counted, so that a flood of them keeps no clock from ticking */
	uint64_t failures;
	int64_t next_draw;
	const struct trial *best;
	struct str line;
	struct arena arena; /* of one drawing */
};

void progress_init(struct progress *p, const struct study *s, size_t slots, int verbose,
                   FILE *file);
struct observer progress_observer(struct progress *p);
/* The latest trial that the strategy proposed: what a person adds is none. */
uint64_t progress_latest(const struct search *s);
/* The view as it stands, to stay. */
void progress_print(struct progress *p);
/* Draws the view now; or where it is due. */
void progress_draw(struct progress *p);
void progress_look(struct progress *p);
/* The live view goes away, unless it is to be kept; the last words stay. */
void progress_end(struct progress *p, bool keep);

#endif
