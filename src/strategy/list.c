/* A list of points and nothing else: whoever proposes has given them before. */
#include "strategy/strategy.h"

static bool list_init(void *state, const struct strategy_args *args, struct error *err)
{
	(void)state;
	(void)args;
	(void)err;
	return true;
}

static enum ask list_ask(void *state, const struct history *h, uint64_t id,
                         struct coord *out, const char **why, struct error *err)
{
	(void)state;
	(void)h;
	(void)id;
	(void)out;
	(void)err;
	*why = "every point of the list has been tried";
	return ASK_DONE;
}

const struct strategy_type strategy_list = {
    .name = "list",
    .summary = "the points of the file, and nothing else",
    .state_size = 1,
    .init = list_init,
    .ask = list_ask,
};
