/* An agent: runs one command at a time for a driver that speaks to it over two
 * descriptors (run/agent_wire.h), with a pool of one slot: so what runs is supervised,
 * read and measured where it is, and nothing of it outlives the agent, however that
 * ends. When the driver is gone (its end is closed, or it has been silent for as long
 * as it said in its hello, or AGENT_SILENCE) the run is asked to end, with its grace,
 * then killed. */
#ifndef HPS_RUN_AGENT_H
#define HPS_RUN_AGENT_H

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

/* Either side is lost when nothing has been heard of it for so long, and says something
 * every sixth of that. */
#define AGENT_SILENCE (30 * CLOCK_SECOND)
enum { AGENT_BEATS = 6 };

struct agent_setup {
	int in, out; /* pipes or sockets */
	/* metric_source.yaml of its jobs */
	bool (*yaml)(const char *text, size_t n, struct str *out);
};

/* Until the driver says quit, or is gone. False: this machine cannot (no process could
 * be made), or it was no driver that spoke. INT, TERM and HUP are ignored: who starts
 * agents, closes their input. */
bool agent_attached(const struct agent_setup *setup, struct error *err);

/* Takes what a driver around ours told its own run (HPSEARCH_…) out of our environment:
 * it is not for the runs of this one. */
void agent_forget_names(void);

#endif
