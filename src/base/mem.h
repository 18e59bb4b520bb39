/* Memory: an arena for things that die together, and plain blocks for things that
 * grow. No call here fails: who runs a thread says what happens when memory runs out.
 */
#ifndef HPS_BASE_MEM_H
#define HPS_BASE_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What this thread does when memory runs out: out(self), which does not come back (it
 * ends the program, or jumps). out NULL: abort(). Returns what was there before. */
struct mem_policy {
	void (*out)(void *self);
	void *self;
};
struct mem_policy mem_policy(struct mem_policy p);
__attribute__((noreturn)) void mem_exhausted(void);

/* What another library has allocated and we hold: released when memory runs out before
 * mem_let_go. *h is the caller's; the latest hold is let go first. */
struct mem_hold {
	struct mem_hold *next;
	void (*release)(void *what);
	void *what;
};
void mem_hold(struct mem_hold *h, void (*release)(void *what), void *what);
void mem_let_go(const struct mem_hold *h);

/* n * size bytes, zeroed or resized; never NULL. The product is checked. */
void *mem_new(size_t n, size_t size);
void *mem_grow(void *block, size_t n, size_t size);
char *mem_strdup(const char *s);

/* Makes room for one more in *block of *cap elements when n == *cap (doubling). */
void *mem_room(void *block, size_t n, size_t *cap, size_t size);

struct arena_block;
struct arena {
	struct arena_block *head; /* zeroed struct = empty arena */
};
struct arena_mark {
	struct arena_block *head;
	size_t used;
};

/* Zeroed memory, aligned for any type, alive until the arena is rewound or freed. */
void *arena_new(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a,
                                                         const char *fmt, ...);
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
void arena_free(struct arena *a);

#endif
