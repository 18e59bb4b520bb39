#include "search/event.h"

#include <string.h>

static const char *const kind_names[] = {[EVENT_SEARCH] = "search",
                                         [EVENT_SESSION] = "session",
                                         [EVENT_WARM_START] = "warm_start",
                                         [EVENT_TRIAL] = "trial",
                                         [EVENT_OBSERVED] = "observed",
                                         [EVENT_START] = "start",
                                         [EVENT_REPORT] = "report",
                                         [EVENT_RUNG] = "rung",
                                         [EVENT_STOP] = "stop",
                                         [EVENT_PAUSE] = "pause",
                                         [EVENT_PROMOTE] = "promote",
                                         [EVENT_END] = "end",
                                         [EVENT_CUT] = "cut",
                                         [EVENT_REQUEUE] = "requeue",
                                         [EVENT_TEST_USE] = "test_use",
                                         [EVENT_FINISH] = "finish"};

const char *event_kind_name(enum event_kind k)
{
	return kind_names[k];
}

bool event_kind_find(const char *name, enum event_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
		if (strcmp(name, kind_names[i]) == 0) {
			*out = (enum event_kind)i;
			return true;
		}
	return false;
}
