/* What a training says on several streams (stdout, stderr through its logging, the
 * results file, our hook in its Python) counts once: of one thing, as often as the
 * stream that says it most. */
#ifndef HPS_RUN_ONCE_H
#define HPS_RUN_ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ONCE_STREAMS = 4, ONCE_MAX = 1 << 15 };

struct once_table {
	struct once_said {
		uint64_t key; /* 0: a free place */
		uint32_t times[ONCE_STREAMS];
	} * list; /* (cap), open addressing */
	size_t n, cap;
};

/* Zeroed = nothing was said. The latest ONCE_MAX different things at least are known:
 * one that a stream says later than that after another counts twice. */
struct once {
	struct once_table now, before;
};

/* The stream says the thing of this key: is it news? */
bool once_says(struct once *o, size_t stream, uint64_t key);
void once_free(struct once *o);

#endif
