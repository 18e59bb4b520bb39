/* The scores that one run gave to the items of a test set, packed so that a journal can
 * hold them: items in an order that does not hang on the run, of each the number of its
 * score among the different ones (a bit where they are 0 and 1), or, where there are
 * more than 256, its place between the smallest and the largest in 16 or 8 bits. What
 * does not fit into SCORES_BYTES is kept as a mean and a variance.
 *
 * In JSON, the inside of an object:
 *   "n":1000,"set":"123…","values":[0,1],"scores":"base64 (RFC 4648)"
 *   "n":1000,"set":"123…","low":-3.5,"high":0,"bits":16,"scores":"…"
 *   "n":500000,"set":"123…","mean":0.3,"variance":0.1,"low":-3.5,"high":0
 *   "n":1000,"correct":871        only how many were right
 *   "n":1000000,"over":true       more than that
 *   "n":0                         lines, and none that could be read
 * and where there are any "again", lines that gave an item another score, and "unread",
 * lines without a number for one. */
#ifndef HPS_BASE_SCORES_H
#define HPS_BASE_SCORES_H

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { SCORES_MAX = 1000000, SCORES_BYTES = 256 * 1024, SCORES_VALUES = 256 };
#define SCORE_LARGEST 1e100 /* in magnitude: squares stay finite */

enum scores_kind {
	SCORES_PACKED,  /* one of every item */
	SCORES_SUMMARY, /* too many and too different to keep: mean and variance */
	SCORES_COUNT,   /* how many were right */
	SCORES_OVER,    /* more than SCORES_MAX items: nothing is known */
	SCORES_UNREAD   /* no line that could be read */
};

struct scores {
	enum scores_kind kind;
	size_t n;               /* items */
	uint64_t set;           /* of their names: the same where those are */
	double mean, variance;  /* of their scores; divided by n */
	double low, high;       /* the smallest and the largest */
	double correct;         /* COUNT */
	uint64_t again, unread; /* lines; see above */
	unsigned bits;          /* PACKED: 1, 2, 4, 8 or 16 for each … */
	const double *values; /* … the different ones, rising: (n_values); or none: */
	size_t n_values;      /* 0: places between low and high */
	const uint8_t *codes; /* bits from the low end of a byte on */
};

/* x: (n) finite scores up to SCORE_LARGEST, in the order of the set; n >= 1. Codes and
 * values are in the arena. Mean, variance and limits are those of what is kept. */
void scores_pack(struct scores *s, const double *x, size_t n, struct arena *a);
/* How many were right of n. */
void scores_count(struct scores *s, size_t n, double correct);
double scores_get(const struct scores *s, size_t i); /* PACKED */
/* A copy that lives in the arena. */
struct scores *scores_copy(const struct scores *s, struct arena *a);

void scores_json(const struct scores *s, struct str *out);
/* False: it is not whole. */
bool scores_read(const cJSON *json, struct scores *s, struct arena *a);

#endif
