/* A search that somebody else drives, followed as its journal grows. Nothing is
 * written, no lock is taken. */
#ifndef HPS_SAVED_FOLLOW_H
#define HPS_SAVED_FOLLOW_H

#include "record/journal.h"
#include "saved/saved.h"

struct follow {
	struct saved sv; /* sv.study: as it stands; empty while begun is false */
	const char *dir; /* absolute */
	bool begun;      /* the journal has its first line */
	uint64_t lines;  /* taken; … */
	uint64_t read;   /* … its file is that of so many: a later one is another */
	bool changed;    /* there was one */
	struct journal_tail *tail;
	struct event_reader *reader;
	void (*told)(void *self, const struct event *e); /* behind each; may be NULL */
	void *self;
};

/* dir is borrowed. */
void follow_open(struct follow *f, const char *dir);
void follow_close(struct follow *f);
/* Takes what is new. *anew: the search was begun anew (--fresh), or goes on with a
 * changed file, and what was known is forgotten, to be read the next time; whoever
 * points into sv must let go of it. */
bool follow_read(struct follow *f, bool *anew, struct error *err);

#endif
