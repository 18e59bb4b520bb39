#include "search/event.h"
#include "base/str.h"

static const char *const kind_names[] = {[EVENT_SEARCH] = "search",
                                         [EVENT_SESSION] = "session",
                                         [EVENT_WARM_START] = "warm_start",
                                         [EVENT_TRIAL] = "trial",
                                         [EVENT_REPEAT] = "repeat",
                                         [EVENT_OBSERVED] = "observed",
                                         [EVENT_START] = "start",
                                         [EVENT_REPORT] = "report",
                                         [EVENT_RUNG] = "rung",
                                         [EVENT_STOP] = "stop",
                                         [EVENT_PAUSE] = "pause",
                                         [EVENT_PROMOTE] = "promote",
                                         [EVENT_END] = "end",
                                         [EVENT_LEAVE] = "leave",
                                         [EVENT_CUT] = "cut",
                                         [EVENT_REQUEUE] = "requeue",
                                         [EVENT_READING] = "reading",
                                         [EVENT_TEST_USE] = "test_use",
                                         [EVENT_PURPOSE] = "purpose",
                                         [EVENT_FINISH] = "finish"};

static const char *const purpose_names[] = {[PURPOSE_SEARCH] = "search",
                                            [PURPOSE_ABLATION] = "ablation",
                                            [PURPOSE_RECHECK] = "recheck",
                                            [PURPOSE_SCHEDULE] = "schedule"};

const char *purpose_name(enum purpose_kind k)
{
	return purpose_names[k];
}

bool purpose_find(const char *name, enum purpose_kind *out)
{
	size_t i = str_index(name, purpose_names, PURPOSES);

	if (i == PURPOSES)
		return false;
	*out = (enum purpose_kind)i;
	return true;
}

const char *event_kind_name(enum event_kind k)
{
	return kind_names[k];
}

bool event_kind_find(const char *name, enum event_kind *out)
{
	size_t i = str_index(name, kind_names, ARRAY_LEN(kind_names));

	if (i == ARRAY_LEN(kind_names))
		return false;
	*out = (enum event_kind)i;
	return true;
}

bool event_is_decision(enum event_kind k)
{
	return k == EVENT_STOP || k == EVENT_PAUSE || k == EVENT_PROMOTE;
}
