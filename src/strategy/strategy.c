#include "strategy/strategy.h"
#include "base/str.h"

enum known_state history_state(const struct history *h, uint64_t id,
                               const struct observation **last)
{
	const struct known *t = &h->trials[id];
	size_t n = t->n;

	while (n && t->observations[n - 1].order > h->known_upto)
		n--;
	if (last)
		*last = n ? &t->observations[n - 1] : NULL;
	return n ? t->observations[n - 1].state : KNOWN_PENDING;
}

static const char *const state_names[] = {[KNOWN_PENDING] = "pending",
                                          [KNOWN_OK] = "ok",
                                          [KNOWN_STOPPED] = "stopped",
                                          [KNOWN_INFEASIBLE] = "infeasible",
                                          [KNOWN_FAILED] = "failed"};

const char *known_state_name(enum known_state s)
{
	return state_names[s];
}

bool known_state_find(const char *name, enum known_state *out)
{
	size_t i = str_index(name, state_names, ARRAY_LEN(state_names));

	if (i == ARRAY_LEN(state_names))
		return false;
	*out = (enum known_state)i;
	return true;
}
