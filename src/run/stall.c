#include "run/stall.h"

#include <string.h>

static bool holds(const char *line, size_t n, const char *words)
{
	return memmem(line, n, words, strlen(words)) != NULL;
}

/* wandb 0.12 to 0.17: "wandb: Network error (ConnectionError), entering retry loop.",
 * then "wandb: | Waiting for wandb.init()..." in one place, or "Network error
 * resolved".
 */
bool stall_after(bool before, const char *line, size_t n)
{
	if (holds(line, n, "Network error") && holds(line, n, "entering retry loop"))
		return true;
	return before && (!n || holds(line, n, "Waiting for wandb.init()"));
}
