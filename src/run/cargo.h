/* What a driver sends to an agent that does not see its directory, and what comes back:
 * the folder of a run, as it stands, goes before the run; stdout and stderr come while
 * it runs; what else is new or changed comes at its end, into a folder of ours at
 * first, so that a connection which is lost on the way leaves the run's folder as it
 * was. */
#ifndef HPS_RUN_CARGO_H
#define HPS_RUN_CARGO_H

#include "run/agent_wire.h"
#include "run/parcel.h"

struct cargo {
	const char *dir; /* of the search, borrowed; NULL: the agent sees it */
	char *incoming;  /* where files arrive */
	char *root;      /* the agent's directory; NULL: it has not said */
	bool equipped;   /* it has what all runs need */
	struct parcel outgoing;
	struct str behind; /* what is to be said when that is sent */
	char *folder;      /* of the run, below either directory; NULL: none */
	struct str gone;   /* paths, each with its NUL */
	int failed;        /* errno of the first file that could not be kept */
};

/* index: of the agent. */
void cargo_open(struct cargo *c, const char *dir, size_t index);
/* There is no agent any more, or not yet; and its run is none. */
void cargo_drop(struct cargo *c);
void cargo_close(struct cargo *c);

/* The agent has told where its directory is. */
void cargo_root(struct cargo *c, const char *root);
/* The run's files, then its line. */
void cargo_begin(struct cargo *c, const struct job *job);
/* Where a line goes that must not overtake a run that is being sent. */
struct str *cargo_line(struct cargo *c, struct str *unsent);
/* Adds to what is unsent while that is little; true: there is more. */
bool cargo_fill(struct cargo *c, struct str *unsent);
/* A file, a link, or that one is gone. */
void cargo_take(struct cargo *c, const struct wire_message *m);
/* The run is over, and all of it is here. */
void cargo_end(struct cargo *c, struct run_result *result);

#endif
