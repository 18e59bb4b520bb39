/* Where a search comes from: what its journal opens with and its results file carries.
 */
#ifndef HPS_SEARCH_ORIGIN_H
#define HPS_SEARCH_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORIGIN_SETS = 32 };

struct search_origin {
	const char *set[ORIGIN_SETS]; /* --set texts */
	size_t n_set;
	const char *command; /* --command, or NULL */
	const char *chosen;  /* method: auto, the strategy that it is; NULL: not yet */
	uint64_t max_trials; /* -n of the latest session; 0: not given */
	const char *host, *git; /* "" when unknown; git of the first session */
	const char
	    *code; /* files and commit that its runs train with; NULL: not known */
	const char *slots;   /* what each slot had of the machine, in the latest session
	                      * (plan_slots); NULL: nothing of its own */
	const char *version; /* hpsearch's */
	int decoding;        /* space_decoding of the search; 0: as the spec has it */
	double started;      /* seconds since 1970 */
	bool elsewhere;      /* its runs are launched by others (ask, tell) */
	const char *yaml;    /* the file's text */
	const char *points;  /* spec.points_text, read back; NULL: none */
	const char *items;   /* spec.items.text, likewise */
	const char *path;    /* the file's name as given */
	const char *folder;  /* that it is in, absolute; NULL: not known */
	bool first_rules;    /* it began under version 0.1.0, whose verification it
	                      * keeps */
};

#endif
