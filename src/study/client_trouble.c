#include "study/client_trouble.h"
#include "base/mem.h"

#include <stddef.h>
#include <string.h>

static const char no_account[] =
    "wandb wants an account because hpsearch's hook did not reach it: python -I, -E or "
    "-S, or a process with another PYTHONPATH or without WANDB_MODE, keeps it away";

const char *client_trouble(const char *text)
{
	static const struct {
		const char *words, *meaning;
	} known[] = {
	    {"use artifact when in offline mode",
	     "artifacts are on W&B's server, and wandb is offline: let the script read "
	     "a "
	     "local copy, or set WANDB_MODE=online"},
	    {"No API key configured", no_account},
	    {"api_key not configured", no_account},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strstr(text, known[i].words))
			return known[i].meaning;
	return NULL;
}
