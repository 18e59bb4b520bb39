/* A results file against what it would be if it were written again today: from the
 * runs, proposals, reports and settings that are in it, everything that follows from
 * them is derived anew, and compared member by member: outcomes, means, ranks, advice,
 * the savings of early stopping, control counts, and the whole verification. */
#ifndef HPS_SAVED_REWRITE_H
#define HPS_SAVED_REWRITE_H

#include "saved/saved.h"

/* The first member that is not what the others give, in words; nothing where there is
 * none. Numbers of advice, which a model computes, may differ in the last digits from
 * one kind of machine to another. Of a file of version 0.1.0 only members that it has
 * are compared. sv is one of a results file; its advice is made. */
void rewrite_compare(struct saved *sv, struct str *difference);

#endif
