/* A set of 64-bit keys, and the hash that makes such keys from bytes. */
#ifndef HPS_BASE_SET_H
#define HPS_BASE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set {
	uint64_t *keys; /* open addressing; zeroed struct = empty set */
	size_t n, cap;
	bool zero; /* holds the key 0, which marks a free place */
};

bool set_has(const struct set *s, uint64_t key);
bool set_add(struct set *s, uint64_t key); /* false: it was there */
void set_free(struct set *s);

/* FNV-1a, 64 bits (Fowler, Noll, Vo), continued from h; start with SET_HASH. */
#define SET_HASH UINT64_C(0xcbf29ce484222325)
uint64_t set_hash(uint64_t h, const void *bytes, size_t n);

#endif
