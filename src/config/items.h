/* The items block: questions that a search asks of every configuration, out of a file
 * of JSON lines; which of them it asks, and which are kept for the final test. */
#ifndef HPS_CONFIG_ITEMS_H
#define HPS_CONFIG_ITEMS_H

#include "config/read.h"

enum { ITEMS_LEAST = 10, ITEMS_MOST = 100000, ITEM_NAME_MAX = 200, BATCH_MOST = 5000 };

/* One line of the file. */
struct item {
	const char *name;    /* a number as it is written: 17 and "17" are one item */
	const char *stratum; /* "" without one */
	const char *line;    /* (len) its JSON; NULL: the file is not at hand */
	size_t len;
};

/* Reads the lines of a file: every one an object with a name of its own under `id`, and
 * a text, number or boolean under `stratum` (NULL: there is none). path is for errors,
 * which name the line and the way out. list: (n), in the order of the file, borrowing
 * text. */
bool items_read(const char *path, const char *text, size_t len, const char *id,
                const char *stratum, struct item **list, size_t *n, struct arena *a,
                struct error *err);
/* Puts the n items into their order: first those of the search, then the last *test of
 * them, which are the test's. How many of each stratum are tested: share times its
 * size, rounded down, and the rest to those with the largest remainders (of equal ones
 * the earlier in the file); which: those with the smallest rng_u64(seed, place in the
 * file, RNG_ITEMS, 0). Both parts are ordered by rng_u64(…, 1): so what a race has seen
 * at any time is a random sample of what it will see. */
void items_split(struct item *list, size_t n, double share, uint64_t seed,
                 size_t *test);
/* Names and strata in the order of the file, and the SHA-256 of its bytes, as JSON: all
 * that must be kept for the split to be made again. */
const char *items_text(const struct item *list, size_t n, const char *bytes, size_t len,
                       struct arena *a);
/* The same read back. */
bool items_recall(const char *text, struct item **list, size_t *n, struct arena *a,
                  struct error *err);

/* Where the item of a name is in the list: (n) by rising key. */
struct item_place *items_by_key(const struct item *list, size_t n, struct arena *a);
/* The item of this name; n: there is none. */
size_t items_find(const struct items *it, uint64_t key);
/* What a name is known by where texts do not reach: 53 bits, so that a double holds it;
 * items_read sees to it that no two names of a file share one. */
uint64_t item_key(const char *name);

#endif
