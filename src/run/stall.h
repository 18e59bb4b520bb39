/* Does a run do nothing but wait for a server that it cannot reach? wandb says so once,
 * draws a bar, and tries for ever. */
#ifndef HPS_RUN_STALL_H
#define HPS_RUN_STALL_H

#include <stdbool.h>
#include <stddef.h>

/* After one more line of its output, of n bytes; before: whether it did. */
bool stall_after(bool before, const char *line, size_t n);

#endif
