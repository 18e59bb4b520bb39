#include "strategy/strategy.h"
#include "base/str.h"

enum seen_state history_state(const struct history *h, uint64_t id,
                              const struct sighting **last)
{
	const struct seen *t = &h->trials[id];
	size_t n = t->n;

	while (n && t->sightings[n - 1].order > h->seen)
		n--;
	if (last)
		*last = n ? &t->sightings[n - 1] : NULL;
	return n ? t->sightings[n - 1].state : SEEN_PENDING;
}

static const char *const state_names[] = {[SEEN_PENDING] = "pending",
                                          [SEEN_OK] = "ok",
                                          [SEEN_STOPPED] = "stopped",
                                          [SEEN_INFEASIBLE] = "infeasible",
                                          [SEEN_FAILED] = "failed"};

const char *seen_state_name(enum seen_state s)
{
	return state_names[s];
}

bool seen_state_find(const char *name, enum seen_state *out)
{
	size_t i = str_index(name, state_names, ARRAY_LEN(state_names));

	if (i == ARRAY_LEN(state_names))
		return false;
	*out = (enum seen_state)i;
	return true;
}
