/* What the files of an attached runner share: a link to an agent, through its launcher.
 */
#ifndef HPS_RUN_ATTACHED_PARTS_H
#define HPS_RUN_ATTACHED_PARTS_H

#include "base/clock.h"
#include "run/agent_wire.h"
#include "run/attached.h"
#include "run/cargo.h"
#include "run/keeper.h"
#include "run/signals.h"

#include <limits.h>
#include <poll.h>

#define LEAVE_PATIENCE (15 * CLOCK_SECOND) /* for a launcher to leave */

enum link_state {
	LINK_DOWN,     /* until retry_at */
	LINK_COPYING,  /* launched; the program may have to be there first */
	LINK_STARTING, /* has not said hello */
	LINK_UP,
	LINK_PARTING /* given up; the launcher has not left yet */
};

struct link {
	const struct attached_place *place;
	size_t index;
	enum link_state state;
	struct keeper keeper;
	struct wire_in heard;
	struct str unsent;
	struct cargo cargo;
	char host[HOST_NAME_MAX + 1];
	size_t way;        /* which argv of the place */
	bool proven;       /* that it leads to an agent */
	unsigned failures; /* in a row: no run has ended since */
	int64_t retry_at, launched_at, heard_at, beat_at;
	uint64_t beats;
	int64_t silence; /* how long it had been silent when it was given up */
	bool running;
	uint64_t ticket;
	enum cancel cancelled;
	int64_t started, fence_at; /* fence_at: when a lost run is over; 0: not lost */
};

struct attached {
	struct attached_setup setup;
	struct link *links;    /* (setup.n) */
	struct pollfd *polled; /* (1 + 2 n) */
	struct signals signals;
	char generation[WIRE_TOKEN];
	bool ever_up;
	bool news;           /* a slot has become ready */
	size_t turn;         /* whose lines come first */
	struct arena told;   /* behind the last event */
	struct error failed; /* the latest failure of an agent */
	void (*message)(void *self, const char *text);
	void *watcher;
};

const char *link_name(const struct link *l);
/* A file of its folder, or "" for that. */
const char *link_path(const struct attached *a, const struct link *l, const char *file,
                      char path[static PATH_MAX]);
bool link_is_starting(const struct link *l);

/* What is unsent, as far as the pipe takes it. */
void link_push(struct link *l);
void link_say(struct link *l, const struct wire_message *m);
/* Behind its run, which may not be sent yet. */
void link_say_ticket(struct link *l, enum wire_kind kind);
/* More of the files of its run, where they are on their way. */
void link_fill(struct link *l);

bool link_launch(struct attached *a, struct link *l, int64_t now, struct error *err);
/* The driver's hello. */
void link_greet(const struct attached *a, struct link *l);
/* No more is heard of it. */
void link_give_up(struct attached *a, struct link *l, const char *why, int64_t now);
/* The launcher has left. */
void link_parted(struct attached *a, struct link *l, int status, int64_t now);

#endif
