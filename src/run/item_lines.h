/* What a run says of the items of a test set, in lines of its own:
 *     {"item": "q17", "score": 1}
 *     {"hpsearch": {"items": 1000, "correct": 871}}
 * The name is a text or a number, the score a number. Of an item that is named again
 * the last score counts, as of a metric; which stream it stands on makes no difference.
 * Names are kept as 64-bit hashes, at most SCORES_MAX of them: memory stays below 50
 * MB, and 25 more while they are packed. */
#ifndef HPS_RUN_ITEM_LINES_H
#define HPS_RUN_ITEM_LINES_H

#include "base/scores.h"

struct item_lines {
	bool wanted; /* else nothing is taken */
	struct item_said {
		uint64_t key; /* of its name; 0: a free place */
		double score;
	} * list; /* (cap), open addressing */
	size_t n, cap;
	bool over; /* there were more than SCORES_MAX */
	uint64_t again, unread;
	uint64_t counted; /* items, by the last line that counts them; 0: none does */
	double correct;
};

/* An object about an item: the key of its name, without its lower 11 bits; false: it is
 * none. */
bool item_lines_key(const cJSON *object, uint64_t *key);
/* True: the line is about an item, whatever else is in it. */
bool item_lines_take(struct item_lines *l, const cJSON *object);
/* All there was, packed, into the arena; NULL: nothing. Single items count more than a
 * count. */
const struct scores *item_lines_scores(const struct item_lines *l, struct arena *a);
void item_lines_free(struct item_lines *l);

#endif
