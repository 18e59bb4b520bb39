/* Items between a search and its runs: which are asked, and what is taken of what a run
 * says of them. */
#ifndef HPS_STUDY_ANSWERING_H
#define HPS_STUDY_ANSWERING_H

#include "search/trial.h"

/* Lines that a launch has said and that are no answers. */
struct answer_trouble {
	size_t unknown;    /* about items that it was not given */
	size_t again;      /* about items that have one */
	size_t outside;    /* scores outside of items.range … */
	char example[256]; /* … the first of them */
};

/* A report of a run with items, its step a key, becomes an answer, its step a place.
 * False: it is none, or its item has one already. */
bool answering_take(const struct spec *s, const struct run *r, struct report *rep,
                    struct answer_trouble *t);
/* The file of the items that are asked of the run, a line each as in the file of the
 * search: those that it has no answer to. */
bool answering_write(const struct spec *s, const struct run *r, const char *path,
                     struct error *err);
/* What a run that has ended without all its answers says of it. */
const char *answering_reason(const struct spec *s, const struct run *r,
                             const struct answer_trouble *t, const char *reason,
                             struct arena *a);
/* What is to be noted of one that has them all; note (may be NULL): what it said by
 * itself. */
const char *answering_note(const struct spec *s, const struct answer_trouble *t,
                           const char *note, struct arena *a);

#endif
