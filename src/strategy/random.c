/* Random search without repetition: every coordinate is a pure function of (seed,
 * trial). */
#include "strategy/unseen.h"

struct random_state {
	uint64_t seed;
	struct unseen fresh;
};

static bool random_init(void *state, const struct strategy_args *args,
                        struct error *err)
{
	struct random_state *s = state;

	(void)err;
	s->seed = args->seed;
	unseen_init(&s->fresh, args->space);
	return true;
}

static enum ask random_ask(void *state, const struct history *h, uint64_t id,
                           struct coord *out, const char **why, struct error *err)
{
	struct random_state *s = state;

	return unseen_draw(&s->fresh, h, s->seed, id, out, why, err);
}

static void random_fini(void *state)
{
	struct random_state *s = state;

	unseen_free(&s->fresh);
}

const struct strategy_type strategy_random = {
    .name = "random",
    .summary = "independent draws, none repeated",
    .state_size = sizeof(struct random_state),
    .init = random_init,
    .ask = random_ask,
    .fini = random_fini,
};
