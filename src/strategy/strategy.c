#include "strategy/strategy.h"

#include <string.h>

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
	for (int s = SEEN_PENDING; s <= SEEN_FAILED; s++)
		if (strcmp(name, state_names[s]) == 0) {
			*out = (enum seen_state)s;
			return true;
		}
	return false;
}
